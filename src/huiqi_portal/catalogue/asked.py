"""What is asked of the list of measures: every state of its search and filters is an address, read and written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from huiqi.facts.schema import Schema
from huiqi.publication.names import KIND_WORDS
from huiqi.vocabulary.speech import Both, both
from huiqi_portal.catalogue.card import STANDINGS
from huiqi_portal.catalogue.collection import Collection

Sort = Literal["fit", "deadline", "amount"]
LONGEST_QUESTION = 200  # characters
MOST_STAFF, MOST_REVENUE = 10_000_000, 1_000_000_000  # people; 万元
STATES = (*STANDINGS, "soon")


@dataclass(frozen=True)
class Asked:
    """A search with its filters; `staff` (people) and `revenue` (万元 of the last year) and `industry` describe a firm, for the evaluator."""

    q: str = ""
    place: str = ""
    topic: str = ""
    kind: str = ""
    state: str = ""
    industry: str = ""
    staff: int | None = None
    revenue: int | None = None
    sort: Sort = "fit"
    page: int = 1

    def without(self, *names: str) -> Asked:
        """The same, asking less."""
        defaults: dict[str, Any] = {one.name: one.default for one in fields(self) if one.name in names}
        return replace(self, page=1, **defaults)

    def with_(self, **more: str) -> Asked:
        """The same with another value of a filter, from its first page."""
        return replace(self, page=1, **more)  # type: ignore[arg-type]

    def on_page(self, page: int) -> Asked:
        return replace(self, page=page)

    @property
    def firm(self) -> tuple[str, int | None, int | None]:
        """What is said of a firm."""
        return self.industry, self.staff, self.revenue

    @property
    def about_a_firm(self) -> bool:
        return any(part not in ("", None) for part in self.firm)

    @property
    def address(self) -> str:
        """The question part of an address; empty where nothing is asked."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return f"?{urlencode(said)}" if said else "?"


@dataclass(frozen=True)
class Fault:
    """A part of an address that cannot be read: which, and what to do."""

    name: str
    said: Both


def read_asked(given: Mapping[str, str], collection: Collection, schema: Schema) -> tuple[Asked, list[Fault]]:
    """What an address asks for, and every part of it that means nothing; what is empty is not asked."""
    faults: list[Fault] = []

    def one_of(name: str, knows: Callable[[str], bool], called: Both) -> str:
        text = given.get(name, "").strip()
        if text and not knows(text):
            faults.append(Fault(name, both(("there is no {0} “{1}”; take it out of the address", "没有该{0}：“{1}”；请从网址中去掉"), called, text)))
            return ""
        return text

    def whole(name: str, called: Both, least: int, most: int, fact: str = "") -> int | None:
        if fact and fact not in schema.facts:
            return None
        text = given.get(name, "").replace(",", "").replace("，", "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and least <= int(text) <= most):
            words = ("{0}: “{1}” is not a whole number from {2} to {3}", "{0}：“{1}”不是{2}至{3}的整数")
            faults.append(Fault(name, both(words, called, text[:40], f"{least:,}", f"{most:,}")))
            return None
        return int(text)

    industries = schema.facts["industry"].codes if "industry" in schema.facts else None
    q = given.get("q", "").strip()
    if len(q) > LONGEST_QUESTION:
        words = ("the search is longer than {0} characters; ask for fewer words", "搜索词超过{0}个字符，请缩短")
        faults.append(Fault("q", both(words, str(LONGEST_QUESTION))))
    asked = Asked(
        q[:LONGEST_QUESTION],
        one_of("place", collection.places.by_id.__contains__, Both("place", "地区")),
        one_of("topic", collection.by_topic.__contains__, Both("topic", "主题")),
        one_of("kind", KIND_WORDS.__contains__, Both("kind of measure", "措施类型")),
        one_of("state", STATES.__contains__, Both("state", "状态")),
        one_of("industry", lambda code: industries is not None and code in industries.codes, Both("industry", "行业")),
        whole("staff", Both("employees", "从业人数"), 0, MOST_STAFF, "employees"),
        whole("revenue", Both("revenue in units of ¥10,000", "营业收入（万元）"), 0, MOST_REVENUE, "revenue"),
        one_of("sort", get_args(Sort).__contains__, Both("order", "排序方式")) or "fit",  # type: ignore[arg-type]
        whole("page", Both("page", "页码"), 1, 10_000) or 1,
    )
    return asked, faults
