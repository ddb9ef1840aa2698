"""The forms of what is sent and answered: they check it, and the description of the API is drawn from them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from ninja import Field
from pydantic import BaseModel, ConfigDict, WithJsonSchema

Status = Literal["yes", "no", "depends"]


def told(en: str, zh: str, **more: Any) -> Any:
    """What a field is, in both languages."""
    examples = {"examples": [more.pop("example")]} if "example" in more else {}
    return Field(
        *((more.pop("default"),) if "default" in more else ()),
        description=f"{en} · {zh}",
        json_schema_extra={"x-said": {"en": en, "zh": zh}},
        **examples,
        **more,
    )


class Words(BaseModel):
    """A text in both languages."""

    en: str
    zh: str


class Problem(BaseModel):
    """One thing that is wrong with a part of a request."""

    code: str = told("Stable code", "固定代码", example="fact.unknown")
    message: Words = told("What is wrong", "问题")
    where: str = told("Its place in the request", "所在位置", example="body.facts.revenu")
    remedy: Words = told("What to do", "处理办法")


class Fault(BaseModel):
    """Every answer from 400 on has this form."""

    code: str = told("Stable code; docs/api.md lists them", "固定代码，见docs/api.md", example="facts.wrong")
    message: Words = told("What is wrong", "问题")
    where: str = told("Its place in the request, where it has one", "所在位置", example="body.facts")
    remedy: Words = told("What to do", "处理办法")
    problems: list[Problem] = told("All that is wrong, part by part", "逐项问题")


class Money(BaseModel):
    """A range of money in whole fen (hundredths of the currency)."""

    low: int = told("The lower end, in fen", "下限（分）", example=5_000_000)
    high: int | None = told("The upper end, in fen; null: no upper end", "上限（分）；null表示无上限", example=8_000_000)
    currency: str = told("The currency", "币种", example="CNY")


class TextSource(BaseModel):
    """How sure we are of a text."""

    kind: str = told("official, copy, memory or illustrative", "official（官方）、copy（转载）、memory（凭记忆）或illustrative（示例）")
    note: Words


class Provenance(BaseModel):
    """Where a fact comes from."""

    source: Words
    observed_on: datetime.date
    recorded_on: datetime.date
    verified: bool


# ---------------------------------------------------------------- what is sent

_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_FACTS = {
    "type": "object",
    "additionalProperties": {"anyOf": [_SCALAR, {"type": "object", "additionalProperties": _SCALAR, "propertyNames": {"pattern": "^[0-9]{4}$"}}]},
    "maxProperties": 2_000,
}
EXAMPLE_FACTS = {
    "established": "2018-05-20",
    "employees": 46,
    "revenue": {"2025": 38_500_000, "2024": 29_000_000.5},
    "industry": "I65",
    "listed": False,
}


class Enterprise(BaseModel):
    """What is known of one enterprise, and on which day under which law it is looked at."""

    model_config = ConfigDict(extra="forbid")

    facts: Annotated[dict[str, Any], WithJsonSchema(_FACTS)] = told(
        "What is known: a value, or a value a calendar year, by the fact's id or label. Units as in registries: money in its currency's unit "
        "(1250000.5), a share as 0.15 or “15%”, a day as “2024-06-30”. A value without a year is of the last completed year. What is "
        "left out or null is unknown, and never nought; “none” is known not to exist.",
        "已知信息：按数据项代码或名称提供一个值，或按年份提供。单位与企业库一致：金额以元为单位（1250000.5），比例写作0.15或“15%”，日期写作“2024-06-30”。"
        "未注明年份的为上一完整年度。未提供或为null即为未知，绝不视为零；“none”表示确知不存在。",
        default={},
        example=EXAMPLE_FACTS,
    )
    place: str | None = told(
        "Where it works: only measures that apply there are looked at; left out: all",
        "所在地区：只看适用于该地区的措施；不填则看全部",
        default=None,
        example="cn-zj-hangzhou-binjiang",
        max_length=100,
    )
    as_of: datetime.date | None = told(
        "The day of the facts; left out: that of the law, or today", "信息基准日；不填则为政策基准日或今天", default=None
    )
    law_on: datetime.date | None = told("The day of the law; left out: that of the facts", "政策基准日；不填则同信息基准日", default=None)


class Asking(Enterprise):
    """The same, and how many questions are wanted."""

    most: int = told("How many questions at the most", "最多几个问题", default=10, ge=1, le=100)


class Explaining(Enterprise):
    """The same, and the measure to explain."""

    measure: str = told(
        "The measure by its full name, perhaps with its edition",
        "措施全名，可带版本",
        example="cn-zj-hangzhou-binjiang/gazelle/gazelle",
        min_length=1,
        max_length=200,
    )


# ---------------------------------------------------------------- what is answered


class OnDays(BaseModel):
    """Of which day and law an answer is."""

    as_of: datetime.date = told("The day of the facts", "信息基准日")
    law_on: datetime.date = told("The day of the law", "政策基准日")
    version: int = told("The published version of the texts; 0: those that come with huiqi", "政策文本版本；0为随软件提供的文本")


class PastAward(BaseModel):
    """An award of the past that counts under a stacking rule."""

    subject: str
    measure: str
    amount: int
    currency: str
    granted_on: datetime.date
    text: Words
    place: str | None = None
    award: str | None = None
    provenance: Provenance | None = None


class Cut(BaseModel):
    """What a stacking rule took from a measure."""

    text: Words
    before: tuple[int, int | None] = told("In fen, before the rule", "扣减前（分）")
    after: tuple[int, int | None] = told("In fen, after it", "扣减后（分）")
    because_of: list[str] = told("On account of these measures", "因以下措施")
    past_awards: list[PastAward]
    form: str
    document: str
    clause: str
    label: Words
    source: TextSource


class MeasureStands(BaseModel):
    """How an enterprise stands to one measure."""

    measure: str = told("Full name: pack/policy/key", "全名：政策包/政策/条目")
    edition: str
    title: Words
    kind: str
    status: Status = told("Whether the conditions hold: depends, while facts are unknown", "是否符合：depends表示因信息未知而待定")
    due: Money | None = told("What is due before stacking; null: no amount, or not had", "叠加前应享金额；null表示不涉及或不符合")
    payable: Money | None = told("What stacking rules leave of it", "叠加后应享金额")
    stands: Status = told("The status after stacking", "叠加后状态")
    unpublished: bool = told("The text gives a benefit whose figure is not public", "金额未公开")
    cuts: list[Cut]


class Together(BaseModel):
    """All together, in the currency of the nearest pack."""

    payable: Money = told("If all is applied for", "全部申报时")
    best: Money = told("By the best choice of what to apply for", "最优申报组合时")
    left_out: list[str] = told("What the best choice leaves out", "最优组合中不申报的措施")


class Unknown(BaseModel):
    """An unknown fact that keeps something open."""

    fact: str
    year: int | None
    label: Words
    measures: list[str] = told("The measures that wait for it, with their editions", "待此信息判定的措施（含版本）")


class Evaluation(OnDays):
    """How an enterprise stands to every measure; a status that nobody can know yet is depends, an amount is a range."""

    place: str | None
    measures: list[MeasureStands]
    together: Together
    unknown: list[Unknown] = told("The unknown facts that matter, best first", "影响结果的未知信息，重要者在前")


class Question(BaseModel):
    """A question, and what an answer settles on average."""

    fact: str
    year: int | None
    question: Words
    settles_measures: float
    narrows_fen: int
    measures: list[str]


class Questions(OnDays):
    """What to ask next, best first."""

    total: int = told("How many questions there are", "问题总数")
    questions: list[Question]


class FactUsed(BaseModel):
    """A fact that a test reads; `value` null: nobody knows it."""

    fact: str
    year: int | None
    label: Words
    value: Words | None
    provenance: Provenance | None = None


class Reason(BaseModel):
    """A test or group of tests with its outcome, and what it would take."""

    status: Status
    text: Words
    clause: str | None = None
    written: str | None = None
    origin: Words | None = None
    found: Words | None = None
    gap: Words | None = None
    undefined: Words | None = None
    source: TextSource | None = None
    facts: list[FactUsed] | None = None
    parts: list[Reason] | None = None


class AmountReason(BaseModel):
    """An amount in fen and how it comes about."""

    low: int
    high: int | None
    currency: str
    lines: list[Words]


class Explanation(BaseModel):
    """Everything behind one measure: the same as `huiqi explain --json`."""

    subject: str
    measure: str
    edition: str
    title: Words
    document: str
    clause: str
    source: TextSource
    as_of: datetime.date
    law_on: datetime.date
    status: Status
    amount: AmountReason | None
    payable: AmountReason | None
    cuts: list[Cut]
    reasons: list[Reason]
    deciding: list[FactUsed]
    notes: list[Words]


class Explanations(OnDays):
    """An explanation an edition that holds."""

    explanations: list[Explanation]


class Code(BaseModel):
    """One code of a list."""

    code: str
    parent: str | None
    label: Words


class FactAsked(BaseModel):
    """What can be known of an enterprise."""

    fact: str = told("Its id", "代码", example="revenue")
    kind: Literal["money", "number", "count", "share", "date", "flag", "category", "place", "text"]
    period: Literal["year", "day"] = told("year: a value a calendar year; day: a state on a day", "year：按年度；day：时点")
    unit: str | None = told("The unit of a figure", "单位", example="CNY")
    decimals: int | None = told("How many decimals are kept; more are rounded half up", "保留小数位数，超出部分四舍五入")
    low: float | None = told("The least it can be; null: no lower end", "下限；null表示无")
    high: float | None = told("The most it can be; null: no upper end", "上限；null表示无")
    optional: bool = told("It can be known not to exist: “none”", "可确知不存在：“none”")
    codes: str | None = told("The list of its codes", "代码表")
    label: Words
    question: Words = told("What to ask; {year} is the year", "提问用语；{year}为年份")
    note: Words | None


class FactsSchema(BaseModel):
    """Everything that can be asked of an enterprise."""

    version: int
    law_on: datetime.date
    facts: list[FactAsked]
    codes: dict[str, list[Code]] = told("The code lists by name", "各代码表")


class Place(BaseModel):
    """A place that measures are about."""

    place: str = told("Its id", "代码", example="cn-zj-hangzhou-binjiang")
    level: str
    parent: str | None
    code: str | None = told("Its administrative code", "行政区划代码", example="330108")
    label: Words


class PlacesList(BaseModel):
    """All places, each after what it lies in."""

    version: int
    law_on: datetime.date
    places: list[Place]
