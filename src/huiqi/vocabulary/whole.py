"""Write a folder whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes its place when all went well.

    A run that is killed leaves `folder` as it was, and at most a `.<name>.unfinished` or `.<name>.former` beside it, which the next run
    cleans up. A killed swap (the former moved away, the new not yet in place) is undone first.
    """
    folder = folder.absolute()
    unfinished, former = folder.with_name(f".{folder.name}.unfinished"), folder.with_name(f".{folder.name}.former")
    if former.exists() and not folder.exists():
        former.rename(folder)
    for left in (unfinished, former):
        shutil.rmtree(left, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        if folder.exists():
            folder.rename(former)
        unfinished.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
