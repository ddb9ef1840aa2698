from __future__ import annotations

import dataclasses
import datetime
import math
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.allocation.mother_fund.attained import consolidated_leverage, leverage
from huiqi.allocation.mother_fund.books import Books, total
from huiqi.allocation.mother_fund.figures import accounts
from huiqi.allocation.mother_fund.look_through import apportion
from huiqi.allocation.mother_fund.report import holdings
from huiqi.vocabulary.ranges import Absent, Number, exactly
from mother_funds import AS_OF, arbitrary_books, books_of, path_share


def test_a_mother_fund_owns_of_an_enterprise_what_it_paid_into_the_sub_fund(tmp_path: Path) -> None:
    """60 of 100 paid in: 60 % of the 30 that are left of 50 in X."""
    found = accounts(books_of(tmp_path), AS_OF)
    assert found.owners.share("M", "S") == exactly(Fraction(3, 5))
    assert found.owners.share("gov", "S") == exactly(Fraction(3, 5))
    assert found.figures["S"].cost_held == exactly(3000)
    assert found.figures["S"].cash == exactly(7000)


def test_shares_multiply_along_a_chain_and_add_up_over_two_paths(tmp_path: Path) -> None:
    """M has half of A and, through half of B that has half of A, another quarter: three quarters."""
    funds = ["id,kind,registered_on", "M,mother,2020-01-01", "A,sub,2020-01-01", "B,sub,2020-01-01"]
    commitments = [
        "investor,fund,committed,class,date",
        "gov,M,100,public,2020-01-01",
        "M,B,20,public,2020-01-01",
        "x,B,20,social,2020-01-01",
        "M,A,10,public,2020-01-01",
        "B,A,10,,2020-01-01",
    ]
    flows = [
        "date,from,to,kind,amount",
        *(
            f"2020-02-0{n},{i},{f},paid_in,{a}"
            for n, (i, f, a) in enumerate([("gov", "M", 100), ("M", "B", 20), ("x", "B", 20), ("M", "A", 10), ("B", "A", 10)], 1)
        ),
    ]
    found = accounts(books_of(tmp_path, funds=funds, commitments=commitments, flows=flows), AS_OF)
    assert found.owners.share("M", "A") == exactly(Fraction(3, 4))
    assert found.owners.of_class("A", found.books.funds)["social"] == exactly(Fraction(1, 4))
    assert found.owners.of_class("A", found.books.funds)["public"] == exactly(Fraction(3, 4))


def test_an_unknown_payment_makes_shares_a_range(tmp_path: Path) -> None:
    flows = ["date,from,to,kind,amount", "2020-02-01,gov,M,paid_in,80", "2020-03-01,M,S,paid_in,60", "2020-03-01,firm,S,paid_in,"]
    found = accounts(books_of(tmp_path, flows=flows), AS_OF)
    assert found.owners.share("M", "S") == Number(Fraction(0), Fraction(1))
    assert found.figures["S"].paid_in == Number(Fraction(6000), math.inf)


def test_before_anything_is_paid_in_shares_are_those_of_the_commitments(tmp_path: Path) -> None:
    found = accounts(books_of(tmp_path, flows=["date,from,to,kind,amount"]), AS_OF)
    assert found.owners.share("M", "S") == exactly(Fraction(3, 5))


@settings(max_examples=40, deadline=None)
@given(arbitrary_books())
def test_looking_through_conserves_everything(books: Books) -> None:
    """Of each fund, what the mother fund has in the end and what others have past it is all of it; each path is counted once."""
    found = accounts(books, AS_OF)
    for fund in books.funds:
        ends = found.owners.ultimate(fund, books.funds)
        assert sum(share.low for share in ends.values()) == 1
        assert total(found.owners.of_class(fund, books.funds).values()) == exactly(1)
        for owner, share in ends.items():
            assert share == exactly(path_share(books, owner, fund))
        if fund != "M":
            mothers = found.owners.share("M", fund)
            assert mothers == exactly(path_share(books, "M", fund))
            assert mothers.low + sum(path_share(books, owner, fund, avoid="M") for owner in ends) == 1


