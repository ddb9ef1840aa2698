"""Give every name of a line its meaning and every part its type: from syntax to the typed tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from huiqi.facts.schema import Fact
from huiqi.rules import functions
from huiqi.rules.context import Context, Typed, Unresolved
from huiqi.rules.parse import parse
from huiqi.rules.syntax import Call, Chain, DateLiteral, Logic, Membership, Name, NoneLiteral, Operation, Quantity, Syntax, TextLiteral, Truth, walk
from huiqi.rules.tree import (
    All,
    Any,
    Arithmetic,
    Called,
    CodeValue,
    Compare,
    Constant,
    Exists,
    FactCode,
    FactFigure,
    FactFlag,
    Figure,
    Named,
    Node,
    Not,
    OneOf,
    RankClass,
    Recognised,
    SameCode,
    Type,
    body,
    children,
    facts_in,
)
from huiqi.rules.tree import walk as walk_tree
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Where, did_you_mean
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PERCENT, PLAIN, Unit

DAY = Unit((("day", 1),))
_OVER_YEARS = frozenset({"sum", "mean", "growth", "cagr", "first_reached"})
MOST_BITS, LARGEST_FACT = 1_000, 64  # a float ends at 1,024


def expression(text: Text, context: Context) -> Typed:
    """The meaning of a line of a definition or an amount; raises Unresolved with the problems recorded."""
    syntax, problems = parse(text, text.where)
    context.world.problems.extend(problems)
    if syntax is None:
        raise Unresolved(str(text))
    return _Line(text.where, context).typed(syntax)


def valued(text: Text, context: Context) -> Typed:
    """A line whose value is kept; `cagr` has none until it is compared."""
    typed = expression(text, context)
    if isinstance(typed.node, functions.Growth):
        raise context.fault("rules.growth", "cagr can only be compared with a figure", text.where, "write `cagr(revenue, 3) >= 25%`")
    return typed


def figure(text: Text, context: Context, unit: Unit | None = None) -> Typed:
    """A line that must give a figure, in a unit where one is asked for."""
    typed = valued(text, context)
    if typed.type.kind != "figure":
        raise context.fault("rules.type", f"a figure is expected here, not {typed.type}", text.where)
    if unit is not None and not fits(typed, unit):
        raise context.fault(
            "rules.unit", f"this gives {typed.type}, where {Type('figure', unit)} is expected", text.where, _unit_remedy(typed.type.unit, unit)
        )
    return typed


def truth(text: Text, context: Context, *, atomic: bool) -> Node:
    """A line that must give a test; an atomic one may not hide `and` or `or`."""
    syntax, problems = parse(text, text.where)
    context.world.problems.extend(problems)
    if syntax is None:
        raise Unresolved(str(text))
    if atomic and (hidden := _hidden_logic(syntax)) is not None:
        listed = "all" if hidden.op == "and" else "any"
        raise context.fault(
            "rules.hidden-logic",
            f"`{hidden.op}` hides inside one test, which could not be explained to its clause",
            text.where.shift(hidden.column),
            f"list the parts as lines under {listed}:",
        )
    typed = _Line(text.where, context).typed(syntax)
    if typed.type.kind != "truth":
        raise context.fault("rules.type", f"a test is expected here, but this gives {typed.type}", text.where, "compare it with something")
    return typed.node


def _hidden_logic(syntax: Syntax) -> Logic | None:
    return next((part for part in walk(syntax) if isinstance(part, Logic) and part.op != "not"), None)


def constant(text: Text, context: Context, unit: Unit | None = None) -> Fraction:
    """A line that must be a figure without any fact in it, in a unit where one is asked for."""
    node = body(figure(text, context).node)
    if not isinstance(node, Figure):
        raise context.fault("rules.constant", "a figure without facts is expected here", text.where, "write the figure itself")
    if unit is not None:
        figure(text, context, unit)
    return node.value


def fits(typed: Typed, unit: Unit) -> bool:
    """The figure is in that unit, or is a bare number that can stand for it; nought fits every unit."""
    if typed.type.unit.dimension == unit.dimension:
        return True
    return (typed.type.bare and unit.is_counted) or (isinstance(typed.node, Figure) and typed.node.value == 0)


def _unit_remedy(found: Unit, wanted: Unit) -> str:
    if found.currency and wanted.currency:
        return "money of two currencies does not compare without a dated exchange table"
    if found.is_plain and wanted.currency:
        return "write the unit: 元, 万元, 亿元"
    return f"write a figure in {wanted}" if not wanted.is_plain else "divide by a figure of the same unit first"


def compare(op: str, left: Typed, right: Typed, context: Context, where: Where) -> Node:
    """`left op right`, with units and code lists checked."""
    kinds = {left.type.kind, right.type.kind}
    if isinstance(left.node, functions.Growth) or isinstance(right.node, functions.Growth):
        return functions.compare_growth(op, left, right, context, where)
    if kinds <= {"code", "place"} or (kinds == {"truth"} and op in ("=", "!=")):
        return _compare_words(op, left, right, context, where)
    if kinds == {"figure"}:
        if not (fits(left, right.type.unit) or fits(right, left.type.unit)):
            a, b = (left, right) if isinstance(left.node, Figure) else (right, left)  # the literal is what is mended
            raise context.fault("rules.unit", f"{left.type} does not compare with {right.type}", where, _unit_remedy(a.type.unit, b.type.unit))
    elif kinds != {"date"}:
        raise context.fault("rules.type", f"{left.type} does not compare with {right.type}", where, _kind_remedy({str(kind) for kind in kinds}))
    return Compare(op, left.node, right.node)


def _kind_remedy(kinds: set[str]) -> str:
    if "truth" in kinds:
        return "a flag stands alone: `listed`, `not listed`"
    return "write a day like 2024-06-30, or use years_since(date) or year_of(date)" if "date" in kinds else ""


def _compare_words(op: str, left: Typed, right: Typed, context: Context, where: Where) -> Node:
    if op not in ("=", "!="):
        raise context.fault("rules.type", f"{left.type} has no order", where, "use =, != or in")
    if left.type.kind == "truth":
        same = Any((All((left.node, right.node)), All((Not(left.node), Not(right.node)))))
        return same if op == "=" else Not(same)
    if left.type.codes is not None and right.type.codes is not None and left.type.codes.id != right.type.codes.id:
        raise context.fault("rules.codes", f"{left.type} does not compare with {right.type}", where, "compare facts of one code list")
    node = SameCode(left.node, right.node)
    return node if op == "=" else All((Exists(left.node), Exists(right.node), Not(node)))


class _Line:
    """One line being resolved: its place turns columns into places. A part that is read in the same year again is `done` once."""

    def __init__(self, where: Where, context: Context, done: dict[tuple[int, int, bool], Typed] | None = None):
        self.where, self.context = where, context
        self.done: dict[tuple[int, int, bool], Typed] = {} if done is None else done

    def at(self, syntax: Syntax) -> Where:
        return self.where.shift(syntax.column)

    def all(self, parts: Iterable[Syntax]) -> list[Typed]:
        """Every part; faults of all are recorded before the line is given up."""
        found, lost = [], None
        for part in parts:
            try:
                found.append(self.typed(part))
            except Unresolved as error:
                lost = error
        if lost is not None:
            raise lost
        return found

    def typed(self, syntax: Syntax) -> Typed:
        at = (id(syntax), self.context.year, bool(self.context.local))
        if at not in self.done:
            self.done[at] = self._typed(syntax)
        return self.done[at]

    def _typed(self, syntax: Syntax) -> Typed:
        match syntax:
            case Quantity(value=value, unit=unit, percent=percent):
                said = unit.dimension if unit is not None else PERCENT if percent else None
                return Typed(Figure(value, said), Type("figure", (unit or PLAIN).dimension, bare=unit is None))
            case DateLiteral(value=day):
                return Typed(Figure(Fraction(day.toordinal())), Type("date"))
            case Truth(value=value):
                return Typed(Constant(value), Type("truth"))
            case Name():
                return self.name(syntax)
            case Operation():
                return self.operation(syntax)
            case Chain():
                return self.chain(syntax)
            case Membership():
                return self.membership(syntax)
            case Logic():
                return self.logic(syntax)
            case Call():
                return self.call(syntax)
            case TextLiteral(value=text):
                raise self.context.fault(
                    "rules.type", f'"{text}" is a code and can only be compared with one', self.at(syntax), 'write `fact = "code"`'
                )
            case NoneLiteral():
                raise self.context.fault("rules.type", "`none` is no value to reckon with", self.at(syntax), "write exists(x) or not exists(x)")
        raise TypeError(type(syntax).__name__)

    # ------------------------------------------------------------ names

    def name(self, syntax: Name) -> Typed:
        if syntax.name in self.context.local and not syntax.year:
            return self.context.local[syntax.name]
        context, where = self.context.shifted(syntax.year), self.at(syntax)
        fact_id = context.schema.names.get(syntax.name)
        fact = context.schema.facts.get(fact_id) if fact_id else None
        if (derived := context.world.derive(syntax.name, context, where)) is not None:
            return derived
        if fact is None:
            raise context.fault("rules.unknown-name", f"{syntax.name} is not a fact or a definition", where, self.name_hint(syntax.name))
        return self.fact(fact, syntax, context)

    def name_hint(self, name: str) -> str:
        """The nearest known names; a word that is no name at all is told to be a code or a function."""
        if self.context.local and name.startswith("part."):
            parts = [known for known in self.context.local if known.startswith("part.")]
            return did_you_mean(name, parts) or f"its parts are {', '.join(parts) or 'none'}; an item names its own with part:"
        near = did_you_mean(name, self.known_names())
        if near or name not in functions.ALL:
            return near or f'declare it in facts.yaml or under definitions:; a code stands in quotes: "{name}"'
        return f"write {functions.ALL[name].form}"

    def known_names(self) -> list[str]:
        names = [*self.context.local, *self.context.schema.names]
        for document in self.context.world.seen_by(self.context.document):
            names += [str(name) for name in (*document.definitions, *document.scorecards)]
        return names

    def fact(self, fact: Fact, syntax: Name, context: Context) -> Typed:
        year = context.year
        if fact.period == "day" and syntax.year:
            raise context.fault("rules.year", f"{fact.id} holds at a day and has no earlier years", self.at(syntax), "leave out the brackets")
        year = year if fact.period == "year" else 0
        match fact.kind:
            case "flag":
                recognition = context.world.recognition(fact.id, context) if year == 0 else None
                node: Node = FactFlag(fact, year) if recognition is None else Recognised(fact, *recognition)
                return Typed(node, Type("truth"))
            case "category":
                return Typed(FactCode(fact, year), Type("code", codes=fact.codes))
            case "place":
                return Typed(FactCode(fact, year), Type("place"))
            case "date":
                return Typed(FactFigure(fact, year), Type("date"))
            case "text":
                raise context.fault(
                    "rules.type", f"{fact.id} is a text for readers; no rule can test it", self.at(syntax), "declare a category with a code list"
                )
        return Typed(FactFigure(fact, year), Type("figure", fact.unit.dimension))

    # ------------------------------------------------------------ arithmetic

    def operation(self, syntax: Operation) -> Typed:
        left, right = self.all((syntax.left, syntax.right))
        where = self.at(syntax)
        for side in (left, right):
            if side.type.kind not in ("figure", "date"):
                raise self.context.fault("rules.type", f"{side.type} cannot be reckoned with", where)
            if isinstance(side.node, functions.Growth):
                raise self.context.fault("rules.growth", "cagr can only be compared with a figure", where, "compare first, then combine the tests")
        if syntax.op in "*/" and bits(left.node, self.context) + bits(right.node, self.context) > MOST_BITS:
            raise self.context.fault(
                "rules.too-large", "this multiplies so many figures that the result could have 300 digits", where, "leave some out"
            )
        result = self.sum_type(syntax.op, left, right, where) if syntax.op in "+-" else self.product_type(syntax.op, left, right, where)
        return Typed(fold(syntax.op, left.node, right.node, self.context, where), result)

    def sum_type(self, op: str, left: Typed, right: Typed, where: Where) -> Type:
        a, b = left.type, right.type
        if a.kind == b.kind == "date":
            if op == "-":
                return Type("figure", DAY)
            raise self.context.fault("rules.type", "two dates cannot be added", where, "their difference is a number of days: `a - b`")
        if "date" in (a.kind, b.kind):
            span = right if a.kind == "date" else left
            whole = not isinstance(span.node, Figure) or span.node.value.denominator == 1  # 5% is no number of days
            if fits(span, DAY) and whole and (op == "+" or a.kind == "date"):
                return Type("date")
            raise self.context.fault("rules.type", f"{a} {op} {b} has no meaning", where, "add days to a date: `d + 30 days`")
        if a.unit.dimension == b.unit.dimension:
            return replace(a, bare=a.bare and b.bare)
        if fits(left, b.unit):
            return replace(b, bare=False)
        if fits(right, a.unit):
            return replace(a, bare=False)
        raise self.context.fault(
            "rules.unit", f"{a} {op} {b}: the units do not fit", where, _unit_remedy(*((b.unit, a.unit) if b.unit.is_plain else (a.unit, b.unit)))
        )

    def product_type(self, op: str, left: Typed, right: Typed, where: Where) -> Type:
        a, b = left.type, right.type
        if "date" in (a.kind, b.kind):
            raise self.context.fault("rules.type", f"{a} {op} {b} has no meaning", where)
        if op == "*" and a.unit.currency and b.unit.currency:
            raise self.context.fault("rules.unit", "money times money has no meaning", where, "divide one of the two by money first")
        if op == "/" and a.unit.currency and b.unit.currency and a.unit.currency != b.unit.currency:
            raise self.context.fault("rules.unit", f"{a} {op} {b}: two currencies", where, _unit_remedy(a.unit, b.unit))
        unit = a.unit * b.unit if op == "*" else a.unit / b.unit
        return Type("figure", unit.dimension, bare=a.bare and b.bare)

    # ------------------------------------------------------------ tests

    def chain(self, syntax: Chain) -> Typed:
        each = [term for term in syntax.terms if isinstance(term, Call) and term.name == "each"]
        if each:
            return self.each(syntax, each)
        if any(isinstance(term, TextLiteral | NoneLiteral) for term in syntax.terms):
            return self.compare_literal(syntax)
        terms = self.all(syntax.terms)
        parts = []
        for op, left, right, *places in zip(syntax.ops, terms, terms[1:], syntax.terms, syntax.terms[1:], strict=False):
            literal = isinstance(right.node, Figure) and not isinstance(left.node, Figure)
            parts.append(compare(op, left, right, self.context, self.at(places[literal])))
        return Typed(parts[0] if len(parts) == 1 else All(tuple(parts)), Type("truth"))

    def each(self, syntax: Chain, calls: list[Call]) -> Typed:
        """`each(x, n) >= c`: in each of the last n years."""
        if len(calls) > 1 or len(calls[0].arguments) != 2:
            hint = "write `each(growth(revenue), 2) >= 25%`"
            raise self.context.fault("rules.function", "each(expression, years) stands once in a comparison", self.at(calls[0]), hint)
        years = functions.whole_number(calls[0].arguments[1], self.context, self.at(calls[0].arguments[1]), lowest=1, highest=10)
        terms = tuple(calls[0].arguments[0] if term is calls[0] else term for term in syntax.terms)
        moved = []
        for back in range(years):
            line = _Line(self.where, self.context.shifted(-back), self.done)
            moved.append(line.chain(Chain(syntax.column, terms, syntax.ops)).node)
        if not by_years(moved[0]):
            raise self.context.fault("rules.year", "each looks at years, but nothing in it is known by years", self.at(calls[0]), "take each out")
        return Typed(Called("each", tuple(moved), All(tuple(moved))), Type("truth"))

    def compare_literal(self, syntax: Chain) -> Typed:
        """`region = "x"`: the literal's list is that of the other side."""
        if len(syntax.terms) != 2 or syntax.ops[0] not in ("=", "!="):
            raise self.context.fault("rules.type", "codes have no order", self.at(syntax), "use =, != or in")
        left, right = syntax.terms
        if isinstance(left, TextLiteral | NoneLiteral):
            left, right = right, left
        how = "in" if syntax.ops[0] == "=" else "not in"
        return self.membership(Membership(syntax.column, left, how, (right,)))

    def membership(self, syntax: Membership) -> Typed:
        of = self.typed(syntax.of)
        if any(isinstance(item, NoneLiteral) for item in syntax.items):
            if len(syntax.items) > 1 or of.type.kind not in ("date", "code", "figure") or isinstance(of.node, functions.Growth):
                raise self.context.fault("rules.type", "`none` stands alone in a comparison", self.at(syntax), "write `not exists(x)`")
            there = Exists(of.node)
            return Typed(there if syntax.how == "not in" else Not(there), Type("truth"))
        if of.type.kind not in ("code", "place"):
            raise self.context.fault(
                "rules.type", f"{of.type} is not a code; `{syntax.how}` tests codes", self.at(syntax), "compare figures with >=, <, ="
            )
        if not syntax.items:
            raise self.context.fault("rules.type", "the list is empty", self.at(syntax), 'write ["a", "b"]')
        wanted: set[str] = set()
        for item in syntax.items:
            if not isinstance(item, TextLiteral):
                raise self.context.fault("rules.type", "a list holds codes in quotes", self.at(item), 'write ["a", "b"]')
            wanted |= self.wanted(of.type, item)
        return Typed(OneOf(of.node, frozenset(wanted), negated=syntax.how == "not in"), Type("truth"))

    def wanted(self, of: Type, item: TextLiteral) -> frozenset[str]:
        """The code or place and all below it."""
        where = self.at(item)
        if of.kind == "place":
            return place_and_below(item.value, self.context, where)
        assert of.codes is not None
        if item.value not in of.codes.codes:
            raise self.context.fault(
                "rules.unknown-code", f'"{item.value}" is not a code of {of.codes.id}', where, code_hint(item.value, of, self.context)
            )
        return of.codes.below(item.value)

    def logic(self, syntax: Logic) -> Typed:
        parts = self.all(syntax.parts)
        for part, place in zip(parts, syntax.parts, strict=True):
            if part.type.kind != "truth":
                raise self.context.fault("rules.type", f"`{syntax.op}` joins tests; this is {part.type}", self.at(place))
        nodes = tuple(part.node for part in parts)
        node: Node = Not(nodes[0]) if syntax.op == "not" else All(nodes) if syntax.op == "and" else Any(nodes)
        return Typed(node, Type("truth"))

    # ------------------------------------------------------------ calls

    def call(self, syntax: Call) -> Typed:
        if syntax.name == "each":
            raise self.context.fault(
                "rules.function", "each(expression, years) belongs into a comparison", self.at(syntax), "write `each(growth(revenue), 2) >= 25%`"
            )
        group, _, called = syntax.name.rpartition(".")
        if called == "sum" and (rule := self.context.world.group(group, self.context, self.at(syntax))) is not None:
            if len(syntax.arguments) != 1:
                raise self.context.fault("rules.function", f"{syntax.name} is written {syntax.name}(employees)", self.at(syntax))
            return self.context.world.summed(rule, self.typed(syntax.arguments[0]), self.context, self.at(syntax.arguments[0]))
        function = functions.ALL.get(syntax.name)
        if function is None:
            groups = [f"{group}.sum" for document in self.context.world.seen_by(self.context.document) for group in document.groups]
            hint = did_you_mean(syntax.name, [*functions.ALL, "each", *groups]) or f"functions: {', '.join(sorted(functions.ALL))}"
            raise self.context.fault("rules.unknown-function", f"there is no function {syntax.name}", self.at(syntax), hint)
        if not function.least <= len(syntax.arguments) <= function.most:
            raise self.context.fault("rules.function", f"{syntax.name} is written {function.form}", self.at(syntax))
        typed = function.resolve(
            functions.Arguments(syntax, self.where, self.context, lambda part, context: _Line(self.where, context, self.done).typed(part))
        )
        inner = body(typed.node)
        if isinstance(inner, Exists) and isinstance(inner.of, functions.Growth):
            raise self.context.fault("rules.growth", "cagr can only be compared with a figure", self.at(syntax), "write exists(growth(revenue))")
        if syntax.name in _OVER_YEARS and not by_years(typed.node):
            raise self.context.fault(
                "rules.year", f"{syntax.name} looks at years, but nothing in it is known by years", self.at(syntax), "use a fact with period: year"
            )
        return typed


