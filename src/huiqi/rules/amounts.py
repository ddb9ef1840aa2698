"""What a measure gives: every form of an amount becomes one figure, capped and rounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from huiqi.rules.context import Context, Typed, Unresolved
from huiqi.rules.definitions import bands
from huiqi.rules.functions.years import first_reached
from huiqi.rules.records import (
    AMOUNT_FORMS,
    AmountForm,
    BandsAmount,
    CeilingAmount,
    FigureAmount,
    LadderAmount,
    MatchAmount,
    PointsAmount,
    RateAmount,
    TableAmount,
    TiersAmount,
)
from huiqi.rules.resolve import by_years, constant, figure, fits
from huiqi.rules.tables import resolve_table
from huiqi.rules.tree import Arithmetic, Between, Choose, Figure, Node, Rounded
from huiqi.vocabulary.problem import Where, did_you_mean
from huiqi.vocabulary.record import build
from huiqi.vocabulary.source import Mapping, Text, where_of
from huiqi.vocabulary.unit import PLAIN, UNITS, Unit

NOUGHT = Figure(Fraction(0))


@dataclass(frozen=True)
class Amount:
    """A resolved amount: its value in yuan, and how it was written."""

    form: str
    node: Node
    unpublished: bool = False
    base: Node | None = None
    rate: Node | None = None
    cap: Node | None = None
    floor: Node | None = None


@dataclass(frozen=True)
class _Parts:
    """What a form works with: its context, the currency, and how to reach another measure's amount."""

    context: Context
    currency: Unit
    amount_of: Callable[[Text, Context], Node]
    where: Where

    def money(self, text: Text) -> Node:
        return figure(text, self.context, self.currency).node

    def plain(self, text: Text) -> Node:
        return figure(text, self.context, PLAIN).node


def resolve_amount(node: Any, context: Context, currency: str, amount_of: Callable[[Text, Context], Node], where: Where) -> Amount:
    """The amount that a measure states."""
    parts = _Parts(context, UNITS[currency], amount_of, where_of(node, where))
    fen = Fraction(1, 100)
    if isinstance(node, Text):
        if node.strip() == "unpublished":
            return Amount("unpublished", Between(NOUGHT, None), unpublished=True)
        return Amount("figure", Rounded(_at_least_nought(parts.money(node)), fen, "half_up"))
    form = _form(node, context, parts.where)
    if isinstance(form, CeilingAmount):
        return Amount("up_to", Between(NOUGHT, Rounded(_at_least_nought(parts.money(form.up_to)), fen, "half_up")))
    assert isinstance(form, AmountForm)
    amount, base, rate = _MEANINGS[type(form)](form, parts)
    cap = parts.money(form.cap) if form.cap is not None else None
    floor = parts.money(form.floor) if form.floor is not None else None
    if cap is not None:
        amount = Arithmetic("min", amount, cap)
    if floor is not None:
        amount = Arithmetic("max", amount, floor)
    step, direction = fen, "half_up"
    if form.round is not None:
        step, direction = constant(form.round.to, context, parts.currency), form.round.direction
        if step <= 0 or (step / fen).denominator != 1:
            raise context.fault("rules.rounding", "an amount is rounded to whole fen at least", form.round.to.where, "write 1元 or 0.01元")
    return Amount(
        next(key for key, kind in AMOUNT_FORMS.items() if isinstance(form, kind)),
        Rounded(_at_least_nought(amount), step, direction),
        False,
        base,
        rate,
        cap,
        floor,
    )


def _at_least_nought(node: Node) -> Node:
    """An amount is never negative: a firm does not pay for being worse off."""
    return Arithmetic("max", node, NOUGHT)


def _form(node: Any, context: Context, where: Where) -> Any:
    if not isinstance(node, Mapping):
        raise context.fault(
            "rules.amount", "an amount is an expression, `unpublished`, or a form with keys", where, f"one of: {', '.join(AMOUNT_FORMS)}"
        )
    keys = [key for key in AMOUNT_FORMS if key in node]
    if "match" in keys and "rate" in keys:
        keys.remove("rate")
    if len(keys) != 1:
        said = f"an amount has one form; here are {' and '.join(keys)}" if keys else "no form of an amount has these keys"
        raise context.fault("rules.amount", said, where, f"one of: {', '.join(AMOUNT_FORMS)}")
    form, problems = build(AMOUNT_FORMS[keys[0]], node, where)
    context.world.problems.extend(problems)
    if form is None:
        raise Unresolved("amount")
    return form


Meaning = tuple[Node, Node | None, Node | None]


def _rate(form: RateAmount, parts: _Parts) -> Meaning:
    """A share of a base, or so much for each of something (`5000元/人` of `employees`)."""
    rate, base = figure(form.rate, parts.context), figure(form.of, parts.context)
    unit = (rate.type.unit * base.type.unit).dimension
    if unit != parts.currency.dimension:
        raise parts.context.fault(
            "rules.unit",
            f"{rate.type} times {base.type} does not give money in {parts.currency}",
            form.rate.where,
            "a share of money, or so much for each, like 5000元/人",
        )
    return Arithmetic("*", base.node, rate.node), base.node, rate.node


