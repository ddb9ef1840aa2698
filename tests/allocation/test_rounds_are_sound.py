"""What is said of everybody holds in every registry that the unknown cells can turn out to be."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from given_rounds import firm, given_out, outcomes
from huiqi.allocation.budget.awards import totals_of
from huiqi.rules.compile import Rules

CHOICES = {
    "honest": ["true", "false"],
    "established": ["2001-01-01", "2015-01-01"],
    "expense": ["0", "1500000", "9000000"],
    "staff": ["0", "45", "90"],
    "trade": ["chips", "sell"],
}
UNKNOWN = {
    "a": firm("3000000", ""),
    "b": firm("", "40"),
    "c": firm("3000000", "40", honest=""),
    "d": firm("3000000", "40", trade=""),
}
GROUPED = (
    "quota: {unused: %s, groups: {chips: {label: {en: chips, zh: 芯片}, when: 'trade = \"chips\"', %s}, rest: {label: {en: rest, zh: 其余}, %s}}}\n"
)
ROUNDS: list[tuple[dict[str, str | None], str]] = [
    ({"money": "70万元", "places": "2"}, ""),
    ({"money": "70万元", "places": "2", "ties": "all"}, "minimum: 16万元\nreserve: 1\n"),
    ({"money": "70万元", "ties": "lot", "edge": "partial"}, "lot: x\nminimum: 5万元\n"),
    ({"money": "70万元", "ties": "lot", "edge": "skip"}, "lot: x\n"),
    ({"money": "70万元", "by": "pro_rata", "rank": None, "ties": None, "edge": None, "places": None}, "minimum: 16万元\n"),
    ({"money": "90万元", "places": None}, GROUPED % ("pooled", "share: 50%", "share: 40%")),
    ({"money": "90万元", "places": "3"}, GROUPED % ("pooled", "places: 1", "places: 1")),
    ({"money": "60万元", "places": None}, GROUPED % ("lost", "share: 50%, places: 1", "share: 50%, places: 2")),
]


@pytest.mark.parametrize(("changes", "more"), ROUNDS)
def test_what_is_said_holds_in_every_completion(reading: Any, rules: Rules, tmp_path: Path, changes: dict[str, str | None], more: str) -> None:
    round_, problems = reading(changes, more)
    assert not problems
    awards = given_out(tmp_path / "r", rules, round_, UNKNOWN)
    ranged, totals = outcomes(awards), totals_of(awards)
    cells = [
        (id, at, name)
        for id, firm_ in UNKNOWN.items()
        for at, name in enumerate(("honest", "established", "expense", "staff", "trade"))
        if not firm_[at]
    ]
    for number, chosen in enumerate(product(*(CHOICES[name] for _, _, name in cells))):
        firms = {id: list(cells_) for id, cells_ in UNKNOWN.items()}
        for (id, at, _), cell in zip(cells, chosen, strict=True):
            firms[id][at] = cell
        found = given_out(tmp_path / str(number), rules, round_, firms)
        assert totals_of(found).held == 0
        complete = outcomes(found)
        spent = sum(low for _, low, _ in complete.values())
        assert spent <= totals.given_low + totals.held <= round_.money
        for id, (outcome, low, high) in ranged.items():
            one, got, most = complete.get(id, ("refused", 0, 0))
            assert got == most
            assert low <= got <= high, (id, chosen)
            assert outcome == one or outcome == "undecided", (id, chosen)
