"""All that a subject may have, added up after stacking."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import arbitrary
import worked
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.in_all import currency_in_all, in_all
from huiqi.rules.payable import payable

CORE = (
    "title: {en: Core, zh: 总政策}\ndocument: 总1号\nissuer: {en: Nobody, zh: 无}\nfirst_day: 2020-01-01\n"
    "source: {kind: illustrative, note: {en: made up, zh: 虚构}}\n"
    "cumulation:\n  - {highest: [a, b], clause: 第九条, label: {en: Not twice, zh: 不重复享受}}\n"
)
POLICY = (
    "measures:\n"
    "  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, amount: 300元, eligible: honest}\n"
    "  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, amount: 100元}\n"
    "  c: {title: {en: C, zh: 丙}, clause: 三, kind: charge, amount: 900元}\n"
    "  d: {title: {en: D, zh: 丁}, clause: 四, kind: grant, amount: 50元, eligible: listed}\n"
)


def test_the_higher_of_two_counts_once_and_a_charge_not_at_all():
    explainer = Explainer(worked.rules(POLICY, core=CORE), worked.firm().as_of)
    firms = [worked.firm(), worked.firm(honest="true", listed="false"), worked.firm(honest="false", listed="true")]
    assert in_all(explainer, firms) == [(10_000, 35_000), (30_000, 30_000), (15_000, 15_000)]
    assert currency_in_all(explainer) == "CNY"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_it_is_the_total_of_the_exact_rules(data):
    with tempfile.TemporaryDirectory() as folder:
        rules = arbitrary.rules_of(arbitrary.packs_folder(Path(folder), data.draw(arbitrary.policy()), tables=arbitrary.TABLES))
    explainer = Explainer(rules, arbitrary.AS_OF)
    known = data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places, most=3))
    for subject, (low, high) in zip(known, in_all(explainer, known), strict=True):
        claims, limits = explainer.claims(explainer.known(subject))
        assert payable(explainer.stacking, claims, limits).total == (low, math.inf if high is None else high)
