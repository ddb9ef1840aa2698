"""Zip files from somebody else, taken apart safely: the list of contents is judged before a byte is unpacked, and no more is written than it says.

Refused are names that lead out of the folder or cannot stand on every system, links, secret or unusual packing, other kinds of files than those
asked for, too many files, and more bytes than allowed, whether said beforehand or found while unpacking.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huiqi.vocabulary.speech import Both
from huiqi_portal.site.faults import Fault, Refused

TOLD = 20  # faults that are told of one archive
_NAME = re.compile(r"[^\W_][\w.+-]*", re.UNICODE)  # a file or folder: letters of any script, digits, and . _ + - after the first
_LONGEST = 120  # characters of a name
_DEEPEST = 6  # folders in each other
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """What an archive may hold: endings of files, how many, how large, and how many times larger than it is packed."""

    endings: tuple[str, ...]
    files: int = 5_000
    file_bytes: int = 500_000_000
    bytes: int = 2_000_000_000
    ratio: int = 100

    @property
    def megabytes(self) -> int:
        """The most that may be unpacked, as a page says it."""
        return self.bytes // 1_000_000


def examine(archive: Path, limits: Limits) -> list[str]:
    """The names of the files in an archive; raises Refused with all that speaks against unpacking it. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused([_not_a_zip()]) from None
    files = [entry for entry in entries if not entry.is_dir()]
    faults = [*_too_much(archive, files, limits), *(fault for entry in entries for fault in _faults_of(entry, limits)), *_twice(files)]
    if not files and not faults:
        faults = [_fault("upload.empty", Both("the zip holds no file", "压缩包内没有文件"), Both("zip the files once more", "请重新打包文件"))]
    if faults:
        raise Refused(faults[:TOLD])
    return [entry.filename for entry in files]


def weigh(book: Path, limits: Limits) -> None:
    """Refuse a zipped workbook that is far larger inside than outside; what it holds is for its own reader to judge."""
    try:
        with zipfile.ZipFile(book) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused([_not_a_zip()]) from None
    if faults := list(_too_much(book, entries, limits)):
        raise Refused(faults)


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Write the files of an archive below a new folder; raises Refused like `examine`, and where there is more in it than its list says."""
    examine(archive, limits)
    folder.mkdir(parents=True)
    left = limits.bytes
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                if entry.is_dir():
                    continue
                target = folder.joinpath(*entry.filename.split("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as packed, target.open("xb") as file:
                    written = 0
                    while chunk := packed.read(_CHUNK):
                        written += len(chunk)
                        if written > min(entry.file_size, left):
                            raise Refused([_lies(entry.filename)])
                        file.write(chunk)
                    left -= written
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error):
        raise Refused([_not_a_zip()]) from None


def _faults_of(entry: zipfile.ZipInfo, limits: Limits) -> Iterator[Fault]:
    """What is wrong with one entry by itself."""
    name = entry.filename
    parts = name.rstrip("/").split("/")
    shown = _shown(name)
    if (
        entry.orig_filename != name
        or len(parts) > _DEEPEST
        or any(len(part) > _LONGEST or not _NAME.fullmatch(part) or part.endswith(".") for part in parts)
    ):
        yield _fault(
            "upload.name",
            Both(f"{shown} is no name that can be kept", f"{shown}不是可以保存的名称"),
            Both(
                "use letters, digits, . _ + and -, begin with a letter or digit, and keep folders at most six deep",
                "名称仅限文字、数字及 . _ + -，以文字或数字开头，文件夹不超过六层",
            ),
            shown,
        )
        return
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield _fault(
            "upload.link",
            Both(f"{shown} is a link or a device, not a file", f"{shown}是链接或设备，不是文件"),
            Both("put the file itself into the zip", "请将文件本身放入压缩包"),
            shown,
        )
    if entry.flag_bits & 0x1:
        yield _fault(
            "upload.encrypted",
            Both(f"{shown} is locked by a password", f"{shown}设有密码"),
            Both("zip it without a password", "请取消密码后重新打包"),
            shown,
        )
    if entry.compress_type not in _PACKINGS:
        yield _fault(
            "upload.packing",
            Both(f"{shown} is packed in an unusual way", f"{shown}的压缩方式不受支持"),
            Both("zip it with the usual deflate", "请用通用的deflate方式重新打包"),
            shown,
        )
    if entry.is_dir():
        return
    if Path(parts[-1]).suffix.lower() not in limits.endings:
        endings = ", ".join(limits.endings)
        yield _fault(
            "upload.kind",
            Both(f"{shown} is none of {endings}", f"{shown}不属于允许的类型：{endings}"),
            Both("take it out of the zip", "请从压缩包中删除"),
            shown,
        )
    if entry.file_size > limits.file_bytes:
        yield _fault(
            "upload.too-large",
            Both(f"{shown} is larger than {_megabytes(limits.file_bytes)}", f"{shown}超过{_megabytes(limits.file_bytes)}"),
            Both("split the file", "请拆分文件"),
            shown,
        )


def _too_much(archive: Path, files: list[zipfile.ZipInfo], limits: Limits) -> Iterator[Fault]:
    """What is wrong with all of them together."""
    whole = sum(entry.file_size for entry in files)
    smaller = Both("send fewer files, or several zips", "请减少文件，或分多个压缩包上传")
    if len(files) > limits.files:
        yield _fault("upload.too-many", Both(f"the zip holds {len(files):,} files, at most {limits.files:,} are taken",
                                             f"压缩包内有{len(files):,}个文件，最多{limits.files:,}个"), smaller)  # fmt: skip
    if whole > limits.bytes:
        most = _megabytes(limits.bytes)
        yield _fault("upload.too-large", Both(f"the zip unpacks to more than {most}", f"解压后超过{most}"), smaller)
    elif whole > limits.ratio * max(archive.stat().st_size, 10_000):
        yield _fault(
            "upload.ratio",
            Both(f"the zip unpacks to more than {limits.ratio} times its size", f"解压后超过压缩包大小的{limits.ratio}倍"),
            Both("send the files less tightly packed", "请降低压缩率后重新上传"),
        )


def _twice(files: list[zipfile.ZipInfo]) -> Iterator[Fault]:
    """Names that are one and the same on some system, and files that are folders of others."""
    seen: dict[str, str] = {}
    folders = {_key("/".join(parts[:end])) for entry in files for parts in [entry.filename.split("/")] for end in range(1, len(parts))}
    for entry in files:
        key = _key(entry.filename)
        if key in seen or key in folders:
            shown = _shown(entry.filename)
            yield _fault(
                "upload.twice", Both(f"{shown} stands twice in the zip", f"{shown}在压缩包中重复"), Both("keep one of them", "请只保留一个"), shown
            )
        seen[key] = entry.filename


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _lies(name: str) -> Fault:
    return _fault(
        "upload.lies",
        Both(f"{name} holds more than the zip says", f"{name}的实际大小与压缩包所记不符"),
        Both("zip the files once more", "请重新打包文件"),
        name,
    )


def _not_a_zip() -> Fault:
    return _fault(
        "upload.not-zip", Both("this is no zip file that can be read", "无法识别为zip压缩包"), Both("zip the folder once more", "请重新打包文件夹")
    )


def _fault(code: str, message: Both, hint: Both, where: str = "") -> Fault:
    return Fault(code, message, hint, where)


def _shown(name: str) -> str:
    """A name as it can be shown: nothing invisible, not too long."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:_LONGEST]


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000:,} MB"
