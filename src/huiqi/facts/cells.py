"""Turn the cells of a column into values: the one place where figures, dates and codes of a table are read.

A column becomes a numpy array of its length:

    figure     float64   whole number of steps (value * 10**decimals, half up); NaN unknown
    date       float64   ordinal of the day; NaN unknown, -inf none
    flag       int8      1, 0; -1 unknown
    category   int32     index into the code list; -1 unknown, -2 none
    place      int32     index into the places; -1 unknown
    text       object    str; None unknown
"""

from __future__ import annotations

import datetime
import math
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.schema import FIRST_DAY, LAST_DAY, Fact, Kind
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import did_you_mean
from huiqi.vocabulary.record import Words, words

UNKNOWN, NONE = -1, -2  #: in categories and places; -1 also in flags
NO_DATE = -math.inf  #: known never to have come
LARGEST = 2.0**53  #: steps beyond which float64 would skip whole numbers
_AT_ONCE = 1 << 15  # figures that stay near the processor
_OWN = threading.local()
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_EXCEL_EPOCH = datetime.date(1899, 12, 30).toordinal()
_FIGURE = r"^[+-]?(\d{1,3}(,\d{3})+|\d{1,40})?(\.\d{0,40})?([eE][+-]?\d{1,2})?$"
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?", re.ASCII)
_FLAGS = {"true": 1, "yes": 1, "1": 1, "是": 1, "false": 0, "no": 0, "0": 0, "否": 0}


@dataclass(frozen=True)
class Faults:
    """Rows of a column that share one fault."""

    code: str
    rows: np.ndarray


@dataclass(frozen=True)
class Encoded:
    """The values of a column, what is wrong with it, and how many figures had more decimals than the fact keeps."""

    values: np.ndarray
    faults: tuple[Faults, ...] = ()
    rounded: int = 0


