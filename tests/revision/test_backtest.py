"""Back-tests by hand: who had what against what the editions say, in counts and to the fen; and against the exact evaluator."""

from __future__ import annotations

import datetime
import itertools
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.population import Population
from huiqi.facts.registry import Registry, open_registry
from huiqi.revision.backtest.amounts import Fit
from huiqi.revision.backtest.backtest import KINDS, Backtest, Outcome, backtest, measures_of
from huiqi.revision.backtest.happened import Recognised, read_published, read_recognised
from huiqi.revision.backtest.wanting import wanting
from huiqi.rules.library import Library, read_library
from huiqi.rules.tree import Group, Test
from huiqi.vocabulary.problem import NOWHERE, FaultyInput
from huiqi.vocabulary.ranges import Pair
from registries import write_registry

DAY = datetime.date(2021, 6, 30)
HEAD = """
policy: a
edition: {edition}
title: {{en: Policy, zh: 政策}}
document: 测试
issuer: {{en: Nobody, zh: 无}}
first_day: {first}
{last}
source: {{kind: illustrative, note: {{en: made up, zh: 虚构}}}}
measures:
  star: {{title: {{en: Star, zh: 明星}}, clause: 一, kind: recognition, eligible: {{all: [revenue >= {bar}, growth(revenue) >= 20%]}}}}
  aid: {{title: {{en: Aid, zh: 资助}}, clause: 二, kind: grant, eligible: revenue >= 1000万元, amount: {{rate: {rate}, of: expense, cap: 50万元}}, pays: [40% in the first year, 60% on acceptance]}}
  rent: {{title: {{en: Rent, zh: 房租}}, clause: 三, kind: rent_aid, eligible: revenue >= 1000万元, amount: 8万元}}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2018-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [aid, rent], clause: 九, label: {en: The highest, zh: 从高}}
"""
#: g grows by a half, s by a tenth, l is small; u is known by nothing but its name, and h's growth is not known.
MAIN = ["id,place,established", *(f"{id},bj,2010-01-01" for id in "ghlsu")]
YEARS = [
    "id,year,revenue,expense",
    "g,2019,20000000,", "g,2020,30000000,2000000",
    "h,2020,30000000,1000000",
    "l,2019,4000000,", "l,2020,8000000,100000",
    "s,2019,20000000,", "s,2020,22000000,500000",
]  # fmt: skip


def place(folder: Path, awards: list[str] = ()) -> tuple[Library, Registry]:  # type: ignore[assignment]
    """Two editions, of which the second asks for less and pays 20 % instead of 10 %."""
    packs = arbitrary.packs_folder(folder, "\nmeasures: {}\n", core=CORE)
    (packs / "p" / "special" / "a.yaml").write_text(
        HEAD.format(edition=1, first="2019-01-01", last="last_day: 2021-12-31", bar="1000万元", rate="10%"), encoding="utf-8"
    )
    (packs / "p" / "special" / "b.yaml").write_text(HEAD.format(edition=2, first="2022-01-01", last="", bar="500万元", rate="20%"), encoding="utf-8")
    write_registry(folder / "registry", MAIN, YEARS)
    if awards:
        (folder / "registry" / "awards.csv").write_text("\n".join(["id,measure,amount,granted_on", *awards]) + "\n", encoding="utf-8")
    library, problems = read_library(["p"], packs)
    assert library is not None, problems
    registry, problems = open_registry(folder / "registry", library.schema(), library.common.places)
    assert registry is not None, problems
    return library, registry


def had(*ids: str, measure: str = "p/a/star") -> list[Recognised]:
    return [Recognised(id, measure, 2021, None, NOWHERE) for id in ids]


def of(found: Backtest, edition: str, key: str = "star") -> Outcome:
    [one] = [one for one in found.outcomes if one.editions == edition and one.measure.key == key]
    return one


