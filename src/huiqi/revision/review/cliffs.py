"""Cliffs (断崖): one yuan or one person more, and a firm gets less; and where a single step more brings much at once.

For every threshold the firms that stand near it are paid twice, just below and just above, by all measures after stacking and with all their other
facts as they are. What a share rests on counts as well: where a ratio brings money, more of its divisor loses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np

from huiqi.entitlements.columns import Run
from huiqi.entitlements.due import due
from huiqi.revision.review.bunching import test_of
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material
from huiqi.revision.review.nearby import Crossing, Near, Nearby
from huiqi.revision.review.said import firms_perhaps, money
from huiqi.revision.review.suppose import Actual
from huiqi.revision.review.thresholds import Threshold
from huiqi.revision.review.wording import fen, first_use, full_names, is_reviewed, renderer_of
from huiqi.vocabulary.speech import Both, both, listed, of_words

NOTCHES = 20  # steps up that are told, the largest first
CURVES = 10  # cliffs that get a curve, those of most money
POINTS = 40  # of a curve, beside those at its edges
SPAN = Fraction(1, 2)  # of the edge, on each side of a curve


def cliffs(material: Material) -> list[Finding]:
    """Thresholds at which some firm near it surely loses, or gains, by a step more."""
    crossed = [one for one in material.counted(Nearby).crossings if is_reviewed(material, one.threshold)]
    edges: dict[int, set[float]] = {}
    for one in crossed:
        edges.setdefault(one.bearing.slot, set()).add(float(one.threshold.edge))
    falls, rises = [], []
    for one in crossed:
        down = [near for near in one.near if near.high < 0]
        up = [near for near in one.near if near.low > 0]
        if down:
            falls.append(_finding(material, one, down, crossed, edges, falls=True))
        if up:
            rises.append(_finding(material, one, up, crossed, edges, falls=False))
    lost = [one for one in rises if one.kind == "cliff"]
    told = falls + lost
    drawn = sorted(told, key=lambda finding: -finding.money[0])[:CURVES]
    for finding in drawn:
        drawing = finding.detail["curve"]
        one = next(one for one in crossed if [str(use.where) for use in one.threshold.uses] == finding.detail["places"]
                   and float(one.threshold.edge) == finding.detail["edge"])  # fmt: skip
        drawing["points"] = curve(material, one.threshold, one, drawing["subject"], crossed)
    return told + sorted((one for one in rises if one.kind == "notch"), key=lambda one: -one.money[0])[:NOTCHES]


def _finding(
    material: Material, one: Crossing, sure: list[Near], crossed: Sequence[Crossing], edges: dict[int, set[float]], *, falls: bool
) -> Finding:
    """A fall or a rise, with the money of the firms near it: what they would get less, or more, all of them together."""
    threshold, renderer = one.threshold, renderer_of(material)
    currency = material.currency(*one.bearing.touched)
    changes = [(-near.high, -near.low) if falls else (near.low, near.high) for near in one.near]
    total = sum(max(low, 0) for low, _ in changes), sum(max(high, 0) for _, high in changes)
    mine = [(-near.high, -near.low) if falls else (near.low, near.high) for near in sure]
    middle = median(low for low, _ in mine), median(high for _, high in mine)
    perhaps = sum(high > 0 for _, high in changes) - len(sure)
    turned = [
        fact for fact, year in threshold.facts if not year and threshold.fact is None and threshold.direction(fact, year) == (1 if falls else -1)
    ]
    if threshold.fact is not None:
        turned = [threshold.fact[0]] if falls else []
    kind = "cliff" if falls or turned else "notch"
    below, above = threshold.sides
    crossing = (
        both(("from {0} to {1}", "由{0}升至{1}"), threshold.say_figure(below), threshold.say_figure(above))
        if threshold.fact is not None
        else both(("past {0}", "越过{0}"), threshold.say_figure(threshold.edge))
    )
    words = ("lose", "减少") if falls else ("gain", "增加")
    what = both(
        (
            f"as {{0}} goes {{1}}, {{2}} near it {words[0]} money: {{3}} at the median, {{4}} together; {{7}} stand {{5}} below and {{6}} above",
            f"{{0}}{{1}}时，附近{{2}}所得{words[1]}：中位数{{3}}，合计{{4}}；门槛以下{{7}}有{{5}}家，以上{{7}}有{{6}}家",
        ),
        threshold.say(renderer), crossing, firms_perhaps(len(sure), perhaps), money(*_whole(middle), currency), money(*_whole(total), currency),
        f"{one.below:,}", f"{one.above:,}", Both("within a step", "一步之内") if threshold.coarse else Both("within 10 %", "10%内"),
    )  # fmt: skip
    if turned and threshold.fact is None:
        names = listed([of_words(fact.label) for fact in turned], ", ", "、")
        what = both(("{0}; so more of {1} can cost money", "{0}；因此{1}增加反而可能减少所得"), what, names)
    if (tested := test_of(one, edges[one.bearing.slot], len(crossed))) is not None:
        what = both(("{0}. {1}", "{0}。{1}"), what, _bunching[tested[1].verdict])
    remedy = (
        Both("let what is given fall away step by step beyond the edge, or pay each slice at its own rate", "门槛之后逐级递减，或改为超额累进")
        if kind == "cliff"
        else Both("no fault in itself; where the step is large, graduate it", "本身并非缺陷；落差较大的，可分档递增")
    )
    use = first_use(material, threshold)
    typical = sorted(sure, key=lambda near: (abs(near.low + near.high), near.subject))[len(sure) // 2].subject
    detail: dict[str, Any] = {
        "figure": threshold.say(renderer).as_json(), "edge": float(threshold.edge), "edge_said": threshold.say_figure(threshold.edge).as_json(),
        "below": one.below, "above": one.above, "unknown": one.unknown,
        "median": list(_whole(middle)), "falls": falls, "places": [str(use.where) for use in threshold.uses],
        "bunching": None if tested is None else tested[1].as_json(),
        "curve": {"subject": typical, "points": []},
    }  # fmt: skip
    return Finding(kind, full_names(threshold), use.clause, what, remedy, use.where, _whole(total), len(sure), perhaps, currency, detail)


_bunching = {
    "bunched": Both("Firms bunch on the side that pays", "企业在受益一侧有聚集"),
    "not": Both("No bunching is to be seen", "未见聚集"),
    "round": Both("More firms stand on the side that pays, but as many do at other round figures", "受益一侧企业较多，但其他整数位置同样如此"),
    "too few": Both("Too few firms to tell whether they bunch", "企业过少，无法判断是否聚集"),
}


def _whole(ends: tuple[float, float]) -> tuple[int, int | None]:
    return round(ends[0]), fen(ends[1])


def curve(material: Material, threshold: Threshold, one: Crossing, subject: str, crossed: Sequence[Crossing]) -> list[list[float | int | None]]:
    """What one firm would be paid by the measures that the figure bears on, from half to one and a half times the edge: [figure, low, high] in base
    units and fen, high None where it is open. Both sides of every threshold of the figure are among the points."""
    bearing, edge = one.bearing, threshold.edge
    at = material.registry.position(subject)
    assert at is not None
    low, high = sorted((edge * (1 - SPAN), edge * (1 + SPAN)))
    step = threshold.fact[0].step if threshold.fact is not None else None
    figures = {low + (high - low) * n / POINTS for n in range(POINTS + 1)}
    if step is not None:
        figures = {figure // step * step for figure in figures}
    figures |= {side for other in crossed if other.bearing is bearing for side in other.threshold.sides if low <= side <= high}
    ordered = sorted(figures)
    columns = {*material.population.columns(material.plan), *material.population.columns(bearing.stacked.limits)}
    run = Run(material.plan, material.population.block(sorted(columns, key=str), at, at + 1)).run()
    actual = Actual.of(run, [due(run, planned) for planned in material.plan.measures])
    side = bearing.suppose(actual, np.zeros(len(ordered), np.intp), ordered, np.arange(len(ordered)))
    paid = bearing.paid(side)
    return [[float(figure), round(a), fen(b)] for figure, a, b in zip(ordered, paid[0].tolist(), paid[1].tolist(), strict=True)]
