"""Tests that say nothing: that can never or must always hold, or that contradict each other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from huiqi.facts.known import Known
from huiqi.rules import tree
from huiqi.rules.checks.anybody import Open, plainly
from huiqi.rules.checks.words import faulty_words
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Region
from huiqi.rules.exact import Exactly
from huiqi.rules.plan import Plan, Step, make_plan
from huiqi.rules.records import CoreRecord, PolicyRecord
from huiqi.rules.tree import Node, Test
from huiqi.vocabulary.problem import Problem, Where, errors
from huiqi.vocabulary.ranges import Number
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.source import Text, scalars


def idle_tests(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests that can never or must always hold whatever the facts, and tests that contradict each other."""
    nobody = Known(rules.schemas[measure.subject], rules.places, datetime.date(2024, 6, 30))
    exact = Open(nobody)
    problems = [fault for said in _said(measure.eligible) for fault in faulty_words(said)]
    idle = []
    try:
        for test in measure.tests:
            if test.origin == "place":
                continue
            pair = exact.truth(test.truth)
            if not pair.may:
                idle.append(
                    Problem(
                        "check.never",
                        f"`{test.text}` can never hold: {_bounds(test.truth, exact, must=False)}",
                        where_asked(measure, test, rules),
                        "look at the figure and its unit",
                    )
                )
            elif pair.must:
                hint = "it decides nothing; take it out or mend it"
                idle.append(
                    Problem(
                        "check.always",
                        f"`{test.text}` always holds: {_bounds(test.truth, exact, must=True)}",
                        where_asked(measure, test, rules),
                        hint,
                        "warning",
                    )
                )
        if not errors(idle) and not exact.truth(measure.truth).may:
            idle.append(Problem("check.unreachable", f"nobody can reach {measure.key}", measure.where, "its tests exclude each other"))
        if not idle:
            idle += _contradictions(measure, rules)
        if measure.amount is not None:
            exact.value(measure.amount.node)
    except RecursionError:
        idle.append(Problem("rules.too-deep", f"{measure.key} rests on a table or a list that is too long", measure.where, "split it"))
    return problems + idle


def _said(condition: tree.Condition) -> Iterator[Words]:
    """The words that a pack puts in place of a test or a group."""
    words = condition.say if isinstance(condition, Test) else condition.label
    if words is not None:
        yield words
    if isinstance(condition, tree.Group):
        for part in condition.parts:
            yield from _said(part)


def where_asked(measure: Measure, test: Test, rules: Rules) -> Where:
    """The line in which a measure asks for a test, found again in the record that it comes from."""
    policy = measure.document.record
    lines: Iterable[Text] = ()
    if test.origin == "measure":
        lines = scalars(measure.record.eligible)
    elif test.origin == "edition" and isinstance(policy, PolicyRecord):
        lines = scalars([*policy.applies_when, *policy.continues_for])
    elif test.origin == "core":
        cores = [d.record for d in rules.world.documents if d.pack == measure.document.pack and isinstance(d.record, CoreRecord)]
        lines = [condition.test for core in cores for condition in core.conditions.values()]
    return next((text.where for text in lines if text.strip() == test.text), measure.where)


def _bounds(truth: Node, exact: Exactly, *, must: bool) -> str:
    """What the comparison that decides a test compares."""
    for node in tree.walk(truth):
        if isinstance(node, tree.Compare) and exact.truth(node).must is must and exact.truth(node).known:
            for side, of in (("left", node.left), ("right", node.right)):
                value = exact.value(of)
                if isinstance(value, Number) and not isinstance(tree.body(of), tree.Figure):
                    low = "" if isinstance(value.low, float) else f"at least {plainly(value.low, of)}"
                    high = "" if isinstance(value.high, float) else f"at most {plainly(value.high, of)}"
                    return f"the {side} side is " + (" and ".join(filter(None, (low, high))) or "any figure")
    return "whatever the facts are"


def _contradictions(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests under one `all` that leave no value for a figure, no code for a category, or ask for a flag and against it."""
    plan = make_plan(rules, [measure])
    slots = dict(zip(measure.tests, plan.measures[0].tests, strict=True))
    regions: dict[int, tuple[Region, list[str]]] = {}
    asked: dict[tuple[int, bool], str] = {}
    for test, wanted in _required(measure.eligible):
        slot = slots[test]
        while plan.steps[slot].op == "not":
            slot, wanted = plan.steps[slot].args[0], not wanted
        if (slot, not wanted) in asked:
            if (text := asked[slot, not wanted]) == test.text:
                return [
                    Problem("check.contradiction", f"`{text}` is asked for and excluded", where_asked(measure, test, rules), "keep one of the two")
                ]
            return [_contradiction([text, test.text], measure, test, rules)]
        asked[slot, wanted] = test.text
        if not wanted:
            continue
        for step in [plan.steps[slot]] if plan.steps[slot].op != "all" else [plan.steps[s] for s in plan.steps[slot].args]:
            of, region = _region(step, plan)
            before, texts = regions.get(of, (Region(), []))
            if texts and not before.meets(region):
                return [_contradiction([*texts, test.text], measure, test, rules)]
            if region != Region():
                regions[of] = (_both(before, region), [*texts, test.text])
    return []


def _required(condition: tree.Condition, *, wanted: bool = True) -> Iterator[tuple[Test, bool]]:
    """The tests that all have to hold, or to fail under `none`."""
    if isinstance(condition, Test):
        yield condition, wanted
    elif condition.kind == ("all" if wanted else "any"):
        for part in condition.parts:
            yield from _required(part, wanted=wanted)
    elif condition.kind == "none" and wanted:
        for part in condition.parts:
            yield from _required(part, wanted=False)


def _contradiction(texts: list[str], measure: Measure, test: Test, rules: Rules) -> Problem:
    said = " and ".join(f"`{text}`" for text in dict.fromkeys(texts))
    where = where_asked(measure, test, rules)
    if len(set(texts)) == 1:
        return Problem("check.never", f"{said} can never hold: its parts exclude each other", where, "the lower figure stands first: 10 <= x < 50")
    return Problem("check.contradiction", f"{said} never hold together", where, "put them under any:, or mend a figure")


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def _region(step: Step, plan: Plan) -> tuple[int, Region]:
    """The result that a test is about, and what a comparison with a figure, or a test for codes, leaves of it."""
    if step.op == "one_of" and not step.data[1]:
        return step.args[0], Region(codes=step.data[0])
    if step.op != "compare" or step.data not in _TURNED:
        return -1, Region()
    (of, edge), op = step.args, step.data
    if plan.steps[of].op == "figure":
        of, edge, op = edge, of, _TURNED[op]
    if plan.steps[edge].op != "figure":
        return -1, Region()
    figure = plan.steps[edge].data
    match op:
        case ">=" | ">":
            return of, Region(low=figure, open_low=op == ">")
        case "<=" | "<":
            return of, Region(high=figure, open_high=op == "<")
    return of, Region(figure, figure)


def _both(a: Region, b: Region) -> Region:
    if a.codes is not None or b.codes is not None:
        return Region(codes=b.codes if a.codes is None else a.codes if b.codes is None else a.codes & b.codes)
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Region(low, high, any(r.open_low and r.low == low for r in (a, b)), any(r.open_high and r.high == high for r in (a, b)))
