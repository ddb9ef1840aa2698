"""The core policy: stacking rules, shared conditions, funds and groups."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import get_args

from huiqi.facts.known import Known
from huiqi.rules import groups
from huiqi.rules.checks.stacking import contradictions, keeps_best
from huiqi.rules.compile import Measure, Rules, ancestors, key_of
from huiqi.rules.context import Context, Document, Unresolved
from huiqi.rules.cumulation import FORMS, NOT_PAID, stacking_of
from huiqi.rules.exact import Exactly
from huiqi.rules.funds import Figures
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord, Cumulation, MeasureRecord
from huiqi.rules.resolve import constant, figure, truth
from huiqi.rules.tree import Node
from huiqi.vocabulary.place import Level
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PLAIN, UNITS


def faulty_stacking(pack: PackText, library: Library) -> list[Problem]:
    problems: list[Problem] = []
    for document in pack.documents:
        if isinstance(document.record, CoreRecord):
            said = _Said(pack, library)
            for rule in document.record.cumulation:
                problems += said.faults(rule)
            problems += _covered_already(document.record.cumulation)
            problems += contradictions(document.record.cumulation, said.one)
    return problems


@dataclass(frozen=True)
class _Said:
    """What the stacking rules of a pack can speak of: measures, packs and places."""

    pack: PackText
    library: Library

    @cached_property
    def measures(self) -> dict[str, list[tuple[Document, MeasureRecord]]]:
        """Measures by every name that they go by."""
        found: dict[str, list[tuple[Document, MeasureRecord]]] = {}
        for document in self.library.documents:
            for key, record in document.measures.items():
                for name in (str(key), f"{document.policy}/{key}", f"{document.pack}/{document.policy}/{key}"):
                    found.setdefault(name, []).append((document, record))
        return found

    @cached_property
    def near(self) -> tuple[str, ...]:
        return ancestors(self.library.packs)[self.pack.id]

    def meant(self, name: Text) -> list[tuple[Document, MeasureRecord]]:
        """The measures of the nearest pack that has the name."""
        found = self.measures.get(str(name), [])
        distance = {id: place for place, id in enumerate(self.near)}
        nearest = min((distance.get(document.pack, len(distance)) for document, _ in found), default=0)
        return [(document, record) for document, record in found if distance.get(document.pack, len(distance)) == nearest]

    def one(self, name: Text) -> object:
        """The same for names that mean the same."""
        return frozenset(id(record) for _, record in self.meant(name)) or str(name)

    def faults(self, rule: Cumulation) -> Iterator[Problem]:
        """A stacking rule has one form, with what belongs to it, and names measures that can meet."""
        forms = [form for form in FORMS if getattr(rule, form) is not None]
        if len(forms) != 1:
            said = " and ".join(forms) or "none"
            yield Problem("check.stacking", f"a stacking rule has one form; here is {said}", rule.where, f"one of {', '.join(FORMS)}")
        else:
            yield from self._belongings(rule, forms[0])
        for listed in (rule.highest, rule.first, rule.exclusive, rule.once, rule.measures, rule.over):
            if isinstance(listed, list):
                yield from self._names(listed, together=listed is not rule.once)
        for listed in (rule.highest, rule.first, rule.exclusive):
            if isinstance(listed, list) and len(listed) < 2:
                hint = "name what it does not stack with"
                yield Problem("check.stacking-idle", "a rule over fewer than two measures changes nothing", rule.where, hint, "warning")
        for id in rule.includes or ():
            if id not in self.near[1:]:
                yield Problem("check.stacking", f"{id} is not a pack above this one", id.where, did_you_mean(id, self.near) or self._above)
        for bearer in rule.share or ():
            if bearer not in get_args(Level) and bearer not in self.library.common.places.by_id:
                hint = did_you_mean(bearer, [*get_args(Level), *self.library.common.places.by_id]) or "a place, or a level such as city or district"
                yield Problem("rules.unknown-place", f"{bearer} is not a place", bearer.where, hint)

    @property
    def _above(self) -> str:
        return f"packs above: {', '.join(self.near[1:])}" if self.near[1:] else "it inherits no pack"

    def _belongings(self, rule: Cumulation, form: str) -> Iterator[Problem]:
        """Keys that the form needs, and keys that say nothing beside it."""
        if form == "exclusive" and rule.keep is None:
            yield Problem("check.stacking", "the rule does not say which stays", rule.where, "keep: first, or keep: best")
        if form == "intensity" and rule.of is None:
            yield Problem("check.stacking", "the rule does not say of what", rule.where, "add the cost that counts: `of: eligible_cost`")
        limited = form in ("cap", "intensity")
        for key, fits in (("keep", form == "exclusive"), ("of", form == "intensity"), ("reduce", limited), ("over", limited), ("past", limited)):
            if getattr(rule, key) is not None and not fits:
                yield Problem("check.stacking", f"{key} says nothing in a rule of {form}", rule.where, f"take {key} out")

    def _names(self, names: list[Text], *, together: bool) -> Iterator[Problem]:
        """Names of measures that exist, each once; where they meet, that are paid to one subject, in one currency."""
        subjects: dict[str, Text] = {}
        seen: set[str] = set()
        for name in names:
            if name not in self.measures:
                yield Problem("check.stacking", f"{name} is not a measure", name.where, did_you_mean(name, self.measures))
                continue
            if name in seen:
                yield Problem("check.stacking", f"{name} is named twice", name.where, "leave one out")
            seen.add(str(name))
            document, record = self.meant(name)[0]
            if document.subject_of(record) in self.library.common.schemas:
                subjects.setdefault(document.subject_of(record), name)
            if record.kind in NOT_PAID:
                hint = "what a firm pays does not stack with what it gets; take it out"
                yield Problem("check.stacking", f"{name} is a charge", name.where, hint)
            currency = next(pack.record.currency for pack in self.library.packs if pack.id == document.pack)
            if currency != self.pack.record.currency and together:
                hint = "money of two currencies does not stack without a dated exchange table"
                yield Problem("check.stacking", f"{name} is paid in {currency}, this pack in {self.pack.record.currency}", name.where, hint)
        if len(subjects) > 1 and together:
            (one, first), (other, second), *_ = subjects.items()
            hint = "write a rule for each subject"
            yield Problem("check.stacking", f"{first} is about the subject {one}, {second} about {other}: they never meet", second.where, hint)


def _covered_already(rules: list[Cumulation]) -> Iterator[Problem]:
    """Rules about measures of which an earlier rule leaves one at most."""
    earlier: list[tuple[bool, list[Text]]] = []
    for rule in rules:
        listed = next((listed for listed in (rule.highest, rule.first, rule.exclusive) if isinstance(listed, list)), None)
        if listed is None:
            continue
        covering = next((names for best, names in earlier if best == keeps_best(rule) and len(listed) > 1 and set(listed) <= set(names)), None)
        if covering is not None:
            message = f"this rule changes nothing: line {covering[0].where.line} leaves one of these measures already"
            if rule.first is not None and [name for name in covering if name in listed] != listed:
                message = f"the measures stand in another order in line {covering[0].where.line}, which applies first"
            yield Problem("check.stacking-idle", message, listed[0].where, "take one of the two out", "warning")
        earlier.append((keeps_best(rule), listed))


def binding(rules: Rules, documents: list[Document]) -> dict[Where, bool]:
    """For the caps of core policies on a day, by place: whether they can ever cut anything, as far as their measures are at hand."""
    found: dict[Where, bool] = {}
    for rule in stacking_of(rules):
        if rule.limit is None or rule.written.cap is None or rule.document not in documents:
            continue
        measures = [rules.measures[number] for number in rule.measures]
        missing = isinstance(rule.written.over, list) and not {m.key for m in measures} >= {key_of(str(name)) for name in rule.written.over}
        binds = missing or rule.written.per == "three_years" or rule.written.past is not None or _reaches(measures, rule.limit, rules)
        found[rule.written.cap.where] = found.get(rule.written.cap.where, False) or binds
    return found


def _reaches(measures: list[Measure], limit: Node, rules: Rules) -> bool:
    """Whether measures can come to more than a limit in all, whoever has them."""
    nobody = Exactly(Known(rules.schemas[measures[0].subject], rules.places, datetime.date(2024, 6, 30)))
    try:
        most = sum(nobody.figure(measure.amount.node).high for measure in measures if measure.amount is not None)
        return most > nobody.figure(limit).low
    except RecursionError:  # told of the measure
        return True


def idle_cap(where: Where) -> Problem:
    hint = "look at the figure and its unit"
    return Problem("check.stacking-idle", "the cap can never be reached by what its measures come to in all", where, hint, "warning")


def faulty_lines(document: Document, rules: Rules) -> Iterator[Problem]:
    """Faults in the lines of a core policy, whether a measure reads them or not."""
    core = document.record
    if not isinstance(core, CoreRecord):
        return
    known = set(rules.world.problems)
    context = Context(rules.world, document, "enterprise")
    money = UNITS[rules.currencies[document.pack]]
    lines = [(rule.cap, money) for rule in core.cumulation] + [(rule.intensity, PLAIN) for rule in core.cumulation]
    lines += [(text, money) for rule in core.cumulation for text in (rule.of, rule.past)]
    for condition in core.conditions.values():
        with contextlib.suppress(Unresolved):
            truth(condition.test, context, atomic=True)
    for key in core.groups:
        with contextlib.suppress(Unresolved):
            groups.find(str(key), context, key.where)
    for text, unit in lines:
        with contextlib.suppress(Unresolved):
            if text is not None:
                figure(text, context, unit)
    for rule in core.cumulation:
        with contextlib.suppress(Unresolved):
            shares = {bearer: constant(text, context, PLAIN) for bearer, text in (rule.share or {}).items()}
            if shares and (sum(shares.values()) != 1 or min(shares.values()) < 0):
                said = f"the shares add up to {float(sum(shares.values())):.4%}".replace(".0000", "")
                problem = Problem("check.shares", said, next(iter(shares)).where, "whoever bears the rest is missing, or a share is wrong")
                rules.world.problems.append(problem)
    for fund in core.funds.values():
        figures = Figures(fund, context, money)
        parts: list[Callable[[], object]] = [figures.floor, figures.yearly, figures.totals]
        parts += [partial(figures.bounds, limit) for limit in fund.limits]
        for read in parts:
            with contextlib.suppress(Unresolved):
                read()
    yield from (problem for problem in rules.world.problems if problem not in known)
