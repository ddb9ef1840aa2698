"""Who holds whom: the ownership table of a registry, and with what weight each related enterprise counts.

`ownership.csv` or `ownership.parquet` has `owner`, `owned`, `share`, `kind` and, where known, `since` and `until`. Kinds:

    share     capital or votes, whichever is greater
    control   a majority of votes or of the board, or dominance by contract: links whatever the share
    exempt    an investor that makes no partner (Article 3 (2) of 2003/361/EC) but links above the limit

An empty share is unknown: anything from nothing to all. Whoever stands in no row is related to nobody. An owner may be no enterprise of the
registry: its own figures are then unknown. A natural person belongs into the table only where the text links enterprises through persons.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

import pyarrow as pa

from huiqi.facts.schema import figure
from huiqi.facts.table import Table, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.problem import Problem, Where, did_you_mean

STEM = "ownership"
Kind = Literal["share", "control", "exempt"]
KINDS: tuple[str, ...] = get_args(Kind)
_NEEDED, _FURTHER = ("owner", "owned", "share", "kind"), ("since", "until")


class Holding(NamedTuple):
    """One enterprise holds another: a share from 0 to 1, None where it is unknown."""

    owner: str
    owned: str
    share: Fraction | None
    kind: Kind


class Weight(NamedTuple):
    """With what weight a related enterprise counts: surely so much, and at most so much."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Ownership:
    """All holdings of one day."""

    holdings: tuple[Holding, ...]
    _weights: dict[tuple[Fraction, Fraction | None], dict[str, dict[str, Weight]]] = field(default_factory=dict, repr=False)

    def weights(self, linked_above: Fraction, partner_from: Fraction | None) -> dict[str, dict[str, Weight]]:
        """Of every enterprise that is related to another, the others with their weights.

        Linked enterprises count in full: whoever holds more than `linked_above`, alone or together with those linked to it, and so on in
        both directions. Partners count by the greater of the two shares that either holds of the other, from `partner_from` on, each with
        those linked to it; partners of partners do not count. (2003/361/EC, Annex, Articles 3 and 6.)
        """
        at = (linked_above, partner_from)
        if at not in self._weights:
            surely = _weights([(h, h.share or Fraction(0)) for h in self.holdings], *at)
            perhaps = _weights([(h, Fraction(1) if h.share is None else h.share) for h in self.holdings], *at)
            nothing: dict[str, Fraction] = {}
            self._weights[at] = {
                subject: {other: Weight(surely.get(subject, nothing).get(other, Fraction(0)), high) for other, high in others.items()}
                for subject, others in perhaps.items()
            }
        return self._weights[at]


def _weights(held: list[tuple[Holding, Fraction]], linked_above: Fraction, partner_from: Fraction | None) -> dict[str, dict[str, Fraction]]:
    """The weights where every share is known. More shares never lower a weight, which makes the two ends of a range sound."""
    groups = _linked(held, linked_above)
    members: dict[int, list[str]] = {}
    for id, group in groups.items():
        members.setdefault(group, []).append(id)
    partners: dict[int, dict[int, Fraction]] = {}
    if partner_from is not None:
        ordinary = [(holding, share) for holding, share in held if holding.kind == "share"]
        for (owner, owned), share in _together(ordinary, groups).items():
            group = groups[owned]
            if group != owner and share >= partner_from:
                for one, other in ((owner, group), (group, owner)):
                    known = partners.setdefault(one, {})
                    known[other] = max(share, known.get(other, Fraction(0)))
    found = {}
    for id, group in groups.items():
        others = {other: Fraction(1) for other in members[group] if other != id}
        for partner, share in partners.get(group, {}).items():
            others |= dict.fromkeys(members[partner], share)
        found[id] = others
    return found


