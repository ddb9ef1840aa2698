"""Decision tables in CSV: the first row that matches is taken (命中首行)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from huiqi.rules.cells import Cell, read_cell
from huiqi.rules.context import Context, Region, Regions, Typed, Unresolved
from huiqi.rules.parse import parse
from huiqi.rules.resolve import code, compare, expression, fits, place_and_below
from huiqi.rules.syntax import DateLiteral, Quantity
from huiqi.rules.tree import Absence, All, Choose, CodeValue, Constant, Figure, Node, Not, OneOf, Type, body
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.source import Text

#: Some values that the text alone does not tell: all but one, or those above another fact.
SOME = Region(codes=frozenset())
LONGEST = 2_000
WIDEST = 10_000  # characters of a row


@dataclass(frozen=True)
class Output:
    """An output column: its name, and its code list where its values are codes."""

    name: Text
    codes: Text | None


@dataclass(frozen=True)
class TableText:
    """A decision table as written."""

    inputs: tuple[Text, ...]
    outputs: tuple[Output, ...]
    rows: tuple[tuple[tuple[Text, ...], Where], ...]
    where: Where


def read_table(text: str, name: str) -> tuple[TableText | None, list[Problem]]:
    """A table from the text of its file; lines that begin with # are comments."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return None, [Problem("table.empty", "the table has no header", Where(name), "begin with inputs,-> output")]
    if len(lines) > LONGEST:
        return None, [Problem("table.too-long", f"a table has at most {LONGEST} rows", Where(name), "split it")]
    if wide := [number for number, line in lines if len(line) > WIDEST]:
        return None, [
            Problem("table.too-long", f"a row has at most {WIDEST:,} characters", Where(name, number), "is a quote left open?") for number in wide
        ]
    rows = [(number, next(csv.reader(io.StringIO(line)), [])) for number, line in lines]
    first, header = rows[0]
    columns = _columns(lines[0][1], header)
    cells = [Text(cell.strip(), Where(name, first, column)) for cell, column in zip(header, columns, strict=True)]
    inputs = tuple(cell for cell in cells if not cell.startswith("->"))
    outputs = tuple(_output(cell) for cell in cells if cell.startswith("->"))
    problems = []
    if not outputs or any(cell.startswith("->") for cell in cells[: len(inputs)]):
        problems.append(
            Problem("table.header", "a table has inputs first and then at least one output `-> name`", Where(name, first, 1), "like revenue,-> rate")
        )
    for output in outputs:
        if not output.name.isidentifier():
            problems.append(
                Problem(
                    "table.header",
                    f"{output.name or 'nothing'} is no name for an output",
                    output.name.where,
                    "write `-> name` or `-> name: code_list`",
                )
            )
    names = [output.name for output in outputs]
    problems += [
        Problem("table.duplicate-output", f"the output {o.name} stands twice", o.name.where, "give one another name")
        for i, o in enumerate(outputs)
        if o.name in names[:i]
    ]
    body: list[tuple[tuple[Text, ...], Where]] = []
    for (number, row), (_, line) in zip(rows[1:], lines[1:], strict=True):
        where = Where(name, number, 1)
        if len(row) != len(header):
            problems.append(
                Problem(
                    "table.row", f"the row has {len(row)} cells where the header has {len(header)}", where, "a cell with a comma stands in quotes"
                )
            )
            continue
        body.append((tuple(Text(cell.strip(), Where(name, number, column)) for cell, column in zip(row, _columns(line, row), strict=True)), where))
    if not body and not problems:
        problems.append(Problem("table.empty", "the table has no rows", Where(name, first, 1), "add a row below the header"))
    return (None, problems) if problems else (TableText(inputs, outputs, tuple(body), Where(name, first, 1)), [])