@dataclass(frozen=True)
class Reading:
    """How the cells of a column are read; the defaults are what a registry holds."""

    fact: Fact
    places: Places
    factor: Fraction = Fraction(1)  # the fact's units in one unit of the column
    codes: Mapping[str, str] = field(default_factory=dict)  # the column's own words
    dates: tuple[str, ...] = ()  # formats beside 2024-06-30; "excel" for days since 1899-12-30
    unknown: frozenset[str] = frozenset()  # beside the empty cell
    none: frozenset[str] = frozenset({"none"})
    _read: dict[str | None, tuple[float, str]] = field(default_factory=dict, compare=False, repr=False)
    _last: list[tuple[pa.Array, np.ndarray, list[str]]] = field(default_factory=list, compare=False, repr=False)

    def encode(self, column: pa.Array) -> Encoded:
        """The values of a column of any type that `suits` the fact; faulty cells become unknown and are told."""
        if isinstance(column.type, pa.DictionaryType) and not _is_text(column.type):
            column = column.dictionary_decode()
        if self.fact.kind == "text":
            return Encoded(np.array([self._text(word) for word in _as_text(column).to_pylist()], dtype=object))
        if self.fact.is_figure:
            return self._figures(column)
        if pa.types.is_boolean(column.type):
            return Encoded(pc.fill_null(column.cast(pa.int8()), UNKNOWN).to_numpy(zero_copy_only=False))
        if self.fact.kind == "date" and pa.types.is_temporal(column.type):
            return _days(column)
        return self._words(column)

    def one(self, text: str) -> tuple[np.ndarray, str]:
        """A column of a single cell and, if it has no value, the fault."""
        encoded = self.encode(pa.array([text], pa.string()))
        return encoded.values, encoded.faults[0].code if encoded.faults else ""

    # Figures

    def plainly(self, column: pa.Array, out: np.ndarray, nan_is_unknown: bool = False) -> bool:
        """Write the steps of a column of figures into `out` if each is just what a registry holds for so many steps, and in range; an empty cell
        is unknown, NaN if so told. If not, or in any doubt, `out` is left as it may be, and `encode` says what the column is."""
        if not self.fact.is_figure or not pa.types.is_float64(column.type) or self.unknown or self.factor != 1:
            return False
        given, scale = column.to_numpy(zero_copy_only=False), 10.0**self.fact.decimals
        low, high = max(self._ends[0], -(2.0**49)), min(self._ends[1], 2.0**49)
        back, same = _places()
        with np.errstate(all="ignore"):
            for start in range(0, len(given), _AT_ONCE):
                these, steps = given[start : start + _AT_ONCE], out[start : start + _AT_ONCE]
                back, same = back[: len(these)], same[: len(these)]
                np.rint(np.multiply(these, scale, out=steps), out=steps)
                known = np.count_nonzero(np.equal(np.divide(steps, scale, out=back), these, out=same))
                if known < len(these) and known + np.count_nonzero(np.isnan(these, out=same)) < len(these):
                    return False
                if not (np.fmin.reduce(steps, initial=high) >= low and np.fmax.reduce(steps, initial=low) <= high):
                    return False
                np.add(steps, 0.0, out=steps)  # -0.0 is 0.0
        return nan_is_unknown or np.count_nonzero(np.isnan(given)) == column.null_count

    def _figures(self, column: pa.Array) -> Encoded:
        faults: list[Faults] = []
        with np.errstate(all="ignore"):
            given = self._given(column, faults)
            steps = given * self._scale.numerator
            if self._scale.denominator != 1:
                steps /= self._scale.denominator
            whole = np.rint(steps)
            largest = np.fmax.reduce(np.abs(whole), initial=0.0)
            off = np.abs(steps - whole)
            inexact = off > 1e-6 + np.abs(steps) * 2**-51
            if largest > 2**49 or inexact.any():
                self._round(column, steps, whole, inexact, faults)
            low, high = self._ends
            if np.fmin.reduce(whole, initial=math.inf) < low or np.fmax.reduce(whole, initial=-math.inf) > high:
                faults += _where("cell.range", whole, (whole < low) | (whole > high))
        return Encoded(whole + 0.0, tuple(faults), int(np.count_nonzero(inexact)))

    def _given(self, column: pa.Array, faults: list[Faults]) -> np.ndarray:
        """The figures as they stand, in the column's own unit."""
        kind = column.type
        if pa.types.is_null(kind):
            return np.full(len(column), np.nan)
        if not _is_text(kind):
            if not pa.types.is_floating(kind):
                column = column.cast(pa.float64(), safe=False)
            given = column.to_numpy(zero_copy_only=False).astype(np.float64)
            if np.count_nonzero(~np.isfinite(given)) > column.null_count:
                faults += _where("cell.not-finite", given, ~np.isfinite(given) & column.is_valid().to_numpy(zero_copy_only=False))
            for text in self.unknown:
                if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
                    given = np.where(given == float(text), np.nan, given)
            return given
        texts = _tidy(_as_text(column))
        blank = pc.is_in(texts, pa.array(["", *self.unknown], texts.type), skip_nulls=False)
        share = self.fact.kind == "share"
        bare = pc.replace_substring_regex(texts, "%$", "") if share else texts
        good = pc.and_(pc.match_substring_regex(bare, _FIGURE), pc.match_substring_regex(bare, r"\d"))
        good = pc.fill_null(pc.and_not(good, blank), False)
        given = pc.if_else(good, pc.replace_substring(bare, ",", ""), None).cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
        if share:
            given[pc.fill_null(pc.ends_with(texts, "%"), False).to_numpy(zero_copy_only=False)] /= 100
        absent = pc.fill_null(pc.is_in(texts, pa.array(list(self.none), texts.type)), False)
        unreadable = pc.and_not(pc.and_not(pc.is_valid(texts), pc.or_(good, blank)), absent)
        faults += _where("cell.none", given, pc.and_not(absent, blank).to_numpy(zero_copy_only=False))
        faults += _where("cell.figure", given, unreadable.to_numpy(zero_copy_only=False))
        return given

    def _round(self, column: pa.Array, steps: np.ndarray, whole: np.ndarray, inexact: np.ndarray, faults: list[Faults]) -> None:
        """Half up, in place: by float64 where that is sure, by exact fractions near a half and far from nought."""
        below = np.floor(steps)
        part, size = steps - below, np.abs(steps)
        whole[inexact] = below[inexact] + (part[inexact] >= 0.5)
        doubtful = (inexact & (np.abs(part - 0.5) <= 1e-6 + size * 2**-50)) | ((size > 2**49) & (size < 2 * LARGEST))
        for row in np.flatnonzero(doubtful):
            exact = math.floor(_exact(column[int(row)].as_py()) * self._scale + Fraction(1, 2))
            whole[row] = exact if self._survives(exact) else math.inf
        faults += _where("cell.too-large", whole, np.abs(whole) >= LARGEST)

    def _survives(self, steps: int) -> bool:
        """Whether a registry's float64, which is in the fact's unit, can hold so many steps."""
        scale = 10**self.fact.decimals
        return abs(steps) < LARGEST and math.floor(_exact(steps / scale) * scale + Fraction(1, 2)) == steps

    def indices(self, ids: Iterable[str]) -> frozenset[float]:
        """The values of codes or places by their ids; KeyError for one that is not there."""
        return frozenset(self._index[id] for id in ids)

    @cached_property
    def _scale(self) -> Fraction:
        """Steps in one unit of the column."""
        return self.factor * 10**self.fact.decimals

    @cached_property
    def _ends(self) -> tuple[float, float]:
        low, high = self.fact.low * 10**self.fact.decimals, self.fact.high * 10**self.fact.decimals
        return (low if isinstance(low, float) else float(math.ceil(low))), (high if isinstance(high, float) else float(math.floor(high)))

    # Dates, flags, codes and places: each different word is read once

    def _words(self, column: pa.Array) -> Encoded:
        column = _as_text(column).dictionary_encode()
        values, codes = self._dictionary(column.dictionary)
        index = pc.fill_null(column.indices.cast(pa.int32()), len(codes)).to_numpy(zero_copy_only=False)
        faults = []
        for code in sorted(set(codes) - {""}):
            wrong = np.array([found == code for found in codes] + [False])
            if len(rows := np.flatnonzero(wrong[index])):
                faults.append(Faults(code, rows))
        return Encoded(np.take(values, index), tuple(faults))

    def _dictionary(self, dictionary: pa.Array) -> tuple[np.ndarray, list[str]]:
        """Values and faults of all words, the value of an empty cell last; the batches of a file often share a dictionary."""
        last = self._last[0] if self._last else None  # another thread may put its own there
        if last is None or not last[0].equals(dictionary):
            if (plain := self._plain_days(dictionary)) is not None:
                last = dictionary, plain, [""] * len(dictionary)
            else:
                read = [self._read.get(word) or self._remember(word) for word in dictionary.to_pylist()]
                values = np.array([value for value, _ in read] + [self._unknown], dtype=dtype_of(self.fact.kind))
                last = dictionary, values, [code for _, code in read]
            self._last[:] = [last]
        return last[1:]

    def _plain_days(self, dictionary: pa.Array) -> np.ndarray | None:
        """The values of words that are all 2024-06-30 or none, the value of an empty cell last; nothing if they are not."""
        if self.fact.kind != "date" or not self.fact.optional or self.codes or self.unknown or dictionary.null_count:
            return None
        absent = pc.is_in(dictionary, pa.array(list(self.none), pa.string()))
        try:
            days = pc.if_else(absent, "1970-01-01", dictionary.cast(pa.string())).cast(pa.date32()).cast(pa.int32()).to_numpy()
        except pa.ArrowInvalid:
            return None
        values = np.append(np.where(absent.to_numpy(zero_copy_only=False), NO_DATE, days + float(_EPOCH)), math.nan)
        return values if ((values[:-1] >= FIRST_DAY) | (values[:-1] == NO_DATE)).all() else None

    def _remember(self, word: str | None) -> tuple[float, str]:
        self._read[word] = result = self._word(word)
        return result

    def _word(self, word: str | None) -> tuple[float, str]:
        """One word's value and, if it has none, the fault."""
        text = self._text(word)
        if text is None:
            return self._unknown, ""
        text = self.codes.get(text, text)
        if text in self.none and self.fact.kind in ("date", "category") and self.fact.optional:
            return (NO_DATE if self.fact.kind == "date" else NONE), ""
        value = self._value(unicodedata.normalize("NFKC", text))
        if value is not None:
            return value, ""
        return self._unknown, "cell.none" if text in self.none else f"cell.{self.fact.kind}"

    def _text(self, word: str | None) -> str | None:
        text = (word or "").strip()
        return None if not text or text in self.unknown else text

    def _value(self, text: str) -> float | None:
        match self.fact.kind:
            case "flag":
                return _FLAGS.get(text.lower())
            case "date":
                return self._day(text)
            case "category":
                assert self.fact.codes is not None
                code = self.fact.codes.find(text)
                return None if code is None else self._index[code]
            case _:
                place = self.places.find(text)
                return None if place is None else self._index[place]

    def _day(self, text: str) -> int | None:
        if iso := _ISO_DAY.fullmatch(text):
            return _day_or_none(datetime.date.fromisoformat, iso[1])
        for form in self.dates:
            day = _excel_day(text) if form == "excel" else _day_or_none(lambda text, form=form: read_day(text, form), text)
            if day is not None:
                return day
        return None

    @cached_property
    def _index(self) -> dict[str, int]:
        known = self.places.by_id if self.fact.codes is None else self.fact.codes.codes
        return {id: index for index, id in enumerate(known)}

    @property
    def _unknown(self) -> float:
        return math.nan if self.fact.kind == "date" else UNKNOWN

    # What is wrong, in words

    def fault(self, code: str, value: str) -> Words:
        """Why a cell cannot stand, in both languages."""
        fact = self.fact
        match code:
            case "cell.range":
                low, high = _shown(fact.low), _shown(fact.high)
                unit = "" if fact.unit.is_plain else f" {fact.unit_text}"
                if fact.high == math.inf:
                    return words(f"{value} is below {low}{unit}", f"{value}低于{low}{unit}")
                if fact.low == -math.inf:
                    return words(f"{value} is above {high}{unit}", f"{value}高于{high}{unit}")
                return words(f"{value} is not between {low} and {high}{unit}", f"{value}不在{low}至{high}{unit}之间")
            case "cell.category":
                assert fact.codes is not None
                return words(f"{value} is not a code of the list {fact.codes.id}", f"{value}不在代码表{fact.codes.id}中")
            case _:
                en, zh = _WORDS[code]
                return words(en.format(value=value), zh.format(value=value))

    def remedy(self, code: str, value: str) -> str:
        """What to do about it."""
        match code:
            case "cell.category":
                assert self.fact.codes is not None
                return did_you_mean(value, self.fact.codes.codes) or "use a code of the list, or leave the cell empty"
            case "cell.place":
                return did_you_mean(value, self.places.by_id) or "use an id of places.yaml or an administrative code"
            case "cell.range" if self.fact.kind == "money":
                return f"figures are in {self.fact.unit_text}; leave the cell empty where the value is unknown"
            case _:
                return _REMEDIES.get(code, "leave the cell empty where the value is unknown")


