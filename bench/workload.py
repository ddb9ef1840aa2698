"""A made-up policy over 60 facts: the mix of tests, amounts and stacking rules that a district's policies have, drawn from a seed.

Each measure is described once. `pack_text.py` writes the description as a pack for huiqi, `peer_openfisca.py` as formulas for OpenFisca and
`peer_polars.py` as expressions for polars; none is made from another, so that agreement says something. The first measures of a longer policy are
those of a shorter one. Stacking rules are written into the pack only.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SEED = 20240630
AS_OF = datetime.date(2024, 6, 30)
YEARS = (2023, 2022, 2021, 2020)  # the last completed year and three before
DISTRICT = "district"
OUTSIDE = ("elsewhere", "beyond")

Kind = Literal["money", "count", "number", "share", "date", "flag", "category", "place"]


# ---------------------------------------------------------------- facts


@dataclass(frozen=True)
class Fact:
    """What is known of an enterprise. `usual` is a middling value, in 10,000 yuan for money; `nought` the share of enterprises with 0."""

    id: str
    zh: str
    kind: Kind
    period: Literal["day", "year"] = "day"
    usual: float = 0
    nought: float = 0
    unit: str = ""  # of counts and numbers, as packs write it
    optional: bool = False
    codes: tuple[str, ...] = ()
    negative: bool = False


def _of_year(kind: Kind, *rows: tuple[str, str, float, float], unit: str = "") -> list[Fact]:
    return [Fact(id, zh, kind, "year", usual, nought, unit, negative=id == "net_profit") for id, zh, usual, nought in rows]


def _of_day(kind: Kind, *rows: tuple[str, str, float, float], unit: str = "") -> list[Fact]:
    return [Fact(id, zh, kind, "day", usual, nought, unit) for id, zh, usual, nought in rows]


INDUSTRIES = tuple(f"{section}{number}" for section in "CFGHIJLM" for number in range(10, 16))
FACTS = {
    fact.id: fact
    for fact in [
        *_of_year(
            "money",
            ("revenue", "营业收入", 5000, 0), ("operating_cost", "营业成本", 3500, 0), ("rd_expense", "研发费用", 250, 0.2),
            ("net_profit", "净利润", 300, 0), ("tax_paid", "实缴税金", 200, 0.05), ("export_value", "出口额", 800, 0.5),
            ("total_assets", "资产总额", 8000, 0), ("total_liabilities", "负债总额", 4000, 0.02), ("fixed_investment", "固定资产投资", 600, 0.3),
            ("wages", "职工薪酬", 700, 0), ("interest_paid", "利息支出", 60, 0.4), ("contract_value", "技术合同成交额", 150, 0.6),
            ("service_income", "服务收入", 900, 0.4), ("training_cost", "培训费用", 20, 0.3),
        ),
        *_of_year(
            "count", ("employees", "从业人数", 80, 0), ("rd_staff", "研发人员数", 12, 0.2), ("graduates", "新招毕业生数", 4, 0.3), unit="人"
        ),
        *_of_year("count", ("patents", "专利授权数", 5, 0.4), ("inventions", "发明专利数", 2, 0.5), unit="件"),
        *_of_year("number", ("energy_use", "综合能耗", 500, 0.05), unit="tce"),
        *_of_year("number", ("power_use", "用电量", 900_000, 0), unit="kWh"),
        *_of_year("share", ("market_share", "市场占有率", 0.08, 0.2), ("green_share", "绿电占比", 0.2, 0.4)),
        *_of_day(
            "money",
            ("registered_capital", "注册资本", 1000, 0), ("equipment_cost", "设备购置额", 500, 0.3), ("purchase_price", "购房款", 1500, 0.6),
            ("rent", "年租金", 60, 0.3), ("loan", "贷款余额", 1200, 0.3), ("fair_cost", "参展费用", 15, 0.4),
            ("software_cost", "软件购置额", 40, 0.4),
        ),
        *_of_day(
            "share", ("foreign_share", "外资占比", 0.1, 0.7), ("team_share", "核心团队持股比例", 0.3, 0.1), ("local_share", "本地配套率", 0.4, 0.1)
        ),
        *_of_day("number", ("land_area", "用地面积", 20, 0.3), unit="亩"),
        *_of_day("number", ("floor_area", "办公面积", 900, 0.05), unit="m2"),
        Fact("established", "成立日期", "date"),
        Fact("building_since", "开工日期", "date", optional=True), Fact("listed_on", "上市日期", "date", optional=True),
        Fact("moved_in_on", "迁入日期", "date", optional=True), Fact("recognised_on", "认定日期", "date", optional=True),
        *(
            Fact(id, zh, "flag", usual=usual)
            for id, zh, usual in [
                ("dishonest", "失信被执行", 0.03), ("violation", "重大违法", 0.03), ("high_tech", "高新技术企业", 0.4),
                ("gazelle", "瞪羚企业", 0.1), ("tech_sme", "科技型中小企业", 0.5), ("niche_leader", "专精特新", 0.2),
                ("ipo_reserve", "上市后备", 0.1), ("own_factory", "自建厂房", 0.3), ("incubated", "在孵企业", 0.2),
                ("rd_centre", "企业研发中心", 0.3), ("postdoc_station", "博士后工作站", 0.1), ("brand_owner", "自主品牌", 0.4),
                ("cleaner_audit", "清洁生产审核", 0.3), ("digital_plant", "数字化车间", 0.2),
            ]
        ),
        Fact("industry", "行业", "category", codes=INDUSTRIES),
        Fact("ownership", "所有制", "category", codes=("private", "state", "foreign", "joint", "collective")),
        Fact("rating", "信用等级", "category", codes=("a", "b", "c", "d")),
        Fact("centre_level", "研发机构级别", "category", optional=True, codes=("nation", "province", "city", "district")),
        Fact("market", "上市板块", "category", optional=True, codes=("main", "star", "growth", "beijing", "abroad")),
        Fact("place", "所在地", "place"),
    ]
}  # fmt: skip


# ---------------------------------------------------------------- what rules say


@dataclass(frozen=True)
class Level:
    """A figure of a text, in yuan or the fact's own unit."""

    figure: float
    text: str


