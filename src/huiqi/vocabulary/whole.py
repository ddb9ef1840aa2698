"""Write a folder whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

#: Where `whole_folder` puts what a killed run had begun.
BROKEN_OFF = ".broken-off"


@contextlib.contextmanager
def whole_folder(folder: Path, *, adopt: bool = False) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes its place when all went well.

    A run that is killed leaves `folder` as it was, and at most a `.<name>.<process>.unfinished` beside it, which a later run cleans up, or with
    `adopt` finds as the folder `BROKEN_OFF` in its own; that is gone when the run ends. A run that is interrupted leaves the same. A killed
    swap (the former moved away, the new not yet in place) is undone first. Runs that write at the same time do not meet; the last one stays.
    """
    folder = folder.absolute()
    former = folder.with_name(f".{folder.name}.former")
    if former.exists() and not folder.exists():
        former.rename(folder)
    shutil.rmtree(former, ignore_errors=True)
    left = [path for path in sorted(folder.parent.glob(f".{folder.name}.*.unfinished")) if not _runs(path.name.split(".")[-2])]
    begun = [path.rename(path.with_suffix(".left")) for path in left]
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.unfinished")
    unfinished.mkdir(parents=True)
    if adopt and begun:
        begun.pop(0).rename(unfinished / BROKEN_OFF)
    for path in begun:
        shutil.rmtree(path, ignore_errors=True)
    try:
        yield unfinished
        shutil.rmtree(unfinished / BROKEN_OFF, ignore_errors=True)
        if folder.exists():
            folder.rename(former)
        unfinished.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    except KeyboardInterrupt:
        if not adopt:
            shutil.rmtree(unfinished, ignore_errors=True)
        raise
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _runs(process: str) -> bool:
    """Another process of that number is there; one that belongs to somebody else counts."""
    if not process.isdigit() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
