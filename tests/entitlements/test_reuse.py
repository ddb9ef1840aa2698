"""What a run takes over from a former one: just what rests on the same content, and the result is that of a run that takes over nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arbitrary
from huiqi.entitlements import evaluate as module
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.run.summary import Outcome
from huiqi.facts.registry import Registry, open_registry
from huiqi.rules.compile import Rules
from registries import write_registry

POLICY = """
definitions:
  share:
    value: expense / revenue
    label: {en: Share, zh: 占比}
measures:
  growing:
    title: {en: Growing firms, zh: 成长企业}
    clause: 第一条
    kind: grant
    eligible:
      all:
        - revenue >= 1000万元
        - share >= 3%
    amount: {rate: 10%, of: expense, cap: 50万元}
  listed:
    title: {en: Listed firms, zh: 上市企业}
    clause: 第二条
    kind: premises
    eligible: listed
  large:
    title: {en: Large firms, zh: 大企业}
    clause: 第三条
    kind: grant
    eligible: staff >= 100
    amount: {rate: 1000元/人, of: staff}
"""
FIRMS = 40


def registry_of(folder: Path, rules: Rules, spoilt: dict[int, int | str] | None = None) -> Registry:
    """Firms of whom every fourth has an unknown expense; `spoilt` gives some another revenue."""
    main = ["id,place,established,listed", *(f"f{n:03},{'bj' if n % 3 else 'hz'},2010-01-01,{'true' if n % 2 else ''}" for n in range(FIRMS))]
    revenue = {n: 1_000_000 * n for n in range(FIRMS)} | (spoilt or {})
    years = ["id,year,revenue,expense,staff", *(f"f{n:03},2023,{revenue[n]},{'' if n % 4 == 0 else 500_000 * n},{7 * n}" for n in range(FIRMS))]
    for path in sorted(write_registry(folder, main, years).glob("*.csv")):  # stretches are known by their content where they are row groups
        header, *rows = (line.split(",") for line in path.read_text("utf-8").splitlines())
        columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(header)}
        pq.write_table(pa.table(columns), path.with_suffix(".parquet"), row_group_size=8)
        path.unlink()
    opened, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert opened is not None, problems
    return opened


@pytest.fixture(autouse=True)
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 8)


def rules_of(folder: Path, policy: str = POLICY) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(folder, policy))


def contents(out: Path) -> list[object]:
    """All that a result says: the rows, and the tables for people."""
    tables = [(out / name).read_text(encoding="utf-8") for name in ("summary.csv", "by_place.csv")]
    return [pq.read_table(out / "entitlements.parquet").to_pylist(), *tables]


def run(rules: Rules, registry: Registry, out: Path) -> Outcome:
    return evaluate(rules, registry, arbitrary.AS_OF, out=out)


def test_the_same_again_is_taken_over_whole(tmp_path: Path) -> None:
    rules = rules_of(tmp_path / "packs")
    registry = registry_of(tmp_path / "registry", rules)
    first = run(rules, registry, tmp_path / "out")
    before = contents(tmp_path / "out")
    second = run(rules, registry, tmp_path / "out")
    assert (first.parts, first.reused, second.reused) == (5, 0, 15)
    assert second.tallies == first.tallies
    assert contents(tmp_path / "out") == before
    assert evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out", anew=True).reused == 0


@pytest.mark.parametrize(
    ("old", "new", "evaluated"),
    [
        ("staff >= 100", "staff >= 90", 1),
        ("share >= 3%", "share >= 4%", 1),
        ("expense / revenue", "expense / (revenue + 1元)", 1),  # what a measure reads through a definition
        ("Listed firms", "Listed companies", 0),  # a title decides nothing
    ],
)
def test_a_changed_measure_alone_is_evaluated_again(tmp_path: Path, old: str, new: str, evaluated: int) -> None:
    before, after = rules_of(tmp_path / "before"), rules_of(tmp_path / "after", POLICY.replace(old, new))
    registry = registry_of(tmp_path / "registry", before)
    run(before, registry, tmp_path / "out")
    again = run(after, registry, tmp_path / "out")
    assert again.reused == 5 * (3 - evaluated)
    fresh = run(after, registry, tmp_path / "fresh")
    assert (again.tallies, contents(tmp_path / "out")) == (fresh.tallies, contents(tmp_path / "fresh"))


def test_measures_of_the_same_rules_keep_what_is_their_own(tmp_path: Path) -> None:
    """Two measures that ask and give the same, and one that is renamed: rows carry the name."""
    twin = POLICY + POLICY[POLICY.index("  large:") :].replace("  large:", "  huge:")
    rules = rules_of(tmp_path / "packs", twin)
    registry = registry_of(tmp_path / "registry", rules)
    run(rules, registry, tmp_path / "out")
    before = contents(tmp_path / "out")
    assert run(rules, registry, tmp_path / "out").reused == 20
    assert contents(tmp_path / "out") == before
    renamed = rules_of(tmp_path / "renamed", twin.replace("  huge:", "  vast:"))
    again = run(renamed, registry, tmp_path / "out")
    assert again.reused == 15
    fresh = run(renamed, registry, tmp_path / "fresh")
    assert (again.tallies, contents(tmp_path / "out")) == (fresh.tallies, contents(tmp_path / "fresh"))


def test_a_measure_that_is_new_or_gone(tmp_path: Path) -> None:
    fewer = POLICY[: POLICY.index("  large:")]
    before, after = rules_of(tmp_path / "before", fewer), rules_of(tmp_path / "after")
    registry = registry_of(tmp_path / "registry", before)
    run(before, registry, tmp_path / "out")
    assert run(after, registry, tmp_path / "out").reused == 10
    fresh = run(after, registry, tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    assert fresh.reused == 0
    assert run(before, registry, tmp_path / "out").reused == 10
    run(before, registry, tmp_path / "fewer")
    assert contents(tmp_path / "out") == contents(tmp_path / "fewer")


def test_a_changed_cell_has_only_its_part_evaluated_again_and_only_for_who_reads_it(tmp_path: Path) -> None:
    rules = rules_of(tmp_path / "packs")
    run(rules, registry_of(tmp_path / "registry", rules), tmp_path / "out")
    changed = registry_of(tmp_path / "changed", rules, {11: 99_000_000})
    assert run(rules, changed, tmp_path / "out").reused == 14  # of five parts and three measures
    run(rules, changed, tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_another_day_takes_over_nothing(tmp_path: Path) -> None:
    rules = rules_of(tmp_path / "packs")
    registry = registry_of(tmp_path / "registry", rules)
    run(rules, registry, tmp_path / "out")
    assert evaluate(rules, registry, arbitrary.AS_OF.replace(day=1), out=tmp_path / "out").reused == 0


@pytest.mark.parametrize("folder", ["totals", "entitlements.parquet"])
def test_a_spoilt_part_is_evaluated_again(tmp_path: Path, folder: str) -> None:
    rules = rules_of(tmp_path / "packs")
    registry = registry_of(tmp_path / "registry", rules)
    run(rules, registry, tmp_path / "out")
    before = contents(tmp_path / "out")
    spoilt = tmp_path / "out" / folder / "part-00002.parquet"
    spoilt.write_bytes(spoilt.read_bytes()[:-20])
    assert run(rules, registry, tmp_path / "out").reused == 12
    assert contents(tmp_path / "out") == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
import test_reuse as here
here.module.STRETCH = 8
rules = here.rules_of(Path(sys.argv[1], "packs"))
registry = here.registry_of(Path(sys.argv[1], "registry"), rules)
finished = []
def tick(subjects):
    finished.append(subjects)
    if len(finished) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
here.evaluate(rules, registry, here.arbitrary.AS_OF, out=Path(sys.argv[1], "out"), tick=tick)
"""


def killed(folder: Path, after: int) -> None:
    """A run that is killed when so many parts are finished."""
    tests = Path(__file__).parent
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(after), str(tests), str(tests.parent)], check=False)
    assert done.returncode == -9


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    killed(tmp_path, 2)
    killed(tmp_path, 1)  # what the first one had is not lost by a second that is killed too
    assert not (tmp_path / "out").exists()
    rules = rules_of(tmp_path / "packs")
    registry = registry_of(tmp_path / "registry", rules)
    again = run(rules, registry, tmp_path / "out")
    assert 6 <= again.reused <= 15
    fresh = run(rules, registry, tmp_path / "fresh")
    assert (again.tallies, contents(tmp_path / "out")) == (fresh.tallies, contents(tmp_path / "fresh"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_killed_run_of_other_rules_is_not_mixed_in(tmp_path: Path) -> None:
    killed(tmp_path, 3)
    rules = rules_of(tmp_path / "other", POLICY.replace("staff >= 100", "staff >= 50").replace("10%, of: expense", "20%, of: expense"))
    registry = registry_of(tmp_path / "registry", rules)
    run(rules, registry, tmp_path / "out")
    run(rules, registry, tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