@dataclass(frozen=True)
class Read:
    fact: str
    back: int = 0


@dataclass(frozen=True)
class Total:
    """Over so many years."""

    fact: str
    years: int


@dataclass(frozen=True)
class Ratio:
    top: Value
    bottom: Value


@dataclass(frozen=True)
class Less:
    left: Value
    right: Value


@dataclass(frozen=True)
class Growth:
    fact: str


@dataclass(frozen=True)
class Named:
    """A definition, or the total of the scorecard."""

    name: str


Value = Read | Total | Ratio | Less | Growth | Named


@dataclass(frozen=True)
class Compare:
    value: Value
    op: Literal[">=", ">", "<=", "<"]
    level: Level


@dataclass(frozen=True)
class Between:
    """low <= value < high"""

    low: Level
    value: Value
    high: Level


@dataclass(frozen=True)
class Cagr:
    """Compound growth over so many intervals is at least the rate."""

    fact: str
    intervals: int
    rate: Level


@dataclass(frozen=True)
class Age:
    """So many years old at least, or younger."""

    date: str
    op: Literal[">=", "<"]
    years: int


@dataclass(frozen=True)
class Since:
    date: str
    day: datetime.date


@dataclass(frozen=True)
class Flag:
    fact: str
    wanted: bool = True


@dataclass(frozen=True)
class Among:
    """`fact` is a category or the definition `size_class`."""

    fact: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    kind: Literal["all", "any", "none", "at_least"]
    parts: tuple[Test, ...]
    count: int = 0


Test = Compare | Between | Cagr | Age | Since | Flag | Among | Group


@dataclass(frozen=True)
class Fixed:
    pays: Level


@dataclass(frozen=True)
class Rate:
    """A share of a base, or so much for each of it."""

    rate: Level
    of: Value
    cap: Level
    floor: Level | None = None


