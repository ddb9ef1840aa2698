"""Zip files for tests: honest ones, and those that somebody wicked would send."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile


def zipped(files: Mapping[str, str | bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of some files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packing)
    return buffer.getvalue()


def zipped_folder(folder: Path, within: str = "") -> bytes:
    """The zip of a folder, its files below `within`."""
    files = {f"{within}{path.relative_to(folder).as_posix()}": path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return zipped(files)


def with_link(name: str, target: str) -> bytes:
    """A zip with a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
    return buffer.getvalue()


def locked(name: str) -> bytes:
    """A zip whose entry says that it has a password."""
    raw = bytearray(zipped({name: "x"}, packing=zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    return bytes(raw)


def lying(name: str, content: bytes, said: int) -> bytes:
    """A zip whose list says that an entry is smaller than it is."""
    raw = bytearray(zipped({name: content}))
    raw[raw.index(b"PK\x01\x02") + 24 : raw.index(b"PK\x01\x02") + 28] = struct.pack("<I", said)
    raw[22:26] = struct.pack("<I", said)
    return bytes(raw)


def sent(content: bytes, name: str = "packs.zip") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)
