"""What a round's awards cost on one scale: each measure's payments as a grant paid on the day of the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from huiqi.allocation.commitments.payments import OPEN
from huiqi.allocation.equivalent.assumptions import FITS, Assumptions
from huiqi.allocation.equivalent.grant_equivalent import WITHOUT_TERMS, Equivalent, Given, bounded, discount, equivalent, together
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean

_SUM = pa.decimal128(38, 0)


@dataclass(frozen=True)
class MeasureEquivalent:
    """One measure's awards of a round as a grant, whether its terms were stated, and whether it lacks a reference rate."""

    measure: Measure
    cost: Equivalent
    stated: bool
    parts: tuple[tuple[Given, Fraction], ...]  # its payments by year, and what a fen of each is worth at most
    lacks_rate: bool  # something is paid in a later year than that of the decision, for which no reference rate is stated


def equivalents(payments: pa.Table, decided: int, rules: Rules, assumptions: Assumptions, most: int | None = None) -> tuple[MeasureEquivalent, ...]:
    """The awards of a round that was decided in a year, by measure; `payments` as `read_payments` gives them, `most` what it gives at most in fen.

    Raises FaultyInput for measures that the rules do not have and for terms that do not fit their measure.
    """
    named = {measure.name: measure for measure in rules.measures}
    given, problems = _given(payments, decided, named, rules.currencies)
    problems += _misfits(given, assumptions, named, payments)
    if problems:
        raise FaultyInput(problems)
    rate = assumptions.rates.get(decided)
    sure = sum(part.low for parts in given.values() for part in parts)
    found = []
    for name, parts in given.items():
        terms = assumptions.terms.get(name)
        share = WITHOUT_TERMS[named[name].record.kind] if terms is None else terms.share(rate)
        room = None if most is None else most - sure + sum(part.low for part in parts)  # what surely goes to other measures is not there for this one
        cost = equivalent(parts, share, rate, assumptions.milestones_within, room)
        later = any(part.first or part.last != 0 for part in parts) or (terms is not None and terms.form in ("loan", "guarantee"))
        found.append(
            MeasureEquivalent(
                named[name],
                cost,
                terms is not None,
                tuple((part, discount(part.first, rate)[1] * share[1]) for part in parts),
                later and rate is None,
            )
        )
    return tuple(found)


def of_kinds(found: Sequence[MeasureEquivalent], most: int | None = None) -> tuple[Equivalent, ...]:
    """The measures of one round by currency and kind, where all of the round comes to at most so many fen."""
    totals = together(one.cost for one in found)
    if most is None:
        return tuple(totals.values())
    sure = sum(cost.low for cost in totals.values())
    return tuple(
        bounded(cost, [part for one in found if (one.cost.currency, one.cost.kind) == key for part in one.parts], most - sure + cost.low)
        for key, cost in totals.items()
    )


def _given(
    payments: pa.Table, decided: int, named: Mapping[str, Measure], currency: Mapping[str, str]
) -> tuple[dict[str, list[Given]], list[Problem]]:
    """Payments by measure and years from the decision, added up exactly."""
    table = pa.table(
        {
            "measure": payments["measure"],
            "year": payments["year"],
            "last": pc.fill_null(payments["last_year"], OPEN),
            "low": payments["amount_low"].cast(_SUM),
            "high": payments["amount_high"].cast(_SUM),
            "open": pc.is_null(payments["amount_high"]).cast(pa.int8()),
        }
    )
    groups = table.group_by(["measure", "year", "last"]).aggregate([("low", "sum"), ("high", "sum"), ("open", "max")])
    found: dict[str, list[Given]] = {}
    problems: dict[str, Problem] = {}
    for row in groups.sort_by([("measure", "ascending"), ("year", "ascending"), ("last", "ascending")]).to_pylist():
        name = row["measure"]
        if name not in named:
            hint = did_you_mean(str(name), named) or "name the pack that it is of with --pack"
            problems[str(name)] = Problem("measure.unknown", f"{name} is no measure in force on the day of the round", NOWHERE, hint)
            continue
        if row["year"] < decided:
            said = f"a payment of {name} falls in {row['year']}, before the decision of {decided}"
            problems[f"{name} {row['year']}"] = Problem("round.value", said, NOWHERE, "look at the year in round.json")
            continue
        measure, last = named[name], None if row["last"] == OPEN else row["last"] - decided
        high = None if row["open_max"] else int(row["high_sum"])
        part = Given(name, measure.record.kind, currency[measure.document.pack], row["year"] - decided, last, int(row["low_sum"]), high)
        found.setdefault(name, []).append(part)
    return found, list(problems.values())


def _misfits(given: Mapping[str, list[Given]], assumptions: Assumptions, named: Mapping[str, Measure], payments: pa.Table) -> list[Problem]:
    """Terms of measures that are not there, of another kind of measure, or of smaller sums than were given."""
    problems = []
    for name, terms in assumptions.terms.items():
        if name not in named:
            hint = did_you_mean(name, named) or "write its full name, <pack>/<policy>/<measure>"
            problems.append(Problem("assumption.measure", f"{name} is no measure in force on the day of the round", terms.where, hint))
            continue
        kind = named[name].record.kind
        if kind not in FITS.get(terms.form, {kind}):
            hint = f"{terms.form} is for {', '.join(sorted(FITS[terms.form]))}"
            problems.append(Problem("assumption.measure", f"{name} is of the kind {kind}, which has no {terms.form}", terms.where, hint))
        if terms.most is not None and name in given:
            largest = pc.max(payments.filter(pc.equal(payments["measure"], name))["amount_high"]).as_py()
            if largest is None or largest > terms.most:
                hint = "leave in_proportion out for it, or use guarantee: or loan: with its rates"
                problems.append(Problem("assumption.measure", f"an award of {name} is above the sum of the safe harbour", terms.where, hint))
    return problems
