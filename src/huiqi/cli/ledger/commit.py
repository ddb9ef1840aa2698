"""huiqi ledger commit: a decision reserves money for an award, or those of a whole round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.ledger._given import At, By, Clause, Note, On, PackHash, Place, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.cli.show import show_problems
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.rounds import round_commitments


def commit(
    ledger: Place,
    on: On,
    by: By,
    round_: Annotated[Path | None, typer.Option("--round", help="Everything awarded in this round, the folder of `huiqi allocate budget`.")] = None,
    award: Annotated[str, typer.Option("--award", help="A single award: its id.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="Whose award it is.")] = "",
    measure: Annotated[str, typer.Option("--measure", "-m", help="The measure's full name, pack/policy/measure.")] = "",
    fund: Annotated[str, typer.Option("--fund", help="The fund's id.")] = "",
    year: Annotated[int, typer.Option("--year", help="The budget year whose money it is.", show_default=False)] = 0,
    amount: Annotated[str, typer.Option("--amount", help="How much, like 5万元.")] = "",
    clause: Clause = "",
    pack_hash: PackHash = "",
    key: Annotated[str, typer.Option("--key", help="The number of the decision; default: commit/AWARD.")] = "",
    at: At = None,
    note: Note = "",
    lang: Language = Lang.en,
) -> None:
    """Commit money to an award (承诺), or to all of a round in one transaction: all of it, or nothing."""
    single = {
        "--award": award, "--subject": subject, "--measure": measure, "--fund": fund, "--year": year, "--amount": amount, "--clause": clause,
        "--pack-hash": pack_hash,
    }  # fmt: skip
    if round_ is not None:
        given = [name for name, value in {**single, "--key": key, "--note": note}.items() if value]
        if given:
            raise typer.BadParameter(f"{', '.join(given)}: a round says that itself", param_hint="--round")
        events, left = round_commitments(round_, day_of_effect(on))
        show_problems(left)
        post(ledger, events, by, at, lang)
        return
    missing = [name for name, value in single.items() if not value]
    if missing:
        raise typer.BadParameter(f"{', '.join(missing)} missing: give --round FOLDER, or all that a single award needs", param_hint="--award")
    fen, currency = money(amount)
    event = Event(
        "committed", key or f"commit/{award}", day_of_effect(on), fen, currency, fund, year, award, subject, measure, clause, pack_hash, note=note
    )  # fmt: skip
    post(ledger, [event], by, at, lang)
