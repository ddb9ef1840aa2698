"""Evaluating on a Spark cluster: the same as on this machine to the bit, and the same problems.

One session for all tests, with two processors and four partitions. Without pyspark or Java only what a worker process does is tested, without a cluster.
"""

from __future__ import annotations

import importlib.util
import pickle
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import arbitrary
from huiqi.cli.app import app
from huiqi.entitlements.awards import awards_of, granted_of
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.granted import past_read
from huiqi.entitlements.population import Population
from huiqi.entitlements.run.dimensions import dimensions_of
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.entitlements.run.summary import Outcome, outcome_of
from huiqi.entitlements.spark import worker as module
from huiqi.entitlements.spark.job import job_of
from huiqi.entitlements.spark.packed import Layout
from huiqi.entitlements.spark.worker import ROW, SUM, Faulty, Worker, part_of, problems_in, with_fields, with_related, worker_of
from huiqi.facts.ownership import read_ownership
from huiqi.facts.registry import Registry, open_registry
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from registries import ABOUT

FIRMS = 3_000
MISSING = next(
    (
        f"{what} is not here"
        for what, there in (
            ("pyspark", importlib.util.find_spec("pyspark")),
            ("pandas", importlib.util.find_spec("pandas")),
            ("Java", shutil.which("java")),
        )
        if not there
    ),
    "",
)
on_a_cluster = pytest.mark.skipif(bool(MISSING), reason=MISSING or "all is here")

CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups:
  group: {label: {en: Group, zh: 集团}, clause: 一, linked_above: 50%, partner_from: 25%}
cumulation:
  - highest: [a/best-aid, a/growth-aid]
    clause: 二
    label: {en: The higher one is paid, zh: 从高不重复}
  - cap: 45万元
    over: [a/best-aid, a/growth-aid]
    per: three_years
    clause: 三
    label: {en: In three years, zh: 三年封顶}
"""
POLICY = """
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 一
    decimals: 1
    items:
      stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 60}
      staff: {label: {en: Staff, zh: 从业人员}, points: 'staff / 100人', max: 4}
    classes: {A: top 20%, B: next 60%, C: rest}
    among: trade
measures:
  best-aid:
    {title: {en: Best, zh: 优}, clause: 一, kind: grant, eligible: 'card.class = "A"', amount: {rate: 5%, of: expense, cap: 40万元}}
  growth-aid:
    {title: {en: Growing, zh: 成长}, clause: 二, kind: grant, eligible: 'expense / revenue >= 3%', amount: {rate: 10%, of: expense}}
  small: {title: {en: Small, zh: 小型}, clause: 三, kind: service, eligible: group.sum(staff) < 250}
  closed: {title: {en: Not public, zh: 未公布}, clause: 四, kind: grant, eligible: listed, amount: unpublished}
  nobody: {title: {en: Nobody, zh: 无人}, clause: 五, kind: service, eligible: 'staff > 999999'}
