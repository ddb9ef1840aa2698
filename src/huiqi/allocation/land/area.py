"""Areas on one grid on which mu, square metres and floor area ratios are whole numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from huiqi.vocabulary.speech import Both
from huiqi.vocabulary.unit import UNITS

#: Parts of a square metre: 0.0001 mu is 1/15 m2, a figure has four decimals, a floor area ratio two.
PARTS = 15_000_000
MU = int(UNITS["mu"].factor * PARTS)
Measured = Literal["land", "floor"]


def parts(square_metres: Fraction) -> int:
    """An area on the grid; one that is finer is taken down to it."""
    return int(square_metres * PARTS)


def square_metres(area: int) -> Fraction:
    return Fraction(area, PARTS)


def said(area: int, measured: Measured) -> Both:
    """Land in mu, floor space in square metres, as people say it.

    >>> said(20 * MU, "land")
    Both(en='20 mu', zh='20亩')
    """
    if measured == "land":
        return Both(f"{_decimal(Fraction(area, MU))} mu", f"{_decimal(Fraction(area, MU))}亩")
    return Both(f"{_decimal(square_metres(area))} m²", f"{_decimal(square_metres(area))}平方米")


def in_unit(area: int, unit: str) -> str:
    """The figure alone, in mu or square metres, for a table."""
    return _decimal(Fraction(area, MU if unit == "mu" else PARTS)).replace(",", "")


def _decimal(value: Fraction) -> str:
    """At most four decimals, half up, thousands with commas."""
    whole, rest = divmod(int(value * 10_000 + Fraction(1, 2)), 10_000)
    decimals = f"{rest:04d}".rstrip("0")
    return f"{whole:,}" + (f".{decimals}" if decimals else "")
