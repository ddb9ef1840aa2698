"""A scenario (情景): how the facts of a year grow, in one or several cases, each figure with its source or called an assumption.

    scenario: steady
    title: {en: Steady growth, zh: 平稳增长}
    made_up: true
    years: 3
    cases: {low: {en: slow, zh: 低速}, high: {en: fast, zh: 高速}}
    growth:
      - {of: revenue, rate: {low: 2%, high: 8%}, source: assumption}
      - {of: revenue, rate: 12%, for: {industry: [I65]}, source: {en: Statistics office, zh: 统计局}}
    others: held

A case is a run of its own: what lies between two cases need not lie between their results.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from huiqi.facts.schema import Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, Where, did_you_mean, errors, in_order
from huiqi.vocabulary.record import Anything, Line, Record, TrueOrFalse, Words, build, read_record
from huiqi.vocabulary.source import Mapping, Text, where_of
from huiqi.vocabulary.speech import Both, of_words

MOST_YEARS = 20
ONE_CASE = "central"
ASSUMPTION = Both("assumption", "假设")
_RATE = re.compile(r"([+-]?\d{1,4}(?:\.\d{1,6})?)\s*%\Z", re.ASCII)
_DAY = re.compile(r"(\d{2})-(\d{2})\Z", re.ASCII)


class GrowthRecord(Record):
    """How one or several year facts grow from a year to the next, of everybody or of some industries or places."""

    of: Anything
    rate: Anything
    for_: Anything = Field(default=None, alias="for")
    source: Anything


class ScenarioRecord(Record):
    """The file of a scenario."""

    scenario: Line
    title: Words
    made_up: TrueOrFalse = "false"
    years: Line
    day: Line | None = None
    cases: dict[Line, Words] = {}
    growth: list[GrowthRecord] = []
    others: Literal["held", "unknown"]
    awards: Literal["granted", "held"] = "granted"
    note: Words | None = None


@dataclass(frozen=True)
class Growth:
    """How a year fact grows in each case, of those whose `by` (a day fact) is one of the `codes`; of everybody else where it is None."""

    fact: str
    rates: dict[str, Fraction]  # by case, a year: 0.05 is 5 % more than the year before
    by: str | None
    codes: frozenset[str]
    source: Both
    said: Both  # whom it is about
    where: Where


@dataclass(frozen=True)
class Scenario:
    """A scenario, checked against the facts of a registry. `day` is the month and day of the years to come, None for that of the first year."""

    id: str
    title: Both
    made_up: bool
    years: int
    day: tuple[int, int] | None
    cases: dict[str, Both]
    growth: tuple[Growth, ...]
    held: bool  # year facts that it does not name stay as they are; else they are unknown
    granted: bool  # what a year grants counts as a past award of the next
    note: Both | None
    content_hash: str

    def as_of(self, first: datetime.date, ahead: int) -> datetime.date:
        """The day of a year; 29 February is the 28th where there is none."""
        month, day = self.day if self.day is not None and ahead else (first.month, first.day)
        try:
            return datetime.date(first.year + ahead, month, day)
        except ValueError:
            return datetime.date(first.year + ahead, 2, 28)


def read_scenario(path: Path, schema: Schema, places: Places, name: str | None = None) -> tuple[Scenario | None, list[Problem]]:
    """The scenario of a file, or every problem that stands in its way."""
    name = name or str(path)
    record, text, problems = read_record(ScenarioRecord, path, name, "scenario")
    if record is None:
        return None, problems
    reader = _Reader(record, schema, places)
    scenario = reader.scenario(hashlib.sha256(text.encode()).hexdigest())
    problems += reader.problems
    return (None if errors(problems) else scenario), in_order(problems)


class _Reader:
    """Reads one scenario; collects what is wrong with it."""

    def __init__(self, record: ScenarioRecord, schema: Schema, places: Places):
        self.record, self.schema, self.places = record, schema, places
        self.problems: list[Problem] = []

    def wrong(self, code: str, message: str, where: Where, hint: str) -> None:
        self.problems.append(Problem(code, message, where, hint))

    def scenario(self, content_hash: str) -> Scenario:
        record = self.record
        cases = {str(key): of_words(words) for key, words in record.cases.items()} or {ONE_CASE: Both("as stated", "按所列增速")}
        growth = [one for item in record.growth for one in self.growth(item, cases)]
        self.apart(growth)
        return Scenario(
            str(record.scenario),
            of_words(record.title),
            record.made_up == "true",
            self.years(),
            self.day(),
            cases,
            tuple(growth),
            record.others == "held",
            record.awards == "granted",
            None if record.note is None else of_words(record.note),
            content_hash,
        )

    def years(self) -> int:
        text = self.record.years
        if text.isascii() and text.isdecimal() and int(text) <= MOST_YEARS:
            return int(text)
        self.wrong("scenario.years", f"{text} is not a number of years ahead", text.where, f"a whole number from 0 to {MOST_YEARS}")
        return 0

    def day(self) -> tuple[int, int] | None:
        text = self.record.day
        if text is None:
            return None
        try:
            found = _DAY.match(text)
            if found is None:
                raise ValueError(text)
            day = datetime.date(2024, int(found[1]), int(found[2]))  # a leap year
        except ValueError:
            self.wrong("scenario.day", f"{text} is not a day of a year", text.where, "write month and day, 06-30, or leave it out")
            return None
        return day.month, day.day

    def growth(self, item: GrowthRecord, cases: dict[str, Both]) -> list[Growth]:
        """One for each of the facts that it names."""
        facts = self.facts(item)
        rates = self.rates(item, cases)
        by, codes, said = self.about(item)
        source = self.source(item)
        return [Growth(fact, rates, by, codes, source, said, where) for fact, where in facts]

    def facts(self, item: GrowthRecord) -> list[tuple[str, Where]]:
        """The year facts, figures all, that grow."""
        named = [item.of] if isinstance(item.of, Text) else item.of
        if not isinstance(named, list) or not named or not all(isinstance(one, Text) for one in named):
            self.wrong("scenario.fact", "`of` names no fact", where_of(item.of, item.where), "of: revenue, or of: [revenue, employees]")
            return []
        found = []
        yearly = {id: fact for id, fact in self.schema.facts.items() if fact.period == "year"}
        for one in named:
            fact = self.schema.facts.get(self.schema.names.get(one, str(one)))
            if fact is None:
                hint = did_you_mean(one, yearly) or f"year facts: {', '.join(yearly)}"
                self.wrong("scenario.fact", f"{one} is not a fact of the {self.schema.subject}", one.where, hint)
            elif fact.period != "year":
                hint = "only facts of a year grow here; day facts stay as the registry has them"
                self.wrong("scenario.fact", f"{one} is a day fact", one.where, hint)
            elif not fact.is_figure:
                self.wrong("scenario.fact", f"{one} is a {fact.kind}, which does not grow", one.where, "only figures grow; leave it to `others`")
            else:
                found.append((fact.id, one.where))
        return found

    def rates(self, item: GrowthRecord, cases: dict[str, Both]) -> dict[str, Fraction]:
        """The growth a year in each case."""
        if isinstance(item.rate, Text):
            rate = self.rate(item.rate)
            return dict.fromkeys(cases, rate)
        if not isinstance(item.rate, Mapping):
            self.wrong("scenario.rate", "this is no growth", where_of(item.rate, item.where), "rate: 5%, or a rate for each of the cases")
            return dict.fromkeys(cases, Fraction(0))
        found = {}
        for key, text in item.rate.items():
            if key not in cases:
                hint = did_you_mean(key, cases) or f"cases: {', '.join(cases)}"
                self.wrong("scenario.case", f"{key} is not a case of the scenario", key.where, hint)
            elif not isinstance(text, Text):
                self.wrong("scenario.rate", "this is no growth", where_of(text, key.where), "write a share a year: 5% or -2.5%")
            else:
                found[str(key)] = self.rate(text)
        if missing := [case for case in cases if case not in item.rate]:
            said = f"no growth is given for the case {', '.join(missing)}"
            self.wrong("scenario.case", said, where_of(item.rate, item.where), "give one for each case, or one rate for all of them")
        return dict.fromkeys(cases, Fraction(0)) | found

    def rate(self, text: Text) -> Fraction:
        found = _RATE.match(text.strip())
        rate = None if found is None else Fraction(found[1]) / 100
        if rate is not None and rate > -1:
            return rate
        said = f"{text} is not a growth" if rate is None else f"{text} leaves nothing"
        hint = "write a share a year: 5% or -2.5%; a sum of money or a number of people does not grow everybody alike"
        self.wrong("scenario.rate", said, text.where, hint if rate is None else "a growth is more than -100%")
        return Fraction(0)

    def source(self, item: GrowthRecord) -> Both:
        if isinstance(item.source, Text):
            if item.source == "assumption":
                return ASSUMPTION
            hint = "write source: assumption, or source: {en: ..., zh: ...}"
            self.wrong("scenario.source", f"{item.source} is no source in both languages", item.source.where, hint)
            return ASSUMPTION
        words, faults = build(Words, item.source, item.where)
        self.problems += faults
        return ASSUMPTION if words is None else of_words(words)

    def about(self, item: GrowthRecord) -> tuple[str | None, frozenset[str], Both]:
        """Whom a growth is about: the fact that tells, all codes below those named, and them in words."""
        everybody = None, frozenset[str](), Both("everybody else", "其余全部")
        if item.for_ is None:
            return everybody
        kinds = ("category", "place")
        told = [id for id, fact in self.schema.facts.items() if fact.period == "day" and fact.kind in kinds]
        if not isinstance(item.for_, Mapping) or len(item.for_) != 1:
            hint = "name one fact and its codes, for: {industry: [C, I65]}; growth by two facts at once is not read"
            self.wrong("scenario.group", "`for` does not name one fact", where_of(item.for_, item.where), hint)
            return everybody
        ((by, named),) = item.for_.items()
        if by not in told:
            hint = did_you_mean(by, told) or f"facts that tell: {', '.join(told)}"
            self.wrong("scenario.group", f"{by} is no day fact with codes or places", by.where, hint)
            return everybody
        codes: set[str] = set()
        labels = []
        for text in [named] if isinstance(named, Text) else named:
            found = self.code(str(by), text)
            if found is None:
                near = self.codes(str(by))
                hint = did_you_mean(str(text), near) or "take a code of the list of that fact"
                self.wrong("scenario.group", f"{text} is no code of {by}", where_of(text, by.where), hint)
            else:
                codes |= found[0]
                labels.append(found[1])
        en, zh = ", ".join(one.en for one in labels), "、".join(one.zh for one in labels)
        return str(by), frozenset(codes), Both(en, zh)

    def codes(self, by: str) -> Iterable[str]:
        fact = self.schema.facts[by]
        return self.places.by_id if fact.codes is None else fact.codes.codes

    def code(self, by: str, text: Any) -> tuple[frozenset[str], Both] | None:
        """A code or place with all that is below it."""
        if not isinstance(text, Text):
            return None
        codes = self.schema.facts[by].codes
        if codes is None:
            place = self.places.find(text)
            return None if place is None else (self.places.below(place), of_words(self.places.by_id[place].label))
        return (codes.below(text), of_words(codes.codes[text].label)) if text in codes.codes else None

    def apart(self, growth: list[Growth]) -> None:
        """Nobody's fact grows in two ways."""
        for number, one in enumerate(growth):
            for other in growth[:number]:
                if one.fact != other.fact:
                    continue
                if one.by is None or other.by is None:
                    if one.by is other.by:
                        said = f"the growth of {one.fact} of everybody stands twice"
                        self.wrong("scenario.overlap", said, one.where, f"the first is in line {other.where.line}; take one out")
                elif one.by != other.by:
                    said = f"the growth of {one.fact} is told by {other.by} and by {one.by}: both could be meant for one subject"
                    hint = f"the first is in line {other.where.line}; tell all growth of a fact by one of the two"
                    self.wrong("scenario.overlap", said, one.where, hint)
                elif both := one.codes & other.codes:
                    said = f"the growth of {one.fact} stands twice for {one.by} {min(both)}"
                    hint = f"the first is in line {other.where.line}; each code may be in one group only, also through the code above it"
                    self.wrong("scenario.overlap", said, one.where, hint)