def test_who_had_it_is_held_against_both_editions(tmp_path):
    """2021: g agrees; s grows by 10 % only and had it; l is too small for the first edition and not for the second; h and u are not known."""
    library, registry = place(tmp_path)
    found = backtest(library, registry, [DAY], recognised=had("g", "s", "l", "h", "elsewhere"))
    first, second = of(found, "1"), of(found, "2")
    assert first.law.then
    assert not second.law.then
    assert first.kinds == {"had-yes": 1, "had-no": 2, "had-depends": 1, "not-yes": 0, "not-no": 0, "not-depends": 1}
    assert second.kinds == {"had-yes": 2, "had-no": 1, "had-depends": 1, "not-yes": 0, "not-no": 0, "not-depends": 1}
    assert first.absent == ("elsewhere",)
    assert {why.conditions[0].en: count for why, count in first.refused} == {
        "growth of Revenue 2020 is at least 20%": 1,
        "Revenue 2020 is at least ¥10,000,000": 1,
    }
    assert [(why.conditions[0].en, count) for why, count in first.open] == [("Revenue", 1)]
    assert {one.subject: one.kind for one in first.differences} == {"s": "had-no", "l": "had-no", "h": "had-depends", "u": "not-depends"}
    [(year, between)] = found.between
    assert year == 2021
    assert between.fates.of("enter") == (1, 2)  # l comes in; h and u, of whom too little is known, may


def test_payments_are_explained_where_a_cause_fits_to_the_fen(tmp_path):
    """First edition: g is due 200,000, h 100,000 (above rent: 80,000), s 50,000 of which rent leaves nothing."""
    rows = {
        "g,p/a/aid,200000,2021-03-01": None,
        "g,p/a/aid,400000,2021-03-01": [Fit("edition", "2")],
        "g,p/a/aid,80000,2021-03-01": [Fit("instalment", "40 %")],
        "g,p/a/aid,120000,2021-03-01": [Fit("instalment", "60 %")],
        "g,p/a/aid,123456.78,2021-03-01": [Fit("unexplained")],
        "h,p/a/rent,80000,2021-03-01": "had-no",
        "s,p/a/rent,80000,2021-03-01": None,
        "s,p/a/rent,40000,2021-03-01": [Fit("unexplained")],
    }
    for number, (row, fits) in enumerate(rows.items()):
        library, registry = place(tmp_path / str(number), [row])
        measure = row.split("/")[2].split(",")[0]
        one = of(backtest(library, registry, [DAY]), "1", measure)
        if isinstance(fits, str):
            assert one.kinds[fits] == 1
            assert one.refused[0][0].conditions[0].en == "a stacking rule leaves nothing of it"
            continue
        wrong = [difference for difference in one.differences if difference.kind == "amount"]
        assert [list(difference.fits) for difference in wrong] == ([] if fits is None else [fits]), row
        assert one.money is not None
        assert (one.money.agreed, one.money.exact) == ((1, 1) if fits is None else (0, 0))


def test_two_awards_in_a_year_are_added_up(tmp_path):
    library, registry = place(tmp_path, ["g,p/a/aid,200000,2021-03-01", "g,p/a/aid,200000,2021-09-01", "g,p/a/aid,7,2020-09-01"])
    one = of(backtest(library, registry, [DAY], editions=["a-1"]), "1", "aid")
    assert one.money is not None
    assert one.money.paid == 40_000_000
    assert one.differences[-1].fits == (Fit("repeated", "2"),)


def test_a_published_count_lies_within_the_range_or_not(tmp_path):
    """The first edition leaves 1 to 3 (g; h and u perhaps), the second 2 to 4."""
    library, registry = place(tmp_path)
    source = "source: {kind: illustrative, note: {en: made up, zh: 虚构}}"
    for firms, offs in (("1", (0, 1)), ("3", (0, 0)), ("5", (-2, -1)), ('[5, ""]', (-2, -1)), ("[0, 1]", (0, 1)), ("0", (1, 2))):
        path = tmp_path / "published.yaml"
        path.write_text(f"- {{measure: star, year: 2021, firms: {firms}, {source}}}\n", encoding="utf-8")
        found = backtest(library, registry, [DAY], published=read_published(path, measures_of(library)))
        standings = of(found, "1").standing, of(found, "2").standing
        assert tuple(one.off for one in standings if one) == offs, firms
        assert of(found, "1").kinds == {}