@dataclass(frozen=True)
class Tiers:
    """Each slice above an edge at its own rate."""

    of: Value
    slices: tuple[tuple[Level, Level], ...]
    cap: Level


@dataclass(frozen=True)
class Bands:
    """The whole amount by bracket: what is paid from each level on, and below the first nothing."""

    of: Value
    brackets: tuple[tuple[Level, Level], ...]


@dataclass(frozen=True)
class Ladder:
    """Paid once, when a level is reached that was not reached in the three years before; the highest one pays."""

    fact: str
    rungs: tuple[tuple[Level, Level], ...]


@dataclass(frozen=True)
class Points:
    each: Level
    cap: Level


Amount = Fixed | Rate | Tiers | Bands | Ladder | Points


@dataclass(frozen=True)
class Measure:
    name: str
    eligible: Group
    amount: Amount


@dataclass(frozen=True)
class Item:
    """One item of the scorecard: points from each level on."""

    name: str
    of: Value
    points: tuple[tuple[Level, int], ...]


StackingForm = Literal[
    "highest", "first", "best", "earliest", "cap, last", "cap, proportional", "intensity, last", "intensity, proportional", "share"
]


@dataclass(frozen=True)
class Stacking:
    """What is done where an enterprise has several of these measures; `best` and `earliest` are what measures that exclude each other keep.

    `limit` is money for a cap, a share of the fact `of` for an intensity.
    """

    form: StackingForm
    measures: tuple[str, ...]
    limit: Level | None = None
    of: str = ""


@dataclass(frozen=True)
class Policy:
    """Conditions that all measures share, derived facts, one scorecard, the sizes of the decision table, the measures and how they stack."""

    shared: tuple[Test, ...]
    definitions: dict[str, Value]
    scorecard: tuple[Item, ...]
    sizes: tuple[tuple[str, Level, Level], ...]  # size, least employees, least revenue; the first that fits, else `micro`
    measures: tuple[Measure, ...]
    stacking: tuple[Stacking, ...]


# ---------------------------------------------------------------- levels


def money(ten_thousands: float) -> Level:
    return Level(ten_thousands * 10_000, f"{_plain(ten_thousands)}万元" if ten_thousands < 10_000 else f"{_plain(ten_thousands / 10_000)}亿元")


def percent(rate: float) -> Level:
    return Level(rate / 100, f"{_plain(rate)}%")


def _plain(figure: float) -> str:
    return f"{figure:.6f}".rstrip("0").rstrip(".")


def _round_figure(figure: float) -> float:
    """To one or two digits, as texts have it."""
    digits = 10 ** (len(str(int(figure))) - 1) if figure >= 1 else 1
    return max(round(figure / digits * 2) / 2 * digits, 1)


def _level(fact: Fact, share: float) -> Level:
    """A round figure near a multiple of the fact's middling value."""
    if fact.kind == "share":
        return percent(max(round(fact.usual * share * 100), 1))
    figure = _round_figure(fact.usual * share)
    if fact.kind == "money":
        return money(figure)
    figure = max(round(figure), 1)
    return Level(figure, f"{figure}{fact.unit}")


# ---------------------------------------------------------------- drawing a policy