def by_years(node: Node) -> bool:
    """Something in the node differs from year to year."""
    if isinstance(node, functions.Growth):
        return by_years(node.last)
    return any(fact.period == "year" for fact in facts_in(node).values()) or any(isinstance(part, RankClass | Recognised) for part in walk_tree(node))


def place_and_below(text: str, context: Context, where: Where) -> frozenset[str]:
    """A place and all that lies in it."""
    places: Places = context.world.places
    id = places.find(text)
    if id is None:
        raise context.fault("rules.unknown-place", f"{text} is not a place", where, place_hint(text, places))
    return places.below(id)


def place_hint(text: str, places: Places) -> str:
    """A remedy for a place that is none: the one that is called so, or the nearest id."""
    called = [id for id, place in places.by_id.items() if text and text in (place.label.zh, place.label.en)]
    return (
        f"write {' or '.join(called[:3])}"
        if called
        else did_you_mean(text, places.by_id) or "places stand in places.yaml; an administrative code like 330108 is one too"
    )


def code_hint(text: str, of: Type, context: Context) -> str:
    """A remedy for a code that is not in its list: the list that has it, or the nearest code."""
    assert of.codes is not None
    if (place := context.world.places.find(text)) is not None:
        return f"{text} is a place ({context.world.places.by_id[place].level}); test the fact `place` with `within`"
    owners = [id for id, codes in context.world.codes[context.document.pack].items() if text in codes.codes]
    if owners:
        return f"it is a code of {', '.join(owners)}"
    if len(of.codes.codes) <= 12:
        return f"its codes are {', '.join(of.codes.codes)}"
    return did_you_mean(text, of.codes.codes)


