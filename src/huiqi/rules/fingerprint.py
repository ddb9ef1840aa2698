"""A measure's fingerprint: a hash over all that decides its status and amount, given the facts and the day whose facts count.

It is the same in every process and Python version. What a part is called, its title, clause and place in the text are not in it, nor are other
measures unless this one reads them; ranges, steps and code lists of the facts that it reads are. Years are counted back from the day of
evaluation, so that day is not in it either: who keeps results keeps it beside the fingerprint, as well as whether recognitions are assumed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from huiqi.facts.schema import CodeList, Fact
from huiqi.rules import tree
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.tree import Node
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.version import VERSION

#: What trees mean: one more with every change of the evaluation that could change a result.
SEMANTICS = 1
LONGEST = 500  # a longer part stands as its hash in what holds it, so that what many share is written once


def fingerprint(measure: Measure, rules: Rules) -> str:
    """The fingerprint of a measure of these rules, as 64 hexadecimal digits."""
    return _writer(rules).measure(measure)


def fingerprint_of(node: Node, rules: Rules) -> str:
    """The fingerprint of a part of these rules, like the limit of a stacking rule."""
    writer = _writer(rules)
    writer.kept.append(node)
    return _hash(f"{writer.head}\n{writer.part(node)}")


def _writer(rules: Rules) -> _Writer:
    kept, at = rules.world.resolved, ("fingerprints",)
    writer: _Writer | None = kept.get(at)
    if writer is None or not writer.fits(rules):
        writer = kept[at] = _Writer(rules)
    return writer


class _Writer:
    """Writes trees as text without names. Every part has one form, which says where it ends, so two different trees are never written alike."""

    def __init__(self, rules: Rules):
        self.rules, self.currency = rules, rules.currencies
        self.done: dict[int, str] = {}
        self.kept: list[Node] = []  # what holds all that is done, so that an id stays its own
        self.head = f"huiqi {VERSION} {SEMANTICS}"

    def fits(self, rules: Rules) -> bool:
        """What it has written holds for these rules, which may be those of another day of the same law."""
        return all(getattr(rules, part) is getattr(self.rules, part) for part in ("packs", "scorecards", "schemas", "places"))

    def measure(self, measure: Measure) -> str:
        self.kept += [measure.truth] if measure.amount is None else [measure.truth, measure.amount.node]
        amount = "-" if measure.amount is None else f"{self.currency[measure.document.pack]} {self.part(measure.amount.node)}"
        return _hash("\n".join((self.head, text(measure.subject), self.part(measure.truth), amount)))

    def part(self, node: Node) -> str:
        """A part of a rule; raises TypeError for one whose meaning is not written here."""
        kind = type(node)
        if (leaf := _LEAVES.get(kind)) is not None:
            return leaf(self, node)
        found = self.done.get(id(node))
        if found is None:
            if kind not in _FORMS:
                raise TypeError(f"{kind.__name__} has no fingerprint")
            found = _FORMS[kind](self, node)
            if len(found) > LONGEST:
                found = f"#{_hash(found)}"
            self.done[id(node)] = found
        return found

    def keep(self, what: Fact | CodeList | Places, written: str) -> str:
        found = self.done[id(what)] = f"#{_hash(written)}"
        return found

    def parts(self, nodes: Iterable[Node]) -> str:
        return " ".join([self.part(node) for node in nodes])

    def any_order(self, nodes: Iterable[Node]) -> str:
        """Parts of which neither the order nor the number counts."""
        return " ".join(sorted({self.part(node) for node in nodes}))

    def fact(self, fact: Fact) -> str:
        """What a fact can be, and how its cells are read."""
        found = self.done.get(id(fact))
        if found is None:
            unit = " ".join(f"{text(name)}{power}" for name, power in fact.unit.powers)
            codes = "-" if fact.codes is None else self.codes(fact.codes)
            more = self.places() if fact.kind == "place" else "-"
            schema = self.rules.schemas[fact.subject]
            if fact.period == "year" and schema.born not in (None, fact.id):  # in the years before that day there is no value
                more = self.fact(schema.facts[str(schema.born)])
            written = (
                f"(fact {text(fact.subject)} {text(fact.id)} {fact.kind} {fact.period} ({unit}) {exact(fact.unit.factor)} {fact.decimals} "
                f"{exact(fact.low)} {exact(fact.high)} {codes} {fact.optional:d} {more})"
            )
            found = self.keep(fact, written)
        return found

    def codes(self, codes: CodeList) -> str:
        found = self.done.get(id(codes))
        if found is None:
            listed = " ".join(f"{text(code.id)}{maybe(code.parent)}" for code in codes.codes.values())
            found = self.keep(codes, f"(codes {codes.prefix:d} {listed})")
        return found

    def places(self) -> str:
        places = self.rules.places
        found = self.done.get(id(places))
        if found is None:
            listed = (
                f"({text(id)}{maybe(place.parent)}{maybe(place.code)}{''.join(map(text, place.also_in))})" for id, place in places.by_id.items()
            )
            found = self.keep(places, f"(places {' '.join(listed)})")
        return found

    def related(self, node: tree.Related) -> str:
        rule = node.rule
        partner = "-" if rule.partner_from is None else exact(rule.partner_from)
        return f"(related {exact(rule.linked_above)} {partner} {'-' if node.fact is None else self.fact(node.fact)} {node.year})"

    def rank_class(self, node: tree.RankClass) -> str:
        """With the rule that ranks, which only the rules have; without one any class is possible."""
        rule, written = self.rules.ranks.get(node.scorecard), "-"
        if rule is not None:
            among = "-" if rule.among is None else self.part(rule.among)
            written = f"({text(rule.subject)} {self.part(rule.total)} {among} {self.codes(rule.codes)} {' '.join(map(exact, rule.shares))})"
        return f"(rank {self.codes(node.codes)} {self.part(node.total)} {written})"


def text(said: str) -> str:
    """A text with its length before it, so that its end is known whatever stands in it."""
    return f"{len(said)}:{said}"


def maybe(said: str | None) -> str:
    """A text, or none."""
    return "-" if said is None else text(said)


def exact(value: Fraction | float) -> str:
    """A fraction, or an infinity."""
    return f"{value:f}" if isinstance(value, float) else f"{value.numerator}/{value.denominator}"


def _hash(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


_Forms = dict[type[Node], Callable[[_Writer, Any], str]]
_LEAVES: _Forms = {
    tree.Figure: lambda to, n: f"{n.value.numerator}/{n.value.denominator}",
    tree.FactFigure: lambda to, n: f"(figure {to.fact(n.fact)} {n.year})",
    tree.FactCode: lambda to, n: f"(code_of {to.fact(n.fact)} {n.year})",
    tree.FactFlag: lambda to, n: f"(flag {to.fact(n.fact)} {n.year})",
    tree.Constant: lambda to, n: f"({n.value:d})",
    tree.Absence: lambda to, n: "(absence)",
}
_FORMS: _Forms = {
    tree.Named: lambda to, n: to.part(n.body),
    tree.Called: lambda to, n: to.part(n.body),
    tree.Arithmetic: lambda to, n: f"({n.op} {to.part(n.left)} {to.part(n.right)})",
    tree.Present: lambda to, n: f"(present {to.part(n.of)})",
    tree.Rounded: lambda to, n: f"(round {to.part(n.of)} {exact(n.step)} {n.direction})",
    tree.Tally: lambda to, n: f"(tally {to.parts(n.parts)})",
    tree.Since: lambda to, n: f"(since {to.part(n.date)} {n.unit})",
    tree.YearOf: lambda to, n: f"(year_of {to.part(n.date)})",
    tree.Between: lambda to, n: f"(between {to.part(n.low)} {'-' if n.high is None else to.part(n.high)})",
    tree.Related: _Writer.related,
    tree.CodeValue: lambda to, n: f"(code {text(n.value)} {to.codes(n.codes)})",
    tree.RankClass: _Writer.rank_class,
    tree.Choose: lambda to, n: f"(choose {to.part(n.condition)} {to.part(n.then)} {to.part(n.otherwise)})",
    tree.Compare: lambda to, n: f"(compare {n.op} {to.part(n.left)} {to.part(n.right)})",
    tree.GrowthCompare: lambda to, n: f"(growth {n.op} {to.part(n.last)} {to.part(n.first)} {n.intervals} {exact(n.rate)})",
    tree.OneOf: lambda to, n: f"(one_of {to.part(n.of)} {n.negated:d} {' '.join(map(text, sorted(n.wanted)))})",
    tree.SameCode: lambda to, n: f"(same_code {to.part(n.left)} {to.part(n.right)})",
    tree.Exists: lambda to, n: f"(exists {to.part(n.of)})",
    tree.All: lambda to, n: f"(all {to.any_order(n.parts)})",
    tree.Any: lambda to, n: f"(any {to.any_order(n.parts)})",
    tree.Not: lambda to, n: f"(not {to.part(n.part)})",
    tree.AtLeast: lambda to, n: f"(at_least {n.count} {to.parts(n.parts)})",
    tree.Recognised: lambda to, n: f"(recognised {to.fact(n.fact)} {to.part(n.outcome)})",
}
