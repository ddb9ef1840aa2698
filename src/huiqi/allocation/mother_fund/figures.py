"""A fund's figures on a day (基金台账): committed, called, paid in, invested, returned, held, worth; and what each of its holdings came to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from huiqi.allocation.mother_fund.books import CLASSES, NONE, PROCEEDS, Books, Flow, Fund, span, total
from huiqi.allocation.mother_fund.look_through import LookThrough, look_through, outwards
from huiqi.vocabulary.ranges import INFINITY, Number, add, divide, exactly, multiply, subtract

ZERO = Fraction(0)
#: How a value came about: told by the books on a day, that carried forward by what flowed since, added up from holdings, or nothing held.
Basis = Literal["stated", "carried_forward", "added_up", "nothing_held", "unknown"]


@dataclass(frozen=True)
class Worth:
    """A fair value (公允价值) in fen, how it came about, and the day of the valuation under it."""

    amount: Number
    basis: Basis
    on: datetime.date | None = None


@dataclass(frozen=True)
class Position:
    """What one fund did with one enterprise: cost, what came back, what is held."""

    fund: str
    investee: str
    first_on: datetime.date
    last_on: datetime.date | None  # of what came back or was written off
    invested: Number
    returned: Number
    gains: Number
    written_off: Number
    local: Number
    worth: Worth

    @property
    def proceeds(self) -> Number:
        return add(self.returned, self.gains)

    @property
    def cost_exited(self) -> Number:
        """The cost of what has been sold, paid back or written off."""
        return add(self.returned, self.written_off)

    @property
    def cost_held(self) -> Number:
        return at_least_nothing(subtract(self.invested, self.cost_exited))

    @property
    def exited(self) -> bool:
        """Nothing of it is left."""
        return self.cost_held.high == 0

    @property
    def exposure(self) -> Number:
        """What counts against the limit for one enterprise: cost less capital returned; what was written off still counts."""
        return at_least_nothing(subtract(self.invested, self.returned))

    @property
    def multiple(self) -> Number:
        """Proceeds over the cost of what was exited."""
        return divide(self.proceeds, self.cost_exited)


@dataclass(frozen=True)
class Figures:
    """One fund on a day, in ranges of fen; `by_class` what each class committed and paid in, `unknown` beside the three."""

    fund: Fund
    vintage: int | None
    committed: Number
    called: Number
    paid_in: Number
    by_class: dict[str, tuple[Number, Number]]
    committed_by_mothers: Number
    invested: Number
    into_funds: Number
    committed_to_funds: Number
    expenses: Number
    returned: Number
    gains: Number
    written_off: Number
    distributed: Number
    cash: Number
    local: Number
    worth: Worth
    positions: tuple[Position, ...]

    def of_classes(self, *classes: str, paid: bool = False) -> Number:
        """What some classes committed, or paid in; what is of unknown class may be theirs."""
        at = int(paid)
        sure = total(self.by_class[name][at] for name in classes)
        return Number(sure.low, sure.high + self.by_class["unknown"][at].high)

    @property
    def public(self) -> Number:
        """Capital of governments and their platforms (政府出资)."""
        return self.of_classes("public", "district")

    @property
    def social(self) -> Number:
        return self.of_classes("social")

    @property
    def district(self) -> Number:
        return self.of_classes("district")

    @property
    def district_paid_in(self) -> Number:
        return self.of_classes("district", paid=True)

    @property
    def net(self) -> Number:
        """What the whole fund is worth."""
        return self.worth.amount

    @property
    def cost_held(self) -> Number:
        return total(position.cost_held for position in self.positions)

    @property
    def largest(self) -> tuple[str, Number]:
        """The enterprise that has most of the fund, and how much that is; of several that it can be, the one named first."""
        low, high = (max((getattr(p.exposure, end) for p in self.positions), default=ZERO) for end in ("low", "high"))
        named = next((p.investee for p in self.positions if p.exposure.high == high), "")
        return named, Number(low, high)

    @property
    def uncalled(self) -> Number:
        """What investors have committed and not yet paid in (待缴)."""
        return at_least_nothing(subtract(self.committed, self.paid_in))


@dataclass(frozen=True)
class Accounts:
    """All funds on a day."""

    books: Books  # until that day
    as_of: datetime.date
    owners: LookThrough
    figures: dict[str, Figures]

    @cached_property
    def sub_funds(self) -> list[Figures]:
        return [self.figures[fund.id] for fund in self.books.sub_funds]

    @cached_property
    def mothers(self) -> list[Figures]:
        return [self.figures[fund.id] for fund in self.books.mothers]

    def stake(self, owner: str, fund: str) -> Number:
        """What an investor's direct share of a fund is worth."""
        return outwards(multiply(self.figures[fund].worth.amount, self.owners.direct[fund].get(owner, NONE)))


def at_least_nothing(amount: Number) -> Number:
    return Number(max(amount.low, ZERO), max(amount.high, ZERO), amount.absent)


def accounts(books: Books, as_of: datetime.date) -> Accounts:
    """The figures of every fund on a day, funds at the bottom first, since what a fund is worth rests on the funds that it holds."""
    books = books.until(as_of)
    owners = look_through(books)
    found: dict[str, Figures] = {}
    for id in books.bottom_up:
        stakes = [multiply(found[other].worth.amount, owners.direct[other][id]) for other in found if id in owners.direct[other]]
        found[id] = _figures(books, books.funds[id], stakes, as_of)
    return Accounts(books, as_of, owners, {id: found[id] for id in books.funds})


