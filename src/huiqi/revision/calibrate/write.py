"""A calibration as files: calibration.json, the curve as a table, and the reform that enacts the value. Money in hundredths of the currency."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from huiqi.revision.calibrate.figure import reform_text
from huiqi.revision.calibrate.measuring import Point
from huiqi.revision.calibrate.search import Answer, Calibration
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder


def write_calibration(out: Path, found: Calibration, surely: bool, about: dict[str, Any]) -> None:
    """All files at once, or none; the reform is that of the sure answer or the other one, and is left out where there is none."""
    answer = found.surely if surely else found.perhaps
    efficient = on_the_frontier(found)
    with whole_folder(out) as folder:
        with (folder / "curve.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["value", "cost_low", "cost_high", "yes", "depends", "frontier"])
            for at, point in found.points.items():
                low, high = point.cost
                rows.writerow([point.value, low, "" if high is None else high, point.yes, point.depends, at in efficient])
        if answer.at is not None:
            (folder / "reform.yaml").write_text(reform_text(found.figure, found.grid[answer.at]), encoding="utf-8")
        text = json.dumps(as_json(found) | {"asked": _name(surely)} | about, ensure_ascii=False, indent=2)
        (folder / "calibration.json").write_text(text + "\n", encoding="utf-8")


def as_json(found: Calibration) -> dict[str, Any]:
    """Every figure of a calibration, and what it is of."""
    figure, efficient = found.figure, on_the_frontier(found)
    return {
        "huiqi": VERSION,
        "registry": {"hash": found.registry.content_hash, "made_up": found.registry.made_up},
        "weighted": found.weighted,
        "money": f"hundredths of {found.currency}, after stacking rules; null: an open end",
        "figure": {"pack": figure.pack, "in": figure.text, "set": list(figure.path), "now": figure.now},
        "grid": {"from": found.grid[0], "to": found.grid[-1], "values": len(found.grid), "evaluated": len(found.points)},
        "goal": {found.goal.kind: found.goal.wanted},
        "course": found.course,
        "rising": found.rising,
        "measures": [{"measure": one.name, "counted": one.name in found.counted} for one in found.measures],
        "answers": {_name(sure): _answer(found, answer) for sure, answer in ((True, found.surely), (False, found.perhaps))},
        "curve": [point_json(point) | {"frontier": at in efficient} for at, point in found.points.items()],
    }


def _name(surely: bool) -> str:
    return "surely" if surely else "perhaps"


def _answer(found: Calibration, answer: Answer) -> dict[str, Any]:
    def near(at: int | None) -> dict[str, Any] | None:
        return None if at is None or at not in found.points else point_json(found.points[at])

    at = answer.at
    return {
        "point": near(at),
        "below": near(None if at is None else at - 1),
        "above": near(None if at is None else at + 1),
        "same": None if answer.same is None else [found.grid[one] for one in answer.same],
        "crossings": [[found.grid[one] for one in pair] for pair in answer.crossings],
    }


def point_json(point: Point) -> dict[str, Any]:
    return {"value": point.value, "cost": list(point.cost), "yes": point.yes, "depends": point.depends}


def on_the_frontier(found: Calibration) -> frozenset[int]:
    """The values that no other one beats: none surely reaches more for no higher a possible cost, or as many for a lower one."""
    best, kept = float("-inf"), set()
    for at, point in sorted(found.points.items(), key=lambda one: (one[1].high, -one[1].yes)):
        if point.yes > best:
            best = point.yes
            kept.add(at)
    return frozenset(kept)
