"""What a report is made of: sections of paragraphs, tables and charts, every text in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from huiqi.vocabulary.speech import Both

Words = Both | str  # a text that is the same in both languages may be given once


@dataclass(frozen=True)
class Paragraph:
    """Some sentences; `soft` for remarks."""

    text: Words
    soft: bool = False


@dataclass(frozen=True)
class Head:
    """A column of a table; `numeric` ones are set to the right and sorted by size, the largest first."""

    label: Words
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell; `order` is what it is sorted by where that is not its text; `link` the id of a part of the same page; `lines`: several, one below
    the other, in place of its text."""

    text: Words
    order: float | None = None
    link: str | None = None
    lines: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table that can be sorted by each column; `behind` are the rules that its figures come from."""

    caption: Words
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    behind: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A chart: its title, how it is read, and its SVG text by language; `behind` are the rules that its figures come from, `id` a name
    for who looks for it."""

    title: Words
    reading: Words
    svg: Mapping[str, str]
    behind: tuple[Cell, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class Rule:
    """The rule behind figures: a part of the page that cells link to by its id."""

    id: str
    title: Words
    source: Words
    lines: tuple[Words, ...]


Part = Paragraph | Table | Drawing | Rule


@dataclass(frozen=True)
class Section:
    """A part of a report with a heading; `id` is what is linked to."""

    id: str
    title: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Headline:
    """A figure that is seen first, with what it is and a remark."""

    label: Words
    figure: Words
    note: Words = ""


@dataclass(frozen=True)
class Report:
    """A report: title, what it is of, the figures that are seen first, and its sections; `brief`: the parts on both pages of its summary as PDF."""

    title: Words
    about: tuple[Words, ...]
    headlines: tuple[Headline, ...] = ()
    sections: tuple[Section, ...] = ()
    warnings: tuple[Words, ...] = ()
    brief: tuple[tuple[Part, ...], tuple[Part, ...]] | None = None
