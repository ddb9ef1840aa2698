"""Why less is payable than is due: the rule that cut it, the measures on account of which, and its clause, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import arbitrary
import worked
from commands import Commands
from huiqi.entitlements.explain import Explainer, Explanation
from huiqi.facts.known import Known
from registries import write_registry

CORE = """
title: {en: Core, zh: 总政策}
document: 总1号
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
"""
POLICY = """
measures:
  a: {title: {en: City aid, zh: 市级资助}, clause: 一, kind: grant, eligible: listed, amount: 300元}
  b: {title: {en: District aid, zh: 区级资助}, clause: 二, kind: grant, amount: 100元}
  e: {title: {en: Title, zh: 称号}, clause: 五, kind: recognition, eligible: listed}
"""


def core(rule: str) -> str:
    return f"{CORE}  - {{{rule}, clause: 第九条, label: {{en: Not twice, zh: 不重复享受}}}}\n"


def explained(rule: str, known: Known, name: str = "b", *, alone: bool = False) -> Explanation:
    rules = worked.rules(POLICY, core=core(rule))
    explainer = Explainer(rules, known.as_of, measures=rules.find(name) if alone else None)
    return next(one for one in explainer.explain(explainer.known(known)) if one.measure.key == name)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize(
    ("rule", "listed", "en", "zh"),
    [
        ("highest: [a, b]", "true", "¥100 → ¥0: City aid is as high or higher", "100元→0元：市级资助金额不低于此"),
        ("highest: [a, b]", "", "¥100 → ¥0 to ¥100: City aid may be as high or higher", "100元→0元至100元：市级资助金额可能不低于此"),
        ("first: [a, b]", "true", "¥100 → ¥0: City aid comes first", "100元→0元：优先享受市级资助"),
        (
            "exclusive: [e, b], keep: best",
            "true",
            "¥100 → ¥0 to ¥100: Title may be chosen instead",
            "100元→0元至100元：可能改享称号",
        ),
        ("cap: 320元, over: [a, b]", "true", "¥100 → ¥20: ¥320 in all at most, with City aid", "100元→20元：与市级资助合计不超过320元"),
        (
            "cap: 320元, over: [a, b], reduce: proportional",
            "true",
            "¥100 → ¥80: ¥320 in all at most, with City aid, all cut in proportion",
            "100元→80元：与市级资助合计不超过320元，按比例核减",
        ),
    ],
)
def test_a_cut_is_said_with_its_rule(rule: str, listed: str, en: str, zh: str, alone: bool) -> None:
    (cut,) = explained(rule, worked.firm(listed=listed), alone=alone).cuts
    assert cut.text == (f"{en} (总1号, 第九条: Not twice)", f"{zh}（总1号 第九条：不重复享受）")


def test_a_status_can_be_displaced_too() -> None:
    found = explained("exclusive: [b, e], keep: first", worked.firm(listed="true"), "e")
    assert found.status == "yes"
    assert found.payable is None
    assert [cut.text.en.partition(" (")[0] for cut in found.cuts] == ["yes → no: District aid comes first"]


def test_the_best_combination_is_said() -> None:
    """The district's aid is more than each of the others; the two together are more."""
    more = POLICY + "  f: {title: {en: Rent aid, zh: 租金补贴}, clause: 六, kind: grant, amount: 90元}\n"
    second = "  - {exclusive: [b, f], keep: best, clause: 第十条, label: {en: Nor these, zh: 亦不重复}}\n"
    rules = worked.rules(more.replace("300元", "80元"), core=core("exclusive: [a, b], keep: best") + second)
    explainer = Explainer(rules, worked.firm().as_of)
    for listed, said in (("true", "¥100 → ¥0: the best that may be had together has City aid and Rent aid"), ("false", None)):
        found = {one.measure.key: one for one in explainer.explain(explainer.known(worked.firm(listed=listed)))}
        assert [cut.text.en.partition(" (")[0] for cut in found["b"].cuts] == ([] if said is None else [said])
    assert [cut.text.en for cut in found["f"].cuts] == ["¥90 → ¥0: the best that may be had together has District aid (总1号, 第十条: Nor these)"]


def test_who_bears_it_is_said() -> None:
    found = explained("share: {zj: 40%, district: 60%}, measures: [b]", worked.firm())
    assert found.payable is not None
    assert found.payable.lines == (("borne by: Zhejiang 40%, district 60%", "资金承担：浙江40%、区60%"),)
    assert (found.payable.low, found.payable.high, found.cuts) == (10_000, 10_000, ())


def test_earlier_years_are_said_to_be_unknown() -> None:
    (cut,) = explained("cap: 320元, over: [b], per: three_years", worked.firm()).cuts
    assert "what was granted in earlier years is not known" in cut.text.en


def test_the_command_says_what_is_payable(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts of the other measure are read although it is not asked for."""
    arbitrary.packs_folder(tmp_path, POLICY, core=core("highest: [a, b]"))
    write_registry(tmp_path / "registry", ["id,place,established,listed", "x,bj,2010-01-01,true"], ["id,year,revenue,expense,staff"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    commands = Commands(tmp_path, capsys, monkeypatch)
    on = ["explain", "x", "b", "--pack", "packs/p", "--registry", "registry", "--as-of", "2024-06-30"]
    printed = commands.huiqi(*on).out
    assert "payable (after stacking rules): ¥0" in printed
    assert "↓ ¥100 → ¥0: City aid is as high or higher" in printed
    (found,) = json.loads(commands.huiqi(*on, "--json").out)
    assert (found["payable"]["low"], found["payable"]["high"]) == (0, 0)
    (cut,) = found["cuts"]
    assert (cut["before"], cut["after"], cut["because_of"], cut["form"], cut["clause"]) == ([10_000, 10_000], [0, 0], ["p/a/a"], "highest", "第九条")
