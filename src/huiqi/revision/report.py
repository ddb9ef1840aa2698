"""The report of a simulation: what the reform costs, whom it reaches, the largest changes with their reasons, and the rules behind every figure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from huiqi.entitlements.totals import ALL, Sum
from huiqi.publication.charts import Axis, Balance, Range, balances, ranges
from huiqi.publication.names import KIND_WORDS, TOPIC_WORDS
from huiqi.publication.report.report import Cell, Drawing, Head, Headline, Paragraph, Part, Report, Rule, Section, Table, Words
from huiqi.publication.report.rules import rule_behind
from huiqi.publication.wording import NOT_PUBLIC, same
from huiqi.revision.comparison import FATES, Difference, Fates, Tally
from huiqi.revision.reasons import Change
from huiqi.revision.reform import ReformRecord
from huiqi.revision.simulate import Compared, Simulation
from huiqi.revision.touched import untouched
from huiqi.revision.words import FATE_WORDS, NOW, THEN, capital, money, more, number
from huiqi.revision.write import by_topic
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, brief_money, of_words
from huiqi.vocabulary.version import VERSION

_FEW = 8  # rules that are named below a chart or a table
MOST = 20  # groups in a chart, the ones in which most subjects may have what changes
_READING = Both(
    "Dark: assured. Light: possible, as far as facts that nobody knows decide it. An arrow: no upper end, mostly since an amount is not public.",
    "深色为确定额，浅色为可能额（取决于尚未知的数据）；箭头表示无上限，多因金额未公布。",
)
_COUNTED = Both(
    "To the right those who get more, to the left those who get less. Dark: surely; light: perhaps.",
    "向右为获得更多者，向左为获得更少者；深色为确定，浅色为待定。",
)


def report_of(found: Simulation, changes: Mapping[str, list[Change]], reform: ReformRecord | None, further: Iterable[Section] = ()) -> Report:
    """The report; `further` sections come before the rules. Raises FaultyInput where the library of charts is not installed."""
    title = Both("Two laws on the same facts", "两种政策情形的测算") if reform is None else of_words(reform.title)
    sections = [_money(found), _who(found), _largest(found, changes), *further, _basis(found, reform), Section("rules", _RULES, tuple(_rules(found)))]
    return Report(title, tuple(_about(found)), tuple(_headlines(found)), tuple(sections), tuple(_warnings(found)), _brief(found, sections))


def _brief(found: Simulation, sections: list[Section]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The first page of the summary has the money, the second whom it reaches, and how both are meant."""
    parts = {section.id: section.parts for section in sections}
    drawn = {id: [part for part in some if isinstance(part, Drawing)] for id, some in parts.items()}
    said = {id: [part for part in some if isinstance(part, Paragraph)] for id, some in parts.items()}
    largest = [part for part in parts["largest"] if isinstance(part, Table)]
    reached = [part for part in drawn["who"] if part.id in _BRIEF]
    return (_costs(found), *drawn["money"], *said["money"]), (*reached, *said["who"], *largest, *said["largest"], *said["basis"])


def _costs(found: Simulation) -> Table:
    """What each measure that changes costs under both laws."""
    heads = (Head(Both("Measure that changes", "有变化的措施")), *(Head(name, True) for name in (NOW, THEN)))
    rows = []
    for one in found.measures:
        if one.changed:
            pairs = [Cell("–") if pair is None else Cell(_cost(*pair, found.currency)) for pair in (one.before, one.after)]
            rows.append((Cell(_title(one)), *pairs))
    return Table(Both("Paid after stacking rules, assured to possible", "叠加后应付额：确定额至可能额"), heads, tuple(rows))


def _cost(measure: Measure, tally: Tally, currency: str) -> Both:
    if measure.amount is None:
        return Both("no money", "不涉及金额")
    if tally.payable[1] is None and measure.amount.unpublished:
        return both(("{0} to {1}", "{0}至{1}"), brief_money(tally.payable[0], currency), NOT_PUBLIC)
    return money(tally.payable, currency)


_BRIEF = ("tenth", "place", "size_class")  # the groupings that the summary shows
_RULES = Both("The rules behind the figures", "数据背后的条款")


