"""Bands and decision tables: what overlaps, what is never reached, what nothing takes in."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy import typing as npt

from huiqi.facts.known import Known
from huiqi.rules import functions, tree
from huiqi.rules.checks.anybody import Open, plainly
from huiqi.rules.compile import Rules
from huiqi.rules.context import Region, Regions
from huiqi.rules.exact import Exactly
from huiqi.rules.tables import SOME
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import Problem
from huiqi.vocabulary.ranges import Exact, Number


def faulty_regions(found: Iterable[Regions], rules: Rules) -> list[Problem]:
    """Bands that overlap or leave a gap; rows of tables that no subject reaches."""
    problems: list[Problem] = []
    for regions in found:
        problems += _covered(regions)
        if regions.kind == "bands":
            problems += _overlaps(regions)
            if not regions.has_else and not any(SOME in row for row, _ in regions.rows):
                nobody = Known(rules.schemas["enterprise"], rules.places, datetime.date(2024, 6, 30))
                problems += _gaps(regions, Open(nobody))
    return problems


def _covered(regions: Regions) -> Iterator[Problem]:
    kind = "band" if regions.kind == "bands" else "row"
    columns = list(zip(*(row for row, _ in regions.rows), strict=True))
    covers = np.logical_and.reduce([_covers(column) for column in columns]) if columns else np.ones((len(regions.rows),) * 2, bool)
    for later, earlier in _first_above_diagonal(covers):
        place, where = regions.rows[earlier][1], regions.rows[later][1]
        yield Problem(
            f"check.{kind}-unreachable", f"this {kind} is never reached: line {place.line} takes all of it", where, "put the narrower one first"
        )


def _overlaps(regions: Regions) -> Iterator[Problem]:
    """Two bands may only share values where one lies wholly inside the other, as steps do (>= 6 %, then >= 5 %)."""
    column = [region for (region,), _ in regions.rows]
    low, high = _ends(column)
    sure = np.array([region.codes is None for region in column])
    covers = _covers(column)
    meets = (np.maximum.outer(low, low) <= np.minimum.outer(high, high)) & np.logical_and.outer(sure, sure) & ~covers & ~covers.T
    for later, earlier in _first_above_diagonal(meets):
        place, where = regions.rows[earlier][1], regions.rows[later][1]
        yield Problem(
            "check.band-overlap", f"this band overlaps with that of line {place.line}", where, "let one end where the other begins: `10 ..< 50`"
        )


def _first_above_diagonal(holds: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """For each row the first earlier row of which something holds."""
    before = np.triu(holds, 1)
    for later in np.flatnonzero(before.any(axis=0)):
        yield int(later), int(before[:, later].argmax())


def _ends(column: Sequence[Region]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The ends of regions as whole numbers in their order: an open end lies just inside its figure."""
    figures = sorted({end for region in column for end in (region.low, region.high)})
    rank = {figure: 2 * number for number, figure in enumerate(figures)}
    low = np.array([rank[region.low] + region.open_low for region in column])
    return low, np.array([rank[region.high] - region.open_high for region in column])


def _covers(column: Sequence[Region]) -> npt.NDArray[np.bool_]:
    """Whether everything in the one region lies in the other: rows cover columns."""
    low, high = _ends(column)
    figures = np.array([region.codes is None for region in column])
    whole = np.array([region == Region() for region in column])
    inside = np.less_equal.outer(low, low) & np.greater_equal.outer(high, high) & np.logical_and.outer(figures, figures)
    sets = list(dict.fromkeys(region.codes for region in column if region.codes is not None))
    of = np.array([sets.index(region.codes) if region.codes is not None else -1 for region in column])
    within = np.array([[bool(b) and b <= a for b in sets] for a in sets] or [[False]])
    codes = within[np.ix_(of, of)] & np.logical_and.outer(~figures, ~figures)
    return inside | codes | np.logical_and.outer(whole, ~figures)


def _gaps(regions: Regions, exact: Exactly) -> Iterator[Problem]:
    """The first stretch of values that no band takes in."""
    of = regions.inputs[0].node
    if isinstance(of, functions.Growth):  # a comparison of powers, not a value
        return
    try:
        whole = exact.value(of)
    except RecursionError:
        return
    if not isinstance(whole, Number):
        return
    at, closed = (whole.low, True) if not isinstance(whole.low, float) else (-math.inf, False)
    covered_to: Exact = at
    open_at = closed  # the value at `covered_to` itself is still to be covered
    for low, open_low, high, open_high in sorted(((r.low, r.open_low, r.high, r.open_high) for (r,), _ in regions.rows), key=lambda r: (r[0], r[1])):
        if (low > covered_to or (low == covered_to and open_low and open_at)) and _between(covered_to, open_at, low, open_low, of):
            yield _gap(covered_to, low, regions)
            return
        if high > covered_to or (high == covered_to and not open_high):
            covered_to, open_at = high, open_high
    if whole.high > covered_to or (whole.high == covered_to and open_at and not isinstance(covered_to, float)):
        yield _gap(covered_to, whole.high, regions)


def _between(low: Exact, open_low: bool, high: Exact, open_high: bool, of: Node) -> bool:
    """Some value lies between: of what is counted in whole steps there may be none, as between 19 and 20 people."""
    of = tree.body(of)
    step = of.fact.step if isinstance(of, tree.FactFigure) else Fraction(1) if isinstance(of, tree.Since | tree.YearOf | tree.Tally) else None
    if step is None or isinstance(low, float) or isinstance(high, float):
        return True
    first = math.ceil(low / step) if open_low else math.floor(low / step) + 1
    last = math.floor(high / step) if open_high else math.ceil(high / step) - 1
    return first <= last


def _gap(low: Exact, high: Exact, regions: Regions) -> Problem:
    of = regions.inputs[0].node
    if isinstance(low, float):
        between = f"below {plainly(high, of)}"
    elif isinstance(high, float):
        between = f"above {plainly(low, of)}"
    else:
        between = f"between {plainly(low, of)} and {plainly(high, of)}" if low != high else f"at {plainly(low, of)}"
    return Problem("check.band-gap", f"no band takes values {between}", regions.where, "add a band, or else: at the end")
