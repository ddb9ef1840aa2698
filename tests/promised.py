"""A made-up pack with a fund, and results of rounds of it, for tests of payments and what they come to."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

import arbitrary
import worked
from huiqi.allocation.payments import Awards, payments, payments_table
from huiqi.rules.compile import Rules
from huiqi.rules.instalments import instalments_of

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""
FUNDS = """
funds:
  industry:
    title: {en: Industry fund, zh: 产业资金}
    clause: 第十条
    at_least: {share: 15%, of: {en: expenditure, zh: 财政支出}}
    appropriations: {2024: 1000万元, 2025: 300万元}
    totals: [{first: 2024, last: 2026, money: 1500万元}]
"""
POLICY = """
measures:
  staged: {title: {en: Staged, zh: 分年}, clause: 一, kind: grant, topics: [growth], fund: industry, amount: 1000万元,
    pays: [40% in the first year, 30% in the second year, 30% in the third year]}
  halves: {title: {en: Halves, zh: 两次}, clause: 二, kind: grant, topics: [rd], fund: industry, amount: 400万元,
    pays: [50% on publicity, 50% on acceptance]}
  once: {title: {en: Once, zh: 一次}, clause: 三, kind: rent_aid, amount: 10万元}
  cover: {title: {en: Cover, zh: 担保}, clause: 四, kind: guarantee, fund: industry, amount: loan}
  stake: {title: {en: Stake, zh: 入股}, clause: 五, kind: equity, fund: industry, amount: loan}
"""

Row = tuple[str, str, int, int]  # subject, measure, yuan at least and at most


def pack(folder: Path, funds: str = FUNDS) -> Path:
    """The folder of the pack."""
    files = {"p/core.yaml": CORE + funds, "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + POLICY}
    worked.write(folder / "packs", worked.SHARED | worked.PACK | files)
    return folder / "packs" / "p"


def rules(funds: str = FUNDS, policy: str = POLICY) -> Rules:
    return worked.rules(policy, core=CORE + funds)


def table(rows: list[Row], year: int, of: Rules, name: str = "round") -> pa.Table:
    """The payments of a round."""
    measures = [next(number for number, m in enumerate(of.measures) if m.key == key) for _, key, _, _ in rows]
    low, high = (np.array([row[end] * 100 for row in rows], np.int64) for end in (2, 3))
    plans = [instalments_of(measure.record.pays) for measure in of.measures]
    named = [of.measures[number] for number in measures]
    funds = [None if m.record.fund is None else f"{m.document.pack}/{m.record.fund}" for m in named]
    return payments_table(
        payments(Awards(np.array(measures, np.int64), low, high, year), plans),
        pa.array([f"{name}/{key}/{subject}" for subject, key, _, _ in rows]), pa.array([row[0] for row in rows]), pa.array([m.name for m in named]),
        pa.array(funds, pa.string()),
    )  # fmt: skip


def round_in(folder: Path, rows: list[Row], year: int = 2024, name: str = "round") -> Path:
    """The folder of a round's result."""
    (folder / name).mkdir()
    parquet.write_table(table(rows, year, rules(), name), folder / name / "payments.parquet")
    (folder / name / "round.json").write_text(json.dumps({"round": name, "year": year, "law_on": f"{year}-06-30"}), encoding="utf-8")
    return folder / name