_WORDS = {
    "cell.figure": ("{value} is not a figure", "{value}不是数字"),
    "cell.not-finite": ("{value} is not a finite figure", "{value}不是有限的数字"),
    "cell.too-large": ("{value} is too large to be held exactly", "{value}过大，无法精确保存"),
    "cell.date": ("{value} is not a date", "{value}不是日期"),
    "cell.flag": ("{value} is neither true nor false", "{value}既不是“是”也不是“否”"),
    "cell.place": ("{value} is not a place", "{value}不是已知的地点"),
    "cell.none": ("{value} says that it does not exist, and this fact always exists", "{value}表示不存在，而该数据项必然存在"),
}
_REMEDIES = {
    "cell.not-finite": "write an empty cell (null) where the value is unknown, not NaN",
    "cell.too-large": "look at the unit of the column",
    "cell.date": "write 2024-06-30",
    "cell.flag": "write true or false",
    "cell.none": "leave the cell empty where the value is unknown; only optional dates and categories can be none",
}


def suits(type: pa.DataType, kind: Kind) -> bool:
    """Whether a column of this Arrow type can hold facts of this kind."""
    if isinstance(type, pa.DictionaryType):
        type = type.value_type
    if pa.types.is_null(type) or _is_text(type):
        return True
    match kind:
        case "date":
            return pa.types.is_date(type) or pa.types.is_timestamp(type)
        case "flag":
            return pa.types.is_boolean(type) or pa.types.is_integer(type)
        case "category" | "place" | "text":
            return pa.types.is_integer(type)
        case _:
            return pa.types.is_integer(type) or pa.types.is_floating(type) or pa.types.is_decimal(type)


