"""A mother fund on one day (母基金报告): look-through, rules, leverage, reinvestment, vintages, exits; and the folder that holds them."""

from __future__ import annotations

import csv
import datetime
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.allocation.mother_fund.attained import Leverage, Reinvestment, consolidated_leverage, leverage, reinvestment
from huiqi.allocation.mother_fund.books import Books
from huiqi.allocation.mother_fund.figures import Accounts, Figures, Position, accounts
from huiqi.allocation.mother_fund.fund_registry import all_facts, write_fund_registry
from huiqi.allocation.mother_fund.kept_rules import Kept, kept_rules, required_by_law
from huiqi.allocation.mother_fund.look_through import apportion
from huiqi.allocation.mother_fund.multiples import Multiples, Rate, Vintage, multiples, of_fund, of_stake, vintages
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.ranges import Absent, Number
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

ABOUT = "mother_fund.json"


@dataclass(frozen=True)
class Holding:
    """What one owner has in the end of one fund's holding, or of its money (no investee), in fen."""

    owner: str
    fund: str
    investee: str
    is_fund: bool  # an owner on the way; the others add up to all of it
    share: Number
    cost: Number
    worth: Number


@dataclass(frozen=True)
class Report:
    """Everything about a mother fund on a day."""

    books: Books  # until that day
    as_of: datetime.date
    law_on: datetime.date
    packs: dict[str, str]  # id -> content hash
    accounts: Accounts
    rules: tuple[Kept, ...]
    reinvestment: tuple[Reinvestment, ...]
    fund_multiples: dict[str, Multiples]
    stakes: dict[tuple[str, str], Multiples]  # of a mother fund in a fund
    vintages: tuple[Vintage, ...]
    mothers_vintages: dict[str, tuple[Vintage, ...]]

    @property
    def leverage(self) -> dict[str, Leverage]:
        """By fund as booked; under "" all funds as one."""
        return {id: leverage(figures) for id, figures in self.accounts.figures.items()} | {"": consolidated_leverage(self.accounts.books)}

    @property
    def positions(self) -> list[Position]:
        return [position for figures in self.accounts.figures.values() for position in figures.positions]


def holdings(accounts: Accounts) -> Iterator[Holding]:
    """Every fund's holdings and money by owner, at every remove; what is known adds up over the owners that are no funds."""
    funds = accounts.books.funds
    for id, figures in accounts.figures.items():
        reach = accounts.owners.reach[id]
        ends = [owner for owner in reach if owner not in funds]
        between = [owner for owner in reach if owner in funds]
        held = [("", figures.cash, figures.cash), *((p.investee, p.cost_held, p.worth.amount) for p in figures.positions if not p.exited)]
        for investee, cost, worth in held:
            for owners, is_fund in ((ends, False), (between, True)):
                shares = [reach[owner] for owner in owners]
                parts = zip(owners, shares, apportion(cost, shares), apportion(worth, shares), strict=True)
                yield from (Holding(owner, id, investee, is_fund, share, a, b) for owner, share, a, b in parts)


def mother_fund_report(books: Books, rules: Rules, as_of: datetime.date) -> Report:
    """The report of a day, with the rules that `rules` has in force; raises FaultyInput where no mother fund was there yet."""
    found = accounts(books, as_of)
    books = found.books
    if not books.mothers:
        raise FaultyInput(
            [Problem("mother.none", f"no mother fund was there on {as_of}", hint="name a later day, or look at registered_on in funds")]
        )
    facts = all_facts(found)
    figures = found.figures
    mothers = [fund.id for fund in books.mothers]
    return Report(
        books,
        as_of,
        rules.law_on,
        {pack.id: pack.content_hash for pack in rules.packs},
        found,
        tuple(kept_rules(facts, books.about, rules, as_of)),
        tuple(reinvestment(found, required_by_law(facts, rules, as_of))),
        {id: multiples(of_fund(found, id), figures[id].net, as_of) for id in figures},
        {
            (mother, id): multiples(of_stake(found, mother, id), found.stake(mother, id), as_of)
            for mother in mothers
            for id in figures
            if mother in found.owners.direct[id]
        },
        tuple(vintages(found)),
        {mother: tuple(vintages(found, mother)) for mother in mothers},
    )


# ---------------------------------------------------------------- the folder


def may_replace(folder: Path, about: str = ABOUT) -> bool:
    """Nothing is there, an empty folder, or a former result, which has the file `about`."""
    return not folder.exists() or (folder.is_dir() and (not any(folder.iterdir()) or (folder / about).is_file()))


