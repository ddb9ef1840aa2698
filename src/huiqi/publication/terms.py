"""What a text states beside its conditions, as a flat list of terms by name: days, numbers, rates, caps, steps, points, sources."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from huiqi.publication.names import KIND_WORDS, MODE_WORDS, SOURCE_WORDS
from huiqi.publication.wording import STACKING_WORDS, Wording, payments, same
from huiqi.rules import tree
from huiqi.rules.compile import Measure
from huiqi.rules.context import Context
from huiqi.rules.records import (
    AMOUNT_FORMS,
    AmountForm,
    BandsAmount,
    CeilingAmount,
    CoreRecord,
    Cumulation,
    DefinitionRecord,
    FundRecord,
    LadderAmount,
    MatchAmount,
    MeasureRecord,
    PointsAmount,
    PolicyRecord,
    RateAmount,
    ScorecardRecord,
    Source,
    TableAmount,
    TiersAmount,
)
from huiqi.rules.resolve import valued
from huiqi.vocabulary.record import Words, build
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both, both, listed, of_words
from huiqi.vocabulary.unit import UNITS

Part = Literal[
    "document", "validity", "source", "measure", "application", "condition", "alternative", "exclusion", "amount", "parameter", "definition",
    "scorecard", "item", "core", "stacking", "fund",
]  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """What a text states: its words, and the figure where it is one."""

    said: Both
    figure: Fraction | None = None


@dataclass(frozen=True)
class Term:
    """One thing that a text states, and what it is called."""

    part: Part
    what: Both
    stated: Stated


#: Terms by a name that is the same in both texts.
Terms = dict[str, Term]


@dataclass(frozen=True)
class _Teller:
    """Collects the terms of one part of a text."""

    wording: Wording
    context: Context

    def stated(self, text: Text) -> Stated:
        """A figure, or an expression in words."""
        node = tree.body(valued(text, self.context).node)
        return Stated(self.wording.literal(text, self.context), node.value if isinstance(node, tree.Figure) else None)

    def between(self, ends: tuple[Text, Text]) -> Stated:
        """A figure, or the ends between which it lies."""
        return self.stated(ends[0]) if ends[0] is ends[1] else Stated(self.wording.ends(ends))

    def bands(self, part: Part, of: Text, bands: dict[Text, Text], what: Both, codes: Text | None = None) -> Terms:
        """A term for each band, and one for what they are bands of."""
        grid = self.wording.bands(of, bands, what, codes, self.context)
        terms = {"of": Term(part, both(("base of {0}", "{0}的依据"), what), Stated(grid.heads[0]))}
        for (edge, said), text in zip(grid.rows, bands.values(), strict=True):
            figure = self.stated(text).figure if codes is None else None
            terms[f"band {edge.en}"] = Term(part, both(("{0} where {1} is {2}", "{1}为{2}时的{0}"), what, grid.heads[0], edge), Stated(said, figure))
        return terms

    def table(self, part: Part, name: Text, what: Both) -> Terms:
        """A term for each cell that a table gives, by the inputs of its row."""
        grid = self.wording.table(name, self.context)
        outputs = self.wording.rules.world.tables[self.wording.document.pack, str(name)].outputs
        inputs = len(grid.heads) - len(outputs)
        terms = {}
        for row in grid.rows:
            asked = listed((both(("{0} {1}", "{0}{1}"), head, cell) for head, cell in zip(grid.heads, row[:inputs], strict=False)), ", ", "，")
            for output, cell in zip(outputs, row[inputs:], strict=True):
                called = what if len(outputs) == 1 else both(("{0} ({1})", "{0}（{1}）"), what, same(str(output.name)))
                terms[f"row {asked.en} {output.name}"] = Term(part, both(("{0} for {1}", "{1}的{0}"), called, asked), Stated(cell))
        return terms


# ---------------------------------------------------------------- documents


def document_terms(wording: Wording) -> Terms:
    """Number, issuer, days and source of a document."""
    record = wording.document.record
    terms = {
        "title": Term("document", Both("the title", "名称"), Stated(of_words(record.title))),
        "document": Term("document", Both("the document's number", "文号"), Stated(same(str(record.document)))),
        "issuer": Term("document", Both("the issuer", "发文机关"), Stated(of_words(record.issuer))),
        "first day": Term("validity", Both("the first day", "施行之日"), _day(record.first_day)),
        "last day": Term("validity", Both("the last day", "终止之日"), _day(record.last_day)),
        "source": _source(record.source),
    }
    if record.stated_last_day is not None:
        terms["stated last day"] = Term(
            "validity", Both("the last day that the text itself states", "文件载明的终止之日"), _day(record.stated_last_day)
        )
    if isinstance(record, PolicyRecord):
        for name, review in record.reviews.items():
            for flag in review.flags:
                what = both(("{0}: what is looked for under {1}", "{0}：{1}的审查内容"), of_words(review.title), str(flag.clause))
                terms[f"review {name} {flag.clause} {flag.concerns}"] = Term("document", what, Stated(of_words(flag.say)))
    return terms


def _day(day: datetime.date | None) -> Stated:
    return Stated(Both("open", "未定") if day is None else same(day.isoformat()))


def _source(source: Source) -> Term:
    return Term("source", Both("how sure we are of the text", "文本可靠程度"), Stated(SOURCE_WORDS[source.kind]))


# ---------------------------------------------------------------- measures


def measure_terms(measure: Measure, wording: Wording) -> Terms:
    """What a measure states beside its conditions and its amount."""
    record = measure.record
    terms = {
        "title": _term("measure", Both("the title", "名称"), record.title),
        "kind": Term("measure", Both("the kind", "措施类型"), Stated(KIND_WORDS[record.kind])),
        "clause": _line("measure", Both("the clause", "条款"), record.clause),
        "gives": _line("measure", Both("the status that it gives", "认定的身份"), record.gives),
        "valid for": _line("measure", Both("how long it is valid", "有效期"), record.valid_for),
        "fund": _line("measure", Both("the fund", "资金渠道"), record.fund),
        "pays": Term("measure", Both("the payments", "拨付方式"), Stated(payments(record.pays))) if record.pays else None,
        **_application(record),
    }
    found = {name: term for name, term in terms.items() if term is not None}
    return found if record.source is None else found | {"source": _source(record.source)}


def _application(record: MeasureRecord) -> dict[str, Term | None]:
    apply = record.apply
    if apply is None:
        return {}
    papers = {f"paper {words.en}": _term("application", Both("a paper to hand in", "申报材料"), words) for words in apply.documents}
    return {
        "mode": Term("application", Both("how to apply", "申报方式"), Stated(MODE_WORDS[apply.mode])),
        "office": None if apply.office is None else _term("application", Both("the office", "受理部门"), apply.office),
        "within": _line("application", Both("the time promised", "承诺时限"), apply.decide_within),
        "statutory": _line("application", Both("the legal time limit", "法定时限"), apply.statutory),
        **papers,
    }


def _term(part: Part, what: Both, words: Words) -> Term:
    return Term(part, what, Stated(of_words(words)))


def _line(part: Part, what: Both, text: Text | None) -> Term | None:
    return None if text is None else Term(part, what, Stated(same(str(text))))


# ---------------------------------------------------------------- amounts

_AMOUNT = Both("the amount", "金额")
_BASE = Both("the base", "基数")


def amount_terms(measure: Measure, wording: Wording) -> Terms:
    """The figures of an amount: rate, cap, steps; nothing for a measure without one."""
    amount = measure.amount
    if amount is None:
        return {}
    teller = _Teller(wording, wording.context(measure.subject))
    if amount.unpublished:
        return {"amount": Term("amount", _AMOUNT, Stated(Both("not public", "未公布")))}
    if amount.form == "figure":
        return {"amount": Term("amount", _AMOUNT, teller.stated(measure.record.amount))}
    form, _ = build(AMOUNT_FORMS[amount.form], measure.record.amount, measure.where)
    if isinstance(form, CeilingAmount):
        return {"ceiling": Term("amount", Both("the ceiling", "上限"), teller.stated(form.up_to))}
    assert isinstance(form, AmountForm)
    return _form_terms(form, measure, teller) | _limit_terms(form, teller)


def _form_terms(form: AmountForm, measure: Measure, teller: _Teller) -> Terms:
    match form:
        case RateAmount():
            rate = Term("amount", Both("the rate", "比例"), teller.stated(form.rate))
            return {"rate": rate, "base": Term("amount", _BASE, teller.stated(form.of))}
        case TiersAmount():
            terms = {"base": Term("amount", _BASE, teller.stated(form.of))}
            for edge, share in form.tiers.items():
                above = teller.wording.literal(edge, teller.context, UNITS[teller.wording.currency])
                terms[f"tier {above.en}"] = Term("amount", both(("the rate above {0}", "超过{0}部分的比例"), above), teller.stated(share))
            return terms
        case BandsAmount():
            return teller.bands("amount", form.of, form.bands, _AMOUNT)
        case LadderAmount():
            return _ladder_terms(form, teller)
        case PointsAmount():
            each = Term("amount", Both("the amount for each point", "每分金额"), teller.stated(form.each))
            return {"each": each, "points": Term("amount", Both("the scorecard", "评分表"), Stated(same(str(form.points))))}
        case MatchAmount():
            rate = Term("amount", Both("the share that is matched", "配套比例"), teller.stated(form.rate))
            return {"match": rate, "of": Term("amount", Both("the measure that is matched", "所配套的措施"), Stated(same(str(form.match))))}
        case TableAmount():
            return teller.table("amount", form.table, _AMOUNT)
    return {"amount": Term("amount", _AMOUNT, teller.stated(measure.record.amount.part("value")))}


def _ladder_terms(form: LadderAmount, teller: _Teller) -> Terms:
    terms = {
        "base": Term("amount", _BASE, teller.stated(form.of)),
        "pays": Term("amount", Both("over several levels", "跨档时"), Stated(_PAYS[form.pays])),
    }
    for level, pay in form.ladder.items():
        at = teller.stated(level)
        terms[f"level {at.figure}"] = Term("amount", both(("the amount on first reaching {0}", "首次达到{0}的金额"), at.said), teller.stated(pay))
    return terms


_PAYS = {"highest": Both("the highest is paid", "按最高一档"), "each": Both("each is paid", "逐档累加")}


def _limit_terms(form: AmountForm, teller: _Teller) -> Terms:
    terms = {}
    if form.cap is not None:
        terms["cap"] = Term("amount", Both("the cap", "封顶"), teller.stated(form.cap))
    if form.floor is not None:
        terms["floor"] = Term("amount", Both("the least that is paid", "起补"), teller.stated(form.floor))
    if form.round is not None:
        terms["round"] = Term("amount", Both("the rounding", "取整"), teller.stated(form.round.to))
    return terms


# ---------------------------------------------------------------- definitions and scorecards


def definition_terms(record: DefinitionRecord, part: Part, wording: Wording) -> Terms:
    """What a definition or a parameter comes to, by its form."""
    teller, label = _Teller(wording, wording.context()), of_words(record.label)
    if record.values is not None:
        return {
            f"from {day}": Term(part, both(("{0} from {1} on", "{0}（{1}起）"), label, day.isoformat()), teller.stated(text))
            for day, text in record.values.items()
        }
    if record.unpublished is not None:
        ends = (("low", Both("{0}, at least", "{0}下限")), ("high", Both("{0}, at most", "{0}上限")))
        return {
            name: Term(part, both(what, label), teller.stated(text))
            for (name, what), text in zip(ends, record.unpublished, strict=True)
            if text.strip()
        }
    if record.table is not None:
        return teller.table(part, record.table, label)
    if record.of is not None and record.bands is not None:
        return teller.bands(part, record.of, record.bands, label, record.codes)
    if record.value is not None:
        return {"value": Term(part, label, teller.stated(record.value))}
    return _choices(record, part, teller)


def _choices(record: DefinitionRecord, part: Part, teller: _Teller) -> Terms:
    grid = teller.wording.definition(record).grid
    assert grid is not None
    terms = {}
    for (asked, given), choice in zip(grid.rows, record.choose or [], strict=True):
        text = list(choice.values())[-1]
        figure = teller.stated(text).figure if record.codes is None else None
        terms[f"if {asked.en}"] = Term(part, both(("{0} if {1}", "{0}（{1}）"), of_words(record.label), asked), Stated(given, figure))
    return terms


def card_terms(key: Text, record: ScorecardRecord, wording: Wording) -> Terms:
    """Items with their points and maxima, and the classes of a scorecard."""
    teller, card = _Teller(wording, wording.context()), wording.card(key, record)
    terms = {"title": _term("scorecard", Both("the title", "名称"), record.title)}
    for id, item in record.items.items():
        label = of_words(item.label)
        own: Terms = {"max": Term("item", both(("the maximum of {0}", "{0}满分"), label), teller.stated(item.max))}
        if item.points is not None:
            own["points"] = Term("item", both(("the points for {0}", "{0}得分"), label), teller.stated(item.points))
        elif item.of is not None and item.bands is not None:
            own |= teller.bands("item", item.of, item.bands, both(("the points for {0}", "{0}得分"), label))
        if item.part is not None:
            own["part"] = Term("item", both(("the part that {0} belongs to", "{0}所属部分"), label), Stated(same(str(item.part))))
        terms |= {f"{id} {name}": term for name, term in own.items()}
    for name, share in card.classes:
        terms[f"class {name}"] = Term("scorecard", both(("class {0}", "{0}级"), same(name)), Stated(share))
    if card.among is not None:
        terms["among"] = Term("scorecard", Both("the groups within which it ranks", "排名分组"), Stated(card.among))
    return terms


# ---------------------------------------------------------------- the core policy


def core_terms(record: CoreRecord, wording: Wording) -> Terms:
    """Aims, stacking rules, funds and groups."""
    teller = _Teller(wording, wording.context())
    terms = {f"aim {aim.en}": _term("core", Both("an aim", "目标"), aim) for aim in record.aims}
    for rule in record.cumulation:
        name, term = _stacking(rule, teller)
        terms[name] = term
    for key, fund in record.funds.items():
        terms |= {f"{key} {name}": term for name, term in _fund(fund, teller).items()}
    for key, group in record.groups.items():
        terms[f"{key} linked"] = Term("core", both(("{0}: linked above", "{0}：关联门槛"), of_words(group.label)), teller.stated(group.linked_above))
        if group.partner_from is not None:
            terms[f"{key} partner"] = Term(
                "core", both(("{0}: partners from", "{0}：合作门槛"), of_words(group.label)), teller.stated(group.partner_from)
            )
    return terms


def _fund(fund: FundRecord, teller: _Teller) -> Terms:
    """What a fund is called, what it has, and what of it is kept for whom."""
    title = of_words(fund.title)
    terms = {"title": _term("fund", Both("the fund", "资金"), fund.title)}
    if fund.at_least is not None:
        what = both(("{0}: the least share of {1}", "{0}：占{1}的最低比例"), title, of_words(fund.at_least.of))
        terms["share"] = Term("fund", what, teller.stated(fund.at_least.share))
    if fund.yearly is not None:
        terms["yearly"] = Term("fund", both(("{0}: the money of a year", "{0}：年度资金"), title), teller.between(fund.yearly))
    for year, money in fund.appropriations.items():
        terms[str(year)] = Term("fund", both(("{0}: the money of {1}", "{0}：{1}年资金"), title, str(year)), teller.between(money))
    for total in fund.totals:
        what = both(("{0}: the money of {1} to {2}", "{0}：{1}年至{2}年资金总量"), title, str(total.first), str(total.last))
        terms[f"{total.first} {total.last}"] = Term("fund", what, teller.between(total.money))
    for limit in fund.limits:
        about = " ".join(limit.measures or limit.topics)
        for name, least, text in (("at_least", True, limit.at_least), ("at_most", False, limit.at_most)):
            if text is not None:
                template = ("{0}: the least for “{1}”", "{0}：“{1}”的下限") if least else ("{0}: the most for “{1}”", "{0}：“{1}”的上限")
                terms[f"{name} {about}"] = Term("fund", both(template, title, of_words(limit.label)), teller.stated(text))
    return terms


def _stacking(rule: Cumulation, teller: _Teller) -> tuple[str, Term]:
    """A stacking rule by its form and the measures that it is about; a ceiling is a figure."""
    form = next(name for name in STACKING_WORDS if getattr(rule, name) is not None)
    about = rule.over or rule.measures or (getattr(rule, form) if form not in ("cap", "intensity") else "all")
    name = f"{form} {about if isinstance(about, str) else ' '.join(about)}"
    if form in ("cap", "intensity"):
        what = both(("the ceiling for {0}", "合计上限（{0}）"), teller.wording.measures(about))
        return name, Term("stacking", what, teller.stated(getattr(rule, form)))
    return name, Term("stacking", of_words(rule.label), Stated(teller.wording.stacking(rule)))
