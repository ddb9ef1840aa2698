"""Write a folder whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes its place when all went well.

    A run that is killed leaves `folder` as it was, and at most a `.<name>.<process>.unfinished` beside it, which a later run cleans up. A
    killed swap (the former moved away, the new not yet in place) is undone first.
    """
    folder = folder.absolute()
    former = folder.with_name(f".{folder.name}.former")
    if former.exists() and not folder.exists():
        former.rename(folder)
    shutil.rmtree(former, ignore_errors=True)
    for left in folder.parent.glob(f".{folder.name}.*.unfinished"):
        if not _runs(left.name.split(".")[-2]):
            shutil.rmtree(left, ignore_errors=True)
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        if folder.exists():
            folder.rename(former)
        unfinished.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _runs(process: str) -> bool:
    """A process of that number is there; one that belongs to somebody else counts."""
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
