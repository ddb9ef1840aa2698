"""Published totals: which figures of indicators.yaml a registry can be held against, and how.

An indicator with `counts` names a condition over facts; its figure is how many subjects of its place meet it, or with `adds` what they have together.
Nothing of this is code: a pack says it beside the figure.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from huiqi.facts.schema import subjects_hint
from huiqi.rules.compile import Rules
from huiqi.rules.context import Context, Unresolved, World
from huiqi.rules.eligibility import condition
from huiqi.rules.implied import implies
from huiqi.rules.pack import PackText
from huiqi.rules.records import Indicator
from huiqi.rules.register import published
from huiqi.rules.resolve import figure, place_and_below
from huiqi.rules.tree import All, FactCode, Node, OneOf, facts_in, truth_of
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem
from huiqi.vocabulary.speech import Both, of_words
from huiqi.vocabulary.unit import PLAIN, Unit

#: A figure published so many months before or after the registry's day says too little of it.
NEAR = 36
#: How far from its figure a total may be that its source calls "about".
ROUGHLY = Fraction(1, 20)
_YEAR = re.compile(r"(\d{4})(?:-(\d{2})(?!\d)|-H([12]))?")


@dataclass(frozen=True)
class Total:
    """A published figure and whom it is about; `members` is a test, `adds` a figure of each member in base units."""

    indicator: Indicator
    pack: str
    members: Node
    adds: Node | None
    values: tuple[Fraction, ...]  # what the sources give, each once, in base units
    unit: Unit

    @property
    def id(self) -> str:
        """Its full name: `<place>/<indicator>`."""
        return f"{self.indicator.place}/{self.indicator.indicator}"

    @property
    def label(self) -> Both:
        return of_words(self.indicator.label)

    @property
    def at_least(self) -> bool:
        return self.indicator.at_least == "true"

    @property
    def about(self) -> bool:
        return self.indicator.about == "true"

    @property
    def taken(self) -> Fraction:
        """The figure that is aimed at: the first that is given."""
        return self.values[0]

    def bounds(self, scale: Fraction = Fraction(1)) -> tuple[Fraction, Fraction | None]:
        """Between what the total is met: from the least to the greatest figure that a source gives, from a twentieth below to a twentieth above
        where they say "about", without upper end where they say "more than". Scaled counts are rounded half up, and at least 1 where anybody was
        counted."""
        low, high = min(self.values), max(self.values)
        if self.about:
            low, high = low * (1 - ROUGHLY), high * (1 + ROUGHLY)
        return self.scaled(low, scale), None if self.at_least else self.scaled(high, scale)

    def scaled(self, value: Fraction, scale: Fraction) -> Fraction:
        """A figure times the scale; a number of subjects is whole again."""
        if scale == 1:
            return value
        return value * scale if self.adds is not None else Fraction(max((value * scale + Fraction(1, 2)).__floor__(), value > 0))


@dataclass(frozen=True)
class Unspoken:
    """A published figure that a registry is not held against, and why."""

    indicator: Indicator
    pack: str
    why: Both


NO_TEST = Both("the pack does not say whom it counts", "政策包未说明统计口径对应的条件")


@dataclass(frozen=True)
class Totals:
    """The published figures of a place and all places in it that are near a day, those that nothing can be said of, and what is wrong with them."""

    totals: tuple[Total, ...]
    unspoken: tuple[Unspoken, ...]
    problems: tuple[Problem, ...]


def published_totals(rules: Rules, place: str, as_of: datetime.date, subject: str = "enterprise") -> Totals:
    """The totals of the rules' packs for a registry of a place on a day.

    Of several periods of an indicator the nearest to the day is taken, the earlier of two equally near. The packs must have been read whole.
    """
    inside = rules.places.below(place)
    here = [(pack, one) for pack in rules.packs for one in pack.indicators if str(one.place) in inside]
    nearest: dict[tuple[str, str], tuple[int, PackText, Indicator]] = {}
    unspoken, problems = [], []
    for pack, one in here:
        if one.counts is None:
            unspoken.append(Unspoken(one, pack.id, NO_TEST))
        elif (other := str(one.subject or "enterprise")) != subject:
            unspoken.append(Unspoken(one, pack.id, Both(f"it is about the subject {other}", f"统计对象为{other}")))
        elif (away := months_away(str(one.period), as_of)) is None:
            problems += total_of(one, pack, rules.world, as_of)[1]
        else:
            key = (str(one.place), str(one.indicator))
            if key not in nearest or abs(away) < abs(nearest[key][0]) or (abs(away) == abs(nearest[key][0]) and away < nearest[key][0]):
                nearest[key] = away, pack, one
    found: list[Total] = []
    for away, pack, one in nearest.values():
        if abs(away) > NEAR:
            unspoken.append(Unspoken(one, pack.id, _far(one, as_of)))
            continue
        total, faults = total_of(one, pack, rules.world, as_of)
        problems += faults
        if total is None:
            continue
        later = [year for node in (total.members, total.adds) if node is not None for (_, year), fact in facts_in(node).items() if year > 0]
        if later:
            unspoken.append(Unspoken(one, pack.id, _later(as_of.year - 1 + max(later))))
        else:
            found.append(total)
    return Totals(tuple(found), tuple(unspoken), tuple(problems))


def _far(one: Indicator, as_of: datetime.date) -> Both:
    return Both(f"published for {one.period}, too far from {as_of}", f"所属时期为{one.period}，距{as_of}过远")


def _later(year: int) -> Both:
    return Both(f"it needs figures of {year}, which is not over on the registry's day", f"需要{year}年数据，名册日期时该年尚未结束")


def months_away(period: str, as_of: datetime.date) -> int | None:
    """From a day to the end of a period, in months; None for a period without a year.

    >>> months_away("2023-09", datetime.date(2024, 6, 30)), months_away("2018 to 2022", datetime.date(2024, 6, 30))
    (-9, -18)
    """
    found = list(_YEAR.finditer(period))
    if not found:
        return None
    year, month, half = found[-1].groups()
    return (int(year) - as_of.year) * 12 + (int(month) if month else 6 * int(half) if half else 12) - as_of.month


def facts_year(period: str) -> int | None:
    """The year whose figures a period speaks of: its own if it is whole, otherwise the last one that was over."""
    found = list(_YEAR.finditer(period))
    if not found:
        return None
    year, month, half = found[-1].groups()
    return int(year) if (month, half) in ((None, None), ("12", None), (None, "2")) else int(year) - 1


def total_of(one: Indicator, pack: PackText, world: World, as_of: datetime.date) -> tuple[Total | None, list[Problem]]:
    """An indicator that counts, with its names resolved on a day; recognitions are taken as recorded, never as what the rules would give."""
    own = replace(world, problems=[], resolved={}, open=[], regions=[], used=set(), recognition=lambda flag, context: None)
    subject = str(one.subject or "enterprise")
    document = next((document for document in world.documents if document.pack == pack.id), None)
    year = facts_year(str(one.period))
    if document is None:
        said = f"{pack.id} has no text in which the names of {one.indicator} could mean something"
        return None, [Problem("indicator.counts", said, one.where, "add core.yaml, or take counts: out")]
    if subject not in world.schemas:
        where = one.subject.where if one.subject is not None else one.where
        return None, [Problem("facts.subject", f"there is no subject {subject}", where, subjects_hint(subject, world.schemas))]
    if year is None:
        said = f"the period {one.period} of {one.indicator} names no year"
        return None, [Problem("indicator.period", said, one.period.where, "a figure that counts has a period like 2023 or 2023-09")]
    figures = [found for value in one.values if (found := published(value)) is not None]
    if len(figures) < len(one.values) or not figures:
        return None, []  # told as indicator.value
    unit = PLAIN if figures[0].unit is None else figures[0].unit.dimension
    return _resolved(one, pack, Context(own, document, subject, year - (as_of.year - 1)), tuple(dict.fromkeys(f.value for f in figures)), unit)


def _resolved(one: Indicator, pack: PackText, context: Context, values: tuple[Fraction, ...], unit: Unit) -> tuple[Total | None, list[Problem]]:
    try:
        members = truth_of(condition(one.counts, context, str(one.indicator), where=one.where))
        adds = figure(one.adds, context).node if one.adds is not None else None
    except Unresolved:
        return None, context.world.problems
    problems = list(context.world.problems)
    if one.adds is None and not (unit.is_counted or unit == PLAIN):
        said = f"{one.indicator} is in {unit}, and counts: gives a number"
        problems.append(Problem("indicator.counts", said, one.where, "say under adds: what is added"))
    elif one.adds is not None and (given := figure(one.adds, context).type.unit.dimension) != unit:
        said = f"{one.adds} is in {given}, {one.indicator} in {unit}"
        problems.append(Problem("indicator.counts", said, one.adds.where, "add what is in the indicator's unit"))
    if any(value < 0 or (one.adds is None and value.denominator != 1) for value in values):
        problems.append(
            Problem("indicator.counts", f"{one.indicator} cannot be counted", one.where, "a number of subjects is whole and not negative")
        )
    fact = context.schema.facts.get("place")
    if fact is not None and str(one.place) in context.world.places.by_id:
        members = All((OneOf(FactCode(fact), place_and_below(one.place, context, one.place.where)), members))
    return (None if problems else Total(one, pack.id, members, adds, values, unit)), problems


def check_counts(pack: PackText, rules: Rules) -> list[Problem]:
    """What is wrong with the conditions and sums of a pack's indicators."""
    problems = []
    for one in pack.indicators:
        if one.counts is not None:
            problems += total_of(one, pack, rules.world, rules.law_on)[1]
        elif one.adds is not None or one.subject is not None:
            key = one.adds or one.subject
            assert key is not None
            hint = "write under counts: whose figures are meant"
            problems.append(Problem("indicator.counts", f"{one.indicator} says nothing under counts:", key.where, hint))
    return problems


