"""A measure's fingerprint: what changes it, and what does not."""

import dataclasses
import datetime
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

import arbitrary
from huiqi.facts.schema import Code, CodeList, Fact
from huiqi.rules import fingerprint as module
from huiqi.rules import tree
from huiqi.rules.compile import Measure
from huiqi.rules.context import Document
from huiqi.rules.fingerprint import fingerprint
from huiqi.rules.library import read_library
from huiqi.rules.tree import FactFigure, FactFlag, Figure
from huiqi.vocabulary.ranges import INFINITY
from huiqi.vocabulary.record import words
from huiqi.vocabulary.unit import PERCENT, UNITS
from worked import PACK, SHARED, rules_of, write

CORE = """
title: {en: Core, zh: 核心}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
conditions:
  law: {test: honest, clause: 第一条, label: {en: law-abiding, zh: 守法}}
definitions:
  lowest: {value: 2%, label: {en: lowest, zh: 最低}}
  wanted: {value: lowest * 2, label: {en: wanted, zh: 要求}}
  intense: {value: expense / revenue >= wanted, label: {en: intense, zh: 高强度}}
  size: {table: size.csv, label: {en: size, zh: 规模}}
"""
TABLE = "staff,-> size: trade\n>= 300人,make\n,rest\n"
POLICY = arbitrary.POLICY.format(policy="a") + """
scorecards:
  points:
    title: {en: Points, zh: 评分}
    clause: 第二条
    decimals: 2
    among: trade
    items:
      growth: {label: {en: growth, zh: 增长}, of: growth(revenue), bands: {'>= 30%': 20, else: 0}, max: 20}
    classes: {A: top 20%, B: next 30%, C: rest}
measures:
  grant:
    kind: grant
    title: {en: Grant, zh: 补助}
    clause: 第三条
    eligible:
      all:
        - intense
        - any:
            - size in ["make"]
            - points.class = "A"
            - points.total >= 10
        - star
    amount: {rate: 10%, of: expense, cap: 100万元}
  star_firm:
    kind: recognition
    title: {en: Star, zh: 明星}
    clause: 第四条
    gives: star
    eligible: years_since(established) >= 3
  other:
    kind: service
    title: {en: Other, zh: 其他}
    clause: 第五条
    eligible: loan >= 1万元
"""  # fmt: skip
FILES = SHARED | PACK | {"p/core.yaml": CORE, "p/special/a.yaml": POLICY, "p/tables/size.csv": TABLE}


def prints(folder, changes=(), law_on="2024-06-30", files=FILES):
    """The fingerprints of the measures by key; a change is (file, old, new)."""
    for file, old, new in changes:
        assert old in files[file], old
        files = files | {file: files[file].replace(old, new)}
    library, problems = read_library([write(folder, files) / "p"])
    assert not problems, "\n".join(map(str, problems))
    rules = library.rules(datetime.date.fromisoformat(law_on))
    return {measure.key: fingerprint(measure, rules) for measure in rules.measures}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return prints(tmp_path_factory.mktemp("before"))


def test_it_is_a_hash_of_its_own_for_every_measure(before):
    assert len(set(before.values())) == 3
    assert all(len(found) == 64 and int(found, 16) for found in before.values())


