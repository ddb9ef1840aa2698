"""What was measured, beside what is wanted: one table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table; `met` is None for what is only stated."""

    name: str
    measured: str
    target: str = ""
    met: bool | None = None
    value: float | None = None  # as it was compared with the target


def at_most(name: str, value: float, limit: float, unit: str, said: str = "") -> Figure:
    return Figure(name, f"{short(value)} {unit}{said}", f"<= {short(limit)} {unit}", value <= limit, value)


def at_least(name: str, value: float, limit: float, unit: str, said: str = "") -> Figure:
    return Figure(name, f"{short(value)} {unit}{said}", f">= {short(limit)} {unit}", value >= limit, value)


def stated(name: str, measured: str, value: float | None = None) -> Figure:
    return Figure(name, measured, value=value)


def short(value: float) -> str:
    """Three digits."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} million"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    head = ("figure", "measured", "target", "met")
    rows = [(f.name, f.measured, f.target, {True: "yes", False: "no", None: ""}[f.met]) for f in figures]
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def write_results(path: Path, figures: Iterable[Figure], found: dict[str, Any]) -> None:
    """The table and everything that was found out for it."""
    path.write_text(json.dumps({"figures": [asdict(f) for f in figures], **found}, indent=1) + "\n", encoding="utf-8")