def contradictions(totals: Sequence[Total], scale: Fraction = Fraction(1)) -> list[Problem]:
    """Parts that are larger than their whole, as far as the conditions show that one is a part of the other."""
    problems = []
    counted = [total for total in totals if total.adds is None]
    for part in counted:
        least = part.bounds(scale)[0]
        for whole in counted:
            most = whole.bounds(scale)[1]
            if part is not whole and most is not None and least > most and implies(part.members, whole.members):
                said = f"{part.id} is {int(least):,}, which is more than {whole.id} with {int(most):,}, though each of the first is one of the second"
                hint = f"mend a figure, or leave one out: --without {part.indicator.indicator}"
                problems.append(Problem("totals.part", said, part.indicator.where, hint))
    return problems


def zones_in(totals: Iterable[Total], place: str, places: Places) -> tuple[str, ...]:
    """The places within a place that the totals speak of, outermost of each first named."""
    inside = places.below(place) - {place}
    named: dict[str, None] = {}
    for total in totals:
        for wanted in _places_named(total.members):
            if wanted <= inside:
                named |= dict.fromkeys(sorted(id for id in wanted if not any(id in places.below(other) - {other} for other in wanted)))
    return tuple(named)


def _places_named(node: Node) -> list[frozenset[str]]:
    found = []
    if isinstance(node, OneOf) and isinstance(node.of, FactCode) and node.of.fact.kind == "place" and not node.negated:
        found.append(node.wanted)
    for part in getattr(node, "parts", ()):
        found += _places_named(part)
    return found
