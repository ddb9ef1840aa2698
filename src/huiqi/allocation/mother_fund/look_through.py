"""Who owns a fund in the end (穿透): shares by what is paid in, followed through every fund in between.

Of a fund an investor holds what it has paid in over what all have; before anything is paid in, what it has committed. Costs, values and money
are attributed in that proportion; preferred returns and carried interest (优先回报、超额收益分成) are not known to the books and not counted.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction

from huiqi.allocation.mother_fund.books import CLASSES, NONE, Books, span, total
from huiqi.vocabulary.ranges import Exact, Number, add, exactly, hull, multiply

NOBODY_KNOWS = "?"  #: the owner of a fund to which nobody is known to have committed anything
ONE = exactly(1)


@dataclass(frozen=True)
class LookThrough:
    """`direct[fund][investor]` and `reach[fund][owner]`: shares from 0 to 1; owners are investors at every remove, funds among them."""

    direct: dict[str, dict[str, Number]]
    reach: dict[str, dict[str, Number]]
    classes: dict[str, str]

    def ultimate(self, fund: str, funds: Container[str]) -> dict[str, Number]:
        """The owners that are no funds; where everything is known their shares add up to 1."""
        return {owner: share for owner, share in self.reach[fund].items() if owner not in funds}

    def share(self, owner: str, fund: str) -> Number:
        """What an owner holds of a fund in the end; all of itself."""
        return ONE if owner == fund else self.reach[fund].get(owner, NONE)

    def of_class(self, fund: str, funds: Container[str]) -> dict[str, Number]:
        """Whose money a fund is in the end, by class; `unknown` beside the three."""
        found = dict.fromkeys((*CLASSES, "unknown"), NONE)
        for owner, share in self.ultimate(fund, funds).items():
            kind = self.classes.get(owner, "unknown")
            found[kind] = _within(add(found[kind], share))
        return found


def look_through(books: Books) -> LookThrough:
    """Everybody's share of every fund; `books` as of a day, without circles."""
    direct = {id: _direct(books, id) for id in books.funds}
    reach: dict[str, dict[str, Number]] = {}
    for id in reversed(books.bottom_up):
        found: dict[str, Number] = {}
        for investor, share in direct[id].items():
            found[investor] = _within(add(found.get(investor, NONE), share))
            for owner, part in reach.get(investor, {}).items():
                found[owner] = _within(add(found.get(owner, NONE), multiply(share, part)))
        reach[id] = found
    classes = {c.investor: c.capital for c in books.commitments if c.capital is not None}
    return LookThrough(direct, reach, dict(classes))


def _direct(books: Books, fund: str) -> dict[str, Number]:
    """Each investor's share of a fund."""
    paid: dict[str, Number] = {}
    committed: dict[str, Number] = {}
    for flow in books.incoming(fund, "paid_in"):
        paid[flow.source] = add(paid.get(flow.source, NONE), span(flow.amount))
    for commitment in books.committed_to[fund]:
        committed[commitment.investor] = add(committed.get(commitment.investor, NONE), span(commitment.amount))
    by_paid, by_committed = _shares(paid), _shares(committed)
    if not by_paid or total(paid.values()).low > 0:
        return by_paid or by_committed or {NOBODY_KNOWS: ONE}
    return {id: hull(by_paid.get(id, NONE), by_committed.get(id, NONE)) for id in by_paid | by_committed}  # perhaps nothing was paid in


def _shares(held: dict[str, Number]) -> dict[str, Number]:
    """Each investor's part of what all hold; nothing where all hold nothing."""
    if not any(part.high > 0 for part in held.values()):
        return {}
    return {investor: _share(part, [other for id, other in held.items() if id != investor]) for investor, part in held.items()}


def _share(part: Number, others: list[Number]) -> Number:
    rest = total(others)
    low = Fraction(0) if part.low == 0 else part.low / (part.low + rest.high) if math.isfinite(rest.high) else Fraction(0)
    high = Fraction(0) if part.high == 0 else part.high / (part.high + rest.low) if math.isfinite(part.high) else Fraction(1)
    return Number(low, high)


def _within(share: Number) -> Number:
    """A share is never more than all."""
    return Number(min(share.low, Fraction(1)), min(share.high, Fraction(1)), share.absent)


def apportion(amount: Number, shares: Sequence[Number]) -> list[Number]:
    """An amount of whole fen in parts of whole fen: what is known adds up to the fen, the largest remainders get what is left over.

    >>> [int(part.low) for part in apportion(exactly(100), [exactly(Fraction(1, 3))] * 3)]
    [34, 33, 33]
    """
    if not (amount.known and all(share.known for share in shares) and sum(share.low for share in shares) == 1):
        return [outwards(multiply(amount, share)) for share in shares]
    exact = [Fraction(amount.low * share.low) for share in shares]
    whole = [math.floor(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: (whole[n] - exact[n], n))
    for n in by_remainder[: int(amount.low) - sum(whole)]:
        whole[n] += 1
    return [exactly(part) for part in whole]


def outwards(amount: Number) -> Number:
    """A range of whole fen round a range; what is known to a part of a fen is rounded half up."""
    if amount.low == amount.high and math.isfinite(amount.low):
        return Number(Fraction(math.floor(amount.low + Fraction(1, 2))), Fraction(math.floor(amount.low + Fraction(1, 2))), amount.absent)
    low: Exact = Fraction(math.floor(amount.low)) if math.isfinite(amount.low) else amount.low
    high: Exact = Fraction(math.ceil(amount.high)) if math.isfinite(amount.high) else amount.high
    return Number(low, high, amount.absent)
