"""The visiting list (走访名单): which firm is kept from a measure, or for it, by a single figure that lies within a tenth of the edge.

A firm is on it where it surely has not the measure, neither as it stands nor at its side of the edge, but may have it beyond; or where it may have it
and surely has not beyond. The money is what is due of that measure, before stacking.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material
from huiqi.revision.review.nearby import Nearby, Visit
from huiqi.revision.review.said import firms, firms_perhaps, title
from huiqi.revision.review.said import money as said_money
from huiqi.revision.review.wording import renderer_of
from huiqi.vocabulary.speech import Both, both

FIRST = 20  # visits that a finding names


def visiting_list(material: Material) -> list[Visit]:
    """Every visit to be made for the measures that are reviewed: those who fail by little first, by the money that is sure, then the nearest."""
    reviewed = {material.measures[number].id for number in material.reviewed}
    found = (visit for one in material.counted(Nearby).crossings for visit in one.visits if visit.measure.id in reviewed)

    def rank(one: Visit) -> tuple[Any, ...]:
        low, high = one.money
        sure = low if one.sure else 0
        return not one.fails, -sure, high is not None, -(high or 0), one.distance, one.subject, one.measure.id, float(one.threshold.edge)

    return sorted(found, key=rank)


def visit_row(material: Material, visit: Visit) -> dict[str, Any]:
    """One line of visits.csv: figures in base units (yuan, people, shares), money in whole fen; an open end is empty."""
    threshold = visit.threshold
    figure, needs = threshold.say(renderer_of(material)), threshold.sides[1 if visit.has < float(threshold.sides[1]) else 0]
    low, high = visit.money
    return {
        "subject": visit.subject, "measure": visit.measure.name, "edition": visit.measure.edition, "outcome": "fails" if visit.fails else "keeps",
        "figure_en": figure.en, "figure_zh": figure.zh, "has": visit.has, "edge": float(threshold.edge), "beyond": float(needs),
        "distance": round(visit.distance, 6), "sure": visit.sure, "money_low": low, "money_high": high,
        "clause": str(visit.measure.record.clause),
    }  # fmt: skip


def near(material: Material) -> list[Finding]:
    """For each measure how many firms a visit could bring to it, and how many a step back would cost it."""
    by_measure: dict[str, list[Visit]] = {}
    for visit in visiting_list(material):
        by_measure.setdefault(visit.measure.id, []).append(visit)
    return [_finding(material, visits) for visits in by_measure.values()]


def _finding(material: Material, visits: list[Visit]) -> Finding:
    measure = visits[0].measure
    number = next(n for n, one in enumerate(material.measures) if one.id == measure.id)
    fails, keeps = (_firms(visits, fails=way) for way in (True, False))
    low, high = _together(visits)
    currency = material.currency(number)
    could = firms_perhaps(len(fails[0]), len(fails[1]))
    what = both(
        (
            "{0}: {1} miss it by one figure and at most 10 %; {2} have no more than 10 % to spare",
            "{0}：仅因一项指标、差距10%以内而未符合的有{1}；余量不足10%的有{2}",
        ),
        title(measure), could, firms(len(keeps[0] | keeps[1])),
    )  # fmt: skip
    if measure.amount is not None:
        what = both(("{0}; {1} would be due to those who miss it", "{0}；前者如符合应得{1}"), what, said_money(low, high, currency))
    remedy = Both("visit those who fail by little; the whole list is in visits.csv", "走访差距较小的企业；完整名单见visits.csv")
    rows = [visit_row(material, visit) for visit in visits[:FIRST]]
    detail = {"visits": rows, "all": len(visits)}
    clause = str(measure.record.clause)
    return Finding("near", (measure.name,), clause, what, remedy, measure.where, (low, high), len(fails[0]), len(fails[1]), currency, detail)


def _firms(visits: Iterable[Visit], *, fails: bool) -> tuple[set[str], set[str]]:
    """Who surely, and who else perhaps."""
    sure = {visit.subject for visit in visits if visit.fails is fails and visit.sure}
    return sure, {visit.subject for visit in visits if visit.fails is fails} - sure


def _together(visits: Iterable[Visit]) -> tuple[int, int | None]:
    """What those who fail would be due, each once."""
    best: dict[str, tuple[int, float]] = {}
    for visit in visits:
        if visit.fails:
            low, high = best.get(visit.subject, (0, 0.0))
            best[visit.subject] = max(low, visit.money[0] if visit.sure else 0), max(high, float("inf") if visit.money[1] is None else visit.money[1])
    top = sum(high for _, high in best.values())
    return sum(low for low, _ in best.values()), None if top == float("inf") else round(top)
