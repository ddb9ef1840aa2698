"""The same policy for OpenFisca: every fact, definition and measure a variable, with the vectorised formula that an author would write.

The formulas are written for speed: figures stand in the text and not in parameters, shared conditions and definitions are variables and so
reckoned once, sets of codes are looked up, an age is a comparison of days. Where a divisor is 0 there is no ratio and a test on it is not met.
OpenFisca has no unknown: an empty cell is the variable's default, 0.

    python bench/peer_openfisca.py 20        shows the formulas of measure_020
"""

from __future__ import annotations

import datetime
import sys
from typing import Any

import numpy as np
import workload as w
from enterprises import Columns, completed
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

YEAR = period(str(w.YEARS[0]))
SIZES = ("large", "medium", "small", "micro")
_TYPES = {"money": float, "number": float, "share": float, "count": int, "flag": bool, "date": datetime.date, "category": int, "place": int}


# ---------------------------------------------------------------- formulas


def figure(value: w.Value) -> str:
    match value:
        case w.Read(fact, back):
            return f'enterprise("{fact}", {_when(fact, back)})'
        case w.Total(fact, years):
            return "(" + " + ".join(figure(w.Read(fact, back)) for back in range(years)) + ")"
        case w.Growth(fact):
            return figure(w.Ratio(w.Less(w.Read(fact), w.Read(fact, 1)), w.Read(fact, 1)))
        case w.Named(name):
            return f'enterprise("{name.replace(".", "_")}", period)'
        case w.Ratio(top, bottom):
            return f"ratio({figure(top)}, {figure(bottom)})"
        case w.Less(left, right):
            return f"({figure(left)} - {figure(right)})"


def _when(fact: str, back: int) -> str:
    return f"period.offset({-back})" if back and w.FACTS[fact].period == "year" else "period"


def test(of: w.Test) -> str:
    """A formula for a test; `*` and `+` are OpenFisca's words for and and or."""
    match of:
        case w.Compare(value, op, level):
            return f"({figure(value)} {op} {_number(level.figure)})"
        case w.Between(low, value, high):
            return f"(({figure(value)} >= {_number(low.figure)}) * ({figure(value)} < {_number(high.figure)}))"
        case w.Cagr(fact, intervals, rate):
            first = figure(w.Read(fact, intervals))
            return f"(({first} > 0) * ({figure(w.Read(fact))} >= {_number((1 + rate.figure) ** intervals)} * {first}))"
        case w.Age(date, op, years):
            day = w.AS_OF.replace(year=w.AS_OF.year - years)
            return f'({figure(w.Read(date))} {"<=" if op == ">=" else ">"} date("{day}"))'
        case w.Since(date, day):
            return f'({figure(w.Read(date))} >= date("{day}"))'
        case w.Flag(fact, wanted):
            return figure(w.Read(fact)) if wanted else f"not_({figure(w.Read(fact))})"
        case w.Among("size_class", codes):
            return f"one_of({figure(w.Named('size_class'))}, {_bits(SIZES, codes)})"
        case w.Among(fact, codes):
            return f"one_of({figure(w.Read(fact))}, {_bits(w.FACTS[fact].codes, codes)})"
        case w.Group("all", parts):
            return "(" + " * ".join(test(part) for part in parts) + ")"
        case w.Group("any", parts):
            return "(" + " + ".join(test(part) for part in parts) + ")"
        case w.Group("none", parts):
            return "not_(" + " + ".join(test(part) for part in parts) + ")"
        case w.Group(_, parts, count):
            return "((" + " + ".join(f"{test(part)}.astype(np.int8)" for part in parts) + f") >= {count})"


def _bits(codes: Any, wanted: tuple[str, ...]) -> tuple[int, ...]:
    """1 for every code that is wanted or lies in a section that is."""
    return tuple(int(code in wanted or (len(code) == 3 and code[0] in wanted)) for code in codes)


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)


def amount(of: w.Amount) -> str:
    match of:
        case w.Fixed(pays):
            return _number(pays.figure)
        case w.Rate(rate, base, cap, floor):
            paid = f"np.minimum({_number(rate.figure)} * {figure(base)}, {_number(cap.figure)})"
            return f"np.maximum({paid}, {_number(floor.figure)})" if floor else paid
        case w.Tiers(base, slices, cap):
            edges = [level.figure for level, _ in slices]
            widths = [upper - lower for lower, upper in zip(edges, [*edges[1:], float("inf")], strict=True)]
            pieces = []
            for (edge, rate), width in zip(slices, widths, strict=True):
                above = f"np.maximum({figure(base)} - {_number(edge.figure)}, 0)" if edge.figure else figure(base)
                pieces.append(f"{_number(rate.figure)} * " + (above if width == float("inf") else f"np.minimum({above}, {_number(width)})"))
            return f"np.minimum({' + '.join(pieces)}, {_number(cap.figure)})"
        case w.Bands(base, brackets):
            return _steps([(f"{figure(base)} >= {_number(level.figure)}", pays.figure) for level, pays in brackets])
        case w.Ladder(fact, rungs):
            before = f"maximum_of({', '.join(figure(w.Read(fact, back)) for back in (1, 2, 3))})"
            return _steps([(f"({figure(w.Read(fact))} >= {level}) & ({before} < {level})", pays.figure) for level, pays in _numbered(rungs)])
        case w.Points(each, cap):
            return f"np.minimum({figure(w.Named('innovation.total'))} * {_number(each.figure)}, {_number(cap.figure)})"