def read_day(text: str, form: str) -> datetime.date:
    """A day in the given format; `%Y%m%d` takes eight digits and not seven.

    >>> read_day("20160905", "%Y%m%d")
    datetime.date(2016, 9, 5)
    """
    day = datetime.datetime.strptime(text, form).date()
    if re.search(r"%[A-Za-z]%", form) and day.strftime(form) != text:
        raise ValueError(text)
    return day


def unknown_values(kind: Kind, length: int) -> np.ndarray:
    """A column of which nothing is known."""
    return np.full(length, unknown_value(kind), dtype_of(kind))


def unknown_value(kind: Kind) -> float | None:
    """The value of an empty cell."""
    return {"flag": UNKNOWN, "category": UNKNOWN, "place": UNKNOWN, "text": None}.get(kind, math.nan)


def is_known(values: np.ndarray) -> np.ndarray:
    """Which values of an encoded column are known; `none` is."""
    if values.dtype == object:
        return np.array([value is not None for value in values], dtype=bool)
    return ~np.isnan(values) if values.dtype == np.float64 else values != UNKNOWN


def dtype_of(kind: Kind) -> Any:
    """The type of a column's values."""
    return {"flag": np.int8, "category": np.int32, "place": np.int32, "text": object}.get(kind, np.float64)


