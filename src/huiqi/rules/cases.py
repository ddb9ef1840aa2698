"""Worked cases: given facts, what must come of them; the packs' own tests."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.ownership import Holding, Ownership
from huiqi.facts.past import Award, past_value
from huiqi.facts.schema import Fact, Schema, figure, subjects_hint
from huiqi.rules.awards import past_in
from huiqi.rules.compile import Measure, Rules, ancestors, key_of
from huiqi.rules.cumulation import stack, stacking_of, together
from huiqi.rules.exact import Exactly
from huiqi.rules.groups import others, related_in, unrelated
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.parse import parse
from huiqi.rules.payable import Ends, amount_due, claims_of, limits_of, payable
from huiqi.rules.records import CaseRecord
from huiqi.rules.syntax import DateLiteral, Quantity
from huiqi.rules.tree import Node, RelatedKey
from huiqi.vocabulary.problem import NOWHERE, Problem, Where, did_you_mean, errors
from huiqi.vocabulary.ranges import NO, UNSURE, YES, Absent, Codes, Exact, Number, Pair, Value
from huiqi.vocabulary.record import words
from huiqi.vocabulary.source import Mapping, Text, where_of
from huiqi.vocabulary.unit import CURRENCIES, UNITS, Unit

_LARGEST = 10**300
SELF = "self"  # the subject of a case among its related enterprises
NOT_IN_FORCE = "not_in_force"
_AMOUNT_OF_AWARD = {
    currency: Fact("amount", "", "money", "day", *(words("amount", "金额"),) * 2, UNITS[currency], currency, 2, Fraction(0))
    for currency in CURRENCIES
}
_STATUS = {"yes": YES, "no": NO, "depends": UNSURE}


@dataclass(frozen=True)
class Case:
    """A case whose facts have been read."""

    pack: str
    record: CaseRecord
    known: Known
    ownership: Ownership | None = None
    others: dict[str, Known] = field(default_factory=dict)
    awards: tuple[Award, ...] | None = None  # None: nothing is known of past awards

    @property
    def subject(self) -> str:
        return self.known.schema.subject

    @property
    def law_on(self) -> datetime.date:
        return self.record.law_on or self.record.as_of


def read_case(record: CaseRecord, pack: PackText, library: Library) -> tuple[Case | None, list[Problem]]:
    """A case's facts as values; every faulty one is a problem."""
    subject = str(record.subject or "enterprise")
    if subject not in library.common.schemas:
        hint = subjects_hint(subject, library.common.schemas)
        return None, [Problem("facts.subject", f"there is no subject {subject}", where_of(record.subject, record.where), hint)]
    schema = library.schema(subject)
    known, problems = _known(str(record.case), record.facts, record.as_of, schema, library)
    others = {}
    for id, facts in record.others.items():
        others[str(id)], faults = _known(str(id), facts, record.as_of, schema, library)
        problems += faults
    ownership, faults = _ownership(record)
    problems += faults
    awards, faults = _awards(record, pack, library)
    problems += faults
    if errors(problems):
        return None, problems
    return Case(pack.id, record, known, ownership, others, awards), problems


def _known(id: str, facts: dict[Text, Any], as_of: datetime.date, schema: Schema, library: Library) -> tuple[Known, list[Problem]]:
    """What a case says of one subject."""
    problems: list[Problem] = []
    values: dict[tuple[str, int | None], Raw] = {}
    for name, node in facts.items():
        fact = schema.facts.get(schema.names.get(str(name), ""))
        if fact is None:
            hint = did_you_mean(name, schema.names) or "facts stand in facts/*.yaml and facts.yaml"
            problems.append(Problem("case.unknown-fact", f"{name} is not a fact", name.where, hint))
            continue
        for year, text in _by_year(fact, node, as_of.year - 1, problems):
            if (fact.id, year) in values:
                problems.append(Problem("case.value", f"{fact.id} is given twice", name.where, "leave one out"))
            raw, faults = _value(fact, text, library)
            problems += faults
            if raw is not None:
                values[(fact.id, year)] = raw
    first_year = min((year for _, year in values if year is not None), default=None)
    return Known(schema, library.common.places, as_of, values, id, first_year), problems


