"""Scorecards: items give points, points a total, the total classes; for recognition, grading and ranking alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from huiqi.facts.schema import Code, CodeList
from huiqi.rules.cells import read_cell
from huiqi.rules.context import Context, Document, Typed, Unresolved
from huiqi.rules.definitions import bands
from huiqi.rules.records import ItemRecord, ScorecardRecord
from huiqi.rules.resolve import constant, expression, figure, truth
from huiqi.rules.tables import cell_test
from huiqi.rules.tree import All, Arithmetic, Choose, CodeValue, Figure, Named, Node, RankClass, Rounded, Type
from huiqi.vocabulary.problem import Where, did_you_mean
from huiqi.vocabulary.record import Words, words
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PLAIN

_RANK = re.compile(r"(top|next)\s+(\S.*)\Z")


@dataclass(frozen=True)
class RankRule:
    """Classes by rank: the best `share` of a group is the first class, and so on; the last class takes the rest."""

    scorecard: str
    total: Node
    among: Node | None
    shares: tuple[Fraction, ...]  # cumulative upper share of each class but the last
    codes: CodeList
    subject: str = "enterprise"


@dataclass(frozen=True)
class Scorecard:
    """A resolved scorecard: everything that a rule can read of it, by name."""

    name: str
    title: Words
    clause: str
    document: str
    items: tuple[tuple[str, Words, Node, Fraction], ...]  # id, label, points, most
    values: dict[str, Typed]
    rank: RankRule | None


def find(name: str, context: Context, where: Where) -> Typed | None:
    """What `card.total`, `card.passes`, `card.class`, `card.part.x` or `card.item` stands for, or None."""
    base, _, part = name.partition(".")
    found = context.find(base, "scorecards", where)
    if found is None:
        return None
    card = resolve_scorecard(*found, context, where)
    if part not in card.values:
        hint = did_you_mean(part, card.values) or (f"it has {', '.join(card.values)}" if part else f"write {base}.total")
        raise context.fault("rules.scorecard-part", f"the scorecard {base} has no {part or 'single value'}", where, hint)
    return card.values[part]


def resolve_scorecard(document: Document, key: Text, record: ScorecardRecord, context: Context, where: Where) -> Scorecard:
    """A scorecard of a document, resolved once for each year."""
    cache, at = context.world.resolved, ("scorecard", document.name, str(key), context.subject, str(context.year))
    called = f"{document.name}: {key}"
    if at not in cache or called in context.world.open:
        if key in context.schema.names:
            context.report("rules.same-name", f"{key} is both a fact and a scorecard", key.where, "give the scorecard another name")
        with context.resolving(called, where):
            cache[at] = None
            cache[at] = _resolve(document, key, record, Context(context.world, document, context.subject, context.year))
    if cache[at] is None:
        raise Unresolved(str(key))
    card: Scorecard = cache[at]
    return card


def _resolve(document: Document, key: Text, record: ScorecardRecord, context: Context) -> Scorecard:
    items: list[tuple[str, Words, Node, Fraction]] = []
    parts: dict[str, list[Node]] = {}
    lost: Unresolved | None = None
    for id, item in record.items.items():
        try:
            if id in ("total", "passes", "class", "part"):
                raise context.fault("rules.scorecard", f"{id} is a word of every scorecard and cannot name an item", id.where, "choose another name")
            points, most = _item(id, item, context)
        except Unresolved as error:
            lost = error
            continue
        items.append((str(id), item.label, points, most))
        if item.part is not None:
            parts.setdefault(str(item.part), []).append(points)
    if lost is not None:
        raise lost
    if not items:
        raise context.fault("rules.scorecard", f"{key} has no items", key.where, "an item is written `staff: {label: ..., points: ..., max: 20}`")
    total = _sum([points for _, _, points, _ in items])
    if record.decimals is not None:
        if not re.fullmatch("[0-6]", record.decimals):
            raise context.fault(
                "rules.scorecard", f"{record.decimals} is not a number of decimals from 0 to 6", record.decimals.where, "write decimals: 2"
            )
        total = Rounded(total, Fraction(1, 10 ** int(record.decimals)), "half_up")
    plain = Type("figure", PLAIN)
    values = {id: Typed(Named(f"{key}.{id}", label, points, context.year), plain) for id, label, points, _ in items}
    for part, nodes in parts.items():
        values[f"part.{part}"] = Typed(Named(f"{key}.part.{part}", _said(record.title, part, part), _sum(nodes), context.year), plain)
    values["total"] = Typed(Named(f"{key}.total", _said(record.title, "total", "总分"), total, context.year), plain)
    if record.passes_when:
        values["passes"] = _passes(key, record, values, context)
    rank = None
    if record.classes is not None:
        values["class"], rank = _classes(document, key, record, values["total"], context)
    return Scorecard(str(key), record.title, str(record.clause), document.name, tuple(items), values, rank)


def _said(title: Words, en: str, zh: str) -> Words:
    return words(f"{title.en}: {en}", f"{title.zh}：{zh}")


def _sum(nodes: list[Node]) -> Node:
    total = nodes[0]
    for node in nodes[1:]:
        total = Arithmetic("+", total, node)
    return total


def _item(id: Text, item: ItemRecord, context: Context) -> tuple[Node, Fraction]:
    """The points of an item, at most its maximum."""
    if (item.points is None) == (item.of is None) or (item.of is None) != (item.bands is None):
        raise context.fault("rules.scorecard", f"{id} needs points, or of with bands", id.where, "an item has one of the two forms")
    most = constant(item.max, context, PLAIN)
    if item.points is not None:
        node = figure(item.points, context, PLAIN).node
    else:
        assert item.of is not None and item.bands is not None
        typed = bands(expression(item.of, context), item.bands, context, None, item.of.where)
        if typed.type.kind != "figure" or not typed.type.unit.is_plain:
            raise context.fault("rules.type", f"points are plain numbers, not {typed.type}", item.of.where, "leave the unit out")
        node = typed.node
    return Arithmetic("min", node, Figure(most)), most


def _passes(key: Text, record: ScorecardRecord, values: dict[str, Typed], context: Context) -> Typed:
    """All sub-minimums; `total` and `part.x` are short for this card's own."""
    own = {name: typed for name, typed in values.items() if name == "total" or name.startswith("part.")}
    inner = replace(context, local=own)
    tests = tuple(truth(text, inner, atomic=True) for text in record.passes_when)
    return Typed(Named(f"{key}.passes", _said(record.title, "passes", "达标"), All(tests), context.year), Type("truth"))


