"""The awards of a round (`huiqi allocate budget --out OUT`) as commitments; what is not decided is told and not booked."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

from huiqi.allocation import round_result
from huiqi.delivery.ledger.events import Event
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.unit import CURRENCIES

_COLUMNS = ("award", "subject", "measure", "clause", "fund", "outcome", "amount_low", "amount_high")


def round_commitments(folder: Path, on: datetime.date) -> tuple[list[Event], list[Problem]]:
    """A commitment for each row of awards.parquet that is awarded a definite amount, dated by its decision; its key is commit/AWARD.

    Rows that are not booked are told as warnings, a count for each outcome. FaultyInput where the folder holds no such round.
    """
    about = {"fund": "", "packs": {}} | round_result.about(folder)
    year, currency = round_result.decided_in(folder), about.get("currency")
    if currency not in CURRENCIES or not isinstance(about["packs"], dict):
        hint = "huiqi allocate budget --out FOLDER"
        raise FaultyInput(
            [Problem("ledger.round", "the round does not say its packs, or its currency", Where(str(folder / round_result.ABOUT)), hint)]
        )
    rows = round_result.awards(folder, _COLUMNS)
    events = []
    left: Counter[str] = Counter()
    problems = []
    for number, row in enumerate(rows, start=1):
        decided = row["outcome"] == "awarded" and row["amount_low"] == row["amount_high"]
        if decided and row["amount_low"]:
            events.append(
                Event(
                    "committed", f"commit/{row['award']}", on, row["amount_low"], str(currency), row["fund"] or about["fund"], year,
                    row["award"] or "", row["subject"] or "", row["measure"] or "", row["clause"] or "", _pack_hash(row["measure"] or "", about),
                    note="made up" if about.get("made_up") else "",
                )
            )  # fmt: skip
        elif row["outcome"] not in ("awarded", "reserve", "undecided", "refused"):
            where = Where(round_result.AWARDS, number)
            problems.append(Problem("ledger.round", f"{row['outcome']} is no outcome", where, "awarded, reserve, undecided or refused"))
        else:
            of_nothing = _OF_NOTHING if decided else "awarded, with an amount that is a range"
            left[of_nothing if row["outcome"] == "awarded" else row["outcome"]] += 1
    if problems:
        raise FaultyInput(problems)
    said = []
    for outcome, count in sorted(left.items()):
        are = "row is" if count == 1 else "rows are"
        message = f"{count:,} {are} {outcome}: nothing is committed for {'it' if count == 1 else 'them'}"
        hint = "" if outcome in ("refused", _OF_NOTHING) else _RESERVE if outcome == "reserve" else _UNDECIDED
        said.append(Problem("ledger.not-booked", message, Where(round_result.AWARDS), hint, "warning"))
    return events, said


_OF_NOTHING = "awarded nothing"
_UNDECIDED = "once it is decided, allocate again, and commit that round: what is booked already is not booked twice"
_RESERVE = "should money become free, commit one who moves up with --award"


def _pack_hash(measure: str, about: dict[str, Any]) -> str:
    """The hash of the measure's own pack, which is the first part of its name; or that of all that the round was decided by."""
    pack = measure.partition("/")[0]
    return str(about["packs"].get(pack) or about.get("pack_hash") or about.get("rules_hash") or "")
