"""Small portfolios over small registries, for the checks of a review."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import arbitrary
from huiqi.facts.registry import open_registry
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, material_of
from huiqi.revision.review.review import Check
from huiqi.rules.library import read_library
from registries import write_registry

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""


def grant(key: str, eligible: str, amount: str = "10万元", more: str = "") -> str:
    """One line of a policy: a made-up grant."""
    return f"  {key}: {{title: {{en: Grant {key}, zh: 资助{key}}}, clause: 条{key}, kind: grant, eligible: {eligible}, amount: {amount}{more}}}"


def stacked(*rules: str) -> str:
    """A core policy with stacking rules, written without clause and label."""
    lines = [f"  - {{{rule}, clause: 九, label: {{en: Rule {n}, zh: 规则{n}}}}}" for n, rule in enumerate(rules)]
    return CORE + "cumulation:\n" + "\n".join(lines) + "\n"


def portfolio(folder: Path, measures: Iterable[str], main: Iterable[str], yearly: Iterable[str] = (), core: str = "", head: str = "") -> Material:
    """What a review looks at: a pack of these measures, a registry of these rows."""
    packs = arbitrary.packs_folder(folder, head + "measures:\n" + "\n".join(measures) + "\n", core=core)
    library, problems = read_library(["p"], packs)
    assert library is not None, problems
    rules = library.rules(arbitrary.AS_OF)
    assert not rules.problems, rules.problems
    registry, problems = open_registry(write_registry(folder / "registry", main, yearly), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return material_of(rules, registry, arbitrary.AS_OF)


def told(check: Check, material: Material) -> dict[tuple[str, ...], Finding]:
    """The findings of a check by the keys of their measures; each in both languages, with a place and a remedy."""
    found = check(material)
    for one in found:
        assert all((*one.what, *one.remedy, one.where.file))
        assert "{" not in one.what.en + one.what.zh
    return {tuple(name.rpartition("/")[2] for name in one.measures): one for one in found}


def firms(count: int, **columns: object) -> tuple[list[str], list[str]]:
    """So many firms in one place; a column is one value for all, or a function of the firm's number. Year facts are of 2023."""
    yearly = [name for name in columns if name in ("revenue", "expense", "profit", "staff")]
    daily = [name for name in columns if name not in yearly]

    def cell(name: str, n: int) -> str:
        value = columns[name]
        found = value(n) if callable(value) else value
        return "" if found is None else str(found).lower() if isinstance(found, bool) else str(found)

    main = [",".join(["id", "place", *daily]), *(",".join([f"f{n:03}", "bj", *(cell(name, n) for name in daily)]) for n in range(count))]
    years = [",".join(["id", "year", *yearly]), *(",".join([f"f{n:03}", "2023", *(cell(name, n) for name in yearly)]) for n in range(count))]
    return main, years if yearly else []
