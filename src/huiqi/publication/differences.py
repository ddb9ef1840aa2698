"""What changes from one text to another, as values; say_differences.py says them.

What a text states beside its conditions is a flat list of terms by name (terms.py), and two such lists are held against each other; conditions
are aligned as trees (alignment.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from huiqi.publication.alignment import Alignment, Change, Changed, Effect
from huiqi.publication.editions import Edition
from huiqi.publication.terms import (
    Part,
    Stated,
    Term,
    Terms,
    amount_terms,
    card_terms,
    core_terms,
    definition_terms,
    document_terms,
    measure_terms,
)
from huiqi.publication.wording import Wording, is_parameter, own_parts, same
from huiqi.rules.compile import Measure
from huiqi.rules.eligibility import conditions
from huiqi.rules.records import CoreRecord, DefinitionRecord, PolicyRecord, ScorecardRecord
from huiqi.rules.tree import All as AllOf
from huiqi.rules.tree import Condition, Test, body
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both, both, of_words


@dataclass(frozen=True)
class Difference:
    """One thing that changes: in what part of which measure or definition, and what it was and is."""

    change: Change
    part: Part
    owner: Both  # the title of a measure, definition or scorecard; empty for the document itself
    what: Both
    before: Stated | None
    after: Stated | None
    effect: Effect = ""
    clause: str = ""

    @property
    def direction(self) -> Literal["rises", "falls", ""]:
        """Which way a figure goes."""
        if self.before is None or self.after is None or self.before.figure is None or self.after.figure is None:
            return ""
        return "rises" if self.after.figure > self.before.figure else "falls" if self.after.figure < self.before.figure else ""


@dataclass(frozen=True)
class Comparison:
    """Two texts held against each other; `unchanged` counts the terms and tests that read the same. None = the text is not on that side."""

    before: Edition | None
    after: Edition | None
    differences: tuple[Difference, ...]
    unchanged: int


def compare_all(before: Sequence[Edition], after: Sequence[Edition]) -> list[Comparison]:
    """Texts by their names; what finds no partner of its name takes the last edition of the same policy, and is dropped or new without one."""
    left, right = {one.name: one for one in before}, {one.name: one for one in after}
    if len(before) == len(after) == 1:
        return [compare(before[0], after[0])]
    pairs = [(left[name], right[name]) for name in left if name in right]
    alone, new = [one for name, one in left.items() if name not in right], [one for name, one in right.items() if name not in left]
    for one in list(alone):
        other = next((n for n in reversed(new) if n.document.policy == one.document.policy), None)
        if other is not None:
            pairs.append((one, other))
            alone.remove(one)
            new.remove(other)
    return [
        *(compare(one, other) for one, other in pairs),
        *(Comparison(one, None, (), 0) for one in alone),
        *(Comparison(None, one, (), 0) for one in new),
    ]


def compare(before: Edition, after: Edition) -> Comparison:
    """Everything that differs between two texts."""
    return _Comparer(Wording.of(before.rules, before.document), Wording.of(after.rules, after.document)).comparison(before, after)


class _Comparer:
    """One comparison: collects differences and counts what stays."""

    def __init__(self, before: Wording, after: Wording):
        self.before, self.after = before, after
        self.differences: list[Difference] = []
        self.unchanged = 0

    def comparison(self, before: Edition, after: Edition) -> Comparison:
        nobody = same("")
        self.terms(document_terms(self.before), document_terms(self.after), nobody)
        for name in ("applies_when", "continues_for"):
            self.aligned(_cohort(self.before, name), _cohort(self.after, name), _COHORTS[name])
        self.core()
        self.definitions()
        self.scorecards()
        self.measures(_measures(before), _measures(after))
        return Comparison(before, after, tuple(self.differences), self.unchanged)

    # ------------------------------------------------------------ terms and conditions

    def terms(self, before: Terms, after: Terms, owner: Both) -> None:
        for name in dict.fromkeys((*before, *after)):
            old, new = before.get(name), after.get(name)
            if old is not None and new is not None and old.stated == new.stated:
                self.unchanged += 1
            else:
                self.differences.append(_of_terms(old, new, owner))

    def aligned(self, before: Sequence[Condition], after: Sequence[Condition], owner: Both) -> None:
        alignment = Alignment(self.before, self.after).of(before, after)
        self.unchanged += alignment.unchanged
        self.differences += [_of_condition(changed, owner) for changed in alignment.changes]

    # ------------------------------------------------------------ parts of a document

    def measures(self, before: dict[str, Measure], after: dict[str, Measure]) -> None:
        """Measures by key; where the key has changed, by title."""
        pairs, alone, new = _matched(before, after)
        for old, fresh in pairs:
            title = of_words(fresh.record.title)
            if old.key != fresh.key:
                self.changed("measure", title, Both("the name in the pack", "政策包内名称"), Stated(same(old.key)), Stated(same(fresh.key)))
            self.terms(measure_terms(old, self.before), measure_terms(fresh, self.after), title)
            self.aligned(list(own_parts(old.eligible)), list(own_parts(fresh.eligible)), title)
            self.amounts(old, fresh, title)
        for measure in alone:
            self.lone("dropped", "measure", of_words(measure.record.title), str(measure.record.clause))
        for measure in new:
            self.lone("added", "measure", of_words(measure.record.title), str(measure.record.clause))

    def amounts(self, old: Measure, new: Measure, title: Both) -> None:
        """Two amounts of one form by their figures; of two forms as a whole."""
        if old.amount is None or new.amount is None or old.amount.form == new.amount.form:
            self.terms(amount_terms(old, self.before), amount_terms(new, self.after), title)
        else:
            self.changed("amount", title, Both("the amount", "金额"), _whole_amount(old, self.before), _whole_amount(new, self.after))

    def definitions(self) -> None:
        before, after = self.before.document.definitions, self.after.document.definitions
        for name in dict.fromkeys((*before, *after)):
            old, new = before.get(name), after.get(name)
            record = new or old
            assert record is not None
            part: Part = "parameter" if is_parameter(record) else "definition"
            owner = of_words(record.label)
            if old is None or new is None:
                self.lone("dropped" if new is None else "added", part, owner)
            else:
                self.terms(_definition(old, part, self.before), _definition(new, part, self.after), owner)

    def scorecards(self) -> None:
        before, after = self.before.document.scorecards, self.after.document.scorecards
        for name in dict.fromkeys((*before, *after)):
            old, new = before.get(name), after.get(name)
            record = new or old
            assert record is not None
            title = of_words(record.title)
            if old is None or new is None:
                self.lone("dropped" if new is None else "added", "scorecard", title)
            else:
                self.terms(card_terms(name, old, self.before), card_terms(name, new, self.after), title)
                self.aligned(_passes(name, old, self.before), _passes(name, new, self.after), title)

    def core(self) -> None:
        """Aims, shared conditions, stacking rules, funds and groups of two core policies."""
        old, new = self.before.document.record, self.after.document.record
        if isinstance(old, CoreRecord) and isinstance(new, CoreRecord):
            self.terms(core_terms(old, self.before), core_terms(new, self.after), same(""))
            self.aligned(_shared(old, self.before), _shared(new, self.after), Both("Shared conditions", "共同条件"))

    def lone(self, change: Change, part: Part, title: Both, clause: str = "") -> None:
        """A measure, definition or scorecard that only one of the texts has."""
        before, after = (Stated(title), None) if change == "dropped" else (None, Stated(title))
        self.differences.append(Difference(change, part, same(""), title, before, after, clause=clause))

    def changed(self, part: Part, owner: Both, what: Both, before: Stated, after: Stated) -> None:
        self.differences.append(Difference("changed", part, owner, what, before, after))


_COHORTS = {
    "applies_when": Both("Who falls under the edition", "本版适用对象"),
    "continues_for": Both("To whom it applies after its last day", "到期后继续适用的对象"),
}


def _of_terms(old: Term | None, new: Term | None, owner: Both) -> Difference:
    term = new or old
    assert term is not None
    change: Change = "added" if old is None else "dropped" if new is None else "changed"
    return Difference(change, term.part, owner, term.what, None if old is None else old.stated, None if new is None else new.stated)


def _of_condition(changed: Changed, owner: Both) -> Difference:
    return Difference(changed.change, changed.part, owner, changed.what, changed.before, changed.after, changed.effect, changed.clause)


def _measures(edition: Edition) -> dict[str, Measure]:
    return {measure.key: measure for measure in edition.rules.measures if measure.document is edition.document}


def _matched(before: dict[str, Measure], after: dict[str, Measure]) -> tuple[list[tuple[Measure, Measure]], list[Measure], list[Measure]]:
    """Pairs by key and then by either title, and what is left on either side."""
    pairs = [(before[key], after[key]) for key in before if key in after]
    alone, new = [one for key, one in before.items() if key not in after], [one for key, one in after.items() if key not in before]
    for one in list(alone):
        other = next((n for n in new if _titles(n) & _titles(one)), None)
        if other is not None:
            pairs.append((one, other))
            alone.remove(one)
            new.remove(other)
    return pairs, alone, new


def _titles(measure: Measure) -> set[str]:
    return {str(measure.record.title.en), str(measure.record.title.zh)}


def _cohort(wording: Wording, name: str) -> list[Condition]:
    record = wording.document.record
    return conditions(getattr(record, name), wording.context(), "", "edition") if isinstance(record, PolicyRecord) else []


def _shared(record: CoreRecord, wording: Wording) -> list[Condition]:
    return [Test(wording.truth(one.test), str(one.test), str(one.clause), "core", one.label) for one in record.conditions.values()]


def _passes(key: Text, record: ScorecardRecord, wording: Wording) -> list[Condition]:
    """The sub-minimums of a scorecard."""
    node = wording.passes(key)
    if node is None:
        return []
    tests = body(node)
    return [Test(part, "", str(record.clause)) for part in (tests.parts if isinstance(tests, AllOf) else (tests,))]


def _definition(record: DefinitionRecord, part: Part, wording: Wording) -> Terms:
    terms = definition_terms(record, part, wording)
    label = Term(part, Both("the name", "名称"), Stated(of_words(record.label)))
    return terms | {"label": label}


def _whole_amount(measure: Measure, wording: Wording) -> Stated:
    """An amount in one line."""
    said = wording.amount(measure)
    assert said is not None
    lines: Iterator[Both] = iter(())
    if said.grid is not None:
        lines = (both(("{0}: {1}", "{0}：{1}"), row[0], row[-1]) for row in said.grid.rows)
    parts = [*([said.sentence] if said.sentence is not None else []), *lines, *said.limits]
    return Stated(Both("; ".join(part.en for part in parts), "；".join(part.zh for part in parts)))