def write_report(report: Report, folder: Path) -> None:
    """The report as a folder: each table as CSV and Parquet, `mother_fund.json`, and `registry/` for `huiqi evaluate --of fund`.

    Written whole or not at all; FileExistsError if something else is there.
    """
    if not may_replace(folder):
        raise FileExistsError(17, "something that is no report of a mother fund is there", str(folder))
    with whole_folder(folder) as unfinished:
        tables = tables_of(report)
        for name, rows in tables.items():
            write_table(unfinished / name, rows)
        (unfinished / "registry").mkdir()
        facts = all_facts(report.accounts)
        write_fund_registry(unfinished / "registry", facts, report.books.about, report.as_of)
        (unfinished / ABOUT).write_text(json.dumps(as_json(report) | tables, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


Cell = int | float | str | bool | None
Row = dict[str, Cell]


def tables_of(report: Report) -> dict[str, list[Row]]:
    """The tables by name; amounts are fen, ratios fractions with a decimal beside them."""
    return {
        "funds": [_fund_row(report, figures) for figures in report.accounts.figures.values()],
        "look_through": [
            {
                "owner": h.owner,
                "fund": h.fund,
                "investee": h.investee,
                "owner_is_fund": h.is_fund,
                **ratio_cells("share", h.share),
                **amount_cells("cost", h.cost),
                **amount_cells("value", h.worth),
            }
            for h in holdings(report.accounts)
        ],
        "rules": [rule_row(kept) for kept in report.rules],
        "leverage": [{"fund": id, **leverage_cells(one)} for id, one in report.leverage.items()],
        "reinvestment": [
            {
                "fund": one.fund,
                "required_multiple": None if one.required is None else str(one.required.multiple),
                "required_by": None if one.required is None else one.required.said_by.en,
                **amount_cells("district_paid_in", one.paid_in),
                **amount_cells("local", one.local),
                **ratio_cells("attained", one.attained),
                **amount_cells("due", one.due),
                **amount_cells("missing", one.missing),
                "by": None if one.by is None else one.by.isoformat(),
                "by_basis": one.by_basis.en,
            }
            for one in report.reinvestment
        ],
        "vintages": [
            *(_vintage_row("", vintage) for vintage in report.vintages),
            *(_vintage_row(mother, vintage) for mother, found in report.mothers_vintages.items() for vintage in found),
        ],
        "positions": [_position_row(report, position) for position in report.positions],
    }


def rule_row(kept: Kept) -> Row:
    """One rule and one fund."""
    return {
        "fund": kept.fund,
        "measure": kept.measure.name,
        "edition": kept.measure.edition,
        "kind": kept.measure.record.kind,
        "document": str(kept.measure.document.record.document),
        "clause": str(kept.measure.record.clause),
        "status": kept.status,
        "why_en": kept.why.en,
        "why_zh": kept.why.zh,
    }


def leverage_cells(one: Leverage) -> Row:
    """Leverage both ways, with what it is made of."""
    return {
        **amount_cells("total", one.whole),
        **amount_cells("public", one.public),
        **amount_cells("social", one.social),
        **ratio_cells("total_over_public", one.total_over_public),
        **ratio_cells("social_over_public", one.social_over_public),
    }


def _fund_row(report: Report, f: Figures) -> Row:
    by_class = report.accounts.owners.of_class(f.fund.id, report.books.funds)
    row: Row = {
        "fund": f.fund.id,
        "title": f.fund.title,
        "kind": "mother" if f.fund.is_mother else "sub",
        "vintage": f.vintage,
        "term_end": None if f.fund.term_end is None else f.fund.term_end.isoformat(),
        "value_basis": f.worth.basis,
        "valued_on": None if f.worth.on is None else f.worth.on.isoformat(),
        "largest_investee": f.largest[0],
    }
    amounts = {
        "committed": f.committed,
        "called": f.called,
        "paid_in": f.paid_in,
        "public": f.public,
        "district": f.district,
        "social": f.social,
        "invested": f.invested,
        "committed_to_funds": f.committed_to_funds,
        "into_funds": f.into_funds,
        "expenses": f.expenses,
        "returned": f.returned,
        "gains": f.gains,
        "written_off": f.written_off,
        "distributed": f.distributed,
        "cash": f.cash,
        "cost_held": f.cost_held,
        "largest": f.largest[1],
        "value": f.net,
    }
    for name, amount in amounts.items():
        row |= amount_cells(name, amount)
    for name, share in by_class.items():
        row |= ratio_cells(f"ultimately_{name}", share)
    return row | _multiples(report.fund_multiples[f.fund.id])


def _vintage_row(seen_by: str, vintage: Vintage) -> Row:
    return {
        "seen_by": seen_by,
        "vintage": vintage.year,
        "funds": " ".join(vintage.funds),
        **amount_cells("committed", vintage.committed),
        **amount_cells("called", vintage.called),
        **amount_cells("paid_in", vintage.multiples.paid_in),
        **amount_cells("invested", vintage.invested),
        **amount_cells("returned", vintage.returned),
        **amount_cells("distributed", vintage.multiples.distributed),
        **amount_cells("value", vintage.multiples.worth),
        **_multiples(vintage.multiples),
    }


def _position_row(report: Report, p: Position) -> Row:
    term_end = report.books.funds[p.fund].term_end
    return {
        "fund": p.fund,
        "investee": p.investee,
        "state": "exited" if p.exited else "partly exited" if p.cost_exited.high > 0 else "held",
        "first_on": p.first_on.isoformat(),
        "last_on": None if p.last_on is None else p.last_on.isoformat(),
        "days_held": ((p.last_on if p.exited and p.last_on is not None else report.as_of) - p.first_on).days,
        **amount_cells("invested", p.invested),
        **amount_cells("cost_exited", p.cost_exited),
        **amount_cells("proceeds", p.proceeds),
        **amount_cells("written_off", p.written_off),
        **ratio_cells("multiple", p.multiple),
        **amount_cells("cost_held", p.cost_held),
        **amount_cells("value", p.worth.amount),
        "value_basis": p.worth.basis,
        "valued_on": None if p.worth.on is None else p.worth.on.isoformat(),
        **amount_cells("local", p.local),
        "term_end": None if term_end is None else term_end.isoformat(),
        "days_to_term_end": None if term_end is None else (term_end - report.as_of).days,
    }


def _multiples(found: Multiples) -> Row:
    return {**ratio_cells("dpi", found.dpi), **ratio_cells("rvpi", found.rvpi), **ratio_cells("tvpi", found.tvpi), **_rate(found.rate)}


def _rate(rate: Rate) -> Row:
    return {
        "irr_low": rate.low,
        "irr_high": None if rate.high is None or math.isinf(rate.high) else rate.high,
        "irr_none_because": "" if rate.reason is None else rate.reason.en,
    }


def amount_cells(name: str, amount: Number) -> Row:
    """Both ends in fen; an empty high end is open."""
    low, high = (None if isinstance(end, float) else int(end) for end in (amount.low, amount.high))
    return {f"{name}_low": low, f"{name}_high": high}


def ratio_cells(name: str, value: Number) -> Row:
    """Both ends as exact fractions in words, like 3/2; empty where the value does not exist, or has no end."""
    if value.absent is Absent.SURELY:
        return {f"{name}_low": None, f"{name}_high": None}
    low, high = (str(end) if isinstance(end, Fraction) else None for end in (value.low, value.high))
    return {f"{name}_low": low, f"{name}_high": high}


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """A table as `<path>.csv` and `<path>.parquet`; nothing for one without rows."""
    if not rows:
        return
    names = list(rows[0])
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    columns = {name: pa.array([row[name] for row in rows], _type(row[name] for row in rows)) for name in names}
    pq.write_table(pa.table(columns), path.with_suffix(".parquet"))


def _cell(value: Cell) -> str:
    return (
        ""
        if value is None
        else ("true" if value else "false")
        if isinstance(value, bool)
        else repr(value)
        if isinstance(value, float)
        else str(value)
    )


def _type(values: Iterable[Cell]) -> pa.DataType:
    known = next((value for value in values if value is not None), None)
    match known:
        case bool():
            return pa.bool_()
        case int():
            return pa.int64()
        case float():
            return pa.float64()
        case _:
            return pa.string()


def as_json(report: Report) -> dict[str, Any]:
    """What a report was made from; its tables stand beside it."""
    return {
        "as_of": report.as_of.isoformat(),
        "law_on": report.law_on.isoformat(),
        "title": {"en": str(report.books.about.title.en), "zh": str(report.books.about.title.zh)},
        "made_up": report.books.about.made_up,
        "packs": report.packs,
        "tables_hash": report.books.content_hash,
        "huiqi": VERSION,
        "currency": "CNY",
        "unit": "fen",
    }
