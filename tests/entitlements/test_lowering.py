"""Lowering a plan: equal parts once, facts and ratios in the cheapest form, registers given out anew."""

from __future__ import annotations

from pathlib import Path

import arbitrary
from huiqi.entitlements.kernel.lowering import OPERATIONS, Program, Setting, lower
from huiqi.rules.plan import make_plan

NAMES = OPERATIONS.split()


def program_of(folder: Path, *eligible: str, amount: str = "1万元") -> Program:
    measures = [
        f"  m{n}: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, eligible: '{text}', amount: {amount}}}" for n, text in enumerate(eligible)
    ]
    rules = arbitrary.rules_of(arbitrary.packs_folder(folder, "measures:\n" + "\n".join(measures)))
    return lower(make_plan(rules, apart=True), Setting(arbitrary.AS_OF, "enterprise", rules.places))


def operations(program: Program, span: int) -> list[str]:
    first, length = program.spans[span].tolist()
    return [NAMES[code] for code in program.code[first : first + length, 0].tolist()]


def test_a_fact_that_is_only_compared_stays_as_recorded(tmp_path: Path) -> None:
    program = program_of(tmp_path, "revenue >= 100元", "revenue >= 200元")
    assert [op for op in operations(program, 0) if op in ("LIFE", "FACT_CELL", "FACT_FIGURE", "COMPARE_CELL")] == [
        "LIFE", "FACT_CELL", "COMPARE_CELL", "COMPARE_CELL",
    ]  # fmt: skip
    wanted = {("fact", "established", None): "d", ("first_years",): "h", ("fact", "revenue", 2023): "d", ("fact", "place", None): "i"}
    assert dict(program.columns) == wanted


def test_a_ratio_is_not_divided_to_be_compared(tmp_path: Path) -> None:
    program = program_of(tmp_path, "expense / revenue >= 3%", "expense / revenue >= 5%")
    assert "QUOTIENT" not in operations(program, 0)
    assert operations(program, 0).count("DIVIDES") == 1
    assert program.wholes.tolist()[:4] == [3, 100, 1, 20]


def test_amounts_are_spans_of_their_own_and_in_fen(tmp_path: Path) -> None:
    program = program_of(tmp_path, "revenue >= 100元", amount="{rate: 10%, of: expense, cap: 50万元}")
    assert len(program.spans) == 2
    assert "ROUND" in operations(program, 1)
    _, span, _, times = program.measures[0].tolist()
    assert (span, times) == (1, 1)


def test_registers_are_given_out_again(tmp_path: Path) -> None:
    chain = "revenue + expense + profit + loan + revenue[-1] + expense[-1] + profit[-1] >= 100元"
    program = program_of(tmp_path, chain)
    assert operations(program, 0).count("FACT_FIGURE") == 7
    assert program.registers[0] <= 7
