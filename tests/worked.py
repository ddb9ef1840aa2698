"""Worked examples in tests: facts, lines and policies as packs write them, over the small schema of arbitrary.py.

    found("growth(revenue)", firm(revenue={2023: "125元", 2022: "100元"}))      "0.25"

Values are compared in the words of `rules.cases.say`: a figure, `low .. high`, `.. or none`, `none`, codes with `|`, yes / no / depends.
"""

from __future__ import annotations

import datetime
import tempfile
from functools import cache, lru_cache
from pathlib import Path

import arbitrary
from huiqi.facts.known import Known
from huiqi.rules.cases import read_case, say
from huiqi.rules.compile import Measure, Rules, compile_rules
from huiqi.rules.context import Context, Typed, Unresolved
from huiqi.rules.exact import Exactly
from huiqi.rules.library import Library
from huiqi.rules.pack import Common, read_common, read_pack
from huiqi.rules.payable import amount_due
from huiqi.rules.records import CaseRecord
from huiqi.rules.resolve import expression
from huiqi.vocabulary.problem import NOWHERE, Problem
from huiqi.vocabulary.record import build
from huiqi.vocabulary.source import Mapping, Text

Given = str | dict[int, str]
PACK = {"p/pack.yaml": "id: p\ntitle: {en: P, zh: 包}\nplace: zj\nlicence: CC0-1.0\n"}
SHARED = {"facts/enterprise.yaml": arbitrary.FACTS, "facts/codes/trade.csv": arbitrary.CODES, "places.yaml": arbitrary.PLACES}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Files by name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@cache
def common() -> Common:
    """The small schema with its code list and places."""
    with tempfile.TemporaryDirectory() as folder:
        found, problems = read_common(write(Path(folder), SHARED))
    assert found is not None
    assert not problems, problems
    return found


@lru_cache(maxsize=256)
def library_of(*files: tuple[str, str]) -> Library:
    """The pack `p` of those files; reading it must find no problem."""
    with tempfile.TemporaryDirectory() as folder:
        pack, problems = read_pack(write(Path(folder), PACK | dict(files)) / "p", common())
    assert pack is not None
    assert not problems, problems
    return Library(common(), (pack,), ())


def rules_of(files: dict[str, str], law_on: str = "2024-06-30") -> Rules:
    """The rules of such a folder on a day; they must have no problem."""
    rules = library_of(*files.items()).rules(datetime.date.fromisoformat(law_on))
    assert not rules.problems, "\n".join(map(str, rules.problems))
    return rules


def rules(policy: str = "", *, core: str = "", **tables: str) -> Rules:
    """The rules of one document; tables by name without .csv."""
    files = {"p/special/a.yaml": arbitrary.POLICY.format(policy="a") + policy} | {f"p/tables/{name}.csv": text for name, text in tables.items()}
    return rules_of(files | ({"p/core.yaml": core} if core else {}))


def problems_of(policy: str, **tables: str) -> list[Problem]:
    """What is wrong with a document."""
    files = {"p/special/a.yaml": arbitrary.POLICY.format(policy="a") + policy} | {f"p/tables/{name}.csv": text for name, text in tables.items()}
    library = library_of(*files.items())
    return list(compile_rules(library.packs, library.common, arbitrary.AS_OF).problems)


def firm(*, as_of: str = "2024-06-30", id: str = "firm", **facts: Given) -> Known:
    """What is known of a firm in Binjiang, in the words of a worked case; what is left out is unknown, `place=""` as well."""
    given = {"place": "bj"} | facts
    nodes = Mapping({_text(name): _node(value) for name, value in given.items() if value != ""})
    words = Mapping({_text("en"): _text("made up"), _text("zh"): _text("虚构")})
    case = Mapping({_text("case"): _text(id), _text("as_of"): _text(as_of), _text("facts"): nodes, _text("expect"): Mapping(), _text("from"): words})
    for mapping in (nodes, words, case):
        mapping.where = NOWHERE
    record, problems = build(CaseRecord, case, NOWHERE)
    assert record is not None, problems
    library = library_of()
    read, faults = read_case(record, library.packs[0], library)
    assert read is not None, faults
    return read.known


def _text(text: str) -> Text:
    return Text(text, NOWHERE)


def _node(value: Given) -> Text | Mapping:
    if isinstance(value, str):
        return _text(value)
    years = Mapping({_text(str(year)): _text(text) for year, text in value.items()})
    years.where = NOWHERE
    return years


# ---------------------------------------------------------------- lines


def line(text: str, of: Rules | None = None) -> Typed:
    """What a line of a definition means."""
    world = (of or rules()).world
    document = next(d for d in world.documents if d.pack == "p" and d.policy != "core")
    return expression(_text(text), Context(world, document, "enterprise"))


def fault(text: str, of: Rules | None = None) -> Problem:
    """The problem of a line that has no meaning."""
    world = (of or rules()).world
    before = len(world.problems)
    try:
        typed = line(text, of)
    except Unresolved:
        found = world.problems[before:]
        del world.problems[before:]
        return found[0]
    raise AssertionError(f"{text} is {typed.type}")


def found(text: str, known: Known, of: Rules | None = None) -> str:
    """The value of a line for a firm."""
    typed, exact = line(text, of), Exactly(known)
    return say(exact.codes(typed.node) if typed.type.kind in ("code", "place") else exact.value(typed.node))


# ---------------------------------------------------------------- measures


def measure(of: Rules, name: str = "m") -> Measure:
    """The one measure of that name."""
    measures = of.find(name)
    assert len(measures) == 1, [m.id for m in measures]
    return measures[0]


def status(of: Rules, known: Known, name: str = "m", *, assume_recognised: bool = False) -> str:
    """yes, no or depends."""
    return say(Exactly(known, assume_recognised=assume_recognised).truth(measure(of, name).truth))


def due(of: Rules, known: Known, name: str = "m") -> str:
    """What a measure gives a firm, in yuan."""
    exact, one = Exactly(known), measure(of, name)
    assert one.amount is not None
    return say(amount_due(exact.truth(one.truth), exact.figure(one.amount.node)))


def granting(amount: str, *, eligible: str = "", definitions: str = "", **tables: str) -> Rules:
    """A document with the one grant `m` of that amount."""
    asked = f", eligible: {eligible}" if eligible else ""
    return rules(f"{definitions}\nmeasures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant{asked}, amount: {amount}}}\n", **tables)


def asking(eligible: str, *, definitions: str = "", **tables: str) -> Rules:
    """A document with the one measure `m` under those conditions."""
    return rules(f"{definitions}\nmeasures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: service, eligible: {eligible}}}\n", **tables)
