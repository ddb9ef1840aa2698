"""Where a command puts what it made: a page into a file or on the terminal, results into a folder that is free or was its own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import typer

from huiqi.cli.show import complaints


def write_or_print(text: str, out: Path | None) -> None:
    """Print a page, or write it whole: a killed run leaves what was there before."""
    if out is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    if out.is_dir():
        raise typer.BadParameter(f"{out} cannot be written: it is a folder; name a file in it", param_hint="--out")
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}; name a file in a folder that is yours", param_hint="--out") from None
    complaints.print(f"{out}: {len(text.encode()):,} bytes")


def may_replace(out: Path | None, sign: str, what: str) -> None:
    """Refuse a folder of somebody else: one may be replaced that is empty, or has the file that is the `sign` of such a result of huiqi."""
    if out is not None and out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / sign).is_file())):
        raise typer.BadParameter(f"{out} holds something that is not {what} of huiqi; it is left as it is", param_hint="--out")
