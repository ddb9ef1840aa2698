"""Derived facts: an expression, a table, the first choice that holds, bands of another figure; and the parameters of a text."""

from __future__ import annotations

import datetime
from dataclasses import replace

from huiqi.rules.cells import read_cell
from huiqi.rules.context import Context, Document, Region, Regions, Typed, Unresolved
from huiqi.rules.records import DefinitionRecord
from huiqi.rules.resolve import code, constant, expression, figure, truth, valued
from huiqi.rules.tables import cell_test, conjunction, first_match, resolve_table
from huiqi.rules.tree import Absence, Between, Constant, Figure, Named, Node, Type
from huiqi.vocabulary.problem import Where, did_you_mean
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.source import Text

DEEPEST = 30


def find(name: str, context: Context, where: Where) -> Typed | None:
    """What a definition's name stands for (`floors.staff` for a table's column), or None if there is none of that name."""
    base, _, column = name.partition(".")
    found = context.find(base, "definitions", where)
    if found is None:
        return None
    document, key, record = found
    columns = _resolved(document, key, record, context, where)
    if column not in columns:
        if not column:
            raise context.fault("rules.column", f"{base} has columns: {', '.join(columns)}", where, f"write {base}.{next(iter(columns))}")
        hint = did_you_mean(column, [c for c in columns if c]) or (
            f"its columns are {', '.join(columns)}" if "" not in columns else f"{base} is a single value"
        )
        raise context.fault("rules.column", f"{base} has no column {column}", where, hint)
    return columns[column]


def check(document: Document, key: Text, context: Context) -> None:
    """Resolve a definition that perhaps nothing reads, so that its faults are told."""
    if key in context.schema.names:
        context.report("rules.same-name", f"{key} is both a fact and a definition", key.where, "give the definition another name")
    _resolved(document, key, document.definitions[key], context, key.where)


def _resolved(document: Document, key: Text, record: DefinitionRecord, context: Context, where: Where) -> dict[str, Typed]:
    """The values of a definition by column; a single value stands under the empty name. Resolved once for each year."""
    cache, at = context.world.resolved, ("definition", document.name, str(key), context.subject, str(context.year))
    called = f"{document.name}: {key}"
    if at not in cache or called in context.world.open:
        if len(context.world.open) >= DEEPEST and called not in context.world.open:
            raise context.fault("rules.too-deep", f"more than {DEEPEST} definitions rest on each other here", where, "write some of them as one")
        with context.resolving(called, where):
            cache[at] = None
            inner = Context(context.world, document, context.subject, context.year)
            try:
                cache[at] = {c: _named(str(key), c, record, typed, context.year) for c, typed in _columns(key, record, inner).items()}
            except RecursionError:
                raise context.fault(
                    "rules.too-deep", f"{key} rests on lines that are nested too deeply", where, "move a part into another definition"
                ) from None
    if cache[at] is None:
        raise Unresolved(str(key))
    return dict(cache[at])


def _named(key: str, column: str, record: DefinitionRecord, typed: Typed, year: int) -> Typed:
    label = record.label
    if column:
        label = Words(en=Text(f"{label.en}: {column}", label.en.where), zh=Text(f"{label.zh}：{column}", label.zh.where))
    return Typed(Named(f"{key}.{column}" if column else key, label, typed.node, year), typed.type)


def _columns(key: Text, record: DefinitionRecord, context: Context) -> dict[str, Typed]:
    forms = [form for form in ("value", "values", "unpublished", "table", "choose", "bands") if getattr(record, form) is not None]
    if len(forms) != 1 or (record.of is not None) != (record.bands is not None):
        said = f"has {' and '.join(forms)}" if len(forms) > 1 else "needs one of value, values, unpublished, table, choose, or of with bands"
        raise context.fault("rules.definition", f"{key} {said}", key.where, "a definition has one form" if forms else "add value: and an expression")
    if record.value is not None:
        return {"": valued(record.value, context)}
    if record.values is not None:
        return {"": _on_the_day(record.values, context, key)}
    if record.unpublished is not None:
        return {"": _unpublished(record.unpublished, context, key)}
    if record.table is not None:
        columns = resolve_table(record.table, context)
        return {"": next(iter(columns.values()))} if len(columns) == 1 else columns
    if record.choose is not None:
        return {"": _choose(record, context, key)}
    assert record.of is not None and record.bands is not None
    return {"": bands(expression(record.of, context), record.bands, context, record.codes, record.of.where)}


