"""The report of a simulation: its figures are those of the JSON, each leads to its rule, nothing breaks where nothing differs or ends are open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import arbitrary
from huiqi.entitlements.totals import ALL
from huiqi.facts.registry import open_registry
from huiqi.publication.report.page import page
from huiqi.publication.report.report import Cell, Drawing, Report, Rule, Table
from huiqi.publication.report.summary import summary
from huiqi.revision.reasons import reasons
from huiqi.revision.reform import read_reform, reformed
from huiqi.revision.report import report_of, told_apart
from huiqi.revision.simulate import Simulation, simulate
from huiqi.revision.write import as_json
from huiqi.rules.library import read_library
from huiqi.vocabulary.speech import Both, brief_money
from registries import write_registry

HOSTILE = "<img src=x onerror=alert(1)> & #eval"
POLICY = f"""
measures:
  a: {{title: {{en: "{HOSTILE}", zh: 甲}}, clause: 一, kind: grant, topics: [growth], eligible: revenue >= 1000万元, amount: {{rate: 10%, of: expense, cap: 50万元}}}}
  b: {{title: {{en: Listing, zh: 乙}}, clause: 二, kind: grant, eligible: listed, amount: 30万元}}
  d: {{title: {{en: Rent, zh: 丁}}, clause: 四, kind: rent_aid, eligible: staff >= 10, amount: 10万元}}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [a, b], clause: 九, label: {en: The highest, zh: 从高}}