def _columns(line: str, cells: list[str]) -> list[int]:
    """Where each cell begins in its line, counting from 1."""
    found, at = [], 0
    for cell in cells:
        start = line.find(cell, at) if cell else at
        start = at if start < 0 else start
        found.append(start + (len(cell) - len(cell.lstrip())) + 1)
        comma = line.find(",", start + len(cell))
        at = comma + 1 if comma >= 0 else len(line)
    return found


def _output(cell: Text) -> Output:
    name, _, codes = cell[2:].partition(":")
    where = cell.where.shift(2 + len(name) - len(name.lstrip()))
    listed = Text(codes.strip(), cell.where.shift(3 + len(name) + len(codes) - len(codes.lstrip())))
    return Output(Text(name.strip(), where), listed or None)


def resolve_table(name: Text, context: Context) -> dict[str, Typed]:
    """The output columns of a table of this pack, each as a node; the table is reported once."""
    key = ("table", context.document.pack, context.document.name, str(name), context.subject, str(context.year))
    called = f"{context.document.name}: {name}"
    if key not in context.world.resolved or called in context.world.open:
        with context.resolving(called, name.where):
            context.world.resolved[key] = None
            context.world.resolved[key] = _resolve(name, context)
    found = context.world.resolved[key]
    if found is None:
        raise Unresolved(str(name))
    return dict(found)


def _resolve(name: Text, context: Context) -> dict[str, Typed]:
    at = (context.document.pack, str(name))
    table: TableText | None = context.world.tables.get(at)
    if table is None and at in context.world.tables:  # its own problems are told
        raise Unresolved(str(name))
    if table is None:
        known = [file for pack, file in context.world.tables if pack == context.document.pack]
        elsewhere = [pack for pack, file in context.world.tables if file == name]
        hint = did_you_mean(name, known) or (
            f"{elsewhere[0]} has one: read it through a definition of that pack" if elsewhere else f"tables here: {', '.join(known) or 'none'}"
        )
        raise context.fault("rules.unknown-table", f"there is no table {name} in tables/", name.where, hint)
    inputs = [expression(text, context) for text in table.inputs]
    conditions, regions, lost = [], [], False
    for cells, where in table.rows:
        try:
            row = [cell_test(typed, cell, read_cell(cell), context) for typed, cell in zip(inputs, cells[: len(inputs)], strict=True)]
        except Unresolved:
            lost = True
            continue
        conditions.append(conjunction([test for test, _ in row]))
        regions.append((tuple(region for _, region in row), where))
    columns: dict[str, Typed] = {}
    for index, output in enumerate(table.outputs, start=len(inputs)):
        try:
            values = [output_value(cells[index], output.codes, context) for cells, _ in table.rows]
        except Unresolved:
            lost = True
            continue
        if not lost:
            columns[str(output.name)] = first_match(
                list(zip(conditions, values, strict=True)), None, [cells[index].where for cells, _ in table.rows], context
            )
    if lost:
        raise Unresolved(str(name))
    context.world.regions.append(Regions("table", tuple(inputs), tuple(regions), any(_takes_all(row) for row, _ in regions), table.where))
    return columns


def _takes_all(row: tuple[Region, ...]) -> bool:
    return all(region == Region() for region in row)


def output_value(text: Text, codes: Text | None, context: Context) -> Typed:
    """A figure or a code of an output cell."""
    if codes is not None:
        kind = Type("code", codes=context.code_list(codes))
        return Typed(code(text, kind, context), kind)
    if not text.strip():
        raise context.fault("table.output", "the output is left empty", text.where, "write a figure, like 0元")
    typed = expression(text, context)
    if not isinstance(typed.node, Figure | Constant | CodeValue):
        hint = 'a rate is paid with {rate: lookup("rates.csv"), of: ...}'
        raise context.fault("table.output", "an output is a figure or a code, without facts", text.where, hint)
    return typed


def conjunction(tests: list[Node | None]) -> Node:
    """All tests that ask for something."""
    asked = tuple(test for test in tests if test is not None)
    return Constant(True) if not asked else asked[0] if len(asked) == 1 else All(asked)


