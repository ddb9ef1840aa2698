"""From documents in force on a day to rules that can be evaluated: every measure as typed trees."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from huiqi.facts.schema import Schema, subjects_hint
from huiqi.rules import definitions, groups, scorecards
from huiqi.rules.amounts import NOUGHT, Amount, resolve_amount
from huiqi.rules.context import Context, Document, Typed, Unresolved, World
from huiqi.rules.eligibility import condition, conditions
from huiqi.rules.links import reaching
from huiqi.rules.links import said as link_said
from huiqi.rules.pack import Common, PackText
from huiqi.rules.records import CoreRecord, MeasureRecord, PolicyRecord
from huiqi.rules.resolve import place_and_below, truth
from huiqi.rules.scorecards import RankRule, Scorecard
from huiqi.rules.tables import resolve_table
from huiqi.rules.tree import Any, Arithmetic, Choose, Condition, FactCode, Group, Node, OneOf, Test, tests_in, truth_of
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.record import words
from huiqi.vocabulary.source import Text


def key_of(name: str) -> str:
    """The short name of a measure that may be given with its pack, policy and edition."""
    return name.partition("@")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Measure:
    """One support instrument of one edition, ready to evaluate."""

    name: str  # <pack>/<policy>/<key>
    key: str
    document: Document
    record: MeasureRecord
    eligible: Condition
    amount: Amount | None
    where: Where

    @property
    def edition(self) -> str:
        return self.document.edition

    @property
    def subject(self) -> str:
        """Whose facts it is decided on."""
        return self.document.subject_of(self.record)

    @cached_property
    def id(self) -> str:
        """The name with its edition, since two editions can hold on one day for different cohorts."""
        return f"{self.name}@{self.edition}"

    @cached_property
    def truth(self) -> Node:
        return truth_of(self.eligible)

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        return tuple(tests_in(self.eligible))


@dataclass(frozen=True)
class Rules:
    """All measures that apply on a day, with everything that explains them."""

    law_on: datetime.date
    packs: tuple[PackText, ...]
    measures: tuple[Measure, ...]
    scorecards: tuple[Scorecard, ...]
    schemas: dict[str, Schema]
    places: Places
    world: World
    problems: tuple[Problem, ...]

    @cached_property
    def ranks(self) -> dict[str, RankRule]:
        """Classes by rank that a rule reads, by scorecard."""
        return {card.rank.scorecard: card.rank for card in self.scorecards if card.rank is not None}

    @property
    def currencies(self) -> dict[str, str]:
        """In which currency each pack pays."""
        return self.world.currencies

    @cached_property
    def content_hash(self) -> str:
        """What these rules were made from."""
        texts = [f"{pack.id} {pack.content_hash}" for pack in self.packs]
        return hashlib.sha256("\n".join([self.law_on.isoformat(), *texts]).encode()).hexdigest()

    @cached_property
    def named(self) -> dict[str, list[int]]:
        """The places in `measures` of what a name within a policy, with the policy, or with policy and pack means; all editions."""
        found: dict[str, list[int]] = {}
        for number, m in enumerate(self.measures):
            for name in (m.key, f"{m.document.policy}/{m.key}", m.name):
                found.setdefault(name, []).append(number)
        return found

    def find(self, name: str) -> list[Measure]:
        """The measures that a full or short name means."""
        return [m for m in self.measures if name in (m.id, m.name, m.key, f"{m.document.policy}/{m.key}")]

    def value(self, name: str, pack: str | None = None, subject: str = "enterprise") -> Typed | None:
        """What a definition or a scorecard's result means to a pack (the nearest one, if none is named); None for an unknown name."""
        document = next((d for d in self.world.documents if pack in (d.pack, None)), None)
        if document is None:
            return None
        context = Context(self.world, document, subject)
        try:
            return self.world.derive(name, context, Where(""))
        except Unresolved:
            return None


