"""Every problem code of the sources is in docs/problems.md, and every code there is in the sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FAMILIES = "text|record|place|facts|codes|pack|rules|table|check|case|registry|cell|import|synthesize|measure|value"
CODE = re.compile(rf"(?:{FAMILIES})\.[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def codes_of_sources() -> set[str]:
    """Codes stand as first texts of calls that make a problem."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str) and CODE.match(a.value)}
    return found


def codes_of_page() -> set[str]:
    return set(re.findall(r"(?m)^\| ([a-z]+\.[a-z0-9-]+) \|", (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")))


def test_every_code_is_on_the_page() -> None:
    assert codes_of_sources() - codes_of_page() == set()


def test_every_code_of_the_page_is_in_the_sources() -> None:
    assert codes_of_page() - codes_of_sources() == set()