def cell_test(of: Typed, text: Text, cell: Cell, context: Context) -> tuple[Node | None, Region]:
    """The test that a cell makes of its input, and the region it takes in."""
    if cell.how in ("any", "else"):
        return None, Region()
    if cell.how == "codes" and of.type.kind in ("code", "place"):
        wanted: set[str] = set()
        for _, part in cell.parts:
            if of.type.kind == "place":
                wanted |= place_and_below(part, context, part.where)
            else:
                assert of.type.codes is not None
                code(part, of.type, context)
                wanted |= of.type.codes.below(str(part))
        return OneOf(of.node, frozenset(wanted)), Region(codes=frozenset(wanted))
    if cell.how == "codes" and of.type.kind == "truth":
        if text not in ("true", "false"):
            raise context.fault("table.cell", f"{text} is not true or false", text.where, "write true or false, or leave the cell empty")
        return of.node if text == "true" else Not(of.node), Region(codes=frozenset({str(text)}))
    if of.type.kind not in ("figure", "date"):
        hint = "write its code, or several with | between them" if of.type.kind != "truth" else "write true or false"
        raise context.fault("table.cell", f"{text} does not fit {of.type}", text.where, hint)
    tests, region = [], Region()
    for op, part in cell.parts:
        if cell.how == "codes" and not _is_literal(part):  # 10-50 would be read as 10 minus 50
            raise context.fault(
                "table.cell", f"{part} does not fit {of.type}", part.where, "write a figure, a comparison like >= 10, or a range like 10 .. 50"
            )
        typed = expression(part, context)
        tests.append(compare(op, of, typed, context, part.where))
        region = _narrowed(region, op, typed.node)
    if region.low > region.high or (region.low == region.high and (region.open_low or region.open_high)):
        raise context.fault("table.cell", f"{text} takes nothing in", text.where, "the lower figure stands first: 10 .. 50")
    return conjunction(list(tests)), region


def _is_literal(text: Text) -> bool:
    syntax, _ = parse(text, text.where)
    return isinstance(syntax, Quantity | DateLiteral)


def _narrowed(region: Region, op: str, edge: Node) -> Region:
    """What a comparison leaves of a region; `SOME` where nobody can tell from the text."""
    figure = body(edge)
    if region == SOME or op == "!=" or not isinstance(figure, Figure):
        return SOME
    low, high, open_low, open_high = region.low, region.high, region.open_low, region.open_high
    if op in (">=", ">", "="):
        low, open_low = figure.value, op == ">"
    if op in ("<=", "<", "="):
        high, open_high = figure.value, op == "<"
    return Region(low, high, open_low, open_high)


def first_match(rows: list[tuple[Node, Typed]], otherwise: Typed | None, wheres: list[Where], context: Context) -> Typed:
    """The value of the first condition that holds; without any, `otherwise` or nothing."""
    values = [value for _, value in rows] + ([otherwise] if otherwise is not None else [])
    kind = values[0].type
    if kind.kind == "figure":
        kind = next((v.type for v in values if not v.type.bare and not (isinstance(v.node, Figure) and v.node.value == 0)), kind)
    for value, where in zip(values, wheres, strict=False):
        same = value.type.kind == kind.kind and (kind.kind != "figure" or fits(value, kind.unit)) and (value.type.codes is kind.codes)
        if not same:
            raise context.fault("rules.type", f"this gives {value.type}, the others give {kind}", where, "all results are of one kind and unit")
    node: Node = otherwise.node if otherwise is not None else Absence()
    if kind.kind == "truth" and otherwise is None:
        last = rows[-1][0]
        if not (isinstance(last, Constant) and last.value):
            raise context.fault(
                "rules.type", "tests leave open what holds where no row fits", wheres[-1], "add else: false, or a last row with empty cells"
            )
        node, rows = values[-1].node, rows[:-1]
    for condition, value in reversed(rows):
        node = Choose(condition, value.node, node)
    return Typed(node, kind)
