"""A mother fund's figures as a registry of the subject `fund`, so that every pack's rules about funds are evaluated and explained on them."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from huiqi.allocation.mother_fund.figures import Accounts, Figures
from huiqi.facts.provenance import FILE, About, Provenance, write_about
from huiqi.vocabulary.ranges import Number
from huiqi.vocabulary.record import Words, words

TABLE = "fund.csv"
#: Facts that are reckoned from tables, and which; the others stand in the table of funds as they are.
RECKONED = {
    "fund_size": ("commitments",),
    "public_capital": ("commitments",),
    "district_capital": ("commitments",),
    "mother_fund_capital": ("commitments",),
    "district_paid_in": ("commitments", "flows"),
    "local_investment": ("flows",),
    "largest_investee": ("flows",),
    "cost_held": ("flows",),
}


@dataclass(frozen=True)
class FundFacts:
    """What the rules can ask of a fund; a figure that is not known to the fen is unknown, since a cell holds one figure."""

    id: str
    name: str
    is_mother: bool
    place: str | None
    registered_on: datetime.date | None
    term_end: datetime.date | None
    senior_managers: int | None
    success_cases: int | None
    figures: dict[str, Number]

    def row(self) -> dict[str, str]:
        """The cells of a registry; an empty one is unknown."""
        plain = {
            "id": self.id,
            "name": self.name,
            "mother_fund": "true" if self.is_mother else "false",
            "place": self.place,
            "registered_on": self.registered_on,
            "term_end": self.term_end,
            "senior_managers": self.senior_managers,
            "success_cases": self.success_cases,
        }
        cells = {key: "" if value is None else str(value) for key, value in plain.items()}
        return cells | {key: yuan(figure.low) if figure.known and isinstance(figure.low, Fraction) else "" for key, figure in self.figures.items()}


def yuan(fen: Fraction) -> str:
    """Whole fen as yuan with two decimals.

    >>> yuan(Fraction(123456))
    '1234.56'
    """
    whole, rest = divmod(int(fen), 100)
    return f"{whole}.{rest:02d}"


def facts_of(figures: Figures) -> FundFacts:
    """The facts of one fund."""
    fund = figures.fund
    return FundFacts(
        fund.id,
        fund.title,
        fund.is_mother,
        fund.place,
        fund.registered_on,
        fund.term_end,
        fund.senior_managers,
        fund.success_cases,
        {
            "fund_size": figures.committed,
            "public_capital": figures.public,
            "district_capital": figures.district,
            "mother_fund_capital": figures.committed_by_mothers,
            "district_paid_in": figures.district_paid_in,
            "local_investment": figures.local,
            "largest_investee": figures.largest[1],
            "cost_held": figures.cost_held,
        },
    )


def all_facts(accounts: Accounts) -> list[FundFacts]:
    """The facts of every fund, in order of id."""
    return sorted((facts_of(figures) for figures in accounts.figures.values()), key=lambda facts: facts.id)


def write_fund_registry(folder: Path, facts: Iterable[FundFacts], about: About, as_of: datetime.date, further: Words | None = None) -> None:
    """A registry in an empty folder; every reckoned column says from which tables, of whom, and on which day.

    `further` says of what else the figures are (a plan), beside the tables.
    """
    rows = [one.row() for one in facts]
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    title = words(f"{about.title.en}: funds on {as_of}", f"{about.title.zh}：{as_of}基金数据")
    general = _on(about.provenance("funds", ""), as_of)
    write_about(folder / FILE, title, about.made_up, general, dict(_provenance(about, as_of, further)))


def _provenance(about: About, as_of: datetime.date, further: Words | None) -> Iterator[tuple[str, Provenance]]:
    for fact, tables in RECKONED.items():
        sources = [_on(about.provenance(table, ""), as_of) for table in tables]
        named = list(dict.fromkeys((str(p.source.en), str(p.source.zh)) for p in sources))
        en = f"reckoned from {' and '.join(tables)} ({'; '.join(en for en, _ in named)})"
        zh = f"由{'、'.join(_ZH[table] for table in tables)}计算（{'；'.join(zh for _, zh in named)}）"
        if further is not None:
            en, zh = f"{en}, {further.en}", f"{zh}，{further.zh}"
        observed, recorded = min(p.observed_on for p in sources), max(p.recorded_on for p in sources)
        verified = all(p.verified for p in sources) and further is None
        yield fact, Provenance(words(en, zh), observed, recorded, verified)


_ZH = {"commitments": "认缴表", "flows": "资金流水表"}


def _on(known: Provenance, as_of: datetime.date) -> Provenance:
    """What a table says of itself, on the day or before."""
    return Provenance(known.source, min(known.observed_on, as_of), known.recorded_on, known.verified)
