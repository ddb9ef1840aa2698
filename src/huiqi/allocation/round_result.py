"""The result of a round as it stands in its folder: what it says of itself, and its awards."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.vocabulary.problem import FaultyInput, Problem, Where

ABOUT, AWARDS = "round.json", "awards.parquet"


def about(folder: Path) -> dict[str, Any]:
    """What round.json says of a round; raises FaultyInput where there is none."""
    path = folder / ABOUT
    hint = "name the folder that a round of allocate was written to" if folder.is_dir() else "there is no such file or folder"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise FaultyInput([Problem("round.missing", "no round.json that can be read is here", Where(str(folder)), hint)]) from None
    if not isinstance(found, dict):
        raise FaultyInput([Problem("round.missing", "round.json says nothing of a round", Where(str(path)), hint)])
    return found


def awards(folder: Path, columns: Sequence[str] = (), *, subject: str | None = None) -> list[dict[str, Any]]:
    """The awards of a round, all columns or some, of everybody or of one subject; raises FaultyInput where they cannot be read or lack a column."""
    path = folder / AWARDS
    try:
        lacking = [name for name in columns if name not in pq.read_schema(path).names]
        if lacking:
            raise FaultyInput([Problem("round.column", f"the awards lack {', '.join(lacking)}", Where(str(path)), "give out the round again")])
        table = pq.read_table(path, columns=list(columns) or None, filters=None if subject is None else [("subject", "=", subject)])
    except (OSError, pa.ArrowException) as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise FaultyInput([Problem("round.unreadable", f"the awards cannot be read: {said}", Where(str(path)), "give out the round again")]) from None
    return table.to_pylist()


def latest_law(folders: Iterable[Path]) -> datetime.date:
    """The latest day whose texts one of the rounds was decided by."""
    days = []
    for folder in folders:
        said = about(folder)
        try:
            days.append(datetime.date.fromisoformat(str(said.get("law_on") or said.get("as_of"))))
        except ValueError:
            problem = Problem("round.value", "round.json names no day whose texts were in force", Where(str(folder / ABOUT)), "give --law-on")
            raise FaultyInput([problem]) from None
    return max(days)


def most_given(folder: Path) -> int | None:
    """The most that a round gives, in fen: what is awarded and what is held for the undecided; None where it does not say."""
    if not (folder / ABOUT).is_file():
        return None
    totals = about(folder).get("totals")
    if not isinstance(totals, dict):
        return None
    ends = [totals.get("given_low"), totals.get("held")]
    if not all(type(end) is int and end >= 0 for end in ends):
        problem = Problem(
            "round.value", "the totals of round.json do not say what is given and held", Where(str(folder / ABOUT)), "write the round again"
        )
        raise FaultyInput([problem])
    return sum(end for end in ends if end is not None)


def decided_in(folder: Path) -> int:
    """The year in which a round was decided; raises FaultyInput where it does not say."""
    year = about(folder).get("year")
    if not isinstance(year, int) or not 1900 <= year <= 2099:
        problem = Problem("round.value", "round.json names no year of the round", Where(str(folder / ABOUT)), "write the round again")
        raise FaultyInput([problem])
    return year
