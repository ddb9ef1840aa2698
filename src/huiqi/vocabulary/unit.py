"""Units: dimensions with exact factors to their base.

A unit is a product of base units with whole exponents and a factor: 亩 is 2000/3 m2. Values are held in base units, so that
`revenue / land_area >= 20万元/亩` compares yuan per square metre with yuan per square metre.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

CURRENCIES = ("CNY", "USD", "EUR", "GBP")
#: Base units that a bare number may stand for: what is simply counted.
COUNTED = frozenset({"person", "item", "year", "day"})


@dataclass(frozen=True)
class Unit:
    """Base units with exponents, and how many base units one of it is."""

    powers: tuple[tuple[str, int], ...] = ()
    factor: Fraction = Fraction(1)

    def __mul__(self, other: Unit) -> Unit:
        return Unit(_combine(self.powers, other.powers, 1), self.factor * other.factor)

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(_combine(self.powers, other.powers, -1), self.factor / other.factor)

    @property
    def dimension(self) -> Unit:
        """The same without the factor."""
        return Unit(self.powers)

    @property
    def currency(self) -> str | None:
        """The currency, where the unit is plain money."""
        match self.powers:
            case ((name, 1),) if name in CURRENCIES:
                return name
        return None

    @property
    def is_plain(self) -> bool:
        """No dimension at all: shares, ratios, points."""
        return not self.powers

    @property
    def is_counted(self) -> bool:
        """A bare number can stand for it."""
        return self.is_plain or (len(self.powers) == 1 and self.powers[0][0] in COUNTED and self.powers[0][1] == 1)

    def __str__(self) -> str:
        above = [name if n == 1 else f"{name}^{n}" for name, n in self.powers if n > 0]
        below = [name if n == -1 else f"{name}^{-n}" for name, n in self.powers if n < 0]
        return "/".join(["*".join(above) or "1", *below]) if self.powers else "1"


def _combine(left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], sign: int) -> tuple[tuple[str, int], ...]:
    powers = dict(left)
    for name, n in right:
        powers[name] = powers.get(name, 0) + sign * n
    return tuple(sorted((name, n) for name, n in powers.items() if n))


def _of(base: str, factor: int | Fraction = 1) -> Unit:
    return Unit(((base, 1),), Fraction(factor))


PLAIN = Unit()
PERCENT = Unit((), Fraction(1, 100))  # how a share was written

#: Every spelling of a unit, in packs and literals.
UNITS: dict[str, Unit] = {
    "1": PLAIN,
    "元": _of("CNY"), "CNY": _of("CNY"), "人民币": _of("CNY"),
    "USD": _of("USD"), "美元": _of("USD"), "EUR": _of("EUR"), "欧元": _of("EUR"), "GBP": _of("GBP"), "英镑": _of("GBP"),
    "人": _of("person"), "person": _of("person"), "persons": _of("person"),
    "件": _of("item"), "个": _of("item"), "家": _of("item"), "项": _of("item"), "item": _of("item"), "items": _of("item"),
    "m2": _of("m2"), "平方米": _of("m2"), "ha": _of("m2", 10_000), "公顷": _of("m2", 10_000),
    "km2": _of("m2", 1_000_000), "平方公里": _of("m2", 1_000_000), "亩": _of("m2", Fraction(2000, 3)), "mu": _of("m2", Fraction(2000, 3)),
    "tce": _of("tce"), "吨标准煤": _of("tce"), "kWh": _of("kWh"), "千瓦时": _of("kWh"), "t": _of("t"), "吨": _of("t"),
    "year": _of("year"), "years": _of("year"), "年": _of("year"), "day": _of("day"), "days": _of("day"), "天": _of("day"), "日": _of("day"),
}  # fmt: skip

#: Figures' scales.
SCALES: dict[str, int] = {
    "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "十亿": 1_000_000_000,
    "百亿": 10_000_000_000, "千亿": 100_000_000_000, "万亿": 1_000_000_000_000, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000,
}  # fmt: skip
