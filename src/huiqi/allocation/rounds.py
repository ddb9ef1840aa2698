"""The result of a round as it stands in its folder: what it says of itself."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiqi.vocabulary.problem import FaultyInput, Problem, Where


def about(folder: Path) -> dict[str, Any]:
    """What round.json says of a round; raises FaultyInput where there is none."""
    path = folder / "round.json"
    hint = "name the folder that a round of allocate was written to" if folder.is_dir() else "there is no such file or folder"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise FaultyInput([Problem("round.missing", "no round.json that can be read is here", Where(str(folder)), hint)]) from None
    if not isinstance(found, dict):
        raise FaultyInput([Problem("round.missing", "round.json says nothing of a round", Where(str(path)), hint)])
    return found


def latest_law(folders: Iterable[Path]) -> datetime.date:
    """The latest day whose texts one of the rounds was decided by."""
    days = []
    for folder in folders:
        said = about(folder)
        try:
            days.append(datetime.date.fromisoformat(str(said.get("law_on") or said.get("as_of"))))
        except ValueError:
            problem = Problem("round.value", "round.json names no day whose texts were in force", Where(str(folder / "round.json")), "give --law-on")
            raise FaultyInput([problem]) from None
    return max(days)


def decided_in(folder: Path) -> int:
    """The year in which a round was decided; raises FaultyInput where it does not say."""
    year = about(folder).get("year")
    if not isinstance(year, int) or not 1900 <= year <= 2099:
        problem = Problem("round.value", "round.json names no year of the round", Where(str(folder / "round.json")), "write the round again")
        raise FaultyInput([problem])
    return year