def _about(found: Simulation) -> Iterator[Words]:
    before, after = (side.rules.law_on.isoformat() for side in found.sides)
    packs = ", ".join(pack.id for pack in found.sides[0].rules.packs)
    yield Both(f"Packs {packs}; law of {before} and {after}; facts of {found.populations[0].as_of}.",
               f"政策包：{packs}；政策适用日：{before}、{after}；数据日期：{found.populations[0].as_of}。")  # fmt: skip
    title = found.registry.title
    yield both(("Registry: {0}, {1} subjects.", "名册：{0}，共{1}个对象。"), of_words(title), number(found.fates.subjects))


def _warnings(found: Simulation) -> Iterator[Words]:
    if found.registry.made_up:
        yield Both("The registry is made up, and so is every figure here.", "名册为虚构数据，本报告全部数字亦然。")
    if found.weighted:
        yield Both("Each row of the registry counts by its weight: counts and sums are estimates.", "名册各行按权重计数：户数与金额均为估计值。")


def _headlines(found: Simulation) -> Iterator[Headline]:
    fates, currency = found.fates, found.currency
    yield Headline(Both("The reform costs", "支出变化"), more(fates.difference, currency), Both("after stacking rules", "已计叠加规则"))
    yield Headline(Both("The touched measures now", "受影响措施：现行"), money(fates.before, currency))
    yield Headline(Both("In the reform", "改革后"), money(fates.after, currency))
    for fate in FATES:
        surely, perhaps = fates.of(fate)
        note = both(("and {0} perhaps", "另有{0}个待定"), number(perhaps)) if perhaps else ""
        yield Headline(capital(FATE_WORDS[fate]), number(surely), note)
    same_ = number(fates.subjects - fates.touched)
    yield Headline(Both("Cannot have what changes", "与变化无关"), same_, both(("of {0}", "共{0}个"), number(fates.subjects)))


# ---------------------------------------------------------------- money


def _money(found: Simulation) -> Section:
    parts: list[Part] = []
    changed = [one for one in found.measures if one.changed and one.measure.amount is not None]
    if changed:
        named = told_apart((one.measure.id, of_words(one.measure.record.title)) for one in changed)
        bars = [
            Range(title, name, *pair[1].payable)
            for title, one in list(zip(named, changed, strict=True))[:MOST]
            for name, pair in ((NOW, one.before), (THEN, one.after)) if pair is not None
        ]  # fmt: skip
        parts.append(_ranges("measures", Both("Measures that change", "有变化的措施"), bars, found))
    topics = by_topic(found)
    if topics:
        bars = [Range(TOPIC_WORDS.get(topic, same(topic)), name, *costs[side]) for topic, costs in topics.items() for name, side in (
            (NOW, "before"), (THEN, "after"))]  # fmt: skip
        parts.append(_ranges("topics", Both("Cost by topic", "按主题的支出"), bars, found))
        parts.append(_topics(topics, found))
        if not found.rest:
            parts.append(Paragraph(Both("Of each topic only the measures that are touched.", "各主题仅含受影响的措施。"), soft=True))
    parts.extend(_taken(found))
    parts.append(_measures(found))
    if found.rest:
        parts.append(_rest(found))
    return Section("money", Both("What it costs", "支出"), tuple(parts))


def _ranges(id: str, title: Both, bars: list[Range], found: Simulation) -> Drawing:
    axis = Axis(Both("Cost", "支出"), found.currency)
    return Drawing(title, _READING, {lang: ranges(bars, axis, lang) for lang in ("en", "zh")}, _behind(found, every=id == "topics"), id)


def _topics(costs: Mapping[str, Mapping[str, Sum]], found: Simulation) -> Table:
    ends = Both("assured", "确定额"), Both("possible", "可能额")
    heads = [Head(both(("{0}: {1}", "{0}：{1}"), side, end), numeric=True) for side in (NOW, THEN) for end in ends]
    rows = [
        (Cell(TOPIC_WORDS.get(topic, same(topic))), *(_fen(end, found.currency) for side in ("before", "after") for end in mine[side]))
        for topic, mine in costs.items()
    ]
    caption = Both("Cost by topic; a measure of several topics counts under each", "按主题的支出；一项措施有多个主题的，分别计入")
    return Table(caption, (Head(Both("Topic", "主题")), *heads), tuple(rows), _behind(found, every=True))


def _behind(found: Simulation, *, every: bool = False) -> tuple[Cell, ...]:
    """The measures that change, or `every` one that is touched, each leading to its rule; a few and the way to all where they are many."""
    changed = [Cell(_title(one), link=_anchor(at, one)) for at, one in enumerate(found.measures) if every or one.changed]
    return tuple(changed) if len(changed) <= _FEW else (*changed[:_FEW], Cell(_RULES, link="rules"))