class _Compiler:
    """One compilation: holds what is being resolved."""

    def __init__(self, packs: Iterable[PackText], common: Common, law_on: datetime.date):
        self.packs, self.common = tuple(packs), common
        known, above = {pack.id: pack for pack in self.packs}, ancestors(self.packs)
        self.world = World(
            law_on=law_on,
            schemas={
                subject: schema.extended(fact for pack in self.packs for fact in pack.facts.get(subject, ()))
                for subject, schema in common.schemas.items()
            },
            places=common.places,
            documents=tuple(document for pack in self.packs for document in pack.documents),
            tables={(pack.id, name): table for pack in self.packs for name, table in pack.tables.items()},
            ancestors=above,
            codes={
                pack.id: {**common.codes, **{k: v for other in reversed(above[pack.id]) for k, v in known[other].codes.items()}}
                for pack in self.packs
            },
            currencies={pack.id: str(pack.record.currency) for pack in self.packs},
        )
        self.world.derive = self.derive
        self.world.summed = groups.summed
        self.world.lookup = self.lookup
        self.world.group = groups.find
        self.world.recognition = self.recognition
        self.conditions: dict[str, Condition | None] = {}
        self.amounts: dict[str, Amount | None] = {}
        self.cards: dict[str, Scorecard] = {}
        self.in_force = [d for d in self.world.documents if d.in_force(law_on) != "no"]
        self.givers = self._givers()

    # ------------------------------------------------------------ names that lines reach

    def derive(self, name: str, context: Context, where: Where) -> Typed | None:
        found = definitions.find(name, context, where)
        if found is None:
            found = scorecards.find(name, context, where)
        if found is None and name.endswith(".count") and (rule := groups.find(name.removesuffix(".count"), context, where)) is not None:
            found = groups.counted(rule)
        return found

    def lookup(self, name: Text, context: Context) -> Typed:
        columns = resolve_table(name, context)
        if len(columns) != 1:
            raise context.fault(
                "rules.function",
                f"the table {name} has {len(columns)} outputs; lookup reads a single one",
                name.where,
                "use a definition with table:",
            )
        return next(iter(columns.values()))

    def _givers(self) -> dict[tuple[str, str], list[tuple[Document, Text, MeasureRecord]]]:
        givers: dict[tuple[str, str], list[tuple[Document, Text, MeasureRecord]]] = {}
        for document in self.in_force:
            for key, record in document.measures.items():
                if record.gives is not None:
                    givers.setdefault((str(record.gives), document.subject_of(record)), []).append((document, key, record))
        return givers

    def recognition(self, flag: str, context: Context) -> tuple[Node, tuple[str, ...]] | None:
        """The outcome of the measures that give a recognition."""
        givers = self.givers.get((flag, context.subject))
        if not givers:
            return None
        outcomes = []
        for document, key, record in givers:
            found = self.eligible(document, key, record)
            if found is None:
                raise Unresolved(flag)
            outcomes.append(truth_of(found))
        names = tuple(f"{document.pack}/{document.policy}/{key}@{document.edition}" for document, key, _ in givers)
        return (outcomes[0] if len(outcomes) == 1 else Any(tuple(outcomes))), names

    # ------------------------------------------------------------ measures

    def eligible(self, document: Document, key: Text, record: MeasureRecord) -> Condition | None:
        """Who may have a measure: place, edition, core conditions and its own tests. None where the text is faulty."""
        name = f"{document.name}/{key}"
        if name not in self.conditions:
            context = self.context(document, record)
            try:
                with context.resolving(name, key.where):
                    self.conditions[name] = self._eligible(document, key, record, context)
            except Unresolved:
                if name not in self.world.open:
                    self.conditions[name] = None
                raise
        return self.conditions[name]

    def _eligible(self, document: Document, key: Text, record: MeasureRecord, context: Context) -> Condition:
        policy = document.record
        assert isinstance(policy, PolicyRecord)
        parts: list[Condition] = []
        lost: Unresolved | None = None

        clause = str(record.clause)
        cohort = list(policy.applies_when)
        if document.in_force(self.world.law_on) == "continued":
            cohort += [test for test in policy.continues_for if test not in cohort]
        steps: list[Callable[[], list[Condition]]] = [
            lambda: self._in_place(document, f"{document.pack}/{document.policy}/{key}", context),
            lambda: conditions(cohort, context, clause, "edition"),
            lambda: self._shared(document, context),
            lambda: self._own(record, context, key),
        ]
        for step in steps:
            try:
                parts += step()
            except Unresolved as error:
                lost = error
        if lost is not None:
            raise lost
        return Group("all", tuple(parts))

    def _in_place(self, document: Document, measure: str, context: Context) -> list[Condition]:
        """The subject lies in the pack's place or where a link extends it, if subjects of its kind have a place at all."""
        pack = next(p for p in self.packs if p.id == document.pack)
        fact = context.schema.facts.get("place")
        if fact is None or pack.record.place not in self.common.places.by_id:
            return []
        inside = place_and_below(pack.record.place, context, pack.record.place.where)
        label = self.common.places.by_id[str(pack.record.place)].label
        said = words(f"located in {label.en}", f"位于{label.zh}")
        home = Test(OneOf(FactCode(fact), inside), f'place within "{pack.record.place}"', "", "place", said)
        linked: list[Condition] = []
        for link in reaching(self.common.links, str(pack.record.place), measure, self.world.law_on):
            within = frozenset().union(*(self.common.places.below(str(id)) for id in link.to))
            text = " or ".join(f'place within "{id}"' for id in link.to)
            linked.append(
                Test(OneOf(FactCode(fact), within), text, f"{link.document} {link.clause}", "place", link_said(link, self.common.places), link.source)
            )
        return [Group("any", (home, *linked))] if linked else [home]

    def _shared(self, document: Document, context: Context) -> list[Condition]:
        """The conditions of the pack's core policy, which are about enterprises: the same tests for all its measures."""
        cache, at = self.world.resolved, ("core", document.pack, context.subject)
        if at not in cache:
            found: list[Condition] = []
            for core in self.world.documents:
                if core.pack == document.pack and isinstance(core.record, CoreRecord) and context.subject == core.subject:
                    inner = Context(self.world, core, context.subject)
                    found += [
                        Test(truth(c.test, inner, atomic=True), str(c.test).strip(), str(c.clause), "core", c.label, c.source)
                        for c in core.record.conditions.values()
                    ]
            cache[at] = found
        shared: list[Condition] = cache[at]
        return shared

    def _own(self, record: MeasureRecord, context: Context, key: Text) -> list[Condition]:
        """The measure's own tests; an outer `all` is opened, since the whole is one."""
        if record.eligible is None:
            return []
        own = condition(record.eligible, context, str(record.clause), where=key.where)
        return list(own.parts) if isinstance(own, Group) and own.kind == "all" and own.label is None else [own]

    def amount(self, document: Document, key: Text, record: MeasureRecord) -> Amount | None:
        if record.amount is None:
            return None
        name = f"{document.name}/{key}"
        called = f"{name} amount"
        if name not in self.amounts or called in self.world.open:
            context = self.context(document, record)
            with context.resolving(called, key.where):
                self.amounts[name] = None
                self.amounts[name] = resolve_amount(record.amount, context, self.world.currencies[document.pack], self.amount_of, key.where)
        if self.amounts[name] is None:
            raise Unresolved(name)
        return self.amounts[name]

    def amount_of(self, name: Text, context: Context) -> Node:
        """The amount of another measure that is in force, by its key or full name."""
        found = [
            (document, key, record)
            for document in self.in_force
            for key, record in document.measures.items()
            if name in (key, f"{document.policy}/{key}", f"{document.pack}/{document.policy}/{key}")
        ]
        if len({(document.pack, document.policy, str(key)) for document, key, _ in found}) != 1:
            keys = [str(key) for document in self.in_force for key in document.measures]
            what = "is no measure in force" if not found else "is the name of several measures"
            raise context.fault("rules.unknown-measure", f"{name} {what}", name.where, did_you_mean(name, keys))
        amounts: list[Node] = []
        for document, key, record in found:  # editions that hold on one day are for different cohorts
            amount, eligible = self.amount(document, key, record), self.eligible(document, key, record)
            if amount is None or eligible is None:
                raise context.fault("rules.amount", f"{name} gives no amount that could be matched", name.where)
            amounts.append(Choose(truth_of(eligible), amount.node, NOUGHT))
        return functools.reduce(lambda one, other: Arithmetic("+", one, other), amounts)

    def context(self, document: Document, record: MeasureRecord) -> Context:
        subject = document.subject_of(record)
        context = Context(self.world, document, subject)
        if subject not in self.world.schemas:
            said = record.subject or getattr(document.record, "subject", None)
            where = said.where if said is not None else record.where
            raise context.fault("facts.subject", f"there is no subject {subject}", where, subjects_hint(subject, self.world.schemas))
        return context

    def measure(self, document: Document, key: Text, record: MeasureRecord) -> Measure | None:
        """A measure, or None where its text is faulty (the problems are recorded)."""
        eligible, amount, whole = None, None, True
        try:
            eligible = self.eligible(document, key, record)
        except Unresolved:
            whole = False
        try:
            amount = self.amount(document, key, record)
        except Unresolved:
            whole = False
        if eligible is None or not whole:
            return None
        return Measure(f"{document.pack}/{document.policy}/{key}", str(key), document, record, eligible, amount, key.where)

    def rules(self, only: Iterable[Document] | None = None) -> Rules:
        """The measures of all documents in force, or of some of them."""
        documents = self.in_force if only is None else list(only)
        measures = []
        for document in documents:
            for key, record in document.measures.items():
                made = self.measure(document, key, record)
                if made is not None:
                    measures.append(made)
        cards = self._scorecards(documents)
        return Rules(
            self.world.law_on, self.packs, tuple(measures), cards, self.world.schemas, self.world.places, self.world, tuple(self.world.problems)
        )

    def _scorecards(self, documents: list[Document]) -> tuple[Scorecard, ...]:
        """Every scorecard and definition is resolved, whether a measure reads it or not, so that faults in it are told."""
        cards = []
        for document in documents:
            if document.subject not in self.world.schemas:
                continue  # told by each of its measures
            context = Context(self.world, document, document.subject)
            for key in document.definitions:
                with contextlib.suppress(Unresolved):
                    definitions.check(document, key, context)
            for key, record in document.scorecards.items():
                with contextlib.suppress(Unresolved):
                    cards.append(scorecards.resolve_scorecard(document, key, record, context, key.where))
        return tuple(cards)


