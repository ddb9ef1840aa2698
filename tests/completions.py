"""Arbitrary packs with a firm of which a good part is unknown, and what it can turn out to be."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

import arbitrary
import worked
from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.schema import Fact
from huiqi.rules.compile import Rules
from huiqi.vocabulary.ranges import Codes

Key = tuple[str, int | None]
YEARS = (2023, 2022, 2021, 2020)


def unknown(known: Known, years: Iterable[int] = YEARS) -> list[Key]:
    """The facts that nobody knows, by calendar year."""
    keys: list[Key] = []
    for id, fact in known.schema.facts.items():
        keys += [(id, year) for year in years] if fact.period == "year" else [(id, None)]
    return [key for key in keys if key not in known.values]


def values(known: Known, fact: Fact) -> st.SearchStrategy[Raw]:
    """Single values of a fact: codes and places that have nothing below them."""
    drawn = arbitrary.raw(known.schema, known.places, fact.id)
    match fact.kind:
        case "place":
            return drawn.filter(lambda id: known.places.possible(str(id)).known)
        case "category":
            codes = fact.codes
            assert codes is not None
            return drawn.filter(lambda id: id is NONE or codes.possible(str(id)).known)
    return drawn


def is_fine(known: Known, key: Key) -> bool:
    """The recorded code or place has nothing below it."""
    value = known.value(known.schema.facts[key[0]], 0 if key[1] is None else key[1] - known.as_of.year + 1)
    return value.known or not isinstance(value, Codes)


def finer(known: Known, key: Key) -> st.SearchStrategy[Raw]:
    """Codes or places within a recorded one."""
    value = known.value(known.schema.facts[key[0]])
    assert isinstance(value, Codes)
    return values(known, known.schema.facts[key[0]]).filter(lambda id: id in value.possible)


@st.composite
def learned(draw: Any, known: Known, keys: Iterable[Key]) -> Known:
    """The subject with some more facts."""
    return replace(known, values={**known.values, **{key: draw(values(known, known.schema.facts[key[0]])) for key in keys}})


@st.composite
def completed(draw: Any, known: Known, apart_from: Iterable[str] = ()) -> Known:
    """The subject with every fact known to the last code, years before its founding left out."""
    coarse = [key for key in known.values if not is_fine(known, key)]
    known = replace(known, values={**known.values, **{key: draw(finer(known, key)) for key in coarse}})
    born = known.schema.born
    assert born is not None
    known = draw(learned(known, [(born, None)] if (born, None) not in known.values else []))
    founded = known.values[(born, None)]
    assert isinstance(founded, int)
    since = datetime.date.fromordinal(founded).year
    skipped = set(apart_from)
    return draw(learned(known, [key for key in unknown(known) if key[0] not in skipped and (key[1] is None or key[1] >= since)]))


@dataclass(frozen=True)
class Example:
    """A pack, and a firm of which a good part is unknown."""

    policy: str
    rules: Rules
    known: Known

    def __repr__(self) -> str:
        return f"{self.policy}\n{self.known.values}"


@st.composite
def examples(draw: Any) -> Example:
    policy = draw(arbitrary.policy())
    rules = worked.rules(policy, **{name.removesuffix(".csv"): text for name, text in arbitrary.TABLES.items()})
    (known,) = draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places, most=1))
    return Example(policy, rules, known)


def some(share: int) -> settings:
    """So many per cent of the examples that the profile asks for. A pack that fails is told as it was drawn: to make it smaller takes minutes."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=max(1, settings.default.max_examples * share // 100), phases=phases)
