"""The typed tree: what a line means once its names are known.

Three kinds of nodes, by the value they give: figures (and dates, as day numbers), codes (and places), and truths. Every reader of a text
walks this one tree: the exact evaluator, the column engine, the explainer, the question-asker and the renderer.

`Named` and `Called` only say how a part was written; its value is that of its body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from huiqi.facts.schema import CodeList, Fact
from huiqi.rules.records import Source
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.unit import PLAIN, Unit

Kind = Literal["figure", "date", "code", "place", "truth"]


@dataclass(frozen=True)
class Type:
    """What a node gives; `bare` marks a literal without unit, which fits anything that is counted."""

    kind: Kind
    unit: Unit = PLAIN
    codes: CodeList | None = None
    bare: bool = False

    def __str__(self) -> str:
        match self.kind:
            case "figure":
                return "a plain number" if self.unit.is_plain else f"a figure in {self.unit}"
            case "code":
                return f"a code of {self.codes.id}" if self.codes else "a code"
            case "truth":
                return "a test"
        return f"a {self.kind}"


@dataclass(frozen=True, eq=False)
class Node:
    """A part of a rule."""


# ---------------------------------------------------------------- figures and dates


@dataclass(frozen=True, eq=False)
class Figure(Node):
    """A known figure, in base units; dates are ordinals. `unit` is what it was written in, where it was, for the reader."""

    value: Fraction
    unit: Unit | None = None


@dataclass(frozen=True, eq=False)
class FactFigure(Node):
    """A fact that is a figure or a date; `year` counts back from the last completed year."""

    fact: Fact
    year: int = 0


@dataclass(frozen=True, eq=False)
class Arithmetic(Node):
    """`left op right`; op is one of + - * / min max."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class Present(Node):
    """The value where it exists, else 0: what a sum over the years of a firm's life adds."""

    of: Node


@dataclass(frozen=True, eq=False)
class Rounded(Node):
    """To a multiple of `step`."""

    of: Node
    step: Fraction
    direction: str


@dataclass(frozen=True, eq=False)
class Tally(Node):
    """How many of the tests hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Since(Node):
    """Time from a date to the day of evaluation: whole `years`, or `days`."""

    date: Node
    unit: Literal["years", "days"]


@dataclass(frozen=True, eq=False)
class YearOf(Node):
    """The calendar year of a date."""

    date: Node


@dataclass(frozen=True, eq=False)
class Between(Node):
    """Anything from `low` to `high`; without `high` there is no upper end."""

    low: Node
    high: Node | None


@dataclass(frozen=True)
class GroupRule:
    """Which related enterprises count with one: linked ones above a share, partners from a share on."""

    name: str
    label: Words
    linked_above: Fraction
    partner_from: Fraction | None

    @property
    def key(self) -> tuple[Fraction, Fraction | None]:
        return self.linked_above, self.partner_from


@dataclass(frozen=True, eq=False)
class Related(Node):
    """What the related enterprises add to a fact of the subject, or without a fact how many are linked to it."""

    rule: GroupRule
    fact: Fact | None
    year: int = 0

    @property
    def key(self) -> RelatedKey:
        """Equal for nodes that mean the same."""
        return self.rule.key, None if self.fact is None else self.fact.id, self.year


#: The limits of the group, the fact, and the year counted back.
RelatedKey = tuple[tuple[Fraction, Fraction | None], str | None, int]


@dataclass(frozen=True, eq=False)
class Absence(Node):
    """No value: no row of a table fits."""


# ---------------------------------------------------------------- codes and places


@dataclass(frozen=True, eq=False)
class CodeValue(Node):
    """A known code."""

    value: str
    codes: CodeList


@dataclass(frozen=True, eq=False)
class FactCode(Node):
    """A fact that is a code or a place."""

    fact: Fact
    year: int = 0


@dataclass(frozen=True, eq=False)
class RankClass(Node):
    """The class by rank of a scorecard: known only with the whole population, and none where there is no total."""

    scorecard: str
    codes: CodeList
    total: Node


# ---------------------------------------------------------------- either


@dataclass(frozen=True, eq=False)
class Choose(Node):
    """`then` where the condition holds, `otherwise` where it does not: figures or codes."""

    condition: Node
    then: Node
    otherwise: Node


# ---------------------------------------------------------------- truths


@dataclass(frozen=True, eq=False)
class Constant(Node):
    value: bool


@dataclass(frozen=True, eq=False)
class FactFlag(Node):
    fact: Fact
    year: int = 0


@dataclass(frozen=True, eq=False)
class Compare(Node):
    """`left op right`; not met where either is absent."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class GrowthCompare(Node):
    """`cagr(x, n) op rate` as last / first op (1 + rate) ** n, which is exact; not met over a base that is not above 0."""

    op: str
    last: Node
    first: Node
    intervals: int
    rate: Fraction


