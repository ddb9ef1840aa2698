"""A mother fund's report and a tried-out sub-fund on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.mother_fund.attained import Leverage
from huiqi.allocation.mother_fund.books import NONE, total
from huiqi.allocation.mother_fund.figures import Figures, Position
from huiqi.allocation.mother_fund.kept_rules import Kept
from huiqi.allocation.mother_fund.look_through import outwards
from huiqi.allocation.mother_fund.multiples import Multiples, Rate, Vintage
from huiqi.allocation.mother_fund.proposal import Trial
from huiqi.allocation.mother_fund.report import Report
from huiqi.cli.show import console
from huiqi.publication.names import SOURCE_WORDS, STATUS_WORDS
from huiqi.vocabulary.ranges import Absent, Number, exactly, multiply
from huiqi.vocabulary.speech import Both, brief_money

_MARKS = {"yes": "[green]✓[/]", "no": "[red]✗[/]", "depends": "[yellow]?[/]"}
_BASIS = {
    "stated": Both("valued {0}", "{0}估值"),
    "carried_forward": Both("valued {0}, carried forward", "{0}估值，按其后收支调整"),
    "added_up": Both("added up", "逐项加总"),
    "nothing_held": Both("", ""),
    "unknown": Both("no value known", "估值未知"),
}
MOST_SHOWN = 60  # rows of a table, and rules; the folder of --out has all
_DASH = Both("–", "–")


def money(amount: Number) -> Both:
    """A range of fen in three digits."""
    if amount.absent is Absent.SURELY:
        return _DASH
    low = _signed(amount.low)
    if amount.low == amount.high:
        return low
    if isinstance(amount.high, float):
        return Both("any amount", "未知") if amount.low == 0 else Both(f"{low.en} or more", f"{low.zh}以上")
    high = _signed(amount.high)
    return Both(f"{low.en} to {high.en}", f"{low.zh}至{high.zh}")


def _signed(fen: Fraction | float) -> Both:
    if isinstance(fen, float):
        return Both("unknown", "未知")
    said = brief_money(abs(int(fen)))
    return Both(f"-{said.en}", f"-{said.zh}") if fen < 0 else said


def times(value: Number) -> Both:
    """A multiple with two decimals."""
    return _ends(value, lambda end: f"{_rounded(end, 100) / 100:.2f}")


def share(value: Number) -> Both:
    """A share in per cent."""
    return _ends(value, lambda end: f"{_rounded(end * 100, 100) / 100:.2f}".rstrip("0").rstrip(".") + "%")


def _rounded(value: Fraction, steps: int) -> int:
    return math.floor(value * steps + Fraction(1, 2))


def _ends(value: Number, say) -> Both:  # type: ignore[no-untyped-def]
    if value.absent is Absent.SURELY or isinstance(value.low, float):
        return _DASH
    low = say(value.low)
    if isinstance(value.high, float):
        return Both(f"{low} or more", f"{low}以上")
    high = say(value.high)
    return Both(low, low) if low == high else Both(f"{low} to {high}", f"{low}至{high}")


def rate(found: Rate) -> Both:
    """An internal rate of return, or a dash; the reason stands below the table."""
    if found.low is None or found.high is None:
        return _DASH
    low = f"{found.low:.2%}"
    if math.isinf(found.high):
        return Both(f"{low} or more", f"{low}以上")
    high = f"{found.high:.2%}"
    return Both(low, low) if low == high else Both(f"{low} to {high}", f"{low}至{high}")


def _table(lang: str, title: Both, heads: Sequence[Both], rows: Iterable[Sequence[Both | str]], left: int = 1) -> None:
    """A titled table; the first columns are words, the others figures. Nothing where there is no row."""
    rows = list(rows)
    if not rows:
        return
    console.print(f"\n[bold cyan]{escape(title(lang))}[/]")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head(lang), justify="left" if number < left else "right", no_wrap=number >= left, overflow="fold")
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(cell if isinstance(cell, str) else escape(cell(lang)) for cell in row))
    Console(highlight=False, width=None if console.is_terminal else 180).print(table)
    if (more := len(rows) - MOST_SHOWN) > 0:
        console.print(f"  [dim]{Both('and {0:,} more; --out writes all of them', '另有{0:,}行，用--out写出全部')(lang).format(more)}[/]")


def _head(lang: str, title: str, made_up: bool, line: str) -> None:
    mark = Both(" (made up)", "（虚构）")(lang) if made_up else ""
    console.print(f"[bold]{escape(title)}[/]{mark}  [dim]{line}[/]")


def show_report(report: Report, lang: str) -> None:
    """All tables of a report."""
    line = Both("facts of {0}, law of {1}", "数据截至{0}，政策以{1}为准")(lang).format(report.as_of, report.law_on)
    _head(lang, report.books.about.title(lang), report.books.about.made_up, line)
    seen = report.books.about.general.observed_on
    if seen < report.as_of:
        console.print(f"[yellow]{Both('what happened after {0} is not in the tables', '表中不含{0}之后发生的事项')(lang).format(seen)}[/]")
    _funds(report, lang)
    _owned(report, lang)
    _leverage(lang, [(_name(report, id, lang), one) for id, one in report.leverage.items() if id], report.leverage[""])
    _reinvestment(report, lang)
    _rules(lang, [(_name(report, kept.fund, lang), kept) for kept in report.rules])
    _vintages(report, lang)
    _positions(report, lang)


def _name(report: Report, id: str, lang: str) -> str:
    """A fund by its id, in Chinese by its title."""
    fund = report.books.funds.get(id)
    return escape(fund.title if fund is not None and lang == "zh" else id)


def _funds(report: Report, lang: str) -> None:
    heads = [
        Both("Fund", "基金"), Both("Committed", "认缴"), Both("Called", "已缴款通知"), Both("Paid in", "实缴"), Both("Invested", "投资"),
        Both("Into funds", "投入子基金"), Both("Capital back", "收回本金"), Both("Gains", "收益"), Both("Written off", "核销"),
        Both("Distributed", "分配"), Both("In hand", "账面资金"), Both("Held at cost", "在投成本"), Both("Net value", "净值"),
    ]  # fmt: skip
    rows: list[list[Both | str]] = []
    for id, f in report.accounts.figures.items():
        parts = (f.committed, f.called, f.paid_in, f.invested, f.into_funds, f.returned, f.gains, f.written_off, f.distributed, f.cash, f.cost_held)
        rows.append([_name(report, id, lang), *map(money, parts), money(f.net)])
    _table(lang, Both("Funds", "基金"), heads, rows)
    _returns(
        lang,
        Both("What came of it: each fund, and what a mother fund has in it", "投资成效：各基金整体，以及母基金所持份额"),
        [
            *((_name(report, id, lang), found) for id, found in report.fund_multiples.items()),
            *((f"{_name(report, m, lang)} > {_name(report, id, lang)}", found) for (m, id), found in report.stakes.items()),
        ],
    )


def _returns(lang: str, title: Both, rows: Sequence[tuple[str, Multiples]]) -> None:
    heads = [Both("Whose money", "口径"), Both("Paid in", "实缴"), Both("Distributed", "分配"), Both("Net value", "净值"), *_MULTIPLES]
    _table(lang, title, heads, [[name, money(m.paid_in), money(m.distributed), money(m.worth), *_said_multiples(m)] for name, m in rows])
    _reasons(lang, [(name, m.rate) for name, m in rows])


_MULTIPLES = [Both("DPI", "DPI"), Both("RVPI", "RVPI"), Both("TVPI", "TVPI"), Both("IRR", "IRR（内部收益率）")]


def _said_multiples(m: Multiples) -> list[Both]:
    return [times(m.dpi), times(m.rvpi), times(m.tvpi), rate(m.rate)]


def _reasons(lang: str, rates: Sequence[tuple[str, Rate]]) -> None:
    colon = Both(": no IRR: ", "：无内部收益率：")(lang)
    for name, found in rates:
        if found.reason is not None:
            console.print(f"  [dim]{name}{colon}{escape(found.reason(lang))}[/]")


def _owned(report: Report, lang: str) -> None:
    """What each mother fund has of every sub-fund and of every enterprise in the end."""
    owners = report.accounts.owners
    funds = report.books.funds
    heads = [
        Both("Fund", "基金"), Both("Mother fund's share", "母基金占比"), Both("District in the end", "穿透后区级"),
        Both("Other public", "其他政府"), Both("Social", "社会资本"), Both("Unknown", "未知"),
    ]  # fmt: skip
    for mother in report.books.mothers:
        rows: list[list[Both | str]] = []
        for id in funds:
            if id != mother.id and owners.share(mother.id, id).high > 0:
                by_class = owners.of_class(id, funds)
                rows.append(
                    [
                        _name(report, id, lang),
                        share(owners.share(mother.id, id)),
                        *(share(by_class[name]) for name in ("district", "public", "social", "unknown")),
                    ]
                )
        _table(lang, Both("Whose money it is in the end (by what is paid in)", "穿透后的出资构成（按实缴）"), heads, rows)
        held: dict[str, list[tuple[str, Number, Number]]] = {}
        for position in report.positions:
            part = owners.share(mother.id, position.fund)
            if part.high > 0 and not position.exited:
                both = outwards(multiply(position.cost_held, part)), outwards(multiply(position.worth.amount, part))
                held.setdefault(position.investee, []).append((position.fund, *both))
        _table(
            lang,
            Both(f"What {mother.id} holds of enterprises in the end", f"{mother.title}穿透持有的企业"),
            [Both("Enterprise", "企业"), Both("Through", "通过"), Both("At cost", "成本"), Both("Value", "公允价值")],
            [
                [
                    escape(investee),
                    Both(", ", "、")(lang).join(_name(report, fund, lang) for fund, _, _ in parts),
                    money(total(cost for _, cost, _ in parts)),
                    money(total(worth for _, _, worth in parts)),
                ]
                for investee, parts in held.items()
            ],
            left=2,
        )


def _leverage(lang: str, rows: Sequence[tuple[str, Leverage]], together: Leverage) -> None:
    heads = [
        Both("Fund", "基金"), Both("Committed", "认缴"), Both("Public", "政府出资"), Both("Social", "社会资本"),
        Both("Total / public", "总规模÷政府"), Both("Social / public", "社会÷政府"),
    ]  # fmt: skip
    all_ = Both("all funds as one", "全部基金合并")(lang)
    cells: list[list[Both | str]] = [
        [name, money(one.whole), money(one.public), money(one.social), times(one.total_over_public), times(one.social_over_public)]
        for name, one in [*rows, (f"[bold]{all_}[/]", together)]
    ]
    _table(lang, Both("Leverage, by what is committed", "放大倍数（按认缴）"), heads, cells)


def _reinvestment(report: Report, lang: str) -> None:
    heads = [
        Both("Fund", "基金"), Both("Required by", "依据"), Both("Required", "要求倍数"), Both("District paid in", "区级实缴"),
        Both("Invested locally", "返投"), Both("Attained", "已达倍数"), Both("Due", "应返投"), Both("Missing", "尚差"), Both("By", "期限"),
    ]  # fmt: skip
    rows: list[list[Both | str]] = []
    for one in report.reinvestment:
        by = Both(f"{one.by} ({one.by_basis.en})", f"{one.by}（{one.by_basis.zh}）") if one.by is not None else one.by_basis
        required = one.required
        rows.append(
            [
                _name(report, one.fund, lang),
                _DASH if required is None else required.said_by,
                _DASH if required is None else times(exactly(required.multiple)),
                money(one.paid_in),
                money(one.local),
                times(one.attained),
                _DASH if required is None else money(one.due),
                _DASH if required is None else money(one.missing),
                by,
            ]
        )
    _table(lang, Both("Local reinvestment", "返投"), heads, rows, left=2)


def _rules(lang: str, rules: Sequence[tuple[str, Kept]]) -> None:
    if not rules:
        said = Both("No rule about funds is in force in these packs.", "所选政策包中没有现行的基金规定。")
        console.print(f"\n{said(lang)}")
        return
    console.print(f"\n[bold cyan]{Both('Which rules hold', '规定遵守情况')(lang)}[/]")
    if len(rules) > MOST_SHOWN:
        open_ = [(name, kept) for name, kept in rules if kept.status != "yes"]
        counted = Both("{0:,} hold and are not listed; {1:,} do not, or depend", "{0:,}项符合，不逐一列出；{1:,}项不符合或待定")(lang)
        console.print(f"  [dim]{counted.format(len(rules) - len(open_), len(open_))}[/]")
        rules = open_[:MOST_SHOWN]
    last = ""
    for name, kept in rules:
        if name != last:
            console.print(f"[bold]{name}[/]")
            last = name
        record, document = kept.measure.record, kept.measure.document.record
        source = record.source or document.source
        what = Both("", "") if kept.is_requirement else Both(" (may be had)", "（可申请事项）")
        clause = Both(
            f" ({document.document} {record.clause}; {SOURCE_WORDS[source.kind].en})",
            f"（{document.document} {record.clause}；{SOURCE_WORDS[source.kind].zh}）",
        )
        status = Both(": ", "：")(lang) + STATUS_WORDS[kept.status](lang)
        console.print(f"  {_MARKS[kept.status]} {escape(record.title(lang))}{what(lang)}{status}[dim]{escape(clause(lang))}[/]")
        if kept.why(lang):
            console.print(f"      {escape(kept.why(lang))}")


def _vintages(report: Report, lang: str) -> None:
    heads = [
        Both("First closing", "首关年份"), Both("Funds", "基金"), Both("Committed", "认缴"), Both("Called", "缴款通知"), Both("Paid in", "实缴"),
        Both("Invested", "投资"), Both("Capital back", "收回本金"), Both("Distributed", "分配"), Both("Value", "净值"), *_MULTIPLES,
    ]  # fmt: skip

    def cells(vintage: Vintage) -> list[Both | str]:
        m = vintage.multiples
        parts = (vintage.committed, vintage.called, m.paid_in, vintage.invested, vintage.returned, m.distributed, m.worth)
        names = Both(", ", "、")(lang).join(_name(report, id, lang) for id in vintage.funds)
        return [str(vintage.year or "–"), names, *map(money, parts), *_said_multiples(m)]

    _table(lang, Both("Vintages: whole sub-funds", "按首次关账年份：子基金整体"), heads, map(cells, report.vintages), left=2)
    _reasons(lang, [(str(vintage.year or "–"), vintage.multiples.rate) for vintage in report.vintages])
    for mother, found in report.mothers_vintages.items():
        title = Both(f"Vintages: what {mother} has in them", f"按首次关账年份：{report.books.funds[mother].title}所持份额")
        _table(lang, title, heads, map(cells, found), left=2)


def _positions(report: Report, lang: str) -> None:
    gone = [p for p in report.positions if p.cost_exited.high > 0]
    held = [p for p in report.positions if not p.exited]

    def fund(position: Position) -> str:
        return _name(report, position.fund, lang)

    _table(
        lang,
        Both("Exits", "已退出项目"),
        [
            Both("Fund", "基金"), Both("Enterprise", "企业"), Both("State", "状态"), Both("Cost", "退出成本"), Both("Proceeds", "退出所得"),
            Both("of it written off", "其中核销"), Both("Multiple", "倍数"), Both("From", "投资日"), Both("To", "退出日"),
            Both("Years held", "持有年数"),
        ],
        [
            [
                fund(p),
                escape(p.investee),
                Both("out", "全部退出") if p.exited else Both("partly out", "部分退出"),
                money(p.cost_exited),
                money(p.proceeds),
                money(p.written_off),
                times(p.multiple),
                str(p.first_on),
                str(p.last_on or "–"),
                "–" if p.last_on is None else times(exactly(Fraction((p.last_on - p.first_on).days, 365))),
            ]
            for p in gone
        ],
        left=3,
    )  # fmt: skip
    rows: list[list[Both | str]] = []
    for p in held:
        end = report.books.funds[p.fund].term_end
        left = (
            Both("unknown", "未知")
            if end is None
            else Both(f"{end} ({(end - report.as_of).days:,} days)", f"{end}（{(end - report.as_of).days:,}天）")
        )
        basis = _BASIS[p.worth.basis]
        rows.append(
            [
                fund(p),
                escape(p.investee),
                Both(basis.en.format(p.worth.on), basis.zh.format(p.worth.on)),
                money(p.cost_held),
                money(p.worth.amount),
                left,
            ]
        )
    heads = [
        Both("Fund", "基金"),
        Both("Enterprise", "企业"),
        Both("Valuation", "估值"),
        Both("At cost", "成本"),
        Both("Value", "公允价值"),
        Both("Term ends", "存续期届满"),
    ]
    _table(lang, Both("Still held", "在投项目"), heads, rows, left=3)


def show_trial(trial: Trial, lang: str) -> None:
    """All tables of a tried-out sub-fund."""
    line = Both("assumptions on the books of {0}, law of {1}", "以{0}账册及设定假设测算，政策以{1}为准")(lang).format(trial.as_of, trial.law_on)
    _head(lang, trial.proposal.title(lang), trial.before.books.about.made_up, line)
    free = trial.free_before
    committed = exactly(trial.proposal.from_mother)
    _table(
        lang,
        Both("The mother fund's free money", "母基金可用资金"),
        [Both("", ""), Both("before", "设立前"), Both("after", "设立后")],
        [
            [Both("in hand", "账面资金"), money(free.cash), money(free.cash)],
            [Both("its investors still owe", "出资人待缴"), money(free.callable), money(free.callable)],
            [Both("it still owes to sub-funds", "对子基金待缴"), money(free.owed), money(free.owed)],
            [Both("it would commit to the new one", "拟认缴新子基金"), money(NONE), money(committed)],
            [Both("free", "可用"), money(free.free), money(trial.free_after)],
        ],
    )
    if trial.free_after.low < 0:
        said = Both("The mother fund would promise more than it can have.", "承诺金额超过母基金可得资金。")
        console.print(f"  [red]{said(lang)}[/]")
    planned: Figures = trial.planned
    _table(
        lang,
        Both("The new sub-fund", "拟设子基金"),
        [Both("", ""), Both("committed", "认缴"), Both("share", "占比")],
        [
            [Both("the mother fund", "母基金"), money(planned.committed_by_mothers), share(trial.mothers_share)],
            [Both("all of the district", "区级合计"), money(planned.district), share(_over(planned.district, planned.committed))],
            [Both("all public capital", "政府出资合计"), money(planned.public), share(_over(planned.public, planned.committed))],
            [Both("social capital", "社会资本"), money(planned.social), share(_over(planned.social, planned.committed))],
            [Both("altogether", "合计"), money(planned.committed), share(exactly(1))],
        ],
    )
    _table(
        lang,
        Both("Leverage, by what is committed", "放大倍数（按认缴）"),
        [Both("", ""), Both("Total / public", "总规模÷政府"), Both("Social / public", "社会÷政府")],
        [
            [whose, times(one.total_over_public), times(one.social_over_public)]
            for whose, one in (
                (Both("the new sub-fund", "拟设子基金"), trial.fund_leverage),
                (Both("all funds as one, before", "全部基金合并，设立前"), trial.leverage_before),
                (Both("all funds as one, after", "全部基金合并，设立后"), trial.leverage_after),
            )
        ],
    )
    _rules(lang, [(escape(trial.proposal.fund.title if lang == "zh" else trial.proposal.fund.id), kept) for kept in trial.rules])
    if trial.required is not None:
        asked = Both("required: {0} times ({1})", "要求：{0}倍（{1}）")(lang).format(
            times(exactly(trial.required.multiple))(lang), trial.required.said_by(lang)
        )
        _table(
            lang,
            Both("Local reinvestment of the new sub-fund to the end of each year", "拟设子基金返投（截至各年末）"),
            [Both("Year", "年度"), Both("District paid in", "区级实缴"), Both("Due", "应返投"), Both("Assumed", "假设返投"), Both("Missing", "尚差")],
            [
                [str(one.year), money(outwards(exactly(one.paid_in))), *(money(exactly(fen)) for fen in (one.due, one.expected, one.missing))]
                for one in trial.obligation
            ],
        )
        console.print(f"  [dim]{escape(asked)}[/]")
    _table(
        lang,
        Both("The mother fund's money by year, as assumed", "母基金逐年资金（按假设）"),
        [
            Both("Year", "年度"), Both("Opening", "年初"), Both("Investors pay in", "出资人缴款"), Both("Comes back", "回收"),
            Both("Sub-funds call", "现有子基金缴款"), Both("The new one calls", "新子基金缴款"), Both("Closing", "年末"), Both("Short", "缺口"),
        ],
        [
            [
                str(one.year),
                money(one.opening),
                *(money(exactly(fen)) for fen in (one.paid_in, one.gets, one.called, one.new)),
                money(one.closing),
                money(one.short),
            ]
            for one in trial.cash
        ],
    )  # fmt: skip
    broken = [kept for kept in trial.broken if kept.is_requirement]
    titles = [kept.measure.record.title(lang) for kept in broken]
    if broken:
        console.print(f"\n[red]{Both('It would break: ', '将违反：')(lang)}{escape(Both('; ', '；')(lang).join(titles))}[/]")
    elif trial.rules:
        console.print(f"\n[green]{Both('It would break none of these rules.', '不违反以上规定。')(lang)}[/]")


def _over(part: Number, whole: Number) -> Number:
    return exactly(Fraction(part.low) / Fraction(whole.low)) if whole.low else NONE