def test_what_was_granted_in_the_year_is_no_past_award(tmp_path):
    """Aid that is given once: an award of the year is what is tested, one of an earlier year stands in the way."""
    for day, says in (("2021-02-01", "had-yes"), ("2020-02-01", "not-no")):
        library, registry = place(tmp_path / day, [f"g,p/a/aid,200000,{day}"])
        core = tmp_path / day / "packs" / "p" / "core.yaml"
        core.write_text(CORE + "  - {once: [aid], clause: 十, label: {en: Once, zh: 一次}}\n", encoding="utf-8")
        library, problems = read_library(["p"], tmp_path / day / "packs")
        assert library is not None, problems
        one = of(backtest(library, registry, [DAY], names=["aid"]), "1", "aid")
        assert one.kinds[says] >= 1
        assert one.kinds["had-no"] == 0


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_everybody_is_counted_once_and_the_exact_evaluator_says_the_same(data):
    """Agreed and different add up to all; who is undecided by the explainer is never told to be wrong; every condition told is one that fails."""
    ids = [f"f{n:02}" for n in range(8)]
    money = st.one_of(st.just(""), st.integers(0, 40_000_000).map(str), st.sampled_from(["10000000", "12000000", "5000000"]))
    main = ["id,place,established", *(f"{id},bj,2010-01-01" for id in ids)]
    years = ["id,year,revenue,expense", *(f"{id},{year},{data.draw(money)},{data.draw(money)}" for id in ids for year in (2019, 2020))]
    some = data.draw(st.sets(st.sampled_from(ids), min_size=1))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library, _ = place(folder)
        write_registry(folder / "r", main, years)
        registry, problems = open_registry(folder / "r", library.schema(), library.common.places)
        assert registry is not None, problems
        found = backtest(library, registry, [DAY], recognised=had(*sorted(some)))
        for one in found.outcomes:
            assert sum(one.kinds.values()) == len(ids)
            assert sum(one.kinds[kind] for kind in KINDS if kind.startswith("had")) == len(some)
            assert sum(count for _, count in one.refused) == one.kinds["had-no"]
            assert sum(count for _, count in one.open) == one.kinds["had-depends"]
            explainer = Explainer.of_registry(Population(registry, one.law.rules, DAY), [one.measure])
            kinds = Counter[str]()
            differs = {difference.subject: difference for difference in one.differences}
            for id in ids:
                run = explainer.subject(id)
                assert run is not None
                [told] = explainer.explain(run)
                kind = f"{'had' if id in some else 'not'}-{told.status}"
                kinds[kind] += 1
                assert kind == (differs[id].kind if id in differs else kind)
                if kind == "had-no":
                    why = differs[id].why
                    assert why is not None
                    failing = {reason.text for reason in told.reasons if reason.status == "no"}
                    assert set(why.conditions) == failing
            assert kinds == Counter({kind: count for kind, count in one.kinds.items() if count})


# ---------------------------------------------------------------- the nearest way to a yes


def _test() -> Test:
    return Test(None, "", "")  # type: ignore[arg-type]


CONDITIONS = st.recursive(
    st.builds(_test),
    lambda parts: st.builds(
        lambda kind, some, count: Group(kind, tuple(some), min(count, len(some)) if kind == "at_least" else 0),
        st.sampled_from(["all", "any", "at_least"]),
        st.lists(parts, min_size=1, max_size=3),
        st.integers(1, 3),
    ),
    max_leaves=6,
)


def _holds(condition: Group | Test, outcomes: list[bool], at: list[int]) -> bool:
    if isinstance(condition, Test):
        at[0] += 1
        return outcomes[at[0] - 1]
    held = [_holds(part, outcomes, at) for part in condition.parts]
    return {"all": all(held), "any": any(held), "at_least": sum(held) >= condition.count}[condition.kind]


def _size(condition: Group | Test) -> int:
    return 1 if isinstance(condition, Test) else sum(map(_size, condition.parts))


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, st.data())
def test_the_nearest_way_is_a_way_and_no_other_is_shorter(condition, data):
    size = _size(condition)
    outcomes = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    found = wanting(condition, [Pair(one, one) for one in outcomes])

    def after(flipped: set[int]) -> bool:
        return _holds(condition, [one or at in flipped for at, one in enumerate(outcomes)], [0])

    assert after({at for at, _ in found})
    assert not any(after(set(some)) for count in range(len(found)) for some in itertools.combinations(range(size), count))


