"""What it would take to keep the guarantees that cannot be kept: each answer is the smallest of its kind, found by a program of its own.

For all of them together: the least new stock with which every guarantee is kept; who moves where in the stock that is there is free. For each that
is not kept, with as many others kept as now: a smaller area, a later day, another place, another use. Each of these is enough by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from huiqi.allocation.land.area import PARTS
from huiqi.allocation.land.choose import Choice, Clock, Model
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.offers import NEVER, Need, Pairs
from huiqi.allocation.solve import Program, Rows, Status, solve

Kind = Literal["smaller", "later", "elsewhere", "other-use"]
KINDS: tuple[Kind, ...] = ("smaller", "later", "elsewhere", "other-use")


@dataclass(frozen=True)
class Relaxation:
    """One way to keep a guarantee: `by` is parts of a square metre less, days later, or 1; `offer` is where it would be placed."""

    kind: Kind
    by: int
    offer: int
    proven: bool


@dataclass(frozen=True, eq=False)
class Relaxations:
    """The new stock with which all guarantees are kept, as claims for whose least area it is made; and by claim what else would do."""

    new_stock: tuple[Claim, ...]
    status: Status
    single: dict[str, tuple[Relaxation, ...]]


def relax(model: Model, choice: Choice, *, seconds: float, tick: Callable[[int], None] = lambda _: None) -> Relaxations:
    """What would keep the guarantees that a choice does not keep."""
    placed = set(model.pairs.claim[choice.taken].tolist())
    lost = [number for number, claim in enumerate(model.claims) if claim.guaranteed and number not in placed]
    if not lost:
        return Relaxations((), "optimal", {})
    clock = Clock(seconds)
    stock, status = _new_stock(model, clock)
    single = {}
    for number in lost:
        found = (_single(model, choice, number, kind, clock) for kind in KINDS)
        single[model.claims[number].id] = tuple(relaxation for relaxation in found if relaxation is not None)
        tick(1)
    return Relaxations(stock, status, single)


def _new_stock(model: Model, clock: Clock) -> tuple[tuple[Claim, ...], Status]:
    """The guaranteed claims that are given new stock, so that its area is as small as can be and every guarantee is kept."""
    columns = model.promised
    promised = [number for number, claim in enumerate(model.claims) if claim.guaranteed]
    at = {number: row for row, number in enumerate(promised)}
    own = np.array([at[claim] for claim in model.pairs.claim[columns].tolist()], np.int64)
    groups, everybody = np.concatenate([own, np.arange(len(promised))]), np.arange(len(columns) + len(promised), dtype=np.int64)
    rows = model.only(columns) + Rows.grouped(groups.astype(np.int64), everybody, len(promised), low=1.0)
    least = [model.claims[number].least / PARTS for number in promised]
    answer = solve(
        Program(np.array([0.0] * len(columns) + [-area for area in least]), rows), seconds=max(clock.left, 0.5), start=everybody[len(columns) :]
    )
    taken = answer.taken if answer.found else everybody[len(columns) :]
    return tuple(model.claims[promised[column - len(columns)]] for column in taken.tolist() if column >= len(columns)), answer.status


def _relaxed(need: Need, kind: Kind) -> Need:
    match kind:
        case "smaller":
            return replace(need, least=1)
        case "later":
            return replace(need, needed_by=int(NEVER) - 1)
        case "elsewhere":
            return replace(need, places=None)
        case "other-use":
            return replace(need, uses=None)


def _single(model: Model, choice: Choice, number: int, kind: Kind, clock: Clock) -> Relaxation | None:
    """The least of a kind that keeps one guarantee more, or nothing where it does not help or the time ran out before it was known."""
    offers, claim = model.offers, model.claims[number]
    suits = np.flatnonzero(offers.suit(_relaxed(offers.need(claim), kind)))
    area = offers.area(claim.measured)
    costs = {
        "smaller": np.maximum(claim.least - area, 0),
        "later": np.maximum(offers.free - claim.needed_by, 0),
        "elsewhere": np.ones(len(area), np.int64),
        "other-use": np.ones(len(area), np.int64),
    }[kind][suits]
    others = model.promised[model.pairs.claim[model.promised] != number]
    pairs = Pairs(
        np.concatenate([model.pairs.claim[others], np.full(len(suits), number, np.int64)]),
        np.concatenate([model.pairs.offer[others], suits.astype(np.int64)]),
        (0,) * (len(others) + len(suits)),
    )
    relaxed = Model(model.claims, offers, pairs)
    mine = np.arange(len(others), len(pairs), dtype=np.int64)
    rows = relaxed.packing + Rows.one(mine, np.ones(len(mine)), low=1.0)
    for priority, kept in choice.guaranteed.kept.items():
        alike = np.array([other.guaranteed and other.priority == priority for other in model.claims])
        where = np.flatnonzero(alike[pairs.claim[: len(others)]])
        rows = rows + Rows.one(where, np.ones(len(where)), low=float(kept))
    unit = PARTS if kind == "smaller" else 1
    weights = -costs / unit - 1e-6 * np.maximum(area[suits] - claim.most, 0) / PARTS / max(
        claim.least / PARTS, 1
    )  # of equals the one that wastes least
    answer = solve(Program(np.concatenate([np.zeros(len(others)), weights]), rows), seconds=max(clock.left, 0.5))
    if not answer.found:
        return None
    chosen = next(column - len(others) for column in answer.taken.tolist() if column >= len(others))
    return Relaxation(kind, int(costs[chosen]), int(suits[chosen]), answer.status == "optimal")
