"""Whole rules in words, for whoever reads the policy and has no firm in mind: conditions, amounts, definitions, tables, scorecards.

render.py says one node; here the parts of a text are said as they stand beside each other in it. Years are told from the last completed one:
`revenue[-1]` is the operating revenue of one year earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from huiqi.rules import tree
from huiqi.rules.cells import read_cell
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Context, Document, Typed
from huiqi.rules.instalments import instalments_of, payment_words
from huiqi.rules.parse import parse
from huiqi.rules.records import (
    AMOUNT_FORMS,
    AmountForm,
    BandsAmount,
    CeilingAmount,
    Cumulation,
    DefinitionRecord,
    FundRecord,
    GroupRecord,
    ItemRecord,
    LadderAmount,
    MatchAmount,
    PointsAmount,
    RateAmount,
    ScorecardRecord,
    Source,
    TableAmount,
    TiersAmount,
)
from huiqi.rules.render import Renderer, code_label
from huiqi.rules.resolve import expression, truth, valued
from huiqi.rules.scorecards import Scorecard
from huiqi.rules.syntax import DateLiteral, Quantity
from huiqi.rules.tables import output_value
from huiqi.rules.tree import Condition, Group, Node, Test
from huiqi.vocabulary import speech
from huiqi.vocabulary.record import build
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both, both, listed, of_words
from huiqi.vocabulary.unit import PERCENT, PLAIN, UNITS, Unit

GROUP_WORDS = {"all": Both("all of these", "以下全部"), "any": Both("one of these", "以下任一"), "none": Both("none of these", "以下均不")}
NOT_PUBLIC = Both("not public", "未公布")
OTHERWISE = Both("otherwise", "其他")
ANY = Both("any", "不限")

_SIGNS = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "=": "", "!=": "≠ "}
#: Areas that people speak of, by how many square metres one is.
_AREAS = {UNITS["亩"].factor: Both("mu", "亩"), UNITS["ha"].factor: Both("ha", "公顷"), UNITS["km2"].factor: Both("km²", "平方公里")}
_LIMIT = re.compile(r"(\d+) (working days|days|months|years)\Z")
_LIMIT_ZH = {"working days": "个工作日", "days": "天", "months": "个月", "years": "年"}
_RANK = re.compile(r"(top|next)\s+(.+)\Z")


def same(text: str) -> Both:
    """A text that reads the same in both languages, like a number of a document."""
    return Both(text, text)


def quantity(figure: Quantity) -> Both:
    """A figure in the unit in which it is written: 20亩 and 3万元/亩 are not said by the square metre."""
    unit = figure.unit or PLAIN
    if unit.dimension == UNITS["m2"] and unit.factor in _AREAS:
        return both(("{0} {1}", "{0}{1}"), speech.figure(figure.value / unit.factor, PLAIN), _AREAS[unit.factor])
    if (area := _AREAS.get(1 / unit.factor)) is not None and (unit * UNITS["m2"]).dimension.currency is not None:
        money = speech.figure(figure.value / unit.factor, (unit * UNITS["m2"]).dimension)
        return both(("{0} per {1}", "{0}/{1}"), money, area)
    return speech.figure(figure.value, unit.dimension, share=figure.percent)


def payments(pays: Sequence[Text]) -> Both:
    """The instalments of a measure, in the order in which they stand."""
    return listed(map(payment_words, instalments_of(pays)), "; ", "；")


def time_limit(text: Text) -> Both:
    """`20 working days` in both languages."""
    found = _LIMIT.match(text)
    return same(str(text)) if found is None else Both(str(text), f"{found[1]}{_LIMIT_ZH[found[2]]}")


class Reader(Renderer):
    """Says years as they stand in the text (the last completed one goes without saying), and a parameter with its figure."""

    def _say(self, node: Node) -> Both:
        said = super()._say(node)
        if isinstance(node, tree.Named) and isinstance(figure := tree.body(node), tree.Figure):
            return both(("{0} ({1})", "{0}（{1}）"), said, self.say(figure))
        return said

    def _of_year(self, label: Both, year: int) -> Both:
        if not year:
            return label
        earlier = both(("{0} one year earlier", "上一年{0}") if year == -1 else ("{0} {1} years earlier", "前{1}年{0}"), label, str(-year))
        return earlier if year < 0 else label


@dataclass(frozen=True)
class Line:
    """A test or a group of them in words; `written` is the test as the pack writes it."""

    said: Both
    clause: str = ""
    written: str = ""
    source: Source | None = None
    parts: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table of words."""

    heads: tuple[Both, ...]
    rows: tuple[tuple[Both, ...], ...]


