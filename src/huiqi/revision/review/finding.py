"""One thing that is wrong with a portfolio: what, where, what to do about it, and how much money and how many firms stand behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.speech import Both


@dataclass(frozen=True)
class Finding:
    """`measures` are full names (<pack>/<policy>/<measure>); `money` is a range in fen of `currency`, high None for no upper end, (0, 0) where there
    is none; `firms` surely, and `firms_perhaps` more for want of facts. `detail` is what goes into the JSON: rows, curves, further figures."""

    kind: str
    measures: tuple[str, ...]
    clause: str
    what: Both
    remedy: Both
    where: Where
    money: tuple[int, int | None] = (0, 0)
    firms: int = 0
    firms_perhaps: int = 0
    currency: str = "CNY"
    detail: dict[str, Any] = field(default_factory=dict)


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """By money, then by firms, then as they stand in the texts.

    By money is by what is sure of it, then by the high end. An open end says nothing of how much it is, so a finding with one stands where the
    sure part of its money puts it.
    """

    def rank(one: Finding) -> tuple[Any, ...]:
        low, high = one.money
        return -low, -(low if high is None else high), -one.firms, -one.firms_perhaps, one.where, one.kind, one.measures, one.clause

    return sorted(findings, key=rank)
