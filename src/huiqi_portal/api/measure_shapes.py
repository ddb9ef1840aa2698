"""The forms of the catalogue's answers."""

from __future__ import annotations

import datetime

from pydantic import BaseModel

from huiqi_portal.api.shapes import Money, TextSource, Words, told


class Named(BaseModel):
    """An id with what it is called."""

    id: str
    said: Words


class MeasureListed(BaseModel):
    """A measure as a list shows it, in the edition that counts today."""

    measure: str = told("Full name: pack/policy/key", "全名：政策包/政策/条目", example="cn-zj-hangzhou-binjiang/gazelle/gazelle")
    edition: str
    title: Words
    kind: Named
    topics: list[Named]
    state: Named = told("open, call, later, cohort or over", "open、call、later、cohort或over")
    subject: str = told("Whom it is about; mostly enterprise", "对象，多为enterprise")
    place: Named = told("Who gives it", "发布地区")
    document: Words
    document_number: str
    clause: str
    amount: Words = told("The amount in a line", "金额概述")
    range: Money | None = told("What can be due to anybody; null: no amount", "可能的金额区间；null表示不涉及")
    borne_by: Words | None
    first_day: datetime.date
    last_day: datetime.date | None = told("The last day of its text; null: open", "文本有效期末日；null表示未定")


class Counted(BaseModel):
    """A value of a filter and how many measures it would leave."""

    value: str
    said: Words
    count: int


class Listed(BaseModel):
    """A page of the list."""

    version: int
    law_on: datetime.date
    total: int
    page: int
    pages: int
    measures: list[MeasureListed]
    filters: dict[str, list[Counted]] = told("Values of the filters and how many measures each would leave", "各筛选值及对应措施数")


class Line(BaseModel):
    """A test in words, or a group of them."""

    said: Words
    clause: str
    written: str
    parts: list[Line]


class Rule(BaseModel):
    """What a measure gives, in words."""

    sentence: Words | None
    limits: list[Words]
    table: list[list[Words]] = told("A table, its headings first", "表格，首行为表头")


class Example(BaseModel):
    """A worked case of the pack."""

    given: list[tuple[Words, Words]]
    status: Words | None
    amount: Words | None
    because: Words = told("Where the expected result comes from", "依据")


class Stacking(BaseModel):
    """A stacking rule that is about the measure."""

    bearing: str
    label: Words
    said: Words
    clause: str
    source: TextSource
    with_measures: list[str]


class EditionChange(BaseModel):
    """One difference in words."""

    said: Words
    effect: str
    clause: str


class EditionListed(BaseModel):
    """One edition of its document, with what it changes in the measure against the one before."""

    document: str
    document_number: str
    edition: str
    standing: Words
    first_day: datetime.date
    last_day: datetime.date | None
    changes: list[EditionChange]


class MeasureAndMore(MeasureListed):
    """A measure with its rule in words and as written, its sources, examples, stacking and editions."""

    law_on: datetime.date
    version: int
    source: TextSource = told("How sure we are of the text", "文本可靠程度")
    conditions: list[Line]
    shared_conditions: list[Line] = told("Asked for beside its own: place, cohort, core policy", "共通条件：地区、适用对象、总政策")
    gives: Rule | None
    written: str = told("The rule as the pack writes it", "规则原文（YAML）")
    documents_owed: list[Words]
    apply: Words | None
    office: Words | None
    note: Words | None
    examples: list[Example]
    stacking: list[Stacking]
    editions: list[EditionListed]
