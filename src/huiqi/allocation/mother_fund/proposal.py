"""One more sub-fund, tried out (拟设子基金测算): what it would take of the mother fund's money, and which rules it would keep."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from huiqi.allocation.mother_fund.attained import AGREED, Leverage, Required, consolidated_leverage, leverage
from huiqi.allocation.mother_fund.books import NONE, Books, CapitalClass, Commitment, Fund, span, total
from huiqi.allocation.mother_fund.figures import Accounts, Figures, accounts, at_least_nothing
from huiqi.allocation.mother_fund.fund_registry import FundFacts, facts_of
from huiqi.allocation.mother_fund.kept_rules import Kept, kept_rules, required_by_law
from huiqi.rules.compile import Rules
from huiqi.rules.parse import parse
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean, in_order
from huiqi.vocabulary.ranges import Exact, Number, add, divide, exactly, subtract
from huiqi.vocabulary.record import Date, Line, Record, Words, build, words
from huiqi.vocabulary.source import Text, read_yaml
from huiqi.vocabulary.speech import money_range
from huiqi.vocabulary.unit import UNITS

YEARS = range(1900, 2200)
T = TypeVar("T")


class FundRecord(Record):
    """The sub-fund that is proposed."""

    id: Line
    title: Words
    place: Line
    registered_on: Date
    term_end: Date
    multiple: Line | None = None
    senior_managers: Line | None = None
    success_cases: Line | None = None


class CommitmentRecord(Record):
    """Who would commit how much to it."""

    investor: Line
    capital: CapitalClass
    committed: Line


class AssumptionsRecord(Record):
    """What the years ahead are assumed to bring; by calendar year."""

    calls: dict[Line, Line]  # shares of what is committed to the new fund
    reinvestment: dict[Line, Line] = {}  # what it invests in the district
    mother_paid_in: dict[Line, Line]  # what the mother fund's investors pay in
    mother_called: dict[Line, Line]  # what the sub-funds that there are call from it
    mother_gets: dict[Line, Line] = {}  # what they give back to it
    largest_investee: Line | None = None


class ProposalRecord(Record):
    """`new-sub-fund.yaml`."""

    title: Words
    mother: Line
    fund: FundRecord
    commitments: list[CommitmentRecord]
    assumptions: AssumptionsRecord


@dataclass(frozen=True)
class Proposal:
    """A proposed sub-fund with its assumptions; amounts in fen by year, `calls` as shares of what is committed."""

    title: Words
    mother: str
    fund: Fund
    commitments: tuple[Commitment, ...]
    calls: dict[int, Fraction]
    reinvestment: dict[int, int]
    mother_paid_in: dict[int, int]
    mother_called: dict[int, int]
    mother_gets: dict[int, int]
    largest_investee: int | None
    where: Where

    @property
    def from_mother(self) -> int:
        """What the mother fund would commit, in fen."""
        return sum(c.amount or 0 for c in self.commitments if c.investor == self.mother)


@dataclass(frozen=True)
class FreeMoney:
    """What a mother fund can still promise (可用资金): money in hand and what its investors still owe it, less what it owes to sub-funds, in fen."""

    cash: Number
    callable: Number
    owed: Number

    @property
    def free(self) -> Number:
        return subtract(add(self.cash, self.callable), self.owed)


@dataclass(frozen=True)
class CashYear:
    """One year of the mother fund's money, in fen; `new` are the calls of the proposed fund."""

    year: int
    opening: Number
    paid_in: int
    gets: int
    called: int
    new: int

    @property
    def closing(self) -> Number:
        return subtract(add(self.opening, exactly(self.paid_in + self.gets)), exactly(self.called + self.new))

    @property
    def short(self) -> Number:
        """What is missing at the end of the year."""
        return at_least_nothing(subtract(NONE, self.closing))


@dataclass(frozen=True)
class ObligationYear:
    """To the end of one year, in fen: what the district has paid into the new fund, what is due for it there, and what is assumed to come."""

    year: int
    paid_in: Fraction
    due: int
    expected: int

    @property
    def missing(self) -> int:
        return max(self.due - self.expected, 0)


