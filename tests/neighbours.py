"""A small law and registry in which firms bear on each other: classes by rank, related enterprises, past awards of both."""

from __future__ import annotations

from pathlib import Path

from registries import write_registry

POLICY = """
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 第六条
    decimals: 1
    items: {stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 100}}
    classes: {A: top 20%, C: rest}
measures:
  best: {title: {en: Best, zh: 优秀}, clause: 第一条, kind: service, eligible: 'card.class = "A"'}
  rent: {title: {en: Rent aid, zh: 房租补贴}, clause: 第二条, kind: rent_aid, eligible: listed, amount: 40万元}
  rd: {title: {en: R&D aid, zh: 研发补助}, clause: 第三条, kind: grant, eligible: listed, amount: {rate: 10%, of: loan}}
  small: {title: {en: Small, zh: 小型}, clause: 第四条, kind: grant, eligible: group.sum(staff) < 250, amount: 3万元}
  start:
    title: {en: Start-up award, zh: 创业奖励}
    clause: 第五条
    kind: grant
    eligible:
      all:
        - awards.count("start", 5 years) < 2
        - 'group.sum(awards.sum("rent", "rd")) < 100万元'
    amount: 'max(20万元 - awards.sum("start", this_year), 0元)'
"""
CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups:
  group: {label: {en: Group, zh: 集团}, clause: 第一条, linked_above: 50%, partner_from: 25%}
cumulation:
  - {cap: 60万元, over: [rent, rd], per: three_years, clause: 第九条, label: {en: In three years, zh: 三年封顶}}
  - {highest: [small, start], clause: 第十条, label: {en: Not twice, zh: 不重复享受}}
"""
IDS = tuple("abcdefgh")
FIRMS = [
    "id,place,established,stake,listed,loan",
    *("a,bj,2010-01-01,0.5,true,9000000", "b,bj,2012-03-04,0.4,true,4000000", "c,bj,2013-01-01,,true,", "d,bj,2010-01-01,0.2,,5000000"),
    *("e,bj,2020-01-01,0.1,false,1", "f,bj,2010-01-01,0.05,true,7777777.77", "g,,,0.9,true,10", "h,bj,2015-01-01,,,"),
]


def write_neighbours(folder: Path, *, awards: bool = True, owners: bool = True) -> Path:
    """Eight firms; a and b are linked, c is their partner, d's owner holds nobody knows how much; some were granted something before."""
    write_registry(
        folder,
        FIRMS,
        ["id,year,staff", "a,2023,100", "b,2023,149", "c,2023,150", "d,2023,", "e,2023,10", "f,2023,600"],
    )
    if owners:
        held = ["owner,owned,share,kind", "a,b,60%,share", "b,a,30%,share", "c,a,33.3333%,share", "d,c,,share", "x,e,40%,share"]
        (folder / "ownership.csv").write_text("\n".join(held) + "\n", encoding="utf-8")
    if awards:
        rows = ["id,measure,amount,granted_on,place,award", "a,p/a/rent,300000.01,2022-03-01,bj,R-1", "b,p/a/rd,250000.5,2021-07-01,,"]
        rows += ["b,p/a/start,12345,2024-02-01,,", "e,p/a/start,1,2023-01-01,,", "e,p/a/start,1,2022-01-01,,", "f,p/a/rent,599999,2024-06-30,,"]
        (folder / "awards.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
