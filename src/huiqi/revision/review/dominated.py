"""Measures that another one makes superfluous: who may have the one has the other, which gives at least as much, and only one of the two is paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from huiqi.facts.known import Known
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms_perhaps, money, rule_json, title
from huiqi.rules.checks.anybody import Open
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Act, Stacking, StackingRule
from huiqi.rules.implied import implies, same
from huiqi.rules.tree import Between, body
from huiqi.vocabulary.ranges import Absent, Number
from huiqi.vocabulary.speech import Both, both, of_words

SHOWN, AGAINST, OPEN, EQUAL = range(4)


@dataclass(frozen=True)
class Pair:
    """The first would add nothing beside the second, by a rule that pays one of them; `by_text`: whatever the facts."""

    less: int
    more: int
    rule: StackingRule
    by_text: bool


class Beside:
    """For each pair: of how many that surely have the first the second surely gives as much, surely not, or neither is sure; how often the same."""

    def __init__(self, material: Material):
        self.pairs = list(_pairs(material))
        self.counts = np.zeros((len(self.pairs), 4), np.int64)

    def look(self, seen: Seen) -> None:
        high, low = np.zeros(seen.size), np.zeros(seen.size)
        for line, pair in zip(self.counts, self.pairs, strict=True):
            less, more = seen.dues[pair.less], seen.dues[pair.more]
            if not len(less.rows):
                continue
            low[:], high[:] = 0.0, -1.0  # who cannot have it
            low[more.rows[more.must]] = more.low[more.must]
            high[more.rows] = more.high
            surely = seen.must[pair.more][less.rows]
            shown = (surely & (low[less.rows] >= less.high)) | pair.by_text
            against = less.must & (high[less.rows] < less.low) & ~shown
            equal = surely & less.must & (low[less.rows] == less.low) & (high[less.rows] == less.high) & (less.low == less.high)
            line += [np.count_nonzero(who) for who in (shown & less.must, against, ~shown & ~against, equal)]

    def add(self, other: Self) -> None:
        self.counts += other.counts


def dominated(material: Material) -> list[Finding]:
    """A finding for each measure that adds nothing beside another one, for anybody of the registry.

    It is so where nobody is known for whom it is otherwise, and at least as many are known for whom it is than not. Of two that always give the
    same, the later one is told.
    """
    beside = material.counted(Beside)
    adds_nothing = {
        (pair.less, pair.more): (pair, shown, open_, alike)
        for pair, (shown, against, open_, alike) in zip(beside.pairs, beside.counts.tolist(), strict=True)
        if shown and not against and open_ <= shown
    }
    found: dict[int, Finding] = {}
    for (less, more), (pair, shown, open_, alike) in adds_nothing.items():
        mutual = (more, less) in adds_nothing and more in material.reviewed
        if less in material.reviewed and less not in found and not (mutual and less < more):
            found[less] = _finding(material, pair, shown, open_, alike)
    return list(found.values())


def _pairs(material: Material) -> Iterator[Pair]:
    """The pairs of which one at most is paid, and of which the second can take the place of the first in every other rule."""
    for rule in material.stacking.cutting:
        for less, more in _one_of(rule):
            one, other = material.measures[less], material.measures[more]
            if one.amount is not None and other.amount is not None and _replaces(material.stacking, rule, less, more):
                yield Pair(less, more, rule, _by_text(one, other, material.rules))


def _one_of(rule: StackingRule) -> Iterator[tuple[int, int]]:
    """Of which two one is paid; the second in preference to the first where it gives as much."""
    numbers = rule.measures
    match rule.act:
        case Act.HIGHEST:
            yield from ((a, b) for a in numbers for b in numbers if a != b)
        case Act.FIRST:
            yield from ((a, b) for at, a in enumerate(numbers) for b in numbers[:at])
        case Act.UNLESS | Act.LESS if rule.certain:
            yield from ((a, b) for a in numbers for b in rule.beside if a != b)
        case Act.CHOICE:
            lists = [set(one.measures) for one in rule.exclusions]
            for a in numbers:
                for b in numbers:
                    mine = [one for one in lists if b in one]
                    if a != b and mine and all(a in one for one in mine):  # whatever excludes the second excludes the first
                        yield a, b


def _replaces(stacking: Stacking, by: StackingRule, less: int, more: int) -> bool:
    """No other rule cuts the second that does not cut the first in the same way: what the one would be paid the other would be."""
    for rule in stacking.cutting:
        if rule is by:
            continue
        if (more in rule.measures and less not in rule.measures) or (more in rule.beside and less not in rule.beside):
            return False
        if rule.act is Act.FIRST and more in rule.measures and rule.measures.index(more) > rule.measures.index(less):
            return False
    return True


def _by_text(one: Measure, other: Measure, rules: Rules) -> bool:
    """Whoever meets the first meets the second, and its amount is at least as high, as far as the form of both shows it."""
    assert one.amount is not None and other.amount is not None
    if not implies(one.truth, other.truth):
        return False
    if same(one.amount.node, other.amount.node) and not isinstance(body(one.amount.node), Between):
        return True
    anybody = Open(Known(rules.schemas[one.subject], rules.places, rules.law_on))
    most, least = anybody.value(one.amount.node), anybody.value(other.amount.node)
    assert isinstance(most, Number) and isinstance(least, Number)
    return least.absent is Absent.NEVER and least.low >= most.high


def _finding(material: Material, pair: Pair, shown: int, open_: int, alike: int) -> Finding:
    measure, other = material.measures[pair.less], material.measures[pair.more]
    tally, currency, subject = material.outcome.tallies[pair.less], material.currency(pair.less), material.registry.schema.subject
    as_much = Both("exactly as much", "同样多") if alike == shown and not open_ else Both("at least as much", "不低于它")
    what = both(
        (
            "{0} adds nothing beside {1}: {2} that have it have the other too, which gives {3}, and only one is paid ({4}, {5})",
            "有“{1}”后，“{0}”不起作用：享受它的{2}也享受后者，后者金额{3}，而两项只付其一（{4}，{5}）",
        ),
        title(measure), title(other), firms_perhaps(shown, open_, subject), as_much, of_words(pair.rule.label), pair.rule.clause,
    )  # fmt: skip
    what = both(("{0}; it would come to {1}", "{0}；其名义金额为{1}"), what, money(tally.cost_low, tally.cost_high, currency))
    if pair.by_text:
        what = both(("{0}; so by its text, for anybody", "{0}；按文本对任何对象均如此"), what)
    remedy = Both(
        "take the measure out, or raise it above the other for those whom it is meant for", "删去该措施，或对其政策对象提高标准，使其高于后者"
    )
    detail = {
        "measure": measure.id, "beside": other.id, "shown": shown, "open": open_, "the_same": alike,
        "proved": "by the text" if pair.by_text else "by this registry",
        "rule": rule_json(pair.rule),
    }  # fmt: skip
    cost = tally.cost_low, tally.cost_high
    return Finding(
        "dominated", (measure.name, other.name), str(measure.record.clause), what, remedy, measure.where, cost, shown, open_, currency, detail
    )