@settings(max_examples=40, deadline=None)
@given(arbitrary_books())
def test_parts_of_holdings_add_up_to_the_fen(books: Books) -> None:
    found = accounts(books, AS_OF)
    whole: dict[tuple[str, str], Fraction] = {}
    for holding in holdings(found):
        if not holding.is_fund:
            at = holding.fund, holding.investee
            whole[at] = whole.get(at, Fraction(0)) + Fraction(holding.cost.low)
    for id, figures in found.figures.items():
        assert whole[id, ""] == figures.cash.low
        for position in figures.positions:
            assert whole.get((id, position.investee), 0) == position.cost_held.low


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_apportioned_amounts_add_up(amount: int, parts: list[int]) -> None:
    shares = [exactly(Fraction(part, sum(parts))) for part in parts]
    found = apportion(exactly(amount), shares)
    assert sum(part.low for part in found) == amount
    assert all(abs(part.low - amount * share.low) < 1 for part, share in zip(found, shares, strict=True))


@settings(max_examples=40, deadline=None)
@given(arbitrary_books())
def test_total_over_public_is_one_more_than_social_over_public(books: Books) -> None:
    found = accounts(books, AS_OF)
    for one in [*map(leverage, found.figures.values()), consolidated_leverage(found.books)]:
        by_total, by_social = one.total_over_public, one.social_over_public
        if by_social.absent is not Absent.SURELY:
            assert (by_total.low, by_total.high) == (1 + by_social.low, 1 + by_social.high)
        if one.public.known and one.public.low:
            assert by_total.low == one.whole.low / one.public.low


@settings(max_examples=40, deadline=None)
@given(arbitrary_books(), st.data())
def test_whatever_an_unknown_class_turns_out_to_be_lies_in_the_range(books: Books, data: st.DataObject) -> None:
    classes = st.sampled_from(["public", "district", "social"])
    settled = dataclasses.replace(
        books, commitments=tuple(c if c.capital is not None else dataclasses.replace(c, capital=data.draw(classes)) for c in books.commitments)
    )
    ranges, known = accounts(books, AS_OF), accounts(settled, AS_OF)
    pairs = [(leverage(known.figures[id]), leverage(ranges.figures[id])) for id in books.funds]
    for one, range_ in [*pairs, (consolidated_leverage(known.books), consolidated_leverage(ranges.books))]:
        assert within(one.total_over_public, range_.total_over_public)
        assert within(one.social_over_public, range_.social_over_public)
        if one.total_over_public.absent is Absent.SURELY:
            assert range_.total_over_public.absent is not Absent.NEVER
    for id in books.funds:
        assert within(known.figures[id].district_paid_in, ranges.figures[id].district_paid_in)
        assert within(known.figures[id].public, ranges.figures[id].public)


def within(known: Number, range_: Number) -> bool:
    return known.absent is not Absent.NEVER or range_.low <= known.low <= known.high <= range_.high


@settings(max_examples=50, deadline=None)
@given(arbitrary_books(), st.data())
def test_whatever_an_unknown_amount_turns_out_to_be_lies_in_the_range(books: Books, data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.integers(0, len(books.flows) - 1), max_size=3))
    unknown = dataclasses.replace(books, flows=tuple(dataclasses.replace(f, amount=None) if n in hidden else f for n, f in enumerate(books.flows)))
    known, ranges = accounts(books, AS_OF), accounts(unknown, AS_OF)
    for fund in books.funds:
        before, after = known.figures[fund], ranges.figures[fund]
        for name in ("paid_in", "invested", "returned", "cash", "cost_held", "local", "public", "district_paid_in", "net", "called"):
            assert within(getattr(before, name), getattr(after, name)), name
        assert within(before.largest[1], after.largest[1])
        for owner, share in known.owners.reach[fund].items():
            assert within(share, ranges.owners.share(owner, fund))


def test_what_happens_after_the_day_does_not_count(tmp_path: Path) -> None:
    found = accounts(books_of(tmp_path), datetime.date(2023, 3, 31))
    assert found.figures["S"].returned == exactly(0)
    assert found.figures["S"].cash == exactly(5000)