"""
MAIN = ["id,place,listed", "w,bj,true", "x,bj,false", "y,sx,", "z,hz,false"]
YEARS = ["id,year,revenue,expense,staff", "w,2023,20000000,1000000,10", "x,2023,20000000,9000000,400", "y,2023,20000000,,", "z,2023,300,,5"]


def simulated(folder: Path, change: str, policy: str = POLICY, core: str = CORE) -> tuple[Report, Simulation]:
    library, problems = read_library(["p"], arbitrary.packs_folder(folder, policy, core=core))
    assert library is not None, problems
    path = folder / "draft.yaml"
    path.write_text("reform: draft\ntitle: {en: A draft, zh: 草案}\npack: p\nchanges:\n  - " + change + "\n", encoding="utf-8")
    reform, problems = read_reform(path)
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is not None, problems
    before, after = library.rules(arbitrary.AS_OF), made.rules(arbitrary.AS_OF)
    registry, problems = open_registry(write_registry(folder / "registry", MAIN, YEARS), before.schemas["enterprise"], before.places)
    assert registry is not None, problems
    found = simulate(before, after, registry, arbitrary.AS_OF)
    return report_of(found, reasons(found), reform.record), found


def parts(report: Report, kind: type) -> list:  # type: ignore[type-arg]
    return [part for section in report.sections for part in section.parts if isinstance(part, kind)]


def cells(report: Report) -> list[Cell]:
    found = [cell for table in parts(report, Table) for row in table.rows for cell in row]
    return [
        *found,
        *(line for cell in found for line in cell.lines),
        *(cell for part in parts(report, Table) + parts(report, Drawing) for cell in part.behind),
    ]


@pytest.fixture(scope="module")
def higher(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Simulation]:
    """A higher cap, and what is said of it."""
    return simulated(tmp_path_factory.mktemp("higher"), "{in: a-1, set: measures/a/amount/cap, to: 80万元}")


def test_every_link_leads_to_a_rule_with_its_clause_and_facts(higher: tuple[Report, Simulation]) -> None:
    report, _ = higher
    rules = {rule.id: rule for rule in parts(report, Rule)}
    links = {cell.link for cell in cells(report) if cell.link is not None}
    assert links
    assert links <= {*rules, "rules"}
    before, after = (rules[f"rule-0-{side}"] for side in ("before", "after"))
    assert ("50" in str(before.lines), "80" in str(after.lines)) == (True, True), "each law in its own words"
    assert any(str(line).find("Facts: ") >= 0 for line in after.lines)
    assert all(drawing.behind for drawing in parts(report, Drawing))


def test_the_page_has_the_figures_of_the_json(higher: tuple[Report, Simulation]) -> None:
    report, found = higher
    written = as_json(found, reasons(found))
    assert written["all"]["difference"] == [30_000_000, 30_000_000 * 2], "x: 80 for 50; y, whose expense is unknown, up to as much"
    assert "300,000" in report.headlines[0].figure("en")
    assert "600,000" in report.headlines[0].figure("en")
    table = next(table for table in parts(report, Table) if table.heads[0].label == ("Measure", "政策措施"))
    ends = [cell.order for cell in table.rows[0][-2:]]
    assert ends == written["measures"][0]["after"]["payable"]
    assert table.rows[0][-2].text == brief_money(written["measures"][0]["after"]["payable"][0], "CNY")


def test_winners_are_drawn_by_every_grouping_in_which_there_are_some(higher: tuple[Report, Simulation]) -> None:
    report, found = higher
    expected = {name for name, groups in found.by.items() if name != ALL and any(fates.touched for fates in groups.values())}
    assert {drawing.id for drawing in parts(report, Drawing)} - {"measures", "topics"} == expected
    assert {"tenth", "place"} <= expected


def test_groups_of_one_name_are_told_apart() -> None:
    gulou = Both("Gulou District", "鼓楼区")
    told = told_apart([("320106", gulou), ("320302", gulou), ("330108", Both("Binjiang District", "滨江区"))])
    assert [words.zh for words in told] == ["鼓楼区（320106）", "鼓楼区（320302）", "滨江区"]


def test_every_text_is_said_in_both_languages(higher: tuple[Report, Simulation]) -> None:
    report, _ = higher
    chinese = re.compile("[\u4e00-\u9fff]")
    for table in parts(report, Table):
        for head in (table.caption, *(head.label for head in table.heads)):
            assert [bool(chinese.search(text)) for text in head] == [False, True], head
    for one in (*(section.title for section in report.sections), *(headline.label for headline in report.headlines)):
        assert [bool(chinese.search(text)) for text in one] == [False, True], one


def test_a_reform_that_only_says_it_otherwise_has_a_report_as_well(tmp_path: Path) -> None:
    report, _ = simulated(tmp_path, "{in: a-1, set: measures/a/title/zh, to: 子}")
    assert "Nobody can have what changes" in page(report)
    assert summary(report, "zh").startswith(b"%PDF")


def test_an_open_end_is_said_in_words(tmp_path: Path) -> None:
    report, found = simulated(tmp_path, "{in: a-1, set: measures/b/amount, to: unpublished}")
    assert found.fates.after[1] is None
    assert "no upper end" in str(report.headlines)
    assert any("▶" in drawing.svg["en"] for drawing in parts(report, Drawing))
    assert summary(report, "en").startswith(b"%PDF")


def test_titles_of_packs_stay_texts(higher: tuple[Report, Simulation]) -> None:
    report, _ = higher
    text = page(report)
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_hundred_measures_stay_under_two_megabytes(tmp_path: Path) -> None:
    names = [f"m{n}" for n in range(100)]
    measures = "".join(
        f"  {name}: {{title: {{en: Measure {name}, zh: 措施{name}}}, clause: 一, kind: grant, topics: [growth], eligible: staff >= {n}, amount: 1万元}}\n"
        for n, name in enumerate(names)
    )
    core = CORE.replace("{highest: [a, b]", "{cap: 50万元, over: [" + ", ".join(names) + "]")
    report, found = simulated(tmp_path, "{in: core, set: cumulation/1/cap, to: 20万元}", "measures:\n" + measures, core)
    assert len(found.measures) == 100
    assert len(page(report).encode()) < 2_000_000
    assert len(summary(report, "en")) < 500_000