SILENT = {
    "a title": ("p/special/a.yaml", "{en: Grant, zh: 补助}", "{en: Subsidy, zh: 补贴}"),
    "a clause": ("p/special/a.yaml", "第三条", "第三十条"),
    "a document's number": ("p/special/a.yaml", "document: 测试", "document: 测试〔2024〕1号"),
    "a comment": ("p/special/a.yaml", "measures:", "# here they are\n\nmeasures:"),
    "the source": ("p/special/a.yaml", "made up", "invented"),
    "a label of a definition": ("p/core.yaml", "{en: wanted, zh: 要求}", "{en: asked for, zh: 规定}"),
    "a label of a condition": ("p/core.yaml", "law-abiding", "honest"),
    "a label of a fact": ("facts/enterprise.yaml", "{en: Expense, zh: 研发费用}", "{en: Research, zh: 研究费用}"),
    "a question": ("facts/enterprise.yaml", "How much in {year}", "How much was it in {year}"),
    "a label of a code": ("facts/codes/trade.csv", "Chips,芯片", "Semiconductors,半导体"),
    "a label of a place": ("places.yaml", "Zhejiang", "Chekiang"),
    "a definition's name": ("p/core.yaml", "lowest", "least_share"),
    "how a figure is written": ("p/special/a.yaml", "100万元", "1000000元"),
    "the order of tests": ("p/special/a.yaml", '            - points.class = "A"\n            - points.total >= 10\n',
                           '            - points.total >= 10\n            - points.class = "A"\n'),
    "the range of a fact that no measure reads": ("facts/enterprise.yaml", "stake: {type: share,", "stake: {type: share, range: [0, 50%],"),
}  # fmt: skip


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
def test_it_stays_when_only_words_change(before, tmp_path, change):
    assert prints(tmp_path, [change]) == before


TOLD = {
    "a rate": ({"grant"}, "p/special/a.yaml", "rate: 10%", "rate: 12%"),
    "a cap": ({"grant"}, "p/special/a.yaml", "100万元", "200万元"),
    "a test": ({"grant"}, "p/special/a.yaml", "points.total >= 10", "points.total > 10"),
    "a figure three definitions down": ({"grant"}, "p/core.yaml", "lowest: {value: 2%", "lowest: {value: 3%"),
    "a cell of a table": ({"grant"}, "p/tables/size.csv", "300人", "200人"),
    "points": ({"grant"}, "p/special/a.yaml", "'>= 30%': 20", "'>= 30%': 15"),
    "a class by rank": ({"grant"}, "p/special/a.yaml", "top 20%, B: next 30%", "top 25%, B: next 30%"),
    "who is ranked together": ({"grant"}, "p/special/a.yaml", "among: trade", "among: rank"),
    "the measure that gives a recognition it reads": ({"grant", "star_firm"}, "p/special/a.yaml", ") >= 3", ") >= 4"),
    "another measure": ({"other"}, "p/special/a.yaml", "loan >= 1万元", "loan >= 2万元"),
    "a condition of the core": ({"grant", "star_firm", "other"}, "p/core.yaml", "test: honest", "test: not honest"),
    "the range of a fact": ({"grant"}, "facts/enterprise.yaml", "range: [0, 1000000]", "range: [0, 2000000]"),
    "the decimals of a fact": ({"other"}, "facts/enterprise.yaml", "loan: {type: money,", "loan: {type: money, decimals: 0,"),
    "a code more": ({"grant"}, "facts/codes/trade.csv", "rest,,Rest", "farm,,Farming,种植\nrest,,Rest"),
    "a code under another": ({"grant"}, "facts/codes/trade.csv", "sell,,", "sell,rest,"),
    "a place more": ({"grant", "star_firm", "other"}, "places.yaml", "sx: {", "jx: {level: city, parent: zj, label: {en: Jiaxing, zh: 嘉兴}}\nsx: {"),
    "what a year before which is none": ({"grant"}, "facts/enterprise.yaml", "born: established", "born: ended"),
}  # fmt: skip


@pytest.mark.parametrize("change", TOLD.values(), ids=TOLD)
def test_it_changes_for_those_that_read_what_changes(before, tmp_path, change):
    touched, *change = change
    after = prints(tmp_path, [change])
    assert {key for key in before if before[key] != after[key]} == touched


def test_the_currency_of_an_amount_counts(tmp_path):
    yuan = ("p/special/a.yaml", "{rate: 10%, of: expense, cap: 100万元}", "100元")
    euro = (*yuan[:2], "100 EUR")
    before = prints(tmp_path / "cny", [yuan])
    after = prints(tmp_path / "eur", [euro, ("p/pack.yaml", "place: zj", "place: zj\ncurrency: EUR")])
    assert {key for key in before if before[key] != after[key]} == {"grant"}