@dataclass(frozen=True)
class Said:
    """A rule in words: a sentence, where it has one; a table, where it is one; what limits it."""

    sentence: Both | None = None
    grid: Grid | None = None
    limits: tuple[Both, ...] = ()


@dataclass(frozen=True)
class Item:
    """An item of a scorecard in words."""

    key: str
    record: ItemRecord
    most: Both
    said: Said


@dataclass(frozen=True)
class Card:
    """A scorecard in words."""

    key: str
    record: ScorecardRecord
    items: tuple[Item, ...]
    passes: tuple[Both, ...]
    classes: tuple[tuple[str, Both], ...]
    among: Both | None


@dataclass(frozen=True)
class Wording:
    """Says the rules of one document, by what its names mean on a day."""

    rules: Rules
    document: Document
    reader: Reader

    @classmethod
    def of(cls, rules: Rules, document: Document) -> Wording:
        return cls(rules, document, Reader(rules.places, 0))

    def context(self, subject: str | None = None) -> Context:
        return Context(self.rules.world, self.document, subject or self.document.subject)

    @property
    def currency(self) -> str:
        return self.rules.currencies[self.document.pack]

    # ------------------------------------------------------------ conditions

    def line(self, condition: Condition) -> Line:
        """A test or group in words."""
        if isinstance(condition, Test):
            said = of_words(condition.say) if condition.say is not None else self.reader.say(condition.truth)
            return Line(said, condition.clause, condition.text, condition.source)
        said = group_words(condition)
        if condition.label is not None:
            said = both(("{0}: {1}", "{0}：{1}"), of_words(condition.label), said)
        return Line(said, parts=tuple(self.line(part) for part in condition.parts))

    def truth(self, text: Text) -> Node:
        """What a line of a definition or a core policy asks for."""
        return truth(text, self.context(), atomic=False)

    def test(self, text: Text) -> Both:
        """Such a line in words."""
        return self.reader.say(self.truth(text))

    # ------------------------------------------------------------ figures

    def literal(self, text: Text, context: Context | None = None, unit: Unit | None = None) -> Both:
        """A figure as its text spells it (5万元, 15%, 20万元/亩), or an expression in words; a bare figure is in `unit` where one is named."""
        typed = valued(text, context or self.context())
        node = tree.body(typed.node)
        if isinstance(node, tree.Constant):
            return Both("yes", "是") if node.value else Both("no", "否")
        if not isinstance(node, tree.Figure):
            return self.reader.say(typed.node)
        if typed.type.kind == "date":
            return speech.day(node.value)
        syntax, _ = parse(text, text.where)
        if isinstance(syntax, Quantity) and not typed.type.bare:
            return quantity(syntax)
        return speech.figure(node.value, unit or typed.type.unit, share=node.unit == PERCENT)

    def cell(self, of: Typed, text: Text, context: Context) -> Both:
        """What a cell of a table, or the key of a band, asks of its input: `≥ ¥10,000,000`, a code's label."""
        cell = read_cell(text)
        if cell.how in ("any", "else"):
            return ANY if cell.how == "any" else OTHERWISE
        if cell.how == "codes":
            return listed((self._code(of, part) for _, part in cell.parts), " or ", "或")
        edges = [(op, self.reader.edge(of.node, expression(part, context).node)) for op, part in cell.parts]
        if len(edges) == 2:
            (_, low), (op, high) = edges
            return both(("{0} to {1}", "{0}至{1}") if op == "<=" else ("{0} to below {1}", "{0}至不足{1}"), low, high)
        op, edge = edges[0]
        return both((_SIGNS[op] + "{0}", _SIGNS[op].strip() + "{0}"), edge)

    def _code(self, of: Typed, part: Text) -> Both:
        if of.type.kind == "place" and (place := self.rules.places.find(part)) is not None:
            return of_words(self.rules.places.by_id[place].label)
        if of.type.codes is not None and str(part) in of.type.codes.codes:
            return code_label(str(part), of.type.codes)
        return {"true": Both("yes", "是"), "false": Both("no", "否")}.get(str(part), same(str(part)))

    def value(self, text: Text, codes: Text | None, context: Context) -> Both:
        """What a band, a choice or an output cell gives."""
        if codes is None:
            return self.literal(text, context)
        node = output_value(text, codes, context).node
        return code_label(node.value, node.codes) if isinstance(node, tree.CodeValue) else self.reader.say(node)

    # ------------------------------------------------------------ tables and bands

    def table(self, name: Text, context: Context | None = None) -> Grid:
        """A decision table with its inputs, figures and codes in words."""
        context = context or self.context()
        table = self.rules.world.tables[self.document.pack, str(name)]
        inputs = [expression(text, context) for text in table.inputs]
        heads = [self.reader.say(of.node) for of in inputs] + [same(f"→ {output.name}") for output in table.outputs]
        rows = []
        for cells, _ in table.rows:
            asked = [self.cell(of, cell, context) for of, cell in zip(inputs, cells, strict=False)]
            given = [self.value(cell, output.codes, context) for output, cell in zip(table.outputs, cells[len(inputs) :], strict=True)]
            rows.append((*asked, *given))
        return Grid(tuple(heads), tuple(rows))

    def bands(self, of: Text, bands: dict[Text, Text], head: Both, codes: Text | None = None, context: Context | None = None) -> Grid:
        """Bands of a figure and what each gives."""
        context = context or self.context()
        base = expression(of, context)
        rows = tuple((self.cell(base, key, context), self.value(text, codes, context)) for key, text in bands.items())
        return Grid((self.reader.say(base.node), head), rows)

    # ------------------------------------------------------------ definitions

    def definition(self, record: DefinitionRecord) -> Said:
        """A derived fact or a parameter, by the form that it has."""
        label, context = of_words(record.label), self.context()
        if record.values is not None:
            rows = tuple((same(day.isoformat()), self.literal(text)) for day, text in sorted(record.values.items()))
            return Said(grid=Grid((Both("from", "起始日"), label), rows))
        if record.unpublished is not None:
            return Said(self._between(*record.unpublished))
        if record.table is not None:
            return Said(grid=self.table(record.table))
        if record.choose is not None:
            return Said(grid=Grid((Both("if", "条件"), label), tuple(self._choice(choice, record.codes, context) for choice in record.choose)))
        if record.of is not None and record.bands is not None:
            return Said(grid=self.bands(record.of, record.bands, label, record.codes))
        assert record.value is not None
        return Said(self.literal(record.value))

    def _between(self, low: Text, high: Text) -> Both:
        if not high.strip():
            return both(("not public; {0} or more", "未公布；不低于{0}"), self.literal(low))
        return both(("not public; between {0} and {1}", "未公布；介于{0}与{1}之间"), self.literal(low), self.literal(high))

    def _choice(self, choice: dict[Text, Text], codes: Text | None, context: Context) -> tuple[Both, Both]:
        parts = {str(key): text for key, text in choice.items()}
        if "else" in parts:
            return OTHERWISE, self.value(parts["else"], codes, context)
        return self.test(parts["if"]), self.value(parts["then"], codes, context)

    # ------------------------------------------------------------ scorecards

    def card(self, key: Text, record: ScorecardRecord) -> Card:
        """A scorecard with its items, sub-minimums and classes."""
        resolved, passing = self._card(key), self.passes(key)
        tests = tree.body(passing) if passing is not None else tree.All(())
        said = [self.reader.say(part) for part in (tests.parts if isinstance(tests, tree.All) else (tests,))]
        own = of_words(record.title)  # under its own heading a card is not named again
        passes = tuple(Both(one.en.replace(f"{own.en}: ", ""), one.zh.replace(f"{own.zh}：", "")) for one in said)
        classes = tuple((str(name), self._class(text, resolved.values["total"])) for name, text in (record.classes or {}).items())
        among = self.reader.say(expression(record.among, self.context()).node) if record.among is not None else None
        return Card(str(key), record, tuple(self._item(id, item) for id, item in record.items.items()), passes, classes, among)

    def passes(self, key: Text) -> Node | None:
        """The truth of all sub-minimums of a scorecard that has some."""
        found = self._card(key).values.get("passes")
        return None if found is None else found.node

    def _card(self, key: Text) -> Scorecard:
        return next(card for card in self.rules.scorecards if card.name == key and card.document == self.document.name)

    def _item(self, id: Text, item: ItemRecord) -> Item:
        if item.points is not None:
            said = Said(self.literal(item.points))
        else:
            assert item.of is not None
            assert item.bands is not None
            said = Said(grid=self.bands(item.of, item.bands, Both("points", "得分")))
        return Item(str(id), item, self.literal(item.max), said)

    def _class(self, text: Text, total: Typed) -> Both:
        if text.strip() in ("rest", "else"):
            return Both("the rest", "其余")
        if found := _RANK.match(text):
            share = self._share(found[2].strip(), text)
            return both(("the best {0}", "前{0}") if found[1] == "top" else ("the next {0}", "其后{0}"), share)
        return self.cell(total, text, self.context())

    def _share(self, share: str, text: Text) -> Both:
        """The share of a class by rank: a figure, or a parameter by its name and what it comes to."""
        if share.endswith("%"):
            return same(share)
        return self.reader.say(expression(Text(share, text.where), self.context()).node)

    # ------------------------------------------------------------ amounts

    def amount(self, measure: Measure) -> Said | None:
        """What a measure gives, in words."""
        amount = measure.amount
        if amount is None:
            return None
        if amount.unpublished:
            return Said(Both("the text gives a benefit whose figure is not public", "文件给予支持，但金额未公布"))
        context = self.context(measure.subject)
        if amount.form == "figure":
            return Said(self.literal(measure.record.amount, context))
        form, _ = build(AMOUNT_FORMS[amount.form], measure.record.amount, measure.where)
        if isinstance(form, CeilingAmount):
            return Said(
                both(
                    ("up to {0}; the text sets a ceiling and not the figure", "最高{0}；文件只规定上限，未规定具体金额"),
                    self.literal(form.up_to, context),
                )
            )
        assert isinstance(form, AmountForm)
        said = self._form(form, measure, context)
        return Said(said.sentence, said.grid, (*said.limits, *self._limits(form, context)))

    def _form(self, form: AmountForm, measure: Measure, context: Context) -> Said:
        match form:
            case RateAmount():
                for_each = not valued(form.rate, context).type.unit.is_plain
                words = ("{0}, by: {1}", "按{1}计，{0}") if for_each else ("{0} of {1}", "{1}的{0}")
                return Said(both(words, self.literal(form.rate, context), self.literal(form.of, context)))
            case TiersAmount():
                return self._tiers(form, context)
            case BandsAmount():
                return Said(grid=self.bands(form.of, form.bands, Both("amount", "金额"), context=context))
            case LadderAmount():
                return self._ladder(form, context)
            case PointsAmount():
                each, title = self.literal(form.each, context), self._title_of_card(form.points, context)
                return Said(both(("{0} for each point of: {1}", "{1}每得1分给予{0}"), each, title))
            case MatchAmount():
                other = next((of_words(m.record.title) for m in self.rules.find(str(form.match))), same(str(form.match)))
                return Said(both(("{0} of what is given by: {1}", "按“{1}”所得金额的{0}配套"), self.literal(form.rate, context), other))
            case TableAmount():
                return Said(grid=self.table(form.table, context))
        assert measure.amount is not None
        return Said(self.literal(measure.record.amount.part("value"), context))

    def _tiers(self, form: TiersAmount, context: Context) -> Said:
        """Each slice of a base at its own rate."""
        edges = [self.literal(edge, context, UNITS[self.currency]) for edge in form.tiers]
        rows = []
        for number, (edge, rate) in enumerate(zip(edges, form.tiers.values(), strict=True)):
            above = both(("above {0}", "超过{0}的部分"), edge)
            if number + 1 < len(edges):
                above = both(("the slice from {0} to {1}", "{0}至{1}的部分"), edge, edges[number + 1])
            rows.append((above, self.literal(rate, context)))
        return Said(grid=Grid((self.literal(form.of, context), Both("rate of the slice", "该部分的比例")), tuple(rows)))

    def _ladder(self, form: LadderAmount, context: Context) -> Said:
        """Paid once, when a level is first reached."""
        rows = tuple((self.literal(level, context), self.literal(pay, context)) for level, pay in form.ladder.items())
        heads = (both(("when this is first reached: {0}", "{0}首次达到"), self.literal(form.of, context)), Both("amount", "金额"))
        skipped = (
            Both("over several levels at once, the highest is paid", "一次跨越多档的，按最高一档")
            if form.pays == "highest"
            else Both("over several levels at once, each is paid", "一次跨越多档的，逐档累加")
        )
        return Said(grid=Grid(heads, rows), limits=(skipped,))

    def _title_of_card(self, name: Text, context: Context) -> Both:
        found = context.find(str(name), "scorecards", name.where)
        return same(str(name)) if found is None else of_words(found[2].title)

    def _limits(self, form: AmountForm, context: Context) -> Iterator[Both]:
        if form.cap is not None:
            yield both(("at most {0}", "封顶{0}"), self.literal(form.cap, context))
        if form.floor is not None:
            yield both(("at least {0}", "不少于{0}"), self.literal(form.floor, context))
        if form.round is not None:
            yield both(_ROUNDING[form.round.direction], self.literal(form.round.to, context))

    # ------------------------------------------------------------ the core policy

    def stacking(self, rule: Cumulation) -> Both:
        """What a stacking rule does, and to which measures."""
        form = next(name for name in STACKING_WORDS if getattr(rule, name) is not None)
        return both(STACKING_WORDS[form], *self._stacked(rule, form))

    def _stacked(self, rule: Cumulation, form: str) -> list[Both]:
        value = getattr(rule, form)
        match form:
            case "highest" | "first" | "exclusive" | "once":
                return [self.measures(value)]
            case "includes":
                return [listed((self._place(id) for id in value), ", ", "、")]
            case "share":
                return [listed((both(("{0} {1}", "{0}{1}"), self._place(id), self.literal(text)) for id, text in value.items()), ", ", "、")]
            case "cap":
                return [self.literal(value), self.measures(rule.over or rule.measures or "all"), _PER_PERIOD.get(rule.per or "", Both("", ""))]
            case "intensity":
                base = same("") if rule.of is None else self.literal(rule.of)
                return [self.literal(value), base, self.measures(rule.over or rule.measures or "all")]
        return [self.measures(rule.measures or "all")]

    def measures(self, names: list[Text] | str) -> Both:
        """Measures by their titles, or the word that stands for them."""
        if isinstance(names, str):
            return _TOGETHER[names]
        titles = {str(key): of_words(record.title) for d in self.rules.world.documents for key, record in d.measures.items()}
        return listed((titles.get(str(name).rpartition("/")[2], same(str(name))) for name in names), "; ", "；")

    def _place(self, id: Text) -> Both:
        if id == "district":  # whichever it is
            return Both("the district", "区级")
        place = self.rules.places.by_id.get(str(id))
        return same(str(id)) if place is None else of_words(place.label)

    def fund(self, fund: FundRecord) -> Iterator[Both]:
        """How much money there is, and what of it is kept for whom."""
        if fund.at_least is not None:
            yield both(("at least {0} of {1}", "不低于{1}的{0}"), self.literal(fund.at_least.share), of_words(fund.at_least.of))
        if fund.yearly is not None:
            yield both(("{0} a year", "每年{0}"), self.ends(fund.yearly))
        for year, money in fund.appropriations.items():
            yield both(("{1} in {0}", "{0}年{1}"), str(year), self.ends(money))
        for total in fund.totals:
            yield both(("{2} in all from {0} to {1}", "{0}年至{1}年共{2}"), str(total.first), str(total.last), self.ends(total.money))
        for limit in fund.limits:
            bounds = [
                both(template, self.literal(text))
                for template, text in ((("at least {0}", "不低于{0}"), limit.at_least), (("at most {0}", "不超过{0}"), limit.at_most))
                if text is not None
            ]
            about = self.measures(limit.measures) if limit.measures else listed((same(str(topic)) for topic in limit.topics), ", ", "、")
            yield both(("{0}: {1} ({2})", "{0}：{1}（{2}）"), of_words(limit.label), listed(bounds, ", ", "，"), about)

    def ends(self, ends: tuple[Text, Text]) -> Both:
        """A figure, or the two ends between which it lies."""
        least, most = ends
        if least is most:
            return self.literal(least)
        if not least:
            return both(("at most {0}", "不超过{0}"), self.literal(most))
        if not most:
            return both(("at least {0}", "不低于{0}"), self.literal(least))
        return both(("{0} to {1}", "{0}至{1}"), self.literal(least), self.literal(most))

    def group(self, group: GroupRecord) -> Iterator[Both]:
        """Which related enterprises are counted with one."""
        yield both(("linked above a share of {0}: counted in full", "持股超过{0}的，全额合并计算"), self.literal(group.linked_above))
        if group.partner_from is not None:
            yield both(("partners from a share of {0}: counted in proportion", "持股{0}以上的合作企业，按比例计算"), self.literal(group.partner_from))


