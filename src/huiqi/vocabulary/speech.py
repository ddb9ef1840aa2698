"""What people read, in both languages: pairs of texts, and figures in the units they are spoken in."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from huiqi.vocabulary.ranges import Exact
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.unit import CURRENCIES, Unit

SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£"}
_ZH_CURRENCY = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑"}
_WORDS = {
    "person": ("people", "人"), "item": ("", "件"), "year": ("years", "年"), "day": ("days", "天"), "m2": ("m²", "平方米"),
    "tce": ("tce", "吨标准煤"), "kWh": ("kWh", "千瓦时"), "t": ("t", "吨"),
}  # fmt: skip
_SINGLE = {"people": "person", "years": "year", "days": "day"}
_ONE = {"m2": "m²", "t": "tonne"}


class Both(NamedTuple):
    """A text in English and in Chinese."""

    en: str
    zh: str

    @property
    def do_not_call_in_templates(self) -> bool:
        """Templates of the portal call what can be called, and know no language."""
        return True

    def __call__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def as_json(self) -> dict[str, str]:
        return {"en": self.en, "zh": self.zh}


def of_words(words: Words) -> Both:
    """Words of a pack."""
    return Both(str(words.en), str(words.zh))


def both(template: Both | tuple[str, str], *parts: Both | str) -> Both:
    """A template with {0}, {1}, ... filled in each language."""
    en, zh = template
    return Both(en.format(*(p if isinstance(p, str) else p.en for p in parts)), zh.format(*(p if isinstance(p, str) else p.zh for p in parts)))


def listed(parts: Iterable[Both], en: str, zh: str) -> Both:
    """Texts joined in each language."""
    parts = list(parts)
    return Both(en.join(p.en for p in parts), zh.join(p.zh for p in parts))


@lru_cache(maxsize=16_384)  # the thresholds of rules are said again and again
def figure(value: Exact, unit: Unit, *, share: bool = False) -> Both:
    """A figure as people say it: ¥1,250,000 and 125万元; 3.2 % for shares; `any amount` for an open end."""
    if isinstance(value, float) and math.isinf(value):
        return Both("unlimited", "不限")
    if share:
        text = f"{_decimal(Fraction(value) * 100, 2)}%"
        return Both(text, text)
    match unit.powers:
        case ((name, 1),) if name in CURRENCIES:
            return _money(Fraction(value), name)
        case ((name, 1),) if name in _WORDS:
            en, zh = _WORDS[name]
            text = _decimal(Fraction(value), 2)
            return Both(f"{text} {_SINGLE.get(en, en) if text == '1' else en}".rstrip(), f"{text}{zh}")
        case ():
            text = _decimal(Fraction(value), 4)
            return Both(text, text)
    above, below = [name for name, n in unit.powers if n == 1], [name for name, n in unit.powers if n == -1]
    if len(above) == 1 and above[0] in CURRENCIES and len(below) + 1 == len(unit.powers):  # so much money a person, a square metre
        money = _money(Fraction(value), above[0])
        words = [(_ONE.get(name, name), _WORDS[name][1] if name in _WORDS else name) for name in below]
        return Both("".join([money.en, *(f" per {en}" for en, _ in words)]), "/".join([money.zh, *(zh for _, zh in words)]))
    text = f"{_decimal(Fraction(value), 4)} {unit}"
    return Both(text, text)


def _money(value: Fraction, currency: str) -> Both:
    sign = "-" if value < 0 else ""
    size = abs(value)
    en = f"{sign}{SIGNS[currency]}{_hundredths(size)}"
    word = _ZH_CURRENCY[currency]
    for scale, name in ((10**8, "亿"), (10**4, "万")):
        scaled = size / scale
        if scaled >= 1 and (scaled * 10_000).denominator == 1:
            return Both(en, f"{sign}{_decimal(scaled, 4)}{name}{word}")
    return Both(en, f"{sign}{_hundredths(size)}{word}")


def _hundredths(size: Fraction) -> str:
    """Money in its unit: with both decimals, or with none."""
    text = _decimal(size, 2)
    return f"{text}0" if text[-2:-1] == "." else text


def _decimal(value: Fraction, places: int) -> str:
    """At most so many decimals, none that are not needed, thousands with commas."""
    scaled = math.floor(abs(value) * 10**places + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "")


def day(ordinal: Exact) -> Both:
    """A date."""
    if isinstance(ordinal, float):
        return Both("any day", "任何日期")
    text = datetime.date.fromordinal(int(ordinal)).isoformat()
    return Both(text, text)


@lru_cache(maxsize=16_384)  # measures have few amounts
def money_range(low: int, high: int | None, currency: str = "CNY") -> Both:
    """A range of whole fen."""
    if high is None:
        if low == 0:
            return Both("any amount", "金额未定")
        least = _money(Fraction(low, 100), currency)
        return Both(f"{least.en} or more", f"{least.zh}以上")
    a, b = _money(Fraction(low, 100), currency), _money(Fraction(high, 100), currency)
    return a if low == high else Both(f"{a.en} to {b.en}", f"{a.zh}至{b.zh}")


def brief_money(fen: int | None, currency: str = "CNY") -> Both:
    """A total in three digits and the scale it is spoken in: ¥1.23 bn, 12.3亿元."""
    if fen is None:
        return Both("no upper end", "无上限")
    yuan = Fraction(fen, 100)
    en = next(
        (f"{SIGNS[currency]}{_decimal(yuan / scale, 2)} {name}" for scale, name in ((10**9, "bn"), (10**6, "m")) if yuan >= scale),
        f"{SIGNS[currency]}{_decimal(yuan, 0)}",
    )
    word = _ZH_CURRENCY[currency]
    zh = next(
        (f"{_decimal(yuan / scale, 2)}{name}{word}" for scale, name in ((10**8, "亿"), (10**4, "万")) if yuan >= scale), f"{_decimal(yuan, 0)}{word}"
    )
    return Both(en, zh)
