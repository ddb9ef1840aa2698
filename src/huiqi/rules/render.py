"""The typed tree in plain words, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from huiqi.facts.known import Raw
from huiqi.facts.schema import CodeList, Fact
from huiqi.rules import functions, tree
from huiqi.rules.tree import Node
from huiqi.vocabulary import speech
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.speech import Both, both, listed, of_words
from huiqi.vocabulary.unit import PERCENT, PLAIN, UNITS, Unit

_COMPARISONS = {
    ">=": Both("is at least", "不低于"), ">": Both("is more than", "超过"), "<=": Both("is at most", "不超过"),
    "<": Both("is less than", "低于"), "=": Both("is", "等于"), "!=": Both("is not", "不等于"),
}  # fmt: skip
_DATE_COMPARISONS = _COMPARISONS | {
    ">=": Both("is on or after", "不早于"), ">": Both("is after", "晚于"), "<=": Both("is on or before", "不晚于"), "<": Both("is before", "早于"),
}  # fmt: skip
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_OWN_UNITS = {"mu": Both("mu", "亩"), "亩": Both("mu", "亩"), "ha": Both("ha", "公顷")}
_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


@lru_cache(maxsize=65_536)  # a node is what it is
def unit_of(node: Node) -> Unit | None:
    """The unit of a figure; None for a literal without one, which takes that of what it stands beside."""
    match tree.body(node):
        case tree.Figure(unit=unit):
            return None if unit == PERCENT else unit
        case tree.FactFigure(fact=fact):
            return None if fact.kind == "date" else fact.unit.dimension
        case tree.Arithmetic(op="*", left=left, right=right):
            a, b = unit_of(left), unit_of(right)
            return None if a is None and b is None else ((a or PLAIN) * (b or PLAIN)).dimension
        case tree.Arithmetic(op="/", left=left, right=right):
            a, b = unit_of(left), unit_of(right)
            return None if a is None and b is None else ((a or PLAIN) / (b or PLAIN)).dimension
        case tree.Arithmetic(op="-", left=left, right=right) if is_date(left) and is_date(right):
            return UNITS["days"].dimension
        case tree.Arithmetic(left=left, right=right) | tree.Choose(then=left, otherwise=right):
            found = unit_of(left)
            return unit_of(right) if found is None else found
        case tree.Present(of=of) | tree.Rounded(of=of):
            return unit_of(of)
        case tree.Between(low=low, high=high):
            return unit_of(high) if high is not None else unit_of(low)
        case tree.Tally() | tree.YearOf():
            return PLAIN
        case tree.Since(unit=unit):
            return UNITS[unit].dimension
    return None


def is_date(node: Node) -> bool:
    """The node gives a day."""
    match tree.body(node):
        case tree.FactFigure(fact=fact):
            return fact.kind == "date"
        case tree.Arithmetic(op="+" | "-", left=left, right=right):
            return is_date(left) != is_date(right)
    return False


@lru_cache(maxsize=65_536)
def is_share(node: Node) -> bool:
    """The node is a part of something of its own kind, so people say it in per cent."""
    match tree.body(node):
        case tree.FactFigure(fact=fact):
            return fact.kind == "share"
        case tree.Figure(unit=unit):
            return unit == PERCENT
        case tree.Between(low=low, high=high):
            return is_share(low) or (high is not None and is_share(high))
        case tree.Arithmetic(op="/", left=left, right=right):
            a, b = unit_of(left), unit_of(right)
            return (a is not None and a == b and not a.is_plain) or is_share(left)
        case tree.Arithmetic(left=left, right=right):
            return (is_share(left) or is_share(right)) and (unit_of(node) or PLAIN).is_plain
        case tree.Choose(then=then, otherwise=otherwise):
            return is_share(then) or is_share(otherwise)
        case tree.Present(of=of) | tree.Rounded(of=of):
            return is_share(of)
    return False


@dataclass
class Renderer:
    """Says nodes in words; `last_year` is the calendar year that year facts without brackets mean."""

    places: Places
    last_year: int
    _said: dict[int, tuple[Node, Both]] = field(default_factory=dict, repr=False)

    def say(self, node: Node, unit: Unit | None = None, *, share: bool = False) -> Both:
        """A node in words. A literal is said in the unit of what it stands beside."""
        if isinstance(node, tree.Figure):
            return speech.figure(node.value, unit or node.unit or PLAIN, share=share or node.unit == PERCENT)
        if id(node) not in self._said:
            self._said[id(node)] = (node, self._say(node))
        return self._said[id(node)][1]

    def _say(self, node: Node) -> Both:
        match node:
            case tree.Named(label=label, year=year):
                return self._of_year(of_words(label), year) if year else of_words(label)
            case tree.FactFigure(fact=fact, year=year) | tree.FactCode(fact=fact, year=year) | tree.FactFlag(fact=fact, year=year):
                return self.fact(fact, year)
            case tree.Recognised(fact=fact):
                return self.fact(fact, 0)
            case tree.Called():
                return self._called(node)
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Present(of=of) | tree.Rounded(of=of):
                return self.say(of)
            case tree.Since(date=date, unit=unit):
                return both(("full years since {0}", "自{0}起满年数") if unit == "years" else ("days since {0}", "自{0}起天数"), self.say(date))
            case tree.YearOf(date=date):
                return both(("year of {0}", "{0}所在年份"), self.say(date))
            case tree.Tally(parts=parts):
                return both(("how many of: {0}", "下列各项中符合的项数：{0}"), listed(map(self.say, parts), "; ", "；"))
            case tree.Between(high=high):
                return (
                    Both("a benefit whose figure is not public", "未公布金额")
                    if high is None
                    else both(("up to {0}", "最高{0}"), self.say(_ceiling(high), UNITS["元"]))
                )
            case tree.CodeValue(value=value, codes=codes):
                return code_label(value, codes)
            case tree.Related(rule=rule, fact=None):
                return both(("others of {0}", "{0}其他企业数"), of_words(rule.label))
            case tree.Related(rule=rule, fact=fact, year=year) if fact is not None:
                return both(("{1} of the others of {0}", "{0}其他企业{1}"), of_words(rule.label), self.fact(fact, year))
            case tree.RankClass():
                return Both("class by rank", "按排名确定的等级")
            case tree.Absence():
                return Both("nothing", "无")
            case tree.Choose(condition=condition, then=then, otherwise=otherwise):
                return both(("{1} if {0}, otherwise {2}", "{0}的为{1}，否则为{2}"), self.say(condition), self.say(then), self.say(otherwise))
        return self._truth(node)

    def fact(self, fact: Fact, year: int) -> Both:
        """A fact's label, with the calendar year where it has one."""
        label = of_words(fact.label)
        return self._of_year(label, year) if fact.period == "year" else label

    def _of_year(self, label: Both, year: int) -> Both:
        return Both(f"{label.en} {self.last_year + year}", f"{self.last_year + year}年{label.zh}")

    def _called(self, node: tree.Called) -> Both:
        if node.name == "each":
            return both(
                ("in each of {0} years: {1}", "近{0}年每年：{1}"), str(len(node.arguments)), listed(map(self.say, node.arguments), "; ", "；")
            )
        function = functions.ALL[node.name]
        unit = next((u for u in map(unit_of, node.arguments) if u is not None), None)
        parts = [self.say(part, unit) if not _is_count(node, index) else _plain(part) for index, part in enumerate(node.arguments)]
        if "{*}" in function.en:
            return Both(function.en.replace("{*}", ", ".join(p.en for p in parts)), function.zh.replace("{*}", "、".join(p.zh for p in parts)))
        return both((function.en, function.zh), *parts)

    def _arithmetic(self, node: tree.Arithmetic) -> Both:
        unit_left, unit_right = unit_of(node.left), unit_of(node.right)
        beside = (unit_left if unit_left is not None else unit_right) if node.op in "+-minmax" else None
        if is_date(node):
            beside = UNITS["days"].dimension
        factor = tree.body(node.right)
        share = node.op == "*" and isinstance(factor, tree.Figure) and abs(factor.value) < 1
        left, right = self.say(node.left, beside), self.say(node.right, beside, share=share)
        if node.op in ("min", "max"):
            return both(
                ("the smaller of {0} and {1}", "{0}与{1}中的较小值") if node.op == "min" else ("the larger of {0} and {1}", "{0}与{1}中的较大值"),
                left,
                right,
            )
        left, right = (_bracketed(part, text, node.op) for part, text in ((node.left, left), (node.right, right)))
        return Both(left.en + _SIGNS[node.op] + right.en, left.zh + _SIGNS[node.op] + right.zh)

    # ------------------------------------------------------------ truths

    def _truth(self, node: Node) -> Both:
        match node:
            case tree.Constant(value=value):
                return Both("always", "总是") if value else Both("never", "从不")
            case tree.Compare():
                return self._compare(node)
            case tree.GrowthCompare(op=op, last=last, intervals=n, rate=rate):
                grown = both(("compound growth of {0} over {1} years", "{0}{1}年复合增长率"), self.say(last), str(n))
                return both(("{0} {1} {2}", "{0}{1}{2}"), grown, _COMPARISONS[op], speech.figure(rate, PLAIN, share=True))
            case tree.OneOf(of=of, wanted=wanted, negated=negated):
                return self._one_of(of, wanted, negated)
            case tree.SameCode(left=left, right=right):
                return both(("{0} is {1}", "{0}与{1}相同"), self.say(left), self.say(right))
            case tree.Exists(of=of):
                return both(("{0} exists", "有{0}"), self.say(of))
            case tree.Not(part=part):
                match tree.body(part):
                    case tree.Exists(of=of):
                        return both(("{0} does not exist", "无{0}"), self.say(of))
                    case tree.FactFlag() | tree.Recognised():
                        return both(("not: {0}", "无：{0}"), self.say(part))
                return both(("not: {0}", "不符合：{0}"), self.say(part))
            case tree.All(parts=parts):
                return self._between(parts) or listed((self._joined(part, tree.Any) for part in parts), " and ", "且")
            case tree.Any(parts=parts):
                return listed((self._joined(part, tree.All) for part in parts), " or ", "或")
            case tree.AtLeast(count=count, parts=parts):
                return both(("at least {0} of: {1}", "下列至少{0}项：{1}"), str(count), listed(map(self.say, parts), "; ", "；"))
        raise TypeError(f"{type(node).__name__} has no words")

    def _joined(self, part: Node, other: type[Node]) -> Both:
        """A part of `and` or `or`, in brackets where it is itself joined the other way."""
        said = self.say(part)
        joined = isinstance(part, other) and not (isinstance(part, tree.All) and self._between(part.parts))
        return Both(f"({said.en})", f"（{said.zh}）") if joined else said

    def _compare(self, node: tree.Compare) -> Both:
        left, right, op = node.left, node.right, node.op
        if isinstance(left, tree.Figure) and not isinstance(right, tree.Figure):
            left, right, op = right, left, _TURNED[op]
        return both(("{0} {1} {2}", "{0}{1}{2}"), self.say(left), comparison(op, left), self.edge(left, right))

    def edge(self, left: Node, right: Node) -> Both:
        """The right side of a comparison, in the words of the left."""
        if isinstance(right, tree.Figure) and is_date(left):
            return speech.day(right.value)
        if isinstance(right, tree.Figure) and isinstance(tree.body(left), tree.YearOf):
            return Both(str(right.value), str(right.value))  # 2020, not 2,020
        return self.say(right, unit_of(left), share=is_share(left))

    def _between(self, parts: tuple[Node, ...]) -> Both | None:
        """`a <= x < b` said once."""
        if len(parts) != 2 or not all(isinstance(part, tree.Compare) for part in parts):
            return None
        first, second = parts
        assert isinstance(first, tree.Compare)
        assert isinstance(second, tree.Compare)
        if not (isinstance(first.left, tree.Figure) and first.right is second.left and isinstance(second.right, tree.Figure)):
            return None
        op, x = _TURNED[first.op], first.right
        words = (self.say(x), comparison(op, x), self.edge(x, first.left), _short(comparison(second.op, x)), self.edge(x, second.right))
        return both(("{0} {1} {2} and {3} {4}", "{0}{1}{2}且{3}{4}"), *words)

    def _one_of(self, of: Node, wanted: frozenset[str], negated: bool) -> Both:
        names = listed(self.tops(of, wanted), ", " if negated else " or ", "、" if negated else "或")
        if isinstance(tree.body(of), tree.FactCode) and _fact_kind(of) == "place":
            return both(("{0} does not lie in {1}", "{0}不在{1}") if negated else ("{0} lies in {1}", "{0}在{1}"), self.say(of), names)
        return both(("{0} is none of: {1}", "{0}不属于：{1}") if negated else ("{0} is {1}", "{0}为{1}"), self.say(of), names)

    def tops(self, of: Node, wanted: frozenset[str]) -> list[Both]:
        """The outermost of the wanted codes; what lies below them goes without saying."""
        node = tree.body(of)
        if _fact_kind(node) == "place":
            found = [id for id in self.places.by_id if id in wanted and self.places.by_id[id].parent not in wanted]
            return [of_words(self.places.by_id[id].label) for id in found]
        codes = codes_of(node)
        if codes is None:
            return [Both(code, code) for code in sorted(wanted)]
        return [code_label(id, codes) for id, code in codes.codes.items() if id in wanted and code.parent not in wanted]