_CEILING = ("up to {0}; the text sets a ceiling and not the figure", "最高{0}；文件只规定上限，未规定具体金额")
_ROUNDING = {
    "down": ("rounded down to {0}", "向下取整到{0}"), "up": ("rounded up to {0}", "向上取整到{0}"), "half_up": ("rounded to {0}", "四舍五入到{0}"),
}  # fmt: skip
_TOGETHER = {
    "same_kind": Both("measures of one kind", "同类措施"), "same_topic": Both("measures with a topic in common", "主题相同的措施"),
    "topic": Both("measures with a topic in common", "主题相同的措施"), "all": Both("all measures", "全部措施"),
}  # fmt: skip
_PER_PERIOD = {
    "year": Both(" a year", "每年"), "three_years": Both(" in three years", "三年"), "project": Both(" for one project", "单个项目"),
    "measure": Both(" for one measure", "单项措施"),
}  # fmt: skip
STACKING_WORDS = {
    "highest": Both("Of these only the highest is paid: {0}", "从高不重复：{0}"),
    "first": Both("Of these the first that applies is paid, in this order: {0}", "按顺序只给予其一：{0}"),
    "exclusive": Both("These exclude each other: {0}", "不可兼得：{0}"),
    "once": Both("Each of these is granted only once: {0}", "下列各项只享受一次：{0}"),
    "not_if_funded": Both("Not where the same is funded elsewhere: {0}", "已获其他资助的不再给予：{0}"),
    "includes": Both("The amounts contain the shares of: {0}", "金额已含下列层级分担部分：{0}"),
    "share": Both("Borne by: {0}", "分担比例：{0}"),
    "cap": Both("Together at most {0}{2}: {1}", "合计最高{0}（{2}）：{1}"),
    "intensity": Both("Together at most {0} of {1}: {2}", "合计不超过{1}的{0}：{2}"),
}  # fmt: skip


def group_words(group: Group) -> Both:
    """What a group asks of its parts."""
    return both(("at least {0} of these", "以下至少{0}项"), str(group.count)) if group.kind == "at_least" else GROUP_WORDS[group.kind]


def own_parts(eligible: Condition) -> Iterable[Condition]:
    """What a measure asks for itself; the place, the core policy and the edition's cohort are told once, for all measures."""
    parts = eligible.parts if isinstance(eligible, Group) and eligible.kind == "all" and eligible.label is None else (eligible,)
    return [part for part in parts if all(test.origin == "measure" for test in tree.tests_in(part))]


def is_parameter(record: DefinitionRecord) -> bool:
    """A figure that the text names: by day, not public, or plain."""
    if record.value is not None:
        syntax, _ = parse(record.value, record.value.where)
        return isinstance(syntax, Quantity | DateLiteral)
    return record.values is not None or record.unpublished is not None
