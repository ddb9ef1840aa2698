"""The plain procedure of a round, applicant by applicant, as an office would go through its list; and every completion of a small round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product


@dataclass(frozen=True)
class Applicant:
    """An applicant of whom everything is known: an amount (None: not entitled), a place in the order, and a group (None: none)."""

    amount: int | None
    place: int
    group: int | None = None


@dataclass(frozen=True)
class Open:
    """An applicant of whom not everything is known."""

    entitled: tuple[bool, ...]
    amounts: tuple[int, ...]
    places: tuple[int, ...]
    groups: tuple[int | None, ...] = (None,)

    def completions(self) -> Iterator[Applicant]:
        for entitled, amount, place, group in product(self.entitled, self.amounts, self.places, self.groups):
            yield Applicant(amount if entitled else None, place, group)


def completions(round_: Sequence[Open]) -> Iterator[tuple[Applicant, ...]]:
    """Everything that the unknown facts can turn out to be."""
    yield from product(*(list(dict.fromkeys(one.completions())) for one in round_))


def walk(
    applicants: Sequence[Applicant], money: int, places: int, *, ties: str, edge: str, minimum: int, only: Sequence[int] | None = None
) -> dict[int, int]:  # fmt: skip
    """Who gets what, in order; those with the same place are looked at together."""
    listed = [n for n in (range(len(applicants)) if only is None else only) if (applicants[n].amount or -1) >= minimum]
    given: dict[int, int] = {}
    for _, together in groupby(sorted(listed, key=lambda n: applicants[n].place), key=lambda n: applicants[n].place):
        equal = list(together)
        wanted = sum(applicants[n].amount or 0 for n in equal)
        if places <= 0 or (ties != "all" and len(equal) > places):
            break
        if wanted > money:
            if edge == "skip":
                continue
            if edge == "partial" and len(equal) == 1 and money >= minimum:
                given[equal[0]] = money
            break
        for n in equal:
            given[n] = applicants[n].amount or 0
        money, places = money - wanted, places - len(equal)
    return given


def share(applicants: Sequence[Applicant], money: int, *, minimum: int) -> dict[int, int]:
    """In proportion, the smallest dropped until all that are left get a viable share; the odd fen by largest remainder."""
    amounts = {n: one.amount for n, one in enumerate(applicants) if one.amount is not None and one.amount >= minimum}
    while amounts:
        total, least = sum(amounts.values()), min(amounts.values())
        if total <= money:
            return amounts
        if least * money >= minimum * total:
            break
        amounts = {n: amount for n, amount in amounts.items() if amount > least}
    if not amounts:
        return {}
    given = {n: amount * money // total for n, amount in amounts.items()}
    for n in sorted(amounts, key=lambda n: (-(amounts[n] * money % total), n))[: money - sum(given.values())]:
        given[n] += 1
    return given


def by_group(
    applicants: Sequence[Applicant],
    parts: Sequence[tuple[int | None, int | None]],
    money: int,
    places: int | None,
    *,
    ties: str,
    edge: str,
    minimum: int,
    pooled: bool,
) -> dict[int, int]:  # fmt: skip
    """By groups; `parts` are their money and their places."""
    viable = [n for n, one in enumerate(applicants) if one.amount is not None and one.amount >= minimum]
    members = [[n for n in viable if applicants[n].group == g] for g in range(len(parts))]
    many = 10**9
    if parts[0][0] is not None:
        given: dict[int, int] = {}
        for some, (purse, room) in zip(members, parts, strict=True):
            assert purse is not None
            given |= walk(applicants, purse, many if room is None else room, ties=ties, edge=edge, minimum=minimum, only=some)
        if pooled:
            rest = [n for n in viable if n not in given]
            left = many if places is None else max(places - len(given), 0)
            given |= walk(applicants, money - sum(given.values()), left, ties=ties, edge=edge, minimum=minimum, only=rest)
        return given
    free = [Applicant(1, one.place, one.group) for one in applicants]
    placed: dict[int, int] = {}
    for some, (_, room) in zip(members, parts, strict=True):
        assert room is not None
        placed |= walk(free, many, room, ties=ties, edge="stop", minimum=0, only=some)
    if pooled:
        assert places is not None
        placed |= walk(free, many, max(places - len(placed), 0), ties=ties, edge="stop", minimum=0, only=[n for n in viable if n not in placed])
    return walk(applicants, money, many, ties=ties, edge=edge, minimum=minimum, only=sorted(placed))
