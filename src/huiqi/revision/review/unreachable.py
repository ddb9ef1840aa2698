"""Measures that nobody can have: nobody of the registry, or by their own text nobody at all."""

from __future__ import annotations

from collections import Counter
from typing import Self

import numpy as np

from huiqi.entitlements.deciding import failing_parts
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms, title
from huiqi.rules.checks.idle import idle_tests
from huiqi.rules.compile import Measure
from huiqi.rules.tree import Group, tests_in
from huiqi.vocabulary.problem import Problem, errors
from huiqi.vocabulary.speech import Both, both

_BY_TEXT = {
    "check.never": Both("a condition that can never hold", "有永远无法满足的条件"),
    "check.contradiction": Both("conditions that never hold together", "有相互矛盾的条件"),
    "check.unreachable": Both("conditions that exclude each other", "各项条件相互排斥"),
}


class Stopped:
    """What keeps firms from a measure: how many may meet each test, and of those whom one outermost part alone stops, which one."""

    def __init__(self, material: Material):
        self.numbers = sorted(material.reviewed)
        self.meet = {number: np.zeros(len(material.measures[number].tests), np.int64) for number in self.numbers}
        self.alone: dict[int, Counter[int]] = {number: Counter() for number in self.numbers}

    def look(self, seen: Seen) -> None:
        for number in self.numbers:
            planned = seen.plan.measures[number]
            mays = [np.broadcast_to(seen.run.truths(slot).may, (seen.size,)) for slot in planned.tests]
            self.meet[number] += np.array([np.count_nonzero(may) for may in mays], np.int64)
            if seen.dues[number].rows.size or not isinstance(planned.measure.eligible, Group) or planned.measure.eligible.kind != "all":
                continue
            one_short = failing_parts(seen.run, planned) == 1
            if not one_short.any():
                continue
            at = 0
            for place, part in enumerate(planned.measure.eligible.parts):
                size = len(list(tests_in(part)))
                if size == 1 and planned.measure.eligible.parts[place] is planned.measure.tests[at]:
                    self.alone[number][at] += int(np.count_nonzero(one_short & ~mays[at]))
                at += size

    def add(self, other: Self) -> None:
        for number in self.numbers:
            self.meet[number] += other.meet[number]
            self.alone[number] += other.alone[number]


def unreachable(material: Material) -> list[Finding]:
    """A finding for each measure that nobody of the registry has or may have, or that its text keeps from everybody."""
    found, stopped = [], material.counted(Stopped)
    for number in sorted(material.reviewed):
        measure, tally = material.measures[number], material.outcome.tallies[number]
        faults = [fault for fault in errors(idle_tests(measure, material.rules)) if fault.code in _BY_TEXT]
        if faults:
            found.append(_by_text(material, measure, faults[0]))
        elif material.outcome.subjects and not tally.yes and not tally.depends:
            found.append(_by_registry(material, number, stopped))
    return found


def _by_text(material: Material, measure: Measure, fault: Problem) -> Finding:
    what = both(("nobody at all can have {0}: its text has {1}", "按文本，任何人都不可能享受“{0}”：{1}"), title(measure), _BY_TEXT[fault.code])
    what = both(("{0} ({1})", "{0}（{1}）"), what, Both(fault.message, fault.message))
    remedy = Both("mend the condition, or take the measure out", "修改该条件，或删去该措施")
    detail = {"proved": "by the text", "problem": fault.as_json(), "measure": measure.id}
    currency = material.rules.currencies[measure.document.pack]
    return Finding("unreachable", (measure.name,), str(measure.record.clause), what, remedy, fault.where, currency=currency, detail=detail)


def _by_registry(material: Material, number: int, stopped: Stopped) -> Finding:
    measure, subject = material.measures[number], material.registry.schema.subject
    tests = [
        {"test": test.text, "clause": test.clause, "may_meet": int(count)} for test, count in zip(measure.tests, stopped.meet[number], strict=True)
    ]
    never = [test for test, count in zip(measure.tests, stopped.meet[number], strict=True) if not count]
    nearest = stopped.alone[number].most_common(1)
    if never:
        why = both(("none meets {0}", "无一满足{0}"), Both(f"`{never[0].text}`", f"“{never[0].text}”"))
    elif nearest and nearest[0][1]:
        at, count = nearest[0]
        text = measure.tests[at].text
        why = both(
            (
                "each condition is met by somebody, all of them by nobody; {0} would have it without {1}",
                "各项条件均有人满足，但无人全部满足；若无{1}，有{0}可享受",
            ),
            firms(count, subject), Both(f"`{text}`", f"“{text}”"),
        )  # fmt: skip
    else:
        why = Both("each condition is met by somebody, all of them by nobody", "各项条件均有人满足，但无人全部满足")
    what = both(
        ("none of {0} has or may have {1}: {2}", "{0}中无一享受或可能享受“{1}”：{2}"), firms(material.outcome.subjects, subject), title(measure), why
    )
    remedy = Both(
        "lower the condition that stops most, or say for whom the measure is kept; if the registry lacks such firms, try another one",
        "放宽卡住最多的条件，或说明该措施为谁保留；若登记库中没有这类对象，请换用其他登记库",
    )
    detail = {"proved": "by this registry", "tests": tests, "measure": measure.id}
    currency = material.rules.currencies[measure.document.pack]
    return Finding("unreachable", (measure.name,), str(measure.record.clause), what, remedy, measure.where, currency=currency, detail=detail)
