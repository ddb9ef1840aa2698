"""Small books of mother funds for tests: written as somebody would by hand, and arbitrary ones."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from huiqi.allocation.mother_fund.books import Books, Commitment, Flow, Fund, Valuation
from huiqi.allocation.mother_fund.tables import read_books
from huiqi.facts.provenance import About, Provenance
from huiqi.rules.library import Library, read_library
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.record import words

ABOUT = """
title: {en: Test fund, zh: 测试母基金}
made_up: true
source: {en: made up for a test, zh: 测试虚构}
observed_on: 2024-12-31
recorded_on: 2025-01-15
verified: true
"""
FUNDS = ["id,kind,place,registered_on,term_end,size", "M,mother,,2020-01-01,2034-12-31,", "S,sub,,2020-01-01,2029-12-31,"]
COMMITMENTS = ["investor,fund,committed,class,date", "gov,M,100,district,2020-01-02", "M,S,60,district,2020-01-03", "firm,S,40,social,2020-01-03"]
FLOWS = [
    "date,from,to,kind,amount,place,local",
    "2020-02-01,gov,M,paid_in,80,,",
    "2020-03-01,M,S,paid_in,60,,",
    "2020-03-01,firm,S,paid_in,40,,",
    "2020-04-01,S,X,invested,50,,yes",
    "2023-04-01,X,S,returned,20,,",
]
AS_OF = datetime.date(2024, 12, 31)


def write_books(folder: Path, **tables: Iterable[str]) -> Path:
    """A folder of CSV files; a table that is not given is that of above."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "registry.yaml").write_text(ABOUT, encoding="utf-8")
    for name, rows in {"funds": FUNDS, "commitments": COMMITMENTS, "flows": FLOWS, **tables}.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def books_of(folder: Path, **tables: Iterable[str]) -> Books:
    return read_books(write_books(folder, **tables), library().common.places)


def problems_of(folder: Path, **tables: Iterable[str]) -> list[Problem]:
    """Every problem of some tables."""
    try:
        books_of(folder, **tables)
    except FaultyInput as faulty:
        return list(faulty.problems)
    return []


_LIBRARIES: dict[str, Library] = {}


def library(pack: str = "cn-zj-hangzhou-xiaoshan") -> Library:
    if pack not in _LIBRARIES:
        found, _ = read_library([pack], rules_only=True, cached=True)
        assert found is not None
        _LIBRARIES[pack] = found
    return _LIBRARIES[pack]


MADE_UP = About(
    words("Arbitrary", "任意"), True, Provenance(words("made up", "虚构"), datetime.date(2020, 1, 1), datetime.date(2020, 1, 1), False), {}, {}
)


@st.composite
def arbitrary_books(draw: st.DrawFn) -> Books:
    """A mother fund, up to four more funds below it that may hold each other downwards, and what they invest; nothing contradicts."""
    count = draw(st.integers(1, 4))
    ids = ["M", *(f"S{n}" for n in range(count))]
    start = datetime.date(2020, 1, 1)
    commitments: list[Commitment] = []
    flows: list[Flow] = []
    cash: dict[str, int] = {}

    def day() -> datetime.date:
        return start + datetime.timedelta(days=draw(st.integers(0, 1000)))

    def puts_in(investor: str, fund: str, capital: str | None, most: int) -> int:
        paid = draw(st.integers(1, max(most, 1)))
        committed = paid + draw(st.integers(0, 50_000))
        commitments.append(Commitment(investor, fund, committed, capital, start))  # type: ignore[arg-type]
        flows.append(Flow(day(), investor, fund, "paid_in", paid))
        return paid

    for at, fund in enumerate(ids):
        cash[fund] = sum(f.amount or 0 for f in flows if f.target == fund and f.kind == "paid_in")
        for n in range(draw(st.integers(1, 3))):
            capital = draw(st.sampled_from(["public", "district", "social", None]))
            cash[fund] += puts_in(f"{fund}-owner{n}", fund, capital, 1_000_000)
        for other in ids[at + 1 :]:
            if cash[fund] > 0 and draw(st.booleans()):
                cash[fund] -= puts_in(fund, other, draw(st.sampled_from(["district", None])), cash[fund])
        for investee in draw(st.sets(st.sampled_from(["X", "Y", "Z"]), max_size=2)):
            put = draw(st.integers(0, cash[fund]))
            if put:
                cash[fund] -= put
                flows.append(Flow(day(), fund, investee, "invested", put, local=draw(st.sampled_from([True, False, None]))))
                back = draw(st.integers(0, put))
                if back:
                    flows.append(
                        Flow(start + datetime.timedelta(days=1100), investee, fund, draw(st.sampled_from(["returned", "gain", "written_off"])), back)
                    )
    values = [
        Valuation(flow.source, flow.target, start + datetime.timedelta(days=1050), draw(st.integers(0, 2_000_000)))
        for flow in flows
        if flow.kind == "invested" and draw(st.booleans())
    ]
    funds = {id: Fund(id, id, id == "M", registered_on=start) for id in ids}
    return Books(MADE_UP, funds, tuple(commitments), tuple(sorted(flows, key=lambda f: f.on)), tuple(values))


def path_share(books: Books, owner: str, fund: str, avoid: str = "") -> Fraction:
    """What an owner has of a fund by following every path from it: the plain reading of looking through."""
    paid = [f for f in books.flows if f.target == fund and f.kind == "paid_in"]
    whole = sum(f.amount or 0 for f in paid)
    found = Fraction(0)
    for flow in paid:
        part = Fraction(flow.amount or 0, whole)
        if flow.source == owner:
            found += part
        elif flow.source in books.funds and flow.source != avoid:
            found += part * path_share(books, owner, flow.source, avoid)
    return found
