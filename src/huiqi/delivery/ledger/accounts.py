"""Where a fund's money stands: one account for each state of it, by fund, budget year and currency."""

from __future__ import annotations

from typing import NamedTuple

from huiqi.vocabulary.speech import Both


class Account(NamedTuple):
    """`part` is the award of what is committed, paid or recovered, the name of a limit, and empty otherwise."""

    kind: str
    fund: str
    year: int
    currency: str
    part: str = ""


class Side(NamedTuple):
    """What an account of this kind says, and the sign that its balance never loses: 1 at least nought, -1 at most nought."""

    sign: int
    title: Both


KINDS: dict[str, Side] = {
    "budget": Side(-1, Both("Appropriated", "预算安排")),
    "carried-in": Side(-1, Both("Carried in", "上年转入")),
    "available": Side(1, Both("Available", "可用")),
    "committed": Side(1, Both("Committed, unpaid", "已承诺未拨付")),
    "paid": Side(1, Both("Paid", "已拨付")),
    "recovered": Side(-1, Both("Recovered", "已追回")),
    "treasury": Side(1, Both("Returned to the treasury", "上缴国库")),
    "carried-out": Side(1, Both("Carried out", "结转下年")),
    "limit-given": Side(-1, Both("Limit", "限额")),
    "limit-room": Side(1, Both("Room under the limit", "限额余额")),
    "limit-used": Side(1, Both("Used of the limit", "限额已用")),
}

#: The accounts of one award.
OF_AWARD = ("committed", "paid", "recovered")
