"""The books of a mother fund (母基金账册): funds, who committed what, what flowed when, and what holdings are worth."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

from huiqi.facts.provenance import About
from huiqi.vocabulary.problem import NOWHERE, Where
from huiqi.vocabulary.ranges import INFINITY, Number, add, exactly

#: Whose money: other governments' (市级以上政府), the district's own platforms' (区级平台), anybody else's (社会资本).
CapitalClass = Literal["public", "district", "social"]
CLASSES: tuple[str, ...] = get_args(CapitalClass)
FlowKind = Literal["called", "paid_in", "invested", "expense", "returned", "gain", "dividend", "written_off"]
FLOW_KINDS: tuple[str, ...] = get_args(FlowKind)
#: What comes back in money: capital, what was gained beyond it, and dividends.
PROCEEDS = frozenset({"returned", "gain", "dividend"})
NONE = exactly(0)


@dataclass(frozen=True)
class Fund:
    """A mother fund or a sub-fund; None is unknown. `size` in fen, `multiple` the reinvestment that its agreement names."""

    id: str
    title: str
    is_mother: bool
    place: str | None = None
    registered_on: datetime.date | None = None
    term_end: datetime.date | None = None
    manager: str = ""
    size: int | None = None
    multiple: Fraction | None = None
    reinvest_by: datetime.date | None = None
    senior_managers: int | None = None
    success_cases: int | None = None
    where: Where = NOWHERE


@dataclass(frozen=True)
class Commitment:
    """What an investor committed to a fund (认缴), in fen."""

    investor: str
    fund: str
    amount: int | None
    capital: CapitalClass | None
    on: datetime.date
    where: Where = NOWHERE


@dataclass(frozen=True)
class Flow:
    """Money that moved, was called or was lost, in fen; of an investment, where it is and whether it counts as local (返投)."""

    on: datetime.date
    source: str
    target: str
    kind: FlowKind
    amount: int | None
    place: str | None = None
    local: bool | None = None
    where: Where = NOWHERE


@dataclass(frozen=True)
class Valuation:
    """What a holder's share of an enterprise is worth; without a holder, the net assets of a whole fund."""

    holder: str
    of: str
    on: datetime.date
    amount: int | None
    where: Where = NOWHERE


def span(fen: int | None) -> Number:
    """An amount as a range: what nobody knows is from nothing to no end."""
    return Number(Fraction(0), INFINITY) if fen is None else exactly(fen)


def total(parts: Iterable[Number]) -> Number:
    """The sum of ranges."""
    found = NONE
    for part in parts:
        found = add(found, part)
    return found


@dataclass(frozen=True)
class Books:
    """All tables of a mother fund; `content_hash` says which."""

    about: About
    funds: dict[str, Fund]
    commitments: tuple[Commitment, ...]
    flows: tuple[Flow, ...]
    valuations: tuple[Valuation, ...] = ()
    content_hash: str = ""

    def until(self, day: datetime.date) -> Books:
        """What had happened by a day, that day included; a fund is there once it is registered, or something is committed to it."""
        commitments = tuple(c for c in self.commitments if c.on <= day)
        begun = {c.fund for c in commitments}
        return replace(
            self,
            funds={id: fund for id, fund in self.funds.items() if fund.registered_on is None or fund.registered_on <= day or id in begun},
            commitments=commitments,
            flows=tuple(f for f in self.flows if f.on <= day),
            valuations=tuple(v for v in self.valuations if v.on <= day),
        )

    @property
    def mothers(self) -> list[Fund]:
        return [fund for fund in self.funds.values() if fund.is_mother]

    @property
    def sub_funds(self) -> list[Fund]:
        return [fund for fund in self.funds.values() if not fund.is_mother]

    @cached_property
    def committed_to(self) -> dict[str, list[Commitment]]:
        """The commitments to each fund."""
        found: dict[str, list[Commitment]] = {id: [] for id in self.funds}
        for commitment in self.commitments:
            found.setdefault(commitment.fund, []).append(commitment)
        return found

    @cached_property
    def _by_end(self) -> tuple[dict[str, list[Flow]], dict[str, list[Flow]]]:
        sources: dict[str, list[Flow]] = {}
        targets: dict[str, list[Flow]] = {}
        for flow in self.flows:
            sources.setdefault(flow.source, []).append(flow)
            targets.setdefault(flow.target, []).append(flow)
        return sources, targets

    def outgoing(self, id: str, *kinds: str) -> Iterator[Flow]:
        """What went from somebody, of some kinds."""
        return (flow for flow in self._by_end[0].get(id, ()) if flow.kind in kinds)

    def incoming(self, id: str, *kinds: str) -> Iterator[Flow]:
        """What came to somebody, of some kinds."""
        return (flow for flow in self._by_end[1].get(id, ()) if flow.kind in kinds)

    @cached_property
    def bottom_up(self) -> list[str]:
        """The funds, each after those in which it holds something."""
        import rustworkx  # only for books

        ids = list(self.funds)
        number = {id: n for n, id in enumerate(ids)}
        graph: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph(multigraph=False)
        graph.add_nodes_from(ids)
        graph.add_edges_from_no_data([(number[c.fund], number[c.investor]) for c in self.commitments if c.investor in number and c.fund in number])
        return [ids[node] for node in rustworkx.topological_sort(graph)]