DEFINITIONS: dict[str, Value] = {
    "rd_intensity": Ratio(Read("rd_expense"), Read("revenue")),
    "rd_intensity_of_three_years": Ratio(Total("rd_expense", 3), Total("revenue", 3)),
    "gross_margin": Ratio(Less(Read("revenue"), Read("operating_cost")), Read("revenue")),
    "debt_ratio": Ratio(Read("total_liabilities"), Read("total_assets")),
    "rd_staff_share": Ratio(Read("rd_staff"), Read("employees")),
    "export_share": Ratio(Read("export_value"), Read("revenue")),
    "tax_per_mu": Ratio(Read("tax_paid"), Read("land_area")),
    "output_per_head": Ratio(Read("revenue"), Read("employees")),
    "profit_margin": Ratio(Read("net_profit"), Read("revenue")),
    "net_assets": Less(Read("total_assets"), Read("total_liabilities")),
}
RATIOS = {
    "rd_intensity": (2, 3, 4, 5, 6), "rd_intensity_of_three_years": (2, 3, 5), "gross_margin": (10, 20, 30), "rd_staff_share": (10, 15, 20, 30),
    "export_share": (10, 20, 30), "profit_margin": (3, 5, 8),
}  # fmt: skip
SHARED: tuple[Test, ...] = (Flag("dishonest", False), Flag("violation", False))
SCORECARD = (
    Item("intensity", Named("rd_intensity"), ((percent(6), 20), (percent(4), 15), (percent(2), 8))),
    Item("people", Named("rd_staff_share"), ((percent(30), 20), (percent(20), 15), (percent(10), 10))),
    Item("growth", Growth("revenue"), ((percent(30), 20), (percent(20), 15), (percent(10), 10))),
    Item("patents", Read("inventions"), ((Level(5, "5件"), 20), (Level(3, "3件"), 12), (Level(1, "1件"), 6))),
    Item("margin", Named("gross_margin"), ((percent(40), 20), (percent(30), 12), (percent(20), 6))),
)
SIZES = (
    ("large", Level(300, "300人"), money(40_000)),
    ("medium", Level(100, "100人"), money(5_000)),
    ("small", Level(20, "20人"), money(300)),
)
GROWING = ("revenue", "tax_paid", "rd_expense", "employees", "total_assets", "wages")
SUMMED = ("rd_expense", "fixed_investment", "revenue", "tax_paid", "patents")
_WEIGHTS = {
    "level": 14, "chain": 8, "ratio": 14, "growth": 8, "cagr": 4, "total": 5, "age": 8, "since": 4, "among": 11, "size": 4, "flag": 16, "points": 2,
    "difference": 2,
}  # fmt: skip
_KINDS = [name for name, weight in _WEIGHTS.items() for _ in range(weight)]


def make_policy(count: int = 100, seed: int = SEED) -> Policy:
    """The same policy for the same seed."""
    rng = random.Random(seed)
    measures = tuple(Measure(f"measure_{number:03}", _eligible(rng), _amount(rng, number)) for number in range(count))
    names = [measure.name for measure in measures]
    stacking = (rule for start in range(0, count, STACKED_TOGETHER) for rule in _stacking(names[start : start + STACKED_TOGETHER], start, seed))
    return Policy(SHARED, DEFINITIONS, SCORECARD, SIZES, measures, tuple(stacking))


STACKED_TOGETHER = 25  # measures among which the same rules are drawn, however many measures there are
_STACKING: tuple[StackingForm, ...] = (
    "highest", "cap, last", "first", "best", "share",
    "highest", "first", "cap, proportional", "earliest", "highest",
    "highest", "cap, last", "best", "intensity, proportional", "share",
    "highest", "first", "cap, proportional", "earliest", "intensity, last",
)  # fmt: skip