def _ownership(record: CaseRecord) -> tuple[Ownership | None, list[Problem]]:
    """Who holds whom in a case; without `others` and `ownership` nothing is known of that, with an empty list nobody does."""
    if not record.others and "ownership" not in record.model_fields_set:
        return None, []
    problems = []
    holdings = []
    named = {SELF, *(str(id) for id in record.others)}
    for line in record.ownership:
        for id in (line.owner, line.owned):
            if id not in named:
                hint = did_you_mean(id, named) or "`self` is the subject of the case; the others stand under others:"
                problems.append(Problem("case.holding", f"{id} is not an enterprise of this case", id.where, hint))
        share = None
        if line.share is not None:
            try:
                share = figure(line.share)
            except ValueError:
                problems.append(Problem("case.holding", f"{line.share} is no share", line.share.where, "write 30%"))
        holdings.append(Holding(str(line.owner), str(line.owned), share, line.kind))
    return Ownership(tuple(holdings)), problems


def _awards(record: CaseRecord, pack: PackText, library: Library) -> tuple[tuple[Award, ...] | None, list[Problem]]:
    """What was granted before in a case; without `awards` nothing is known of that, with an empty list there was nothing."""
    if "awards" not in record.model_fields_set:
        return None, []
    problems, awards = [], []
    near = ancestors(library.packs).get(pack.id, (pack.id,))
    names = {
        name: (document, f"{document.pack}/{document.policy}/{key}")
        for document in sorted(library.documents, key=lambda d: -near.index(d.pack) if d.pack in near else -len(near))
        for key in document.measures
        for name in (str(key), f"{document.policy}/{key}", f"{document.pack}/{document.policy}/{key}")
    }
    for line in record.awards:
        subject = str(line.subject or SELF)
        if subject != SELF and subject not in record.others:
            hint = did_you_mean(subject, [SELF, *map(str, record.others)]) or "`self` is the subject of the case; the others stand under others:"
            problems.append(Problem("case.award", f"{subject} is not an enterprise of this case", where_of(line.subject, line.where), hint))
        if (found := names.get(str(line.measure))) is None:
            hint = did_you_mean(line.measure, names) or "a measure goes by its key, policy/key or pack/policy/key"
            problems.append(Problem("case.award", f"{line.measure} is not a measure", line.measure.where, hint))
            continue
        document, measure = found
        currency = next(str(one.record.currency) for one in library.packs if one.id == document.pack)
        amount, faults = _value(_AMOUNT_OF_AWARD[currency], line.amount, library)
        problems += [replace(fault, code="case.award") for fault in faults]
        if line.place is not None and library.common.places.find(line.place) is None:
            hint = did_you_mean(line.place, library.common.places.by_id) or "places stand in places.yaml"
            problems.append(Problem("case.award", f"{line.place} is not a place", line.place.where, hint))
        if isinstance(amount, int):
            awards.append(Award(subject, measure, amount, line.granted_on, None if line.place is None else str(line.place)))
    return tuple(awards), problems


def _with_past(case: Case, nodes: Iterable[Node]) -> Case:
    """The case with what its awards come to, as facts of its subject and of the others."""
    if case.awards is None:
        return case
    facts, as_of = past_in(nodes).values(), case.record.as_of

    def known(of: Known, subject: str) -> Known:
        own = [award for award in case.awards or () if award.subject == subject]
        return replace(of, values={**of.values, **{(fact.id, None): past_value(fact, own, as_of) for fact in facts}})

    return replace(case, known=known(case.known, SELF), others={id: known(other, id) for id, other in case.others.items()})


def _related(case: Case, nodes: Iterable[Node]) -> dict[RelatedKey, Number]:
    """What the case's other enterprises add; where nothing is known of its owners, that can be anything."""
    found: dict[RelatedKey, Number] = {}
    if case.ownership is None:
        return found
    for node in related_in(nodes):
        weights = case.ownership.weights(*node.rule.key).get(SELF, {})
        found[node.key] = others(node, weights, case.others.get) if weights else unrelated(node, case.ownership)
    return found


def _by_year(fact: Fact, node: Any, last: int, problems: list[Problem]) -> Iterator[tuple[int | None, Text]]:
    if isinstance(node, Mapping) and fact.period == "year":
        for year, text in node.items():
            if not (year.isascii() and year.isdigit() and len(year) == 4):
                problems.append(Problem("case.year", f"{year} is not a year", year.where, "write {2023: ..., 2022: ...}"))
            elif int(year) > last + 1:
                problems.append(Problem("case.year", f"{year} lies after the day of the case", year.where, f"the last completed year is {last}"))
            elif not isinstance(text, Text):
                problems.append(
                    Problem(
                        "case.value", f"{fact.id}: a single value is expected for {year}", where_of(text, year.where), "write {2023: ..., 2022: ...}"
                    )
                )
            else:
                yield int(year), text
    elif isinstance(node, Text):
        yield (last if fact.period == "year" else None), node
    else:
        hint = "write {2023: ..., 2022: ...}" if fact.period == "year" else "write one value"
        problems.append(
            Problem("case.value", f"{fact.id} holds {'for years' if fact.period == 'year' else 'at a day'}", where_of(node, NOWHERE), hint)
        )


