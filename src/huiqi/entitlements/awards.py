"""A population with what its subjects were granted in the past: the awards table read once, before the measures are evaluated."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.entitlements.granted import Granted, nothing_known, past_read, place_of
from huiqi.entitlements.population import Population
from huiqi.facts.awards import STEM, Awards, Paid, Subjects, read_awards, too_large
from huiqi.facts.ownership import STEM as OWNERSHIP
from huiqi.facts.past import PastFact
from huiqi.facts.registry import Registry
from huiqi.facts.table import ENDINGS
from huiqi.rules.awards import declared, full_name
from huiqi.rules.compile import Rules
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import FaultyInput, Problem, Where

SIZE = 1 << 18


def award_population(population: Population, nodes: Iterable[Node] = (), *, until: datetime.date | None = None) -> Population:
    """The population with past awards, as far as its rules or some further nodes read them: one pass over the ids of the registry.

    With `until` nothing that was granted from that day on counts, so that a decision can be looked at as if it were still to come.
    Raises FaultyInput where the awards table cannot be used.
    """
    facts = past_read(population.rules, population.registry.schema.subject, nodes)
    if not facts:
        return population
    registry, rows = population.registry, np.zeros(0, np.int64)

    def missing(ids: pa.StringArray) -> NDArray[np.bool_]:
        nonlocal rows
        rows = rows_of(registry, ids)
        return rows < 0

    awards = awards_of(registry, population.rules, missing)
    if awards is None:
        return replace(population, granted=nothing_known(facts))
    awards = awards if until is None else awards.until(until)
    granted, there = granted_of(awards, facts, population.as_of), rows >= 0
    columns = {id: column[there] for id, column in granted.columns.items()}
    return replace(population, granted=Granted(facts, True, granted.subjects.filter(pa.array(there)), columns, rows[there]))


def granted_of(awards: Awards, facts: dict[str, PastFact], as_of: datetime.date) -> Granted:
    """Awards as columns; raises FaultyInput for sums that cannot be held exactly."""
    columns = {id: awards.column(fact, as_of) for id, fact in facts.items()}
    if too_large(columns.values()):
        message = "the awards of a subject add up to more than can be held exactly"
        raise FaultyInput([Problem("awards.amount", message, Where(STEM), "amounts are in yuan or euro, not in fen or cents")])
    return Granted(facts, True, awards.subjects, columns)


def awards_of(registry: Registry, rules: Rules, missing: Callable[[pa.StringArray], NDArray[np.bool_]] | None = None) -> Awards | None:
    """The awards of a registry, None where it has no such table; raises FaultyInput with all that is wrong with it.

    `missing` says which of some ids in order are not in the registry. What is granted to another kind of subject is not looked for in the tables of
    this one.
    """
    kind = registry.schema.subject
    own = {kind, f"{kind}_year", STEM, OWNERSHIP, "rejected"}
    alone = all(path.stem in own for path in registry.folder.iterdir() if path.suffix in ENDINGS)
    among = None if missing is None else Subjects(kind, alone, missing)
    awards, problems = read_awards(registry.folder, registry.places, known_measures(rules), among)
    if problems:
        raise FaultyInput(problems)
    return awards


def known_measures(rules: Rules) -> dict[str, Paid]:
    """How each measure of the texts at hand is paid, by its full name."""
    every = (one for named in declared(rules.world).values() for one in named)
    return {full_name(one)[0]: Paid(rules.currencies[one[0].pack], one[0].subject_of(one[2])) for one in every}


def rows_of(registry: Registry, ids: pa.StringArray) -> NDArray[np.int64]:
    """The places of some ids, which are in order, in the registry's order; -1 for what is not there."""
    rows, at = np.full(len(ids), -1, np.int64), 0
    for block in registry.blocks([], SIZE):
        first, last = place_of(ids, block.ids[0].as_py()), place_of(ids, block.ids[-1].as_py(), after=True)
        if first < last:
            found = pc.fill_null(pc.index_in(ids.slice(first, last - first), block.ids), -1).to_numpy(zero_copy_only=False)
            rows[first:last] = np.where(found < 0, -1, found.astype(np.int64) + at)
        at += len(block.ids)
    return rows