@dataclass(frozen=True)
class Trial:
    """What a proposed sub-fund would change, on a day."""

    proposal: Proposal
    as_of: datetime.date
    law_on: datetime.date
    packs: dict[str, str]  # id -> content hash
    before: Accounts
    planned: Figures
    free_before: FreeMoney
    free_after: Number
    mothers_share: Number
    rules: tuple[Kept, ...]
    fund_leverage: Leverage
    leverage_before: Leverage
    leverage_after: Leverage
    required: Required | None
    cash: tuple[CashYear, ...]
    obligation: tuple[ObligationYear, ...]

    @property
    def broken(self) -> list[Kept]:
        return [kept for kept in self.rules if kept.status == "no"]


def free_money(accounts: Accounts, mother: str) -> FreeMoney:
    figures = accounts.figures[mother]
    return FreeMoney(figures.cash, figures.uncalled, _owed(accounts.books, mother))


def _owed(books: Books, mother: str) -> Number:
    """What a mother fund has committed to sub-funds and not yet paid in, fund by fund."""
    owed = []
    for fund in books.funds:
        committed = total(span(c.amount) for c in books.committed_to[fund] if c.investor == mother)
        paid = total(span(flow.amount) for flow in books.incoming(fund, "paid_in") if flow.source == mother)
        owed.append(at_least_nothing(subtract(committed, paid)))
    return total(owed)


def try_out(books: Books, proposal: Proposal, rules: Rules, as_of: datetime.date) -> Trial:
    """The mother fund before and after; the rules are asked of the new fund when all is called and invested as assumed."""
    before = accounts(books, as_of)
    agreed = tuple(replace(c, on=as_of) for c in proposal.commitments)
    with_new = replace(before.books, funds=before.books.funds | {proposal.fund.id: proposal.fund}, commitments=(*before.books.commitments, *agreed))
    planned = accounts(with_new, as_of).figures[proposal.fund.id]
    facts = _planned_facts(planned, proposal)
    plan = words("as the proposal plans it", "按拟设方案")
    law = required_by_law([facts], rules, as_of).get(proposal.fund.id)
    own = Required(proposal.fund.multiple, AGREED) if proposal.fund.multiple is not None else None
    required = max((one for one in (own, law) if one is not None), key=lambda one: one.multiple, default=None)
    free = free_money(before, proposal.mother)
    return Trial(
        proposal,
        as_of,
        rules.law_on,
        {pack.id: pack.content_hash for pack in rules.packs},
        before,
        planned,
        free,
        subtract(free.free, exactly(proposal.from_mother)),
        divide(planned.committed_by_mothers, planned.committed),
        tuple(kept_rules([facts], books.about, rules, as_of, plan)),
        leverage(planned),
        consolidated_leverage(before.books),
        consolidated_leverage(with_new),
        required,
        tuple(_cash_by_year(before.figures[proposal.mother].cash, proposal)),
        tuple(_obligation(planned, proposal, required)),
    )


def _planned_facts(planned: Figures, proposal: Proposal) -> FundFacts:
    """The new fund once everything is called: what the district commits is paid in, and invested there is what is assumed."""
    facts = facts_of(planned)
    largest = span(proposal.largest_investee)
    local = exactly(sum(proposal.reinvestment.values()))
    invested = {"district_paid_in": planned.district, "local_investment": local, "largest_investee": largest, "cost_held": span(None)}
    return replace(facts, figures=facts.figures | invested)


def _cash_by_year(cash: Number, proposal: Proposal) -> Iterator[CashYear]:
    """Year by year to the last for which anything is assumed; each share of a call is rounded so that the calls add up to what is committed."""
    named = (proposal.calls, proposal.mother_paid_in, proposal.mother_called, proposal.mother_gets)
    years = sorted({year for by_year in named for year in by_year})
    called, so_far = Fraction(0), 0
    for year in range(years[0], years[-1] + 1) if years else ():
        called += proposal.calls.get(year, Fraction(0))
        due = _half_up(called * proposal.from_mother)
        one = CashYear(
            year,
            cash,
            proposal.mother_paid_in.get(year, 0),
            proposal.mother_gets.get(year, 0),
            proposal.mother_called.get(year, 0),
            due - so_far,
        )
        yield one
        cash, so_far = one.closing, due


