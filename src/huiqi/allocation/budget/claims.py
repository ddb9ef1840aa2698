"""What is claimed in a round: of everybody, or of those who applied, entitlement, amount after stacking, and what they are ranked by; as ranges."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.allocation.budget.applications import Applications
from huiqi.allocation.budget.in_order import OPEN, Bools, Ints
from huiqi.allocation.budget.order import LAST
from huiqi.allocation.budget.round import Key, Round
from huiqi.entitlements.columns import Block, Figures, Run
from huiqi.entitlements.due import NO, YES, in_fen, uncut
from huiqi.entitlements.evaluate import STRETCH, with_what_they_stack_with
from huiqi.entitlements.kernel.engine import cores
from huiqi.entitlements.population import Population, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.stretches import Evaluator, Wanted, side_by_side
from huiqi.facts.registry import Registry, Stretch
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stack
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import FaultyInput, Problem

Floats = NDArray[np.float64]
_LARGEST = float(1 << 61)
_TOLD = 20


@dataclass(frozen=True)
class Ranked:
    """A key as whole numbers over a scale, what ranks first smallest: turned round where the highest is first; LAST where there is no such figure."""

    low: Ints
    high: Ints
    scale: int


@dataclass(frozen=True)
class Claimed:
    """The claims, by measure and then by subject. `groups` has a line for each group of the quota and a last one for none: who may be in it.

    `entitled` is before what is payable is looked at; `asked` is OPEN where nothing was said.
    """

    subjects: pa.StringArray
    measures: NDArray[np.int16]
    must: Bools
    may: Bools
    low: Ints
    high: Ints
    keys: tuple[Ranked, ...]
    groups: Bools
    accepted_at: Ints | None
    asked: Ints | None
    population: Population

    def __len__(self) -> int:
        return len(self.must)


@dataclass(frozen=True)
class _Figures:
    """A key of some subjects: both ends over a scale, and where it may not exist."""

    low: Floats
    high: Floats
    scale: int
    maybe: Bools

    def only(self, rows: NDArray[np.intp]) -> _Figures:
        return _Figures(self.low[rows], self.high[rows], self.scale, self.maybe[rows])


@dataclass(frozen=True)
class _Found:
    """What a stretch has: for each measure of the round the ids, must, may, low, high, and of its rows the keys and groups."""

    ids: pa.Array
    rows: list[NDArray[np.intp]]
    must: list[Bools]
    may: list[Bools]
    low: list[Ints]
    high: list[Ints]
    keys: list[list[_Figures]]
    groups: list[Bools]
    known: NDArray[np.int64] | None  # the numbers of applicants who are there


def claims_of(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    round_: Round,
    applications: Applications | None,
    *,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Claimed:
    """Every claim of a round. Raises FaultyInput where an applicant is not in the registry, or what is ranked by cannot be told apart."""
    gather = _Gathering(rules, registry, as_of, round_, applications, assume_recognised)
    found: list[_Found] = []
    for stretch, one in zip(gather.stretches, side_by_side(gather.stretch, gather.stretches), strict=True):
        tick(stretch.stop - stretch.start)
        if one is not None:
            found.append(one)
    return gather.together(found)


class _Gathering:
    def __init__(
        self, rules: Rules, registry: Registry, as_of: datetime.date, round_: Round, applications: Applications | None, assume_recognised: bool
    ):  # fmt: skip
        self.round, self.applications = round_, applications
        measures, shown = with_what_they_stack_with(rules, round_.measures)
        ids = [measure.id for measure in round_.measures]
        self.numbers = [shown[[measures[at].id for at in shown].index(id)] for id in ids]
        nodes = nodes_of(round_)
        limits = stack(rules, measures, registry.schema.subject).limits
        self.population = rank_population(relate_population(Population(registry, rules, as_of, assume_recognised), [*nodes.values(), *limits]))
        self.evaluator = Evaluator(self.population, measures, (), Wanted(frozenset(shown), False, nodes, 0))
        self.stretches = registry.stretches(STRETCH, {} if applications is not None else self.evaluator.possible())
        self.applicants = None if applications is None else pa.array(list(dict.fromkeys(applications.subjects)), pa.string())

    def stretch(self, number: int, stretch: Stretch, workers: int) -> _Found | None:
        """The claims of a stretch."""
        if stretch.ruled_out:
            return None
        evaluator, every = self.evaluator, range(len(self.evaluator.measures))
        block = evaluator.block(stretch, every)
        ids = block.ids
        known, here = None, np.ones(block.size, bool)
        if self.applicants is not None:
            place = pc.fill_null(pc.index_in(ids, value_set=self.applicants), -1).to_numpy(zero_copy_only=False).astype(np.int64)
            here = place >= 0
            known = place[here]
            if not here.any():
                return None
        _, dues = evaluator.found(block, every, workers or cores(), rows=True)
        assert dues is not None
        some = [dues[number] for number in self.numbers]
        taken = [here[one.rows] for one in some]
        rows = [one.rows[mine] for one, mine in zip(some, taken, strict=True)]
        every_row = np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.intp)
        values = self._values(block, every_row)
        must, may, low, high = [], [], [], []
        for measure, one, mine, at in zip(self.round.measures, some, taken, rows, strict=True):
            paid = uncut(one) if one.paid is None else one.paid
            must.append((paid.stands == YES)[mine])
            may.append((paid.stands != NO)[mine])
            ends = paid.low[mine], paid.high[mine]
            if measure.name in self.round.amounts:
                ends = tuple(end[np.searchsorted(every_row, at)] for end in values.amounts[measure.name])  # type: ignore[assignment]
            low.append(_fen(ends[0]))
            high.append(_fen(ends[1]))
        places = [np.searchsorted(every_row, at) for at in rows]
        keys = [[key.only(at) for key in values.keys] for at in places]
        return _Found(ids, rows, must, may, low, high, keys, [values.groups[:, at] for at in places], known)

    def _values(self, block: Block, rows: NDArray[np.intp]) -> _Values:
        """What some subjects are ranked by, their groups, and the amounts that the round itself gives."""
        count = len(rows)
        keys = [_Figures(np.zeros(count), np.zeros(count), 1, np.zeros(count, bool)) for _ in self.round.keys]
        groups = np.zeros((len(self.round.groups) + 1, count), bool)
        amounts = {name: (np.zeros(count), np.zeros(count)) for name in self.round.amounts}
        values = self.evaluator.values
        if values is None or not count:
            groups[-1] = True
            return _Values(keys, groups, amounts)
        run = Run(values.plan, block if count == block.size else block.only(rows)).run()
        slots = values.plan.values
        keys = [_key(run, slots[f"key {n}"], key) for n, key in enumerate(self.round.keys)]
        before = np.ones(count, bool)  # who may be in no group so far
        for number, group in enumerate(self.round.groups):
            if group.when is None:
                groups[number], before = before, np.zeros(count, bool)
                continue
            truths = run.truths(slots[f"group {number}"])
            groups[number] = before & np.broadcast_to(truths.may, (count,))
            before = before & ~np.broadcast_to(truths.must, (count,))
        groups[-1] = before
        for name in amounts:
            figures = run.figures(slots[f"amount {name}"])
            least, most = (np.broadcast_to(np.fmax(in_fen(figures, end), 0.0), (count,)) for end in (figures.low, figures.high))
            amounts[name] = least if figures.maybe is None else least * ~figures.maybe, most
        return _Values(keys, groups, amounts)

    # ------------------------------------------------------------ all stretches

    def together(self, found: list[_Found]) -> Claimed:
        """The claims of all stretches, by measure and then by subject; of applicants also those who are not entitled."""
        measures = range(len(self.round.measures))
        self._in_the_registry(found)
        ids = [one.ids.take(pa.array(one.rows[m])) for m in measures for one in found]
        subjects = pa.concat_arrays([pa.array([], pa.string()), *(part.cast(pa.string()) for part in ids)])
        counts = [sum(len(one.rows[m]) for one in found) for m in measures]

        def joined(parts: Sequence[NDArray[np.generic]], kind: type) -> NDArray[np.generic]:
            return np.concatenate([np.zeros(0, kind), *parts])

        must, may = (joined([getattr(one, name)[m] for m in measures for one in found], bool).astype(bool) for name in ("must", "may"))
        low, high = (joined([getattr(one, name)[m] for m in measures for one in found], np.int64).astype(np.int64) for name in ("low", "high"))
        keys = tuple(self._ranked([one.keys[m][n] for m in measures for one in found], key) for n, key in enumerate(self.round.keys))
        lines = len(self.round.groups) + 1
        groups = np.concatenate([np.zeros((lines, 0), bool), *(one.groups[m] for m in measures for one in found)], axis=1)
        claimed = Claimed(
            subjects, np.repeat(np.arange(len(counts), dtype=np.int16), counts), must, may, low, high, keys, groups, None, None, self.population
        )  # fmt: skip
        claimed = self._by_name(claimed)
        return claimed if self.applications is None else self._applied(claimed, self.applications)

    def _by_name(self, claimed: Claimed) -> Claimed:
        """One claim where editions of one name are for different cohorts, and it is not known to which somebody belongs."""
        names = list(dict.fromkeys(measure.name for measure in self.round.measures))
        if len(names) == len(self.round.measures) or not len(claimed):
            return claimed
        first = [measure.name for measure in self.round.measures]
        number = np.array([first.index(name) for name in first], np.int64)[claimed.measures]
        subject = claimed.subjects.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
        _, row, place = np.unique(number * len(claimed) + subject, return_index=True, return_inverse=True)
        must, may = np.zeros(len(row), bool), np.zeros(len(row), bool)
        low, high = np.full(len(row), OPEN), np.zeros(len(row), np.int64)
        np.logical_or.at(must, place, claimed.must)
        np.logical_or.at(may, place, claimed.may)
        np.minimum.at(low, place, claimed.low)
        np.maximum.at(high, place, claimed.high)
        keys = tuple(Ranked(key.low[row], key.high[row], key.scale) for key in claimed.keys)
        subjects, measures = claimed.subjects.take(pa.array(row)), number[row].astype(np.int16)
        return replace(
            claimed, subjects=subjects, measures=measures, must=must, may=may, low=low, high=high, keys=keys, groups=claimed.groups[:, row]
        )  # fmt: skip

    def _in_the_registry(self, found: list[_Found]) -> None:
        """Raises FaultyInput for applicants that the registry does not know."""
        if self.applications is None or self.applicants is None:
            return
        there = np.zeros(len(self.applicants), bool)
        for one in found:
            if one.known is not None:
                there[one.known] = True
        missing = set(self.applicants.filter(pa.array(~there)).to_pylist())
        rows = [row for row, subject in enumerate(self.applications.subjects) if subject in missing][:_TOLD] if missing else []
        if rows:
            applications = self.applications
            hint = f"{len(missing)} in all; look at the id, or at the registry" if len(missing) > 1 else "look at the id, or at the registry"
            raise FaultyInput(
                Problem("application.unknown-subject", f"the registry does not know {applications.subjects[row]}", applications.where(row), hint)
                for row in rows
            )

    def _ranked(self, parts: list[_Figures], key: Key) -> Ranked:
        """A key of all claims over one scale."""
        scale = math.lcm(1, *{part.scale for part in parts})
        lows, highs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for part in parts:
            times = scale // part.scale
            ends = []
            for end in (part.low, part.high):
                finite = np.isfinite(end)
                if finite.any() and float(np.abs(end[finite]).max()) * times >= _LARGEST:
                    raise FaultyInput([_too_fine(key)])
                whole = np.where(finite, end, 0).astype(np.int64) * times
                ends.append(np.where(finite, whole, np.where(end > 0, LAST - 1, -(LAST - 1))))
            gone = np.isnan(part.low)
            low, high = (ends[0], ends[1]) if key.lowest else (-ends[1], -ends[0])
            lows.append(np.where(gone, LAST, low))
            highs.append(np.where(gone | part.maybe, LAST, high))
        low, high = np.concatenate(lows), np.concatenate(highs)
        return Ranked(low, low if (low == high).all() else high, scale)

    def _applied(self, claimed: Claimed, applications: Applications) -> Claimed:
        """A claim for each application, entitled or not."""
        names = list(dict.fromkeys(measure.name for measure in self.round.measures))
        name_of = np.array([names.index(measure.name) for measure in self.round.measures], np.int64)
        number = {subject: n for n, subject in enumerate(dict.fromkeys(applications.subjects))}
        wanted = np.array([number[subject] for subject in applications.subjects], np.int64) * len(names) + applications.measures
        have = pc.index_in(claimed.subjects, value_set=self.applicants).to_numpy(zero_copy_only=False).astype(np.int64) * len(names)
        have += name_of[claimed.measures]
        order = np.argsort(have, kind="stable")
        at = np.searchsorted(have[order], wanted)
        entitled = np.zeros(len(wanted), bool)
        inside = at < len(have)
        entitled[inside] = have[order[at[inside]]] == wanted[inside]
        first_of = np.array([[measure.name for measure in self.round.measures].index(name) for name in names], np.int64)
        source = np.where(entitled, order[np.minimum(at, max(len(have) - 1, 0))] if len(have) else 0, 0)

        def taken(column: NDArray[np.generic], otherwise: int | bool) -> NDArray[np.generic]:
            return np.where(entitled, column[source], otherwise) if len(column) else np.full(len(wanted), otherwise, column.dtype)

        measures = np.where(entitled, taken(claimed.measures, 0), first_of[applications.measures]).astype(np.int16)
        turn = np.lexsort((np.argsort(np.argsort(np.array(applications.subjects))), measures))
        keys = tuple(
            Ranked(taken(key.low, LAST)[turn].astype(np.int64), taken(key.high, LAST)[turn].astype(np.int64), key.scale) for key in claimed.keys
        )
        groups = np.stack([taken(line, number == len(claimed.groups) - 1)[turn] for number, line in enumerate(claimed.groups)])
        asked = applications.asked[turn]
        return Claimed(
            pa.array([applications.subjects[row] for row in turn.tolist()], pa.string()),
            measures[turn],
            taken(claimed.must, False)[turn].astype(bool),
            taken(claimed.may, False)[turn].astype(bool),
            np.minimum(taken(claimed.low, 0)[turn].astype(np.int64), asked),
            np.minimum(taken(claimed.high, 0)[turn].astype(np.int64), asked),
            keys,
            groups.astype(bool),
            applications.accepted_at[turn] if self.round.by == "arrival" else None,
            asked,
            self.population,
        )


@dataclass(frozen=True)
class _Values:
    keys: list[_Figures]
    groups: Bools
    amounts: dict[str, tuple[Floats, Floats]]


def nodes_of(round_: Round) -> dict[str, Node]:
    """What has to be reckoned of everybody beside entitlement."""
    nodes = {f"key {n}": key.node for n, key in enumerate(round_.keys)}
    nodes |= {f"group {n}": group.when for n, group in enumerate(round_.groups) if group.when is not None}
    return nodes | {f"amount {name}": node for name, node in round_.amounts.items()}


def _key(run: Run, slot: int, key: Key) -> _Figures:
    """A key of every subject of a run."""
    size = run.block.size
    if key.kind == "truth":
        truths = run.truths(slot)
        low, high = (np.broadcast_to(end, (size,)).astype(np.float64) for end in (truths.must, truths.may))
        return _Figures(low, high, 1, np.zeros(size, bool))
    figures: Figures = run.figures(slot)
    if not figures.exact:
        raise FaultyInput([_too_fine(key)])
    maybe = np.zeros(size, bool) if figures.maybe is None else np.broadcast_to(figures.maybe, (size,))
    return _Figures(np.broadcast_to(figures.low, (size,)), np.broadcast_to(figures.high, (size,)), figures.scale, maybe)


def _too_fine(key: Key) -> Problem:
    step = "0.0001" if key.unit.is_plain else f"0.01 {key.unit}"
    said = f"{key.text} has no last decimal, so equals could not be told"
    return Problem("round.too-fine", said, key.where, f"round it: round({key.text}, {step})")


def _fen(ends: Floats) -> Ints:
    """Whole fen; OPEN without an upper end."""
    open_ = ends >= float(OPEN)
    return np.where(open_, OPEN, np.where(open_, 0, ends).astype(np.int64))
