"""The facts that a request sends: read as the cells of a registry are, and everything that is wrong with them told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import huiqi
from huiqi.entitlements.columns import decode
from huiqi.facts.cells import Reading
from huiqi.facts.known import Raw
from huiqi.facts.schema import Fact
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import did_you_mean
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.api.days import Asked
from huiqi_portal.api.faults import Problem, Refused, problem

MOST_VALUES = 2_000
FIRST_YEAR = 1900
LONGEST = 500  # characters of a text
_YEAR = re.compile(r"[0-9]{4}\Z")
_KINDS = {
    "money": Both("a figure", "数字"),
    "number": Both("a figure", "数字"),
    "count": Both("a figure", "数字"),
    "share": Both('a share: 0.15 or "15%"', '比例：0.15或"15%"'),
    "date": Both('a day: "2024-06-30"', '日期："2024-06-30"'),
    "flag": Both("true or false", "true或false"),
    "category": Both("a code of its list, as a text", "代码表中的代码（文本）"),
    "place": Both("the id of a place, as a text", "地区代码（文本）"),
    "text": Both("a text", "文本"),
}


def known_of(given: Mapping[str, Any], asked: Asked) -> huiqi.Known:
    """What a request says of an enterprise; raises Refused with all that is wrong."""
    rules, problems = asked.law.rules, list[Problem]()
    schema, values = rules.schemas["enterprise"], dict[tuple[str, int | None], Raw]()
    if sum(len(value) if isinstance(value, dict) else 1 for value in given.values()) > MOST_VALUES:
        raise Refused("facts.wrong", problems=[problem("fact.many", "body.facts", f"{MOST_VALUES:,}")])
    for name, value in given.items():
        where = f"body.facts.{name}"
        fact = schema.facts.get(schema.names.get(name, ""))
        if fact is None:
            problems.append(problem("fact.unknown", where, name[:100], remedy=_meant(name, rules)))
            continue
        for year, part, at in _by_year(fact, value, asked.as_of.year, where, problems):
            if (fact.id, year) in values:
                problems.append(problem("fact.twice", at, fact.id))
            raw, wrong = read_value(fact, part, rules, at)
            problems += wrong
            if raw is not None:
                values[fact.id, year] = raw
    if asked.place is not None and "place" in schema.facts:
        own = values.setdefault(("place", None), asked.place)
        if own not in rules.places.below(asked.place) and asked.place not in rules.places.below(str(own)):
            problems.append(problem("fact.place", "body.place", str(own)))
    if problems:
        raise Refused("facts.wrong", where="body.facts", problems=problems)
    first = min((year for _, year in values if year is not None), default=None)
    return huiqi.Known(schema, rules.places, asked.as_of, values, first_year=first)


def _meant(name: str, rules: Rules) -> list[Both]:
    names = rules.schemas["enterprise"].names
    near = did_you_mean(name[:100], names)
    if not near:
        return [Both("GET /facts lists all of them", "GET /facts列出全部数据项")]
    return [Both(near, "是否指" + near.removeprefix("did you mean ").rstrip("?").replace(" or ", "或") + "？")]


def _by_year(fact: Fact, value: Any, this_year: int, where: str, problems: list[Problem]) -> Iterator[tuple[int | None, Any, str]]:
    """The values of a fact by calendar year; one without a year is of the last completed one."""
    if not isinstance(value, dict):
        yield (this_year - 1 if fact.period == "year" else None), value, where
    elif fact.period != "year":
        problems.append(problem("fact.period", where, fact.id))
    else:
        for year, part in value.items():
            if _YEAR.match(year) and FIRST_YEAR <= int(year) <= this_year:
                yield int(year), part, f"{where}.{year}"
            else:
                problems.append(problem("fact.year", f"{where}.{year[:20]}", year[:20], remedy=[str(FIRST_YEAR), str(this_year)]))


def read_value(fact: Fact, value: Any, rules: Rules, where: str) -> tuple[Raw | None, list[Problem]]:
    """One value as a registry would hold it; null is unknown, "none" is known not to exist where a fact can be so."""
    if value is None:
        return None, []
    text = _as_cell(fact, value)
    if text is None or len(text) > LONGEST:
        return None, [problem("fact.type", where, of_words(fact.label), remedy=[_KINDS[fact.kind]])]
    if fact.kind == "text":
        return text.strip() or None, []
    reading = Reading(fact, rules.places)
    encoded, code = reading.one(text)
    if code:
        hint = reading.remedy(code, text[:100])
        remedy = _KINDS[fact.kind] if code != "cell.range" else Both(hint, f"单位为{fact.unit_text}；不清楚请不要提供")
        return None, [problem("fact.value", where, of_words(reading.fault(code, text[:100])), remedy=[remedy])]
    return decode(fact, encoded[0], rules.places), []


def _as_cell(fact: Fact, value: Any) -> str | None:
    """A value as it would stand in a table; nothing where it is of another kind."""
    if isinstance(value, bool):
        return ("true" if value else "false") if fact.kind == "flag" else None
    if isinstance(value, int | Decimal):
        if not fact.is_figure or (isinstance(value, int) and abs(value) >= 10**30):
            return None
        return f"{value:f}" if isinstance(value, Decimal) and -40 < value.adjusted() < 30 and value.is_finite() else str(value)
    return value if isinstance(value, str) else None
