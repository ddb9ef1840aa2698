"""Years ahead as rows of years.csv and as a section of simulation.json. Money in whole fen; an empty end is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huiqi.revision.years.ahead import SIDES, Ahead, editions_said
from huiqi.rules.funds import Fen


def years_rows(ahead: Ahead) -> Iterator[list[Any]]:
    """A row for each case, year, side and group; `committed` is empty after the last simulated year."""
    yield ["case", "year", "side", "by", "of", "label_en", "label_zh", "currency", "committed_low", "committed_high", "paid_low", "paid_high"]
    for row in ahead.rows:
        committed = ["", ""] if row.committed is None else _ends(row.committed)
        yield [row.case, row.year, row.side, row.by, row.of, row.label.en, row.label.zh, row.currency, *committed, *_ends(row.paid)]


def years_json(ahead: Ahead) -> dict[str, Any]:
    """What the scenario states, what is taken for granted, and by year and side what the touched measures come to."""
    scenario = ahead.scenario
    return {
        "scenario": scenario.id,
        "scenario_hash": scenario.content_hash,
        "title": scenario.title.as_json(),
        "made_up": scenario.made_up,
        "note": None if scenario.note is None else scenario.note.as_json(),
        "growth": [
            {
                "fact": one.fact,
                "about": one.said.as_json(),
                "rates": {case: str(rate) for case, rate in one.rates.items()},
                "source": one.source.as_json(),
            }
            for one in scenario.growth
        ],
        "assumptions": [one.as_json() for one in ahead.assumptions],
        "touched": list(ahead.touched),
        "changed": list(ahead.changed),
        "editions": [one.as_json() for one in editions_said(ahead)],
        "cases": [
            {
                "case": case.id,
                "label": case.label.as_json(),
                "years": [
                    {"year": year.year, "as_of": year.as_of.isoformat()}
                    | {
                        name: {
                            "law_on": law.law_on.isoformat(),
                            "measures": [
                                {
                                    "measure": one.measure.id,
                                    "currency": one.currency,
                                    "fund": one.fund,
                                    "surely": one.surely,
                                    "perhaps": one.perhaps,
                                    "committed": list(one.committed),
                                }
                                for one in law.measures
                            ],
                        }
                        for name, law in zip(SIDES, year.sides, strict=True)
                    }
                    for year in case.years
                ],
            }
            for case in ahead.cases
        ],
    }


def _ends(money: Fen) -> list[Any]:
    low, high = money
    return [low, "" if high is None else high]
