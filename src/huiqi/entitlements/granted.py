"""What subjects were granted in the past, as columns beside those of a registry: one for each fact that rules read of past awards."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.facts.past import PastFact
from huiqi.rules.awards import past_in
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stacking_of
from huiqi.rules.tree import Node

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Granted:
    """Facts of past awards for the `subjects` that have some, in order of id; whoever is not among them has none.

    `rows` are their places in the registry's order, None where that is not known. Without an awards table (`known` false) nothing is known.
    """

    facts: dict[str, PastFact]
    known: bool
    subjects: pa.StringArray
    columns: dict[str, Floats]
    rows: NDArray[np.int64] | None = None

    def between(self, fact: str, start: int, stop: int) -> Floats:
        """A fact of the subjects from `start` to `stop` in the registry's order, in its steps."""
        found = self._nobody(fact, stop - start)
        if self.rows is not None and self.known:
            first, last = np.searchsorted(self.rows, (start, stop))
            found[self.rows[first:last] - start] = self.columns[fact][first:last]
        return found

    def of(self, fact: str, ids: pa.StringArray) -> Floats:
        """A fact of some subjects in order of id, in its steps."""
        found = self._nobody(fact, len(ids))
        if self.known and len(ids):
            first = place_of(self.subjects, ids[0].as_py())
            some = self.subjects.slice(first, place_of(self.subjects, ids[-1].as_py(), after=True) - first)
            at = pc.fill_null(pc.index_in(ids, some), -1).to_numpy(zero_copy_only=False)
            there = at >= 0
            found[there] = self.columns[fact][first + at[there]]
        return found

    def content_hash(self, fact: str, start: int, stop: int) -> str:
        """SHA-256 over a fact of the subjects from `start` to `stop`."""
        return hashlib.sha256(self.between(fact, start, stop).tobytes()).hexdigest()

    def _nobody(self, fact: str, size: int) -> Floats:
        """What a fact is for those without awards: nought, or without a table unknown."""
        return np.full(size, 0.0 if self.known or self.facts[fact].at_least else np.nan)


def place_of(ids: pa.StringArray, id: str, *, after: bool = False) -> int:
    """Where an id stands, or would stand, among ids in order; or the place after it."""
    find = bisect.bisect_right if after else bisect.bisect_left
    return find(range(len(ids)), id, key=lambda place: ids[place].as_py())


def nothing_known(facts: dict[str, PastFact]) -> Granted:
    """There is no awards table."""
    return Granted(facts, False, pa.array([], pa.string()), {})


def past_read(rules: Rules, subject: str, nodes: Iterable[Node] = ()) -> dict[str, PastFact]:
    """What the rules about a kind of subject, with their stacking, or some further nodes, read of past awards."""
    kept, at = rules.world.resolved, ("past awards", subject)
    if at not in kept or kept[at][0] is not rules.measures:
        measures = [measure for measure in rules.measures if measure.subject == subject]
        read = [measure.truth for measure in measures] + [measure.amount.node for measure in measures if measure.amount is not None]
        read += [typed.node for card in rules.scorecards for typed in card.values.values()]
        read += [rule.limit for rule in stacking_of(rules) if rule.limit is not None]
        kept[at] = rules.measures, {id: fact for id, fact in past_in(read).items() if fact.subject == subject}
    found: dict[str, PastFact] = kept[at][1]
    return found | {id: fact for id, fact in past_in(nodes).items() if fact.subject == subject}
