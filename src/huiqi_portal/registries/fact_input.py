"""A fact as a part of a form: the piece registries/_fact_input.html shows it, `read_input` reads what comes back.

    asked = fact_input(fact, 2025, rules, given=known.given(fact))
    raw, wrong = read_input(fact, request.POST, asked.name, rules.places)

Nobody has to know: an empty field is an unknown fact, and never nought.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from huiqi.facts.known import NONE, Raw
from huiqi.facts.schema import Fact
from huiqi.rules.compile import Rules
from huiqi.rules.render import code_label
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.speech import Both, both, figure, of_words

FIGURE = re.compile(r"[+-]?(\d{1,30}|\d{1,3}(,\d{3})+)?(\.\d{1,30})?\Z")
LARGEST = 1 << 53  # steps: what a registry can hold exactly
LONGEST = 200
NEVER = "none"  # what a form says where something is known not to exist
SCALES = {"1": 1, "万": 10**4, "亿": 10**8}
_SCALE_WORDS = {"1": Both("yuan", "元"), "万": Both("10,000 yuan", "万元"), "亿": Both("100 million yuan", "亿元")}
_UNIT_WORDS = {
    "person": Both("people", "人"), "item": Both("", "件"), "m2": Both("m²", "平方米"), "mu": Both("mu", "亩"), "tce": Both("tce", "吨标准煤"),
    "kWh": Both("kWh", "千瓦时"), "t": Both("t", "吨"), "CNY": Both("yuan", "元"),
    "USD": Both("US$", "美元"), "EUR": Both("€", "欧元"), "GBP": Both("£", "英镑"),
}  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One answer to choose; `depth` says how far it stands in."""

    value: str
    label: Both
    depth: int = 0

    @property
    def indent(self) -> str:
        return "\u3000" * self.depth


@dataclass(frozen=True)
class FactInput:
    """What a form shows for one fact: `kind` says which field, `value` and `scale` what stands in it, `problem` what was wrong with it."""

    name: str
    fact: str
    year: int | None
    kind: str
    label: Both
    question: Both
    note: Both | None = None
    unit: Both | None = None
    options: tuple[Option, ...] = ()
    scales: tuple[Option, ...] = ()
    value: str = ""
    scale: str = "1"
    optional: bool = False
    problem: Both | None = None


def name_of(fact: Fact, year: int | None) -> str:
    """What the field of a fact is called."""
    return f"fact.{fact.id}" if year is None else f"fact.{fact.id}.{year}"


def fact_input(
    fact: Fact, year: int | None, rules: Rules, given: Raw | None = None, typed: Mapping[str, str] | None = None, problem: Both | None = None
) -> FactInput:
    """The field of a fact, of a calendar year where it has one: with what is known, or with what somebody typed and what is wrong with it."""
    name = name_of(fact, year)
    value, scale = written(fact, given)
    if typed is not None and name in typed:
        value, scale = typed.get(f"{name}.never") or typed[name], typed.get(f"{name}.scale", "1")
    own = fact.kind == "money" and fact.unit_text == "CNY"
    return FactInput(
        name,
        fact.id,
        year,
        fact.kind,
        _of_year(of_words(fact.label), year),
        Both(*(text.replace("{year}", str(year or "")) for text in of_words(fact.question))),
        of_words(fact.note) if fact.note is not None else None,
        Both("%", "%") if fact.kind == "share" else None if own else _UNIT_WORDS.get(fact.unit_text),
        tuple(_options(fact, rules, value)),
        tuple(Option(key, words) for key, words in _SCALE_WORDS.items()) if own else (),
        value,
        scale if own else "1",
        fact.optional,
        problem,
    )


def _of_year(label: Both, year: int | None) -> Both:
    return label if year is None else both(("{0} {1}", "{1}年{0}"), label, str(year))


def _options(fact: Fact, rules: Rules, value: str) -> Iterator[Option]:
    match fact.kind:
        case "category":
            assert fact.codes is not None
            codes = fact.codes.codes
            for id, code in codes.items():
                depth, above = 0, code.parent
                while above is not None and above in codes:
                    depth, above = depth + 1, codes[above].parent
                yield Option(id, code_label(id, fact.codes), depth)
        case "place":
            yield from place_options(rules, value)


def place_options(rules: Rules, value: str = "") -> Iterator[Option]:
    """The places that a form offers, each below what it lies in: those of the packs with their surroundings, all provinces, and the given one."""
    by_id = rules.places.by_id
    wanted = {id for id, place in by_id.items() if place.level == "province"} | ({value} & by_id.keys())
    for pack in rules.packs:
        own = str(pack.record.place)
        if own in by_id and by_id[own].parent is not None:
            wanted |= set(rules.places.above(own)) | {id for id in rules.places.below(own) if by_id[id].level == "zone"}
            if by_id[own].level in ("district", "zone"):
                wanted |= {id for id, place in by_id.items() if place.parent == by_id[own].parent}
    inner: dict[str | None, list[str]] = {}
    for id in by_id:
        if id in wanted:
            parent = next((above for above in rules.places.above(id)[1:] if above in wanted), None)
            inner.setdefault(parent, []).append(id)

    def below(parent: str | None, depth: int) -> Iterator[Option]:
        for id in inner.get(parent, ()):
            yield Option(id, of_words(by_id[id].label), depth)
            yield from below(id, depth + 1)

    yield from below(None, 0)


