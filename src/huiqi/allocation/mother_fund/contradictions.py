"""What a mother fund's tables say against each other: circles, flows before their fund, more paid in than committed, unheard-of returns."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from itertools import groupby, islice, pairwise

from huiqi.allocation.mother_fund.books import PROCEEDS, Books, Commitment, Flow, Fund, span, total
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.ranges import Exact
from huiqi.vocabulary.speech import money_range

CIRCLES_TOLD = 20


def contradictions(books: Books, unread: Container[str] = ()) -> list[Problem]:
    """Every contradiction, each told once at the row where it first shows; amounts that nobody knows never contradict.

    Of the tables `unread` some rows could not be read, and only what such rows cannot explain is told; so it is with rows whose ends are wrong.
    """
    if not books.funds:
        hint = "give every fund a row, and the mother fund the kind mother"
        return [Problem("mother.none", "the table of funds has no row that can be read", Where("funds"), hint)]
    named = list(_named(books))
    problems = [*_funds(books), *named, *_twice(books), *_circles(books), *_before_funds(books), *_classes(books), *_sizes(books)]
    odd = {problem.where.file.rpartition("/")[2].partition(".")[0] for problem in named}
    commitments, flows = ("commitments" not in unread and "commitments" not in odd), ("flows" not in unread and "flows" not in odd)
    further = [
        *(_against_commitments(books) if commitments else ()),
        *((*_run_out(books), *_never_invested(books), *_valued(books)) if flows else ()),
    ]
    told = {problem.where for problem in problems}  # a row that is wrong by itself is told once
    return [*problems, *(problem for problem in further if problem.where not in told)]


def _said(amount: Exact) -> str:
    return money_range(int(amount), int(amount)).en


def _funds(books: Books) -> Iterator[Problem]:
    if books.funds and not books.mothers:
        where = next(iter(books.funds.values())).where
        yield Problem(
            "mother.none", "no fund is a mother fund", Where(where.file), "write mother in the column kind of the fund that invests in the others"
        )
    for fund in books.funds.values():
        for name, day in (("term_end", fund.term_end), ("reinvest_by", fund.reinvest_by)):
            if day is not None and fund.registered_on is not None and day < fund.registered_on:
                yield Problem(
                    "mother.term",
                    f"{name} of {fund.id} is {day}, before it was registered on {fund.registered_on}",
                    fund.where,
                    "turn the days round",
                )


def _named(books: Books) -> Iterator[Problem]:
    """Ends of commitments, flows and values that are what their row needs them to be."""

    def unknown(id: str, what: str, where: Where) -> Problem:
        hint = did_you_mean(id, books.funds) or "give it a row in funds"
        return Problem("mother.unknown-fund", f"{id} is not a fund, and {what}", where, hint)

    for commitment in books.commitments:
        if commitment.fund not in books.funds:
            yield unknown(commitment.fund, "something is committed to it", commitment.where)
    for flow in books.flows:
        into, out_of = flow.target in books.funds, flow.source in books.funds
        if flow.source == flow.target:
            yield Problem("mother.kind", f"{flow.kind} goes from {flow.source} to itself", flow.where, "say from whom and to whom it went")
            continue
        match flow.kind:
            case "called" | "paid_in":
                if not into:
                    yield unknown(flow.target, f"is {flow.kind.replace('_', ' ')} to", flow.where)
            case "invested" | "expense":
                if not out_of:
                    yield unknown(flow.source, "pays" if flow.kind == "expense" else "invests", flow.where)
                elif into and flow.kind == "invested":
                    hint = "write a commitment, and the flow as paid_in"
                    yield Problem("mother.kind", f"{flow.source} invests in the fund {flow.target}", flow.where, hint)
            case "written_off":
                if not into or out_of:
                    hint = "it goes from the enterprise whose shares are written off to the fund that held them"
                    yield Problem("mother.kind", f"{flow.source} is written off by {flow.target}", flow.where, hint)
            case _:
                if not into and not out_of:
                    yield unknown(flow.target, f"gets what {flow.source}, which is none either, gives back", flow.where)
    for value in books.valuations:
        if value.holder and value.holder not in books.funds:
            yield unknown(value.holder, "holds what is valued", value.where)
        elif not value.holder and value.of not in books.funds:
            hint = did_you_mean(value.of, books.funds) or "say in holder which fund holds it"
            yield Problem("mother.value", f"{value.of} is no fund, and nobody is said to hold it", value.where, hint)


def _twice(books: Books) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], Where] = {}
    for commitment in books.commitments:
        at: tuple[object, ...] = (commitment.investor, commitment.fund, commitment.on)
        if at in seen:
            said = f"what {commitment.investor} committed to {commitment.fund} on {commitment.on} stands twice"
            yield Problem("mother.twice", said, commitment.where, f"the first one is at {seen[at]}; add the two up, or leave one out")
        seen.setdefault(at, commitment.where)
    for value in books.valuations:
        at = ("value", value.holder, value.of, value.on)
        if at in seen:
            yield Problem(
                "mother.twice", f"the value of {value.of} on {value.on} stands twice", value.where, f"the first one is at {seen[at]}; leave one out"
            )
        seen.setdefault(at, value.where)


def _circles(books: Books) -> Iterator[Problem]:
    """Funds that hold themselves, directly or through others."""
    import rustworkx  # only for books

    ids = list(books.funds)
    number = {id: n for n, id in enumerate(ids)}
    rows: dict[tuple[str, str], Where] = {}
    for commitment in books.commitments:
        if commitment.investor in number and commitment.fund in number:
            rows.setdefault((commitment.investor, commitment.fund), commitment.where)
    graph: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(ids)
    graph.add_edges_from_no_data([(number[investor], number[fund]) for investor, fund in rows])
    hint = "a fund cannot own itself: one of these commitments is wrong, or is to another fund"
    for investor, fund in rows:
        if investor == fund:
            yield Problem("mother.circle", f"{fund} holds itself", rows[investor, fund], hint)
    for circle in islice((c for c in rustworkx.simple_cycles(graph) if len(c) > 1), CIRCLES_TOLD):
        names = [ids[node] for node in circle]
        start = names.index(min(names, key=ids.index))
        names = [*names[start:], *names[: start + 1]]
        lines = ", ".join(str(rows[pair].line) for pair in pairwise(names))
        said = f"funds hold each other in a circle: {' > '.join(names)} (rows {lines})"
        yield Problem("mother.circle", said, rows[names[0], names[1]], hint)


def _before_funds(books: Books) -> Iterator[Problem]:
    """Commitments and flows before a fund that takes part in them was registered."""

    def early(ids: Iterable[str], day: datetime.date) -> Iterator[Fund]:
        for id in ids:
            fund = books.funds.get(id)
            if fund is not None and fund.registered_on is not None and day < fund.registered_on:
                yield fund

    hint = "look at the day, and at registered_on in funds"
    for commitment in books.commitments:
        for fund in early((commitment.investor,), commitment.on):  # to a fund one commits before it is registered
            yield Problem(
                "mother.before-fund", f"{fund.id} commits on {commitment.on}, and was registered on {fund.registered_on}", commitment.where, hint
            )
    for flow in books.flows:
        for fund in early((flow.source, flow.target), flow.on):
            said = f"{flow.kind} of {flow.on} is before {fund.id} was registered on {fund.registered_on}"
            yield Problem("mother.before-fund", said, flow.where, hint)


def _classes(books: Books) -> Iterator[Problem]:
    """Investors that are of one class here and of another there."""
    first: dict[str, Commitment] = {}
    for commitment in books.commitments:
        if commitment.capital is None:
            continue
        known = first.setdefault(commitment.investor, commitment)
        if known.capital != commitment.capital:
            said = f"{commitment.investor} is {commitment.capital} here and {known.capital} at {known.where}"
            yield Problem("mother.class", said, commitment.where, "whose money it is does not change with the fund: give it one class")


def _sizes(books: Books) -> Iterator[Problem]:
    for fund in books.funds.values():
        committed = total(span(c.amount) for c in books.committed_to[fund.id])
        if fund.size is not None and committed.low > fund.size:
            said = f"{_said(committed.low)} is committed to {fund.id}, whose size is {_said(Fraction(fund.size))}"
            yield Problem("mother.above-size", said, fund.where, "look at the size and at the commitments")


def _against_commitments(books: Books) -> Iterator[Problem]:
    """Calls and payments above what had been committed by then."""
    promised: dict[tuple[str, str], list[Commitment]] = {}
    for commitment in books.commitments:
        promised.setdefault((commitment.investor, commitment.fund), []).append(commitment)
    told: set[tuple[str, str, str]] = set()
    sums: dict[tuple[str, str, str], int] = {}
    for flow in books.flows:
        if flow.kind not in ("called", "paid_in") or flow.target not in books.funds:
            continue
        pair, at = (flow.source, flow.target), (flow.source, flow.target, flow.kind)
        word = "called" if flow.kind == "called" else "paid in"
        sums[at] = sums.get(at, 0) + (flow.amount or 0)
        if at in told:
            continue
        if pair not in promised:
            told.add(at)
            said = f"{flow.source} has committed nothing to {flow.target}, and something is {word}"
            yield Problem("mother.no-commitment", said, flow.where, "write the commitment, or mend the names")
            continue
        limit = total(span(c.amount) for c in promised[pair] if c.on <= flow.on)
        if sums[at] > limit.high:
            told.add(at)
            said = f"{_said(sums[at])} is {word} from {flow.source} to {flow.target} by {flow.on}, and {_said(limit.high)} was committed by then"
            yield Problem("mother.above-commitment", said, flow.where, "look at the amounts and days of both")


def _run_out(books: Books) -> Iterator[Problem]:
    """Funds that put out more money than had come in by a day."""
    for fund in books.funds.values():
        came: Exact = Fraction(0)
        went = Fraction(0)
        moved = sorted(_cash(books, fund.id), key=lambda one: one[0].on)
        for day, flows in groupby(moved, key=lambda one: one[0].on):
            last = None
            for flow, sign in flows:
                if sign > 0:
                    came = came + span(flow.amount).high
                else:
                    went += flow.amount or 0
                    last = flow
            if went > came and last is not None:
                said = f"{fund.id} has put out {_said(went)} by {day}, and {_said(came)} had come in"
                yield Problem("mother.above-paid-in", said, last.where, "a payment in is missing, or an amount or a day is wrong")
                break


def _cash(books: Books, id: str) -> Iterator[tuple[Flow, int]]:
    """The flows that move a fund's money, with their sign."""
    yield from ((flow, 1) for flow in books.incoming(id, "paid_in", *PROCEEDS))
    yield from ((flow, -1) for flow in books.outgoing(id, "paid_in", "invested", "expense", *PROCEEDS))


