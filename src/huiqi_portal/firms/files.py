"""Files that firms add: limited in size, number and kind, known by what they begin with, kept by the hash of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.firms.models import KeptFile

LARGEST = 10_000_000  # bytes
MOST = 300  # files of one firm
#: Kinds by what a file of each begins with; what the answer says of one that is downloaded.
BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
ACCEPTED = ".pdf,.png,.jpg,.jpeg"
LIMITS = Both("PDF, PNG or JPEG, at most 10 MB", "支持PDF、PNG、JPEG，不超过10 MB")


class NotTaken(Exception):
    """Why a file is not taken, in both languages."""

    def __init__(self, words: Both):
        super().__init__(words.en)
        self.words = words


def keep(upload: UploadedFile, subject: str, by: User) -> KeptFile:
    """Keep a file for a firm; raises NotTaken."""
    if upload.size > min(LARGEST, settings.HUIQI_UPLOAD_BYTES):
        raise NotTaken(Both("the file is larger than 10 MB; save it smaller, or in parts", "文件超过10 MB，请压缩或拆分后上传"))
    if not upload.size:
        raise NotTaken(Both("the file is empty", "文件为空"))
    if KeptFile.objects.filter(subject=subject).count() >= MOST:
        raise NotTaken(Both(f"this firm has {MOST} files already; delete some first", f"本企业已上传{MOST}个文件，请先删除部分文件"))
    upload.seek(0)
    beginning = upload.read(16)
    kind = next((kind for kind, begins in BEGINNINGS.items() if beginning.startswith(begins)), None)
    if kind is None:
        raise NotTaken(Both("this is no PDF, PNG or JPEG; save it as one of these", "文件不是PDF、PNG或JPEG，请另存为其中一种"))
    upload.seek(0)
    sha256 = hashlib.file_digest(upload.file, "sha256").hexdigest()
    path = path_of(sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{by.pk}.part")
        with part.open("wb") as file:
            file.writelines(upload.chunks())
        part.replace(path)
    return KeptFile.objects.create(subject=subject, name=_shown(upload.name or ""), kind=kind, sha256=sha256, size=upload.size, by=by)


def forget(kept: KeptFile) -> None:
    """Delete a file; its bytes once no other row names them."""
    sha256 = kept.sha256
    kept.delete()
    transaction.on_commit(lambda: _unlink_unnamed(sha256))


def _unlink_unnamed(sha256: str) -> None:
    if not KeptFile.objects.filter(sha256=sha256).exists():
        path_of(sha256).unlink(missing_ok=True)


def answer(kept: KeptFile) -> FileResponse:
    """The file as a download, never shown within a page."""
    return FileResponse(path_of(kept.sha256).open("rb"), as_attachment=True, filename=f"{kept.name}", content_type=TYPES[kept.kind])


def path_of(sha256: str) -> Path:
    """Where the bytes stand."""
    return Path(settings.HUIQI_DATA, "uploads", sha256[:2], sha256)


def _shown(name: str) -> str:
    """What it was called, without a folder and signs that do not print."""
    text = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())
    return text[-120:] or "file"
