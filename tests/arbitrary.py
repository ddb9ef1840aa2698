"""Arbitrary packs, facts and unknowns for property tests, over a small made-up schema."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.schema import Schema
from huiqi.rules.compile import Rules, compile_rules
from huiqi.rules.pack import Common, read_common, read_pack
from huiqi.vocabulary.place import Places

AS_OF = datetime.date(2024, 6, 30)

FACTS = """
subject: enterprise
born: established
facts:
  place: {type: place, label: {en: Place, zh: 所在地}, question: {en: Where, zh: 在哪里}}
  established: {type: date, label: {en: Established, zh: 成立日期}, question: {en: When, zh: 何时}}
  ended: {type: date, optional: "true", label: {en: Ended, zh: 终止日期}, question: {en: When, zh: 何时}}
  revenue: {type: money, period: year, label: {en: Revenue, zh: 营业收入}, question: {en: "How much in {year}", zh: "{year}年多少"}}
  expense: {type: money, period: year, label: {en: Expense, zh: 研发费用}, question: {en: "How much in {year}", zh: "{year}年多少"}}
  profit: {type: money, period: year, range: ["", ""], label: {en: Profit, zh: 利润}, question: {en: "How much in {year}", zh: "{year}年多少"}}
  loan: {type: money, label: {en: Loan, zh: 贷款}, question: {en: How much, zh: 多少}}
  staff: {type: count, unit: person, period: year, range: [0, 1000000], label: {en: Staff, zh: 从业人员}, question: {en: "How many in {year}", zh: "{year}年多少"}}
  area: {type: number, unit: mu, decimals: 2, range: [0, ""], label: {en: Area, zh: 用地面积}, question: {en: How much, zh: 多少}}
  stake: {type: share, label: {en: Stake, zh: 持股比例}, question: {en: How much, zh: 多少}}
  listed: {type: flag, label: {en: Listed, zh: 上市}, question: {en: Is it, zh: 是否}}
  honest: {type: flag, label: {en: Honest, zh: 守信}, question: {en: Is it, zh: 是否}}
  trade: {type: category, codes: trade, label: {en: Trade, zh: 行业}, question: {en: Which, zh: 哪个}}
  star: {type: flag, label: {en: Star, zh: 明星}, question: {en: Is it, zh: 是否}}
  rank: {type: category, codes: trade, optional: "true", label: {en: Rank, zh: 等级}, question: {en: Which, zh: 哪个}}
