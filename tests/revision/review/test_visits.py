"""The visiting list by hand, against the exact evaluator over completions, and against what an explanation says it would take."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

from huiqi.entitlements.explain import Explainer, Explanation, Reason
from huiqi.revision.review.nearby import Nearby, Visit
from huiqi.revision.review.visits import near, visit_row, visiting_list
from near_edges import paid, reviewed, rules_of

POLICY = """
definitions:
  intensity: {label: {en: R&D intensity, zh: 研发强度}, value: expense / revenue}
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: {all: [revenue >= 2000万元, staff < 300, listed]}, amount: {rate: 1%, of: revenue}}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, eligible: {any: [intensity >= 5%, staff >= 1000]}, amount: 20万元}
"""
FIRMS: list[dict[str, Any]] = [
    {"revenue": 19_000_000, "staff": 100, "listed": "true", "expense": 0},  # 0: a for 5 % more revenue
    {"revenue": 19_000_000, "staff": 310, "listed": "true", "expense": 0},  # 1: fails two figures of a
    {"revenue": 17_000_000, "staff": 100, "listed": "true", "expense": 0},  # 2: too far from a
    {"revenue": 19_000_000, "staff": 100, "listed": "false", "expense": 0},  # 3: not listed
    {"revenue": 19_000_000, "staff": 100, "expense": 0},  # 4: perhaps listed
    {"revenue": 21_000_000, "staff": 295, "listed": "true", "expense": 0},  # 5: keeps a by revenue and by staff
    {"revenue": 10_000_000, "staff": 100, "listed": "false", "expense": 480_000},  # 6: b for 4 % more intensity
    {"revenue": 10_000_000, "staff": 950, "listed": "false", "expense": 100_000},  # 7: b for 50 people more
    {"revenue": 10_000_000, "staff": 1_000, "listed": "false", "expense": 520_000},  # 8: has b twice over, so no single figure keeps it
    {"staff": 100, "listed": "true"},  # 9: revenue not known
]


def visits(tmp_path: Path, firms: list[dict[str, Any]] = FIRMS) -> list[Visit]:
    return visiting_list(reviewed(tmp_path / "r", rules_of(tmp_path, POLICY), firms, (Nearby,)))


def test_the_list_by_hand(tmp_path: Path) -> None:
    """1 % of ¥20 m is ¥200,000, so nobody's money differs but for who keeps what it has."""
    found = {(one.subject, one.measure.key, one.fails, one.sure, float(one.threshold.edge)): one.money for one in visits(tmp_path)}
    assert found == {
        ("f00000", "a", True, True, 2e7): (20_000_000, 20_000_000),
        ("f00004", "a", True, False, 2e7): (0, 20_000_000),
        ("f00005", "a", False, True, 2e7): (21_000_000, 21_000_000),
        ("f00005", "a", False, True, 300.0): (21_000_000, 21_000_000),
        ("f00006", "b", True, True, 0.05): (20_000_000, 20_000_000),
        ("f00007", "b", True, True, 1000.0): (20_000_000, 20_000_000),
    }


def test_who_fails_comes_first_the_surest_and_nearest_of_them(tmp_path: Path) -> None:
    found = visits(tmp_path)
    assert [(one.subject, one.measure.key) for one in found] == [
        ("f00006", "b"), ("f00000", "a"), ("f00007", "b"), ("f00004", "a"), ("f00005", "a"), ("f00005", "a")
    ]  # fmt: skip
    assert [round(one.distance, 4) for one in found[:3]] == [0.04, 0.05, 0.05]


def test_a_row_says_what_the_firm_has_and_what_it_needs(tmp_path: Path) -> None:
    material = reviewed(tmp_path / "r", rules_of(tmp_path, POLICY), FIRMS, (Nearby,))
    row = next(visit_row(material, one) for one in visiting_list(material) if one.subject == "f00000")
    assert (row["has"], row["edge"], row["beyond"], row["distance"]) == (19_000_000.0, 20_000_000.0, 20_000_000.0, 0.05)
    assert (row["outcome"], row["measure"], row["clause"], row["figure_en"]) == ("fails", "p/a/a", "一", "Revenue 2023")
    keeps = next(visit_row(material, one) for one in visiting_list(material) if not one.fails and one.threshold.edge == 300)
    assert (keeps["has"], keeps["beyond"]) == (295.0, 300.0)


def test_a_measure_is_told_once_with_its_firms(tmp_path: Path) -> None:
    by_measure = {one.measures[0]: one for one in near(reviewed(tmp_path / "r", rules_of(tmp_path, POLICY), FIRMS, (Nearby,)))}
    a = by_measure["p/a/a"]
    assert (a.firms, a.firms_perhaps, a.money) == (1, 1, (20_000_000, 40_000_000))
    assert (by_measure["p/a/b"].firms, by_measure["p/a/b"].money) == (2, (40_000_000, 40_000_000))


def _gaps(reason: Reason) -> list[str]:
    return [*([reason.gap.en] if reason.gap is not None else []), *itertools.chain.from_iterable(map(_gaps, reason.parts))]


def test_an_explanation_says_the_same_of_what_it_would_take(tmp_path: Path) -> None:
    material = reviewed(tmp_path / "r", rules_of(tmp_path, POLICY), FIRMS, (Nearby,))
    explainer = Explainer.of_registry(material.population)
    told = 0
    for visit in visiting_list(material):
        run = explainer.subject(visit.subject)
        assert run is not None
        explained: Explanation = next(one for one in explainer.explain(run) if one.measure.id == visit.measure.id)
        assert (explained.status == "no") is visit.fails
        if visit.fails:
            needs = visit.threshold.say_figure(visit.threshold.edge).en
            has = visit.threshold.say_figure(Fraction(visit.has).limit_denominator(10**6)).en
            assert any(f"found {has}" in gap and needs in gap for gap in itertools.chain.from_iterable(map(_gaps, explained.reasons))), visit
            told += 1
    assert told == 4


def test_nobody_is_missed_and_nobody_listed_wrongly(tmp_path: Path) -> None:
    """For facts, by full evaluations: whoever has nothing of a measure now, and has it with the one fact at the edge, is on the list."""
    firms = [
        {"revenue": revenue, "staff": staff, "listed": listed, "expense": expense}
        for revenue, staff, listed, expense in itertools.product((17, 18.5, 19.9, 20, 21, 23), (285, 299, 300, 320), ("true", "false"), (0, 1.05))
    ]
    firms = [firm | {"revenue": int(firm["revenue"] * 10**6), "expense": int(firm["expense"] * 10**6)} for firm in firms]
    rules = rules_of(tmp_path, POLICY.partition("  b:")[0])
    now = paid(tmp_path / "now", rules, firms)
    expected = set()
    for fact, edge, sides in (("revenue", 2e7, ("19999999.99", 20_000_000)), ("staff", 300.0, (299, 300))):
        below, above = (paid(tmp_path / f"{fact}{n}", rules, [firm | {fact: side} for firm in firms]) for n, side in enumerate(sides))
        for number, firm in enumerate(firms):
            if abs(firm[fact] - edge) <= edge / 10:
                here, beyond = (above, below) if firm[fact] >= edge else (below, above)
                if not now[number] and not here[number] and beyond[number]:
                    expected.add((f"f{number:05}", edge, True))
                if now[number] and here[number] and not beyond[number]:
                    expected.add((f"f{number:05}", edge, False))
    found = visiting_list(reviewed(tmp_path / "r", rules, firms, (Nearby,)))
    assert {(one.subject, float(one.threshold.edge), one.fails) for one in found} == expected
    assert {fails for _, _, fails in expected} == {True, False}