# ---------------------------------------------------------------- as it is written in a field


def written(fact: Fact, raw: Raw | None) -> tuple[str, str]:
    """A recorded value as somebody would type it, and its scale."""
    if raw is None:
        return "", "1"
    if raw is NONE:
        return NEVER, "1"
    match fact.kind:
        case "flag":
            return ("true" if raw else "false"), "1"
        case "date":
            assert isinstance(raw, int)
            return datetime.date.fromordinal(raw).isoformat(), "1"
        case "category" | "place" | "text":
            return str(raw), "1"
    assert isinstance(raw, int)
    value = Fraction(raw, 10**fact.decimals) * (100 if fact.kind == "share" else 1)
    scale = "万" if fact.unit_text == "CNY" and value and (value / 10**4 * 100).denominator == 1 else "1"
    value /= SCALES[scale]
    whole, digits = divmod(abs(value) * 10**fact.decimals, 1)
    assert not digits
    text = f"{int(whole):0{fact.decimals + 1}d}"
    plain = f"{text[: len(text) - fact.decimals]}.{text[len(text) - fact.decimals :]}".rstrip("0").rstrip(".") if fact.decimals else text
    return ("-" if value < 0 else "") + plain, scale


def read_input(fact: Fact, typed: Mapping[str, str], name: str, places: Places) -> tuple[Raw | None, Both | None]:
    """What somebody says of a fact, None where they do not; or what is wrong with it, with a remedy."""
    text = unicodedata.normalize("NFKC", typed.get(f"{name}.never") or typed.get(name, "")).strip()
    if not text:
        return None, None
    if len(text) > LONGEST:
        return None, Both(f"this is longer than {LONGEST} characters; shorten it", f"超过{LONGEST}个字符，请缩短")
    if text == NEVER:
        return (NONE, None) if fact.optional else (None, Both("this always exists; leave it empty if you do not know", "该项必然存在；不清楚请留空"))
    match fact.kind:
        case "flag":
            said = {"true": True, "false": False}.get(text)
            return (said, None) if said is not None else (None, Both("choose yes, no, or don't know", "请选择“是”“否”或“不清楚”"))
        case "category":
            assert fact.codes is not None
            return (text, None) if text in fact.codes.codes else (None, Both("choose one of the list", "请从列表中选择"))
        case "place":
            return (text, None) if text in places.by_id else (None, Both("choose one of the list", "请从列表中选择"))
        case "text":
            return text, None
        case "date":
            return _day(text)
    return _figure(fact, text, typed.get(f"{name}.scale", "1"))


def _day(text: str) -> tuple[Raw | None, Both | None]:
    try:
        return datetime.date.fromisoformat(text).toordinal(), None
    except ValueError:
        return None, Both("this is not a day; write it as 2024-06-30", "不是有效日期，请按2024-06-30填写")


def _figure(fact: Fact, text: str, scale: str) -> tuple[Raw | None, Both | None]:
    """Whole steps of a figure; money perhaps in 万 or 亿, which may also stand behind the figure itself."""
    if fact.kind == "share":
        text, factor = text.removesuffix("%").strip(), Fraction(1, 100)
    else:
        factor = Fraction(SCALES.get(scale, 0))
        if fact.unit_text == "CNY" and (said := re.fullmatch(r"(.*?)\s*(万|亿)?元?", text)) is not None:
            text, factor = said[1], Fraction(SCALES[said[2]]) if said[2] else factor
    if not factor or not FIGURE.match(text) or not any(sign.isdigit() for sign in text):
        return None, Both("this is not a figure; write it as 1250000 or 1,250,000.50", "不是有效数字，请按1250000或1,250,000.50填写")
    value = Fraction(text.replace(",", "")) * factor
    steps = value * 10**fact.decimals
    if steps.denominator != 1:
        kept = fact.decimals - (2 if fact.kind == "share" else 0)
        return None, Both(
            f"at most {kept} decimals are kept; round it" if kept else "write a whole figure", f"最多保留{kept}位小数" if kept else "请填写整数"
        )
    if not fact.low <= value <= fact.high or abs(steps) >= LARGEST:
        return None, _range(fact)
    return int(steps), None


def _range(fact: Fact) -> Both:
    """Between which figures it has to lie."""
    low, high = (
        figure(end if isinstance(end, float) else end * fact.unit.factor, fact.unit, share=fact.kind == "share") for end in (fact.low, fact.high)
    )
    if isinstance(fact.high, float) and isinstance(fact.low, float):
        return Both("this is too large to be held exactly; look at the unit", "数值过大，无法精确保存，请检查单位")
    if isinstance(fact.high, float):
        return both(("it is {0} or more, and not too large to be held; look at the unit", "应不小于{0}且不过大，请检查单位"), low)
    if isinstance(fact.low, float):
        return both(("it is {0} at most; look at the unit", "应不大于{0}，请检查单位"), high)
    return both(("it lies between {0} and {1}; look at the unit", "应在{0}至{1}之间，请检查单位"), low, high)


# ---------------------------------------------------------------- as the database holds it


def as_json(raw: Raw) -> object:
    """A recorded value for a column of JSON; what is known not to exist is {"none": true}, since null would read as unknown."""
    return {NEVER: True} if raw is NONE else raw


def of_json(held: object) -> Raw:
    """The recorded value again."""
    if held == {NEVER: True}:
        return NONE
    assert isinstance(held, bool | int | str)
    return held