def _obligation(planned: Figures, proposal: Proposal, required: Required | None) -> Iterator[ObligationYear]:
    if required is None:
        return
    years = sorted({*proposal.calls, *proposal.reinvestment})
    called, expected = Fraction(0), 0
    for year in range(years[0], years[-1] + 1) if years else ():
        called += proposal.calls.get(year, Fraction(0))
        expected += proposal.reinvestment.get(year, 0)
        paid_in = Fraction(planned.district.low) * called
        yield ObligationYear(year, paid_in, math.ceil(paid_in * required.multiple), expected)


def _half_up(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2))


# ---------------------------------------------------------------- reading


def read_proposal(path: Path, books: Books, places: Places, as_of: datetime.date) -> Proposal:
    """A proposal from YAML; raises FaultyInput with everything that is wrong with it, and with it and the books together."""
    node, problems = read_yaml(path, path.name)
    if node is None:
        raise FaultyInput(problems)
    record, faults = build(ProposalRecord, node, Where(path.name), "proposal")
    problems += faults
    if record is None:
        raise FaultyInput(in_order(problems))
    reader = _Reader(problems)
    found = reader.proposal(record, places)
    if not problems:
        problems += _misfits(found, record, accounts(books, as_of), as_of)
    if problems:
        raise FaultyInput(in_order(problems))
    return found


@dataclass
class _Reader:
    """Cells of a proposal as figures; what is wrong goes to `problems`."""

    problems: list[Problem]

    def wrong(self, message: str, where: Where, hint: str) -> None:
        self.problems.append(Problem("mother.proposal", message, where, hint))

    def proposal(self, record: ProposalRecord, places: Places) -> Proposal:
        fund, assumed = record.fund, record.assumptions
        place = places.find(str(fund.place))
        if place is None:
            self.wrong(f"{fund.place} is not a place", fund.place.where, did_you_mean(fund.place, places.by_id) or "an id of places.yaml")
        if fund.term_end <= fund.registered_on:
            self.wrong(f"the term ends on {fund.term_end}, before the fund is registered on {fund.registered_on}", fund.where, "turn the days round")
        commitments = tuple(
            Commitment(str(c.investor), str(fund.id), self.money(c.committed), c.capital, fund.registered_on, c.where) for c in record.commitments
        )
        return Proposal(
            record.title,
            str(record.mother),
            Fund(
                str(fund.id),
                str(fund.title.zh),
                False,
                place,
                fund.registered_on,
                fund.term_end,
                multiple=None if fund.multiple is None else self.figure(fund.multiple, "a multiple like 1.5"),
                senior_managers=None if fund.senior_managers is None else int(self.figure(fund.senior_managers, "a whole number", whole=True)),
                success_cases=None if fund.success_cases is None else int(self.figure(fund.success_cases, "a whole number", whole=True)),
                where=fund.where,
            ),
            commitments,
            self.by_year(assumed.calls, lambda text: self.figure(text, "a share like 40%")),
            self.by_year(assumed.reinvestment, self.money),
            self.by_year(assumed.mother_paid_in, self.money),
            self.by_year(assumed.mother_called, self.money),
            self.by_year(assumed.mother_gets, self.money),
            None if assumed.largest_investee is None else self.money(assumed.largest_investee),
            record.where,
        )

    def quantity(self, text: Text) -> Quantity | None:
        syntax, faults = parse(text, text.where)
        self.problems += faults
        return syntax if isinstance(syntax, Quantity) else None

    def money(self, text: Text) -> int:
        """Whole fen; 0 where it was told to be wrong."""
        found, told = self.quantity(text), len(self.problems)
        if found is not None and found.value >= 0 and (found.unit is not None or found.value == 0):
            currency = None if found.unit is None else found.unit.dimension
            fen = found.value * 100
            if currency in (None, UNITS["CNY"].dimension) and fen.denominator == 1:
                return int(fen)
        if not told or self.problems[-1].where.line != text.where.line:
            self.wrong(f"{text} is no amount of yuan, whole to the fen", text.where, "write 8000万元")
        return 0

    def figure(self, text: Text, what: str, *, whole: bool = False) -> Fraction:
        found = self.quantity(text)
        if found is None or found.unit is not None or found.value < 0 or (whole and found.value.denominator != 1):
            self.wrong(f"{text} is not {what}", text.where, f"write {what}")
            return Fraction(0)
        return found.value

    def by_year(self, given: Mapping[Text, Text], read: Callable[[Text], T]) -> dict[int, T]:
        found: dict[int, T] = {}
        for year, text in given.items():
            if not (year.isascii() and year.isdigit() and int(year) in YEARS):
                self.wrong(f"{year} is not a year", year.where, "write 2025")
            else:
                found[int(year)] = read(text)
        return found


