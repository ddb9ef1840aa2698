"""What a pack says of its own coverage, and the published figures about its place: whether they are whole and agree."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from huiqi.rules.context import Document
from huiqi.rules.pack import PackText
from huiqi.rules.parse import parse
from huiqi.rules.records import Indicator, IndicatorValue, RegisterEntry
from huiqi.rules.resolve import place_hint
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, did_you_mean
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PLAIN, Unit

_STATES = {"encoded": "encoded", "partly": "partly encoded", "listed": "listed", "not_found": "not found"}
Key = tuple[str, str, str]  # indicator, place, period


def policy_name(document: Document) -> str:
    """How a register names a document of its pack: `core`, or `<policy>-<edition>`."""
    return f"{document.policy}-{document.edition}" if document.edition else document.policy


def check_register(pack: PackText, places: Places) -> list[Problem]:
    """Faults of a pack's register.yaml and indicators.yaml."""
    problems = list(_missing(pack)) if pack.register else []
    for entry in pack.register:
        problems += _entry(entry, pack, places)
    return problems + _indicators(pack, places)


# ---------------------------------------------------------------- the register


def _missing(pack: PackText) -> Iterator[Problem]:
    """Documents that the pack holds and its register does not name."""
    named = {str(policy) for entry in pack.register for policy in entry.policies}
    for document in pack.documents:
        if policy_name(document) not in named:
            yield Problem(
                "register.missing",
                f"{policy_name(document)} is not in the pack's register",
                document.record.where,
                f"name it under policies: of its document in {pack.id}/register.yaml",
                "warning",
            )


def _entry(entry: RegisterEntry, pack: PackText, places: Places) -> Iterator[Problem]:
    carried = entry.state in ("encoded", "partly")
    if carried and not entry.policies:
        hint = "name the texts that carry it under policies:, or write state: listed"
        yield Problem("register.state", f"{entry.document} is {_STATES[entry.state]}, but no text carries it", entry.where, hint)
    elif entry.policies and not carried:
        said = f"{entry.document} is {_STATES[entry.state]}, but {entry.policies[0]} carries it"
        yield Problem("register.state", said, entry.policies[0].where, "write state: encoded or partly, or take policies: out")
    known = {policy_name(document) for document in pack.documents}
    for policy in entry.policies:
        if policy not in known and policy not in pack.lost:
            hint = did_you_mean(policy, known) or "write core, or <policy>-<edition> of a text of this pack"
            yield Problem("register.unknown-policy", f"{policy} is no text of this pack", policy.where, hint)
    if entry.level is not None and entry.level not in places.by_id:
        yield Problem("rules.unknown-place", f"{entry.level} is not a place", entry.level.where, place_hint(entry.level, places))


# ---------------------------------------------------------------- indicators


def published(value: IndicatorValue) -> Quantity | None:
    """The figure that a source gives; None where the text is no figure."""
    syntax, _ = parse(value.value, value.value.where)
    return syntax if isinstance(syntax, Quantity) else None


def _indicators(pack: PackText, places: Places) -> list[Problem]:
    problems: list[Problem] = []
    known: dict[Key, Indicator] = {}
    for indicator in pack.indicators:
        problems += _values(indicator)
        if indicator.place not in places.by_id:
            hint = place_hint(indicator.place, places)
            problems.append(Problem("rules.unknown-place", f"{indicator.place} is not a place", indicator.place.where, hint))
        first = known.setdefault(_key(indicator), indicator)
        if first is not indicator:
            said = f"{indicator.indicator} of {indicator.place} in {indicator.period} stands twice"
            hint = f"the first one is in line {first.where.line}; put both values under one"
            problems.append(Problem("indicator.same", said, indicator.indicator.where, hint))
    if not problems:  # a sum of figures that are at fault says nothing
        for indicator in pack.indicators:
            problems += _sum(indicator, known)
    return problems


def _key(indicator: Indicator, id: str | None = None) -> Key:
    return id or str(indicator.indicator), str(indicator.place), str(indicator.period)


def _values(indicator: Indicator) -> Iterator[Problem]:
    """Every value is a figure, and all are in one unit."""
    if not indicator.values:
        yield Problem("indicator.value", f"{indicator.indicator} has no value", indicator.where, "add values: with what each source gives")
    first: Unit | None = None
    for value in indicator.values:
        figure = published(value)
        if figure is None:
            yield Problem("indicator.value", f"{value.value} is not a figure", value.value.where, "write a figure with its unit, like 1050亿元")
            continue
        unit = _unit(figure)
        if first is not None and unit != first:
            said = f"{value.value} is in {unit}, the first value in {first}"
            yield Problem("indicator.unit", said, value.value.where, "all values of an indicator have one unit")
        first = first or unit


def _unit(figure: Quantity) -> Unit:
    return PLAIN if figure.unit is None else figure.unit.dimension


def _sum(indicator: Indicator, known: dict[Key, Indicator]) -> Iterator[Problem]:
    """The parts exist, and some choice of what the sources give adds up. `about` and `at least` cannot be added."""
    parts = {name: known.get(_key(indicator, str(name))) for name in indicator.sum_of}
    for name, part in parts.items():
        if part is None:
            ids = [id for id, place, period in known if (place, period) == _key(indicator)[1:]]
            said = f"{name} is no indicator of {indicator.place} in {indicator.period}"
            yield Problem("indicator.unknown-part", said, name.where, did_you_mean(name, ids) or "a part has the same place and period")
    found = [part for part in parts.values() if part is not None]
    if not found or len(found) < len(parts) or any("true" in (one.about, one.at_least) for one in (indicator, *found)):
        return
    if len({_unit(figure) for one in (indicator, *found) for figure in _figures(one)}) > 1:
        yield Problem(
            "indicator.unit", f"the parts of {indicator.indicator} are not in its unit", indicator.where, "a sum and its parts have one unit"
        )
        return
    sums = _sums(found)
    if not sums & {figure.value for figure in _figures(indicator)}:
        said = f"{' + '.join(map(_given, found))} does not come to {_given(indicator)}"
        hint = "mend a figure, add what another source gives, or write about: true where figures are rounded"
        yield Problem("indicator.sum", said, indicator.where, hint)


def _figures(indicator: Indicator) -> list[Quantity]:
    return [figure for value in indicator.values if (figure := published(value)) is not None]


def _sums(parts: list[Indicator]) -> set[Fraction]:
    """Every sum of one value of each part."""
    sums = {Fraction(0)}
    for part in parts:
        sums = {total + figure.value for total in sums for figure in _figures(part)}
    return sums


def _given(indicator: Indicator) -> str:
    """What the sources give, as they write it."""
    values: dict[Text, None] = dict.fromkeys(value.value for value in indicator.values)
    return next(iter(values)) if len(values) == 1 else f"({' or '.join(values)})"
