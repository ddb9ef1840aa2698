"""What comes of a round for every claim: awarded, on the reserve list, undecided or refused; how much, at which rank, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.allocation.budget.claims import Claimed
from huiqi.allocation.budget.in_order import OPEN, Bools, Claims, Edge, Ints, Ties, Why, give_in_order, viable
from huiqi.allocation.budget.order import LAST, Column, drawn, places_in
from huiqi.allocation.budget.pro_rata import share_out
from huiqi.allocation.budget.quota import Grouped, give_by_group
from huiqi.allocation.budget.round import Round


class Outcome(IntEnum):
    """What comes of a claim, whatever the unknown facts turn out to be."""

    AWARDED = 0  # it gets the award in every case
    RESERVE = 1  # it does not, and is on the reserve list, in every case
    UNDECIDED = 2
    REFUSED = 3  # it gets nothing in any case


REASONS = (
    "met", "part", "share", "left_by_groups", "open", "not_entitled", "incomplete", "nothing_payable", "below_minimum", "places", "money", "tie",
    "no_group",
)  # fmt: skip
OPENS = ("entitlement", "amount", "order", "group")  #: what of a claim itself is not known
NO_KEY = -1


@dataclass(frozen=True)
class CutOff:
    """The last that is met (入围线) of a group or of all: its keys at best and at worst, as numbers that rank first smallest; None: nobody surely."""

    group: int  # a line of the quota, -1 for all
    best: int | None
    worst: int | None
    money_ended_at: int | None  # the rank of the first for which there was no money, where that is known


@dataclass(frozen=True)
class Awards:
    """What comes of every claim, in the order of the claims. `reserve` are numbers on the reserve list at best and at worst, 0 for none;
    `lost_by` says which key decided against one that is equal to the last met in those before (the lot comes after the keys)."""

    round: Round
    claimed: Claimed
    award: list[str]
    outcome: NDArray[np.int8]
    low: Ints
    high: Ints
    rank_best: Ints
    rank_worst: Ints
    reserve_best: Ints
    reserve_worst: Ints
    reason: NDArray[np.int8]
    short: Ints
    lost_by: NDArray[np.int8]
    open: NDArray[np.uint8]  # a bit for each of OPENS
    cut_offs: tuple[CutOff, ...]
    facts: list[str] | None = None  # unknown facts that would settle what is open of the undecided, where they were asked for

    def __len__(self) -> int:
        return len(self.outcome)


def give_out(round_: Round, claimed: Claimed) -> Awards:
    """The round, given out."""
    count = len(claimed)
    award = award_ids(round_, claimed)
    columns = [] if claimed.accepted_at is None else [Column(claimed.accepted_at, claimed.accepted_at)]
    columns += [Column(key.low, key.high) for key in claimed.keys]
    bits = open_of(claimed, columns)
    complete = (bits == 0) if round_.incomplete_out else np.ones(count, bool)
    best, worst = places_in(columns, count)
    if round_.terms.ties is Ties.LOT and round_.by != "pro_rata":
        best, worst = drawn(best, worst, round_.seed, award)
    claims = Claims(claimed.must & complete, claimed.may & complete, claimed.low, claimed.high, best, worst)
    some = viable(claims, round_.terms.minimum)
    if round_.by == "pro_rata":
        grouped = Grouped(share_out(claims, round_.purse, round_.terms.minimum), np.zeros(count, bool))
    elif round_.groups:
        parts = [group.part for group in round_.groups]
        grouped = give_by_group(some, claimed.groups, parts, round_.purse, round_.terms, pooled=round_.pooled)
    else:
        grouped = Grouped(give_in_order(some, round_.purse, round_.terms), np.zeros(count, bool))
    return _Outcomes(round_, claimed, claims, some, grouped, columns, bits).awards(award)


def open_of(claimed: Claimed, columns: Sequence[Column]) -> NDArray[np.uint8]:
    """What of each claim itself is not known, a bit for each of OPENS."""
    order = np.zeros(len(claimed), bool)
    for column in columns:
        order |= column.low != column.high
    groups, may = np.count_nonzero(claimed.groups, axis=0) > 1, claimed.may
    parts = (may & ~claimed.must, may & (claimed.low != claimed.high), may & order, may & groups)
    return sum((part.astype(np.uint8) << n for n, part in enumerate(parts)), np.zeros(len(claimed), np.uint8)).astype(np.uint8)


def award_ids(round_: Round, claimed: Claimed) -> list[str]:
    """`<round>/<measure>/<subject>` of every claim."""
    names = pa.array([f"{round_.id}/{measure.name}/" for measure in round_.measures], pa.string())
    return pc.binary_join_element_wise(names.take(pa.array(claimed.measures)), claimed.subjects, "").to_pylist()


class _Outcomes:
    def __init__(
        self, round_: Round, claimed: Claimed, claims: Claims, some: Claims, grouped: Grouped, columns: Sequence[Column], bits: NDArray[np.uint8]
    ):
        self.open = bits
        self.round, self.claimed, self.claims, self.some, self.columns = round_, claimed, claims, some, columns
        self.given, self.pooled = grouped.given, grouped.pooled
        self.sure, self.possible = some.must & self.given.sure, some.may & self.given.possible
        self.lines = claimed.groups[:-1] if round_.groups else np.ones((1, len(claims)), bool)
        self.in_none = claimed.groups[-1] if round_.groups else np.zeros(len(claims), bool)

    def awards(self, award: list[str]) -> Awards:
        round_, claims, given = self.round, self.claims, self.given
        low, high = np.where(self.sure, given.low, 0), np.where(self.possible, given.high, 0)
        reserve_best, reserve_worst = self.reserve()
        listed = self.some.must & ~self.possible & (reserve_worst <= round_.reserve)
        perhaps = self.some.may & ~self.possible & (reserve_best <= round_.reserve) & ~listed
        conditions = [self.sure, listed, self.possible | perhaps]
        outcome = np.select(conditions, [Outcome.AWARDED, Outcome.RESERVE, Outcome.UNDECIDED], Outcome.REFUSED).astype(np.int8)
        ranked = self.some.may if round_.by != "pro_rata" else np.zeros(len(claims), bool)
        on_list = (listed | perhaps) & (round_.reserve > 0)
        reason = self.reasons(outcome, low)
        return Awards(
            round_,
            self.claimed,
            award,
            outcome,
            low,
            high,
            np.where(ranked, given.ahead_least + 1, 0),
            np.where(ranked, given.ahead_most + 1, 0),
            np.where(on_list, reserve_best, 0),
            np.where(on_list, reserve_worst, 0),
            reason,
            np.where(reason == REASONS.index("money"), given.short, 0),
            self.lost_by(outcome),
            self.open,
            tuple(self.cut_offs(outcome)),
        )

    def reserve(self) -> tuple[Ints, Ints]:
        """The number of each on the reserve list of its group, if it is not met, at best and at worst."""
        count = len(self.claims)
        best, worst = np.full(count, LAST), np.zeros(count, np.int64)
        if not self.round.reserve:
            return best, best
        several = (np.count_nonzero(self.lines, axis=0) > 1) | self.in_none
        for line in self.lines:
            may = np.sort(self.claims.best[line & self.some.may & ~self.sure])
            must = np.sort(self.claims.worst[line & self.some.must & ~self.possible & ~several])
            rows = np.flatnonzero(line)
            own = (self.some.may & ~self.sure & (self.claims.best < self.claims.worst))[rows]
            best[rows] = np.minimum(best[rows], 1 + np.searchsorted(must, self.claims.best[rows], side="left"))
            worst[rows] = np.maximum(worst[rows], 1 + np.searchsorted(may, self.claims.worst[rows], side="left") - own)
        worst[self.in_none] = LAST
        return best, worst

    def reasons(self, outcome: NDArray[np.int8], low: Ints) -> NDArray[np.int8]:
        claims, why = self.claims, self.given.why
        number = {name: n for n, name in enumerate(REASONS)}
        awarded = outcome == Outcome.AWARDED
        met = "share" if self.round.by == "pro_rata" else "met"
        part = awarded & (self.given.high < claims.low) & (self.round.terms.edge is Edge.PARTIAL)
        conditions = [
            (part, "part"),
            (awarded & self.pooled, "left_by_groups"),
            (awarded & (low == claims.high) & (met == "share"), "met"),
            (awarded, met),
            ((outcome == Outcome.UNDECIDED), "open"),
            (~self.claimed.may, "not_entitled"),
            (~claims.may, "incomplete"),
            (claims.high <= 0, "nothing_payable"),
            (~self.some.may | (why == Why.MINIMUM), "below_minimum"),
            (why == Why.GROUP, "no_group"),
            (why == Why.PLACES, "places"),
            (why == Why.TIE, "tie"),
        ]
        return np.select([condition for condition, _ in conditions], [number[name] for _, name in conditions], number["money"]).astype(np.int8)

    def cut_offs(self, outcome: NDArray[np.int8]) -> list[CutOff]:
        """Of each group, or of all: the first key of the last that is met is surely not beyond that of one who perhaps is, nor before that of
        one who surely is."""
        found = []
        groups = range(len(self.round.groups)) if self.round.groups else [-1]
        for group in groups:
            inside = self.lines[group] if group >= 0 else np.ones(len(self.claims), bool)
            sure, possible = inside & self.sure & ~self.pooled, inside & self.possible & ~self.pooled
            best = worst = None
            if self.columns and sure.any():
                first = self.columns[0]
                best, worst = int(first.low[sure].max()), int(first.high[possible].max())
                if len(behind := first.low[inside & self.refused_for_good()]):
                    worst = max(best, min(worst, int(behind.min())))
            unmet = inside & self.some.must & (self.given.why == Why.MONEY) & ~self.possible
            decided = not (inside & (outcome == Outcome.UNDECIDED)).any()
            ended = int(self.given.ahead_least[unmet].min()) + 1 if decided and unmet.any() else None
            found.append(CutOff(group, best, worst, ended))
        return found

    def refused_for_good(self) -> Bools:
        """Who surely claims, at a place that is known, and is surely not met: nobody behind is, unless smaller ones may step over larger ones."""
        if self.round.terms.edge is Edge.SKIP:
            return np.zeros(len(self.claims), bool)
        settled = np.logical_and.reduce([column.low == column.high for column in self.columns])
        return self.some.must & ~self.possible & settled & (np.count_nonzero(self.claimed.groups, axis=0) <= 1)

    def lost_by(self, outcome: NDArray[np.int8]) -> NDArray[np.int8]:
        """Which key, counted from 0, told one that is not met from the last that is, where they are equal in the first."""
        found = np.full(len(self.claims), NO_KEY, np.int8)
        lost = np.isin(outcome, (Outcome.RESERVE, Outcome.REFUSED)) & self.some.must & ~self.possible & (self.given.why != Why.TIE)
        for inside in self.lines:
            met = np.flatnonzero(inside & self.sure & ~self.pooled)
            rows = np.flatnonzero(inside & lost)
            if not self.columns or not len(met) or not len(rows):
                continue
            last = met[np.argmax(self.claims.worst[met])]
            equal = np.ones(len(rows), bool)
            for number, column in enumerate(self.columns):
                same = (column.low[rows] == column.low[last]) & (column.high[rows] == column.high[last]) & (column.low[rows] == column.high[rows])
                if number:
                    found[rows[equal & ~same]] = number
                equal &= same
            found[rows[equal]] = len(self.columns)
        return found


@dataclass(frozen=True)
class Totals:
    """What a round comes to, in fen; `held` is kept for the undecided, `left` is surely not needed."""

    claims: int
    awarded: int
    reserve: int
    undecided: int
    refused: int
    asked_low: int
    asked_high: int | None
    money: int
    given_low: int
    held: int
    left: int


def totals_of(awards: Awards) -> Totals:
    """Counts and sums; whatever the unknown facts turn out to be, `given_low` and `held` are enough."""
    counts = np.bincount(awards.outcome, minlength=len(Outcome)).tolist()
    claimed, money = awards.claimed, awards.round.money
    highs = claimed.high[claimed.may]
    given_low = sum(awards.low.tolist())
    needed = min(money, _needed(awards))
    asked_high = None if (highs >= OPEN).any() else sum(highs.tolist())
    asked_low = sum(claimed.low[claimed.must].tolist())
    return Totals(
        len(awards), counts[0], counts[1], counts[2], counts[3], asked_low, asked_high, money, given_low, needed - given_low, money - needed
    )


def _needed(awards: Awards) -> int:
    """What is enough in every case: what is awarded, and of the others the largest, as many as there are places left."""
    places, met = awards.round.purse.places[1], awards.outcome == Outcome.AWARDED
    others = np.sort(awards.high[~met & (awards.high > 0)])
    if awards.round.terms.ties is not Ties.ALL and places < len(awards):
        others = others[max(len(others) - (places - int(met.sum())), 0) :]
    return sum(awards.high[met].tolist()) + sum(others.tolist())


def value_of(place: int, *, lowest: bool, scale: int) -> float | None:
    """A key as it was: None where there is no such figure, infinite where it has no end."""
    if place == LAST:
        return None
    turned = place if lowest else -place
    return float("inf") * (1 if turned > 0 else -1) if abs(turned) == LAST - 1 else turned / scale
