"""The kit of a report: one page with both languages and nothing from elsewhere, tables that sort, and two pages of PDF whatever is in it."""

from __future__ import annotations

import builtins
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from huiqi.publication.report import summary as module
from huiqi.publication.report.page import page
from huiqi.publication.report.report import Cell, Drawing, Head, Headline, Paragraph, Report, Rule, Section, Table
from huiqi.publication.report.summary import summary
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both

HOSTILE = '</script><script>alert(1)</script><img src="https://example.org/x">#eval("1") $x$ *b* \\'
VOID = {"meta", "input", "br", "img", "link"}
SVG = '<svg viewBox="0 0 100 50" xmlns="http://www.w3.org/2000/svg"><text y="20">text 文字</text></svg>'


class Read(HTMLParser):
    """The elements of a page with their attributes, and that they close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def report_of(name: str = "a name", rows: int = 3) -> Report:
    table = Table(
        Both("A table", "一张表"),
        (Head(Both("name", "名称")), Head(Both("money", "金额"), numeric=True)),
        tuple((Cell(Both(name, name), link="rule-1"), Cell(Both(f"¥{n}", f"{n}元"), n)) for n in range(rows)),
        (Cell(Both("a rule", "条款"), link="rule-1"),),
    )
    chart = Drawing(Both("A chart", "一张图"), Both("How it is read", "读法"), {"en": SVG, "zh": SVG})
    several = replace(table, rows=((Cell("", lines=(Cell(Both(name, name), link="rule-1"), Cell("second"))), Cell("–")),))
    parts = (Paragraph(Both(name, name)), table, chart, several)
    rule = Rule("rule-1", Both("A rule", "条款"), Both("A text", "文件"), (Both(name, name),))
    sections = (Section("money", Both("Money", "支出"), parts), Section("rules", Both("Rules", "条款"), (rule,)))
    headlines = (Headline(Both("Cost", "支出"), Both("¥1", "1元")), Headline(Both(name, name), Both("2", "2"), Both("of 3", "共3个")))
    return Report(Both(name, name), (Both(name, name),), headlines, sections, (Both("made up", "虚构"),), (parts, parts))


def test_the_page_asks_nothing_of_any_other_place() -> None:
    read = Read(page(report_of()))
    for _, attributes in read.elements:
        for key, value in attributes.items():
            assert key in ("xmlns", "content") or not re.search(r"https?:|//", value or ""), (key, value)
            assert key not in ("src", "srcset", "action", "onclick")
    assert not read.of("link")
    policy = next(one["content"] for one in read.of("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline" not in policy.split("script-src")[1]


def test_every_link_of_the_page_leads_somewhere_and_no_id_stands_twice() -> None:
    read = Read(page(report_of()))
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {(one["href"] or "").removeprefix("#") for one in read.of("a")}
    assert links
    assert links <= set(ids)
    assert {one["for"] for one in read.of("label")} <= set(ids)


def test_every_table_can_be_sorted_and_says_what_it_is() -> None:
    read = Read(page(report_of()))
    tables = read.of("table")
    assert len(tables) == len(read.of("caption")) == 2
    assert all(one["class"] == "sortable" for one in tables)
    assert all(one["scope"] == "col" for one in read.of("th"))
    assert [one["data-order"] for one in read.of("td") if one.get("class") == "number"] == ["0", "1", "2", ""]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_languages_stand_in_the_page_and_one_is_chosen(lang: str) -> None:
    text = page(report_of(), lang)
    read = Read(text)
    spans = [one["lang"] for one in read.of("span")]
    assert spans.count("en") == spans.count("zh") > 5
    assert [one["id"] for one in read.of("input") if "checked" in one] == [f"show-{lang}"]
    assert read.of("html")[0]["lang"] == lang
    assert [one["lang"] for one in read.of("div") if one.get("role") == "img"] == ["en", "zh"]


def test_hostile_names_stay_texts() -> None:
    text = page(report_of(HOSTILE))
    read = Read(text)
    assert not read.of("img")
    assert len(read.of("script")) == 1
    assert "&lt;script&gt;" in text


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_summary_has_two_pages_however_much_there_is() -> None:
    wordy = replace(report_of(rows=40), about=(Both("many words " * 700, "许多文字" * 700),))
    for report in (report_of(), wordy, Report(Both("Nothing", "无"), ())):
        for lang in ("en", "zh"):
            assert pages_of(summary(report, lang)) == 2


def test_the_summary_is_the_same_each_time_and_takes_no_text_for_markup() -> None:
    report = report_of(HOSTILE)
    assert summary(report, "en") == summary(report, "en")
    assert pages_of(summary(report, "en")) == 2


def test_rows_that_are_left_out_of_the_summary_are_counted() -> None:
    data = module._data(report_of(rows=module.ROWS + 5), "en")
    table = next(part for part in data["pages"][0] if part["kind"] == "table")
    assert len(table["rows"]) == module.ROWS
    assert table["left"] == "5 more rows in report.html"


def test_where_no_font_has_chinese_the_summary_says_so_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fonts:
        def families(self) -> list[str]:
            return ["Libertinus Serif"]

    typst, told = module._typst(), []
    monkeypatch.setattr(typst, "Fonts", Fonts)
    monkeypatch.setattr(typst, "compile", lambda form, **rest: told.append(rest["sys_inputs"]["data"]) or b"")
    summary(report_of("杭州 Hangzhou"), "zh")
    assert "No font with Chinese characters" in told[0]
    assert "[…] Hangzhou" in told[0]
    assert not re.search("[\u4e00-\u9fff]", told[0])


def test_who_lacks_the_library_is_told_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "typst":
            raise ImportError(name=name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FaultyInput) as told:
        summary(report_of(), "en")
    assert [(problem.code, problem.hint) for problem in told.value.problems] == [("report.extra", "pip install 'huiqi[report]'")]