def _taken(found: Simulation) -> Iterator[Paragraph]:
    """What stacking rules take of what would be assured without them, under both laws."""
    for name, taken in zip((NOW, THEN), found.taken, strict=True):
        if taken > 0:
            words = ("{0}: stacking rules take {1} of what would be assured without them.", "{0}：叠加规则从确定额中核减{1}。")
            yield Paragraph(both(words, capital(name), brief_money(taken, found.currency)))


_SIDE_HEADS = (
    Both("yes", "符合"), Both("depends", "待定"), Both("due, assured", "应得确定额"), Both("paid, assured", "应付确定额"),
    Both("paid, possible", "应付可能额"),
)  # fmt: skip


def _measures(found: Simulation) -> Table:
    """Every touched measure under both laws; what stacking takes is the difference between due and paid."""
    heads = [Head(Both("Measure", "政策措施")), Head(Both("Kind", "类型")), Head(Both("Changes", "有变化"))]
    heads += [Head(both(("{0}: {1}", "{0}：{1}"), side, head), numeric=True) for side in (NOW, THEN) for head in _SIDE_HEADS]
    rows = []
    for at, one in enumerate(found.measures):
        mark = Both("yes", "是") if one.changed else Both("no", "否")
        cells = [Cell(_title(one), link=_anchor(at, one)), Cell(_kind(one.measure)), Cell(mark)]
        rows.append((*cells, *(cell for pair in (one.before, one.after) for cell in _tally(pair, found.currency))))
    caption = Both(
        "Touched measures under both laws, before (due) and after stacking rules (paid); those that do not change stack with one that does",
        "受影响措施：叠加前（应得）与叠加后（应付）；未变化者因与有变化者叠加而列入",
    )
    return Table(caption, tuple(heads), tuple(rows))


def _rest(found: Simulation) -> Table:
    heads = (Head(Both("Measure", "政策措施")), *(Head(head, numeric=True) for head in _SIDE_HEADS))
    rows = [(Cell(of_words(pair[0].record.title)), *_tally(pair, found.currency)) for pair in found.rest]
    return Table(Both("Measures that cannot differ: the same under both laws", "不受影响的措施：两种情形相同"), heads, tuple(rows))


def _kind(measure: Measure) -> Both:
    kind = str(measure.record.kind)
    return KIND_WORDS.get(kind, same(kind))


def _title(one: Compared) -> Both:
    editions = [pair[0].edition for pair in (one.before, one.after) if pair is not None]
    return both(("{0} {1}", "{0} {1}"), of_words(one.measure.record.title), " → ".join(dict.fromkeys(editions)))


def _tally(pair: tuple[Measure, Tally] | None, currency: str) -> list[Cell]:
    if pair is None:
        return [Cell("–")] * len(_SIDE_HEADS)
    measure, tally = pair
    counts = [_count(tally.yes), _count(tally.depends)]
    if measure.amount is None:
        return [*counts, *[Cell("–")] * 3]
    high = tally.payable[1]
    possible = Cell(NOT_PUBLIC, math.inf) if high is None and measure.amount.unpublished else _fen(high, currency)
    return [*counts, _fen(tally.due[0], currency), _fen(tally.payable[0], currency), possible]


def _count(count: float) -> Cell:
    return Cell(number(count), count)


def _fen(fen: int | None, currency: str) -> Cell:
    return Cell(brief_money(fen, currency), math.inf if fen is None else fen)


# ---------------------------------------------------------------- who


def _who(found: Simulation) -> Section:
    parts: list[Part] = []
    for grouping in found.groupings:
        groups = {id: fates for id, fates in found.by.get(grouping.name, {}).items() if fates.touched}
        if grouping.name == ALL or not groups:
            continue
        shown = sorted(groups, key=lambda id: -groups[id].touched)[:MOST]
        ordered = [id for id in groups if id in shown] if grouping.name in ("tenth", "size_class") else shown
        title = both(("By {0}", "按{0}"), Both(grouping.label.en[:1].lower() + grouping.label.en[1:], grouping.label.zh.removeprefix("按")))
        named = dict(zip(groups, told_apart((id, grouping.groups[id]) for id in groups), strict=True))
        bars = [Balance(named[id], groups[id].of("gain"), groups[id].of("lose")) for id in ordered]
        axis, words = Axis(Both("subjects", "户数")), (FATE_WORDS["gain"], FATE_WORDS["lose"])
        drawn = {lang: balances(bars, axis, words, lang) for lang in ("en", "zh")}
        parts.append(Drawing(title, _COUNTED, drawn, _behind(found), grouping.name))
        parts.append(_groups(grouping.label, {named[id]: fates for id, fates in groups.items()}, found))
    if not parts:
        parts.append(Paragraph(Both("Nobody can have what changes.", "没有对象与变化有关。")))
    return Section("who", Both("Whom it reaches", "受影响对象"), tuple(parts))


