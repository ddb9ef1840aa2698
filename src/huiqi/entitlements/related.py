"""What related enterprises add to each subject of a registry: found once, before the measures are evaluated."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from huiqi.entitlements.columns import Others
from huiqi.entitlements.population import Column, Population, measures_for
from huiqi.facts.known import Known
from huiqi.facts.ownership import Ownership, read_ownership
from huiqi.facts.schema import Schema
from huiqi.rules.compile import Rules
from huiqi.rules.groups import others, related_in, unrelated
from huiqi.rules.tree import Node, Related
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.ranges import Number

SIZE = 16_384


def relate_population(population: Population, nodes: Iterable[Node] = ()) -> Population:
    """The population with what related enterprises add, as far as its rules or some further nodes read it: one pass over the registry.

    Raises FaultyInput where the ownership table cannot be used.
    """
    wanted = related_read(population.rules, population.registry.schema.subject, nodes)
    if not wanted:
        return population
    ownership, problems = read_ownership(population.registry.folder, population.as_of)
    if problems:
        raise FaultyInput(problems)
    known = _known(population, wanted, ownership) if ownership is not None else {}
    return replace(population, ownership=ownership, related={node.key: others_of(node, ownership, known) for node in wanted})


def related_read(rules: Rules, subject: str, nodes: Iterable[Node] = ()) -> list[Related]:
    """What the rules about a kind of subject, or some further nodes, read of related enterprises."""
    measures = measures_for(rules, subject)
    read = [measure.truth for measure in measures] + [measure.amount.node for measure in measures if measure.amount is not None]
    read += [typed.node for card in rules.scorecards for typed in card.values.values()]
    return [node for node in related_in([*read, *nodes]) if node.fact is None or node.fact.subject == subject]


def _known(population: Population, wanted: list[Related], ownership: Ownership) -> dict[str, tuple[int, Known]]:
    """Whoever stands in the ownership table: the place in the registry's order and the facts that are summed."""
    ids = {id for holding in ownership.holdings for id in (holding.owner, holding.owned)}
    columns = columns_of_related(population.registry.schema, population.as_of, wanted)
    found: dict[str, tuple[int, Known]] = {}
    at = 0
    for block in population.blocks_of(columns, SIZE):
        for row, id in enumerate(block.ids.to_pylist()):
            if id in ids:
                found[id] = (at + row, block.known(row))
        at += block.size
    return found


def columns_of_related(schema: Schema, as_of: datetime.date, wanted: Iterable[Related]) -> list[Column]:
    """The columns that are summed over related enterprises, and the date from which one exists."""
    found: list[Column] = [] if schema.born is None else [(schema.born, None)]
    for node in wanted:
        if node.fact is not None:
            found.append((node.fact.id, as_of.year - 1 + node.year if node.fact.period == "year" else None))
    return list(dict.fromkeys(found))


def others_of(node: Related, ownership: Ownership | None, known: dict[str, tuple[int, Known]]) -> Others:
    """What the others add to each subject, by its place; `known` are the places and the facts of whoever stands in the ownership table."""
    if ownership is None:
        return Others({}, unrelated(node, None))

    def facts(id: str) -> Known | None:
        return known[id][1] if id in known else None

    numbers: dict[int, Number] = {}
    for id, weights in ownership.weights(*node.rule.key).items():
        if id in known and weights:
            numbers[known[id][0]] = others(node, weights, facts)
    return Others(dict(sorted(numbers.items())), unrelated(node, ownership))
