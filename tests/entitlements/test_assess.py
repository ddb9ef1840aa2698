"""Every measure for one subject without reasons: the same as the explanation says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import arbitrary
import huiqi
import worked
from huiqi.entitlements.assess import assess, assess_all
from huiqi.entitlements.explain import Explainer, Explanation


def ends(amount: object) -> tuple[int, int | None] | None:
    return None if amount is None else (amount.low, amount.high)  # type: ignore[attr-defined]


def said(e: Explanation) -> tuple[object, ...]:
    return (e.measure.id, e.status, *((None, None) if e.status == "no" else (ends(e.amount), ends(e.payable))))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_it_is_what_the_explanation_says(data):
    with tempfile.TemporaryDirectory() as folder:
        rules = arbitrary.rules_of(arbitrary.packs_folder(Path(folder), data.draw(arbitrary.policy()), tables=arbitrary.TABLES))
    explainer = Explainer(rules, arbitrary.AS_OF)
    known = data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places, most=3))
    for subject, found in zip(known, assess_all(explainer, known), strict=True):
        explained = explainer.explain(explainer.known(subject))
        assert [(one.measure.id, one.status, one.due, one.payable) for one in found] == [said(e) for e in explained]


def test_a_measure_alone_is_cut_by_those_it_stacks_with():
    core = (
        "title: {en: Core, zh: 总政策}\ndocument: 总1号\nissuer: {en: Nobody, zh: 无}\nfirst_day: 2020-01-01\n"
        "source: {kind: illustrative, note: {en: made up, zh: 虚构}}\n"
        "cumulation:\n  - {highest: [a, b], clause: 第九条, label: {en: Not twice, zh: 不重复享受}}\n"
    )
    policy = "measures:\n  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, amount: 300元}\n  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, amount: 100元}\n"
    rules = worked.rules(policy, core=core)
    (b,) = assess(Explainer(rules, worked.firm().as_of, measures=rules.find("b")), worked.firm())
    assert (b.status, b.due, b.payable, b.stands) == ("yes", (10_000, 10_000), (0, 0), "no")


def test_the_facade_has_it():
    assert huiqi.assess is assess
