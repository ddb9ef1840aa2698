"""Files that people send in: judged by size, ending and first bytes, and kept below HUIQI_DATA/uploads in a folder with a name of our own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from huiqi.vocabulary.speech import Both
from huiqi_portal.site.faults import Fault, Refused

MOST_FILES = 20  # sent at once
_FORM = 100_000  # bytes of a form besides its files
_NAME = re.compile(r"[^\W_][\w.+ ()（）-]{0,118}", re.UNICODE)  # letters of any script first; nothing that parts a path


def new_token() -> str:
    """A name for a folder that nobody can guess and that sorts nowhere."""
    return secrets.token_hex(12)


def folder_of(token: str) -> Path:
    """Where the files of an upload are."""
    return Path(settings.HUIQI_DATA, "uploads", token)


def keep(files: Sequence[UploadedFile], endings: Iterable[str], field: str) -> tuple[str, list[str]]:
    """Keep some files under their names in a folder of their own; its token and the names. Raises Refused with all that is wrong with them.

    A file's name is kept because a map of an import finds files by it; one that is not plainly a name is refused.
    """
    endings = tuple(endings)
    if faults := list(_faults(files, endings, field)):
        raise Refused(faults)
    token = new_token()
    folder = folder_of(token)
    folder.mkdir(parents=True)
    for file in files:
        with (folder / str(file.name)).open("xb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
    return token, [str(file.name) for file in files]


def _faults(files: Sequence[UploadedFile], endings: tuple[str, ...], field: str) -> Iterable[Fault]:
    if not files:
        yield Fault("upload.none", Both("no file was chosen", "未选择文件"), Both("choose a file and send it again", "请选择文件后重新上传"), field)
    if len(files) > MOST_FILES:
        yield Fault(
            "upload.too-many",
            Both(f"{len(files)} files were sent, at most {MOST_FILES} are taken", f"一次上传了{len(files)}个文件，最多{MOST_FILES}个"),
            Both("send fewer at once", "请减少文件数量"),
            field,
        )
    if len({str(file.name).casefold() for file in files}) < len(files):
        yield Fault("upload.twice", Both("two files have one name", "有两个文件同名"), Both("rename one of them", "请重命名其中一个"), field)
    most = settings.HUIQI_UPLOAD_BYTES
    if sum(file.size or 0 for file in files) > most:
        said = f"{most // 1_000_000:,} MB"
        yield Fault(
            "upload.too-large",
            Both(f"more than {said} were sent at once", f"一次上传超过{said}"),
            Both("send less at once, or have the administrator raise HUIQI_UPLOAD_MB", "请减少上传内容，或请管理员调高 HUIQI_UPLOAD_MB"),
            field,
        )
    for file in files:
        name = str(file.name or "")
        shown = "".join(sign if sign.isprintable() else "?" for sign in name)[:120]
        if not _NAME.fullmatch(name) or name.endswith((".", " ")) or ".." in name:
            yield Fault(
                "upload.name",
                Both(f"{shown} is no file name that can be kept", f"{shown}不是可以保存的文件名"),
                Both("use letters, digits, spaces and . _ + - only", "文件名仅限文字、数字、空格及 . _ + -"),
                field,
            )
        elif Path(name).suffix.lower() not in endings:
            said = ", ".join(endings)
            yield Fault(
                "upload.kind",
                Both(f"{shown} is none of {said}", f"{shown}不属于允许的类型：{said}"),
                Both("send a file of one of these kinds", "请上传上述类型的文件"),
                field,
            )
        elif not file.size:
            yield Fault(
                "upload.empty", Both(f"{shown} is empty", f"{shown}为空文件"), Both("send the file that was meant", "请上传正确的文件"), field
            )


class Quota(FileUploadHandler):
    """Ends a request that sends more than may be sent before any of it is kept."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None) -> None:  # noqa: N803 - Django's
        if content_length > settings.HUIQI_UPLOAD_BYTES + _FORM:
            raise RequestDataTooBig(f"more than {settings.HUIQI_UPLOAD_BYTES:,} bytes were sent")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
