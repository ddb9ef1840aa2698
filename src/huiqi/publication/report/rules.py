"""The rules behind a report's figures, in words, so that each figure can lead to its clause and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from huiqi.publication.names import KIND_WORDS
from huiqi.publication.report.report import Rule
from huiqi.publication.wording import Grid, Line, Said, Wording, own_parts, same
from huiqi.rules import tree
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.speech import Both, both, listed, of_words


def rule_behind(rules: Rules, measure: Measure, id: str, said: Both | None = None) -> Rule:
    """A measure with its document and clause, its conditions and its amount in words, and the facts it reads; `said` goes before its title."""
    wording, document = Wording.of(rules, measure.document), measure.document.record
    title = both(
        ("{0} ({1})", "{0}（{1}）"), of_words(measure.record.title), KIND_WORDS.get(str(measure.record.kind), same(str(measure.record.kind)))
    )
    source = both(
        ("{0} {1}, {2}; {3}", "{0}（{1}）{2}；{3}"), of_words(document.title), str(document.document), str(measure.record.clause), measure.id
    )
    lines = [line for part in own_parts(measure.eligible) for line in _tests(wording.line(part))]
    amount = wording.amount(measure)
    lines += [] if amount is None else [both(("Amount: {0}", "金额：{0}"), words) for words in _said(amount)]
    facts = {fact.id: of_words(fact.label) for fact in tree.facts_in(measure.truth).values()}
    if facts:
        lines.append(both(("Facts: {0}", "所用数据：{0}"), listed(facts.values(), ", ", "、")))
    return Rule(id, title if said is None else both(("{0}: {1}", "{0}：{1}"), said, title), source, tuple(lines))


def _tests(line: Line) -> Iterator[Both]:
    """A test, or a group with its parts in one sentence."""
    text = line.said if not line.parts else both(("{0} {1}", "{0}：{1}"), line.said, listed((_one(part) for part in line.parts), "; ", "；"))
    yield both(("{0} [{1}]", "{0}〔{1}〕"), text, line.clause) if line.clause else text


def _one(line: Line) -> Both:
    if not line.parts:
        return line.said
    return both(("({0} {1})", "（{0}：{1}）"), line.said, listed((_one(part) for part in line.parts), "; ", "；"))


def _said(said: Said) -> Iterator[Both]:
    if said.sentence is not None:
        yield said.sentence
    if said.grid is not None:
        yield _grid(said.grid)
    yield from said.limits


def _grid(grid: Grid) -> Both:
    """A table in one line: its rows one after the other."""
    return listed((listed(row, " → ", "→") for row in grid.rows), "; ", "；")
