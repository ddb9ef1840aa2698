"""Hold editions against what happened (回溯检验): on the facts of each year, who should have had a measure and who had it.

Where it is known firm by firm who had a measure, every subject falls under exactly one of KINDS. Where only a count was published, it is held against
the range that the rules leave: all who surely have the measure, and those who may besides. What nobody knows stays undecided and is never
counted as wrong. That somebody whom the rules leave a measure did not have it says nothing about the rules: whether it applied, or lost by
a quota, is not known.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.awards import awards_of
from huiqi.entitlements.due import DEPENDS, NO, YES
from huiqi.facts.awards import Awards
from huiqi.facts.registry import Registry
from huiqi.revision.backtest.amounts import Fit, causes, within
from huiqi.revision.backtest.happened import Had, Published, Recognised, had_of
from huiqi.revision.backtest.judged import Judge, Said, Why
from huiqi.revision.backtest.laws import Law, laws_on
from huiqi.revision.simulate import Simulation, simulate
from huiqi.rules.awards import declared, full_name
from huiqi.rules.compile import Measure
from huiqi.rules.library import Library
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, Where, did_you_mean

#: Where a subject falls: the rules say yes, no or depends, and it had the measure or not.
KINDS = ("had-yes", "had-no", "had-depends", "not-yes", "not-no", "not-depends")
AGREED = ("had-yes", "not-no")
_BY_STATUS = {YES: "yes", DEPENDS: "depends", NO: "no"}


@dataclass(frozen=True)
class Difference:
    """A subject for which the rules and what happened are not the same, or cannot be told to be; `why` says what of the rules decides it.

    `kind` is one of KINDS, or `amount` where it had the measure and what was paid is not what the rules come to.
    """

    subject: str
    kind: str
    why: Why | None
    paid: float | None = None  # fen
    payable: tuple[float, float] | None = None
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True)
class Money:
    """What those who had a measure were paid, by the rules' own figures: how many payments the rules leave possible, of these how many exactly so,
    and how many not, by cause."""

    paid: int  # fen, of everybody whose payment is told
    firms: int
    agreed: int
    exact: int
    causes: Counter[str]


@dataclass(frozen=True)
class Standing:
    """A published count against the rules: `off` is how far the range of the rules is from it, above or below; 0 where they meet."""

    published: Published
    off: float


@dataclass(frozen=True)
class Outcome:
    """One measure of one law on the facts of a year, held against what happened."""

    year: int
    as_of: datetime.date
    law: Law
    measure: Measure  # the first of its editions in force
    editions: str
    yes: float
    depends: float
    no: float
    payable: tuple[int, int | None]
    kinds: dict[str, int]  # empty where nothing tells who had it
    absent: tuple[str, ...]
    refused: tuple[tuple[Why, int], ...]  # had it though the rules say no, by the conditions that stand in the way
    open: tuple[tuple[Why, int], ...]  # had it, and unknown facts decide
    money: Money | None
    standing: Standing | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Missing:
    """A measure that a law does not have."""

    year: int
    law: Law
    name: str


@dataclass(frozen=True)
class Backtest:
    """All years with all laws; `between` are the law of a year and each other one on the same facts, the editions alone."""

    registry: Registry
    days: tuple[datetime.date, ...]
    names: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    missing: tuple[Missing, ...]
    between: tuple[tuple[int, Simulation], ...]
    problems: tuple[Problem, ...]
    weighted: bool
    currency: str


def backtest(
    library: Library,
    registry: Registry,
    days: Sequence[datetime.date],
    *,
    names: Sequence[str] = (),
    recognised: Iterable[Recognised] = (),
    published: Iterable[Published] = (),
    editions: Sequence[str] = (),
    law_days: Sequence[datetime.date] = (),
    weights: NDArray[np.float64] | None = None,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Backtest:
    """The editions in force on each of the `days`, and others beside them, against what happened in the years of these days.

    `names` are the measures to test, full or short; none: those of which the awards table, a list or a published count tells something in these
    years. `editions` and `law_days` name the laws beside those in force; none: the next text of the measures. What was granted in the year itself
    counts under no rule of past awards. `weights`: how many subjects each row stands for; who had a measure is
    counted without them. Raises FaultyInput for years, names and editions that cannot be tested, and where the registry cannot be used.
    """
    some, counts = list(recognised), {(one.measure, one.year): one for one in published}
    _check_days(days)
    awards = awards_of(registry, library.rules(max(days)))
    known = measures_of(library)
    tested = _named(names, known) or _told(awards, some, counts, days, known)
    if not tested:
        hint = "name a measure with --measure, or give a list of the recognised or published counts of these years"
        raise FaultyInput([Problem("backtest.nothing", "nothing tells what happened in these years, and no measure is named", NOWHERE, hint)])
    listed = frozenset((one.measure, one.year) for one in some)
    outcomes, missing, between = [], [], []
    problems = [*_unread(registry, days), *_hindsight(registry, days)]
    for day in sorted(days):
        laws = laws_on(library, day, tested, editions=editions, days=law_days)
        judges = [Judge(law, registry, day, tested, assume_recognised) for law in laws]
        every = [judge.said(tick) for judge in judges]
        for name in tested:
            had = had_of(registry, awards, some, listed, name, day.year)
            for judge, said in zip(judges, every, strict=True):
                if name not in said:
                    missing.append(Missing(day.year, judge.law, name))
                    continue
                others = [(j.law.edition(name), other[name]) for j, other in zip(judges, every, strict=True) if j is not judge and name in other]
                outcomes.append(_outcome(judge, name, day, said[name], had, others, counts.get((name, day.year)), weights))
        between += [(day.year, _between(library, laws[0], law, tested, registry, day, weights, assume_recognised)) for law in laws[1:]]
    currency = library.rules(max(days)).currencies.get(tested[0].partition("/")[0], "CNY")
    return Backtest(
        registry, tuple(sorted(days)), tuple(tested), tuple(outcomes), tuple(missing), tuple(between), tuple(problems), weights is not None, currency
    )


# ---------------------------------------------------------------- what is tested


def measures_of(library: Library) -> tuple[str, ...]:
    """The full names of all measures of the packs, of whatever edition."""
    every = (one for named in declared(library.rules(datetime.date.max).world).values() for one in named)
    return tuple(dict.fromkeys(full_name(one)[0] for one in every))


def _check_days(days: Sequence[datetime.date]) -> None:
    twice = [year for year, times in Counter(day.year for day in days).items() if times > 1]
    problems = [Problem("backtest.year", f"{year} is given twice", NOWHERE, "name each year once, by --year or by a day of it") for year in twice]
    if problems:
        raise FaultyInput(problems)


def _unread(registry: Registry, days: Sequence[datetime.date]) -> Iterable[Problem]:
    """Years of whose figures the registry has none."""
    there = registry.years()
    for day in days:
        if day.year - 1 not in there:
            said = f"the registry has no figures of {day.year - 1}, the last completed year on {day}: all that rests on them is undecided"
            hint = f"it has {', '.join(map(str, there))}" if there else "it has no table of years"
            yield Problem("backtest.year", said, NOWHERE, hint, "warning")


def _hindsight(registry: Registry, days: Sequence[datetime.date]) -> Iterable[Problem]:
    """Days on which what the registry says of a day was not observed: it may have been otherwise then."""
    observed = registry.about.general.observed_on
    elsewhere = [day.isoformat() for day in days if day.year != observed.year]
    if elsewhere:
        said = f"places, recognitions and other facts of a day are those of {observed}, not of {', '.join(elsewhere)}"
        hint = "only figures by year are of the year; test each year on a registry of that year where there is one"
        yield Problem("backtest.hindsight", said, Where(str(registry.folder / "registry.yaml")), hint, "warning")


def _named(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """The full names that are meant."""
    found, problems = [], []
    for name in names:
        meant = [one for one in known if one == name or one.endswith(f"/{name}")]
        if len(meant) == 1:
            found.append(meant[0])
        elif meant:
            problems.append(Problem("backtest.measure", f"{name} is the name of several measures", NOWHERE, f"write one of {', '.join(meant)}"))
        else:
            short = [one.rpartition("/")[2] for one in known]
            hint = did_you_mean(name, [*known, *short]) or "write pack/policy/measure, without an edition"
            problems.append(Problem("backtest.measure", f"{name} is not a measure of these packs", NOWHERE, hint))
    if problems:
        raise FaultyInput(problems)
    return list(dict.fromkeys(found))


def _told(
    awards: Awards | None, some: Sequence[Recognised], counts: dict[tuple[str, int], Published], days: Sequence[datetime.date], known: Sequence[str]
) -> list[str]:
    """The measures of which something is told in these years."""
    years = {day.year for day in days}
    told = {one.measure for one in some if one.year in years} | {name for name, year in counts if year in years}
    if awards is not None:
        for year in years:
            first, last = (datetime.date(year, *day).toordinal() for day in ((1, 1), (12, 31)))
            granted = np.unique(awards.measure[(awards.granted_on >= first) & (awards.granted_on <= last)])
            told |= {awards.measures[number] for number in granted.tolist()}
    return [name for name in known if name in told]


# ---------------------------------------------------------------- one measure of one law


def _outcome(
    judge: Judge, name: str, day: datetime.date, said: Said, had: Had | None, others: list[tuple[str, Said]], published: Published | None,
    weights: NDArray[np.float64] | None,
) -> Outcome:  # fmt: skip
    yes, depends, no = (
        float(np.sum(said.says == status) if weights is None else weights[said.says == status].sum()) for status in (YES, DEPENDS, NO)
    )
    each = np.ones(len(said.says)) if weights is None else weights
    low, high = (float(each @ np.where(np.isfinite(ends), ends, 0.0)) for ends in (said.low, said.high))
    payable = round(low), None if np.isinf(said.high).any() else round(high)
    kinds: dict[str, int] = {}
    refused: tuple[tuple[Why, int], ...] = ()
    open_: tuple[tuple[Why, int], ...] = ()
    differences: tuple[Difference, ...] = ()
    money = None
    if had is not None:
        kinds, refused, open_, differences = _held_against(judge, name, said, had)
        if judge.measures[name][0].amount is not None:
            money, wrong = _money(judge.measures[name][0], day, said, had, others, judge.registry)
            differences = (*differences, *wrong)
    standing = None if published is None else Standing(published, _off(yes, yes + depends, published))
    measure = judge.measures[name][0]
    absent = () if had is None else had.absent
    edition = judge.law.edition(name)
    return Outcome(day.year, day, judge.law, measure, edition, yes, depends, no, payable, kinds, absent, refused, open_, money, standing, differences)


def _held_against(
    judge: Judge, name: str, said: Said, had: Had
) -> tuple[dict[str, int], tuple[tuple[Why, int], ...], tuple[tuple[Why, int], ...], tuple[Difference, ...]]:
    """Every subject under one of KINDS, and all that differ or are undecided, with the reasons of those that had the measure."""
    here = np.zeros(len(said.says), bool)
    here[had.rows] = True
    kinds, rows = {}, {}
    for prefix, mask in (("had", here), ("not", ~here)):
        for status, word in _BY_STATUS.items():
            rows[f"{prefix}-{word}"] = np.flatnonzero(mask & (said.says == status))
            kinds[f"{prefix}-{word}"] = len(rows[f"{prefix}-{word}"])
    open_ = np.union1d(rows["had-depends"], rows["not-depends"])
    no, perhaps = judge.why({name: rows["had-no"]}, {name: open_})
    why = no[name] | perhaps[name]
    paid = dict(zip(had.rows.tolist(), had.paid.tolist(), strict=True))
    ids = ids_of(judge.registry, np.unique(np.concatenate([rows[kind] for kind in KINDS if kind not in AGREED])))
    differences = []
    for kind in (kind for kind in KINDS if kind not in AGREED):
        for row in rows[kind].tolist():
            amount = paid.get(row, math.nan)
            differences.append(Difference(ids[row], kind, why.get(row), None if math.isnan(amount) else amount, said.payable(row)))
    grouped = (Counter(no[name][row] for row in rows["had-no"].tolist()), Counter(perhaps[name][row] for row in rows["had-depends"].tolist()))
    return kinds, tuple(grouped[0].most_common()), tuple(grouped[1].most_common()), tuple(differences)


def _money(
    measure: Measure, day: datetime.date, said: Said, had: Had, others: list[tuple[str, Said]], registry: Registry
) -> tuple[Money, tuple[Difference, ...]]:
    """The payments that are told of those whom the rules may leave something, against what they come to."""
    at = [n for n, (row, paid) in enumerate(zip(had.rows.tolist(), had.paid.tolist(), strict=True)) if not math.isnan(paid) and said.says[row] != NO]
    wrong, fitting = [], Counter[str]()
    agreed = exact = 0
    ids = ids_of(registry, had.rows[at])
    for n in at:
        row, paid = int(had.rows[n]), float(had.paid[n])
        payable = said.payable(row)
        if within(paid, payable):
            agreed += 1
            exact += payable[0] == payable[1]
            continue
        theirs = [(edition, other.payable(row)) for edition, other in others if other.says[row] != NO]
        fits = tuple(causes(paid, int(had.times[n]), payable, said.due(row), measure, day.year, theirs))
        fitting[fits[0].cause] += 1
        wrong.append(Difference(ids[row], "amount", None, paid, payable, fits))
    told = had.paid[~np.isnan(had.paid)]
    return Money(int(sum(map(int, told.tolist()))), len(at), agreed, exact, fitting), tuple(wrong)


def _off(least: float, most: float, published: Published) -> float:
    """How far the range of the rules lies above the published figure, or below it as a negative number."""
    if published.most is not None and least > published.most:
        return least - published.most
    return min(most - published.least, 0.0)


def _between(
    library: Library, law: Law, other: Law, names: Sequence[str], registry: Registry, day: datetime.date, weights: NDArray[np.float64] | None,
    assume_recognised: bool,
) -> Simulation:  # fmt: skip
    """The tested measures of both editions on the same facts, without the other texts and measures, which may have changed as well."""
    sides = []
    for one in (law, other):
        documents = {measure.document.name: measure.document for name in names for measure in one.measures(name)}
        rules = library.rules_of(documents.values(), one.rules.law_on)
        sides.append(replace(rules, measures=tuple(measure for measure in rules.measures if measure.name in names)))
    return simulate(sides[0], sides[1], registry, day, weights=weights, assume_recognised=assume_recognised)


def ids_of(registry: Registry, rows: NDArray[np.intp]) -> dict[int, str]:
    """The ids of some places in order."""
    found: dict[int, str] = {}
    at = 0
    for block in registry.blocks([], 1 << 18):
        mine = rows[np.searchsorted(rows, at) : np.searchsorted(rows, at + len(block.ids))]
        found |= dict(zip(mine.tolist(), (block.ids[int(row) - at].as_py() for row in mine), strict=True))
        at += len(block.ids)
    return found