def _numbered(rungs: tuple[tuple[w.Level, w.Level], ...]) -> list[tuple[str, w.Level]]:
    return [(_number(level.figure), pays) for level, pays in rungs]


def _steps(rising: list[tuple[str, float]]) -> str:
    """The figure of the highest condition that holds, 0 where none does."""
    found = "0"
    for condition, pays in rising:
        found = f"np.where({condition}, {_number(pays)}, {found})"
    return found


def formulas(policy: w.Policy) -> dict[str, tuple[type, str]]:
    """The type and formula of every variable that is reckoned."""
    found: dict[str, tuple[type, str]] = {"shared_conditions": (bool, f"({' * '.join(test(one) for one in policy.shared)} * {_home()})")}
    found |= {name: (float, figure(value)) for name, value in policy.definitions.items()}
    found["size_class"] = (int, _size(policy))
    points = []
    for item in policy.scorecard:
        points.append(_steps([(f"{figure(item.of)} >= {_number(level.figure)}", count) for level, count in reversed(item.points)]))
    found["innovation_total"] = (float, " + ".join(points))
    for measure in policy.measures:
        found[f"{measure.name}_eligible"] = (bool, f'enterprise("shared_conditions", period) * {test(measure.eligible)}')
        found[f"{measure.name}_amount"] = (float, f'enterprise("{measure.name}_eligible", period) * {amount(measure.amount)}')
    return found


def _size(policy: w.Policy) -> str:
    """The number of the first size that fits, from the last one back."""
    found = str(SIZES.index("micro"))
    for size, staff, revenue in reversed(policy.sizes):
        fits = w.Group("all", (w.Compare(w.Read("employees"), ">=", staff), w.Compare(w.Read("revenue"), ">=", revenue)))
        found = f"np.where({test(fits)}, {SIZES.index(size)}, {found})"
    return found


def _home() -> str:
    return f"({figure(w.Read('place'))} == 0)"  # the index of the district


# ---------------------------------------------------------------- running them


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """No ratio where the divisor is 0: every test on NaN is false."""
    return np.where(bottom != 0, top / bottom, np.float32(np.nan))


def one_of(index: np.ndarray, wanted: tuple[int, ...]) -> np.ndarray:
    """Whether the code is wanted; the last entry stands for no code (-1)."""
    return np.array([*wanted, 0], bool)[index]


def maximum_of(first: np.ndarray, *others: np.ndarray) -> np.ndarray:
    for other in others:
        first = np.maximum(first, other)
    return first


_WORDS = {"np": np, "not_": np.logical_not, "date": np.datetime64, "ratio": ratio, "one_of": one_of, "maximum_of": maximum_of}
_FORMULA = "def formula(enterprise, period):\n    return "


class Peer:
    """The policy as a system of variables, and one simulation whose results can be dropped."""

    def __init__(self, policy: w.Policy):
        self.policy, self.formulas = policy, formulas(policy)
        entity = build_entity("enterprise", "enterprises", "An enterprise", is_person=True)
        self.system = TaxBenefitSystem([entity])
        for fact in w.FACTS.values():
            once = DateUnit.YEAR if fact.period == "year" else DateUnit.ETERNITY
            missing = {"default_value": 1} if fact.kind == "place" else {}  # somewhere else
            self._add(fact.id, entity=entity, value_type=_TYPES[fact.kind], definition_period=once, **missing)
        for name, (kind, text) in self.formulas.items():
            made: dict[str, Any] = {}
            exec(_FORMULA + text, _WORDS, made)
            self._add(name, entity=entity, value_type=kind, definition_period=DateUnit.YEAR, formula=made["formula"])

    def _add(self, name: str, **parts: Any) -> None:
        self.system.add_variable(type(name, (Variable,), parts))

    def simulation(self, columns: Columns) -> Simulation:
        """The enterprises as OpenFisca holds them: figures in float32, the unknown as default."""
        count = len(next(iter(columns.values())))
        simulation = SimulationBuilder().build_default_simulation(self.system, count=count)
        for (fact, year), values in columns.items():
            simulation.set_input(fact, "ETERNITY" if year is None else str(year), _input(completed(w.FACTS[fact], values)))
        return simulation

    def run(self, simulation: Simulation) -> float:
        """Every measure for everybody; gives the sum of all amounts."""
        total = 0.0
        with np.errstate(all="ignore"):
            for measure in self.policy.measures:
                total += float(simulation.calculate(f"{measure.name}_amount", YEAR).sum(dtype=float))
        return total

    def run_anew(self, simulation: Simulation) -> float:
        """The same, whatever has been reckoned before."""
        for name in self.formulas:
            simulation.delete_arrays(name)
        return self.run(simulation)

    def result(self, simulation: Simulation, measure: str) -> tuple[np.ndarray, np.ndarray]:
        """Eligibility and amount of a measure."""
        with np.errstate(all="ignore"):
            return simulation.calculate(f"{measure}_eligible", YEAR), simulation.calculate(f"{measure}_amount", YEAR)


def _input(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32) if values.dtype == float else values


if __name__ == "__main__":
    for name, (_, text) in formulas(w.make_policy()).items():
        if len(sys.argv) < 2 or name.startswith(f"measure_{int(sys.argv[1]):03}"):
            print(f"{name}:\n    {text}\n")
