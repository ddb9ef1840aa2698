"""Why the largest differences: for a named subject, which measures change and through what, each law explained by its own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from huiqi.entitlements.explain import AmountReason, Explainer, Explanation, Reason
from huiqi.revision.simulate import Simulation
from huiqi.rules import tree
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, listed, money_range, of_words

Key = tuple[str, int]  # the name of a definition, and its year
_MOST = 3  # conditions that are named of one measure


@dataclass(frozen=True)
class Change:
    """What changes for a subject with one measure, in words; `clause` is that of the measure in the law that the words are about."""

    measure: Measure
    text: Both
    clause: str


def reasons(found: Simulation) -> dict[str, list[Change]]:
    """The changes behind the largest gains and losses, by subject."""
    sides = [
        Explainer(side.rules, population.as_of, population.assume_recognised, population=population, measures=side.measures)
        for side, population in zip(found.sides, found.populations, strict=True)
    ]
    changes = {}
    for one in (*found.gains, *found.losses):
        changes[one.subject] = list(_changes([_Side(side, one.subject) for side in sides]))
    return changes


class _Side:
    """A subject under one law: its measures explained, those of one name in their order."""

    def __init__(self, explainer: Explainer, subject: str):
        self.explainer, self.run = explainer, explainer.subject(subject) if explainer.measures else None
        explained = [] if self.run is None else explainer.explain(self.run)
        names = [one.measure.name for one in explained]
        self.explained = {(name, names[:at].count(name)): one for at, (name, one) in enumerate(zip(names, explained, strict=True))}

    def definitions(self, measure: Measure) -> dict[tuple[str, int], tuple[Both, Both]]:
        return {} if self.run is None else self.explainer.definitions(self.run, measure)


def _changes(sides: list[_Side]) -> Iterator[Change]:
    """Measure by measure, those that differ."""
    for key in dict.fromkeys(key for side in sides for key in side.explained):
        old, new = (side.explained.get(key) for side in sides)
        text = _said(old, new)
        if text is not None and old is not None and new is not None and text == _money(old, new):
            moved = _moved(sides[0].definitions(old.measure), sides[1].definitions(new.measure), new.measure)
            text = both(("{0} ({1})", "{0}（{1}）"), text, listed(moved[:_MOST], "; ", "；")) if moved else text
        shown = new or old
        if text is not None and shown is not None:
            yield Change(shown.measure, both(("{0}: {1}", "{0}：{1}"), of_words(shown.measure.record.title), text), str(shown.measure.record.clause))


def _said(old: Explanation | None, new: Explanation | None) -> Both | None:
    """What differs of one measure; nothing where it does not."""
    if new is None or old is None:
        one = new or old
        assert one is not None
        if one.status == "no":
            return None
        word = Both("new", "新设") if old is None else Both("dropped", "取消")
        return both(("{0}, {1}", "{0}，{1}"), word, _paid(one))
    if (old.status, _ends(old)) == (new.status, _ends(new)):
        return None
    money = _money(old, new)
    if old.status != new.status:
        lacking, where = (old, Both("before", "现行")) if old.status == "no" or new.status == "yes" else (new, Both("in the reform", "改革后"))
        wanting = [_condition(leaf) for leaf in _leaves(lacking.reasons) if leaf.status != "yes"][:_MOST]
        if wanting:
            said = listed(wanting, "; ", "；")
            word = Both("not met", "不满足") if lacking.status == "no" else Both("not known to be met", "是否满足未知")
            return both(("{0} ({1} {2}: {3})", "{0}（{1}{2}：{3}）"), money, word, where, said)
        return money
    cuts = [cut.text for cut in (new.cuts if len(new.cuts) >= len(old.cuts) else old.cuts)]
    if _due(old) == _due(new) and cuts:
        return both(("{0} ({1})", "{0}（{1}）"), money, listed(cuts[:_MOST], "; ", "；"))
    lines = [_lines(one.amount) for one in (old, new)]
    if lines[0] != lines[1]:
        gone, come = ([line for line in mine if line not in other] for mine, other in (lines, lines[::-1]))
        words = [listed(some, ", ", "，") if some else Both("nothing said", "无") for some in (gone, come)]
        return both(("{0} ({1} → {2})", "{0}（{1}→{2}）"), money, *words)
    return money


def _money(old: Explanation, new: Explanation) -> Both:
    return both(("{0} → {1}", "{0}→{1}"), _paid(old), _paid(new))


def _moved(before: Mapping[Key, tuple[Both, Both]], after: Mapping[Key, tuple[Both, Both]], measure: Measure) -> list[Both]:
    """The definitions that come out otherwise, only those that rest on no other such one."""
    differ = [key for key, (_, value) in after.items() if key in before and before[key][1] != value]
    inner = dict[Key, set[Key]]()
    for node in tree.walk(measure.amount.node) if measure.amount is not None else ():
        if isinstance(node, tree.Named):
            inner[node.name, node.year] = {(one.name, one.year) for one in tree.walk(node.body) if isinstance(one, tree.Named)}
    deepest = [key for key in differ if not inner[key].intersection(differ)]
    return [both(("{0}: {1} → {2}", "{0}：{1}→{2}"), after[key][0], before[key][1], after[key][1]) for key in deepest]


def _leaves(some: Iterable[Reason]) -> Iterator[Reason]:
    """The tests of a tree of reasons, those that decide it: the parts of a group that holds are passed over."""
    for one in some:
        if one.parts and one.status != "yes":
            yield from _leaves(one.parts)
        elif not one.parts:
            yield one


def _condition(one: Reason) -> Both:
    """A test with what was found."""
    if one.found is not None:
        return both(("{0} [{1}]", "{0}〔{1}〕"), one.text, one.found)
    values = [fact.value or Both("unknown", "未知") for fact in one.facts]
    return both(("{0} [{1}]", "{0}〔{1}〕"), one.text, listed(values, ", ", "，")) if values else one.text


def _paid(one: Explanation) -> Both:
    """What is paid of it, or its status where it pays nothing."""
    if one.status == "no":
        return Both("nothing", "无")
    left = one.payable or one.amount
    if left is None:
        return {"yes": Both("yes", "符合"), "depends": Both("depends", "待定")}[one.status]
    return money_range(left.low, left.high, left.currency)


def _ends(one: Explanation) -> tuple[int, int | None] | None:
    left = one.payable or one.amount
    return None if left is None else (left.low, left.high)


def _due(one: Explanation) -> tuple[int, int | None] | None:
    return None if one.amount is None else (one.amount.low, one.amount.high)


def _lines(amount: AmountReason | None) -> list[Both]:
    return [] if amount is None else list(amount.lines)
