"""huiqi ledger export: the ledger as plain text that beancount checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.ledger._given import Place
from huiqi.cli.writing import write_or_print
from huiqi.delivery.ledger.beancount import beancount_text
from huiqi.delivery.ledger.ledger import open_ledger


def export(
    ledger: Place,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file like books.beancount; default: on the terminal.")] = None,
) -> None:
    """Write all entries in beancount's form, with a balance for every account at the end: `bean-check` is a check from outside."""
    with open_ledger(ledger, read_only=True) as opened:
        write_or_print("\n".join(beancount_text(opened.entries())) + "\n", out)
