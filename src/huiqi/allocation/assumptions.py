"""What is assumed where a grant equivalent needs more than the rules say: reference rates by year and terms of measures, each with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

from huiqi.allocation import grant_equivalent as formulas
from huiqi.allocation.grant_equivalent import ANY_PART, Range
from huiqi.rules.parse import parse
from huiqi.rules.records import Source
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.record import Ends, Expression, Line, Record, Words, build
from huiqi.vocabulary.source import Text, read_yaml


class RateRecord(Record):
    """A reference rate of a year, or the two ends between which it lies."""

    rate: Ends
    source: Source


class LoanRecord(Record):
    """A soft loan of the award's amount."""

    market_rate: Ends
    rate: Ends
    years: Line
    repaid: Literal["at_end", "evenly"] = "at_end"


class GuaranteeRecord(Record):
    """A guarantee of the award's amount."""

    market_premium: Ends
    premium: Ends
    years: Line
    repaid: Literal["at_end", "evenly"] = "at_end"


class ProportionRecord(Record):
    """A guarantee or loan of the award's amount within a safe harbour."""

    ceiling: Expression
    sum: Expression
    sum_years: Line
    years: Line
    covers: Expression | None = None


class TermsRecord(Record):
    """The terms of one measure: exactly one of the first six keys."""

    loan: LoanRecord | None = None
    guarantee: GuaranteeRecord | None = None
    in_proportion: ProportionRecord | None = None
    worth: Ends | None = None
    redeemed: Ends | None = None
    is_equivalent: Literal["true"] | None = None
    source: Source


class AssumptionsRecord(Record):
    """A file of assumptions."""

    title: Words
    reference_rates: dict[Line, RateRecord] = {}
    milestones_within: Line | None = None
    measures: dict[Line, TermsRecord] = {}


_FORMS = ("loan", "guarantee", "in_proportion", "worth", "redeemed", "is_equivalent")


#: The kinds of measures of whose terms each form speaks; is_equivalent is about any.
FITS: dict[str, frozenset[str]] = {
    "loan": frozenset({"interest_subsidy"}),
    "guarantee": frozenset({"guarantee"}),
    "in_proportion": frozenset({"guarantee", "interest_subsidy"}),
    "worth": frozenset({"equity"}),
    "redeemed": frozenset({"voucher", "service"}),
}


@dataclass(frozen=True)
class Terms:
    """What a measure's amount is worth as a grant, by the reference rate; `most` is the largest sum of which that holds, in fen."""

    form: str
    share: Callable[[Range | None], Range]
    where: Where
    most: int | None = None


@dataclass(frozen=True)
class Assumptions:
    """Reference rates by year of decision, and the terms of measures by name."""

    title: Words | None = None
    rates: dict[int, Range] = field(default_factory=dict)
    milestones_within: int | None = None
    terms: dict[str, Terms] = field(default_factory=dict)


def read_assumptions(path: Path) -> Assumptions:
    """The assumptions of a YAML file; raises FaultyInput with every fault of it."""
    node, problems = read_yaml(path)
    if node is None:
        raise FaultyInput(problems)
    record, faults = build(AssumptionsRecord, node, Where(str(path), 1, 1))
    problems += faults
    if record is None:
        raise FaultyInput(problems)
    reader = _Reader(problems)
    rates = {}
    for key, stated in record.reference_rates.items():
        if not (len(key) == 4 and key.isdecimal()):
            problems.append(Problem("assumption.value", f"{key} is no year", key.where, "write a calendar year, like 2024"))
        elif (rate := reader.range(stated.rate)) is not None:
            rates[int(key)] = rate
    within = None if record.milestones_within is None else reader.years(record.milestones_within, 0)
    read = {str(key): terms for key, written in record.measures.items() if (terms := reader.terms(str(key), key.where, written)) is not None}
    if problems:
        raise FaultyInput(problems)
    return Assumptions(record.title, rates, within, read)