"""


def firms() -> tuple[pa.Table, pa.Table]:
    """Made-up firms in no order, with gaps everywhere, and equal totals."""
    rng = np.random.default_rng(7)

    def gaps(values: Any, share: float, kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind, mask=rng.random(len(values)) < share)

    ids = np.array([f"f{number:05}" for number in rng.permutation(FIRMS)])
    main = {
        "id": ids,
        "place": gaps(rng.choice(["bj", "hz", "sx", "330108"][:3], FIRMS), 0.05, pa.string()),
        "established": gaps(rng.integers(14_000, 19_700, FIRMS).astype("int32"), 0.05, pa.date32()),
        "listed": gaps(rng.random(FIRMS) < 0.1, 0.1, pa.bool_()),
        "stake": gaps(rng.integers(0, 40, FIRMS) / 100, 0.01, pa.float64()),
        "trade": gaps(rng.choice(["chips", "sell", "make", "rest"], FIRMS), 0.01, pa.string()),
    }
    year, owner = (column.ravel() for column in np.meshgrid([2024, 2023, 2022, 2015], np.arange(FIRMS)))
    there = rng.random(len(owner)) < 0.8
    owner, year = owner[there], year[there]
    yearly = {
        "id": ids[owner],
        "year": year.astype("int16"),
        "revenue": gaps(rng.integers(1, 40, len(owner)) * 1e6, 0.1, pa.float64()),
        "expense": gaps(rng.integers(0, 2_000, len(owner)) * 1e3 + 0.07, 0.1, pa.float64()),
        "staff": gaps(rng.integers(0, 400, len(owner)), 0.1, pa.int32()),
    }
    return pa.table(main), pa.table(yearly)


def write(folder: Path, main: pa.Table, yearly: pa.Table, *, owners: bool = True) -> Path:
    folder.mkdir(parents=True)
    (folder / "registry.yaml").write_text(ABOUT, encoding="utf-8")
    pq.write_table(main, folder / "enterprise.parquet", row_group_size=500)
    pq.write_table(yearly, folder / "enterprise_year.parquet", row_group_size=1_000)
    if owners:
        held = [f"f{n:05},f{n + 1:05},{'' if n % 7 == 0 else '60%'},share" for n in range(0, 400, 2)]
        (folder / "ownership.csv").write_text("\n".join(["owner,owned,share,kind", *held, "elsewhere,f00900,30%,share"]) + "\n", encoding="utf-8")
        awards = [f"f{n:05},p/a/{('best', 'growth')[n % 2]}-aid,{1_000 * (n % 400)},{2019 + n % 6}-03-01" for n in range(0, FIRMS, 3)]
        (folder / "awards.csv").write_text("\n".join(["id,measure,amount,granted_on", *awards]) + "\n", encoding="utf-8")
    return folder


def opened(folder: Path, rules: Rules, *, keys: bool) -> Registry:
    registry, problems = open_registry(folder, rules.schemas["enterprise"], rules.places, keys=keys)
    assert registry is not None, problems
    return registry


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), POLICY, core=CORE))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("registry") / "r", *firms())


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from huiqi.entitlements.spark.session import open_session

    few = {"spark.sql.shuffle.partitions": "4", "spark.sql.adaptive.coalescePartitions.enabled": "false", "spark.sql.files.openCostInBytes": "1"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")  # a worker process finds huiqi where it is installed
        opened = open_session("local[2]", few)
        yield opened
        opened.stop()


def rows_of(out: Path) -> pa.Table:
    """The long rows in a fixed order, as plain text and numbers."""
    table = pq.read_table(out / "entitlements.parquet")
    plain = {
        name: table[name].cast(pa.string()) if not pa.types.is_integer(table.schema.field(name).type) else table[name] for name in table.column_names
    }
    return pa.table(plain).sort_by([(name, "ascending") for name in ("measure", "edition", "subject")]).combine_chunks()


def same(one: Outcome, other: Outcome) -> None:
    assert one.tallies == other.tallies
    assert (one.subjects, one.asked, one.settled, one.payable) == (other.subjects, other.asked, other.settled, other.payable)
    for name, totals in one.totals.items():
        assert (totals == other.totals[name]).all()
        assert (one.groups[name] == other.groups[name]).all()


@on_a_cluster
def test_the_same_as_on_one_machine(rules: Rules, registry: Path, session: Any, tmp_path: Path) -> None:
    """Classes by rank with unknown groups and equal totals, related enterprises, stacking, unknown cells, an amount without an upper end."""
    from huiqi.entitlements.spark.evaluate import evaluate as on_spark

    here = evaluate(rules, opened(registry, rules, keys=True), arbitrary.AS_OF, out=tmp_path / "here", undecided="all")
    there = on_spark(session, rules, opened(registry, rules, keys=False), arbitrary.AS_OF, out=tmp_path / "there", undecided="all")
    same(here, there)
    assert rows_of(tmp_path / "here").equals(rows_of(tmp_path / "there"))
    assert len(list((tmp_path / "there" / "entitlements.parquet").glob("part-*.parquet"))) == 4
    for name in ("summary.csv", "by_place.csv"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    best, growth, small, _, nobody = here.tallies
    assert min(best.yes, best.depends, best.no, growth.yes, growth.depends, growth.no, small.yes, small.depends, small.no) > 0
    assert nobody.yes == 0
    assert best.payable_low < best.cost_low
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "there"]


def spoilt(what: str, main: pa.Table, yearly: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The tables with one thing wrong."""
    match what:
        case "cell":  # of a year that no rule reads
            at = yearly["year"].to_pylist().index(2015)
            staff = yearly["staff"].to_pylist()
            staff[at] = -3
            return main, yearly.set_column(yearly.column_names.index("staff"), "staff", pa.array(staff, pa.int32()))
        case "word":
            trade = main["trade"].to_pylist()
            trade[17] = "chps"
            return main.set_column(main.column_names.index("trade"), "trade", pa.array(trade)), yearly
        case "twice":
            return pa.concat_tables([main, main.slice(5, 1)]), yearly
        case "year twice":
            return main, pa.concat_tables([yearly, yearly.slice(5, 1)])
        case _:
            return main.slice(1), yearly