def test_what_should_not_be_is_told_as_such():
    condition = Group("all", (_test(), Group("none", (_test(), _test()))))
    assert wanting(condition, [Pair(True, True), Pair(True, True), Pair(False, True)]) == ((1, False),)
    assert wanting(condition, [Pair(False, True), Pair(False, False), Pair(False, False)]) == ()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,measure,year\ng,star,2021\ng,star,2021\n", ["list.csv:3: backtest.repeated: g stands twice for p/a/star in 2021, first in line 2"]),
        ("id,measure\ng,star\n", ["table.missing-column"]),
        ("id,measure,year,yeer\ng,star,2021,\n", ["list.csv:1: backtest.column: yeer is not a column", "did you mean year?"]),
        ("id,measure,year\n,star,21\n", ["list.csv:2: backtest.cell: the row names no subject", "year: 21 is not a year"]),
        ("id,measure,year,amount\ng,star,2021,many\n", ["amount: many is not an amount"]),
        ("id,measure,year\ng,stat,2021\n", ["backtest.measure: stat is not a measure of these packs", "did you mean star or a/star?"]),
    ],
)
def test_a_faulty_list_is_told(tmp_path, text, said):
    library, _ = place(tmp_path)
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(FaultyInput) as faulty:
        read_recognised(tmp_path / "list.csv", measures_of(library))
    for words in said:
        assert words in str(faulty.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measure: star\n", "record.form"),
        ("- {measure: star, year: 2021, firms: many, SOURCE}\n", "backtest.figure: firms is no number of firms"),
        ("- {measure: star, year: 2021, firms: [5, 4], SOURCE}\n", "backtest.figure"),
        ("- {measure: star, year: someday, firms: 5, SOURCE}\n", "backtest.cell: year: someday is not a year"),
        ("- {measure: sta, year: 2021, firms: 5, SOURCE}\n", "did you mean star"),
        ("- {measure: star, year: 2021, firms: 5}\n", "record.missing-key"),
        ("- {measure: star, year: 2021, firms: 5, SOURCE}\n- {measure: a/star, year: 2021, firms: 5, SOURCE}\n", "backtest.repeated"),
    ],
)
def test_faulty_counts_are_told(tmp_path, text, said):
    library, _ = place(tmp_path)
    text = text.replace("SOURCE", "source: {kind: copy, note: {en: A copy., zh: 转载。}}")
    (tmp_path / "published.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FaultyInput, match=said.replace("?", r"\?")):
        read_published(tmp_path / "published.yaml", measures_of(library))


def test_years_names_and_editions_that_cannot_be_tested_are_told(tmp_path):
    library, registry = place(tmp_path)
    for given_, said in (
        ({"days": [DAY, datetime.date(2021, 1, 1)], "names": ["star"]}, "backtest.year: 2021 is given twice"),
        ({"days": [DAY]}, "backtest.nothing"),
        ({"days": [DAY], "names": ["starr"]}, "did you mean star"),
        ({"days": [DAY], "names": ["star"], "editions": ["a-3"]}, "backtest.edition: a-3 is no edition of these packs"),
    ):
        with pytest.raises(FaultyInput, match=said):
            backtest(library, registry, **given_)  # type: ignore[arg-type]
    found = backtest(library, registry, [datetime.date(2019, 6, 30)], names=["star"])
    assert [(problem.code, problem.severity) for problem in found.problems] == [("backtest.year", "warning"), ("backtest.hindsight", "warning")]
    assert of(found, "1").depends == 5  # nothing is known of that year, and nobody is wrong


def test_what_the_other_edition_changes_is_counted_for_the_tested_measures_alone(tmp_path):
    """Aid alone, without the rent that is as high: 20 % instead of 10 % for g (200,000 more), h (100,000) and s (50,000); u is not known."""
    library, registry = place(tmp_path)
    [(_, between)] = backtest(library, registry, [DAY], names=["aid"]).between
    assert [one.measure.key for one in between.measures] == ["aid"]
    assert between.fates.of("gain") == (3, 1)
    assert between.fates.of("lose")[0] == 0
    assert between.fates.difference[0] is not None
    assert between.fates.difference[0] <= 35_000_000
