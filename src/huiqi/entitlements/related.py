"""What related enterprises add to each subject of a registry: found once, before the measures are evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from huiqi.entitlements.columns import Others
from huiqi.entitlements.population import Column, Population, measures_for
from huiqi.facts.known import Known
from huiqi.facts.ownership import Ownership, read_ownership
from huiqi.rules.groups import others, related_in, unrelated
from huiqi.rules.tree import Node, Related
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.ranges import Number

SIZE = 16_384


def relate_population(population: Population, nodes: Iterable[Node] = ()) -> Population:
    """The population with what related enterprises add, as far as its rules or some further nodes read it: one pass over the registry.

    Raises FaultyInput where the ownership table cannot be used.
    """
    rules = population.rules
    subject = population.registry.schema.subject
    measures = measures_for(rules, subject)
    read = [measure.truth for measure in measures] + [measure.amount.node for measure in measures if measure.amount is not None]
    read += [typed.node for card in rules.scorecards for typed in card.values.values()]
    wanted = [node for node in related_in([*read, *nodes]) if node.fact is None or node.fact.subject == subject]
    if not wanted:
        return population
    ownership, problems = read_ownership(population.registry.folder, population.as_of)
    if problems:
        raise FaultyInput(problems)
    known = _known(population, wanted, ownership) if ownership is not None else {}
    return replace(population, ownership=ownership, related={node.key: _column(node, ownership, known) for node in wanted})


def _known(population: Population, wanted: list[Related], ownership: Ownership) -> dict[str, tuple[int, Known]]:
    """Whoever stands in the ownership table: the place in the registry's order and the facts that are summed."""
    ids = {id for holding in ownership.holdings for id in (holding.owner, holding.owned)}
    columns = list(dict.fromkeys(_columns(population, wanted)))
    found: dict[str, tuple[int, Known]] = {}
    at = 0
    for block in population.blocks_of(columns, SIZE):
        for row, id in enumerate(block.ids.to_pylist()):
            if id in ids:
                found[id] = (at + row, block.known(row))
        at += block.size
    return found


def _columns(population: Population, wanted: list[Related]) -> Iterator[Column]:
    born = population.registry.schema.born
    if born is not None:
        yield born, None
    for node in wanted:
        if node.fact is not None:
            yield node.fact.id, population.as_of.year - 1 + node.year if node.fact.period == "year" else None


def _column(node: Related, ownership: Ownership | None, known: dict[str, tuple[int, Known]]) -> Others:
    if ownership is None:
        return Others({}, unrelated(node, None))

    def facts(id: str) -> Known | None:
        return known[id][1] if id in known else None

    numbers: dict[int, Number] = {}
    for id, weights in ownership.weights(*node.rule.key).items():
        if id in known and weights:
            numbers[known[id][0]] = others(node, weights, facts)
    return Others(dict(sorted(numbers.items())), unrelated(node, ownership))
