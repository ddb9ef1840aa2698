"""Rounds over small registries, and what came of them in short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import arbitrary
from huiqi.allocation.budget.allocate import allocate_budget
from huiqi.allocation.budget.awards import Awards, Outcome
from huiqi.allocation.budget.explain import outcome_said, reasons_said
from huiqi.allocation.budget.results import about, awards_table
from huiqi.allocation.budget.round import Round
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from registries import write_registry

MAIN = "id,place,honest,listed,established,trade"
YEARLY = "id,year,expense,staff"


def given_out(folder: Path, rules: Rules, round_: Round, firms: dict[str, list[str]], out: Path | None = None) -> Awards:
    """The round over a registry; a firm's cells: honest, established, expense, staff, trade."""
    main = [f"{id},bj,{honest},true,{established},{trade}" for id, (honest, established, _, _, trade) in sorted(firms.items())]
    yearly = [f"{id},2023,{expense},{staff}" for id, (_, _, expense, staff, _) in sorted(firms.items())]
    registry, problems = open_registry(write_registry(folder, [MAIN, *main], [YEARLY, *yearly]), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return allocate_budget(rules, registry, arbitrary.AS_OF, round_, out=out)


def firm(expense: str, staff: str, *, honest: str = "true", established: str = "2010-01-01", trade: str = "chips") -> list[str]:
    return [honest, established, expense, staff, trade]


def outcomes(awards: Awards) -> dict[str, tuple[str, int, int]]:
    rows = zip(awards.claimed.subjects.to_pylist(), awards.outcome.tolist(), awards.low.tolist(), awards.high.tolist(), strict=True)
    return {subject: (Outcome(outcome).name.lower(), low, high) for subject, outcome, low, high in rows}


def row(awards: Awards, subject: str) -> dict[str, Any]:
    (found,) = [one for one in awards_table(awards).to_pylist() if one["subject"] == subject]
    return found


def said(awards: Awards, subject: str) -> list[str]:
    record, one = json.loads(json.dumps(about(awards, arbitrary.AS_OF))), row(awards, subject)
    return [outcome_said(one, record).en, *(words.en for words in reasons_said(one, record))]
