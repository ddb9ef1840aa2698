"""Worked cases: what they may expect, and which measure a short name means."""

import pytest

import arbitrary
from huiqi.rules.cases import run_cases
from huiqi.rules.library import read_library
from worked import PACK, SHARED, write

GRANT = "measures:\n  grant: {{title: {{en: G, zh: 奖励}}, clause: 一, kind: grant, amount: {0}}}\n"
CASE = """
- case: made up
  as_of: {day}
  facts: {{place: bj}}
  expect: {{{expect}}}
  from: {{en: made up, zh: 虚构}}
"""


def run(folder, day, expect):
    """The verdicts of a case of pack `p`, which inherits `q`; a third pack has a measure of the same name."""
    files = SHARED | PACK | {
        "p/pack.yaml": PACK["p/pack.yaml"] + "inherits: [q]\n",
        "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + GRANT.format("5元"),
        "p/special/old.yaml": arbitrary.POLICY.format(policy="old") + "last_day: 2020-12-31\n" + GRANT.format("7元").replace("grant:", "older:"),
        "p/cases/a.yaml": CASE.format(day=day, expect=expect),
        **{f"{pack}/pack.yaml": PACK["p/pack.yaml"].replace("id: p", f"id: {pack}") for pack in "qr"},
        **{f"{pack}/special/a.yaml": arbitrary.POLICY.format(policy="a") + GRANT.format("9元") for pack in "qr"},
    }  # fmt: skip
    packs = write(folder / "packs", files)
    library, problems = read_library([packs / "p", packs / "r"])
    assert problems == []
    verdicts, problems = run_cases(library, library.packs)
    return {verdict.name: (verdict.found, verdict.holds) for verdict in verdicts}, problems


def test_a_short_name_means_the_measure_of_the_nearest_pack(tmp_path):
    found, problems = run(tmp_path, "2024-06-30", "grant: {status: yes, amount: 5元}, q/a/grant: {status: yes, amount: 9元}, r/a/grant: yes")
    assert problems == []
    assert found == {
        "grant": ("yes", True), "grant amount": ("5", True), "q/a/grant": ("yes", True), "q/a/grant amount": ("9", True), "r/a/grant": ("yes", True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2019-12-31", ("not_in_force", True)),
        ("2020-01-01", ("in force", False)),
        ("2020-12-31", ("in force", False)),
        ("2021-01-01", ("not_in_force", True)),
    ],
)
def test_a_case_can_say_that_a_measure_is_not_in_force(tmp_path, day, found):
    verdicts, problems = run(tmp_path, day, "older: not_in_force")
    assert problems == []
    assert verdicts == {"older": found}


def test_what_no_text_has_is_not_merely_not_in_force(tmp_path):
    verdicts, problems = run(tmp_path, "2024-06-30", "oldr: not_in_force")
    assert verdicts == {}
    assert [(problem.code, problem.hint) for problem in problems] == [("case.unknown-name", "did you mean older?")]
