"""What a round of a fund does to a reform: the same round given out under the law as it is and under the reform, claim by claim.

Both are rounds as `allocate budget` gives them out. Who gets something in the one and surely nothing in the other is newly awarded, or falls out.
What is undecided may turn either way on each side. That the unknown facts behind both sides are the same is used only where the reform touches no
part of the round: `perhaps` may be said of more claims than need be. A law under which the round cannot be given out, as it has not the measure or
the fund, is told with its problems.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from huiqi.allocation.budget.allocate import allocate_budget
from huiqi.allocation.budget.awards import Totals, totals_of
from huiqi.allocation.budget.explain import reasons_said
from huiqi.allocation.budget.results import about, awards_table
from huiqi.allocation.budget.round import Round
from huiqi.facts.registry import Registry
from huiqi.revision.touched import touched
from huiqi.rules.compile import Rules
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.speech import Both, listed

SIDES = ("before", "after")
#: What becomes of a claim, surely or perhaps; `open` may come out better or worse, as unknown facts leave both sides open.
CHANGES = ("newly", "falls out", "more", "less", "open")


@dataclass(frozen=True)
class RoundSide:
    """A round under one law: its totals, in fen, its cut-offs and terms (`about`, as round.json has them), or why it cannot be given out."""

    totals: Totals | None
    about: dict[str, Any]
    problems: tuple[Problem, ...] = ()

    @property
    def pressure(self) -> tuple[float, float | None] | None:
        """How often what is asked for surely, and at most, goes into the money; None without money or without a round."""
        if self.totals is None or not self.totals.money:
            return None
        high = self.totals.asked_high
        return self.totals.asked_low / self.totals.money, None if high is None else high / self.totals.money


@dataclass(frozen=True)
class Claim:
    """What a claim gets on one side, in fen, and why."""

    award: str
    outcome: str
    low: int
    high: int
    reasons: tuple[Both, ...]


@dataclass(frozen=True)
class ClaimChange:
    """A claim of which the outcome or the amount can differ; None where a side has no such claim.

    `surely`: whatever the unknown facts turn out to be.
    """

    subject: str
    measure: str
    change: str
    surely: bool
    before: Claim | None
    after: Claim | None


@dataclass(frozen=True)
class RoundComparison:
    """The same round under both laws, and the claims that differ, newly awarded first."""

    id: str
    currency: str
    made_up: bool
    sides: tuple[RoundSide, RoundSide]
    changes: tuple[ClaimChange, ...]

    def count(self, change: str) -> tuple[int, int]:
        """How many surely, and how many more perhaps."""
        some = [one.surely for one in self.changes if one.change == change]
        return sum(some), len(some) - sum(some)


def compare_round(
    before: Rules,
    after: Rules,
    registry: Registry,
    as_of: datetime.date,
    path: Path,
    *,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> RoundComparison:
    """The round of a file under both laws. Raises FaultyInput where it can be given out under neither."""
    sides: list[RoundSide] = []
    rows: list[_Rows] = []
    rounds: list[tuple[Round, Rules]] = []
    for rules in (before, after):
        try:
            awards = allocate_budget(rules, registry, as_of, path, assume_recognised=assume_recognised, tick=tick)
        except FaultyInput as faulty:
            sides.append(RoundSide(None, {}, tuple(faulty.problems)))
            rows.append({})
            continue
        rounds.append((awards.round, rules))
        sides.append(RoundSide(totals_of(awards), about(awards, as_of)))
        rows.append({(row["subject"], row["measure"]): row for row in awards_table(awards).to_pylist()})
    given = next((side for side in sides if side.totals is not None), None)
    if given is None:
        raise FaultyInput(list(dict.fromkeys(problem for side in sides for problem in side.problems)))
    alike = len(rounds) < len(sides) or _alike(*rounds)
    changes: Iterable[ClaimChange] = () if alike else _changes(rows[0], rows[1], sides)
    said = given.about
    order = sorted(changes, key=lambda one: (CHANGES.index(one.change), not one.surely, one.subject, one.measure))
    return RoundComparison(said["round"], said["currency"], said["made_up"], (sides[0], sides[1]), tuple(order))


def _alike(before: tuple[Round, Rules], after: tuple[Round, Rules]) -> bool:
    """The reform touches neither a measure of the round nor its terms: whatever is unknown turns out the same on both sides."""
    names = {measure.name for side in touched(before[1], after[1], before[0].subject) for measure in side.measures}
    if names & {measure.name for round_, _ in (before, after) for measure in round_.measures}:
        return False
    return _terms(*before) == _terms(*after)


def _terms(round_: Round, rules: Rules) -> tuple[Any, ...]:
    """All that decides a round beside what its measures give."""
    keys = [(fingerprint_of(key.node, rules), key.lowest) for key in round_.keys]
    amounts = {name: fingerprint_of(node, rules) for name, node in round_.amounts.items()}
    groups = [(group.id, group.part, None if group.when is None else fingerprint_of(group.when, rules)) for group in round_.groups]
    return round_.money, round_.places, round_.by, keys, amounts, groups, round_.terms, round_.reserve, round_.pooled


_Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def _changes(before: _Rows, after: _Rows, sides: list[RoundSide]) -> Iterator[ClaimChange]:
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        found = _change(_ends(one), _ends(other))
        if found is not None:
            yield ClaimChange(*key, *found, _claim(one, sides[0]), _claim(other, sides[1]))


def _ends(row: Mapping[str, Any] | None) -> tuple[int, int, bool]:
    """What a claim gets at least and at most, and whether it surely gets an award."""
    return (0, 0, False) if row is None else (row["amount_low"], row["amount_high"], row["outcome"] == "awarded")


def _change(before: tuple[int, int, bool], after: tuple[int, int, bool]) -> tuple[str, bool] | None:
    """What becomes of a claim, and whether surely; None where it surely gets what it gets now. `open` may come out better or worse."""
    (was_low, was_high, was_met), (low, high, met) = before, after
    if was_met and met:
        more, less = high > was_low, low < was_high
        if more and less:
            return "open", False
        return ("more", low > was_high) if more else ("less", high < was_low) if less else None
    newly, out = not was_met and high > 0, not met and was_high > 0
    if newly and out:
        return "open", False
    return ("newly", met and not was_high) if newly else ("falls out", was_met and not high) if out else None


def _claim(row: Mapping[str, Any] | None, side: RoundSide) -> Claim | None:
    if row is None:
        return None
    return Claim(row["award"], row["outcome"], row["amount_low"], row["amount_high"], tuple(reasons_said(row, side.about)))


# ---------------------------------------------------------------- as files


def round_rows(found: RoundComparison) -> Iterator[list[Any]]:
    """round_awards.csv: a row a claim that can differ."""
    columns = ("award", "outcome", "low", "high", "reason_en", "reason_zh")
    yield ["subject", "measure", "change", "surely", *(f"{column}_{side}" for side in SIDES for column in columns)]
    for one in found.changes:
        yield [one.subject, one.measure, one.change, "yes" if one.surely else "perhaps", *_cells(one.before), *_cells(one.after)]


def _cells(claim: Claim | None) -> list[Any]:
    if claim is None:
        return [""] * 6
    why = listed(claim.reasons, "; ", "；") if claim.reasons else Both("", "")
    return [claim.award, claim.outcome, claim.low, claim.high, why.en, why.zh]


def round_json(found: RoundComparison) -> dict[str, Any]:
    """The section of simulation.json: both sides, and how many claims change."""
    sides: dict[str, Any] = {}
    for name, side in zip(SIDES, found.sides, strict=True):
        problems = [{"code": one.code, "message": one.message, "place": str(one.where), "remedy": one.hint} for one in side.problems]
        low, high = side.pressure or (None, None)
        sides[name] = {
            "totals": None if side.totals is None else asdict(side.totals),
            "asked_over_money": {"low": low, "high": high},
            "cut_offs": side.about.get("cut_offs", []),
            "round": side.about.get("round_hash"),
            "problems": problems,
        }
    changes = {change: dict(zip(("surely", "perhaps"), found.count(change), strict=True)) for change in CHANGES}
    return {"round": found.id, "made_up": found.made_up, "currency": found.currency, **sides, "changes": changes}