def _linked(held: list[tuple[Holding, Fraction]], limit: Fraction) -> dict[str, int]:
    """The group of linked enterprises of each, by number: what one group holds together counts as one."""
    import rustworkx  # only where a registry has owners

    ids = list(dict.fromkeys(id for holding, _ in held for id in (holding.owner, holding.owned)))
    number = {id: n for n, id in enumerate(ids)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(ids)
    graph.add_edges_from_no_data([(number[h.owner], number[h.owned]) for h, _ in held if h.kind == "control"])
    while True:
        groups = {ids[node]: group for group, nodes in enumerate(rustworkx.connected_components(graph)) for node in nodes}
        first = {group: id for id, group in reversed(groups.items())}
        further = [
            (number[first[owner]], number[owned])
            for (owner, owned), share in _together(held, groups).items()
            if share > limit and groups[owned] != owner
        ]
        if not further:
            return groups
        graph.add_edges_from_no_data(further)


def _together(held: Iterable[tuple[Holding, Fraction]], groups: dict[str, int]) -> dict[tuple[int, str], Fraction]:
    """What each group holds of each enterprise."""
    shares: dict[tuple[int, str], Fraction] = {}
    for holding, share in held:
        at = (groups[holding.owner], holding.owned)
        shares[at] = shares.get(at, Fraction(0)) + share
    return shares


# ---------------------------------------------------------------- the table


def read_ownership(folder: Path, as_of: datetime.date) -> tuple[Ownership | None, list[Problem]]:
    """The holdings of a registry on a day; None where the registry has no such table, so that nothing is known of anybody's owners."""
    table, problems = open_table(folder, STEM)
    if table is None:
        return None, problems
    where = Where(table.name, 0 if table.text is None else 1)
    problems = [missing_column(name, tuple(table.types), where) for name in _NEEDED if name not in table.types]
    for name in table.types:
        if name not in (*_NEEDED, *_FURTHER):
            hint = did_you_mean(name, [*_NEEDED, *_FURTHER]) or f"columns here: {', '.join((*_NEEDED, *_FURTHER))}"
            problems.append(Problem("registry.unknown-column", f"{name} is not a column of the ownership table", where, hint))
    if problems:
        return None, problems
    holdings: list[Holding] = []
    for position, row in enumerate(_rows(table)):
        fault = _fault(row)
        if fault is not None:
            problems.append(Problem("ownership.row", fault[0], table.place(position), fault[1]))
        elif _holds(row, as_of):
            holdings.append(Holding(row["owner"], row["owned"], figure(row["share"]) if row["share"] else None, cast(Kind, row["kind"])))
    problems += _too_much(holdings, Where(table.name))
    return (None if problems else Ownership(tuple(holdings))), problems


def _rows(table: Table) -> Iterator[dict[str, str]]:
    """The rows as texts; a Parquet table may hold numbers and dates."""
    names = [name for name in (*_NEEDED, *_FURTHER) if name in table.types]
    for batch in table.batches(names, 65_536):
        columns = [column.cast(pa.string()).to_pylist() for column in batch.columns]
        for cells in zip(*columns, strict=True):
            yield dict.fromkeys(_FURTHER, "") | {name: (cell or "").strip() for name, cell in zip(names, cells, strict=True)}


def _fault(row: dict[str, str]) -> tuple[str, str] | None:
    """What is wrong with a row, and the remedy."""
    if not row["owner"] or not row["owned"]:
        return "the owner or the owned enterprise is missing", "give both ids; leave the row out where one of them is not known"
    if row["owner"] == row["owned"]:
        return f"{row['owner']} holds itself", "leave the enterprise's own shares out"
    if row["kind"] not in KINDS:
        return f"{row['kind'] or 'nothing'} is no kind of holding", did_you_mean(row["kind"], KINDS) or f"one of {', '.join(KINDS)}"
    try:
        share = figure(row["share"]) if row["share"] else Fraction(0)
    except ValueError:
        return f"{row['share']} is no share", "write 30% or 0.3; leave it empty where it is unknown"
    if not 0 <= share <= 1:
        return (
            f"the share {row['share']} is not between 0 and 100%",
            f"write {row['share']}% or a fraction of 1" if 1 < share <= 100 else "write 30% or 0.3",
        )
    for name in _FURTHER:
        try:
            datetime.date.fromisoformat(row[name] or "2000-01-01")
        except ValueError:
            return f"{row[name]} is no day", "write 2024-06-30"
    if row["since"] and row["until"] and row["since"] > row["until"]:
        return f"the holding ends on {row['until']}, before it begins on {row['since']}", "turn the two days round"
    return None


def _holds(row: dict[str, str], day: datetime.date) -> bool:
    since, until = row["since"] or "0001-01-01", row["until"] or "9999-12-31"
    return datetime.date.fromisoformat(since) <= day <= datetime.date.fromisoformat(until)


def _too_much(holdings: Iterable[Holding], where: Where) -> list[Problem]:
    """Holdings that stand twice, and shares of one enterprise that add up to more than all of it."""
    taken: dict[str, Fraction] = {}
    holdings = tuple(holdings)
    twice = [at for at, count in Counter((h.owner, h.owned, h.kind) for h in holdings).items() if count > 1]
    if twice:
        hint = "add the two shares up, or give each its days with since and until"
        return [Problem("ownership.row", f"that {owner} holds {owned} ({kind}) stands twice", where, hint) for owner, owned, kind in twice]
    for holding in holdings:
        if holding.kind != "control":
            taken[holding.owned] = taken.get(holding.owned, Fraction(0)) + (holding.share or 0)
    return [
        Problem(
            "ownership.sum",
            f"the shares of {owned} add up to {float(share * 100):.6g}%, more than 100%",
            where,
            "look at the shares and at the days of each row",
        )
        for owned, share in taken.items()
        if share > 1
    ]
