"""huiqi ledger awards: what everybody was awarded, as a table that stacking rules read."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.ledger._given import Place
from huiqi.cli.writing import write_or_print
from huiqi.delivery.ledger.ledger import open_ledger


def awards(
    ledger: Place,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file, like awards.csv of a registry; default: on the terminal.")] = None,
) -> None:
    """Write a row an award, net of what was released and clawed back: the past awards of a registry (awards.csv)."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["id", "measure", "amount", "currency", "granted_on", "award"])
    with open_ledger(ledger, read_only=True) as opened:
        for standing in opened.awards():
            if standing.net:
                c = standing.commitment
                rows.writerow([c.subject, c.measure, f"{standing.net // 100}.{standing.net % 100:02}", c.currency, c.on, standing.award])
    write_or_print(text.getvalue(), out)
