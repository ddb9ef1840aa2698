"""Why, for one subject: the tree of reasons behind a status, with the facts used, the clauses, and what it would take."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from huiqi.entitlements.assess import Assessor
from huiqi.entitlements.awards import award_population, awards_of
from huiqi.entitlements.columns import Block, OnDemand, Others, Run, bits_of, block_of
from huiqi.entitlements.columns import codes_of as classes_of
from huiqi.entitlements.deciding import deciding_facts
from huiqi.entitlements.deciding_one import Kept
from huiqi.entitlements.due import Entitlement
from huiqi.entitlements.population import Population, measures_for, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.facts.among import ALONE, Among, GroupKey
from huiqi.facts.awards import Awards
from huiqi.facts.known import Known, Raw
from huiqi.facts.ownership import Weight
from huiqi.facts.past import Award, PastFact, counted_by
from huiqi.facts.provenance import Provenance
from huiqi.facts.schema import Fact
from huiqi.rules import tree
from huiqi.rules.awards import declared
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Act, Stacking, StackingRule, stack, stacking_of, together
from huiqi.rules.exact import Exactly
from huiqi.rules.groups import related_in
from huiqi.rules.payable import NOUGHT, Claim, Cut, Ends, Payable, amount_due, in_fen, limits_of, payable
from huiqi.rules.plan import Plan, PlannedMeasure, make_plan
from huiqi.rules.records import Source
from huiqi.rules.render import Renderer, code_label, codes_of, comparison, is_date, is_share, recorded, unit_of
from huiqi.rules.review import Flagged, flagged
from huiqi.rules.tree import Condition, Node, Test
from huiqi.vocabulary import ranges, speech
from huiqi.vocabulary.period import anniversary
from huiqi.vocabulary.ranges import Absent, Codes, Number, Pair
from huiqi.vocabulary.speech import Both, both, listed, of_words
from huiqi.vocabulary.unit import PLAIN, Unit

Status = Literal["yes", "no", "depends"]
_GROUPS = {
    "all": Both("all of these", "以下全部"), "any": Both("one of these", "以下任一"), "none": Both("none of these", "以下均不"),
}  # fmt: skip
ORIGINS = {
    "core": Both("core policy", "总政策"),
    "edition": Both("who falls under this edition", "本版适用对象"),
    "place": Both("where it applies", "适用地域"),
}


def status_of(pair: Pair) -> Status:
    """yes: must hold; no: may not hold; depends: neither is settled."""
    return "yes" if pair.must else "depends" if pair.may else "no"


@dataclass(frozen=True)
class FactUsed:
    """One fact that a test reads: its value, or that nobody knows it, and where that comes from."""

    fact: str
    year: int | None
    label: Both
    value: Both | None  # None: unknown
    is_flag: bool
    provenance: Provenance | None
    range: Both | None = None  # what an unknown one can be


@dataclass(frozen=True)
class Reason:
    """A test or group of tests with its outcome; `gap` says what it would take, `undefined` why a value does not exist."""

    status: Status
    text: Both
    clause: str = ""
    origin: Both | None = None
    parts: tuple[Reason, ...] = ()
    facts: tuple[FactUsed, ...] = ()
    found: Both | None = None
    gap: Both | None = None
    undefined: Both | None = None
    written: str = ""
    source: Source | None = None  # how sure we are of this test, where that differs from the measure's text


@dataclass(frozen=True)
class AmountReason:
    """What is due, in fen (high None: no upper end), and how it comes about."""

    low: int
    high: int | None
    currency: str
    lines: tuple[Both, ...]


@dataclass(frozen=True)
class CutReason:
    """What a stacking rule took from a measure, in fen (None: no upper end), and on account of which other measures or past awards."""

    before: tuple[int, int | None]
    after: tuple[int, int | None]
    text: Both
    because_of: tuple[Measure, ...]
    rule: StackingRule
    past: tuple[PastAward, ...] = ()


@dataclass(frozen=True)
class PastAward:
    """An award that counts under a stacking rule, in words, and where that is known from."""

    award: Award
    currency: str
    text: Both
    provenance: Provenance | None


@dataclass(frozen=True)
class Explanation:
    """Everything behind one measure for one subject; `payable` is what stacking leaves of its amount, by `cuts` in their order."""

    subject: str
    measure: Measure
    as_of: datetime.date
    law_on: datetime.date
    status: Status
    reasons: tuple[Reason, ...]
    amount: AmountReason | None
    deciding: tuple[FactUsed, ...]
    notes: tuple[Both, ...] = ()
    payable: AmountReason | None = None
    cuts: tuple[CutReason, ...] = ()


#: Where a fact comes from, by its id and calendar year (None: a fact of a day).
Sources = Callable[[str, int | None], Provenance | None]


def _no_provenance(fact: str, year: int | None) -> Provenance | None:
    return None


@dataclass
class Explainer:
    """Explains measures of some rules; made once, used for many subjects."""

    rules: Rules
    as_of: datetime.date
    assume_recognised: bool = False
    provenance: Sources = _no_provenance
    population: Population | None = None
    measures: Sequence[Measure] | None = None
    plan: Plan = field(init=False)
    renderer: Renderer = field(init=False)
    samples: dict[tuple[str, int], list[Raw]] = field(init=False, default_factory=dict)  # sample answers to questions (ask.py), each found once
    _planned: dict[str, PlannedMeasure] = field(init=False)
    _reads: dict[int, tuple[Node, tuple[tuple[Fact, int], ...]]] = field(init=False, default_factory=dict)

    def reads(self, truth: Node) -> tuple[tuple[Fact, int], ...]:
        """The facts that a truth reads; the same for every subject."""
        if id(truth) not in self._reads:
            self._reads[id(truth)] = (truth, tuple((fact, year) for (_, year), fact in tree.facts_in(truth).items()))
        return self._reads[id(truth)][1]

    @property
    def subject_kind(self) -> str:
        """Whom its measures are about."""
        return "enterprise" if self.population is None else self.population.registry.schema.subject

    @cached_property
    def assessor(self) -> Assessor:
        """Evaluates its measures without reasons."""
        return Assessor(self)

    @cached_property
    def rests(self) -> Kept:
        """On which unknown facts its measures rest."""
        return Kept(self.plan)

    @cached_property
    def related(self) -> dict[str, tuple[tree.Related, ...]]:
        """What each measure reads of related enterprises."""
        return {measure.id: tuple(related_in([measure.truth])) for measure in self.measures or ()}

    @cached_property
    def awards(self) -> Awards | None:
        """The awards table, where rules read past awards and the registry has one."""
        if self.population is None or not self.population.past.known:
            return None
        return awards_of(self.population.registry, self.rules)

    def among(self, block: Block, row: int = 0) -> Among:
        """What the others of its registry decide about a subject of a block; what is at hand of it, where there is no registry."""
        if self.population is None:
            return block.among[row] if block.among else ALONE
        id, population = str(block.ids[row]), self.population
        counted = None
        if population.ownership is not None:
            every = population.ownership.weights
            counted = {key: {one: weight for one, weight in every(*key).get(id, {}).items() if weight.high} for key in self._groups}
        awards = None
        if self.awards is not None:
            found = {one: tuple(self.awards.of(one)) for one in (id, *(one for others in (counted or {}).values() for one in others))}
            awards = {one: some for one, some in found.items() if some}
        return Among(
            {card: classes_of(bits[row], block.rank_codes[card]) for card, bits in block.ranks.items()},
            {key: others.at(row) for key, others in block.related.items()},
            counted,
            awards,
            None if awards is None else population.registry.of_awards,
        )

    @cached_property
    def _groups(self) -> tuple[GroupKey, ...]:
        """The limits of all groups that its measures and the limits of their stacking read."""
        limits = [rule.limit for rule in self.stacking.rules if rule.limit is not None]
        nodes = [node for every in self.related.values() for node in every] + related_in(limits)
        return tuple(dict.fromkeys(node.rule.key for node in nodes))

    def currency_of(self, measure: str) -> str:
        """In which currency a measure is paid, by its full name."""
        return self.rules.currencies[measure.partition("/")[0]]

    def said_of_award(self, award: Award, subject: str) -> Both:
        """An award in words: "2023-05-02: rent aid, ¥500"."""
        titles = [record.title for _, _, record in declared(self.rules.world)[award.measure]]
        said = both(("{0}: {1}", "{0}：{1}"), award.granted_on.isoformat(), of_words(titles[-1]))
        if award.amount:
            said = both(("{0}, {1}", "{0}，{1}"), said, speech.money_range(award.amount, award.amount, self.currency_of(award.measure)))
        if award.place is not None:
            said = both(("{0}, {1}", "{0}，{1}"), said, of_words(self.rules.places.by_id[award.place].label))
        if award.subject != subject:
            said = both(("{0}, to {1}", "{0}，获得者{1}"), said, award.subject)
        return said if award.id is None else both(("{0} (award {1})", "{0}（奖补编号{1}）"), said, award.id)

    @cached_property
    def flags(self) -> dict[str, list[Flagged]]:
        """What reviews of texts bear on, by measure."""
        found: dict[str, list[Flagged]] = {}
        for flag in flagged(self.rules):
            found.setdefault(flag.measure.id, []).append(flag)
        return found

    @cached_property
    def recognitions(self) -> dict[str, tuple[tree.Recognised, ...]]:
        """The recognitions that each measure uses, each once."""
        found: dict[str, tuple[tree.Recognised, ...]] = {}
        for measure in self.measures or ():
            nodes = {n.fact.id: n for n in tree.walk(measure.truth) if isinstance(n, tree.Recognised)}
            found[measure.id] = tuple(nodes.values())
        return found

    def __post_init__(self) -> None:
        self.measures = measures_for(self.rules, self.subject_kind, self.measures)
        self.plan = make_plan(self.rules, self.measures, keep=True)
        self.renderer = Renderer(self.rules.places, self.as_of.year - 1)
        self._planned = {planned.measure.id: planned for planned in self.plan.measures}

    @cached_property
    def stacking(self) -> Stacking:
        """The stacking rules that bear on its measures, with all other measures on which they rest."""
        numbers = {measure.id: number for number, measure in enumerate(self.rules.measures)}
        found = together(stacking_of(self.rules), (numbers[measure.id] for measure in self.measures or ()))
        return stack(self.rules, [self.rules.measures[number] for number in sorted(found)])

    @cached_property
    def _reading(self) -> Plan:
        """The plan with the facts that stacking reads besides."""
        own = {measure.id for measure in self.measures or ()}
        limits = {f"limit {number}": node for number, node in enumerate(self.stacking.limits)}
        further = make_plan(self.rules, [m for m in self.stacking.measures if m.id not in own], values=limits)
        return replace(self.plan, facts=self.plan.facts | further.facts)

    @classmethod
    def of_registry(cls, population: Population, measures: Sequence[Measure] | None = None) -> Explainer:
        """An explainer for the subjects of a registry; classes by rank are taken over all of it."""
        ranked = relate_population(award_population(population), (rule.limit for rule in stacking_of(population.rules) if rule.limit is not None))
        ranked = rank_population(ranked) if population.rules.ranks else ranked

        def provenance(fact: str, year: int | None) -> Provenance | None:
            return ranked.registry.provenance(fact) if ranked.registry.has(fact) else None

        return cls(ranked.rules, ranked.as_of, ranked.assume_recognised, provenance, ranked, measures)

    def subject(self, id: str) -> Run | None:
        """A registry's subject, evaluated; None where the registry does not have it."""
        assert self.population is not None
        block = self.population.subject(id, self._reading)
        return None if block is None else OnDemand(self.plan, block)

    def block(self, subjects: Sequence[Known]) -> Block:
        """Facts at hand of some subjects, as a block; what others decide about them is known for all of them, or for none."""
        block = block_of(subjects, self._read, self._unknown.columns)
        block.assume_recognised = self.assume_recognised
        cards = [card for card in self.rules.ranks if any(card in known.among.classes for known in subjects)]
        codes = {card: tuple(self.rules.ranks[card].codes.codes) for card in cards}
        block.rank_codes = codes
        block.ranks = {card: np.array([bits_of(known.among.classes[card], codes[card]) for known in subjects], np.uint64) for card in cards}
        keys = dict.fromkeys(key for known in subjects for key in known.among.related)
        block.related = {key: _others([known.among.related[key] for known in subjects]) for key in keys}
        return block

    @cached_property
    def _read(self) -> list[tuple[Fact, int]]:
        return [(fact, year) for (_, year), fact in self._reading.facts.items()]

    @cached_property
    def _unknown(self) -> Block:
        """A subject of which nothing is known."""
        return block_of([Known(self.rules.schemas[self.subject_kind], self.rules.places, self.as_of)], self._read)

    def known(self, known: Known) -> Run:
        """Facts at hand, evaluated."""
        return OnDemand(self.plan, self.block([known]))

    def cancelled(self, run: Run, due: Entitlement) -> frozenset[str]:
        """The measures of whose amount nothing is left for the one subject of a run, whatever is unknown, and on which no other's rests; `due` is
        what its assessor found.

        The first rule that is about them takes all of it, so that no later rule sees anything of it.
        """
        stacking, found = self.stacking, set[str]()
        if not self.assessor.leaves_nothing(run.block):  # mostly so, and the engine tells it in a tenth of the time
            return frozenset()
        claims, exact = self.assessor.claims(due), run.block.exactly(0)
        limited = [rule for rule in stacking.rules if rule.limit is not None]
        bound = [any(claims[number].may for number in rule.covered) for rule in limited]
        limits = [in_fen(exact.figure(rule.limit)) if binds and rule.limit else NOUGHT for rule, binds in zip(limited, bound, strict=True)]
        for cut in payable(stacking, claims, limits).cuts:
            first = self._first_cutting.get(cut.measure)
            by_first = first is not None and (cut.rule.act, cut.rule.covered, cut.rule.limit) == (first.act, first.covered, first.limit)
            if by_first and cut.before.high > 0 and cut.after.high == 0:
                found.add(stacking.measures[cut.measure].id)
        return frozenset(found)

    @cached_property
    def _first_cutting(self) -> dict[int, StackingRule]:
        """The first rule that is about each measure of the stacking, by its number."""
        found: dict[int, StackingRule] = {}
        for rule in self.stacking.cutting:
            for number in rule.covered:
                found.setdefault(number, rule)
        return found

    def claims(self, run: Run) -> tuple[list[Claim], list[Ends]]:
        """What is due of each measure of its stacking to the one subject of a run, and the limits of the rules, both in fen."""
        return self.assessor.claims(self.assessor.due(run.block)), limits_of(self.stacking, run.block.exactly(0))

    def definitions(self, run: Run, measure: Measure) -> dict[tuple[str, int], tuple[Both, Both]]:
        """The definitions on which a measure's amount rests for the one subject of a run, by name and year: the label and the value in words."""
        subject, found = _Subject(self, run), dict[tuple[str, int], tuple[Both, Both]]()
        for node in tree.walk(measure.amount.node) if measure.amount is not None else ():
            if isinstance(node, tree.Named) and (value := subject.value(node)) is not None:
                found[node.name, node.year] = of_words(node.label), value
        return found

    def explain(self, run: Run, measures: Sequence[Measure] | None = None, provenance: Sources | None = None) -> list[Explanation]:
        """Explanations for the one subject of a run, by measure; `provenance` is given where its facts come from elsewhere than the explainer's."""
        subject = _Subject(self, run, provenance or self.provenance)
        return [subject.explain(self._planned[m.id]) for m in (measures if measures is not None else self.measures or ())]


