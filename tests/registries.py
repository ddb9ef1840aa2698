"""Small registries for tests, written as somebody would by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

ABOUT = """
title: {en: Test registry, zh: 测试登记库}
made_up: true
source: {en: made up for a test, zh: 测试虚构}
observed_on: 2024-03-31
recorded_on: 2024-04-15
verified: false
"""


def write_registry(folder: Path, main: Iterable[str], yearly: Iterable[str] = ()) -> Path:
    """A registry of CSV files; the first line of each is its header."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "registry.yaml").write_text(ABOUT, encoding="utf-8")
    (folder / "enterprise.csv").write_text("\n".join(main) + "\n", encoding="utf-8")
    if lines := list(yearly):
        (folder / "enterprise_year.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