def ancestors(packs: Iterable[PackText]) -> dict[str, tuple[str, ...]]:
    """Of each pack, itself and all that it inherits, nearest first."""
    known = {pack.id: pack for pack in packs}
    return {id: _ancestors(id, known) for id in known}


def _ancestors(id: str, packs: dict[str, PackText], seen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A pack and all that it inherits, nearest first."""
    if id not in packs or id in seen:
        return ()
    chain = [id]
    for parent in packs[id].record.inherits:
        chain += [a for a in _ancestors(str(parent), packs, (*seen, id)) if a not in chain]
    return tuple(chain)


def compile_rules(packs: Iterable[PackText], common: Common, law_on: datetime.date, only: Iterable[Document] | None = None) -> Rules:
    """The rules of some packs on a day; problems stand in the result."""
    return _Compiler(packs, common, law_on).rules(only)


def kept_rules(
    packs: Iterable[PackText],
    common: Common,
    law_on: datetime.date,
    measures: tuple[Measure, ...],
    scorecards: tuple[Scorecard, ...],
    problems: tuple[Problem, ...],
) -> Rules:
    """The rules of a day of which the measures and scorecards were compiled before, on the same packs."""
    compiler = _Compiler(packs, common, law_on)
    return Rules(law_on, compiler.packs, measures, scorecards, compiler.world.schemas, compiler.world.places, compiler.world, problems)