def comparison(op: str, left: Node) -> Both:
    """The words of a comparison operator."""
    return (_DATE_COMPARISONS if is_date(left) else _COMPARISONS)[op]


def codes_of(node: Node) -> CodeList | None:
    """The code list of a node that gives codes."""
    match tree.body(node):
        case tree.FactCode(fact=fact):
            return fact.codes
        case tree.CodeValue(codes=codes) | tree.RankClass(codes=codes):
            return codes
        case tree.Choose(then=then, otherwise=otherwise):
            return codes_of(then) or codes_of(otherwise)
    return None


def code_label(id: str, codes: CodeList) -> Both:
    label = codes.codes[id].label
    return of_words(label)


def recorded(fact: Fact, raw: Raw, places: Places) -> Both:
    """A recorded value in words."""
    match fact.kind:
        case "flag":
            return Both("yes", "是") if raw else Both("no", "否")
        case "place":
            label = places.by_id[str(raw)].label if isinstance(raw, str) else None
            return of_words(label) if label is not None else Both("none", "无")
        case "category" | "text":
            if isinstance(raw, str) and fact.codes is not None:
                return code_label(raw, fact.codes)
            return Both(str(raw), str(raw)) if isinstance(raw, str) else Both("none", "无")
        case "date":
            return speech.day(raw) if isinstance(raw, int) else Both("never", "无")
        case _:
            assert isinstance(raw, int)
            if fact.kind == "number" and fact.unit.factor != 1:
                own = speech.figure(Fraction(raw, 10**fact.decimals), PLAIN)
                return both(("{0} {1}", "{0}{1}"), own, _OWN_UNITS.get(fact.unit_text, fact.unit_text))
            return speech.figure(raw * fact.step, fact.unit, share=fact.kind == "share")