def _on_the_day(values: dict[datetime.date, Text], context: Context, key: Text) -> Typed:
    """A parameter by the day of law: the latest figure that has begun; before the first there is no value."""
    if not values:
        raise context.fault("rules.definition", f"{key} has no values", key.where, "write values: {2018-01-01: 20%}")
    figures = {day: figure(text, context) for day, text in sorted(values.items())}
    first = next(iter(figures.values()))
    for day in figures:
        constant(values[day], context, first.type.unit)
    begun = [typed for day, typed in figures.items() if day <= context.world.law_on]
    return Typed(begun[-1].node if begun else Absence(), replace(first.type, bare=False))


def _unpublished(ends: list[Text], context: Context, key: Text) -> Typed:
    """A parameter that is not public: anything from one figure to another, or without an upper end."""
    if len(ends) != 2 or not ends[0].strip():
        raise context.fault("rules.definition", f"{key}: unpublished holds two ends", key.where, 'write unpublished: [0元, ""]')
    low = figure(ends[0], context)
    lowest = constant(ends[0], context)
    said = low.node.unit if isinstance(low.node, Figure) else low.type.unit
    if not ends[1].strip():
        return Typed(Between(Figure(lowest, said), None), replace(low.type, bare=False))
    highest = constant(ends[1], context, low.type.unit)
    if highest < lowest:
        raise context.fault("rules.definition", f"{key}: the lower end is above the upper one", ends[0].where, "turn the two round")
    return Typed(Between(Figure(lowest, said), Figure(highest, said)), replace(low.type, bare=False))


def _value(text: Text, codes: Text | None, context: Context) -> Typed:
    if codes is None:
        return valued(text, context)
    kind = Type("code", codes=context.code_list(codes))
    return Typed(code(text, kind, context), kind)


def _choose(record: DefinitionRecord, context: Context, key: Text) -> Typed:
    rows: list[tuple[Node, Typed]] = []
    wheres: list[Where] = []
    otherwise = None
    lost: Unresolved | None = None
    for index, choice in enumerate(record.choose or []):
        parts = {str(k): v for k, v in choice.items()}
        last = index == len(record.choose or []) - 1
        try:
            if set(parts) == {"if", "then"}:
                rows.append((truth(parts["if"], context, atomic=False), _value(parts["then"], record.codes, context)))
                wheres.append(parts["then"].where)
            elif set(parts) == {"else"} and last:
                otherwise = _value(parts["else"], record.codes, context)
                wheres.append(parts["else"].where)
            else:
                hint = "else stands last" if "else" in parts else "keys here: if and then"
                raise context.fault(
                    "rules.definition", "a choice is {if: .., then: ..}; the last one may be {else: ..}", next(iter(choice), key).where, hint
                )
        except Unresolved as error:
            lost = error
    if lost is not None:
        raise lost
    if not rows:
        raise context.fault("rules.definition", f"{key} has no choices", key.where, "begin with {if: .., then: ..}")
    return first_match(rows, otherwise, wheres, context)


def bands(of: Typed, record: dict[Text, Text], context: Context, codes: Text | None, where: Where) -> Typed:
    """A value by bands of another; the first band that takes the figure in gives the value."""
    rows: list[tuple[Node, Typed]] = []
    regions: list[tuple[tuple[Region, ...], Where]] = []
    wheres: list[Where] = []
    otherwise = None
    lost: Unresolved | None = None
    for index, (key, text) in enumerate(record.items()):
        try:
            value = _value(text, codes, context)
            cell = read_cell(key)
            if cell.how == "else":
                if index != len(record) - 1:
                    raise context.fault("rules.band", "else stands last", key.where, "the bands below it would never be reached")
                otherwise = value
            else:
                test, region = cell_test(of, key, cell, context)
                rows.append((conjunction([test]) if test is not None else Constant(True), value))
                regions.append(((region,), key.where))
            wheres.append(text.where)
        except Unresolved as error:
            lost = error
    if lost is not None:
        raise lost
    if not rows:
        raise context.fault("rules.band", "there are no bands", where, 'write bands: {">= 30%": 20, else: 0}')
    context.world.regions.append(Regions("bands", (of,), tuple(regions), otherwise is not None, where))
    return first_match(rows, otherwise, wheres, context)