def _value(fact: Fact, text: Text, library: Library) -> tuple[Raw | None, list[Problem]]:
    """One given value; money and areas carry their units."""

    def wrong(message: str, hint: str = "") -> tuple[None, list[Problem]]:
        return None, [Problem("case.value", f"{fact.id}: {message}", text.where, hint)]

    if text == "none":
        return (NONE, []) if fact.optional else wrong("it always exists; `none` is for optional facts", "leave it out where it is unknown")
    match fact.kind:
        case "flag":
            return (text == "true", []) if text in ("true", "false") else wrong(f"{text} is not true or false", "leave it out where it is unknown")
        case "category":
            assert fact.codes is not None
            code = fact.codes.find(text)
            return (code, []) if code is not None else wrong(f"{text} is not a code of {fact.codes.id}", did_you_mean(text, fact.codes.codes))
        case "place":
            place = library.common.places.find(text)
            return (place, []) if place is not None else wrong(f"{text} is not a place", did_you_mean(text, library.common.places.by_id))
        case "text":
            return str(text), []
    syntax, problems = parse(text, text.where)
    if fact.kind == "date":
        return (syntax.value.toordinal(), []) if isinstance(syntax, DateLiteral) else wrong(f"{text} is not a date", "write 2024-06-30")
    if not isinstance(syntax, Quantity):
        return wrong(f"{text} is not a figure", f"write a figure in {fact.unit_text}") if syntax is not None else (None, problems)
    bare = syntax.unit is None and (fact.unit.is_counted or syntax.value == 0)
    if not bare and (syntax.unit is None or syntax.unit.dimension != fact.unit.dimension):
        return wrong(f"{text} is not a figure in {fact.unit_text}", f"write the unit: {fact.unit_text}")
    steps = syntax.value / fact.step
    if steps.denominator != 1:
        return wrong(f"{text} has more decimals than the {fact.decimals} that are kept", "round it")
    whole = fact.whole
    if isinstance(whole, Number) and not whole.low <= syntax.value <= whole.high:
        return wrong(f"{text} is outside its range", "mend the figure, or range: of the fact")
    return int(steps), []


@dataclass(frozen=True)
class Verdict:
    """One expectation of a case and what was found."""

    case: Case
    name: str
    expected: str
    found: str
    where: Where

    @property
    def holds(self) -> bool:
        return self.expected == self.found


def run_cases(library: Library, packs: tuple[PackText, ...]) -> tuple[list[Verdict], list[Problem]]:
    """Every expectation of every case of some packs."""
    verdicts: list[Verdict] = []
    problems: list[Problem] = []
    for pack in packs:
        cases: list[Case] = []
        for record in pack.cases:
            case, faults = read_case(record, pack, library)
            problems += faults
            if case is not None:
                cases.append(case)
        rules = _rules_by_day(cases, library)
        for case in cases:
            found, faults = run_case(case, rules[library.unchanged_since(case.law_on)])
            verdicts += found
            problems += faults
    return verdicts, problems


def _rules_by_day(cases: list[Case], library: Library) -> dict[datetime.date, Rules]:
    """The rules that cases look at, by the day from which the law is what it is on theirs; what is payable rests on all of their packs."""
    names: dict[datetime.date, set[str]] = {}
    packs: dict[datetime.date, set[str]] = {}
    above = ancestors(library.packs)
    for case in cases:
        day = library.unchanged_since(case.law_on)
        names.setdefault(day, set()).update(key_of(str(name)) for name in case.record.expect)
        if any(_payable_expected(expected) is not None for expected in case.record.expect.values()):
            packs.setdefault(day, set()).update(above[case.pack])
    return {
        day: library.rules_of(
            [
                d
                for d in library.documents
                if d.in_force(day) != "no" and (d.pack in packs.get(day, ()) or not wanted.isdisjoint(map(str, d.measures)))
            ],
            day,
        )
        for day, wanted in names.items()
    }


def _payable_expected(expected: Any) -> Any:
    """What a case expects to be left of a measure's amount after stacking."""
    return expected.part("payable") if isinstance(expected, Mapping) else None