@on_a_cluster
@pytest.mark.parametrize("what", ["cell", "orphan"])
def test_what_is_wrong_is_told_as_on_one_machine(what: str, rules: Rules, session: Any, tmp_path: Path) -> None:
    """With the line and the remedy, and a former result stays."""
    from huiqi.entitlements.spark.evaluate import evaluate as on_spark

    folder = write(tmp_path / "registry", *spoilt(what, *firms()), owners=False)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FaultyInput) as told:
        on_spark(session, rules, opened(folder, rules, keys=False), arbitrary.AS_OF, out=tmp_path / "out", undecided="none")
    found, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    if found is not None:
        with pytest.raises(FaultyInput) as expected:
            evaluate(rules, found, arbitrary.AS_OF)
        problems = list(expected.value.problems)
    assert list(told.value.problems) == problems
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "registry"]


# ---------------------------------------------------------------- the same steps without a cluster


def evaluator_of(rules: Rules, folder: Path) -> Evaluator:
    population = Population(opened(folder, rules, keys=False), rules, arbitrary.AS_OF)
    if (awards := awards_of(population.registry, rules)) is not None:
        population = replace(population, granted=granted_of(awards, past_read(rules, "enterprise"), arbitrary.AS_OF))
    everyone = Wanted(frozenset(range(len(rules.measures))), False, {}, 1)
    return Evaluator(population, rules.measures, dimensions_of(population.registry), everyone)


def arranged(worker: Worker, folder: Path, partitions: int) -> list[list[pa.RecordBatch]]:
    """The rows of both tables, read in small batches, in partitions by subject, in order."""
    rows = []
    for yearly, source in ((False, worker.job.main), (True, worker.job.yearly)):
        table = pq.read_table(folder / Path(source.name).name, columns=["id", *(["year"] if yearly else []), *source.layout.facts])
        rows += worker.read(table.to_batches(max_chunksize=700), yearly=yearly)
    whole = pa.Table.from_batches(rows).sort_by([("id", "ascending"), ("year", "ascending")])
    partition = np.array([zlib.crc32(id.encode()) % partitions for id in whole["id"].to_pylist()])
    return [whole.filter(pa.array(partition == n)).combine_chunks().to_batches(max_chunksize=1_000) for n in range(partitions)]