class _Subject:
    """One subject being explained."""

    def __init__(self, explainer: Explainer, run: Run, provenance: Sources = _no_provenance):
        self.explainer, self.run, self.provenance = explainer, run, provenance
        self.exact: Exactly = run.block.exactly(0)
        self.known = self.exact.known
        self.among = explainer.among(run.block)
        self.renderer = explainer.renderer
        self._used: dict[tuple[str, int], FactUsed] = {}

    def explain(self, planned: PlannedMeasure) -> Explanation:
        measure = planned.measure
        for test, slot in zip(measure.tests, planned.tests, strict=True):  # the run settles them
            found = self.run.truths(slot)
            self.exact.take(test.truth, Pair(bool(found.must.flat[0]), bool(found.may.flat[0])))
        pair = self.pair(measure.eligible)
        assert isinstance(measure.eligible, tree.Group)
        reasons = tuple(self.reason(part) for part in measure.eligible.parts)
        deciding = (
            tuple(self.fact_used(self.explainer.plan.facts[reading], reading[1]) for reading in deciding_facts(self.run, planned))
            if not pair.known
            else ()
        )
        explainer = self.explainer
        return Explanation(
            self.known.id,
            measure,
            explainer.as_of,
            explainer.rules.law_on,
            status_of(pair),
            reasons,
            self.amount(measure, pair),
            deciding,
            tuple(self.notes(measure)),
            self.payable(measure, pair),
            tuple(self.cut(one) for one in self.stacked.cuts if self.explainer.stacking.measures[one.measure].id == measure.id),
        )

    # ------------------------------------------------------------ reasons

    def reason(self, condition: Condition, wanted: bool = True) -> Reason:
        """A condition with its parts; `wanted` says that it still has to hold, so that what it would take is of interest."""
        pair = self.pair(condition)
        wanted = wanted and not pair.must
        if isinstance(condition, Test):
            return self.test(condition, pair, wanted)
        text = both(("at least {0} of these", "以下至少{0}项"), str(condition.count)) if condition.kind == "at_least" else _GROUPS[condition.kind]
        if condition.label is not None:
            text = both(("{0}: {1}", "{0}：{1}"), of_words(condition.label), text)
        return Reason(status_of(pair), text, parts=tuple(self.reason(part, wanted and condition.kind != "none") for part in condition.parts))

    def pair(self, condition: Condition) -> Pair:
        """Whether a condition must and may hold, from its tests."""
        if isinstance(condition, Test):
            return self.exact.truth(condition.truth)
        pairs = [self.pair(part) for part in condition.parts]
        match condition.kind:
            case "all":
                return Pair(all(pair.must for pair in pairs), all(pair.may for pair in pairs))
            case "any":
                return Pair(any(pair.must for pair in pairs), any(pair.may for pair in pairs))
            case "none":
                return Pair(not any(pair.may for pair in pairs), not any(pair.must for pair in pairs))
            case _:
                return Pair(sum(pair.must for pair in pairs) >= condition.count, sum(pair.may for pair in pairs) >= condition.count)

    def test(self, test: Test, pair: Pair, wanted: bool) -> Reason:
        text = of_words(test.say) if test.say is not None else self.renderer.say(test.truth)
        facts = tuple(self.fact_used(fact, year) for fact, year in self.explainer.reads(test.truth))
        undefined = self.undefined(test.truth) if not pair.must else None
        found = self.found(test.truth) if undefined is None else None
        gap = self.gap(test.truth) if wanted and undefined is None else None
        return Reason(status_of(pair), text, test.clause, ORIGINS.get(test.origin), (), facts, found, gap, undefined, test.text, test.source)

    def found(self, truth: Node) -> Both | None:
        """What the left side of a comparison comes to, where it is more than a bare fact."""
        for node in _comparisons(truth):
            if isinstance(node, tree.GrowthCompare):
                return self._growth(node)
            left = _left(node)
            if isinstance(left, tree.FactFigure | tree.Figure | tree.FactCode):
                return None
            said = self.value(left)
            return None if said is None else both(("{0}: {1}", "{0}：{1}"), self.renderer.say(left), said)
        return None

    def value(self, node: Node) -> Both | None:
        """The value of a node in words; None for a truth."""
        value = self.exact.value(node)
        if isinstance(value, Codes) or codes_of(node) is not None:
            return self.codes(node, self.exact.codes(node))
        if isinstance(value, Pair):
            return None
        if value.absent is Absent.SURELY:
            return Both("does not exist", "不存在")
        if is_date(node):
            return speech.day(value.low) if value.known else Both("unknown", "未知")
        unit, share = unit_of(node) or PLAIN, is_share(node)
        low, high = (speech.figure(end, unit, share=share) for end in (value.low, value.high))
        if value.low == value.high:
            return low
        if isinstance(value.low, float) and isinstance(value.high, float):
            return Both("unknown", "未知")
        if isinstance(value.high, float):
            return both(("{0} or more", "{0}以上"), low)
        return both(("up to {0}", "至多{0}"), high) if isinstance(value.low, float) else both(("between {0} and {1}", "{0}至{1}"), low, high)

    def codes(self, node: Node, value: Codes) -> Both:
        listed_codes = codes_of(node)
        named = [code for code in value.possible if code is not None]
        if not named:
            return Both("none", "无")
        if listed_codes is None or len(named) > 6:
            return Both(" or ".join(sorted(named)), "或".join(sorted(named))) if len(named) <= 6 else Both("unknown", "未知")
        ordered = [code_label(code, listed_codes) for code in listed_codes.codes if code in value.possible]
        return listed(ordered, " or ", "或")

    def fact_used(self, fact: Fact, year: int) -> FactUsed:
        """A fact with its value and where it comes from."""
        if (fact.id, year) not in self._used:
            self._used[fact.id, year] = self._fact_used(fact, year)
        return self._used[fact.id, year]

    def _fact_used(self, fact: Fact, year: int) -> FactUsed:
        raw = self.known.given(fact, year)
        at = self.explainer.as_of.year - 1 + year if fact.period == "year" else None
        label = self.renderer.fact(fact, year)
        if raw is None:
            lived = fact.period == "year" and self.known.lived(year) == "no"
            value = Both("the firm did not exist yet", "企业尚未成立") if lived else None
            return FactUsed(fact.id, at, label, value, fact.kind == "flag", None, None if lived else _range(fact))
        value = recorded(fact, raw, self.known.places)
        source = self.among.of_awards if isinstance(fact, PastFact) and self.among.awards is not None else self.provenance(fact.id, at)
        return FactUsed(fact.id, at, label, value, fact.kind == "flag", source)

    # ------------------------------------------------------------ what it would take

    def undefined(self, truth: Node) -> Both | None:
        """Why a test has nothing to look at, where known facts give one of its sides no value."""
        match tree.body(truth):
            case tree.All(parts=parts) | tree.Any(parts=parts):
                return next((said for said in map(self.undefined, parts) if said is not None), None)
            case tree.GrowthCompare(last=last, first=first) if self.exact.figure(first) == ranges.exactly(0):
                return self.absence(last) or both(_ZERO, self.renderer.say(first))
            case tree.GrowthCompare(last=last, first=first) if self.exact.figure(first).high < 0:
                return self.absence(last) or both(_BELOW, self.renderer.say(first))
            case tree.Compare() | tree.GrowthCompare() | tree.OneOf() | tree.Exists() as node:
                return next((said for said in map(self.absence, tree.children(node)) if said is not None), None)
        return None

    def absence(self, node: Node) -> Both | None:
        """Why a figure or date surely does not exist; None where it exists or may."""
        value = self.exact.value(node)
        if not isinstance(value, Number) or value.absent is not Absent.SURELY:
            return None
        match tree.body(node):
            case tree.FactFigure(fact=fact, year=year) as body:
                if self.known.given(fact, year) is not None:
                    return both(("{0}: never", "{0}：无") if fact.kind == "date" else ("{0}: none", "{0}：无"), self.renderer.say(body))
                return both(_NOT_YET, self.renderer.say(body))
            case tree.Arithmetic(op="/", right=tree.Tally(parts=parts)) if all(isinstance(part, tree.Exists) for part in parts):
                return both(_NOT_YET, self.renderer.say(node))  # the mean of years of which none was lived
            case tree.Arithmetic(op="/", left=left, right=right) if self.exact.figure(right) == ranges.exactly(0):
                return self.absence(left) or both(_ZERO, self.renderer.say(right))
            case tree.Choose(condition=tree.Compare(op=">", left=base, right=tree.Figure(value=0)), otherwise=tree.Absence()):
                return self.absence(base) or both(_ZERO if self.exact.figure(base) == ranges.exactly(0) else _BELOW, self.renderer.say(base))
            case tree.Choose() as body:
                return self._nothing_chosen(body) or both(("{0}: nothing in the text fits", "{0}：文件中没有相符的一项"), self.renderer.say(node))
        return next((said for said in map(self.absence, tree.children(tree.body(node))) if said is not None), None)

    def _nothing_chosen(self, node: tree.Choose) -> Both | None:
        """Why the branch that is taken has no value, where it is more than that nothing fits."""
        condition = self.exact.truth(node.condition)
        taken = [branch for branch, possible in ((node.then, condition.may), (node.otherwise, not condition.must)) if possible]
        inner = (self._nothing_chosen(branch) if isinstance(branch, tree.Choose) else self.absence(branch) for branch in taken)
        return next((said for said in inner if said is not None), None)

    def gap(self, truth: Node) -> Both | None:
        """What it would take for a failing comparison to hold."""
        for node in _comparisons(truth):
            if self.exact.truth(node).may:
                continue
            if isinstance(node, tree.GrowthCompare):
                return self._growth_gap(node)
            assert isinstance(node, tree.Compare)
            left, right, op = (node.left, node.right, node.op)
            if isinstance(left, tree.Figure):
                left, right, op = right, left, {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
            gap = self._gap(left, op, right)
            if gap is not None:
                return gap
        return None

    def _gap(self, left: Node, op: str, right: Node) -> Both | None:
        have, need = self.exact.figure(left), self.exact.figure(right)
        more = op in (">=", ">")
        end, target = (have.high, need.low) if more else (have.low, need.high)
        if op in ("=", "!=") or isinstance(end, float) or isinstance(target, float) or Absent.SURELY in (have.absent, need.absent):
            return None
        body = tree.body(left)
        if isinstance(body, tree.Since):
            return self._since_gap(body, target, more, op)
        if is_date(left):
            return None
        words = both(
            ("found {0}, needed {1} {2}", "现为{0}，要求{1}{2}"),
            self.value(left) or Both("", ""),
            _needed(op, left),
            self.renderer.edge(left, tree.Figure(target)),
        )
        if isinstance(body, tree.Arithmetic) and body.op == "/":
            top, bottom = self.exact.figure(body.left), self.exact.figure(body.right)
            if (
                top.low == top.high
                and bottom.low == bottom.high
                and bottom.low > 0
                and not isinstance(top.low, float)
                and not isinstance(bottom.low, float)
            ):
                missing = target * bottom.low - top.low
                unit = unit_of(body.left) or PLAIN
                of = left.arguments[0] if isinstance(left, tree.Called) and left.name == "growth" else body.left
                amount = speech.figure(_up(abs(missing), unit), unit)
                return both(("{0}: {1} of {2}", "{0}：{2}{1}"), words, both(_missing(missing > 0, op), amount), self.renderer.say(of))
        unit = unit_of(left) or PLAIN
        share = is_share(left)
        amount = speech.figure(_up(abs(target - end), unit, share=share), unit, share=share)
        if end == target:
            return words
        return both(("{0}: {1}", "{0}：{1}"), words, both(_missing(target > end, op), amount))

    def _since_gap(self, node: tree.Since, target: Fraction, more: bool, op: str) -> Both | None:
        date = self.exact.figure(node.date)
        if node.unit != "years" or not more or date.low != date.high or isinstance(date.low, float):
            return None
        years = math.floor(target) + 1 if op == ">" else math.ceil(target)
        if datetime.date.fromordinal(int(date.low)).year + years > datetime.MAXYEAR:
            return None
        day = anniversary(datetime.date.fromordinal(int(date.low)), years)
        return both(("from {0} on", "自{0}起符合"), day.isoformat())

    def _growth_gap(self, node: tree.GrowthCompare) -> Both | None:
        last, first = self.exact.figure(node.last), self.exact.figure(node.first)
        if (
            node.op not in (">=", ">")
            or last.low != last.high
            or first.low != first.high
            or isinstance(last.low, float)
            or isinstance(first.low, float)
        ):
            return None
        needed = first.low * (1 + node.rate) ** node.intervals
        if first.low <= 0:  # growth out of a loss: no figure of the last year would make sense of it
            return None
        unit = unit_of(node.last) or PLAIN
        amount = both(_missing(True, node.op), speech.figure(_up(needed - last.low, unit), unit))
        have, need = self._growth(node) or Both("none", "无"), speech.figure(node.rate, PLAIN, share=True)
        return both(("found {0}, needed {1}: {2} of {3}", "现为{0}，要求{1}：{3}{2}"), have, need, amount, self.renderer.say(node.last))

    def _growth(self, node: tree.GrowthCompare) -> Both | None:
        """The yearly growth, rounded for the eye; the test itself compares powers."""
        last, first = self.exact.figure(node.last), self.exact.figure(node.first)
        if not (last.known and first.known) or isinstance(last.low, float) or isinstance(first.low, float) or first.low <= 0 or last.low < 0:
            return None
        rate = float(last.low / first.low) ** (1 / node.intervals) - 1
        return both(("{0} a year", "年均{0}"), speech.figure(Fraction(rate).limit_denominator(10**6), PLAIN, share=True))

    # ------------------------------------------------------------ amounts and notes

    def amount(self, measure: Measure, pair: Pair) -> AmountReason | None:
        if measure.amount is None:
            return None
        due = amount_due(pair, self.exact.figure(measure.amount.node))
        low, high = int(due.low * 100), None if isinstance(due.high, float) else int(due.high * 100)
        return AmountReason(low, high, self.currency(measure), tuple(self._amount_lines(measure)) if pair.may else ())

    # ------------------------------------------------------------ stacking

    @cached_property
    def stacked(self) -> Payable:
        """What is left of all measures that bear on each other."""
        return payable(self.explainer.stacking, *self.explainer.claims(self.run))

    def payable(self, measure: Measure, pair: Pair) -> AmountReason | None:
        """What stacking leaves of an amount, and who bears it."""
        if measure.amount is None or not pair.may:
            return None
        stacking = self.explainer.stacking
        number = next(number for number, one in enumerate(stacking.measures) if one.id == measure.id)
        shares = [
            both(("{0} {1}", "{0}{1}"), self._bearer(bearer), speech.figure(share, PLAIN, share=True)) for bearer, share in stacking.shares(number)
        ]
        lines = (both(("borne by: {0}", "资金承担：{0}"), listed(shares, ", ", "、")),) if shares else ()
        return AmountReason(*_whole(self.stacked.claims[number].ends), self.currency(measure), lines)

    def _bearer(self, id: str) -> Both:
        place = self.explainer.rules.places.by_id.get(id)
        return of_words(place.label) if place is not None else _LEVELS[id]

    def cut(self, cut: Cut) -> CutReason:
        """A cut in words: "¥500 → ¥0: the city's rent aid is as high or higher (district rules, clause 9: ...)"."""
        measures = self.explainer.stacking.measures
        because_of = tuple(measures[number] for number in cut.because_of)
        rule, currency = cut.rule, self.currency(measures[cut.measure])
        text = both(("{0}: {1}", "{0}：{1}"), _change(measures[cut.measure], cut, currency), self._because(cut, because_of, currency))
        document = rule.document.record
        source = both(("{0}, {1}: {2}", "{0} {1}：{2}"), str(document.document), rule.clause, of_words(rule.label))
        said = both(("{0} ({1})", "{0}（{1}）"), text, source)
        return CutReason(_whole(cut.before.ends), _whole(cut.after.ends), said, because_of, rule, tuple(self.past_awards(rule)))

    def past_awards(self, rule: StackingRule) -> Iterator[PastAward]:
        """The awards that the limit of a rule counts, of the subject and of those that are linked to it, by day."""
        explainer = self.explainer
        if rule.limit is None or self.among.awards is None:
            return
        found: dict[tuple[str, int], tuple[Award, int]] = {}
        for part in tree.walk(rule.limit):
            if not isinstance(part, tree.FactFigure | tree.Related) or not isinstance(part.fact, PastFact):
                continue
            own = [self.known.id] if isinstance(part, tree.FactFigure) else (self.among.counted_with or {}).get(part.rule.key, {})
            for id in own:
                awards = self.among.awards_of(id)
                counted = {*counted_by(part.fact, awards, explainer.as_of)}
                found |= {(id, at): (award, at) for at, award in enumerate(awards) if award in counted}
        for award, _ in sorted(found.values(), key=lambda one: (one[0].granted_on, one[0].subject, one[1])):
            yield PastAward(award, explainer.currency_of(award.measure), explainer.said_of_award(award, self.known.id), self.among.of_awards)

    def _because(self, cut: Cut, because_of: tuple[Measure, ...], currency: str) -> Both:
        """Why: one form of words for what is sure, and one for what may be."""
        sure = not (cut.after.high if cut.before.high else cut.after.may)
        if cut.rule.act is Act.ONCE:
            return _ONCE[sure]
        names = [of_words(measure.record.title) for measure in because_of]
        some = listed(names[:MOST_NAMED], *((" and ", "和") if sure and cut.rule.act is Act.CHOICE else (" or ", "或")))
        if len(names) > MOST_NAMED:
            some = both(("{0} or {1} others", "{0}等{1}项"), some, Both(str(len(names) - MOST_NAMED), str(len(names))))
        if cut.limit is not None:
            limit = speech.money_range(*_whole(cut.limit), currency)
            words = both(("{0} in all at most", "合计不超过{0}"), limit)
            if next(self.past_awards(cut.rule), None) is not None:
                words = both(("{0}, after what was granted before", "{0}（已扣除此前所获）"), words)
            if names:
                words = both(("{0}, with {1}", "与{1}{0}"), words, listed(names[:MOST_NAMED], ", ", "、"))
            if cut.rule.act is Act.PROPORTIONAL:
                words = both(("{0}, all cut in proportion", "{0}，按比例核减"), words)
            if cut.rule.written.per == "three_years" and cut.rule.written.past is None and self.past_unknown(cut.rule):
                words = both(("{0}; what was granted in earlier years is not known", "{0}；此前年度已获金额未知"), words)
            return words
        without = not cut.before.high or any(measure.amount is None for measure in because_of)
        form = "chosen" if cut.rule.act in (Act.HIGHEST, Act.CHOICE) and without else cut.rule.act
        return both(_BECAUSE[form, sure or (cut.rule.act is Act.LESS and cut.rule.certain)], some)

    def past_unknown(self, rule: StackingRule) -> bool:
        """Nothing tells what was granted before."""
        assert rule.limit is not None
        return any(
            not self.exact.figure(part).known
            for part in tree.walk(rule.limit)
            if isinstance(part, tree.FactFigure) and isinstance(part.fact, PastFact)
        )

    def currency(self, measure: Measure) -> str:
        return self.explainer.currency_of(measure.name)

    def _amount_lines(self, measure: Measure) -> Iterator[Both]:
        amount = measure.amount
        assert amount is not None
        if amount.unpublished:
            yield Both("the text gives a benefit whose figure is not public", "文件给予支持，但金额未公布")
            return
        if amount.form == "up_to":
            yield Both("the text sets a ceiling and not the figure", "文件只规定上限，未规定具体金额")
        for label, node in (("base", amount.base), ("rate", amount.rate), ("cap", amount.cap), ("floor", amount.floor)):
            if node is None:
                continue
            words = _AMOUNT_PARTS["each" if label == "rate" and not (unit_of(node) or PLAIN).is_plain else label]
            if isinstance(node, tree.Figure):
                yield both(("{0}: {1}", "{0}：{1}"), words, self.renderer.say(node, share=label == "rate" and (node.unit or PLAIN).is_plain))
            else:
                yield both(("{0}: {1}, {2}", "{0}：{1}，{2}"), words, self.renderer.say(node), self.value(node) or Both("", ""))

    def notes(self, measure: Measure) -> Iterator[Both]:
        """What a reader should know besides: where recognitions come from, owners that are unknown, other sources, reviews that bear on the text."""
        for node in self.explainer.recognitions[measure.id]:
            label = self.renderer.fact(node.fact, 0)
            if self.known.given(node.fact) is not None:
                yield both(("{0}: taken from the registry", "{0}：以登记信息为准"), label)
            elif self.run.block.assume_recognised:
                yield both(
                    ("{0}: not in the registry; assumed granted where {1} is met", "{0}：登记中未载明；符合{1}的视为已认定"),
                    label,
                    ", ".join(node.measures),
                )
            else:
                yield both(
                    ("{0}: not in the registry; {1} says whether it may be granted", "{0}：登记中未载明；按{1}判断可否认定"),
                    label,
                    ", ".join(node.measures),
                )
        yield from self._group(self.explainer.related[measure.id])
        if any(node.key not in self.run.block.related for node in self.explainer.related[measure.id]):
            yield Both("nothing is known of its owners: related enterprises may add anything", "股权关系未知：关联企业的数据可能为任意值")
        for dispute in (*measure.document.record.disputed, *measure.record.disputed):
            yield Both(f"another source: {dispute.says.en}", f"另有说法：{dispute.says.zh}")
        for flag in self.explainer.flags.get(measure.id, ()):
            text, clause, fact = flag.text.record, f"{flag.text.record.document} {flag.flag.clause}", flag.fact.label
            yield Both(
                f"{text.title.en}: {flag.flag.say.en} ({clause}); this rests on {fact.en}",
                f"{text.title.zh}：{flag.flag.say.zh}（{clause}）；本措施以{fact.zh}为依据",
            )

    def _group(self, nodes: tuple[tree.Related, ...]) -> Iterator[Both]:
        """Whom the subject is counted with, in full or in what proportion."""
        counted = self.among.counted_with
        if counted is None:
            return
        for rule in {node.rule.key: node.rule for node in nodes}.values():
            others = [_counted(id, weight) for id, weight in counted[rule.key].items()]
            listed = speech.listed(others, "; ", "；") if others else Both("nobody", "无")
            yield both(
                ("{0}: counted with {1} (ownership table of the registry)", "{0}：合并计算{1}（据登记库股权表）"), of_words(rule.label), listed
            )


def _others(numbers: Sequence[Number]) -> Others:
    """What others add to each subject at hand."""
    return Others(dict(enumerate(numbers)), numbers[0])


def _counted(id: str, weight: Weight) -> Both:
    if weight.low == weight.high == 1:
        return Both(f"{id} in full", f"{id}（全额）")
    low, high = (speech.figure(end, PLAIN, share=True) for end in weight)
    if weight.low == weight.high:
        return both(("{0} at {1}", "{0}（按{1}）"), id, low)
    return both(("{0} at {1} to {2}, as its share is not known", "{0}（按{1}至{2}，持股比例未知）"), id, low, high)


def _whole(ends: Ends) -> tuple[int, int | None]:
    """A range of fen; None for an end that there is not."""
    return int(ends[0]), int(ends[1]) if ends[1] != math.inf else None


def _change(measure: Measure, cut: Cut, currency: str) -> Both:
    """What is left of what was there: money, or where there is none a status."""

    def said(claim: Claim) -> Both:
        return speech.money_range(*_whole(claim.ends), currency) if measure.amount is not None else _STATUS[status_of(Pair(claim.must, claim.may))]

    return both(("{0} → {1}", "{0}→{1}"), said(cut.before), said(cut.after))


MOST_NAMED = 3
_STATUS: dict[Status, Both] = {"yes": Both("yes", "符合"), "depends": Both("depends", "待定"), "no": Both("no", "不符合")}
_LEVELS = {
    "union": Both("union", "联盟"), "nation": Both("nation", "国家"), "province": Both("province", "省"), "city": Both("city", "市"),
    "district": Both("district", "区"), "zone": Both("zone", "园区"),
}  # fmt: skip
_BECAUSE: dict[tuple[Act | str, bool], tuple[str, str]] = {
    (Act.HIGHEST, True): ("{0} is as high or higher", "{0}金额不低于此"),
    (Act.HIGHEST, False): ("{0} may be as high or higher", "{0}金额可能不低于此"),
    ("chosen", True): ("{0} stands in its place", "已享受{0}"),
    ("chosen", False): ("{0} may be chosen instead", "可能改享{0}"),
    (Act.CHOICE, True): ("the best that may be had together has {0}", "择优组合中享受{0}"),
    (Act.CHOICE, False): ("the best that may be had together may have {0}", "择优组合中可能享受{0}"),
    (Act.FIRST, True): ("{0} comes first", "优先享受{0}"),
    (Act.FIRST, False): ("{0} may come first", "可能优先享受{0}"),
    (Act.UNLESS, True): ("{0} is had for the same", "同一事项已获{0}"),
    (Act.UNLESS, False): ("{0} may be had for the same", "同一事项可能已获{0}"),
    (Act.LESS, True): ("it contains what is paid by {0}", "其中已含{0}"),
    (Act.LESS, False): ("it may contain what is paid by {0}", "其中可能已含{0}"),
}
_ONCE = {True: Both("it was granted before", "此前已获"), False: Both("whether it was granted before is not known", "此前是否已获未知")}
_BELOW = ("{0} is below 0, so growth over it has no value", "{0}为负，无法计算增长率")
_ZERO = ("{0} is 0, so this has no value", "{0}为0，无法计算")
_NOT_YET = ("there is no {0}: the firm did not exist yet", "无{0}：企业尚未成立")
_AMOUNT_PARTS = {
    "base": Both("base", "基数"),
    "rate": Both("rate", "比例"),
    "each": Both("for each", "每单位"),
    "cap": Both("cap", "封顶"),
    "floor": Both("floor", "起补"),
}


def _comparisons(truth: Node) -> Iterator[Node]:
    """The comparisons that a test is made of, in order."""
    match tree.body(truth):
        case tree.Compare() | tree.GrowthCompare() as node:
            yield node
        case tree.All(parts=parts) | tree.Any(parts=parts):
            for part in parts:
                yield from _comparisons(part)


def _left(node: Node) -> Node:
    if isinstance(node, tree.Compare):
        return node.right if isinstance(node.left, tree.Figure) else node.left
    assert isinstance(node, tree.GrowthCompare)
    return node.last


def _needed(op: str, left: Node) -> Both:
    words = comparison(op, left)
    return Both(words.en.removeprefix("is "), words.zh)


def _missing(more: bool, op: str) -> tuple[str, str]:
    """How much is missing or too much; a strict comparison asks for more than the difference."""
    if op in (">", "<"):
        return ("over {0} more", "还差，须超过{0}") if more else ("over {0} less", "须减少超过{0}")
    return ("{0} more", "还差{0}") if more else ("{0} less", "超出{0}")


def _up(value: Fraction, unit: Unit, *, share: bool = False) -> Fraction:
    """Up to the fen, to whole things, or to the last decimal that is said, so that the gap closes."""
    match unit.powers:
        case (("person" | "item", 1),):
            step = Fraction(1)
        case ((_, 1),) if not share:
            step = Fraction(1, 100)
        case _:
            step = Fraction(1, 10_000)
    return math.ceil(value / step) * step


@lru_cache(maxsize=4_096)
def _range(fact: Fact) -> Both | None:
    """What an unknown figure can be."""
    if not fact.is_figure:
        return None
    whole = fact.whole
    assert isinstance(whole, Number)
    low, high = whole.low, whole.high
    if isinstance(low, float):
        return None
    least = speech.figure(low, fact.unit.dimension, share=fact.kind == "share")
    if isinstance(high, float):
        return both(("{0} or more", "{0}以上"), least)
    return both(("{0} to {1}", "{0}至{1}"), least, speech.figure(high, fact.unit.dimension, share=fact.kind == "share"))
