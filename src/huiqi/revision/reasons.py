"""Why the largest differences: for a named subject, which measures change and through what, each law explained by its own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huiqi.entitlements.explain import AmountReason, Explainer, Explanation, Reason
from huiqi.revision.simulate import Simulation
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, listed, money_range, of_words

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
        explained = []
        for side in sides:
            run = side.subject(one.subject) if side.measures else None
            explained.append([] if run is None else side.explain(run))
        changes[one.subject] = list(_changes(*explained))
    return changes


def _changes(before: list[Explanation], after: list[Explanation]) -> Iterator[Change]:
    """Measure by measure, those that differ."""
    sides = [{(e.measure.name, sum(o.measure.name == e.measure.name for o in some[:at])): e for at, e in enumerate(some)} for some in (before, after)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        old, new = (side.get(key) for side in sides)
        text = _said(old, new)
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
    money = both(("{0} → {1}", "{0}→{1}"), _paid(old), _paid(new))
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
