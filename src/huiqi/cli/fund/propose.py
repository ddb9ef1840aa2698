"""huiqi fund propose: one more sub-fund, tried out on the mother fund's books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.allocation.mother_fund.proposal import read_proposal, try_out
from huiqi.allocation.mother_fund.tables import read_books
from huiqi.allocation.mother_fund.trial_folder import write_trial
from huiqi.cli.fund._tables import show_trial
from huiqi.cli.fund.report import Folder
from huiqi.cli.options import AsOf, Lang, Language, LawOn, Packs, rules_of
from huiqi.cli.show import complaints


def propose(
    folder: Folder,
    proposal: Annotated[Path, typer.Argument(help="The proposed sub-fund: a YAML file with its assumptions.")],
    pack: Packs,
    as_of: AsOf,
    law_on: LawOn = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder for all tables, whole; a former trial in it is replaced.")] = None,
    lang: Language = Lang.en,
) -> None:
    """Try out one more sub-fund: free money, limits, leverage, reinvestment owed, cash by year, and the rules that it would break."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    books = read_books(folder, rules.places)
    found = try_out(books, read_proposal(proposal, books, rules.places, facts_day), rules, facts_day)
    show_trial(found, lang.value)
    if out is not None:
        write_trial(found, out)
        complaints.print(f"{out}/: the tables in full")
