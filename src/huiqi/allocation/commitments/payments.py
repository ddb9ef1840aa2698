"""Payment plans (拨付计划): each award in instalments by year, exact to the fen, over columns.

An instalment in a stated year falls in that year. One that waits for a milestone falls in a year that nobody knows: from the year of the decision
on, or in the year in which the milestone is expected where somebody says. So each has a first and a last year, the last perhaps open.

Fen are handed out one after the other by the quota method of Balinski and Young (The Quota Method of Apportionment, American Mathematical Monthly
82, 1975), of equals to the instalment that stands first. So the instalments add up to the award, each is less than one fen from its share, and a
larger award never means a smaller instalment: what holds of both ends of a range holds of every award between them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huiqi.rules.instalments import Instalment, period
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Column: TypeAlias = "pa.Array | pa.ChunkedArray"
#: No upper end is known.
UNBOUNDED = int(np.iinfo(np.int64).max)
#: The last year in which an instalment can fall, where nobody can say.
OPEN = 9_999


@dataclass(frozen=True)
class Awards:
    """What was given, a row an award: columns of one length, money in whole fen."""

    plan: Ints  # which of the plans, by its place among them
    low: Ints
    high: Ints  # UNBOUNDED where no upper end is known
    decided: Ints | int  # the year of the decision
    expected: Mapping[str, Ints] = field(default_factory=dict)  # milestone -> the year in which it is expected; 0 where nobody says


@dataclass(frozen=True)
class Payments:
    """A row an instalment, in the order of the awards: columns of one length, money in whole fen."""

    award: Ints  # the row of the award
    instalment: Ints  # its place in `names`
    year: Ints  # the first year in which it can fall
    last_year: Ints  # the last one; OPEN where nobody knows
    low: Ints
    high: Ints
    names: tuple[str, ...]  # of milestones, or of years counted from the decision


def payments(awards: Awards, plans: Sequence[tuple[Instalment, ...]]) -> Payments:
    """The instalments of awards; `plans` are those of measures, most often `instalments_of(measure.record.pays)`.

    Raises FaultyInput for amounts below nothing, a low above a high, and a milestone that is expected before the decision.
    """
    decided = np.broadcast_to(np.asarray(awards.decided, np.int64), awards.plan.shape)
    _refuse(awards, decided)
    counts = np.array([len(plan) for plan in plans], np.int64)
    begin = np.concatenate(([0], np.cumsum(counts[awards.plan]))).astype(np.int64)
    rows = int(begin[-1])
    award, instalment, year, last, low, high = (np.empty(rows, np.int64) for _ in range(6))
    names: dict[str, int] = {}
    for number, plan in enumerate(plans):
        of = np.flatnonzero(awards.plan == number)
        if not len(of):
            continue
        lows, highs = split(awards.low[of], plan), split(awards.high[of], plan)
        for place, part in enumerate(plan):
            at = begin[of] + place
            award[at], low[at], high[at] = of, lows[place], highs[place]
            instalment[at] = names.setdefault(part.name, len(names))
            if part.years is not None:
                year[at] = last[at] = decided[of] + part.years
            else:
                said = awards.expected.get(part.milestone)
                stated = np.zeros(len(of), np.int64) if said is None else said[of]
                year[at] = np.where(stated > 0, stated, decided[of])
                last[at] = np.where(stated > 0, stated, OPEN)
    return Payments(award, instalment, year, last, low, high, tuple(names))


def split(amounts: Ints, plan: tuple[Instalment, ...]) -> Ints:
    """Amounts of whole fen in instalments: a row an instalment, which add up to the amounts; UNBOUNDED stays so in each.

    >>> from fractions import Fraction
    >>> thirds = tuple(Instalment(Fraction(share, 10), year) for year, share in enumerate((4, 3, 3)))
    >>> split(np.array([100, 101, 102, 103]), thirds).tolist()
    [[40, 41, 41, 41], [30, 30, 31, 31], [30, 30, 30, 31]]
    """
    table = _first_fen(plan)
    whole, rest = np.divmod(amounts, len(table) - 1)
    parts: Ints = table[-1][:, None] * whole + table[rest].T
    parts[:, amounts == UNBOUNDED] = UNBOUNDED
    return parts


@lru_cache(maxsize=1_024)
def _first_fen(plan: tuple[Instalment, ...]) -> Ints:
    """How 0, 1, 2, ... fen are split, up to the number from which the split repeats itself: a row a number of fen, a column an instalment."""
    most = period(plan)
    weights = [int(part.share * most) for part in plan]
    common = math.lcm(*weights)
    given = [0] * len(plan)
    rows = [tuple(given)]
    for fen in range(1, most + 1):
        below = [place for place, weight in enumerate(weights) if given[place] * most < fen * weight]
        given[min(below, key=lambda place: (given[place] + 1) * (common // weights[place]))] += 1
        rows.append(tuple(given))
    return np.array(rows, np.int64)


def _refuse(awards: Awards, decided: Ints) -> None:
    problems = []
    if (wrong := np.flatnonzero((awards.low < 0) | (awards.low > awards.high))).size:
        said = f"row {int(wrong[0])} has an amount below nothing, or a low above its high; {wrong.size:,} such rows"
        problems.append(Problem("award.amount", said, NOWHERE, "amounts are whole fen, the low first"))
    for milestone, years in awards.expected.items():
        if (wrong := np.flatnonzero((years > 0) & (years < decided))).size:
            row = int(wrong[0])
            said = f"{milestone} of row {row} is expected in {int(years[row])}, before the decision of {int(decided[row])}; {wrong.size:,} such rows"
            problems.append(Problem("award.expected", said, NOWHERE, "mend the year, or leave it out where nobody knows"))
    if problems:
        raise FaultyInput(problems)


def payments_of(awards: pa.Table, plans: Mapping[str, tuple[Instalment, ...]], decided: int) -> pa.Table:
    """The payments of a round's awards, as `payments_table` gives them; awards of nothing have none. KeyError for a measure without a plan.

    `awards` has the columns award, subject, measure, fund, amount_low and amount_high (fen, null without an upper end); `plans` are by measure.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    there = awards.filter(pc.fill_null(pc.greater(awards["amount_high"], 0), True))
    measure = there["measure"].combine_chunks()
    coded = measure if pa.types.is_dictionary(measure.type) else measure.dictionary_encode()
    place = {name: number for number, name in enumerate(plans)}
    words, used = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    numbers = np.zeros(len(words), np.int64)  # a word that no award has needs no plan
    for word in np.unique(used):
        numbers[word] = place[words[word]]
    made = payments(Awards(numbers[used], *_ends(there), decided), list(plans.values()))
    return payments_table(made, there["award"], there["subject"], there["measure"], there["fund"])


