"""Funds that no measure is paid from, and sub-limits that speak of nothing or cannot be met together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from huiqi.rules.context import Document
from huiqi.rules.pack import PackText
from huiqi.rules.parse import parse
from huiqi.rules.records import CoreRecord, FundLimit, FundRecord, MeasureRecord
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.problem import Problem, did_you_mean
from huiqi.vocabulary.source import Text

Paid = list[tuple[Document, Text, MeasureRecord]]


def faulty_funds(pack: PackText) -> list[Problem]:
    problems: list[Problem] = []
    funds = {key for document in pack.documents if isinstance(document.record, CoreRecord) for key in document.record.funds}
    measures: Paid = [(document, key, record) for document in pack.documents for key, record in document.measures.items()]
    for document in pack.documents:
        if isinstance(document.record, CoreRecord):
            for key, fund in document.record.funds.items():
                paid = [entry for entry in measures if entry[2].fund == key]
                misspelt = any(record.fund is not None and record.fund not in funds for _, _, record in measures)
                if not paid and fund.note is None and not pack.lost and not misspelt:
                    hint = "name it under fund: of what it pays, or say in a note why none is here"
                    problems.append(Problem("check.fund-unused", f"no measure is paid from the fund {key}", key.where, hint, "warning"))
                problems += _limits(key, fund, paid, [entry for entry in measures if entry not in paid])
    return problems


def _limits(key: Text, fund: FundRecord, paid: Paid, others: Paid) -> Iterator[Problem]:
    covered: list[tuple[FundLimit, frozenset[str]]] = []
    for limit in fund.limits:
        faults = list(_names(key, limit, paid, others))
        yield from faults
        over = frozenset(_name(document, name) for document, name, record in paid if _covers(limit, document, name, record))
        if faults:
            continue
        if over in (before := [one for _, one in covered]):
            first = covered[before.index(over)][0]
            hint = f"line {first.where.line} is about them; write the two as one"
            yield Problem("check.fund-limit", "another limit is about the same measures", limit.where, hint)
            continue
        covered.append((limit, over))
    yield from _together(covered)


def _names(key: Text, limit: FundLimit, paid: Paid, others: Paid) -> Iterator[Problem]:
    """A limit is about measures, or topics, of its own fund."""
    if bool(limit.topics) == bool(limit.measures):
        said = "both topics and measures" if limit.topics else "neither topics nor measures"
        yield Problem("check.fund-limit", f"the limit names {said}", limit.where, "name the one or the other")
    topics = {str(topic) for _, _, record in paid for topic in record.topics}
    for topic in limit.topics:
        if topic not in topics:
            hint = did_you_mean(topic, topics) or (f"topics: {', '.join(sorted(topics))}" if topics else "its measures have no topics")
            yield Problem("check.fund-limit", f"no measure that {key} pays has the topic {topic}", topic.where, hint)
    known = {name for document, measure, _ in paid for name in _names_of(document, measure)}
    elsewhere = {name: record for document, measure, record in others for name in _names_of(document, measure)}
    for name in limit.measures:
        if name in known:
            continue
        if name in elsewhere:
            said = f"is paid from the fund {elsewhere[str(name)].fund}" if elsewhere[str(name)].fund is not None else "is paid from no fund"
            yield Problem("check.fund-limit", f"{name} {said}, not from {key}", name.where, "take it out, or mend its fund:")
        else:
            yield Problem("check.fund-limit", f"{name} is not a measure of this pack", name.where, did_you_mean(name, known))


def _names_of(document: Document, measure: Text) -> tuple[str, str, str]:
    return str(measure), f"{document.policy}/{measure}", _name(document, measure)


def _name(document: Document, measure: Text) -> str:
    return f"{document.pack}/{document.policy}/{measure}"


def _covers(limit: FundLimit, document: Document, name: Text, record: MeasureRecord) -> bool:
    if limit.measures:
        return not set(map(str, limit.measures)).isdisjoint(_names_of(document, name))
    return not set(map(str, limit.topics)).isdisjoint(map(str, record.topics))


def _together(limits: list[tuple[FundLimit, frozenset[str]]]) -> Iterator[Problem]:
    """Floors that come to more than the whole, and a floor of measures that a ceiling leaves less."""
    floors = [(limit, over, share) for limit, over in limits if (share := _share(limit.at_least)) is not None and share <= 1]
    most, apart = _most_apart([(over, share) for _, over, share in floors])
    if most > 1:
        worst = floors[apart[-1]][0]
        assert worst.at_least is not None
        said = f"what the limits keep at least adds up to {float(most * 100):g} % of the fund"
        yield Problem("check.fund-limit", said, worst.at_least.where, "no round could meet them all; mend a share")
    for limit, over in limits:
        if (ceiling := _figure(limit.at_most)) is None:
            continue
        for other, inner in limits:
            floor = _figure(other.at_least)
            if other is not limit and floor is not None and inner < over and floor[1] == ceiling[1] and floor[0] > ceiling[0]:
                assert other.at_least is not None and limit.at_most is not None
                hint = f"line {limit.at_most.where.line} leaves {limit.at_most} for them and others; mend one of the two"
                yield Problem("check.fund-limit", f"at least {other.at_least} cannot be kept for these measures", other.at_least.where, hint)


def _most_apart(
    floors: list[tuple[frozenset[str], Fraction]], begin: int = 0, taken: frozenset[str] = frozenset()
) -> tuple[Fraction, tuple[int, ...]]:
    """The most that floors with no measure in common come to, and which they are."""
    best: tuple[Fraction, tuple[int, ...]] = (Fraction(0), ())
    for number in range(begin, len(floors)):
        over, share = floors[number]
        if taken.isdisjoint(over):
            rest, others = _most_apart(floors, number + 1, taken | over)
            best = max(best, (share + rest, (number, *others)))
    return best


def _share(text: Text | None) -> Fraction | None:
    figure = _figure(text)
    return figure[0] if figure is not None and not figure[1] else None


def _figure(text: Text | None) -> tuple[Fraction, bool] | None:
    """A plain figure and whether it is money; anything else is looked at where it is resolved."""
    if text is None:
        return None
    syntax, _ = parse(text, text.where)
    if not isinstance(syntax, Quantity):
        return None
    return syntax.value, syntax.unit is not None and not syntax.unit.is_plain