def test_workers_give_the_same_as_one_machine(rules: Rules, registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects that cross from one batch into the next, ends that are added up, sums in any order; a job is sent to another process."""
    monkeypatch.setattr(module, "ROWS", 600)
    here = evaluate(rules, opened(registry, rules, keys=True), arbitrary.AS_OF, out=tmp_path / "here", undecided="all")
    evaluator = evaluator_of(rules, registry)
    worker = worker_of("test", pickle.dumps(job_of(evaluator, rows=True)))
    parts = arranged(worker, registry, 3)
    ownership, problems = read_ownership(registry, arbitrary.AS_OF)
    assert ownership is not None, problems
    related = pa.array(sorted({id for held in ownership.holdings for id in (held.owner, held.owned)}))
    rows = pa.concat_tables([pa.Table.from_batches(part) for part in parts]).sort_by([("id", "ascending"), ("year", "ascending")])
    whole = with_related(worker.job, ownership, rows.filter(pc.is_in(rows["id"], related)).combine_chunks().to_batches())
    ends = pa.Table.from_batches([batch for part in parts for batch in worker.ends(part, whole)])
    whole = pickle.loads(pickle.dumps(with_fields(whole, ends, worker.job.population.ranked)))
    results = pa.Table.from_batches([batch for part in reversed(parts) for batch in worker.evaluated(part, whole)])
    by = ["subject", "payable_low", "payable_high", "amount_high"]
    sums = results.filter(pc.equal(results["what"], SUM)).group_by(by).aggregate([("amount_low", "sum")]).rename_columns([*by, "sum"])
    part = part_of(sums, len(rules.measures), evaluator.dimensions)
    same(here, outcome_of(rules.measures, range(len(rules.measures)), evaluator.stacked.loose, evaluator.dimensions, [part]))
    assert pc.sum(pc.equal(results["what"], ROW)).as_py() == pq.read_table(tmp_path / "here" / "entitlements.parquet").num_rows


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("cell", "cell.range"),
        ("word", "cell.category"),
        ("twice", "registry.repeated-subject"),
        ("year twice", "registry.repeated-year"),
        ("orphan", "registry.no-subject"),
    ],
)
def test_workers_find_what_is_wrong(what: str, code: str, rules: Rules, tmp_path: Path) -> None:
    folder = write(tmp_path / "registry", *spoilt(what, *firms()), owners=False)
    worker = Worker(job_of(evaluator_of(rules, folder), rows=False))
    with pytest.raises(Faulty) as found:
        for part in arranged(worker, folder, 1):
            list(worker.blocks(part))
    assert {problem.code for problem in problems_in(str(found.value))} == {code}


def test_cells_of_a_row_are_packed_and_unpacked(rules: Rules) -> None:
    schema = rules.schemas["enterprise"]
    layout = Layout.of([schema.facts[name] for name in ("revenue", "listed", "trade")])
    columns = {"revenue": np.array([1.5, np.nan, -0.0]), "listed": np.array([1, -1, 0], np.int8), "trade": np.array([2, -2, -1], np.int32)}
    keep = np.array([True, False, True])
    packed = layout.pack(columns, keep)
    assert [len(one) for one in packed.to_pylist()] == [13, 0, 13]
    for name, column in layout.unpack(packed.filter(pa.array(keep))).items():
        np.testing.assert_array_equal(column, columns[name][keep])
        assert column.dtype == columns[name].dtype
    assert len(layout.unpack(packed.slice(0, 0))["revenue"]) == 0


def test_problems_travel_in_the_message_of_a_failed_task() -> None:
    problem = Problem("cell.range", 'revenue of a: "-5" 低于0', Where("r/enterprise_year.parquet"), "look at it")
    assert problems_in(f"Job aborted: Traceback ...\n Faulty: {Faulty([problem])}\n\tat org.apache.spark...") == [problem]
    assert problems_in("no memory left") == []


def test_what_only_one_machine_does_is_refused(tmp_path: Path) -> None:
    """Reasons and values on a cluster, a cluster for the local engine."""
    folder = write(tmp_path / "registry", *(table.slice(0, 0) for table in firms()), owners=False)
    common = ["evaluate", "--pack", "cn-zj-hangzhou-binjiang", "--registry", str(folder), "--as-of", "2024-06-30", "--out", str(tmp_path / "out")]
    for more, said in ((["--engine", "spark", "--reasons"], "--value and --reasons"), (["--master", "local[2]"], "--engine spark")):
        found = CliRunner().invoke(app, [*common, *more])
        assert found.exit_code == 2
        assert said in found.output
