"""Editions of a policy: the days on which each is in force, older cohorts that stay with an older one, and recognitions once granted."""

import datetime

import pytest

from huiqi.vocabulary.problem import FaultyInput
from worked import due, firm, library_of, measure, rules_of, status

HEAD = """title: {en: Policy, zh: 政策}
document: 测试
issuer: {en: Nobody, zh: 无}
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""


def edition(number, days, more="", *, policy="gazelle", measures="m: {title: {en: M, zh: 措施}, clause: 一, kind: service}"):
    """An edition; `days` are its first and last day."""
    text = f"policy: {policy}\nedition: {number}\n" + HEAD + days + "\n" + more + "\nmeasures:\n"
    return {f"p/special/{policy}-{number}.yaml": text + "".join(f"  {line}\n" for line in measures.splitlines())}


TWO = edition(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31") | edition(
    2020, "first_day: 2020-01-01\nlast_day: 2023-12-31\nreplaces: gazelle-2017"
)


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("law_on", "editions"),
    [
        ("2016-12-31", []),
        ("2017-01-01", ["2017"]),
        ("2019-12-31", ["2017"]),
        ("2020-01-01", ["2020"]),
        ("2023-12-31", ["2020"]),
        ("2024-01-01", []),
    ],
)
def test_an_edition_holds_from_its_first_day_to_its_last(law_on, editions):
    assert [m.edition for m in rules_of(TWO, law_on).measures] == editions


def test_an_edition_without_a_last_day_stays_open():
    of = edition(2020, "first_day: 2020-01-01")
    assert [m.edition for m in rules_of(of, "2999-12-31").measures] == ["2020"]


def test_the_law_of_one_day_and_the_facts_of_another():
    """The facts of 2024 under the edition of 2019: a revision is tried out before it is made."""
    old = edition(
        2017,
        "first_day: 2017-01-01\nlast_day: 2019-12-31",
        measures="m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: years_since(established) >= 3}",
    )
    known = firm(as_of="2024-06-30", established="2021-06-30")
    assert status(rules_of(old, "2019-12-31"), known) == "yes"


def test_a_measure_is_named_with_its_edition():
    one = measure(rules_of(TWO, "2018-06-30"))
    assert (one.name, one.id) == ("p/gazelle/m", "p/gazelle/m@2017")
    of = rules_of(TWO, "2018-06-30")
    assert of.find("p/gazelle/m@2017") == of.find("p/gazelle/m") == of.find("gazelle/m") == of.find("m") == [one]
    assert of.find("p/gazelle/m@2020") == []


# ---------------------------------------------------------------- grandfathering


COHORTS = edition(
    2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "continues_for: [ended < 2020-01-01]"
) | edition(2020, "first_day: 2020-01-01", "applies_when: [not (ended < 2020-01-01)]\nreplaces: gazelle-2017")  # fmt: skip


@pytest.mark.parametrize(
    ("recognised_on", "old", "new"),
    [
        ("2019-12-31", "yes", "no"),  # the older cohort stays with the older edition
        ("2020-01-01", "no", "yes"),
        ("none", "no", "yes"),  # never recognised before
        ("", "depends", "depends"),
    ],
)
def test_each_cohort_has_its_edition(recognised_on, old, new):
    """`ended` stands for the day of recognition here."""
    of = rules_of(COHORTS, "2024-06-30")
    known = firm(ended=recognised_on)
    assert [status(of, known, f"p/gazelle/m@{year}") for year in ("2017", "2020")] == [old, new]


def test_while_an_edition_is_in_force_it_is_for_everybody():
    """`continues_for` asks only after the last day."""
    of = rules_of(COHORTS, "2019-12-31")
    assert status(of, firm(ended="none")) == "yes"
    assert [m.edition for m in of.measures] == ["2017"]


def test_on_the_day_after_its_last_an_edition_continues_for_its_cohort():
    assert [m.edition for m in rules_of(COHORTS, "2020-01-01").measures] == ["2017", "2020"]


def test_an_edition_that_continues_for_nobody_has_ended():
    assert [m.edition for m in rules_of(TWO, "2020-01-01").measures] == ["2020"]


def test_both_tests_of_a_cohort_are_asked():
    of = edition(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "applies_when: [listed]\ncontinues_for: [honest]")
    late = rules_of(of, "2020-01-01")
    assert status(late, firm(listed="true", honest="true")) == "yes"
    assert status(late, firm(listed="true", honest="false")) == "no"
    assert status(late, firm(listed="false", honest="true")) == "no"
    assert status(rules_of(of, "2019-12-31"), firm(listed="true", honest="false")) == "yes"
    assert [(t.origin, t.text) for t in measure(late).tests] == [("place", 'place within "zj"'), ("edition", "listed"), ("edition", "honest")]


# ---------------------------------------------------------------- definitions of editions


def defining(number, days, figure):
    definitions = f"definitions:\n  floor: {{value: {figure}, label: {{en: Floor, zh: 门槛}}}}\n"
    return edition(number, days, definitions, measures="m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: loan >= floor}")


def test_an_edition_reads_its_own_definitions():
    of = defining(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "100元") | defining(2020, "first_day: 2020-01-01", "200元")
    known = firm(loan="150元")
    assert status(rules_of(of, "2019-12-31"), known) == "yes"
    assert status(rules_of(of, "2020-01-01"), known) == "no"


def test_a_definition_of_an_ended_edition_is_not_seen_by_others():
    of = defining(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "100元") | edition(
        1, "first_day: 2017-01-01", policy="other", measures="o: {title: {en: O, zh: 其他}, clause: 一, kind: service, eligible: loan >= floor}"
    )
    assert status(rules_of(of, "2019-12-31"), firm(loan="150元"), "o") == "yes"
    with pytest.raises(FaultyInput, match="floor is not a fact or a definition"):
        rules_of(of, "2020-01-01")


# ---------------------------------------------------------------- recognitions


STAR = edition(
    1, "first_day: 2020-01-01", policy="star",
    measures="recognition: {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: loan >= 100元}\n"
    "grant: {title: {en: Grant, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "answer", "assumed"),
    [
        ({"star": "true", "loan": "0元"}, "yes", "yes"),  # the registry's word stands, whatever the figures say
        ({"star": "false", "loan": "100元"}, "no", "no"),
        ({"loan": "100元"}, "depends", "yes"),  # the tests are met, but nobody has granted it yet
        ({"loan": "99.99元"}, "no", "no"),
        ({}, "depends", "depends"),
    ],
)
def test_a_recognition_is_a_fact_once_it_is_granted(given, answer, assumed):
    of = rules_of(STAR)
    assert status(of, firm(**given), "grant") == answer
    assert status(of, firm(**given), "grant", assume_recognised=True) == assumed


def test_a_recognition_of_two_cohorts_is_given_by_either_edition():
    star = "recognition: {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: loan >= %s}"
    of = (
        edition(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "continues_for: [ended < 2020-01-01]", measures=star % "50元")
        | edition(2020, "first_day: 2020-01-01", "applies_when: [not (ended < 2020-01-01)]", measures=star % "100元")
        | edition(
            1,
            "first_day: 2020-01-01",
            policy="grant",
            measures="grant: {title: {en: G, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}",
        )
    )
    now = rules_of(of)
    assert status(now, firm(ended="2019-01-01", loan="60元"), "grant", assume_recognised=True) == "yes"
    assert status(now, firm(ended="none", loan="60元"), "grant", assume_recognised=True) == "no"
    assert status(now, firm(ended="none", loan="100元"), "grant", assume_recognised=True) == "yes"
    assert status(now, firm(loan="60元"), "grant", assume_recognised=True) == "depends"


def test_without_a_measure_that_gives_it_a_flag_is_just_a_fact():
    of = rules_of(edition(1, "first_day: 2020-01-01", measures="m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: star}"))
    assert status(of, firm()) == "depends"
    assert status(of, firm(), assume_recognised=True) == "depends"


def test_recognitions_that_wait_for_each_other_are_a_circle():
    of = edition(
        1,
        "first_day: 2020-01-01",
        measures="a: {title: {en: A, zh: 甲}, clause: 一, kind: recognition, gives: star, eligible: listed}\nb: {title: {en: B, zh: 乙}, clause: 二, kind: recognition, gives: listed, eligible: star}",
    )
    with pytest.raises(FaultyInput, match="this leads back to itself: p/gazelle-1/a > p/gazelle-1/b > p/gazelle-1/a"):
        rules_of(of)


def test_a_library_compiles_once_what_the_law_is_until_it_changes():
    library = library_of(*STAR.items())
    first, later = (library.rules(datetime.date(2024, month, 1)) for month in (1, 6))
    assert first.measures is later.measures
    assert (first.law_on, later.law_on) == (datetime.date(2024, 1, 1), datetime.date(2024, 6, 1))
    assert library.rules(datetime.date(2019, 12, 31)).measures is not first.measures


def test_a_match_of_a_measure_of_which_two_editions_hold():
    """Half of what the older cohort gets under the older edition, and of what the others get under the newer one."""
    grant = "grant: {title: {en: G, zh: 奖励}, clause: 二, kind: grant, amount: %s}"
    of = (
        edition(2017, "first_day: 2017-01-01\nlast_day: 2019-12-31", "continues_for: [ended < 2020-01-01]", measures=grant % "50元")
        | edition(2020, "first_day: 2020-01-01", "applies_when: [not (ended < 2020-01-01)]", measures=grant % "100元")
        | edition(
            1,
            "first_day: 2020-01-01",
            policy="other",
            measures="m: {title: {en: M, zh: 配套}, clause: 一, kind: grant, amount: {match: grant, rate: 50%}}",
        )
    )
    now = rules_of(of)
    assert [due(now, firm(ended=day)) for day in ("2019-01-01", "none", "")] == ["25", "50", "0 .. 75"]