def _stacking(names: list[str], start: int, seed: int) -> Iterator[Stacking]:
    """Five rules over three fifths of 25 measures; each rule has measures of its own, and may have one of another rule's."""
    rng = random.Random(f"{seed} {start}")
    stacked = rng.sample(names, len(names) * 3 // 5)
    at = start // 5
    for rule, form in enumerate(_STACKING[(at + n) % len(_STACKING)] for n in range(len(names) // 5)):
        own = stacked[rule::5]
        others = [name for name in stacked if name not in own]
        listed = tuple(sorted([*own, *rng.sample(others, rng.randint(0, 3 if form.startswith(("cap", "intensity")) else 1))]))
        if form.startswith("cap"):
            yield Stacking(form, listed, money(rng.choice([20, 50, 100, 200])))
        elif form.startswith("intensity"):
            yield Stacking(form, listed, percent(rng.choice([10, 30, 50])), rng.choice(["fixed_investment", "rd_expense"]))
        else:
            yield Stacking(form, listed)


def _figures(*kinds: Kind, period: str | None = None) -> list[Fact]:
    return [fact for fact in FACTS.values() if fact.kind in kinds and not fact.negative and period in (None, fact.period)]


def _eligible(rng: random.Random) -> Group:
    parts: list[Test] = []
    tested: set[str] = set()
    for _ in range(rng.randint(3, 6)):
        match rng.choices(["test", "any", "none", "at_least"], [66, 19, 8, 7])[0]:
            case "test":
                parts.append(_other_test(rng, tested))
            case "any":
                parts.append(Group("any", tuple(_branch(rng, tested) for _ in range(rng.randint(2, 3)))))
            case "none":
                parts.append(Group("none", tuple(Flag(id) for id in rng.sample(_flags(), rng.randint(1, 2)))))
            case _:
                size = rng.randint(3, 4)
                parts.append(Group("at_least", tuple(_other_test(rng, tested) for _ in range(size)), rng.randint(2, size - 1)))
    return Group("all", tuple(parts))


def _branch(rng: random.Random, tested: set[str]) -> Test:
    return Group("all", tuple(_other_test(rng, tested) for _ in range(2))) if rng.random() < 0.35 else _other_test(rng, tested)


def _other_test(rng: random.Random, tested: set[str]) -> Test:
    """A test of something that the measure does not test yet."""
    while (test := _test(rng)) and (subject := _subject(test)) in tested:
        pass
    tested.add(subject)
    return test


def _subject(test: Test) -> str:
    match test:
        case Compare(value) | Between(_, value):
            return repr(value)
        case Cagr(fact) | Flag(fact) | Among(fact):
            return f"{type(test).__name__} {fact}"
        case Age(date) | Since(date):
            return date
        case Group():
            raise TypeError("a group has no single subject")


def _flags() -> list[str]:
    return [fact.id for fact in FACTS.values() if fact.kind == "flag" and fact.id not in ("dishonest", "violation")]


def _test(rng: random.Random) -> Test:
    match rng.choice(_KINDS):
        case "level":
            fact = rng.choice(_figures("money", "count", "number", "share"))
            op = rng.choice([">=", ">=", ">=", ">"]) if fact.period == "year" or rng.random() < 0.9 else "<="
            return Compare(Read(fact.id), op, _level(fact, rng.choice([0.1, 0.2, 0.5, 1])))
        case "chain":
            fact = rng.choice([FACTS["revenue"], FACTS["revenue"], FACTS["employees"], FACTS["total_assets"], FACTS["registered_capital"]])
            return Between(_level(fact, rng.choice([0.1, 0.2, 0.4])), Read(fact.id), _level(fact, rng.choice([2, 4, 20])))
        case "ratio":
            name = rng.choice([*RATIOS, "debt_ratio", "tax_per_mu", "output_per_head"])
            if name == "debt_ratio":
                return Compare(Named(name), "<=", percent(rng.choice([60, 70, 80])))
            if name in RATIOS:
                return Compare(Named(name), ">=", percent(rng.choice(RATIOS[name])))
            if name == "tax_per_mu":
                ten_thousands = rng.choice([5, 10, 20])
                return Compare(Named(name), ">=", Level(ten_thousands * 10_000, f"{ten_thousands}万元/亩"))
            ten_thousands = rng.choice([30, 50, 80])
            return Compare(Named(name), ">=", Level(ten_thousands * 10_000, f"{ten_thousands}万元/人"))
        case "growth":
            return Compare(Growth(rng.choice(GROWING)), rng.choice([">=", ">="]), percent(rng.choice([5, 10, 15, 20, 30])))
        case "cagr":
            return Cagr(rng.choice(["revenue", "revenue", "tax_paid", "rd_expense"]), rng.choice([2, 3]), percent(rng.choice([10, 15, 20, 25])))
        case "total":
            fact, years = FACTS[rng.choice(SUMMED)], rng.choice([2, 3])
            return Compare(Total(fact.id, years), ">=", _level(fact, years * rng.choice([0.2, 0.5, 1])))
        case "age":
            return Age("established", rng.choice([">=", ">=", "<"]), rng.choice([1, 2, 3, 5, 10]))
        case "since":
            date = rng.choice(["established", "building_since", "listed_on", "moved_in_on", "recognised_on"])
            return Since(date, datetime.date(rng.choice([2018, 2020, 2021, 2022]), rng.choice([1, 7]), 1))
        case "among":
            fact = FACTS[rng.choice(["industry", "industry", "industry", "ownership", "rating", "centre_level", "market"])]
            if fact.id == "industry":
                return Among("industry", tuple(sorted(rng.sample("CFGHIJLM", rng.randint(1, 3)))))
            return Among(fact.id, tuple(sorted(rng.sample(fact.codes, rng.randint(1, len(fact.codes) - 1)))))
        case "size":
            return Among("size_class", rng.choice([("small", "micro"), ("medium", "small"), ("large",), ("medium", "small", "micro")]))
        case "points":
            return Compare(Named("innovation.total"), ">=", Level(points := rng.choice([30, 40, 50, 60]), str(points)))
        case "difference":
            return Compare(Named("net_assets"), ">=", money(rng.choice([500, 1000, 2000])))
        case _:
            return Flag(rng.choice(_flags()), rng.random() < 0.8)


_FORMS = ["rate"] * 34 + ["fixed"] * 20 + ["each"] * 8 + ["tiers"] * 12 + ["bands"] * 14 + ["ladder"] * 6 + ["points"] * 6


def _amount(rng: random.Random, number: int) -> Amount:
    """Every form in its share: a hundred measures in a row have each as often as it stands in the list."""
    match _FORMS[number * 37 % len(_FORMS)]:
        case "rate":
            fact = rng.choice(_figures("money"))
            cap = _round_figure(max(fact.usual * rng.choice([0.1, 0.3, 1]), 1))
            floor = money(max(round(cap / 50), 1)) if rng.random() < 0.1 and cap > 50 else None
            return Rate(percent(rng.choice([1, 3, 5, 10, 15, 20, 30, 50])), Read(fact.id), money(cap), floor)
        case "fixed":
            return Fixed(money(rng.choice([1, 3, 5, 10, 20, 30, 50, 100, 300])))
        case "each":
            fact = rng.choice(_figures("count"))
            each = rng.choice([500, 1000, 2000, 5000, 10_000])
            return Rate(Level(each, f"{each}元/{fact.unit}"), Read(fact.id), money(rng.choice([10, 20, 50, 100])))
        case "tiers":
            fact = rng.choice([f for f in _figures("money") if f.usual >= 150])
            edges = [Level(0, "0"), *(_level(fact, share) for share in rng.choice([(0.5,), (0.5, 2), (0.3, 1, 3)]))]
            rates = [percent(rate) for rate in (10, 5, 3, 1)]
            return Tiers(Read(fact.id), tuple(zip(edges, rates, strict=False)), money(rng.choice([50, 100, 200])))
        case "bands":
            fact = rng.choice([FACTS["revenue"], FACTS["tax_paid"], FACTS["rd_expense"], FACTS["fixed_investment"], FACTS["export_value"]])
            pays = sorted(rng.sample([5, 10, 20, 30, 50, 80, 100], 3))
            return Bands(Read(fact.id), tuple((_level(fact, share), money(pay)) for share, pay in zip((0.2, 1, 5), pays, strict=True)))
        case "ladder":
            fact = rng.choice([FACTS["revenue"], FACTS["tax_paid"]])
            pays = sorted(rng.sample([10, 20, 30, 50, 100], 3))
            return Ladder(fact.id, tuple((_level(fact, share), money(pay)) for share, pay in zip((0.4, 1, 4), pays, strict=True)))
        case _:
            return Points(Level(each := rng.choice([500, 1000, 2000]), f"{each}元"), money(rng.choice([5, 10, 20])))
