"""huiqi fund report: what a mother fund owns in the end, what came back, and which rules hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.allocation.mother_fund.report import mother_fund_report, write_report
from huiqi.allocation.mother_fund.tables import read_books
from huiqi.cli.fund._tables import show_report
from huiqi.cli.options import AsOf, Lang, Language, LawOn, Packs, rules_of
from huiqi.cli.show import complaints

Folder = Annotated[
    Path, typer.Argument(help="The folder of the mother fund's tables: registry.yaml, funds, commitments, flows and, where known, values.")
]


def report(
    folder: Folder,
    pack: Packs,
    as_of: AsOf,
    law_on: LawOn = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder for all tables, whole; a former report in it is replaced.")] = None,
    lang: Language = Lang.en,
) -> None:
    """Look through a mother fund on a day: figures, owners, rules, leverage, reinvestment, vintages and exits."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    found = mother_fund_report(read_books(folder, rules.places), rules, facts_day)
    show_report(found, lang.value)
    if out is not None:
        write_report(found, out)
        complaints.print(f"{out}/: the tables in full, and registry/ for huiqi evaluate --of fund")
