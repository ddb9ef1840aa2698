"""Tables that sort by a link: each heading leads to the same page in another order, so that nothing needs a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from huiqi.vocabulary.speech import Both

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its name in addresses, its heading, and by what rows are sorted; figures begin with the largest."""

    name: str
    label: Both
    key: Callable[[Row], Any]
    numeric: bool = False


@dataclass(frozen=True)
class Head:
    """A heading as a page shows it: where it leads, and the order that holds now."""

    label: Both
    address: str
    numeric: bool
    order: str  # ascending, descending or empty, as aria-sort has it


@dataclass(frozen=True)
class Sorted:
    """A table in the order that was asked for."""

    heads: tuple[Head, ...]
    rows: list[Row]


def sort(request: HttpRequest, rows: Sequence[Row], columns: Sequence[Column], first: str, parameter: str = "sort") -> Sorted:
    """Rows in the order that the address asks for (`name`, or `-name` for the largest first), else in that of `first`."""
    names = {column.name: column for column in columns}
    asked = request.GET.get(parameter, first)
    if asked.removeprefix("-") not in names:
        asked = first
    name, down = asked.removeprefix("-"), asked.startswith("-")
    found = sorted(rows, key=names[name].key, reverse=down)
    heads = [_head(request, column, name, down, parameter) for column in columns]
    return Sorted(tuple(heads), found)


def _head(request: HttpRequest, column: Column, name: str, down: bool, parameter: str) -> Head:
    mine = column.name == name
    turned = (not down) if mine else column.numeric
    query = request.GET.copy()
    query[parameter] = f"{'-' if turned else ''}{column.name}"
    order = ("descending" if down else "ascending") if mine else ""
    return Head(column.label, f"?{query.urlencode()}", column.numeric, order)