def _ends(awards: pa.Table) -> tuple[Ints, Ints]:
    import pyarrow.compute as pc

    return awards["amount_low"].to_numpy().astype(np.int64), pc.fill_null(awards["amount_high"], UNBOUNDED).to_numpy().astype(np.int64)


def payments_table(paid: Payments, award: Column, subject: Column, measure: Column, fund: Column) -> pa.Table:
    """Payments as the table of a round's result; the other columns are those of the awards, a row an award.

    Columns: award, subject, measure, fund, year, last_year (null where nobody knows), milestone, amount_low, amount_high (fen, null where no upper
    end is known). One row stands for one payment, so that the amounts of an award's rows add up to the award.
    """
    import pyarrow as pa

    rows = pa.array(paid.award)
    names = pa.DictionaryArray.from_arrays(pa.array(paid.instalment.astype(np.int32)), pa.array(list(paid.names), pa.string()))
    return pa.table(
        {
            "award": award.take(rows), "subject": subject.take(rows), "measure": measure.take(rows), "fund": fund.take(rows),
            "year": pa.array(paid.year), "last_year": pa.array(paid.last_year, mask=paid.last_year == OPEN), "milestone": names,
            "amount_low": pa.array(paid.low), "amount_high": pa.array(paid.high, mask=paid.high == UNBOUNDED),
        }
    )  # fmt: skip
