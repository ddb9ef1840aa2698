"""Two evaluations side by side: what they come to, and each measure whose counts or cost differ."""

from __future__ import annotations

from typing import Any

from huiqi.vocabulary.speech import Both
from huiqi_portal.office.shown_figures import NOTHING, money, summed

_COUNTS = ("yes", "depends", "no")


def compared(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The totals of both by currency, the measures that differ, and how many do not."""
    sides = [{measure["id"]: measure for measure in side["measures"]} for side in (one, other)]
    rows, same = [], 0
    for id in dict.fromkeys((*sides[0], *sides[1])):
        pair = [side.get(id) for side in sides]
        if pair[0] is not None and pair[1] is not None and _figures(pair[0]) == _figures(pair[1]):
            same += 1
        else:
            rows.append(_row([side.get(id) for side in sides]))
    currencies = dict.fromkeys(total["currency"] for side in (one, other) for total in side["totals"])
    return {
        "subjects": [one["subjects"], other["subjects"]],
        "totals": [{"currency": currency, "sides": [_total(side, currency) for side in (one, other)]} for currency in currencies],
        "rows": sorted(rows, key=lambda row: row["title"].zh),
        "same": same,
    }


def _figures(measure: dict[str, Any]) -> tuple[Any, ...]:
    return (*(measure[name] for name in _COUNTS), measure["before"], measure["after"])


def _row(pair: list[dict[str, Any] | None]) -> dict[str, Any]:
    measure = pair[1] or pair[0]
    assert measure is not None
    return {"title": Both(**measure["title"]), "id": measure["id"], "sides": [_side(side) for side in pair]}


def _side(measure: dict[str, Any] | None) -> dict[str, Any] | None:
    if measure is None:
        return None
    after = money(measure["after"], measure["currency"], unpublished=measure["unpublished"]) if measure["pays"] else NOTHING
    return {name: measure[name] for name in _COUNTS} | {"after": after}


def _total(side: dict[str, Any], currency: str) -> dict[str, Any] | None:
    found = next((total for total in side["totals"] if total["currency"] == currency), None)
    return found and {"before": summed(found["before"], currency), "after": summed(found["after"], currency)}