def run_case(case: Case, rules: Rules) -> tuple[list[Verdict], list[Problem]]:
    """One case, on the rules of its day."""
    read = list(_read_by(case, rules))
    case = _with_past(case, read)
    exact = Exactly(case.known, related=_related(case, read))
    verdicts: list[Verdict] = []
    problems: list[Problem] = []
    for name, expected in case.record.expect.items():
        measures = _applying(_nearest([m for m in rules.find(str(name)) if m.subject == case.subject], case, rules), exact)
        if expected == NOT_IN_FORCE:
            verdicts += _not_in_force(case, name, measures, rules, problems)
            continue
        if measures:
            money = UNITS[rules.currencies[measures[0].document.pack]]
            verdicts += _measure(case, name, expected, measures, exact, money, problems)
            if _payable_expected(expected) is not None and len(measures) == 1:
                verdicts += _payable(case, name, _payable_expected(expected), measures[0], rules, exact, money, problems)
            continue
        typed = rules.value(str(name), case.pack, case.subject)
        if typed is None:
            documents = [m.document for m in rules.measures]
            known = [m.key for m in rules.measures] + [str(key) for d in documents for key in (*d.definitions, *d.scorecards)]
            hint = did_you_mean(name, known) or "measures and definitions of texts that are in force on that day"
            problems.append(Problem("case.unknown-name", f"{name} is neither a measure nor a definition on {case.law_on}", name.where, hint))
            continue
        value = exact.codes(typed.node) if typed.type.kind in ("code", "place") else exact.value(typed.node)
        text = _expected_value(expected, value, typed.type.unit, problems, name.where)
        if text is not None:
            verdicts.append(Verdict(case, str(name), text, say(value), where_of(expected, name.where)))
    return verdicts, problems


def _payable(
    case: Case, name: Text, expected: Any, measure: Measure, rules: Rules, exact: Exactly, money: Unit, problems: list[Problem]
) -> list[Verdict]:
    status = isinstance(expected, Text) and str(expected) in _STATUS
    if measure.amount is None and not status:
        problems.append(Problem("case.amount", f"{name} has no amount", where_of(expected, name.where), "expect its status: yes, no or depends"))
        return []
    chosen = _stacked_with(measure, rules)
    stacking = stack(rules, chosen, case.subject)
    left = payable(stacking, claims_of(stacking, exact), limits_of(stacking, exact)).claims[chosen.index(measure)]
    if measure.amount is None:
        return [Verdict(case, f"{name} payable", str(expected), say(Pair(left.must, left.may)), where_of(expected, name.where))]
    found = _in_yuan(left.ends)
    text = _expected_value(expected, found, money, problems, name.where)
    return [] if text is None else [Verdict(case, f"{name} payable", text, say(found), where_of(expected, name.where))]


def _stacked_with(measure: Measure, rules: Rules) -> list[Measure]:
    """A measure with all on which it rests what is payable of it."""
    return [rules.measures[number] for number in sorted(together(stacking_of(rules), [rules.measures.index(measure)]))]


def _in_yuan(ends: Ends) -> Number:
    low, high = (Fraction(end) / 100 if isinstance(end, int) else end for end in ends)
    return Number(low, high)


def _not_in_force(case: Case, name: Text, measures: list[Measure], rules: Rules, problems: list[Problem]) -> list[Verdict]:
    """The measure exists in some text, but in none that is in force on the day."""
    key = key_of(name)
    known = [str(measure) for document in rules.world.documents for measure in document.measures]
    if key not in known:
        problems.append(Problem("case.unknown-name", f"{name} is no measure of any text", name.where, did_you_mean(key, known)))
        return []
    return [Verdict(case, str(name), NOT_IN_FORCE, "in force" if measures else NOT_IN_FORCE, name.where)]


def _read_by(case: Case, rules: Rules) -> Iterator[Node]:
    """Whatever the expectations of a case look at."""
    for name, expected in case.record.expect.items():
        found = rules.find(str(name))
        if _payable_expected(expected) is not None:
            found = [other for measure in found for other in _stacked_with(measure, rules)]
            yield from stack(rules, found, case.subject).limits
        for measure in found:
            yield measure.truth
            if measure.amount is not None:
                yield measure.amount.node
        typed = rules.value(str(name), case.pack, case.subject)
        if typed is not None:
            yield typed.node


def _nearest(measures: list[Measure], case: Case, rules: Rules) -> list[Measure]:
    """Of measures that share a short name, those of the case's own pack or of the nearest that it inherits."""
    near = rules.world.ancestors[case.pack]
    places = {m.name: near.index(m.document.pack) if m.document.pack in near else len(near) for m in measures}
    return [m for m in measures if places[m.name] == min(places.values())]


def _applying(measures: list[Measure], exact: Exactly) -> list[Measure]:
    """Of several editions that hold on a day for different cohorts, those that may apply to the subject; all where none may."""
    if len(measures) < 2:
        return measures
    possible = [m for m in measures if exact.truth(m.truth).may]
    return possible or measures[-1:]


