"""What is known of one subject on one day, and so what each fact can be."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, Literal

from huiqi.facts.among import ALONE, Among
from huiqi.facts.past import PastFact, past_value
from huiqi.facts.schema import Fact, Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.ranges import NOTHING, Absent, Codes, Number, Pair, Value


class _Nothing:
    """Known not to exist."""

    def __repr__(self) -> str:
        return "none"


NONE: Final = _Nothing()

#: What a registry cell can hold: whole steps of a figure, a day's ordinal, a flag, a code or place, or `NONE`.
Raw = int | bool | str | _Nothing


@dataclass(frozen=True)
class Known:
    """The known facts of one subject; whatever is not among `values` is unknown.

    `values` is keyed by fact id and calendar year, the year being None for facts that hold at a day. `first_year` is the first calendar year
    of which anything is recorded, which shows that the subject existed then. `among` is what the others of its registry decide about it.
    """

    schema: Schema
    places: Places
    as_of: datetime.date
    values: Mapping[tuple[str, int | None], Raw] = field(default_factory=dict)
    id: str = ""
    first_year: int | None = None
    among: Among = ALONE

    def key(self, fact: Fact, year: int) -> tuple[str, int | None]:
        """Where the value stands; `year` counts back from the last completed calendar year."""
        return fact.id, (self.as_of.year - 1 + year if fact.period == "year" else None)

    def given(self, fact: Fact, year: int = 0) -> Raw | None:
        """The value as recorded, or None where it is unknown."""
        found = self.values.get(self.key(fact, year))
        if found is None and isinstance(fact, PastFact):
            if self.among.awards is not None:
                return past_value(fact, self.among.awards_of(self.id), self.as_of)
            return 0 if fact.at_least else None
        return found

    def value(self, fact: Fact, year: int = 0) -> Value:
        """All that the fact can be."""
        raw = self.given(fact, year)
        if raw is None:
            return self._unknown(fact, year)
        if isinstance(raw, _Nothing):
            return NOTHING if fact.kind == "date" or fact.is_figure else Codes(frozenset({None}))
        match fact.kind:
            case "flag":
                return Pair(bool(raw), bool(raw))
            case "place":
                return self.places.possible(str(raw))
            case "category":
                assert fact.codes is not None
                return fact.codes.possible(str(raw))
            case "text":
                return Codes(frozenset({str(raw)}))
            case "date":
                return Number(Fraction(raw), Fraction(raw))
            case _:
                value = int(raw) * fact.step
                return Number(value, value)

    def _unknown(self, fact: Fact, year: int) -> Value:
        if fact.kind == "place":
            return Codes(frozenset(self.places.by_id))
        whole = fact.whole
        if fact.period == "year" and isinstance(whole, Number):
            match self.lived(year):
                case "no":
                    return NOTHING
                case "unknown":
                    return replace(whole, absent=Absent.MAYBE)
        return whole

    def lived(self, year: int) -> Literal["yes", "no", "unknown"]:
        """Whether the subject existed in that year at all."""
        if self.schema.born is None:
            return "yes"
        born = self.values.get((self.schema.born, None))
        calendar_year = self.as_of.year - 1 + year
        if born is None or isinstance(born, _Nothing):
            return "yes" if self.first_year is not None and self.first_year <= calendar_year else "unknown"
        return "yes" if datetime.date.fromordinal(int(born)).year <= calendar_year else "no"
