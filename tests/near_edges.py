"""Packs and registries for the checks about thresholds, and what firms are paid by a full evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import open_registry
from huiqi.revision.review.material import Material, material_of
from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library
from registries import write_registry

MAIN = "id,place,established,listed,honest,loan"
YEARS = "id,year,revenue,expense,profit,staff"
LAST = 2023


def rules_of(folder: Path, policy: str, *, core: str = "", tables: dict[str, str] | None = None) -> Rules:
    library, problems = read_library(["p"], arbitrary.packs_folder(folder, policy, core=core, tables=tables))
    assert library is not None, problems
    return library.rules(arbitrary.AS_OF)


def reviewed(folder: Path, rules: Rules, firms: Sequence[dict[str, Any]], counts: Sequence[type[Any]]) -> Material:
    """The material of a review of some firms; a fact that a firm does not name is unknown."""
    registry, problems = open_registry(write(folder, firms), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return material_of(rules, registry, arbitrary.AS_OF, counts=counts)


def write(folder: Path, firms: Sequence[dict[str, Any]]) -> Path:
    """A registry of firms: `revenue` is that of the last year, `revenue-1` that of the year before it."""
    main, years = MAIN.split(","), YEARS.split(",")
    rows, more = [MAIN], [YEARS]
    for number, firm in enumerate(firms):
        id = f"f{number:05}"
        whole = {"place": "bj", "established": "2010-01-01"} | firm
        rows.append(",".join([id, *(str(whole.get(name, "")) for name in main[1:])]))
        for back in range(3):
            known = {name: whole.get(f"{name}-{back}" if back else name, "") for name in years[2:]}
            if any(value != "" for value in known.values()):
                more.append(",".join([id, str(LAST - back), *map(str, known.values())]))
    return write_registry(folder, rows, more)


def paid(folder: Path, rules: Rules, firms: Sequence[dict[str, Any]]) -> list[int]:
    """What each firm is paid in all after stacking, in fen; all that matters is known."""
    registry, problems = open_registry(write(folder / "r", firms), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    evaluate(rules, registry, arbitrary.AS_OF, out=folder / "out")
    found: dict[str, int] = defaultdict(int)
    for row in pq.read_table(folder / "out" / "entitlements.parquet").to_pylist():
        assert row["payable_low"] == row["payable_high"]
        found[row["subject"]] += row["payable_low"]
    return [found[f"f{number:05}"] for number in range(len(firms))]