def _misfits(proposal: Proposal, record: ProposalRecord, before: Accounts, as_of: datetime.date) -> Iterator[Problem]:
    """What of a proposal cannot be together with the books."""

    def wrong(message: str, where: Where, hint: str) -> Problem:
        return Problem("mother.proposal", message, where, hint)

    books, assumed = before.books, record.assumptions
    mothers = [fund.id for fund in books.mothers]
    if proposal.mother not in mothers:
        yield wrong(
            f"{proposal.mother} is not a mother fund of the books",
            record.mother.where,
            did_you_mean(proposal.mother, mothers) or f"mother funds: {', '.join(mothers)}",
        )
        return
    if proposal.fund.id in books.funds:
        yield wrong(f"there is a fund {proposal.fund.id} already", record.fund.id.where, "give the new one another id")
    if proposal.fund.registered_on is not None and proposal.fund.registered_on < as_of:
        yield wrong(
            f"the new fund is registered on {proposal.fund.registered_on}, before {as_of}",
            record.fund.where,
            "a fund that is there already belongs into the tables",
        )
    if not proposal.from_mother:
        yield wrong(f"{proposal.mother} commits nothing to the new fund", record.where, "give it a line under commitments")
    for c in record.commitments:
        known = before.owners.classes.get(str(c.investor))
        if known is not None and known != c.capital:
            yield wrong(
                f"{c.investor} is {c.capital} here and {known} in the books", c.investor.where, "whose money it is does not change with the fund"
            )
    named = [str(c.investor) for c in record.commitments]
    for c in {str(c.investor): c for c in record.commitments if named.count(str(c.investor)) > 1}.values():
        yield wrong(f"{c.investor} commits twice", c.investor.where, "add the two up")
    if sum(proposal.calls.values()) > 1:
        yield wrong(
            f"{float(sum(proposal.calls.values())):.6g} of what is committed is called", _first(assumed.calls), "shares add up to 100% at most"
        )
    figures = before.figures[proposal.mother]
    size = sum(c.amount or 0 for c in proposal.commitments)
    limits: list[tuple[str, dict[Text, Text], Iterable[int], Exact]] = [
        ("paid in by its investors", assumed.mother_paid_in, proposal.mother_paid_in.values(), figures.uncalled.high),
        ("called by the sub-funds that there are", assumed.mother_called, proposal.mother_called.values(), _owed(books, proposal.mother).high),
        ("invested in the district by the new fund", assumed.reinvestment, proposal.reinvestment.values(), Fraction(size)),
    ]
    for word, given, amounts, limit in limits:
        if sum(amounts) > limit:
            said, most = (money_range(int(amount), int(amount)).en for amount in (sum(amounts), limit))
            yield wrong(
                f"{said} is assumed to be {word}, and {most} is all that is committed", _first(given), "lower the assumption, or mend the tables"
            )
    for given in (assumed.calls, assumed.reinvestment, assumed.mother_paid_in, assumed.mother_called, assumed.mother_gets):
        for year in given:
            if int(year) < as_of.year:
                yield wrong(f"{year} is over on {as_of}", year.where, "what has happened stands in the tables")


def _first(given: Mapping[Text, Text]) -> Where:
    return next(iter(given)).where
