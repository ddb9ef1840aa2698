"""Past awards in an evaluation: facts of the awards table in tests, amounts and stacking; the same from every engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import arbitrary
from huiqi.entitlements.ask import ask
from huiqi.entitlements.awards import award_population
from huiqi.entitlements.columns import Block
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.explain import Explainer, Explanation
from huiqi.entitlements.kernel.engine import Engine, kernel_name, setting_of
from huiqi.entitlements.population import Population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.stacked import Stacked
from huiqi.entitlements.totals import ALL
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stack
from huiqi.rules.payable import claims_of, limits_of, payable
from huiqi.rules.plan import make_plan
from huiqi.vocabulary.problem import FaultyInput
from registries import write_registry

POLICY = """
measures:
  rent: {title: {en: Rent aid, zh: 房租补贴}, clause: 第一条, kind: rent_aid, eligible: listed, amount: 40万元}
  rd: {title: {en: R&D aid, zh: 研发补助}, clause: 第二条, kind: grant, eligible: listed, amount: "{rate: 10%, of: loan}"}
  star: {title: {en: Star, zh: 明星企业}, clause: 第三条, kind: recognition, eligible: listed, gives: star}
  site: {title: {en: Premises, zh: 用房}, clause: 第四条, kind: premises, eligible: honest, amount: unpublished}
  start:
    title: {en: Start-up award, zh: 创业奖励}
    clause: 第五条
    kind: grant
    eligible:
      all:
        - awards.count("start", 5 years) < 2
        - 'group.sum(awards.sum("rent", "rd")) < 100万元'
    amount: 'max(20万元 - awards.sum("start", this_year), 0元)'
""".replace('"{rate: 10%, of: loan}"', "{rate: 10%, of: loan}")
CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups:
  group: {label: {en: Group, zh: 集团}, clause: 第一条, linked_above: 50%}
cumulation:
  - {once: [star, site], clause: 第八条, label: {en: Only once, zh: 只享受一次}}
  - {cap: 60万元, over: [rent, rd], per: three_years, clause: 第九条, label: {en: In three years, zh: 三年封顶}}
  - {cap: 30万元, over: [rent], per: year, clause: 第十条, label: {en: In a year, zh: 年度封顶}}
"""
MAIN = ["id,place,established,listed,honest,loan"] + [
    f"f{n:02},bj,2010-01-01,{('true', 'false', '')[n % 3]},{('true', '')[n % 2]},{'' if n % 5 == 4 else 10_000 * n}" for n in range(40)
]
AWARDS = ["id,measure,amount,granted_on,place,award"] + [
    f"f{n:02},p/a/{measure},{amount},{day},,{measure}-{n}-{day}"
    for n in range(0, 40, 2)
    for measure, amount, day in [
        ("rent", 1_000 * n + 0.01, "2022-03-01"),
        ("rd", 250_000.5, "2021-06-30" if n % 4 else "2021-07-01"),
        ("start", 12_345, "2024-02-01"),
        ("star" if n % 3 else "site", 0, "2020-01-01"),
        ("rent", 7_000, "2024-06-30" if n % 8 else "2024-07-01"),
    ]
]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), POLICY, core=CORE))