def _places() -> tuple[np.ndarray, np.ndarray]:
    """Room for some figures and truths, each thread its own."""
    if not hasattr(_OWN, "places"):
        _OWN.places = np.empty(_AT_ONCE), np.empty(_AT_ONCE, bool)
    return _OWN.places


def _where(code: str, values: np.ndarray, wrong: np.ndarray) -> list[Faults]:
    """Make wrong values unknown, in place, and tell where they stood."""
    rows = np.flatnonzero(wrong)
    values[rows] = np.nan
    return [Faults(code, rows)] if len(rows) else []


def _exact(value: Any) -> Fraction:
    """A cell's figure as it would be written."""
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def _days(column: pa.Array) -> Encoded:
    if pa.types.is_timestamp(column.type):
        column = (pc.local_timestamp(column) if column.type.tz else column).cast(pa.date32(), safe=False)
    days = pc.cast(column, pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.float64) + _EPOCH
    return Encoded(days, tuple(_where("cell.date", days, (days < FIRST_DAY) | (days > LAST_DAY))))


def _day_or_none(read: Any, text: str) -> int | None:
    try:
        day: datetime.date = read(text)
    except (ValueError, OverflowError):
        return None
    return day.toordinal()


def _excel_day(text: str) -> int | None:
    return _EXCEL_EPOCH + int(text[:7].split(".")[0]) if re.fullmatch(r"[1-9]\d{0,5}(\.\d+)?", text, re.ASCII) else None


def _is_text(type: pa.DataType) -> bool:
    if isinstance(type, pa.DictionaryType):
        type = type.value_type
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type) or pa.types.is_string_view(type))


def _as_text(column: pa.Array) -> pa.Array:
    """As text; dictionaries stay dictionaries."""
    if isinstance(column.type, pa.DictionaryType) and pa.types.is_string(column.type.value_type):
        return column
    if isinstance(column.type, pa.DictionaryType):
        column = column.dictionary_decode()
    return column.cast(pa.string())


def _tidy(texts: pa.Array) -> pa.Array:
    """Without spaces around, full-width digits and signs as plain ones."""
    if isinstance(texts.type, pa.DictionaryType):
        texts = texts.dictionary_decode()
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_normalize(texts, "NFKC")
    return pc.utf8_trim_whitespace(texts)


def _shown(end: Fraction | float) -> str:
    return f"{float(end):,.10g}"