@dataclass(frozen=True, eq=False)
class OneOf(Node):
    """The code is among `wanted` (`negated`: exists and is not)."""

    of: Node
    wanted: frozenset[str]
    negated: bool = False


@dataclass(frozen=True, eq=False)
class SameCode(Node):
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class Exists(Node):
    of: Node


@dataclass(frozen=True, eq=False)
class All(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Any(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Not(Node):
    part: Node


@dataclass(frozen=True, eq=False)
class AtLeast(Node):
    count: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Recognised(Node):
    """A recognition: the fact where the registry knows it, else what the recognition's own measures say."""

    fact: Fact
    outcome: Node
    measures: tuple[str, ...]


# ---------------------------------------------------------------- how it was written


@dataclass(frozen=True, eq=False)
class Named(Node):
    """A definition used by name."""

    name: str
    label: Words
    body: Node
    year: int = 0


@dataclass(frozen=True, eq=False)
class Called(Node):
    """A function used by name; `arguments` are its parts as written, for the reader."""

    name: str
    arguments: tuple[Node, ...]
    body: Node


def children(node: Node) -> tuple[Node, ...]:
    """The parts that the node's value depends on."""
    match node:
        case Arithmetic(left=a, right=b) | Compare(left=a, right=b) | SameCode(left=a, right=b) | GrowthCompare(last=a, first=b):
            return (a, b)
        case (
            RankClass(total=a)
            | Present(of=a)
            | Rounded(of=a)
            | OneOf(of=a)
            | Exists(of=a)
            | Since(date=a)
            | YearOf(date=a)
            | Not(part=a)
            | Named(body=a)
            | Called(body=a)
            | Recognised(outcome=a)
        ):
            return (a,)
        case Tally(parts=parts) | All(parts=parts) | Any(parts=parts) | AtLeast(parts=parts):
            return parts
        case Choose(condition=c, then=a, otherwise=b):
            return (c, a, b)
        case Between(low=a, high=b):
            return (a,) if b is None else (a, b)
    return ()


def walk(node: Node, *, into_recognitions: bool = True) -> Iterator[Node]:
    """The node and everything below it, each shared part once, in the order of the text."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        yield at
        if into_recognitions or not isinstance(at, Recognised):
            waiting += reversed(children(at))


def body(node: Node) -> Node:
    """The node without the names it was written under."""
    while isinstance(node, Named | Called):
        node = node.body
    return node


def facts_in(node: Node) -> dict[tuple[str, int], Fact]:
    """Every fact and year that the node reads, in the order of the text; of a recognition only its own flag."""
    found: dict[tuple[str, int], Fact] = {}
    for part in walk(node, into_recognitions=False):
        match part:
            case FactFigure(fact=fact, year=year) | FactCode(fact=fact, year=year) | FactFlag(fact=fact, year=year):
                found.setdefault((fact.id, year), fact)
            case Recognised(fact=fact):
                found.setdefault((fact.id, 0), fact)
    return found


def may_be_negative(node: Node) -> bool:
    """Something in the node can be below 0."""
    return any(fact.is_figure and fact.low < 0 for fact in facts_in(node).values()) or any(
        isinstance(part, Arithmetic) and part.op == "-" for part in walk(node)
    )


def above_nought(node: Node) -> Node:
    return Compare(">", node, Figure(Fraction(0)))


# ---------------------------------------------------------------- eligibility


@dataclass(frozen=True, eq=False)
class Test:
    """One atomic test of a measure: a truth, its text and the clause that asks for it."""

    truth: Node
    text: str
    clause: str
    origin: Literal["measure", "core", "edition", "place"] = "measure"
    say: Words | None = None
    source: Source | None = None  # where it differs from the document's
    __test__ = False  # not a test case of pytest's


@dataclass(frozen=True, eq=False)
class Group:
    """Tests under all / any / none / at least n."""

    kind: Literal["all", "any", "none", "at_least"]
    parts: tuple[Condition, ...]
    count: int = 0
    label: Words | None = None


Condition = Test | Group


def tests_in(condition: Condition) -> Iterator[Test]:
    """Every atomic test, in the order of the text."""
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from tests_in(part)


def truth_of(condition: Condition) -> Node:
    """The condition as one truth."""
    if isinstance(condition, Test):
        return condition.truth
    parts = tuple(truth_of(part) for part in condition.parts)
    match condition.kind:
        case "all":
            return All(parts)
        case "any":
            return Any(parts)
        case "none":
            return Not(Any(parts))
        case _:
            return AtLeast(condition.count, parts)