def _classes(document: Document, key: Text, record: ScorecardRecord, total: Typed, context: Context) -> tuple[Typed, RankRule | None]:
    assert record.classes is not None
    if not record.classes:
        raise context.fault("rules.classes", f"{key} has no classes", key.where, "write classes: {A: '>= 80', B: else}, or leave them out")
    where = next(iter(record.classes)).where
    codes = CodeList(f"{key}.class", {str(name): Code(str(name), words(str(name), str(name))) for name in record.classes}, where=where)
    kind, label = Type("code", codes=codes), _said(record.title, "class", "等级")
    styles = [_style(text) for text in record.classes.values()]
    if "rank" in styles and "threshold" in styles:
        raise context.fault("rules.classes", "classes go by rank (top 20%) or by threshold (>= 80), not by both", where, "keep one of the two")
    if styles[-1] != "rest" or "rest" in styles[:-1]:
        raise context.fault("rules.classes", "the last class, and only it, takes the rest", where, "write `rest` or `else`")
    if "rank" in styles:
        rank = _rank(document, key, record, total, codes, context, where)
        return Typed(Named(f"{key}.class", label, RankClass(rank.scorecard, codes, rank.total), context.year), kind), rank
    if record.among is not None:
        raise context.fault("rules.classes", "among is for classes by rank", record.among.where, "write classes like top 20%, or take among: out")
    node: Node = CodeValue(list(codes.codes)[-1], codes)
    for name, text in reversed(list(record.classes.items())[:-1]):
        test, _ = cell_test(total, text, read_cell(text), context)
        if test is None:
            raise context.fault("rules.classes", f"{text} is not a threshold", text.where, "write `>= 80`")
        node = Choose(test, CodeValue(str(name), codes), node)
    return Typed(Named(f"{key}.class", label, node, context.year), kind), None


def _style(text: Text) -> Literal["rank", "rest", "threshold"]:
    if text in ("rest", "else"):
        return "rest"
    return "rank" if _RANK.match(text) else "threshold"


def _share(said: str, text: Text, context: Context) -> Fraction:
    """The share of a class: `20%`, or the name of a definition with a fixed figure."""
    share = constant(Text(said, text.where), context, PLAIN)
    if not 0 <= share <= 1:
        raise context.fault("rules.classes", f"{said} is no share from 0 to 100%", text.where, "write top 20%")
    return share


def _rank(document: Document, key: Text, record: ScorecardRecord, total: Typed, codes: CodeList, context: Context, where: Where) -> RankRule:
    assert record.classes is not None
    if context.year:
        raise context.fault("rules.classes", "classes by rank are those of the last year only", where, "do not read them with [-1], growth or each")
    if record.decimals is None:
        raise context.fault("rules.classes", "classes by rank need rounded totals, so that ties are told", where, "add decimals: 2 to the scorecard")
    shares, taken = [], Fraction(0)
    for index, text in enumerate(list(record.classes.values())[:-1]):
        found = _RANK.match(text)
        assert found is not None
        if (found[1] == "top") != (index == 0):
            raise context.fault(
                "rules.classes", "the first class is `top n%`, the following are `next n%`", text.where, "the better class stands first"
            )
        taken += _share(found[2], text, context)
        shares.append(taken)
    if taken > 1:  # each of them is not below 0
        raise context.fault("rules.classes", f"the classes take {float(taken * 100):g} % of all", where, "at most 100 %")
    among = None
    if record.among is not None:
        typed = expression(record.among, context)
        if typed.type.kind not in ("code", "place"):
            raise context.fault("rules.type", f"among takes a category, not {typed.type}", record.among.where, "name a category, like industry")
        among = typed.node
    return RankRule(f"{document.name}/{key}", total.node, among, tuple(shares), codes, context.subject)