@dataclass
class _Reader:
    """Reads figures; what cannot be read is a problem, and None."""

    problems: list[Problem]

    def terms(self, key: str, where: Where, written: TermsRecord) -> Terms | None:
        forms = [form for form in _FORMS if getattr(written, form) is not None]
        if len(forms) != 1:
            said = " and ".join(forms) or "none"
            self.wrong(f"the terms of {key} have one form; here is {said}", where, f"one of {', '.join(_FORMS)}")
            return None
        share, most = self._share(written), None
        if written.in_proportion is not None and (sum_ := self.money(written.in_proportion.sum)) is not None:
            most = int(sum_ * 100)
        return None if share is None else Terms(forms[0], share, where, most)

    def _share(self, terms: TermsRecord) -> Callable[[Range | None], Range] | None:
        if terms.loan is not None:
            return self._yearly(terms.loan.market_rate, terms.loan.rate, terms.loan.years, terms.loan.repaid, formulas.loan)
        if (given := terms.guarantee) is not None:
            return self._yearly(given.market_premium, given.premium, given.years, given.repaid, formulas.guarantee)
        if terms.in_proportion is not None:
            return self._in_proportion(terms.in_proportion)
        ends = terms.worth or terms.redeemed
        if ends is None:
            return self._fixed(formulas.WHOLE)
        part = self.range(ends, ANY_PART)
        if part is not None and part[1] > 1:
            self.wrong(f"{ends[1]} is more than the whole", ends[1].where, "write a share up to 100%")
        return None if part is None else self._fixed(formulas.capital(part) if terms.worth is not None else part)

    def _fixed(self, share: Range) -> Callable[[Range | None], Range]:
        return lambda rate: share

    def _yearly(
        self, market: Ends, charged: Ends, years: Text, repaid: formulas.Repaid, formula: Callable[..., Range]
    ) -> Callable[[Range | None], Range] | None:
        dear, cheap, number = self.range(market), self.range(charged), self.years(years, 1)
        if dear is None or cheap is None or number is None:
            return None
        return lambda rate: formula(dear, cheap, number, repaid, rate)

    def _in_proportion(self, given: ProportionRecord) -> Callable[[Range | None], Range] | None:
        ceiling, most = self.money(given.ceiling), self.money(given.sum)
        at, years = self.years(given.sum_years, 1), self.years(given.years, 1)
        if given.covers is not None and (part := self.range((given.covers, given.covers))) is not None and part[1] > Fraction(4, 5):
            hint = "a guarantee of more than 80% of the loan is outside the safe harbour; use guarantee: with its premiums"
            self.wrong(f"the guarantee covers {given.covers} of the loan", given.covers.where, hint)
        if ceiling is None or most is None or at is None or years is None:
            return None
        if years > at:
            self.wrong(f"{years} years are more than the {at} of the safe harbour", given.years.where, "take the box of more years, or guarantee:")
            return None
        share = formulas.in_proportion(ceiling, most, at, years)
        return self._fixed(share)

    def range(self, ends: tuple[Text, Text], otherwise: Range | None = None) -> Range | None:
        """Shares from nothing on, the lower first; open ends where `otherwise` has them."""
        found: list[Fraction] = []
        for number, text in enumerate(ends):
            if not text and otherwise is not None:
                found.append(otherwise[number])
                continue
            value = self._figure(text, money=False)
            if value is None:
                return None
            found.append(value)
        if found[0] > found[1]:
            self.wrong(f"{ends[0]} is more than {ends[1]}", ends[0].where, "the lower figure stands first")
            return None
        return found[0], found[1]

    def money(self, text: Text) -> Fraction | None:
        return self._figure(text, money=True)

    def years(self, text: Text, least: int) -> int | None:
        if not text.isdecimal() or not text.isascii() or not least <= int(text) <= 50:
            self.wrong(f"{text} is no number of years", text.where, f"write a whole number from {least} to 50")
            return None
        return int(text)

    def _figure(self, text: Text, *, money: bool) -> Fraction | None:
        syntax, problems = parse(text, text.where)
        self.problems += problems
        if syntax is None:
            return None
        is_money = isinstance(syntax, Quantity) and syntax.unit is not None and syntax.unit.dimension.currency is not None
        plain = isinstance(syntax, Quantity) and (syntax.unit is None or syntax.unit.is_plain)
        if not isinstance(syntax, Quantity) or not (is_money if money else plain):
            self.wrong(f"{text} is no {'money' if money else 'share'}", text.where, "write 100万元" if money else "write 3.45%")
            return None
        return syntax.value

    def wrong(self, message: str, where: Where, hint: str) -> None:
        self.problems.append(Problem("assumption.value", message, where, hint))
