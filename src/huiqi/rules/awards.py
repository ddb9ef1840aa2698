"""Past awards in rules: which measures a text means by a name, whenever they are in force, and what it reads of their awards.

`awards.sum("rent-aid", 3 years)` is a fact of the subject (facts/past.py): whoever reads facts reads it like any other.
"""

from __future__ import annotations

from collections.abc import Iterable

from huiqi.facts.past import PastFact, Window, past_fact
from huiqi.facts.schema import Fact
from huiqi.rules.context import Context, Document, World
from huiqi.rules.records import MeasureRecord
from huiqi.rules.tree import FactFigure, Node, Related, walk
from huiqi.vocabulary.problem import Where, did_you_mean
from huiqi.vocabulary.record import Words

Declared = tuple[Document, str, MeasureRecord]


def declared(world: World) -> dict[str, list[Declared]]:
    """The measures of all documents, of whatever day, by every name that they go by."""
    at = ("measures of all documents",)
    if at not in world.resolved:
        found: dict[str, list[Declared]] = {}
        for document in world.documents:
            for key, record in document.measures.items():
                for name in (str(key), f"{document.policy}/{key}", f"{document.pack}/{document.policy}/{key}"):
                    found.setdefault(name, []).append((document, str(key), record))
        world.resolved[at] = found
    names: dict[str, list[Declared]] = world.resolved[at]
    return names


def meant(name: str, world: World, pack: str) -> list[Declared]:
    """The measures that a name in a pack's text means: of equal short names those of the nearest pack, in every edition there ever was."""
    near = world.ancestors[pack]
    found = [(near.index(one[0].pack) if one[0].pack in near else len(near), one) for one in declared(world).get(name, ())]
    nearest = min((distance for distance, _ in found), default=0)
    return [one for distance, one in found if distance == nearest]


def full_name(one: Declared) -> tuple[str, Words]:
    """The name under which the awards table has a measure, and its title."""
    document, key, record = one
    return f"{document.pack}/{document.policy}/{key}", record.title


def paid(measures: Iterable[Declared], window: Window, context: Context, *, at_least: bool = False) -> PastFact:
    """What was granted of some measures within a window."""
    currency = context.world.currencies[context.document.pack]
    return past_fact(context.subject, [full_name(one) for one in measures], window, "sum", currency, at_least=at_least)


def times(measures: Iterable[Declared], window: Window, context: Context) -> PastFact:
    """How often some measures were granted within a window."""
    currency = context.world.currencies[context.document.pack]
    return past_fact(context.subject, [full_name(one) for one in measures], window, "count", currency)


def checked(name: str, context: Context, where: Where, *, money: bool) -> list[Declared]:
    """The measures of a name; one that means none, or none that the subject could be paid in the currency of the text, is a problem."""
    found = meant(name, context.world, context.document.pack)
    if not found:
        hint = did_you_mean(name, declared(context.world)) or "name a measure by its key, policy/key or pack/policy/key"
        raise context.fault("rules.unknown-measure", f"{name} is no measure of any text", where, hint)
    document, _, record = found[0]
    subject, currency = document.subject_of(record), context.world.currencies[document.pack]
    if subject != context.subject:
        hint = f"name measures about the subject {context.subject}"
        raise context.fault("rules.awards", f"{name} is granted to the subject {subject}, this text is about {context.subject}", where, hint)
    if record.kind == "charge":
        raise context.fault("rules.awards", f"{name} is a charge", where, "what a firm pays is no award; take it out")
    if money and currency != context.world.currencies[context.document.pack]:
        said = f"{name} is paid in {currency}, this pack in {context.world.currencies[context.document.pack]}"
        raise context.fault("rules.awards", said, where, "money of two currencies does not compare without a dated exchange table")
    return found


# ---------------------------------------------------------------- what rules read


def past_in(nodes: Iterable[Node]) -> dict[str, PastFact]:
    """What rules read of past awards, of the subject itself or of related enterprises, by id."""
    found: dict[str, PastFact] = {}
    for node in nodes:
        for part in walk(node):
            fact: Fact | None = part.fact if isinstance(part, FactFigure | Related) else None
            if isinstance(fact, PastFact):
                found.setdefault(fact.id, fact)
    return found
