"""Stacking rules that contradict each other, and measures of which they never leave anything."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from huiqi.facts.known import Known
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document
from huiqi.rules.cumulation import Act, Had, StackingRule, had, stacking_of
from huiqi.rules.exact import Exactly
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.rules.payable import Ends, in_fen
from huiqi.rules.records import Cumulation
from huiqi.rules.tree import Group, truth_of
from huiqi.vocabulary.problem import Problem, Where
from huiqi.vocabulary.source import Text

Left = dict[tuple[Where, str], tuple[bool, str]]  # by rule and measure: whether anything can be left of it, and why not


def contradictions(rules: Sequence[Cumulation], same: Callable[[Text], object]) -> Iterator[Problem]:
    """Rules that keep different ones of the same measures; `same` gives what a name means."""
    earlier: list[tuple[Cumulation, dict[object, Text]]] = []
    for rule in rules:
        listed = next((listed for listed in (rule.highest, rule.first, rule.exclusive) if isinstance(listed, list)), None)
        if listed is None:
            continue
        mine = {same(name): name for name in listed}
        for other, theirs in earlier:
            common = [one for one in mine if one in theirs]
            if len(common) < 2:
                continue
            line = next(iter(theirs.values())).where.line
            pair = f"{mine[common[0]]} and {mine[common[1]]}"
            if keeps_best(rule) != keeps_best(other):
                one, two = ("the highest", "the first") if keeps_best(other) else ("the first", "the highest")
                message = f"of {pair} line {line} keeps {one}, this rule {two}; the former applies, and this one changes nothing of them"
            elif not keeps_best(rule) and (turned := _turned(common, list(theirs))) is not None and not set(mine) <= set(theirs):
                first, second = (mine[one] for one in turned)
                message = f"{first} comes before {second} here, and after it in line {line}, which applies first"
            else:
                continue
            yield Problem("check.stacking-contradiction", message, listed[0].where, "let both say the same, or take one out", "warning")
        earlier.append((rule, mine))


def keeps_best(rule: Cumulation) -> bool:
    """Whether the best of its measures stays, or the first."""
    return rule.highest is not None or rule.keep == "best"


def _turned(common: Sequence[object], theirs: Sequence[object]) -> tuple[object, object] | None:
    """Two that stand in another order there."""
    return next(((one, two) for one, two in pairwise(common) if theirs.index(one) > theirs.index(two)), None)


# ---------------------------------------------------------------- what is always cut to nothing


def what_is_left(rules: Rules, documents: Iterable[Document]) -> Left:
    """For the measures in the certain rules of core policies on a day: whether anything can ever be left of them."""
    documents, found = list(documents), _Ever(rules)
    left: Left = {}
    for rule in stacking_of(rules):
        if rule.document in documents and rule.certain and rule.act is not Act.SHARE:
            for number in rule.measures:
                reason = found.taken(rule, number)
                at = (rule.written.where, rules.measures[number].name)
                left[at] = (reason is None or left.get(at, (False, ""))[0], reason or "")
    return left


def nothing_left(at: tuple[Where, str], reason: str) -> Problem:
    where, measure = at
    hint = "take the measure out of the rule, or look at the order and at the figures"
    return Problem("check.stacking-nothing", f"after this rule nothing is ever left of {measure}: {reason}", where, hint, "warning")


class _Ever:
    """What measures can be, whoever has them."""

    def __init__(self, rules: Rules):
        self.rules = rules
        self._conditions: dict[int, frozenset[str]] = {}
        self._exact: dict[str, Exactly] = {}

    def taken(self, rule: StackingRule, number: int) -> str | None:
        """Why a rule takes all of a measure from everybody; None where it need not."""
        measure = self.rules.measures[number]
        before = rule.measures[: rule.measures.index(number)]
        match rule.act:
            case Act.FIRST:
                beaten = next((one for one in before if self.surely(one) and self.follows(number, one)), None)
                return None if beaten is None else f"whoever has it has {self.named(beaten)}, which comes first"
            case Act.HIGHEST if had(measure) is not Had.WITHOUT_AMOUNT:
                most = self.amount(number)[1]  # two texts that give the same for the same are no fault
                higher = (one for one in rule.measures if self.amount(one)[0] > most and self.follows(number, one))
                beaten = next(higher, None)
                return None if beaten is None else f"whoever has it has {self.named(beaten)}, which is higher"
            case Act.UNLESS:
                beaten = next((one for one in rule.beside if self.surely(one) and self.follows(number, one)), None)
                return None if beaten is None else f"whoever has it has {self.named(beaten)}"
            case Act.LESS if had(measure) is Had.BY_AMOUNT:
                certain = [one for one in rule.beside if self.amount(one)[0] > 0 and self.follows(number, one)]
                if certain and sum(self.amount(one)[0] for one in certain) >= self.amount(number)[1]:
                    return f"whoever has it has {' and '.join(map(self.named, certain))}, which it contains"
            case Act.LAST | Act.PROPORTIONAL:
                assert rule.limit is not None
                limit = in_fen(self.exact(measure.subject).figure(rule.limit))[1]
                if limit == 0:
                    return "the limit is nought"
                certain = [one for one in before if self.amount(one)[0] > 0 and self.follows(number, one)]
                if rule.act is Act.LAST and certain and sum(self.amount(one)[0] for one in certain) >= limit:
                    return f"whoever has it has {' and '.join(map(self.named, certain))}, which takes up all of the limit"
        return None

    def named(self, number: int) -> str:
        return self.rules.measures[number].name

    def surely(self, number: int) -> bool:
        """Who is entitled to it has it."""
        return had(self.rules.measures[number]) is not Had.BY_AMOUNT or self.amount(number)[0] > 0

    def follows(self, one: int, other: int) -> bool:
        """Whoever is entitled to one measure is entitled to the other: all that the other asks for, the one asks for as well."""
        return self.conditions(other) <= self.conditions(one)

    def conditions(self, number: int) -> frozenset[str]:
        if number not in self._conditions:
            self._conditions[number] = frozenset(_asked(self.rules.measures[number], self.rules))
        return self._conditions[number]

    def exact(self, subject: str) -> Exactly:
        """The evaluator of a subject of which nothing is known."""
        if subject not in self._exact:
            self._exact[subject] = Exactly(Known(self.rules.schemas[subject], self.rules.places, datetime.date(2024, 6, 30)))
        return self._exact[subject]

    def amount(self, number: int) -> Ends:
        """What those who are entitled to a measure have of it."""
        measure = self.rules.measures[number]
        return (0, 0) if measure.amount is None else in_fen(self.exact(measure.subject).figure(measure.amount.node))


def _asked(measure: Measure, rules: Rules) -> Iterator[str]:
    """Everything that a measure asks for, each as its fingerprint."""
    waiting = [measure.eligible]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Group) and part.kind == "all":
            waiting += part.parts
        else:
            yield fingerprint_of(truth_of(part), rules)
