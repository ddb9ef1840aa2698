"""Allocate land and premises: all steps together, and what is said of the outcome."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from huiqi.allocation.land.choose import Choice, Model, choose
from huiqi.allocation.land.claims import LAST, Claims
from huiqi.allocation.land.offers import make_offers, make_pairs
from huiqi.allocation.land.prices import Price, duals_of, shadow_prices
from huiqi.allocation.land.reasons import Reason, Reasons
from huiqi.allocation.land.relax import Relaxations, relax
from huiqi.allocation.land.stock import Site, Stock
from huiqi.facts.schema import CodeList, Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem
from huiqi.vocabulary.speech import Both


@dataclass(frozen=True)
class Settings:
    """How the choice is made: parcels joined at most, the weight of a square metre that nobody uses (fen a year), seconds for each of the three
    steps, and by which share of the bound the value may fall short."""

    joined: int = 4
    unused: int = 100
    seconds: float = 30.0
    gap: float = 0.0
    prices: bool = True


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who is placed where, and all that is said about it."""

    stock: Stock
    claims: Claims
    as_of: datetime.date
    settings: Settings
    model: Model
    choice: Choice
    relaxations: Relaxations
    prices: tuple[Price, ...]
    reasons: Reasons = field(repr=False)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def why(self) -> tuple[Reason, ...]:
        """The reason of each claim, in their order."""
        return tuple(self.reasons.of(number) for number in range(len(self.model.claims)))

    @cached_property
    def guarantees(self) -> dict[int, tuple[int, int]]:
        """By priority: promised, and kept."""
        promised = Counter(claim.priority for claim in self.model.claims if claim.guaranteed)
        return {priority: (promised[priority], self.choice.guaranteed.kept[priority]) for priority in sorted(promised)}

    @property
    def not_offered(self) -> tuple[Site, ...]:
        """Sites that no claim can surely be given for want of what nobody knows."""

        def hidden(site: Site) -> bool:
            return site.free is None or (site.land is None if site.form == "parcel" else site.floor is None) or site.place is None or site.use is None

        return tuple(site for site in self.stock.sites if hidden(site))

    def number(self, id: str) -> int | None:
        """The claim of an id, or of a claimant with a single claim."""
        found = [n for n, claim in enumerate(self.model.claims) if claim.id == id] or [
            n for n, claim in enumerate(self.model.claims) if claim.claimant == id
        ]
        return found[0] if len(found) == 1 else None


def allocate(
    stock: Stock, claims: Claims, places: Places, uses: CodeList, schemas: dict[str, Schema], as_of: datetime.date,
    settings: Settings = Settings(), inputs: Mapping[str, str] | None = None, tick: Callable[[str], None] = lambda _: None,
) -> Allocation:  # fmt: skip
    """The best placement of claims in a stock on a day; raises FaultyInput where the solver fails."""
    offers = make_offers(stock, places, uses, settings.joined)
    pairs = make_pairs(claims.claims, offers, settings.unused)
    model = Model(claims.claims, offers, pairs)
    tick("choosing")
    choice = choose(model, seconds=settings.seconds, gap=settings.gap)
    _check(model, choice)
    tick("relaxing")
    relaxations = relax(model, choice, seconds=settings.seconds)
    prices = list[Price]()
    if settings.prices:
        tick("pricing")
        prices = shadow_prices(model, choice, duals_of(model, choice), settings.unused, seconds=settings.seconds, gap=settings.gap)
    reasons = Reasons(model, choice, as_of, schemas)
    return Allocation(stock, claims, as_of, settings, model, choice, relaxations, tuple(prices), reasons, dict(inputs or {}))


def _check(model: Model, choice: Choice) -> None:
    """What the solver says is looked at again, in whole numbers: nobody placed twice, nothing given twice, no guarantee lost on the way."""
    columns = choice.taken.tolist()
    claims = [int(model.pairs.claim[column]) for column in columns]
    sites = [site for column in columns for site in model.offers.sets[model.pairs.offer[column]]]
    kept = Counter(model.claims[claim].priority for claim in claims if model.claims[claim].guaranteed)
    if len(set(claims)) < len(claims) or len(set(sites)) < len(sites) or any(kept[p] < n for p, n in choice.guaranteed.kept.items()):
        hint = "the same command gives the same answer; try another --gap or --joined"
        raise FaultyInput([Problem("solve.failed", "the solver's answer does not keep to its constraints", NOWHERE, hint)])


def said_of(allocation: Allocation) -> list[Both]:
    """The outcome in a few sentences."""
    placed, claims = len(allocation.reasons.placement), len(allocation.model.claims)
    told = [Both(f"{placed} of {claims} claims are placed", f"{claims}项需求中已安排{placed}项")]
    for priority, (promised, kept) in allocation.guarantees.items():
        named = Both("without priority", "（未定次序）") if priority == LAST else Both(f"of priority {priority}", f"（次序{priority}）")
        told.append(Both(f"guarantees {named.en}: {kept} of {promised} kept", f"保障{named.zh}：{promised}项中兑现{kept}项"))
    lost = list(allocation.relaxations.single)
    if lost:
        told.append(Both(f"not kept: {', '.join(lost)}", f"未兑现：{'、'.join(lost)}"))
    gap = f"{allocation.choice.value.gap:.2%}"
    within = Both(f", to within {gap}", f"（误差{gap}以内）") if gap != "0.00%" else Both("", "")
    if allocation.choice.proven:
        told.append(Both(f"no better choice is possible{within.en}", f"已证明不存在更优方案{within.zh}"))
    else:
        told.append(
            Both(
                f"the time ran out: at most {gap} better is possible, and another run may end elsewhere; give more --seconds",
                f"已到时限：至多还可提高{gap}，再次运行结果可能不同；请增大--seconds",
            )
        )
    return told