def _fact_kind(node: Node) -> str:
    node = tree.body(node)
    return node.fact.kind if isinstance(node, tree.FactCode) else ""


def _ceiling(node: Node) -> Node:
    """The ceiling as the text sets it; that it is rounded and never below nothing goes without saying."""
    while True:
        match node:
            case tree.Rounded(of=of):
                node = of
            case tree.Arithmetic(op="max", left=left, right=tree.Figure(value=0)):
                node = left
            case _:
                return node


def _short(words: Both) -> Both:
    return Both(words.en.removeprefix("is "), words.zh)


def _is_count(node: tree.Called, index: int) -> bool:
    """The argument is a number of years, not a figure of the unit of the others."""
    return (node.name in ("sum", "mean") and index == 1) or (node.name == "first_reached" and index == 2)


def _plain(node: Node) -> Both:
    assert isinstance(node, tree.Figure)
    return speech.figure(node.value, PLAIN)


def _bracketed(node: Node, text: Both, op: str) -> Both:
    """Brackets around a sum, or the smaller or larger of several, inside a product."""
    compound = isinstance(node, tree.Arithmetic) or (isinstance(node, tree.Called) and node.name in ("min", "max"))
    if op in "*/" and compound:
        return Both(f"({text.en})", f"（{text.zh}）")
    return text