"""
CODES = "code,parent,en,zh\nmake,,Making,制造\nchips,make,Chips,芯片\nsell,,Selling,销售\nrest,,Rest,其他\n"
PLACES = """
cn: {level: nation, label: {en: China, zh: 中国}}
zj: {level: province, parent: cn, label: {en: Zhejiang, zh: 浙江}}
hz: {level: city, parent: zj, label: {en: Hangzhou, zh: 杭州}}
bj: {level: district, parent: hz, label: {en: Binjiang, zh: 滨江}}
sx: {level: city, parent: zj, label: {en: Shaoxing, zh: 绍兴}}
eu: {level: union, label: {en: Union, zh: 联盟}}
"""
POLICY = """
policy: {policy}
edition: 1
title: {{en: Policy, zh: 政策}}
document: 测试
issuer: {{en: Nobody, zh: 无}}
first_day: 2020-01-01
source: {{kind: illustrative, note: {{en: made up, zh: 虚构}}}}
"""


def packs_folder(folder: Path, policy: str, *, tables: dict[str, str] | None = None, core: str = "") -> Path:
    """A packs folder with the small schema and one pack `p`."""
    files = {
        "facts/enterprise.yaml": FACTS,
        "facts/codes/trade.csv": CODES,
        "places.yaml": PLACES,
        "p/pack.yaml": "id: p\ntitle: {en: P, zh: 包}\nplace: zj\nlicence: CC0-1.0\n",
        "p/special/a.yaml": POLICY.format(policy="a") + policy,
        **({"p/core.yaml": core} if core else {}),
        **{f"p/tables/{name}": text for name, text in (tables or {}).items()},
    }
    for name, text in files.items():
        path = folder / "packs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "packs"


def rules_of(packs: Path, law_on: datetime.date = AS_OF) -> Rules:
    """The compiled rules of pack `p`, which must be faultless."""
    common, problems = read_common(packs)
    assert common is not None, problems
    assert not problems
    pack, problems = read_pack(packs / "p", common)
    assert pack is not None, problems
    assert not problems
    rules = compile_rules([pack], common, law_on)
    assert not rules.problems, "\n".join(map(str, rules.problems))
    return rules


def small_common(folder: Path) -> Common:
    common, problems = read_common(packs_folder(folder, ""))
    assert common is not None, problems
    assert not problems
    return common


# ---------------------------------------------------------------- expressions

LEVELS = ["0元", "1元", "100元", "1万元", "2500万元", "1亿元", "0.03元"]
RATES = ["0%", "3%", "5%", "25%", "60%", "100%", "33.3333%", "-5%", "0.1"]
MONEY = [
    "revenue",
    "revenue[-1]",
    "expense",
    "profit",
    "profit[-1]",
    "loan",
    "sum(expense, 3)",
    "mean(revenue, 2)",
    "max(loan, expense)",
    "min(revenue, 1亿元)",
]


@st.composite
def money(draw: Any, depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(MONEY + LEVELS[1:]))
    a, b = draw(money(depth - 1)), draw(money(depth - 1))
    form = draw(
        st.sampled_from(["{a} + {b}", "({a} - {b})", "{a} * {r}", "min({a}, {b})", "max({a}, {b})", "round({a}, 1000元)", "{a} * stake", "{a} / 3"])
    )
    return form.format(a=f"({a})", b=f"({b})", r=draw(st.sampled_from(RATES)))


@st.composite
def ratio(draw: Any) -> str:
    form = draw(
        st.sampled_from(
            ["{a} / {b}", "growth({g})", "share_of({a}, {b})", "({a} / {b} + growth({g})) / 2", "stake", "1 - {a} / {b}", "growth({g}) * stake"]
        )
    )
    divisor = draw(st.sampled_from(MONEY)) if draw(st.booleans()) else f"({draw(st.sampled_from(MONEY))} - {draw(money(1))})"
    return form.format(a=f"({draw(money(1))})", b=divisor, g=draw(st.sampled_from(["revenue", "profit", "expense", "loan / 1元 * revenue"][:3])))


OPS = st.sampled_from([">=", ">", "<=", "<", "=", "!="])


@st.composite
def test(draw: Any) -> str:
    op = draw(OPS)
    match draw(st.integers(0, 15)):
        case 0 | 1:
            return f"{draw(money())} {op} {draw(st.sampled_from(LEVELS))}"
        case 2:
            return f"{draw(money())} {op} {draw(money())}"
        case 3 | 4:
            return f"{draw(ratio())} {op} {draw(st.sampled_from(RATES))}"
        case 5:
            return f"1万元 <= {draw(money(1))} < 1亿元"
        case 6:
            return (
                f"cagr({draw(st.sampled_from(['revenue', 'expense', 'profit']))}, {draw(st.integers(1, 3))}) {op} {draw(st.sampled_from(RATES[:-2]))}"
            )
        case 7:
            return f"staff {op} {draw(st.sampled_from(['0', '20人', '300', '999999']))}"
        case 8:
            return draw(st.sampled_from(["listed", "honest", "not listed", "not (honest)", "listed = honest", "listed != honest"]))
        case 9:
            return draw(
                st.sampled_from(
                    [
                        'trade = "make"',
                        'trade in ["chips", "sell"]',
                        'trade != "make"',
                        'rank = "sell"',
                        'rank not in ["make"]',
                        "exists(rank)",
                        "trade = rank",
                    ]
                )
            )
        case 10:
            return f"{draw(st.sampled_from(['years_since(established)', 'years_since(ended)', 'days_since(ended) / 365', 'year_of(established) - 2000']))} {op} {draw(st.sampled_from(['0', '1', '3', '10']))}".replace(
                "/ 365", "/ 365 days"
            )
        case 11:
            return f"{draw(st.sampled_from(['established', 'ended', 'established + 30 days']))} {op} {draw(st.sampled_from(['2021-06-30', '2024-06-30', '2020-02-29']))}"
        case 12:
            return f"each({draw(st.sampled_from(['growth(revenue)', 'expense / revenue']))}, 2) {op} {draw(st.sampled_from(RATES))}"
        case 13:
            return draw(
                st.sampled_from(
                    [
                        "first_reached(revenue, 1万元, 2)",
                        "exists(revenue[-1])",
                        "exists(ended)",
                        "not exists(growth(revenue))",
                        'place within "hz"',
                        'place = "bj"',
                        'place != "hz"',
                    ]
                )
            )
        case 14:
            return f"staff / area {op} {draw(st.sampled_from(['1人/亩', '0.5人/m2', '3人/ha']))}"
        case _:
            return f"count(listed, honest, revenue > 0元) {op} {draw(st.integers(0, 3))}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@st.composite
def eligible(draw: Any, depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        return quoted(draw(test()))
    parts = draw(st.lists(eligible(depth - 1), min_size=1, max_size=3))
    kind = draw(st.sampled_from(["all", "any", "none", "at_least"]))
    listed = "[" + ", ".join(parts) + "]"
    return f"{{at_least: {draw(st.integers(1, len(parts)))}, of: {listed}}}" if kind == "at_least" else f"{{{kind}: {listed}}}"


@st.composite
def amount(draw: Any) -> str:
    base = quoted(draw(money()))
    extra = draw(
        st.sampled_from(
            ["", ", cap: 50万元", ", cap: 50万元, floor: 1万元", ", round: {to: 1000元, direction: down}", ", round: {to: 1元, direction: up}"]
        )
    )
    form = draw(
        st.sampled_from([
            "{base}",
            "unpublished",
            "{{rate: '{r}', of: {base}{extra}}}",
            "{{rate: 5000元/人, of: staff{extra}}}",
            "{{of: {base}, tiers: {{0: 10%, 1万元: '{r}', 1亿元: 2%}}{extra}}}",
            "{{of: {base}, bands: {{'< 1万元': 100元, '1万元 ..< 1亿元': 2000元, else: 3000元}}{extra}}}",
            "{{of: {base}, bands: {{'>= 1万元': '{r}', else: 1%}}{extra}}}",
            "{{of: revenue, ladder: {{1万元: 1000元, 1亿元: 5000元}}, pays: {pays}, years: 2{extra}}}",
            "{{up_to: {base}}}",
            "{{value: {base}{extra}}}",
            "{{points: card, each: 100元{extra}}}",
            "{{table: t.csv{extra}}}",
        ])
    )  # fmt: skip
    return form.format(base=base, extra=extra, r=draw(st.sampled_from(RATES)), pays=draw(st.sampled_from(["highest", "each"])))


@st.composite
def policy(draw: Any) -> str:
    """Definitions, a scorecard and some measures."""
    lines = [
        "definitions:",
        f"  derived: {{value: {quoted(draw(ratio()))}, label: {{en: Derived, zh: 派生}}}}",
        f"  size: {{choose: [{{if: {quoted(draw(test()))}, then: make}}, {{if: {quoted(draw(test()))}, then: sell}}, {{else: rest}}], codes: trade, label: {{en: Size, zh: 规模}}}}",
        "  looked: {table: two.csv, label: {en: Looked, zh: 查得}}",
        "scorecards:",
        "  card:",
        "    title: {en: Card, zh: 评分}",
        "    clause: 一",
        "    items:",
        "      a: {label: {en: A, zh: 甲}, of: derived, bands: {'>= 25%': 20, '>= 3%': 12.5, else: 0}, max: 20, part: x}",
        "      b: {label: {en: B, zh: 乙}, points: 'staff / 10人', max: 30}",
        "    passes_when: ['total >= 20', 'part.x >= 12.5']",
        "    decimals: 2",
        "    classes: {A: '>= 40', B: '>= 12.5', C: rest}",
        "measures:",
    ]
    extra_tests = [
        "derived >= 5%",
        'size = "sell"',
        "card.passes",
        'card.class in ["A", "B"]',
        "looked.money >= 200元",
        'looked.code = "make"',
        "card.total > 12.5",
        "star",
    ]
    for number in range(draw(st.integers(1, 3))):
        tree = draw(eligible())
        if draw(st.booleans()):
            tree = f"{{{draw(st.sampled_from(['all', 'any']))}: [{tree}, {quoted(draw(st.sampled_from(extra_tests)))}]}}"
        gives = ""
        if number == 0:
            tree, gives = draw(eligible(1)), ", kind: recognition, gives: star"
        lines.append(f"  m{number}: {{title: {{en: M, zh: 措施}}, clause: 一, eligible: {tree}, amount: {draw(amount())}{gives or ', kind: grant'}}}")
    return "\n".join(lines)


TABLES = {
    "t.csv": "trade,revenue,-> pays\nmake,>= 1万元,500元\nsell|rest,100元 .. 1万元,600.5元\n,< 100元,0元\n",
    "two.csv": "listed,trade,staff,-> money,-> code: trade\ntrue,make,,100元,make\n,chips,10 ..< 300,200元,chips\nfalse,,>= 20,300元,sell\n",
}


# ---------------------------------------------------------------- facts

SUMS = st.one_of(st.sampled_from([0, 1, 3, 99, 100, 10_000, 1_000_000, 2_500_000_000, 10_000_000_000, 12_345_678_901]), st.integers(0, 10**12))
DAYS = st.one_of(
    st.sampled_from([datetime.date(2020, 2, 29), datetime.date(2021, 6, 30), datetime.date(2021, 7, 1), AS_OF]),
    st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 1, 1)),
)


def raw(schema: Schema, places: Places, id: str) -> st.SearchStrategy[Raw]:
    """A recorded value of a fact."""
    fact = schema.facts[id]
    match fact.kind:
        case "flag":
            return st.booleans()
        case "category":
            assert fact.codes is not None
            codes: st.SearchStrategy[Any] = st.sampled_from(list(fact.codes.codes))
            return codes | st.just(NONE) if fact.optional else codes
        case "place":
            return st.sampled_from(list(places.by_id))
        case "date":
            days: st.SearchStrategy[Any] = DAYS.map(datetime.date.toordinal)
            return days | st.just(NONE) if fact.optional else days
        case "share":
            return st.integers(0, 10**fact.decimals)
        case "count":
            return st.integers(0, 1_000_000) | st.sampled_from([0, 19, 20, 300])
        case _:
            return SUMS | SUMS.map(lambda n: -n) if isinstance(fact.low, float) and fact.id == "profit" else SUMS


@st.composite
def subjects(draw: Any, schema: Schema, places: Places, *, most: int = 6, years: Sequence[int] = (2023, 2022, 2021, 2020)) -> list[Known]:
    """Subjects with a good part of their facts unknown."""
    found = []
    for number in range(draw(st.integers(1, most))):
        values: dict[tuple[str, int | None], Raw] = {}
        share = draw(st.sampled_from([0, 1, 3]))  # of 4 facts so many are unknown
        for id, fact in schema.facts.items():
            for year in years if fact.period == "year" else (None,):
                if draw(st.integers(1, 4)) > share:
                    values[(id, year)] = draw(raw(schema, places, id))
        first_year = draw(st.none() | st.integers(min((y for _, y in values if y is not None), default=2024) - 1, 2024))
        found.append(Known(schema, places, AS_OF, values, f"s{number}", first_year))
    return found