def test_another_edition_on_another_day(tmp_path):
    changed = ("p/core.yaml", "{value: 2%, ", "{values: {2020-01-01: 2%, 2025-01-01: 3%}, ")
    early, late = (prints(tmp_path, [changed], day) for day in ("2024-06-30", "2025-06-30"))
    assert {key for key in early if early[key] != late[key]} == {"grant"}


def test_it_is_the_same_in_another_process(before, tmp_path):
    write(tmp_path, FILES)
    code = (
        "import datetime; from huiqi.rules.library import read_library; from huiqi.rules.fingerprint import fingerprint\n"
        f"rules = read_library([{str(tmp_path / 'p')!r}])[0].rules(datetime.date(2024, 6, 30))\n"
        "print({measure.key: fingerprint(measure, rules) for measure in reversed(rules.measures)} )"
    )
    for seed in ("1", "2"):
        said = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        assert eval(said.stdout) == before


def test_another_version_has_other_fingerprints(before, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SEMANTICS", module.SEMANTICS + 1)
    assert not set(prints(tmp_path).values()) & set(before.values())


# ---------------------------------------------------------------- every kind of node


RULES = rules_of({"p/core.yaml": CORE, "p/special/a.yaml": POLICY, "p/tables/size.csv": TABLE})
FACTS = RULES.schemas["enterprise"].facts
CODES = CodeList("grades", {id: Code(id, words(id, id)) for id in "AB"})
OTHERS = CodeList("grades", {id: Code(id, words(id, id)) for id in "BA"})
ONE, TWO, YES, NO = Figure(Fraction(1)), Figure(Fraction(2)), FactFlag(FACTS["listed"]), FactFlag(FACTS["honest"])
TRADE, RANK = tree.FactCode(FACTS["trade"]), tree.FactCode(FACTS["rank"])
GROUP = tree.GroupRule("group", words("group", "集团"), Fraction(1, 2), Fraction(1, 4))

#: Of each kind of node one, another value of each field that counts, and of each that is there for the reader alone.
NODES = [
    (ONE, {"value": Fraction(2)}, {"unit": PERCENT}),
    (FactFigure(FACTS["revenue"]), {"fact": FACTS["expense"], "year": -1}, {}),
    (tree.Arithmetic("+", ONE, TWO), {"op": "-", "left": TWO, "right": ONE}, {}),
    (tree.Present(ONE), {"of": TWO}, {}),
    (tree.Rounded(ONE, Fraction(1), "up"), {"of": TWO, "step": Fraction(1, 2), "direction": "down"}, {}),
    (tree.Tally((YES, NO)), {"parts": (YES,)}, {}),
    (tree.Since(FactFigure(FACTS["established"]), "years"), {"date": FactFigure(FACTS["ended"]), "unit": "days"}, {}),
    (tree.YearOf(FactFigure(FACTS["established"])), {"date": FactFigure(FACTS["ended"])}, {}),
    (tree.Between(ONE, TWO), {"low": TWO, "high": None}, {}),
    (tree.Related(GROUP, FACTS["revenue"]), {"rule": replace(GROUP, linked_above=Fraction(1, 3)), "fact": None, "year": -1}, {}),
    (tree.Related(GROUP, None), {"rule": replace(GROUP, partner_from=None)}, {"rule": replace(GROUP, name="other")}),
    (tree.Absence(), {}, {}),
    (tree.CodeValue("A", CODES), {"value": "B", "codes": OTHERS}, {}),
    (TRADE, {"fact": FACTS["rank"], "year": -1}, {}),
    (tree.RankClass("p/a-1/points", CODES, ONE), {"scorecard": "p/a-1/none", "codes": OTHERS, "total": TWO}, {}),
    (tree.Choose(YES, ONE, TWO), {"condition": NO, "then": TWO, "otherwise": ONE}, {}),
    (tree.Constant(True), {"value": False}, {}),
    (YES, {"fact": FACTS["honest"], "year": -1}, {}),
    (tree.Compare(">", ONE, TWO), {"op": ">=", "left": TWO, "right": ONE}, {}),
    (tree.GrowthCompare(">", ONE, TWO, 2, Fraction(1)), {"op": ">=", "last": TWO, "first": ONE, "intervals": 3, "rate": Fraction(2)}, {}),
    (tree.OneOf(TRADE, frozenset({"make"})), {"of": RANK, "wanted": frozenset({"make", "sell"}), "negated": True}, {}),
    (tree.SameCode(TRADE, RANK), {"left": RANK, "right": TRADE}, {}),
    (tree.Exists(RANK), {"of": TRADE}, {}),
    (tree.All((YES, NO)), {"parts": (YES,)}, {"parts": (NO, YES, NO)}),
    (tree.Any((YES, NO)), {"parts": (YES,)}, {"parts": (NO, YES, NO)}),
    (tree.Not(YES), {"part": NO}, {}),
    (tree.AtLeast(1, (YES, NO)), {"count": 2, "parts": (YES, NO, NO)}, {}),
    (tree.Recognised(FACTS["star"], YES, ("p/a/m",)), {"fact": FACTS["honest"], "outcome": NO}, {"measures": ()}),
    (tree.Named("x", words("x", "x"), ONE), {"body": TWO}, {"name": "y", "label": words("y", "y"), "year": -1}),
    (tree.Called("f", (TWO,), ONE), {"body": TWO}, {"name": "g", "arguments": ()}),
]


def written(node):
    return module._Writer(RULES).part(node)


@pytest.mark.parametrize(("node", "told", "silent"), NODES, ids=[type(node).__name__ for node, _, _ in NODES])
def test_every_field_of_a_node_counts_save_what_is_for_the_reader(node, told, silent):
    for name, value in told.items():
        assert written(replace(node, **{name: value})) != written(node), name
    for name, value in silent.items():
        assert written(replace(node, **{name: value})) == written(node), name
    assert {field.name for field in dataclasses.fields(node)} <= {*told, *silent} | ({"fact", "year"} if isinstance(node, tree.Related) else set())


def test_every_kind_of_node_is_among_them():
    kinds = {kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, tree.Node)} - {tree.Node}
    assert kinds == {type(node) for node, _, _ in NODES}
    assert kinds == module._LEAVES.keys() | module._FORMS.keys()