def _measure(case: Case, name: Text, expected: Any, measures: list[Measure], exact: Exactly, money: Unit, problems: list[Problem]) -> list[Verdict]:
    status, amount = (expected.part("status"), expected.part("amount")) if isinstance(expected, Mapping) else (expected, None)
    if isinstance(expected, Mapping) and (extra := [key for key in expected if key not in ("status", "amount", "payable")]):
        problems.append(
            Problem("case.expect", f"{extra[0]} is not a key here", extra[0].where, "a measure has a status, an amount and what is payable")
        )
    if len(measures) > 1:
        problems.append(
            Problem("case.ambiguous", f"{name} is {' and '.join(m.id for m in measures)}", name.where, "write the full name with its edition")
        )
        return []
    verdicts = []
    pair = exact.truth(measures[0].truth)
    if status is not None:
        if not isinstance(status, Text) or status not in _STATUS:
            said = status if isinstance(status, Text) else "this"
            problems.append(Problem("case.status", f"{said} is no status", where_of(status, name.where), "yes, no, depends or not_in_force"))
            return []
        verdicts.append(Verdict(case, str(name), str(status), say(pair), where_of(status, name.where)))
    if amount is not None:
        if measures[0].amount is None:
            problems.append(Problem("case.amount", f"{name} has no amount", where_of(amount, name.where), "expect only its status"))
            return verdicts
        due = amount_due(pair, exact.figure(measures[0].amount.node))
        text = _expected_value(amount, due, money, problems, name.where)
        if text is not None:
            verdicts.append(Verdict(case, f"{name} amount", text, say(due), where_of(amount, name.where)))
    return verdicts


def say(value: Value) -> str:
    """A value in one fixed form, for comparing and for people."""
    match value:
        case Pair():
            return next(word for word, pair in _STATUS.items() if pair == value)
        case Codes(possible=possible):
            return " | ".join(sorted("none" if code is None else code for code in possible))
        case Number(absent=Absent.SURELY):
            return "none"
        case Number(low=low, high=high, absent=absent):
            text = _figure(low) if low == high else f"{_figure(low)} .. {_figure(high)}"
            return text + (" or none" if absent is Absent.MAYBE else "")


def _figure(end: Exact) -> str:
    if isinstance(end, float):
        return "unbounded" if end > 0 else "-unbounded"
    if abs(end) >= _LARGEST:
        return "beyond 10^300" if end > 0 else "-beyond 10^300"
    if end.denominator == 1:
        return f"{end.numerator:,}"
    exact = str(float(end))
    return exact if Fraction(exact) == end else f"{end.numerator}/{end.denominator}"


def _expected_value(node: Any, found: Value, unit: Unit, problems: list[Problem], where: Where) -> str | None:
    """An expectation in the form of `say`: a figure or code, [low, high], or a list of codes."""
    items = node if isinstance(node, list) else [node]
    if not items or not all(isinstance(item, Text) for item in items):
        problems.append(
            Problem("case.expect", "a value, or a list of values, is expected", where_of(node, where), "a figure, [low, high], or a list of codes")
        )
        return None
    if isinstance(found, Codes):
        return " | ".join(sorted(str(item) for item in items))
    if isinstance(found, Pair) or items == ["none"]:
        return {"true": "yes", "false": "no"}.get(str(items[0]), str(items[0]))
    if len(items) > 2:
        problems.append(Problem("case.expect", "a range has two ends", where_of(node, where), "write [low, high]"))
        return None
    ends = [_end(item, unit, problems) for item in items]
    return None if None in ends else say(Number(ends[0], ends[-1]))  # type: ignore[arg-type]


def _end(text: Text, unit: Unit, problems: list[Problem]) -> Exact | None:
    if text == "unbounded":
        return float("inf")
    syntax, faults = parse(text, text.where)
    problems += faults
    if isinstance(syntax, DateLiteral):
        return Fraction(syntax.value.toordinal())
    if isinstance(syntax, Quantity):
        if syntax.value == 0 or (unit.is_counted if syntax.unit is None else syntax.unit.dimension == unit.dimension):
            return syntax.value
        said, hint = ("a plain number", "leave the unit out") if unit.is_plain else (f"a figure in {unit}", f"write the unit: {unit}")
        problems.append(Problem("case.expect", f"{text} is not {said}", text.where, hint))
    elif not faults:
        problems.append(Problem("case.expect", f"{text} is not a figure", text.where, "a figure, [low, high], or a list of codes"))
    return None