def fold(op: str, left: Node, right: Node, context: Context, where: Where) -> Node:
    """An operation, reckoned at once where both sides are figures."""
    if isinstance(right, Figure) and right.value == 0 and op == "/":
        raise context.fault("rules.zero", "this divides by nought", where, "look at the figure below the line")
    if isinstance(left, Figure) and isinstance(right, Figure):
        a, b, one, other = left.value, right.value, left.unit or PLAIN, right.unit or PLAIN
        alike = left.unit or right.unit
        match op:
            case "+":
                return Figure(a + b, alike)
            case "-":
                return Figure(a - b, alike)
            case "*":
                return Figure(a * b, alike and (one * other).dimension)
            case "/":
                return Figure(a / b, alike and (one / other).dimension)
            case "min":
                return Figure(min(a, b), alike)
            case "max":
                return Figure(max(a, b), alike)
    return Arithmetic(op, left, right)


def bits(node: Node, context: Context) -> int:
    """How large a node's value can become, in binary digits: definitions that square each other would grow without end."""
    known: dict[int, int] = {}
    waiting = [node]
    while waiting:
        at = waiting[-1]
        below = children(at)
        missing = [part for part in below if id(part) not in known]
        kept = ("bits", str(id(at)))
        if isinstance(at, Named) and kept in context.world.resolved:
            known[id(at)] = context.world.resolved[kept][1]
        elif missing:
            waiting += missing
            continue
        else:
            parts = [known[id(part)] for part in below]
            if isinstance(at, Figure):
                known[id(at)] = max(at.value.numerator.bit_length(), at.value.denominator.bit_length())
            else:
                known[id(at)] = sum(parts) if isinstance(at, Arithmetic) and at.op in "*/" else max(parts, default=LARGEST_FACT)
            if isinstance(at, Named):
                context.world.resolved[kept] = (at, known[id(at)])  # with the node, so that its id stays its own
        waiting.pop()
    return known[id(node)]


def code(text: Text, codes: Type, context: Context) -> Node:
    """A bare code of a known list, as tables and choices write it."""
    assert codes.codes is not None
    if text not in codes.codes.codes:
        raise context.fault("rules.unknown-code", f'"{text}" is not a code of {codes.codes.id}', text.where, code_hint(text, codes, context))
    return CodeValue(str(text), codes.codes)
