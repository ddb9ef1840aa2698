"""Made-up enterprises for the made-up policy: columns in the encoding of a registry, with a share of their cells unknown."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import workload
from workload import YEARS, Fact

from huiqi.facts.provenance import Provenance
from huiqi.facts.schema import Schema
from huiqi.facts.write import Rows, write_registry
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import words

Column = tuple[str, int | None]
Columns = dict[Column, np.ndarray]

PART = 65_536  # enterprises drawn at a time for a registry: a row group
BYTES = 450  # of an enterprise in a registry, about
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_FIRST, _LAST = datetime.date(1995, 1, 1).toordinal(), datetime.date(2023, 12, 31).toordinal()
_YEAR_OF = np.array([datetime.date.fromordinal(day).year for day in range(_FIRST, _LAST + 1)])


def draw_columns(
    count: int, places: Places, *, unknown: float, seed: int = workload.SEED, facts: Iterable[Fact] = workload.FACTS.values()
) -> Columns:
    """The facts of so many enterprises: larger ones are larger in all figures, and years before an enterprise existed are empty.

    What is drawn does not depend on which facts are asked for. The figures do not depend on `unknown`: it is the share of cells that are emptied
    afterwards.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1, count)
    established = np.floor(rng.triangular(_FIRST, _LAST, _LAST, count))
    first_year = _YEAR_OF[established.astype(int) - _FIRST]
    columns: Columns = {}
    for fact in facts:
        number = list(workload.FACTS).index(fact.id)
        emptying = np.random.default_rng((seed, number, 1))
        for year, values in _fact(fact, count, size, np.random.default_rng((seed, number)), places):
            if fact.id == "established":
                values = established
            if unknown:
                values[emptying.random(count) < unknown] = np.nan if values.dtype.kind == "f" else -1
            if year is not None:
                values[first_year > year] = np.nan
            columns[fact.id, year] = values
    return columns


def _fact(fact: Fact, count: int, size: np.ndarray, rng: np.random.Generator, places: Places) -> Iterator[tuple[int | None, np.ndarray]]:
    match fact.kind:
        case "flag":
            yield None, (rng.random(count) < fact.usual).astype(np.int8)
        case "category":
            codes = rng.integers(0, len(fact.codes), count).astype(np.int32)
            codes[rng.random(count) < 0.6 * fact.optional] = -2
            yield None, codes
        case "place":
            home, away = list(places.by_id).index(workload.DISTRICT), [list(places.by_id).index(place) for place in workload.OUTSIDE]
            yield None, np.where(rng.random(count) < 0.85, home, rng.choice(away, count)).astype(np.int32)
        case "date":
            days = np.floor(rng.uniform(datetime.date(2012, 1, 1).toordinal(), workload.AS_OF.toordinal(), count))
            days[rng.random(count) < 0.5 * fact.optional] = -np.inf
            yield None, days
        case _:
            yield from _figures(fact, count, size, rng)


def _figures(fact: Fact, count: int, size: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[int | None, np.ndarray]]:
    """Figures in steps (fen, whole persons, millionths of a share); from year to year they grow by 8 % on average."""
    step, whole = {"money": (1e6, 1e15), "share": (1e6, 1e6), "number": (1e4, 1e15)}.get(fact.kind, (1, 1e6))
    middle = fact.usual * rng.lognormal(0, 0.6, count) * (1 if fact.kind == "share" else size)
    middle[rng.random(count) < fact.nought] = 0
    if fact.negative:
        middle = middle * np.where(rng.random(count) < 0.25, -0.5, 1)
    for year in YEARS if fact.period == "year" else (None,):
        figures = middle if year is None else middle * 1.08 ** (year - YEARS[0]) * rng.lognormal(0, 0.15, count)
        yield year, np.clip(np.rint(figures * step), -whole, whole) + 0.0


def completed(fact: Fact, values: np.ndarray) -> np.ndarray:
    """The completion that both peers run on, in the units of the texts: what is unknown is 0, no, the first code, 1970-01-01 or somewhere else.

    A category that an enterprise is known not to have is -1.
    """
    match fact.kind:
        case "flag":
            return values > 0
        case "category":
            return np.where(values == -1, 0, np.where(values == -2, -1, values)).astype(np.int32)
        case "place":
            return np.where(values < 0, 1, values).astype(np.int32)
        case "date":
            return (np.where(np.isfinite(values), values, _EPOCH).astype(np.int64) - _EPOCH).astype("datetime64[D]")
        case "count":
            return np.nan_to_num(values).astype(np.int32)
    steps = {"money": 100, "share": 1e6, "number": 1e4}[fact.kind]
    return np.nan_to_num(values) / steps


def write_enterprises(folder: Path, count: int, schema: Schema, places: Places, *, unknown: float) -> None:
    """The same as a registry on disk, drawn part by part."""
    same_day = datetime.date(2024, 1, 1)
    about: Any = (words("Made up", "虚构"), True, Provenance(words("made up", "虚构"), same_day, same_day, True))
    write_registry(folder, *about, schema, places, _rows(count, places, unknown, yearly=False), _rows(count, places, unknown, yearly=True))


def _rows(count: int, places: Places, unknown: float, *, yearly: bool) -> Iterator[Rows]:
    facts = [fact for fact in workload.FACTS.values() if (fact.period == "year") == yearly]
    years = sorted(YEARS)
    for start in range(0, count, PART):
        length = min(PART, count - start)
        drawn = draw_columns(length, places, unknown=unknown, seed=workload.SEED + start, facts=facts)
        ids = pa.array([f"firm{number:09}" for number in range(start, start + length)])
        if not yearly:
            yield Rows(ids, {fact: values for (fact, _), values in drawn.items()})
            continue
        columns = {fact.id: np.stack([drawn[fact.id, year] for year in years], axis=1).ravel() for fact in facts}
        yield Rows(ids.take(np.repeat(np.arange(length), len(years))), columns, np.tile(years, length))