def amount_of(flows: Iterable[Flow]) -> Number:
    """The sum of some flows; with one that nobody knows it has no upper end."""
    amounts = [flow.amount for flow in flows]
    known = sum(amount for amount in amounts if amount is not None)
    return Number(Fraction(known), INFINITY) if None in amounts else exactly(known)


def _figures(books: Books, fund: Fund, stakes: list[Number], as_of: datetime.date) -> Figures:
    id = fund.id
    commitments = books.committed_to[id]
    capital = {c.investor: c.capital or "unknown" for c in commitments}
    by_class = {
        name: (
            total(span(c.amount) for c in commitments if (c.capital or "unknown") == name),
            amount_of(flow for flow in books.incoming(id, "paid_in") if capital.get(flow.source, "unknown") == name),
        )
        for name in (*CLASSES, "unknown")
    }
    committed = total(part for part, _ in by_class.values())
    paid_in = total(part for _, part in by_class.values())
    positions = tuple(_positions(books, id))
    invested = amount_of(books.outgoing(id, "invested"))
    into_funds = amount_of(books.outgoing(id, "paid_in"))
    expenses = amount_of(books.outgoing(id, "expense"))
    distributed = amount_of(books.outgoing(id, *PROCEEDS))
    came_back = amount_of(books.incoming(id, *PROCEEDS))
    cash = at_least_nothing(subtract(add(paid_in, came_back), total((invested, into_funds, expenses, distributed))))
    return Figures(
        fund,
        min((c.on.year for c in commitments), default=None),
        committed,
        called(books, id),
        paid_in,
        by_class,
        total(span(c.amount) for c in commitments if c.investor in books.funds and books.funds[c.investor].is_mother),
        invested,
        into_funds,
        total(span(c.amount) for c in books.commitments if c.investor == id),
        expenses,
        amount_of(books.incoming(id, "returned")),
        amount_of(books.incoming(id, "gain", "dividend")),
        amount_of(books.incoming(id, "written_off")),
        distributed,
        cash,
        total(position.local for position in positions),
        _net_assets(books, id, cash, positions, stakes),
        positions,
    )


def called(books: Books, fund: str, investor: str | None = None) -> Number:
    """What was called, of all or of one investor; where no call is in the books, at least what was paid in and at most what was committed."""
    calls = list(books.incoming(fund, "called"))
    if calls:
        return amount_of(flow for flow in calls if investor in (None, flow.source))
    paid_in = amount_of(flow for flow in books.incoming(fund, "paid_in") if investor in (None, flow.source))
    committed = total(span(c.amount) for c in books.committed_to[fund] if investor in (None, c.investor))
    return Number(paid_in.low, max(committed.high, paid_in.low))


def _positions(books: Books, id: str) -> Iterator[Position]:
    investments: dict[str, list[Flow]] = {}
    for flow in books.outgoing(id, "invested"):
        investments.setdefault(flow.target, []).append(flow)
    for investee, flows in investments.items():
        back = [flow for flow in books.incoming(id, *PROCEEDS, "written_off") if flow.source == investee]
        sure = amount_of(flow for flow in flows if flow.local)
        may = amount_of(flow for flow in flows if flow.local is not False)
        invested = amount_of(flows)
        returned, written_off = amount_of(f for f in back if f.kind == "returned"), amount_of(f for f in back if f.kind == "written_off")
        ends = [flow.on for flow in back if flow.kind != "dividend"]
        held = at_least_nothing(subtract(invested, add(returned, written_off)))
        yield Position(
            id,
            investee,
            flows[0].on,
            max(ends, default=None),
            invested,
            returned,
            amount_of(f for f in back if f.kind in ("gain", "dividend")),
            written_off,
            Number(sure.low, may.high),
            _worth(books, id, investee, [*flows, *back], held),
        )


def _worth(books: Books, holder: str, investee: str, flows: list[Flow], held: Number) -> Worth:
    """The last valuation of what is held, and since then what was added at cost, less what came back or was written off."""
    if held.high == 0:
        return Worth(NONE, "nothing_held")
    stated = [value for value in books.valuations if (value.holder, value.of) == (holder, investee)]
    if not stated:
        return Worth(Number(ZERO, INFINITY), "unknown")
    last = max(stated, key=lambda value: value.on)
    if last.amount is None:
        return Worth(Number(ZERO, INFINITY), "unknown", last.on)
    since = [flow for flow in flows if flow.on > last.on and flow.kind != "dividend"]
    added = amount_of(flow for flow in since if flow.kind == "invested")
    taken = amount_of(flow for flow in since if flow.kind != "invested")
    carried = at_least_nothing(subtract(add(span(last.amount), added), taken))
    return Worth(carried, "carried_forward" if since else "stated", last.on)


def _net_assets(books: Books, id: str, cash: Number, positions: tuple[Position, ...], stakes: list[Number]) -> Worth:
    """What the last valuation of a whole fund says, carried forward by payments in and out; without one, money, holdings and stakes in funds."""
    stated = [value for value in books.valuations if not value.holder and value.of == id]
    if not stated:
        return Worth(outwards(total((cash, *(p.worth.amount for p in positions), *stakes))), "added_up")
    last = max(stated, key=lambda value: value.on)
    if last.amount is None:
        return Worth(Number(ZERO, INFINITY), "unknown", last.on)
    added = [flow for flow in books.incoming(id, "paid_in") if flow.on > last.on]
    taken = [flow for flow in books.outgoing(id, *PROCEEDS) if flow.on > last.on]
    carried = at_least_nothing(subtract(add(span(last.amount), amount_of(added)), amount_of(taken)))
    return Worth(carried, "carried_forward" if added or taken else "stated", last.on)
