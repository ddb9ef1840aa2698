"""Zones, and links by which the measures of one zone reach another."""

import datetime

import pytest

import arbitrary
from huiqi.entitlements.explain import Explainer
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import errors
from worked import PACK, SHARED, write

ZONES = """
ftz: {level: zone, parent: hz, label: {en: Trade zone, zh: 自贸区}}
hub: {level: zone, parent: cn, label: {en: Hub, zh: 商务区}}
east: {level: zone, parent: sx, also_in: [hub], label: {en: East area, zh: 东片}}
port: {level: zone, parent: sx, label: {en: Port, zh: 港区}}
"""
LINK = """
- from: ftz
  to: [east, port]
  first_day: 2024-08-15
  label: {en: the link of 2024, zh: 2024年联动安排}
  document: 联动方案
  clause: 三
  source: {kind: copy, note: {en: made up, zh: 虚构}}
"""
SERVICE = "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: service}\n  n: {title: {en: N, zh: 措施二}, clause: 二, kind: service}\n"


def library(folder, link=LINK, zones=ZONES):
    files = SHARED | PACK | {
        "places.yaml": arbitrary.PLACES + zones,
        "links.yaml": link,
        "p/pack.yaml": PACK["p/pack.yaml"].replace("place: zj", "place: ftz"),
        "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + SERVICE,
    }  # fmt: skip
    return read_library([write(folder / "packs", files) / "p"])


def explained(library, place, day="2024-08-15"):
    """The status of each measure for a firm at a place, and the links that its explanation names."""
    from huiqi.facts.known import Known

    rules = library.rules(datetime.date.fromisoformat(day))
    explainer = Explainer(rules, datetime.date.fromisoformat(day))
    run = explainer.known(Known(rules.schemas["enterprise"], rules.places, datetime.date.fromisoformat(day), {("place", None): place}, "firm"))
    found = explainer.explain(run)
    clauses = [part.clause for e in found[:1] for reason in e.reasons for part in (reason, *reason.parts) if part.clause]
    return {e.measure.key: e.status for e in found}, clauses


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("ftz", "yes"),
        ("east", "yes"),
        ("port", "yes"),
        ("hub", "depends"),
        ("sx", "depends"),
        ("sx-outside", "no"),
        ("bj", "no"),
        ("hub-outside", None),
    ],
)
def test_a_link_extends_the_measures_of_a_zone(tmp_path, place, status):
    found, problems = library(tmp_path)
    assert errors(problems) == []
    if status is None:
        assert place not in found.common.places.by_id  # nothing but zones must lie in a place that has an outside
        return
    statuses, clauses = explained(found, place)
    assert statuses == {"m": status, "n": status}
    assert "联动方案 三" in clauses


def test_a_link_begins_and_ends(tmp_path):
    found, _ = library(tmp_path, LINK + "  last_day: 2024-12-31\n")
    for day, status in (("2024-08-14", "no"), ("2024-08-15", "yes"), ("2024-12-31", "yes"), ("2025-01-01", "no")):
        assert explained(found, "east", day)[0]["m"] == status


def test_a_link_may_extend_some_measures_only(tmp_path):
    found, _ = library(tmp_path, LINK + "  measures: [p/a/n]\n")
    assert explained(found, "east")[0] == {"m": "no", "n": "yes"}


@pytest.mark.parametrize(
    ("link", "zones", "said"),
    [
        (LINK.replace("port", "prot"), ZONES, "rules.unknown-place prot is not a place"),
        (LINK + "  last_day: 2023-01-01\n", ZONES, "check.days the last day 2023-01-01 lies before the first day 2024-08-15"),
        (LINK.replace("[east, port]", "[]"), ZONES, "check.link the link leads nowhere"),
        (LINK, ZONES.replace("[hub]", "[hib]"), "place.unknown-parent east: the place hib does not exist"),
        (
            LINK,
            ZONES + "west: {level: zone, parent: east, also_in: [west], label: {en: W, zh: 西}}\n",
            "place.circle places lie in each other: west > west",
        ),
    ],
)
def test_faulty_links_and_zones_are_told(tmp_path, link, zones, said):
    _, problems = library(tmp_path, link, zones)
    assert [f"{problem.code} {problem.message}" for problem in problems] == [said]
    assert problems[0].hint
    assert problems[0].where.line


def test_a_measure_that_does_not_exist_cannot_be_linked(tmp_path):
    from huiqi.rules.check import check_library

    found, _ = library(tmp_path, LINK + "  measures: [p/a/o, q/b]\n")
    assert "p/a/o is no measure" in [problem.message for problem in check_library(found)]


def test_a_place_lies_in_all_its_zones(tmp_path):
    places = library(tmp_path)[0].common.places
    assert places.below("hub") == {"hub", "east"}
    assert places.below("sx") == {"sx", "east", "port", "sx-outside"}
