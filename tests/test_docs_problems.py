"""docs/problems.md has every code that the program can tell, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from huiqi.cli.app import FURTHER
from huiqi.rules import functions
from huiqi.vocabulary.problem_words import in_chinese

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
ROW = re.compile(r"(?m)^\| `([a-z.-]+)` \| ([^|]+(?:\\\|[^|]+)*) \| ([^|]+(?:\\\|[^|]+)*) \|$")
IN_FILES = re.compile(r"`([^`]+)`")
IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
CODE = re.compile(r"([a-z]+)\.[a-z]+(-[a-z]+)*\Z")
FILES = re.compile(r"(?!text\.|table\.).*\.(csv|html|js|json|lark|ledger|parquet|pdf|rules|typ|yaml)\Z")  # text.yaml and table.parquet are codes
FAMILIES = {
    "application",
    "backtest",
    "text",
    "record",
    "place",
    "codes",
    "facts",
    "pack",
    "rules",
    "table",
    "check",
    "calibrate",
    "case",
    "registry",
    "cell",
    "import",
    "synthesize",
    "totals",
    "measure",
    "mother",
    "value",
    "land",
    "solve",
    "awards",
    "assumption",
    "award",
    "fund",
    "promise",
    "round",
    "reform",
    "report",
    "scenario",
    "ledger",
}


def codes_in(tree: ast.Module) -> Iterator[str]:
    """Codes that are written out, those that a short helper completes, and patterns of those that are put together (with *)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value) and not FILES.match(node.value):
            yield node.value
        elif isinstance(node, ast.FunctionDef) and (family := family_of(node)):
            yield from (f"{family}.{name}" for name in first_arguments(tree, node.name))
    helpers = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and family_of(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in helpers:
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
            if re.match(r"[a-z]+\.[a-z*-]*\*[a-z*-]*\Z", text) and text.partition(".")[0] in FAMILIES:
                yield text


def family_of(function: ast.FunctionDef) -> str:
    """`synthesize` for a function that makes f"synthesize.{code}" of its first argument."""
    first = function.args.args[0].arg if function.args.args else ""
    for node in ast.walk(function):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=ast.Name(id=name))]) if (
                name == first and start.endswith(".")
            ):
                return start.removesuffix(".") if start.removesuffix(".") in FAMILIES else ""
    return ""


def first_arguments(tree: ast.Module, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called), args=[ast.Constant(value=str(first)), *_]) if called == name:
                yield first


SOURCE = {code for path in (ROOT / "src" / "huiqi").rglob("*.py") for code in codes_in(ast.parse(path.read_text(encoding="utf-8")))}
WRITTEN = {code for code in SOURCE if "*" not in code and code not in functions.ALL and code != FURTHER}  # awards.sum is no code
PATTERNS = [re.compile(re.escape(code).replace(r"\*", "[a-z]+") + r"\Z") for code in SOURCE if "*" in code]
LISTED = [code for code, _, _ in ROW.findall(PAGE)]


def test_every_code_is_listed() -> None:
    assert sorted(WRITTEN - set(LISTED)) == []
    for pattern in PATTERNS:
        assert any(map(pattern.match, LISTED)), pattern.pattern


def test_every_listed_code_exists() -> None:
    assert [code for code in LISTED if code not in WRITTEN and not any(pattern.match(code) for pattern in PATTERNS)] == []


def test_every_code_is_told_in_chinese_with_the_same_words_of_files() -> None:
    told = in_chinese()
    assert list(told) == LISTED
    for code, *texts in ROW.findall(PAGE):
        for english, chinese in zip(texts, told[code], strict=True):
            assert IDEOGRAPH.search(chinese), code
            assert set(IN_FILES.findall(english.replace("\\|", "|"))) == set(IN_FILES.findall(chinese)), code


def test_codes_are_listed_once_and_in_order() -> None:
    assert len(set(LISTED)) == len(LISTED)
    for section in PAGE.split("\n## ")[1:]:
        codes = [code for code, _, _ in ROW.findall(section)]
        assert codes
        assert codes == sorted(codes)


def test_every_line_of_the_tables_is_read() -> None:
    assert len(LISTED) == len(re.findall(r"(?m)^\| `", PAGE))


def test_the_codes_of_the_faulty_packs_are_listed() -> None:
    told = {
        code
        for path in (ROOT / "tests" / "bad").rglob("expected.txt")
        for code in re.findall(r"(?m)^[^ ]+: (?:warning: )?([a-z]+\.[a-z-]+): ", path.read_text(encoding="utf-8"))
    }
    assert told <= set(LISTED)
    assert len(told) > 80