def test_a_kind_of_node_that_is_not_known_is_refused():
    class Odd(tree.Figure):
        pass

    with pytest.raises(TypeError, match="Odd has no fingerprint"):
        written(tree.All((tree.Compare(">", Odd(Fraction(1)), ONE),)))


def test_no_two_of_them_are_written_alike():
    assert len({written(node) for node, _, _ in NODES}) == len(NODES) - 2  # a name and a call are their body


REVENUE = FACTS["revenue"]


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "revenue_2"}, {"kind": "number"}, {"period": "day"}, {"unit": UNITS["USD"]}, {"unit": UNITS["mu"]},
        {"decimals": 0}, {"low": Fraction(1)}, {"low": -INFINITY}, {"high": Fraction(1)}, {"optional": True}, {"codes": CODES},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_fact_can_be_counts(changed):
    assert written(FactFigure(replace(REVENUE, **changed))) != written(FactFigure(REVENUE))


def test_of_a_fact_nothing_is_forgotten():
    reader = {"label", "question", "unit_text", "note", "where", "concerns"}
    counted = {"id", "subject", "kind", "period", "unit", "decimals", "low", "high", "codes", "optional"}
    assert {field.name for field in dataclasses.fields(Fact)} == reader | counted


def test_of_a_measure_nothing_is_forgotten():
    """Name, edition and text are for the reader; of the record only the subject and, through the document, the currency count."""
    assert {field.name for field in dataclasses.fields(Measure)} == {"name", "key", "document", "record", "eligible", "amount", "where"}
    assert {field.name for field in dataclasses.fields(Document)} == {"pack", "record", "file"}


def test_parts_that_many_share_are_written_once():
    node = ONE
    for _ in range(200):
        node = tree.Arithmetic("+", node, node)
    assert len(written(node)) < module.LONGEST