def told_apart(labels: Iterable[tuple[str, Both]]) -> list[Both]:
    """The words of each id; where several have the same, as districts of different cities can, the id stands behind them."""
    some = list(labels)
    shared = [Counter(words(lang) for _, words in some) for lang in ("en", "zh")]
    once = [max(count[text] for count, text in zip(shared, words, strict=True)) == 1 for _, words in some]
    return [words if alone else both(("{0} ({1})", "{0}（{1}）"), words, id) for alone, (id, words) in zip(once, some, strict=True)]


def _groups(label: Both, groups: Mapping[Both, Fates], found: Simulation) -> Table:
    currency = found.currency
    heads = [Head(label), Head(Both("subjects", "户数"), numeric=True), Head(Both("may have what changes", "可能相关"), numeric=True)]
    heads += [Head(words, numeric=True) for words in FATE_WORDS.values()]
    heads += [
        Head(Both("now, assured", "现行确定额"), True),
        Head(Both("in the reform, assured", "改革后确定额"), True),
        Head(Both("difference", "变化"), True),
    ]
    rows = []
    for words, fates in groups.items():
        low, high = fates.difference
        order = low if low is not None else -math.inf if high is None else high
        cells = [Cell(words), _count(fates.subjects), _count(fates.touched), *(_perhaps(fates.of(fate)) for fate in FATES)]
        rows.append((*cells, _fen(fates.before[0], currency), _fen(fates.after[0], currency), Cell(more((low, high), currency), order)))
    caption = both(("{0}: counts; “+ 5?” means five more perhaps", "{0}：户数；“+ 5?”表示另有5户待定"), capital(label))
    return Table(caption, tuple(heads), tuple(rows), _behind(found))


def _perhaps(counts: tuple[float, float]) -> Cell:
    surely, perhaps = counts
    return Cell(both(("{0} + {1}?", "{0} + {1}?"), number(surely), number(perhaps)) if perhaps else number(surely), surely + perhaps / 1e9)


# ---------------------------------------------------------------- the largest


def _largest(found: Simulation, changes: Mapping[str, list[Change]]) -> Section:
    parts: list[Part] = []
    for title, largest in (
        (Both("Largest gains that are sure", "确定增加最多"), found.gains),
        (Both("Largest losses that are sure", "确定减少最多"), found.losses),
    ):
        if largest:
            heads = (Head(Both("Subject", "对象")), Head(Both("now", "现行"), True), Head(Both("in the reform", "改革后"), True),
                     Head(Both("difference", "变化"), True), Head(Both("why", "原因")))  # fmt: skip
            parts.append(Table(title, heads, tuple(_row(one, changes.get(one.subject, []), found) for one in largest)))
    if not parts:
        words = Both("No subject surely gains or loses: what is unknown of them decides.", "没有确定增加或减少的对象：取决于尚未知的数据。")
        parts.append(Paragraph(words if found.fates.touched else Both("Nobody can have what changes.", "没有对象与变化有关。")))
    return Section("largest", Both("The largest changes", "变化最大的对象"), tuple(parts))


def _row(one: Difference, changes: list[Change], found: Simulation) -> tuple[Cell, ...]:
    currency, anchors = found.currency, {other.measure.name: _anchor(at, other) for at, other in enumerate(found.measures)}
    why = tuple(Cell(change.text, link=anchors.get(change.measure.name)) for change in changes)
    pairs = [(int(low), int(high) if math.isfinite(high) else None) for low, high in (one.before, one.after)]
    ends = tuple(int(end) if math.isfinite(end) else None for end in (one.low, one.high))
    return (
        Cell(one.subject),
        *(Cell(money(pair, currency), pair[0]) for pair in pairs),
        Cell(more((ends[0], ends[1]), currency), one.low),
        Cell("", lines=why),
    )


# ---------------------------------------------------------------- what it rests on


