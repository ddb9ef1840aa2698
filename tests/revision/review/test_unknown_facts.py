"""What knowing a fact would settle, against knowing it: every firm with every value of the fact."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import open_registry
from huiqi.revision.review.unknown_facts import Widths, unknown_facts
from huiqi.rules.compile import Rules
from portfolios import firms, grant, portfolio, stacked
from registries import write_registry

FLAGS = ("listed", "honest", "star")


def test_a_status_open_for_want_of_one_fact(tmp_path: Path) -> None:
    main, years = firms(10, listed=lambda n: None if n < 4 else True)
    (one,) = unknown_facts(portfolio(tmp_path, [grant("a", "listed", "10万元")], main, years))
    assert (one.money, one.firms) == ((40_000_000, 40_000_000), 4)
    assert one.detail["firms_for_want_of_it_alone"] == 4
    assert "Listed is not known of 4 firms" in one.what.en
    assert "4家企业的“上市”未知" in one.what.zh


def test_two_facts_together_settle_what_neither_does(tmp_path: Path) -> None:
    main, years = firms(3, listed=None, honest=lambda n: None if n else True)
    found = {one.detail["fact"]: one for one in unknown_facts(portfolio(tmp_path, [grant("a", "{all: [listed, honest]}")], main, years))}
    assert found["listed"].money == (10_000_000, 30_000_000)  # the first firm is known to be honest
    assert found["honest"].money == (0, 20_000_000)


def test_an_amount_that_is_open(tmp_path: Path) -> None:
    main, years = firms(2, listed=True, revenue=lambda n: 1000 if n else None)
    material = portfolio(tmp_path, [grant("a", "listed", "{rate: 5%, of: revenue, cap: 20万元}")], main, years)
    found = {one.detail["fact"]: one for one in unknown_facts(material)}
    assert found["revenue"].money == (20_000_000, 20_000_000)
    assert found["established"].money == (0, 20_000_000)  # founded later, it had no revenue


def test_nothing_is_unknown(tmp_path: Path) -> None:
    assert not unknown_facts(portfolio(tmp_path, [grant("a", "listed")], *firms(5, listed=True)))


def test_an_amount_that_is_not_public_is_counted_beside(tmp_path: Path) -> None:
    main, years = firms(5, listed=lambda n: None if n < 2 else True)
    (one,) = unknown_facts(portfolio(tmp_path, [grant("a", "listed", "unpublished")], main, years))
    assert (one.money, one.detail["results_without_end"]) == ((0, 0), 2)
    assert "whose amount has no upper end" in one.what.en


def test_a_fact_that_bears_on_it_through_stacking(tmp_path: Path) -> None:
    """Whether a is paid rests on whether b is had, which rests on honesty."""
    measures = [grant("a", "listed", "3万元"), grant("b", "honest", "8万元")]
    main, years = firms(1, listed=True, honest=None)
    (one,) = unknown_facts(portfolio(tmp_path, measures, main, years, core=stacked("highest: [a, b]")))
    assert (one.detail["fact"], one.money) == ("honest", (11_000_000, 11_000_000))


MEASURES = {
    "a": ("listed", "3万元"), "b": ("{all: [listed, honest]}", "8万元"), "c": ("{any: [honest, star]}", "{rate: 10%, of: loan, cap: 5万元}"),
    "d": ("star", "4万元"), "e": ("{all: [listed, {at_least: 1, of: [honest, star]}]}", "2万元"),
}  # fmt: skip
RULES = ("highest: [a, b]", "exclusive: [c, d], keep: first", "cap: 9万元, over: [a, b, c, d]", "exclusive: [d, e]", "highest: [b, c, e]")
VALUES = {"listed": ("true", "false"), "honest": ("true", "false"), "star": ("true", "false"), "loan": ("0", "100000", "700000")}


@settings(max_examples=40, deadline=None)
@given(
    measures=st.sets(st.sampled_from("abcde"), min_size=1, max_size=4),
    rules=st.lists(st.sampled_from(RULES), max_size=2, unique=True),
    population=st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 3, st.sampled_from([None, 0, 300_000])), min_size=1, max_size=3),
)
def test_knowing_a_fact_settles_at_least_and_at_most_so_much(
    measures: set[str], rules: list[str], population: list[tuple[bool | int | None, ...]]
) -> None:
    """For every firm and value the width that is left is what `alone` and `together` leave room for."""
    names = (*FLAGS, "loan")
    columns = {name: (lambda n, at=at: population[n][at]) for at, name in enumerate(names)}
    chosen = [grant(key, *MEASURES[key]) for key in sorted(measures)]
    binding = [one for rule in rules if (one := _among(rule, measures)) is not None]
    with TemporaryDirectory() as name:
        folder = Path(name)
        material = portfolio(folder, chosen, *firms(len(population), **columns), core=stacked(*binding) if binding else "")
        facts = material.counted(Widths).facts
        rows, header = [], ["id", "place", *names]
        for n, firm in enumerate(population):
            rows.append((f"{n}-now", dict(zip(names, firm, strict=True))))
            rows += [(f"{n}-{fact}-{value}", dict(zip(names, firm, strict=True)) | {fact: value})
                     for at, fact in enumerate(names) if firm[at] is None for value in VALUES[fact]]  # fmt: skip
        widths = _widths(folder, material.rules, header, rows)
        for at, fact in enumerate(names):
            open_ = [n for n, firm in enumerate(population) if firm[at] is None]
            settled = [[widths[f"{n}-now"] - widths[f"{n}-{fact}-{value}"] for value in VALUES[fact]] for n in open_]
            found = facts.get(("CNY", fact))
            alone, together = (found.alone, found.together) if found else (0, 0)
            assert alone <= sum(map(min, settled), 0)
            assert together >= sum(map(max, settled), 0)
        assert sum(material.counted(Widths).whole.values()) == sum(widths[f"{n}-now"] for n in range(len(population)))


def _among(rule: str, measures: set[str]) -> str | None:
    """A rule as far as it names measures that there are."""
    inside = rule[rule.index("[") + 1 : rule.index("]")]
    left = [one for one in inside.split(", ") if one in measures]
    return rule.replace(inside, ", ".join(left)) if len(left) > 1 else None


def _widths(folder: Path, rules: Rules, header: list[str], rows: list[tuple[str, dict[str, object]]]) -> dict[str, int]:
    """How wide each firm's payable ranges are together."""
    lines = [",".join([id, "bj", *("" if cells[name] is None else str(cells[name]).lower() for name in header[2:])]) for id, cells in rows]
    registry, problems = open_registry(write_registry(folder / "variants", [",".join(header), *lines]), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    evaluate(rules, registry, arbitrary.AS_OF, out=folder / "run")
    widths: dict[str, int] = defaultdict(int)
    for row in pq.read_table(folder / "run" / "entitlements.parquet").to_pylist():
        widths[row["subject"]] += row["payable_high"] - row["payable_low"]
    return widths
