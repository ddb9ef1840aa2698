"""The awards of a round (`huiqi allocate budget --out OUT`) as commitments; what is not decided is told and not booked."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from huiqi.delivery.ledger.events import Event
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.unit import CURRENCIES

_COLUMNS = ("award", "subject", "measure", "clause", "fund", "outcome", "amount_low", "amount_high")


def round_commitments(folder: Path, on: datetime.date) -> tuple[list[Event], list[Problem]]:
    """A commitment for each row of awards.parquet that is awarded a definite amount, dated by its decision; its key is commit/AWARD.

    Rows that are not booked are told as warnings, a count for each outcome. FaultyInput where the folder holds no such round.
    """
    about = _about(folder / "round.json")
    rows = _rows(folder / "awards.parquet")
    events = []
    left: Counter[str] = Counter()
    problems = []
    for number, row in enumerate(rows, start=1):
        decided = row["outcome"] == "awarded" and row["amount_low"] == row["amount_high"]
        if decided and row["amount_low"]:
            events.append(
                Event(
                    "committed", f"commit/{row['award']}", on, row["amount_low"], about["currency"], row["fund"] or about["fund"], about["year"],
                    row["award"] or "", row["subject"] or "", row["measure"] or "", row["clause"] or "", _pack_hash(row["measure"] or "", about),
                    note="made up" if about.get("made_up") else "",
                )
            )  # fmt: skip
        elif row["outcome"] not in ("awarded", "reserve", "undecided", "refused"):
            where = Where("awards.parquet", number)
            problems.append(Problem("ledger.round", f"{row['outcome']} is no outcome", where, "awarded, reserve, undecided or refused"))
        else:
            of_nothing = "awarded nothing" if decided else "awarded, with an amount that is a range"
            left[of_nothing if row["outcome"] == "awarded" else row["outcome"]] += 1
    if problems:
        raise FaultyInput(problems)
    said = [
        Problem("ledger.not-booked", f"{count} rows are {outcome}: nothing is committed for them", Where("awards.parquet"), _HINT, "warning")
        for outcome, count in sorted(left.items())
    ]
    return events, said


_HINT = "once it is decided, allocate again, and commit that round: what is booked already is not booked twice"


def _about(path: Path) -> dict[str, Any]:
    """What round.json says of the round."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _no_round(path, error.strerror or "") from None
    except ValueError as error:
        raise _no_round(path, str(error)) from None
    about = read if isinstance(read, dict) else {}
    about = {"fund": "", "currency": "CNY", "packs": {}} | about
    if not isinstance(about.get("year"), int) or not isinstance(about["packs"], dict) or about["currency"] not in CURRENCIES:
        raise _no_round(path, "it does not say its year, its packs, or its currency")
    return about


def _pack_hash(measure: str, about: dict[str, Any]) -> str:
    """The hash of the measure's own pack, which is the first part of its name; or that of all that the round was decided by."""
    pack = measure.partition("/")[0]
    return str(about["packs"].get(pack) or about.get("pack_hash") or about.get("rules_hash") or "")


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        table = parquet.read_table(path, columns=list(_COLUMNS))
    except (OSError, pa.ArrowException, KeyError) as error:
        raise _no_round(path, str(error).partition("\n")[0]) from None
    lacking = [name for name in _COLUMNS if name not in table.column_names]
    if lacking:
        raise _no_round(path, f"it lacks {', '.join(lacking)}")
    return table.to_pylist()


def _no_round(path: Path, why: str) -> FaultyInput:
    return FaultyInput([Problem("ledger.round", f"this is not the result of a round: {why}", Where(str(path)), "huiqi allocate budget --out FOLDER")])
