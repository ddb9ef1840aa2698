"""Whatever a file holds: problems, and nothing else.

Arbitrary and mutated lines, texts and tables go through the readers and the checks. HUIQI_FUZZ=10000 looks at so many inputs in all, and then
none may take more than a second.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiqi.facts.schema import read_codes, read_schema
from huiqi.rules.cases import run_cases
from huiqi.rules.check import check_library
from huiqi.rules.library import Library, packs_folder, read_library
from huiqi.rules.pack import Common, read_common, read_pack
from huiqi.rules.parse import parse
from huiqi.rules.syntax import Syntax
from huiqi.rules.tables import read_table
from huiqi.vocabulary.place import read_places
from huiqi.vocabulary.problem import Problem, Where, errors
from huiqi.vocabulary.source import Mapping, Text, parse_yaml, scalars

sys.path.insert(0, str(Path(__file__).parents[1]))
import arbitrary

LONG = int(os.environ.get("HUIQI_FUZZ", "0"))
TESTS = 6
SEARCH = settings(
    max_examples=-(-LONG // TESTS) if LONG else settings.default.max_examples * 3, deadline=None, suppress_health_check=list(HealthCheck)
)
LONGEST = 1.0 if LONG else float("inf")  # seconds of an input
FAULTLESS = Path(__file__).parents[1] / "bad" / "faultless"
ALONE = ("cn", "eu", "gb")  # packs that inherit none
REAL = {path: path.read_text(encoding="utf-8") for pack in ALONE for path in sorted(packs_folder().glob(f"{pack}/special/*.yaml"))}
SMALL = {path.relative_to(FAULTLESS): path.read_text(encoding="utf-8") for path in sorted(FAULTLESS.rglob("*.*"))}
CANARY = Path(tempfile.gettempdir()) / f"huiqi-canary-{os.getpid()}"


@pytest.fixture(autouse=True)
def nothing_is_executed() -> Iterator[None]:
    yield
    assert not CANARY.exists()


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Common:
    """The shared facts, codes and places that the packs come with; without the thousands of divisions."""
    folder = tmp_path_factory.mktemp("real") / "packs"
    shutil.copytree(packs_folder() / "facts", folder / "facts")
    shutil.copy(packs_folder() / "places.yaml", folder)
    found, problems = read_common(folder)
    assert problems == []
    assert found is not None
    return found


# ---------------------------------------------------------------- inputs

FRAGMENTS = [
    "", " ", "\n", "\t", "\r", "\x00", "\x85", "\ufeff", "\u2028", "，", "：", "（", "'", '"', "''", "#", ",", ", ", ": ", "- ", "? ", "| ", "> ", "& ", "&a ", "*a", "!a ", "%", "@", "`",
    "[", "]", "{", "}", "[]", "{}", "[[", "---\n", "...\n", "<<: ", "~", "null", "true", "false", "none", "yes", "else", "rest", "total", "unpublished", "not ", " and ", " or ", " in ",
    " within ", "(", ")", "-", "+", "*", "/", "=", "<", "<=", ">=", "!=", "..", "..<", "|", "->", ".", "_", "1", "0", "-1", "0.5", ".5", "5%", "150%", "万", "亿元", "5万元", "10亩", "3 USD",
    "9" * 40, "9" * 5000, "1e999", "2024-06-30", "0001-01-01", "9999-12-31", "2023-02-29", "revenue", "营业收入", "revenue[-1]", "revenue[1]", "employees", "established", "place", "listed", "industry",
    '"C"', 'place within "cn-zj"', "gazelle", "size_class", "growth(revenue)", "cagr(revenue, 10)", "cagr(revenue, 3)", "sum(", "each(", "max(", "count(", 'lookup("size.csv")', "exists(", "all:", "any:", "none: ",
    "at_least: 2", "of: ", "bands: ", "tiers: ", "match: ", "value: ", "clause", "where", "top 20%", ">= 80", "x" * 1_001, "(" * 60, "[" * 200, "a: {" * 100, "sum(" * 30,
    f'!!python/object/apply:os.system ["touch {CANARY}"]', f'!!python/object/new:pathlib.Path ["{CANARY}"]', "__import__('os')", "../../etc/passwd", "=cmd|' /C calc'!A0", "{{7*7}}", "${HOME}",
]  # fmt: skip
fragment = st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8))


@st.composite
def mutated(draw: st.DrawFn, text: str, most: int = 4) -> str:
    """The text with pieces put in, taken out, doubled or exchanged."""
    for _ in range(draw(st.integers(1, most))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.sampled_from([0, 0, 1, 2, 5, 20, 200])))
        match draw(st.integers(0, 3)):
            case 0 | 1:
                text = text[:begin] + draw(fragment) + text[end:]
            case 2:
                text = text[:end] + text[begin:end] + text[end:]
            case 3:
                other = draw(st.integers(0, len(text)))
                text = text[:begin] + text[end:other] + text[begin:end] + text[other:] if other > end else text[:begin] + text[end:]
    return text


@st.composite
def rewritten(draw: st.DrawFn, text: str) -> str:
    """The text with some values, and now and then a key, exchanged for others of it or for fragments: still YAML, most of the time."""
    node, _ = parse_yaml(text, "a.yaml")
    values, names = list(scalars(node)), list(keys(node))
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        old = draw(st.sampled_from(names if draw(st.integers(0, 9)) == 0 else values))
        new = draw(st.one_of(st.sampled_from(values), fragment, mutated(str(old), most=1)))
        line = lines[old.where.line - 1]
        start = old.where.column - 1
        if line[start : start + len(old)] == old:
            quote = "" if line[start - 1 : start] in ("'", '"') or draw(st.integers(0, 3)) == 0 else "'"
            lines[old.where.line - 1] = (
                line[:start] + quote + new.replace("'", "''" if quote else "'").replace("\n", " ") + quote + line[start + len(old) :]
            )
    return "\n".join(lines)


def keys(node: object) -> Iterator[Text]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from keys(value)
    elif isinstance(node, list):
        for item in node:
            yield from keys(item)


sentence = st.one_of(arbitrary.test(), arbitrary.money(), arbitrary.ratio(), st.sampled_from(FRAGMENTS))
line = st.one_of(st.text(max_size=60), sentence, sentence.flatmap(mutated), st.lists(sentence, max_size=4).map(" ".join))


class Watch:
    """How long an input takes."""

    def __enter__(self) -> None:
        self.began = time.process_time()

    def __exit__(self, *_: object) -> None:
        taken = time.process_time() - self.began
        slowest.append(taken)
        assert taken <= LONGEST, f"{taken:.1f} seconds"


slowest: list[float] = []


@pytest.fixture(scope="module", autouse=True)
def report() -> Iterator[None]:
    yield
    if LONG:
        print(f"\n{len(slowest)} inputs, the slowest {max(slowest):.2f} s, all {sum(slowest):.0f} s")


# ---------------------------------------------------------------- tests


def sound(problems: list[Problem]) -> None:
    """Each has a code, a message of one line, and a place in a file."""
    for problem in problems:
        assert "." in problem.code
        assert problem.message
        assert problem.where.file
        assert problem.where.line >= 0
        assert problem.where.column >= 0
        str(problem).encode("utf-8", "surrogatepass")


def looked_at(library: Library) -> list[Problem]:
    """All problems; where there are none, every measure is there and every case comes to an end."""
    problems = check_library(library)
    sound(problems)
    if not errors(problems):
        for document in library.documents:
            rules = library.rules(document.record.first_day)
            assert {m.key for m in rules.measures if m.document is document} == {str(key) for key in document.measures}
        sound(run_cases(library, library.packs)[1])
    return problems


@SEARCH
@given(line)
def test_lines(text: str) -> None:
    with Watch():
        syntax, problems = parse(text, Where("a.yaml", 1, 1))
    assert isinstance(syntax, Syntax) == (not problems)
    sound(problems)
    assert all(1 <= problem.where.column <= len(text) + 1 for problem in problems)


@SEARCH
@given(st.lists(line, min_size=1, max_size=5), st.sampled_from(["eligible", "definition", "amount", "points", "bands", "cells"]))
def test_lines_in_a_policy(tmp_path_factory: pytest.TempPathFactory, lines: list[str], form: str) -> None:
    written = ["'" + text.replace("'", "''").replace("\n", " ") + "'" for text in lines]
    listed, head = ", ".join(written), "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: grant, "
    rest, tables = {
        "eligible": (f"{head}eligible: {{all: [{listed}]}}, amount: 5元}}", {}),
        "definition": (f"definitions:\n  d: {{value: {written[0]}, label: {{en: D, zh: 丁}}}}\n{head}eligible: {{any: [{listed}, d]}}}}", {}),
        "amount": (f"{head}amount: {{value: {written[0]}, cap: {written[-1]}}}}}", {}),
        "points": (f"scorecards:\n  c: {{title: {{en: C, zh: 卡}}, clause: 一, items: {{i: {{label: {{en: I, zh: 项}}, points: {written[0]}, max: 5}}}}, passes_when: [{listed}]}}", {}),
        "bands": (f"definitions:\n  d: {{of: staff, bands: {{{', '.join(f'{text}: {n}' for n, text in enumerate(dict.fromkeys(written)))}}}, label: {{en: D, zh: 丁}}}}\n", {}),
        "cells": (f"{head}amount: {{table: t.csv}}}}", {"t.csv": "staff,revenue,trade,-> pays\n" + "".join(f"{text},{text},{text},5元\n" for text in lines)}),
    }[form]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        packs = arbitrary.packs_folder(Path(folder), rest + "\n", tables=tables)
        with Watch():
            library, problems = read_library(["p"], packs)
            sound(problems)
            assert library is not None
            looked_at(library)


@SEARCH
@given(st.data())
def test_real_policies(common: Common, data: st.DataObject) -> None:
    """A policy that comes with huiqi, with some of it changed."""
    path, text = data.draw(st.sampled_from(list(REAL.items())))
    changed = data.draw(st.one_of(mutated(text), rewritten(text), rewritten(text)))
    pack = path.parents[1]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "packs" / pack.name
        (copy / "special").mkdir(parents=True)
        for part in ("tables", "codes"):
            if (pack / part).is_dir():
                shutil.copytree(pack / part, copy / part)
        for name in ("pack.yaml", "facts.yaml"):
            shutil.copy(pack / name, copy / name)
        core = re.sub(r"(?m)^cumulation:\n(?:[ #].*\n|\n)*", "", (pack / "core.yaml").read_text(encoding="utf-8"))  # it names the other texts
        (copy / "core.yaml").write_text(core, encoding="utf-8")
        (copy / "special" / path.name).write_text(changed, encoding="utf-8", newline="")
        with Watch():
            read, problems = read_pack(copy, common)
            sound(problems)
            assert read is not None
            looked_at(Library(common, (read,), tuple(problems)))


@SEARCH
@given(st.data())
def test_whole_packs(data: st.DataObject) -> None:
    """A small packs folder in which one or two files hold anything at all."""
    with tempfile.TemporaryDirectory() as folder:
        packs = shutil.copytree(FAULTLESS, Path(folder) / "packs")
        for name in data.draw(st.lists(st.sampled_from(list(SMALL)), min_size=1, max_size=2, unique=True)):
            text = SMALL[name]
            texts = [mutated(text, most=1), mutated(text)] if name.suffix == ".csv" else [mutated(text), *[rewritten(text)] * 4]
            written = st.one_of(st.binary(max_size=200), *(some.map(str.encode) for some in texts))
            (packs / name).write_bytes(data.draw(written))
        with Watch():
            library, problems = read_library(["zone"], packs)
            sound(problems)
            if library is not None:
                looked_at(library)


CELLS = [*FRAGMENTS, ">= 5", "10 .. 50", "10 ..< 50", "make", "make|chips", "5元", "->", "-> pays", "-> code: trade", "330108", "33", "浙江省"]
table = st.lists(st.lists(st.sampled_from(CELLS), max_size=5).map(",".join) | st.text(max_size=20), max_size=6).map("\n".join)


@SEARCH
@given(st.one_of(st.text(), table, table.map(lambda rest: f"staff,revenue,trade,-> pays,-> more: trade\n{rest}")))
def test_tables(text: str) -> None:
    with Watch():
        read, problems = read_table(text, "t.csv")
    assert (read is None) == bool(problems)
    sound(problems)


@SEARCH
@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        table.map(lambda rest: f"code,parent,en,zh\n{rest}".encode()),
        table.map(lambda rest: f"code,name\n{rest}".encode()),
    )
)
def test_lists_and_facts(content: bytes) -> None:
    """Code lists, divisions and facts of any content."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("codes.csv", "divisions.csv", "places.yaml", "facts.yaml"):
            (folder / file).write_bytes(content)
        with Watch():
            lists, problems = read_codes(folder, "codes")
            places, faults = read_places(folder)
            _, more = read_schema(folder / "facts.yaml", "facts.yaml", lists)
        sound([*problems, *faults, *more])
        for id in places.by_id:
            assert id in places.below(places.above(id)[-1])
        for listed in lists.values():
            assert all(id in listed.below(id) for id in listed.codes)


def test_the_mutations_reach_beyond_the_readers() -> None:
    """Enough of the changed texts are still read, so that the checks are tried too."""
    rng, read = random.Random(1), 0
    text = SMALL[Path("zone/special/growth-2024.yaml")]
    for _ in range(50):
        at = rng.choice(list(scalars(parse_yaml(text, "a.yaml")[0])))
        lines = text.split("\n")
        row, column = at.where.line - 1, at.where.column - 1
        lines[row] = lines[row][:column] + rng.choice(FRAGMENTS[60:90]) + lines[row][column + len(at) :]
        read += not parse_yaml("\n".join(lines), "a.yaml")[1]
    assert read > 20