def _tiers(form: TiersAmount, parts: _Parts) -> Meaning:
    """Pay each slice of a base at its own rate (超额累进): the rate of an edge applies above it, to the next edge."""
    base = figure(form.of, parts.context, parts.currency)
    edges: list[tuple[Fraction, Node]] = []
    for key, text in form.tiers.items():
        edge = constant(key, parts.context, parts.currency)
        if edges and edge <= edges[-1][0]:
            raise parts.context.fault("rules.tiers", "the edges of tiers rise", key.where, "put the lower edge first")
        if not edges and edge != 0:
            raise parts.context.fault("rules.tiers", "the first tier begins at 0", key.where, "what lies below it would have no rate")
        edges.append((edge, parts.plain(text)))
    if not edges:
        raise parts.context.fault("rules.tiers", "there are no tiers", form.where, "write tiers: {0: 10%, 1000万元: 5%}")
    total: Node | None = None
    for (edge, rate), upper in zip(edges, [*(e for e, _ in edges[1:]), None], strict=True):
        above = Arithmetic("max", Arithmetic("-", base.node, Figure(edge)), NOUGHT) if edge else base.node
        piece = above if upper is None else Arithmetic("min", above, Figure(upper - edge))
        paid = Arithmetic("*", piece, rate)
        total = paid if total is None else Arithmetic("+", total, paid)
    assert total is not None
    return total, base.node, None


def _bands(form: BandsAmount, parts: _Parts) -> Meaning:
    """The whole amount by the bracket (分档): money pays itself, a share pays that share of the base."""
    base = figure(form.of, parts.context)
    value = bands(base, form.bands, parts.context, None, form.of.where)
    if fits(value, parts.currency):
        return value.node, base.node, None
    if value.type.unit.is_plain and base.type.unit.dimension == parts.currency.dimension:
        return Arithmetic("*", base.node, value.node), base.node, value.node
    raise parts.context.fault(
        "rules.unit",
        f"the bands give {value.type}, which does not lead to money in {parts.currency}",
        form.of.where,
        "give money, or a share of money",
    )


def _ladder(form: LadderAmount, parts: _Parts) -> Meaning:
    """Paid once, when a level is first reached; `pays` says whether a jump over two levels pays the highest or each."""
    looked_back = constant(form.years, parts.context, UNITS["years"]) if form.years is not None else Fraction(3)
    if not (looked_back.denominator == 1 and 1 <= looked_back <= 10):
        raise parts.context.fault("rules.ladder", "years is a whole number from 1 to 10", where_of(form.years, form.where), "write years: 3")
    years = int(looked_back)
    bases = []
    for back in range(years + 1):
        bases.append(figure(form.of, parts.context.shifted(-back)))
    if not by_years(bases[0].node):
        raise parts.context.fault(
            "rules.year", "a ladder looks at years, but nothing in of: is known by years", form.of.where, "use a fact with period: year"
        )
    rungs: list[tuple[Fraction, Node, Node]] = []
    for key, text in form.ladder.items():
        level = figure(key, parts.context, bases[0].type.unit)
        if not isinstance(level.node, Figure):
            raise parts.context.fault("rules.constant", "a level is a figure without facts", key.where, "write the figure itself")
        if rungs and level.node.value <= rungs[-1][0]:
            raise parts.context.fault("rules.ladder", "the levels of a ladder rise", key.where, "put the lower level first")
        rungs.append((level.node.value, first_reached([base.node for base in bases], level.node), parts.money(text)))
    if not rungs:
        raise parts.context.fault("rules.ladder", "the ladder has no levels", form.where, "write ladder: {1亿元: 20万元, 10亿元: 50万元}")
    amount: Node = NOUGHT
    for _, reached, pay in rungs:
        amount = Choose(reached, pay, amount) if form.pays == "highest" else Arithmetic("+", amount, Choose(reached, pay, NOUGHT))
    return amount, bases[0].node, None


def _points(form: PointsAmount, parts: _Parts) -> Meaning:
    """So much a point of a scorecard's total."""
    if parts.context.find(str(form.points), "scorecards", form.points.where) is None:
        known = [str(name) for document in parts.context.world.seen_by(parts.context.document) for name in document.scorecards]
        raise parts.context.fault(
            "rules.unknown-name",
            f"{form.points} is not a scorecard",
            form.points.where,
            did_you_mean(form.points, known) or "name one of scorecards:",
        )
    total = figure(Text(f"{form.points}.total", form.points.where), parts.context, PLAIN)
    each = parts.money(form.each)
    return Arithmetic("*", total.node, each), total.node, each


def _match(form: MatchAmount, parts: _Parts) -> Meaning:
    """A share of what another measure gives (配套)."""
    other, rate = parts.amount_of(form.match, parts.context), parts.plain(form.rate)
    return Arithmetic("*", other, rate), other, rate


def _table(form: TableAmount, parts: _Parts) -> Meaning:
    columns = resolve_table(form.table, parts.context)
    if len(columns) != 1:
        raise parts.context.fault(
            "rules.amount",
            f"the table {form.table} has {len(columns)} outputs; an amount needs one",
            form.table.where,
            "read a column through a definition with table:",
        )
    typed: Typed = next(iter(columns.values()))
    if not fits(typed, parts.currency):
        raise parts.context.fault(
            "rules.unit",
            f"the table gives {typed.type}, not money in {parts.currency}",
            form.table.where,
            'a share is paid with {rate: lookup("..."), of: ...}',
        )
    return typed.node, None, None


def _figure(form: FigureAmount, parts: _Parts) -> Meaning:
    return parts.money(form.value), None, None


_MEANINGS: dict[type[Any], Callable[[Any, _Parts], Meaning]] = {
    RateAmount: _rate, TiersAmount: _tiers, BandsAmount: _bands, LadderAmount: _ladder, PointsAmount: _points,
    MatchAmount: _match, TableAmount: _table, FigureAmount: _figure,
}  # fmt: skip