def _never_invested(books: Books) -> Iterator[Problem]:
    """Money back from what was never invested, and more capital back than was put in."""
    put: dict[tuple[str, str], Exact] = {}
    back: dict[tuple[str, str], int] = {}
    told: set[tuple[str, str, str]] = set()
    for flow in sorted(books.flows, key=lambda flow: (flow.on, flow.kind not in ("paid_in", "invested"))):
        if flow.kind in ("paid_in", "invested"):
            at = (flow.source, flow.target)
            put[at] = put.get(at, Fraction(0)) + span(flow.amount).high
        elif flow.kind in PROCEEDS or flow.kind == "written_off":
            at = (flow.target, flow.source)
            if at not in put:
                if (*at, "never") not in told:
                    told.add((*at, "never"))
                    said = f"{flow.kind} of {flow.on}: {flow.target} had never put anything into {flow.source}"
                    yield Problem("mother.never-invested", said, flow.where, "the investment or payment is missing, or a name or a day is wrong")
            elif flow.kind in ("returned", "written_off"):
                back[at] = back.get(at, 0) + (flow.amount or 0)
                if back[at] > put[at] and (*at, "more") not in told:
                    told.add((*at, "more"))
                    gone = f"{_said(back[at])} came back from {flow.source} to {flow.target} or was written off"
                    said = f"{gone} by {flow.on}, and {_said(put[at])} was put in"
                    yield Problem("mother.above-cost", said, flow.where, "what comes back beyond the cost is a gain")


def _valued(books: Books) -> Iterator[Problem]:
    """Values of what the holder did not hold on that day."""
    first: dict[tuple[str, str], datetime.date] = {}
    for flow in books.flows:
        if flow.kind == "invested":
            first.setdefault((flow.source, flow.target), flow.on)
    for value in books.valuations:
        if value.holder and value.of in books.funds:
            hint = "give the net assets of the whole fund, with an empty holder; a share of it follows from what was paid in"
            yield Problem("mother.value", f"the share of {value.holder} in the fund {value.of} is valued", value.where, hint)
        elif value.holder and first.get((value.holder, value.of), datetime.date.max) > value.on:
            said = f"{value.holder} held nothing of {value.of} on {value.on}"
            yield Problem("mother.value", said, value.where, "write the investment, or mend the names or the day")
