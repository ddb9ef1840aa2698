"""What one firm may have together (叠加享受), and whether it would have more if it applied for fewer measures.

Stacking rules decide among measures that are had. A firm that leaves one out is cut by other rules, and can end with more: of 3, 4 and 3 万元
for which "the highest of the first two" and "the highest of the last two" hold, all together pay 4, without the second 6. Nobody leaves out what is
had without an application, nor is it proposed to leave out what has no amount: what a recognition is worth is for the firm to say.

Choices are compared by what they surely pay, and every choice is compared or surely less: a choice of which some measures are still open pays at
most what the rules leave where those may be had or not (every value is a range).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Run
from huiqi.entitlements.cumulate import cumulate
from huiqi.entitlements.explain import Explainer
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import NOT_PAID, Stacking, StackingRule, bundled, only
from huiqi.rules.payable import Claim, Ends, payable

MOST_CHOICES = 1 << 15  #: compared at one time
Range = tuple[int, int | None]  # fen; None: no upper end
Choices = NDArray[np.int8]
OUT, IN, OPEN = range(3)
NOT_HAD = Claim(False, False, 0, 0)


@dataclass(frozen=True)
class Share:
    """One measure of a group: what is due of it, and what is payable if all are applied for and in the best choice (nothing where it is left out)."""

    measure: Measure
    due: Range
    payable: Range
    best: Range
    left_out: bool


@dataclass(frozen=True)
class Together:
    """Measures that stacking rules bind together, of one firm that may have each of them.

    `rules` are those that bind them. `payable` is what all pay together, `best` what the best choice pays: the same where nothing is gained by
    leaving any out. `surely` says that the choice pays more whatever the unknown facts are; otherwise only that more of it is sure. `compared` is
    False where there are too many choices, so that none is proposed.
    """

    shares: tuple[Share, ...]
    rules: tuple[StackingRule, ...]
    payable: Range
    best: Range
    surely: bool
    compared: bool = True

    @property
    def left_out(self) -> tuple[Measure, ...]:
        return tuple(share.measure for share in self.shares if share.left_out)


@dataclass(frozen=True)
class Combination:
    """All that a firm may have, in groups of measures that bear on each other, and alone; totals are in one currency, that of the nearest pack."""

    groups: tuple[Together, ...]
    alone: tuple[Share, ...]
    payable: Range
    best: Range
    currency: str


def combine(explainer: Explainer, run: Run) -> Combination:
    """What the one subject of a run may have together, and the best choice of what to apply for."""
    stacking = explainer.stacking
    claims, limits = explainer.claims(run)
    limit_of = {id(rule.limit): limit for rule, limit in zip((r for r in stacking.rules if r.limit is not None), limits, strict=True)}
    held = [number for number, claim in enumerate(claims) if claim.may and stacking.measures[number].record.kind not in NOT_PAID]
    own, claims = only(stacking, held), [claims[number] for number in held]
    bundles = bundled([rule.covered for rule in own.cutting])[1].values()
    groups = []
    for members in bundles:
        part = only(own, sorted(members))
        of_part = [limit_of[id(rule.limit)] for rule in part.rules if rule.limit is not None]
        groups.append(_together(part, [claims[number] for number in sorted(members)], of_part))
    bound = {number for members in bundles for number in members}
    alone = [number for number in range(len(own.measures)) if number not in bound]
    shares = tuple(_alone(own.measures[number], claims[number]) for number in alone)
    counted = [share.payable for number, share in zip(alone, shares, strict=True) if own.counted[number]]
    nearest = {measure.document.pack for measure in stacking.measures}
    currency = next((explainer.rules.currencies[pack.id] for pack in explainer.rules.packs if pack.id in nearest), "CNY")
    return Combination(
        tuple(groups),
        shares,
        _sum([*(group.payable for group in groups), *counted]),
        _sum([*(group.best for group in groups), *counted]),
        currency,
    )


def _alone(measure: Measure, claim: Claim) -> Share:
    amount = _range(claim.ends)
    return Share(measure, amount, amount, amount, False)


def _together(stacking: Stacking, claims: Sequence[Claim], limits: Sequence[Ends]) -> Together:
    """One group, with the best choice of what to leave out."""
    everything = payable(stacking, claims, limits)
    left_out = best_choice(stacking, claims, limits, [number for number, measure in enumerate(stacking.measures) if may_be_left_out(measure)])
    chosen = payable(stacking, [NOT_HAD if number in (left_out or ()) else claim for number, claim in enumerate(claims)], limits)
    if chosen.total[0] <= everything.total[0]:
        chosen, gained = everything, frozenset[int]()
    else:
        gained = left_out or frozenset()
    shares = tuple(
        Share(measure, _range(claim.ends), _range(one.ends), _range(then.ends), number in gained)
        for number, (measure, claim, one, then) in enumerate(zip(stacking.measures, claims, everything.claims, chosen.claims, strict=True))
    )
    rules = tuple({id(rule.written): rule for rule in stacking.cutting}.values())
    surely = bool(gained) and chosen.total[0] > everything.total[1]
    return Together(shares, rules, _range(everything.total), _range(chosen.total), surely, left_out is not None)


def may_be_left_out(measure: Measure) -> bool:
    """It gives an amount, and is had on application only."""
    return measure.amount is not None and (measure.record.apply is None or measure.record.apply.mode != "automatic")


def best_choice(stacking: Stacking, claims: Sequence[Claim], limits: Sequence[Ends], free: Sequence[int]) -> frozenset[int] | None:
    """Which of the `free` measures to leave out so that most is sure, then most is possible, then fewest are left out; None where there are too many
    choices to compare."""
    choices: Choices = np.full((1, len(claims)), IN, np.int8)
    choices[:, free] = OPEN
    most = -1.0
    for number in free:
        choices = np.repeat(choices, 2, axis=0)
        choices[::2, number], choices[1::2, number] = IN, OUT
        with_the_rest = np.where(choices == OPEN, np.int8(IN), choices)
        most = max(most, float(_totals(stacking, claims, limits, with_the_rest)[0].max()))
        choices = choices[_totals(stacking, claims, limits, choices)[1] >= most]
        if len(choices) > MOST_CHOICES:
            return None
    low, high = _totals(stacking, claims, limits, choices)
    first = np.lexsort(((choices == OUT).sum(axis=1), -high, -low))[0]
    return frozenset(np.flatnonzero(choices[first] == OUT).tolist())


def _totals(stacking: Stacking, claims: Sequence[Claim], limits: Sequence[Ends], choices: Choices) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each choice pays in all: one row a choice, of which an open measure may be had or not."""
    lines = choices.T
    low, high = (np.array([claim.ends[end] for claim in claims], float)[:, None] for end in (0, 1))
    must, may = (np.array(said)[:, None] for said in ([c.must for c in claims], [c.may for c in claims]))
    ends = tuple(np.repeat(np.array([limit[end] for limit in limits], float)[:, None], len(choices), axis=1) for end in (0, 1))
    found = cumulate(
        stacking,
        np.where(lines == IN, low, 0.0),
        np.where(lines == OUT, 0.0, high),
        (lines == IN) & must,
        (lines != OUT) & may,
        (ends[0], ends[1]),
    )
    return found.total_low, found.total_high


def _range(ends: Ends) -> Range:
    return int(ends[0]), None if ends[1] == math.inf else int(ends[1])


def _sum(ranges: Sequence[Range]) -> Range:
    highs = [high for _, high in ranges]
    return sum(low for low, _ in ranges), None if None in highs else sum(high for high in highs if high is not None)