def population_of(rules: Rules, folder: Path, awards: list[str] | None, *, main: list[str] = MAIN) -> Population:
    write_registry(folder / "r", main)
    if awards is not None:
        (folder / "r" / "awards.csv").write_text("\n".join(awards) + "\n", encoding="utf-8")
    registry, problems = open_registry(folder / "r", rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return Population(registry, rules, arbitrary.AS_OF)


def block_of(population: Population) -> Block:
    rules = population.rules
    population = award_population(population)
    population = relate_population(population, Stacked(rules, rules.measures, "enterprise").stacking.limits)
    stacked = Stacked(rules, rules.measures, "enterprise")
    columns = sorted({*population.columns(make_plan(rules, apart=True)), *population.columns(stacked.limits)}, key=str)
    return population.block(columns, 0, population.registry.subjects)


def explained(population: Population, id: str) -> dict[str, Explanation]:
    explainer = Explainer.of_registry(population)
    run = explainer.subject(id)
    assert run is not None
    return {explanation.measure.key: explanation for explanation in explainer.explain(run)}


@pytest.mark.parametrize("awards", [AWARDS, AWARDS[:1], None], ids=["table", "empty table", "no table"])
def test_every_engine_reads_the_same_past(rules: Rules, tmp_path: Path, awards: list[str] | None) -> None:
    block = block_of(population_of(rules, tmp_path, awards))
    stacked = Stacked(rules, rules.measures, "enterprise")
    found = {
        plain: Engine(make_plan(rules, apart=True), setting_of(block), stacked=stacked, places=stacked.numbers, numpy_only=plain).found(block)
        for plain in (True, False)
    }
    stacking = stack(rules)
    for row in range(block.size):
        exact = block.exactly(row)
        wanted = payable(stacking, claims_of(stacking, exact), limits_of(stacking, exact))
        for engine in found.values():
            assert engine.dues is not None
            for number, claim in enumerate(wanted.claims):
                due = engine.dues[number]
                at = np.flatnonzero(due.rows == row)
                got = (due.paid.low[at[0]], due.paid.high[at[0]]) if len(at) and due.paid is not None else (0, 0)
                assert got == claim.ends, (row, number)
    one, other = (engine.totals.by[ALL] for engine in found.values())
    assert np.array_equal(one, other)


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
def test_the_kernel_carries_past_awards(rules: Rules, tmp_path: Path) -> None:
    block = block_of(population_of(rules, tmp_path, AWARDS))
    stacked = Stacked(rules, rules.measures, "enterprise")
    program = Engine(make_plan(rules, apart=True), setting_of(block), stacked=stacked, places=stacked.numbers).program
    assert program is not None
    assert program.stacked is not None
    assert {rules.measures[number].key for number in program.uncarried} == {"start"}  # what a group adds is numpy's


def test_a_cap_over_three_years_leaves_what_was_not_granted_yet(rules: Rules, tmp_path: Path) -> None:
    """60万 - 25万 of 2021-07-01 - 10万 of 2023; 20万 of 2021-06-30 counts no more."""
    awards = [
        AWARDS[0],
        "f00,p/a/rd,250000,2021-07-01,,w1",
        "f00,p/a/rd,200000,2021-06-30,,w2",
        "f00,p/a/rent,100000,2023-05-02,bj,w3",
        "f00,p/a/start,999999,2023-05-02,,w4",
    ]
    rent = explained(population_of(rules, tmp_path, awards), "f00")["rent"]
    assert rent.payable is not None
    assert (rent.payable.low, rent.payable.high) == (25_000_000, 25_000_000)
    (cut,) = rent.cuts
    assert [past.text.en for past in cut.past] == [
        "2021-07-01: R&D aid, ¥250,000 (award w1)",
        "2023-05-02: Rent aid, ¥100,000, Binjiang (award w3)",
    ]
    assert [past.text.zh for past in cut.past][1] == "2023-05-02：房租补贴，10万元，滨江（奖补编号w3）"
    assert cut.past[0].provenance is not None


def test_what_was_granted_this_year_uses_up_the_cap_of_the_year(rules: Rules, tmp_path: Path) -> None:
    awards = [AWARDS[0], "f00,p/a/rent,120000,2024-01-01,,w1", "f00,p/a/rent,50000,2023-12-31,,w2", "f00,p/a/rent,90000,2024-07-01,,w3"]
    rent = explained(population_of(rules, tmp_path, awards), "f00")["rent"]
    assert rent.payable is not None
    assert (rent.payable.low, rent.payable.high) == (18_000_000, 18_000_000)
    assert [past.award.id for past in rent.cuts[-1].past] == ["w1"]


def test_without_a_table_the_cap_of_a_year_is_whole_and_that_of_three_years_is_open(rules: Rules, tmp_path: Path) -> None:
    rent = explained(population_of(rules, tmp_path, None), "f00")["rent"]
    assert rent.payable is not None
    assert (rent.payable.low, rent.payable.high) == (0, 30_000_000)
    assert "what was granted in earlier years is not known" in rent.cuts[0].text.en


def test_a_status_is_granted_once(rules: Rules, tmp_path: Path) -> None:
    cuts = {}
    for name, awards in (("before", [AWARDS[0], "f00,p/a/star,0,2019-01-01,,w1"]), ("never", AWARDS[:1]), ("unknown", None)):
        cuts[name] = explained(population_of(rules, tmp_path / name, awards), "f00")["star"].cuts
    assert [cut.text.en.partition(" (")[0] for cut in cuts["before"]] == ["yes → no: it was granted before"]
    assert [past.text.en for past in cuts["before"][0].past] == ["2019-01-01: Star (award w1)"]
    assert [cut.text.zh.partition("（")[0] for cut in cuts["unknown"]] == ["符合→待定：此前是否已获未知"]
    assert cuts["never"] == ()


def test_awards_of_those_who_are_linked_count_with_the_group(rules: Rules, tmp_path: Path) -> None:
    awards = [AWARDS[0], "f01,p/a/rent,600000,2022-01-01,,", "f00,p/a/rd,400000,2010-01-01,,"]
    population = population_of(rules, tmp_path, awards)
    (tmp_path / "r" / "ownership.csv").write_text("owner,owned,share,kind\nf00,f01,60%,share\n", encoding="utf-8")
    assert explained(population, "f00")["start"].status == "no"  # 100万 together
    assert explained(population, "f01")["start"].status == "no"
    assert explained(population, "f02")["start"].status == "yes"


@pytest.mark.parametrize(("row", "said"), [("zz,p/a/rent,1,2024-01-01,,", "zz is not in the registry"), ("f00,rent,1,2024-01-01,,", "rent is the")])
def test_a_table_that_cannot_be_used_is_refused(rules: Rules, tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(FaultyInput) as refused:
        award_population(population_of(rules, tmp_path, [AWARDS[0], row]))
    assert said in refused.value.problems[0].message
    assert refused.value.problems[0].hint


def test_a_changed_award_is_evaluated_again_and_the_rest_taken_over(rules: Rules, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def paid(awards: list[str]) -> dict[str, int]:
        population = population_of(rules, tmp_path, awards)
        evaluate(rules, population.registry, arbitrary.AS_OF, out=out)
        rows = pq.read_table(out / "entitlements.parquet").to_pylist()
        return {row["subject"]: row["payable_low"] for row in rows if row["measure"] == "p/a/rent"}

    before, after = paid(AWARDS), paid([*AWARDS, "f03,p/a/rent,250000,2024-06-01,,"])
    assert before["f03"] == 30_000_000
    assert after["f03"] == 5_000_000
    assert {id: low for id, low in after.items() if id != "f03"} == {id: low for id, low in before.items() if id != "f03"}


def test_the_past_is_asked_for_where_no_table_tells_it(rules: Rules, tmp_path: Path) -> None:
    def asked(awards: list[str] | None) -> list[str]:
        explainer = Explainer.of_registry(population_of(rules, tmp_path, awards))
        run = explainer.subject("f00")
        assert run is not None
        return [question.text.en for question in ask(explainer, run)]

    assert "How often was it granted before: Start-up award, in 5 years?" in asked(None)
    assert not any("granted before" in question for question in asked(AWARDS))


def test_what_stacking_cancels_is_not_asked_for(rules: Rules, tmp_path: Path) -> None:
    """f04's loan is unknown, and moves nothing but an amount of which the cap leaves nothing."""
    main = [*MAIN[:1], "f04,bj,2010-01-01,true,true,"]

    def asked(*awards: str) -> list[str]:
        explainer = Explainer.of_registry(population_of(rules, tmp_path, [AWARDS[0], *awards], main=main))
        run = explainer.subject("f04")
        assert run is not None
        return [question.fact.id for question in ask(explainer, run)]

    assert "loan" in asked()
    assert "loan" not in asked("f04,p/a/rd,600000,2022-01-01,,")


def test_the_registry_says_where_its_awards_are_from(rules: Rules, tmp_path: Path) -> None:
    population_of(rules, tmp_path, AWARDS)
    about = tmp_path / "r" / "registry.yaml"
    about.write_text(about.read_text(encoding="utf-8") + "tables:\n  awards: {source: {en: Ledger, zh: 台账}, verified: true}\n", encoding="utf-8")
    registry, problems = open_registry(tmp_path / "r", rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    assert str(registry.of_awards.source.en) == "Ledger"
    before = registry.content_hash
    (tmp_path / "r" / "awards.csv").write_text("\n".join(AWARDS[:-1]), encoding="utf-8")
    changed, _ = open_registry(tmp_path / "r", rules.schemas["enterprise"], rules.places)
    assert changed is not None
    assert changed.content_hash != before
