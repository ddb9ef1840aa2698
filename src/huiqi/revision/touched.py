"""What a reform can change: the measures whose outcome may differ, and those that bear on them through stacking. All else costs what it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Act, StackingRule, stacking_of, together
from huiqi.rules.fingerprint import fingerprint, fingerprint_of

Key = tuple[str, str]  # a measure's name and fingerprint


@dataclass(frozen=True)
class Side:
    """The measures of one law that a reform touches; `changed` are the places of those that differ, or whose stacking rules do."""

    rules: Rules
    measures: tuple[Measure, ...]
    changed: frozenset[int]


def touched(before: Rules, after: Rules, subject: str = "enterprise") -> tuple[Side, Side]:
    """What of the law as it is and of the reform has to be evaluated to know every difference, each in the order of its rules.

    A measure differs if the other law has none of its name with the same fingerprint, so that other words, clauses or payments make no difference.
    Where stacking rules differ or come in another order, all that they cover may.
    """
    laws = _Law(before, subject), _Law(after, subject)
    seeds = [set(one.keys) - set(other.keys) for one, other in (laws, laws[::-1])]
    rules = [[rule for rule in one.rules if rule not in other.rules] for one, other in (laws, laws[::-1])]
    common = [[rule for rule in one.rules if rule in other.rules] for one, other in (laws, laws[::-1])]
    if common[0] != common[1]:  # another order
        rules = [list(law.rules) for law in laws]
    names = {name for found in rules for rule in found for name in rule[1]}
    changed = [{at for at, key in enumerate(law.keys) if key in seed or key[0] in names} for law, seed in zip(laws, seeds, strict=True)]
    wanted = {law.keys[at][0] for law, places in zip(laws, changed, strict=True) for at in places}
    while True:  # what bears on one law's measures is looked for in the other as well
        more = wanted.union(*(law.with_what_stacks(wanted) for law in laws))
        if more == wanted:
            break
        wanted = more
    return tuple(law.side(wanted, places) for law, places in zip(laws, changed, strict=True))  # type: ignore[return-value]


def untouched(side: Side, subject: str = "enterprise") -> Side:
    """The measures of a law that a reform leaves as they are, with everything on which they rest."""
    there = {id(measure) for measure in side.measures}
    return Side(side.rules, tuple(m for m in side.rules.measures if m.subject == subject and id(m) not in there), frozenset())


class _Law:
    """The measures of a subject by name and fingerprint, and its stacking rules without numbers."""

    def __init__(self, rules: Rules, subject: str):
        self.all, self.stacking = rules, stacking_of(rules)
        self.measures = [measure for measure in rules.measures if measure.subject == subject]
        self.keys: list[Key] = [(measure.name, fingerprint(measure, rules)) for measure in self.measures]
        self.rules = [self._said(rule) for rule in self.stacking if rule.act is not Act.SHARE]

    def _said(self, rule: StackingRule) -> tuple[str, tuple[str, ...]]:
        """All of a rule that decides what is payable, and the names that it covers."""

        def names(numbers: Iterable[int]) -> tuple[str, ...]:
            return tuple(self.all.measures[number].name for number in numbers)

        limit = None if rule.limit is None else fingerprint_of(rule.limit, self.all)
        exclusions = [names(exclusion.measures) for exclusion in rule.exclusions]
        return repr((rule.act, rule.certain, limit, names(rule.measures), names(rule.beside), exclusions)), names(rule.covered)

    def with_what_stacks(self, names: set[str]) -> set[str]:
        numbers = [number for number, measure in enumerate(self.all.measures) if measure.name in names]
        return {self.all.measures[number].name for number in together(self.stacking, numbers)}

    def side(self, names: set[str], changed: set[int]) -> Side:
        kept = [at for at, measure in enumerate(self.measures) if measure.name in names]
        return Side(self.all, tuple(self.measures[at] for at in kept), frozenset(place for place, at in enumerate(kept) if at in changed))
