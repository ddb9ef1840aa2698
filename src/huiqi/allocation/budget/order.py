"""Places in an order from what it is made of: figures one after the other, time of acceptance, and a lot."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.budget.in_order import Ints

LAST = np.iinfo(np.int64).max  #: the place of who has no such figure: behind all who have


@dataclass(frozen=True)
class Column:
    """One thing that an order goes by, smaller first: of each claim the least and the greatest that it can be."""

    low: Ints
    high: Ints

    @property
    def known(self) -> bool:
        return self.low is self.high or bool((self.low == self.high).all())


def places_in(columns: Sequence[Column], count: int) -> tuple[Ints, Ints]:
    """The best and the worst place of each of `count` claims: those with a smaller first column come first, of equal ones those with a smaller
    second, and so on. Places are numbered from 0, equal ones are tied; of a claim of which everything is known they are the same.

    What each column can be does not depend on the others: so the best that somebody can be is all the least together.
    """
    if not columns or not count:
        return np.zeros(count, np.int64), np.zeros(count, np.int64)
    known = all(column.known for column in columns)
    both = [column.low if known else np.concatenate([column.low, column.high]) for column in columns]
    order = np.lexsort(both[::-1])
    differs = np.zeros(len(order), bool)
    for column in both:
        differs[1:] |= column[order][1:] != column[order][:-1]
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(differs)
    return (places, places) if known else (places[:count], places[count:])


def drawn(best: Ints, worst: Ints, seed: str, awards: Sequence[str]) -> tuple[Ints, Ints]:
    """Places in which no two are equal: those that are, or may be, in the order of their lots."""
    count = len(best)
    turn = np.argsort(lots(seed, awards), kind="stable")
    number = np.empty(count, np.int64)
    number[turn] = np.arange(count)
    known = best is worst
    both = (best if known else np.concatenate([best, worst])) * count + (number if known else np.concatenate([number, number]))
    order = np.argsort(both, kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(np.concatenate([np.zeros(1, np.int64), (np.diff(both[order]) > 0).astype(np.int64)])[: len(order)])
    return (places, places) if known else (places[:count], places[count:])


def lots(seed: str, awards: Sequence[str]) -> NDArray[np.uint64]:
    """The lot of each claim, the smallest first: the first eight bytes of the SHA-256 of the seed, a line break and the award's id, which anybody
    can reckon again. Should two be the same, the first in order of award comes first."""
    start = hashlib.sha256(f"{seed}\n".encode())
    found = np.empty(len(awards), np.uint64)
    for number, award in enumerate(awards):
        one = start.copy()
        one.update(award.encode())
        found[number] = int.from_bytes(one.digest()[:8], "big")
    return found