def _basis(found: Simulation, reform: ReformRecord | None) -> Section:
    parts: list[Part] = []
    if reform is not None:
        rows = []
        for change in reform.changes:
            act = next(act for act in ("set", "add", "drop", "document", "link") if getattr(change, act) is not None)
            path = getattr(change, act) if act in ("set", "add", "drop") else ""
            at = "/".join(map(str, path)) if isinstance(path, list) else str(path)
            why = of_words(change.why) if change.why is not None else Both("", "")
            rows.append((Cell(str(change.in_ or reform.pack)), Cell(_ACTS[act]), Cell(at), Cell(why)))
        heads = (Head(Both("text", "文件")), Head(Both("does", "操作")), Head(Both("where", "位置")), Head(Both("why", "理由")))
        parts.append(Table(Both("What the reform changes", "改革内容"), heads, tuple(rows)))
    idle = untouched(found.sides[1], found.registry.schema.subject).measures
    unread = Both("", "") if found.rest else Both(" and were not evaluated", "，未予计算")
    parts += [
        Paragraph(both((
            "{0} measures of the reform are touched: their rules differ, or stacking ties them to one that does. {1} cannot differ{2}.",
            "受影响的措施共{0}项：条款有变化，或与有变化者存在叠加关系；另有{1}项不受影响{2}。",
        ), str(len(found.sides[1].measures)), str(len(idle)), unread)),
        Paragraph(Both(
            "Every figure is a range: assured is what holds whatever the unknown facts turn out to be, possible what could come of them. "
                "Behaviour is held fixed: "
            "nobody moves, grows or reports otherwise because of the reform.",
            "所有数字均为区间：确定额不受未知数据影响，可能额取决于未知数据。测算不考虑企业因政策变化而调整行为。",
        )),
    ]  # fmt: skip
    hashes = [(side.rules.packs, name) for side, name in zip(found.sides, (NOW, THEN), strict=True)]
    read = [(Cell(name), Cell(pack.id), Cell(pack.content_hash[:16])) for packs, name in hashes for pack in packs]
    read.append((Cell(Both("registry", "名册")), Cell(of_words(found.registry.title)), Cell(found.registry.content_hash[:16])))
    columns = (Head(Both("side", "情形")), Head(Both("what", "内容")), Head(Both("content hash", "内容哈希")))
    parts.append(Table(Both("What was read", "所读内容"), columns, tuple(read)))
    parts.append(Paragraph(_BESIDE, soft=True))
    if idle and not found.rest:
        parts.append(_idle(idle))
    return Section("basis", Both("What this rests on", "测算依据"), tuple(parts))


def _idle(measures: Iterable[Measure]) -> Table:
    """The measures that were not evaluated, and why not."""
    heads = (Head(Both("Measure", "政策措施")), Head(Both("Text", "文件")), Head(Both("Clause", "条款")))
    rows = [(Cell(of_words(one.record.title)), Cell(of_words(one.document.record.title)), Cell(str(one.record.clause))) for one in measures]
    caption = Both(
        "Not evaluated: their rules are the same, and no stacking rule ties them to one that differs", "未予计算：条款相同，且与有变化者无叠加关系"
    )
    return Table(caption, heads, tuple(rows))


_BESIDE = Both(
    f"Drawn up by huiqi {VERSION}. The same figures stand in simulation.json, measures.csv, topics.csv, largest.csv and by_*.csv beside this page.",
    f"由huiqi {VERSION}生成。相同数据另见同目录simulation.json、measures.csv、topics.csv、largest.csv及by_*.csv。",
)
_ACTS = {
    "set": Both("changes", "修改"),
    "add": Both("adds", "新增"),
    "drop": Both("takes out", "删除"),
    "document": Both("a new text", "新文件"),
    "link": Both("a new link", "新联动"),
}


def _anchor(at: int, one: Compared) -> str:
    return f"rule-{at}-{'before' if one.after is None else 'after'}"


def _rules(found: Simulation) -> Iterator[Rule]:
    """Each touched measure as it is now and, where it changes, as the reform has it."""
    for at, one in enumerate(found.measures):
        for side, name, pair in ((found.sides[0], "before", one.before), (found.sides[1], "after", one.after)):
            if pair is not None and (one.changed or name == "after"):
                said = {"before": NOW, "after": THEN}[name] if one.changed else None
                yield rule_behind(side.rules, pair[0], f"rule-{at}-{name}", said)
