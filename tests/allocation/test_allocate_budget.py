"""A round from a registry to its result."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import arbitrary
from given_rounds import firm, given_out, outcomes, said
from huiqi.allocation.budget.awards import totals_of
from huiqi.allocation.budget.explain import reasons_said
from huiqi.allocation.budget.order import drawn, lots
from huiqi.allocation.budget.results import read_result
from huiqi.allocation.budget.round import read_round
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput

# ---------------------------------------------------------------- by hand

FIRMS = {
    "a": firm("3000000", "50"),
    "b": firm("3000000", "40"),
    "c": firm("3000000", "30"),
    "d": firm("3000000", "20"),
    "e": firm("2000000", "10"),
    "f": firm("3000000", "60", honest="false"),
}


def test_three_places(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """10 % of 3 million each: the three with the most staff are awarded 300,000 yuan; the fourth is ten people short; the dishonest has no claim."""
    round_, _ = reading({}, "reserve: 1\n")
    awards = given_out(tmp_path / "r", rules, round_, FIRMS)
    assert outcomes(awards) == {
        **dict.fromkeys("abc", ("awarded", 30000000, 30000000)),
        "d": ("reserve", 0, 0),
        "e": ("refused", 0, 0),
    }
    assert said(awards, "b") == ["awarded: ¥300,000", "rank 2 for 3 places: met"]
    assert said(awards, "d") == [
        "on the reserve list, no. 1",
        "rank 4 for 3 places: no place is left",
        "Staff 2023: 20 people, 10 people short of the cut-off 30 people",
    ]
    totals = totals_of(awards)
    assert (totals.given_low, totals.held, totals.left) == (90_000_000, 0, 10_000_000)


def test_the_money_ends(reading: Any, rules: Rules, tmp_path: Path) -> None:
    round_, _ = reading({"money": "70万元", "places": "5"}, "reserve: 9\n")
    awards = given_out(tmp_path / "r", rules, round_, FIRMS)
    assert [outcome for outcome, _, _ in outcomes(awards).values()] == ["awarded", "awarded", "reserve", "reserve", "reserve"]
    assert said(awards, "c")[1] == "rank 3: the money ended here, ¥200,000 short"
    assert said(awards, "d")[1] == "rank 4: the money ended at rank 3"


def test_a_tie_at_the_last_place(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """Equal in staff and age: with ties none neither of them, with all both; where one is older, that one."""
    firms = FIRMS | {"d": firm("3000000", "30")}
    for ties, met in (("none", "ab"), ("all", "abcd")):
        round_, _ = reading({"ties": ties, "money": "200万元"})
        awards = given_out(tmp_path / ties, rules, round_, firms)
        assert "".join(id for id, (outcome, _, _) in outcomes(awards).items() if outcome == "awarded") == met
        if ties == "none":
            assert said(awards, "c")[1] == "rank 3 for 3 places: equal to others at the edge, and not all of them can be met"
    round_, _ = reading()
    awards = given_out(tmp_path / "older", rules, round_, firms | {"d": firm("3000000", "30", established="2009-01-01")})
    assert said(awards, "c")[2] == "equal to the last that is met; it lost the tie by: Established"


def test_the_same_lot_every_time(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """The lot is the SHA-256 of seed and award; the round goes by it among equals and only among them."""
    firms = {f"f{n}": firm("3000000", "30") for n in range(6)}
    round_, _ = reading({"ties": "lot"}, "lot: drawn on 2024-07-01\n")
    awards = given_out(tmp_path / "r", rules, round_, firms)
    order = sorted(awards.award, key=lambda award: lots("drawn on 2024-07-01", [award])[0])
    assert [award for award, outcome in zip(awards.award, awards.outcome, strict=True) if outcome == 0] == sorted(order[:3])
    lost = next(id for id, (outcome, _, _) in outcomes(awards).items() if outcome == "refused")
    assert said(awards, lost)[2] == "equal to the last that is met; the lot decided"
    again = given_out(tmp_path / "again", rules, round_, firms)
    assert outcomes(again) == outcomes(awards)


def test_lots_leave_the_order_as_it_is() -> None:
    places = np.array([2, 0, 0, 1, 2])
    best, worst = drawn(places, places, "seed", list("abcde"))
    assert best is worst
    assert sorted(best.tolist()) == list(range(5))
    assert all(best[i] < best[j] for i in range(5) for j in range(5) if places[i] < places[j])


def test_first_come_first_served(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """By time of acceptance, never more than was asked for; who is not entitled is refused and takes no place."""
    rows = ["d,2024-05-01,100000.50", "f,2024-05-01,", "a,2024-05-02 09:00,", "b,2024-05-02 09:01,", "c,2024-05-03,"]
    (tmp_path / "applications.csv").write_text("\n".join(["subject,accepted_at,asked", *rows]) + "\n", encoding="utf-8")
    round_, problems = reading({"by": "arrival", "rank": None}, "applications: applications.csv\n")
    assert not problems
    awards = given_out(tmp_path / "r", rules, round_, FIRMS)
    assert outcomes(awards) == {
        "a": ("awarded", 30_000_000, 30_000_000),
        "b": ("awarded", 30_000_000, 30_000_000),
        "c": ("refused", 0, 0),
        "d": ("awarded", 10_000_050, 10_000_050),
        "f": ("refused", 0, 0),
    }
    assert said(awards, "c")[2] == "accepted 2024-05-03 00:00:00; the last that is met was accepted 2024-05-02 09:01:00"
    assert said(awards, "f")[1].startswith("it does not meet the conditions")


def test_applicants_whom_the_registry_does_not_know(reading: Any, rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "applications.csv").write_text("subject\na\nzz\n", encoding="utf-8")
    round_, _ = reading({}, "applications: applications.csv\n")
    with pytest.raises(FaultyInput) as raised:
        given_out(tmp_path / "r", rules, round_, FIRMS)
    assert [(p.code, str(p.where)) for p in raised.value.problems] == [("application.unknown-subject", "applications.csv:3")]


def test_a_quotient_has_to_be_rounded(reading: Any, rules: Rules, tmp_path: Path) -> None:
    round_, problems = reading({"rank": "[expense / staff]"})
    assert not problems
    with pytest.raises(FaultyInput) as raised:
        given_out(tmp_path / "r", rules, round_, FIRMS)
    assert [(p.code, p.where.line) for p in raised.value.problems] == [("round.too-fine", 9)]
    assert raised.value.problems[0].hint == "round it: round(expense / staff, 0.01 CNY/person)"
    round_, _ = reading({"rank": '["round(expense / staff, 0.01 元/人)"]'})
    assert outcomes(given_out(tmp_path / "s", rules, round_, FIRMS))["e"][0] == "awarded"


def test_the_round_says_what_the_text_does_not(reading: Any, rules: Rules, tmp_path: Path) -> None:
    round_, problems = reading({"measures": "[secret]"}, "amounts: {secret: {rate: 1%, of: expense}}\n")
    assert not problems
    assert outcomes(given_out(tmp_path / "r", rules, round_, FIRMS))["f"] == ("awarded", 3_000_000, 3_000_000)


def test_the_oldest_first(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """Days are told as days, in words and in the table."""
    days = ["2001-05-01", "2002-05-01", "2003-05-01", "2003-05-11", ""]
    firms = {id: firm("3000000", "1", established=day) for id, day in zip("abcde", days, strict=True)}
    round_, _ = reading({"rank": "[lowest established]", "places": "4"}, "incomplete: out\n")
    firms["e"][1] = "2004-05-01"
    awards = given_out(tmp_path / "r", rules, round_, firms, tmp_path / "out")
    assert said(awards, "d")[1] == "rank 4: the money ended here, ¥200,000 short"
    assert said(awards, "d")[2] == "Established: 2003-05-11, 10 days short of the cut-off 2003-05-01"
    rows = list(csv.DictReader((tmp_path / "out" / "awards.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["score_low"] for row in rows] == [*days[:4], "2004-05-01"]


def test_keys_that_are_tests_and_keys_that_nobody_knows(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """Who meets a test comes before who does not; where nobody knows when the two ended, either may be first, or have no such day."""
    firms = {id: firm("1000000", staff) for id, staff in (("a", "10"), ("b", "30"))}
    round_, problems = reading({"rank": "[staff >= 30 人]", "money": "10万元"})
    assert not problems
    assert {id: outcome for id, (outcome, _, _) in outcomes(given_out(tmp_path / "r", rules, round_, firms)).items()} == {
        "a": "refused",
        "b": "awarded",
    }
    round_, _ = reading({"rank": "[lowest ended, staff]", "money": "10万元"})
    awards = given_out(tmp_path / "s", rules, round_, firms)
    assert outcomes(awards) == {"a": ("undecided", 0, 10_000_000), "b": ("undecided", 0, 10_000_000)}
    assert said(awards, "a")[1:3] == ["not known of it: where it ranks", "these facts would settle it: Ended"]


def test_groups(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """One place for chips, two for others, of whom there is one: what they leave goes to the next of all where it is pooled."""
    firms = FIRMS | {"d": firm("3000000", "20", trade="sell")}
    for unused, met in (("lost", "ad"), ("pooled", "abd")):
        groups = f"quota: {{unused: {unused}, groups: {{chips: {{label: {{en: chips, zh: 芯片}}, when: 'trade = \"chips\"', places: 1}}, rest: {{label: {{en: rest, zh: 其余}}, places: 2}}}}}}\n"
        round_, problems = reading({"places": None}, groups)
        assert not problems
        awards = given_out(tmp_path / unused, rules, round_, firms)
        assert "".join(id for id, (outcome, _, _) in outcomes(awards).items() if outcome == "awarded") == met
    assert said(awards, "b")[1:] == ["rank 2 in group chips (2 of 1 places are given): met", "from what the groups have left"]


def test_who_is_not_complete_is_not_waited_for(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """A firm whose staff nobody knows may be before everybody; the round waits for it, or goes on without."""
    firms = FIRMS | {"c": firm("3000000", "")}
    round_, _ = reading({"places": "2"})
    awards = given_out(tmp_path / "r", rules, round_, firms)
    assert {id: outcome for id, (outcome, _, _) in outcomes(awards).items()} == {
        "a": "awarded", "b": "undecided", "c": "undecided", "d": "refused", "e": "refused",
    }  # fmt: skip
    assert totals_of(awards).held == 30_000_000  # one of the two gets the second place
    assert said(awards, "c")[1:3] == ["not known of it: where it ranks", "these facts would settle it: Staff"]
    assert said(awards, "b")[1] == "all is known of it; it depends on what is not known of others"
    round_, _ = reading({"places": "2"}, "incomplete: out\n")
    awards = given_out(tmp_path / "s", rules, round_, firms)
    assert "".join(id for id, (outcome, _, _) in outcomes(awards).items() if outcome == "awarded") == "ab"
    assert said(awards, "c") == ["refused", "not known when the round was given out: where it ranks"]


# ---------------------------------------------------------------- what is written


def test_the_result_as_files(reading: Any, rules: Rules, tmp_path: Path) -> None:
    round_, _ = reading({}, "reserve: 1\n")
    out = tmp_path / "out"
    awards = given_out(tmp_path / "r", rules, round_, FIRMS, out)
    assert sorted(path.name for path in out.iterdir()) == ["awards.csv", "awards.parquet", "payments.csv", "payments.parquet", "round.json"]
    rows = list(csv.DictReader((out / "awards.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["award"] for row in rows] == [f"r1/p/a/grant/{id}" for id in "abcde"]
    assert rows[0] | {"outcome": "awarded", "amount_low": "30000000", "rank_best": "1", "clause": "第二条"} == rows[0]
    paid = pq.read_table(out / "payments.parquet").to_pylist()
    assert [(one["award"], one["milestone"], one["year"], one["last_year"], one["amount_low"]) for one in paid[:2]] == [
        ("r1/p/a/grant/a", "publicity", 2024, 2024, 18_000_000),
        ("r1/p/a/grant/a", "acceptance", 2024, None, 12_000_000),
    ]
    assert sum(one["amount_high"] for one in paid) == 90_000_000
    record, mine = read_result(out, "d")
    assert (record["totals"]["given_low"], record["packs"].keys(), mine[0]["outcome"]) == (90_000_000, {"p"}, "reserve")
    assert [words.zh for words in reasons_said(mine[0], record)] == ["第4名，名额3个：名额已满", "2023年从业人员：20人，距入围线30人差10人"]
    assert len(awards) == 5


def test_a_round_in_which_nobody_is_entitled(reading: Any, rules: Rules, tmp_path: Path) -> None:
    shares: dict[str, str | None] = {"by": "pro_rata", "rank": None, "ties": None, "edge": None, "places": None}
    skip: tuple[dict[str, str | None], str] = ({"ties": "lot", "edge": "skip"}, "lot: x\n")
    for changes, more in (({}, ""), skip, (shares, "minimum: 1元\n")):
        round_, _ = reading(changes, more)
        awards = given_out(tmp_path / "r", rules, round_, {"a": firm("1", "1", honest="false")}, tmp_path / "out")
        assert len(awards) == 0
        assert totals_of(awards).left == round_.money


def test_one_claim_where_it_is_open_which_edition_applies(reading: Any, rules: Rules, tmp_path: Path) -> None:
    """Of two editions for two cohorts one applies; who is in a cohort that nobody knows has one claim, which either may meet."""
    special = tmp_path / "packs" / "p" / "special"
    text = (special / "a.yaml").read_text(encoding="utf-8")
    old = "applies_when: [established < 2010-01-01]\n"
    new = "applies_when: [established >= 2010-01-01]\n"
    (special / "a.yaml").write_text(text.replace("measures:", old + "measures:", 1), encoding="utf-8")
    later = text.replace("edition: 1", "edition: 2").replace("rate: 10%", "rate: 20%").replace("measures:", new + "measures:", 1)
    (special / "b.yaml").write_text(later, encoding="utf-8")
    both = arbitrary.rules_of(tmp_path / "packs")
    assert len(both.find("grant")) == 2
    (tmp_path / "applications.csv").write_text("subject\na\nb\nc\n", encoding="utf-8")
    for more in ("", "applications: applications.csv\n"):
        round_, problems = read_round(_written(reading, tmp_path, more), both, arbitrary.AS_OF)
        assert round_ is not None, problems
        firms = {"a": firm("1000000", "3"), "b": firm("1000000", "2", established="2005-01-01"), "c": firm("1000000", "1", established="")}
        awards = given_out(tmp_path / f"r{bool(more)}", both, round_, firms)
        assert outcomes(awards) == {
            "a": ("awarded", 20_000_000, 20_000_000),
            "b": ("awarded", 10_000_000, 10_000_000),
            "c": ("undecided", 0, 20_000_000),
        }
        assert sorted(awards.award) == [f"r1/p/a/grant/{id}" for id in "abc"]


def _written(reading: Any, folder: Path, more: str) -> Path:
    reading({}, more)
    return folder / "round.yaml"
