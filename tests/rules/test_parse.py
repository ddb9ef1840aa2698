"""One line of the rule language: what it says, or where and why it says nothing."""

import datetime
import string
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.rules.parse import parse
from huiqi.rules.syntax import Call, Chain, DateLiteral, Logic, Membership, Name, NoneLiteral, Operation, Quantity, TextLiteral, Truth
from huiqi.vocabulary.problem import Where

HERE = Where("a.yaml", 3, 10)
MORE = settings(max_examples=settings.default.max_examples * 2)


def parsed(text):
    syntax, problems = parse(text, HERE)
    assert problems == [], problems
    return syntax


def refused(text):
    syntax, (problem,) = parse(text, HERE)
    assert syntax is None
    assert problem.code == "rules.syntax"
    return problem


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5", "5", None),
        ("1_000", "1000", None),
        ("0.5", "0.5", None),
        (".5", "0.5", None),
        ("25%", "0.25", None),
        ("33.3333%", "0.333333", None),
        ("5万", "50000", None),
        ("5万元", "50000", "CNY"),
        ("5 万元", "50000", "CNY"),
        ("1.5亿元", "150000000", "CNY"),
        ("1百万元", "1000000", "CNY"),
        ("2千元", "2000", "CNY"),
        ("300 million CNY", "300000000", "CNY"),
        ("3 thousand EUR", "3000", "EUR"),
        ("50人", "50", "person"),
        ("3年", "3", "year"),
        ("30 days", "30", "day"),
        ("3亩", "2000", "m2"),
        ("1公顷", "10000", "m2"),
        ("20万元/亩", "300", "CNY/m2"),
        ("0.5元/kWh", "0.5", "CNY/kWh"),
        ("２０％", "0.2", None),
        ("５万元", "50000", "CNY"),
    ],
)
def test_a_figure_in_base_units(text, value, unit):
    syntax = parsed(text)
    assert isinstance(syntax, Quantity)
    assert syntax.value == Fraction(value)
    assert (None if syntax.unit is None else str(syntax.unit)) == unit


def test_a_unit_does_not_run_on_into_a_name():
    assert parsed("5 tce").unit is not None
    assert refused("5 tcex").message == "tcex is not expected here"


@pytest.mark.parametrize("text", ["1 0", "5 working days", "1e5", "5..6", "5%%"])
def test_what_is_no_figure(text):
    refused(text)


def test_dates():
    assert parsed("2024-02-29") == DateLiteral(0, datetime.date(2024, 2, 29))
    assert refused("2023-02-29").message == "there is no day 2023-02-29"
    assert refused("established >= 2023-02-29").where == HERE.shift(15)


# ---------------------------------------------------------------- names, calls, texts


def test_names_with_years_and_parts():
    assert parsed("revenue") == Name(0, "revenue")
    assert parsed("revenue[-2]") == Name(0, "revenue", -2)
    assert parsed("revenue[0]") == Name(0, "revenue", 0)
    assert parsed("营业收入[-1]") == Name(0, "营业收入", -1)
    assert parsed("card.part.x") == Name(0, "card.part.x")


@pytest.mark.parametrize("text", ["revenue[1]", "revenue[+1]", "revenue[-0.5]", "revenue[-1年]"])
def test_years_go_back(text):
    assert refused(text).hint == "write [-1] for the year before"


def test_calls():
    assert parsed("sum(revenue, 3)") == Call(0, "sum", (Name(4, "revenue"), Quantity(13, Fraction(3), None)))
    assert parsed("now()") == Call(0, "now", ())


def test_texts_truths_and_none():
    assert parsed('"C39"') == TextLiteral(0, "C39")
    assert parsed("'C39'") == TextLiteral(0, "C39")
    assert parsed("“C39”") == TextLiteral(0, "C39")
    assert parsed("true") == Truth(0, True)
    assert parsed("none") == NoneLiteral(0)
    assert parsed("nonesuch") == Name(0, "nonesuch")
    assert parsed("order") == Name(0, "order")


# ---------------------------------------------------------------- operations


def test_products_before_sums_and_from_the_left():
    assert parsed("1 - 2 * 3 - 4") == Operation(
        10, "-", Operation(2, "-", Quantity(0, Fraction(1), None), Operation(6, "*", Quantity(4, Fraction(2), None), Quantity(8, Fraction(3), None))), Quantity(12, Fraction(4), None)
    )  # fmt: skip


def test_signs():
    assert parsed("-5%") == Quantity(0, Fraction(-1, 20), None)
    assert parsed("+5") == Quantity(1, Fraction(5), None)
    assert parsed("-x") == Operation(0, "-", Quantity(0, Fraction(0), None), Name(1, "x"))


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("a ≥  5", "a >= 5"),
        ("a ≤  5", "a <= 5"),
        ("a ≠  5", "a != 5"),
        ("a＞＝5", "a>=5"),
        ("a × 5", "a * 5"),
        ("a ÷ 5", "a / 5"),
        ("a − 5", "a - 5"),
        ("（a）", "(a)"),
        ("sum（a，3）", "sum(a,3)"),
    ],
)
def test_signs_as_they_are_typed(typed, plain):
    assert parsed(typed) == parsed(plain)


def test_a_chain_keeps_all_its_terms():
    chain = parsed("1元 <= a < 5元")
    assert isinstance(chain, Chain)
    assert chain.ops == ("<=", "<")
    assert len(chain.terms) == 3


def test_lists():
    assert parsed('a in ["x", "y"]') == Membership(0, Name(0, "a"), "in", (TextLiteral(6, "x"), TextLiteral(11, "y")))
    assert parsed('a not in ["x"]').how == "not in"
    assert parsed('a within "x"').how == "within"
    assert parsed('a within ["x"、"y"]') == parsed('a within ["x","y"]')


def test_not_before_and_before_or():
    syntax = parsed("not a and b or c")
    assert isinstance(syntax, Logic)
    assert syntax.op == "or"
    assert [part.op for part in syntax.parts[:1]] == ["and"]
    assert syntax.parts[0].parts[0] == Logic(0, "not", (Name(4, "a"),))


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 0, "an expression is missing", ""),
        ("   ", 0, "an expression is missing", ""),
        ("a >=", 4, "the line ends too early", "a value, a name or a closing bracket is missing"),
        ("(a", 2, "the line ends too early", "close the bracket; in a [list] a line with a comma stands in quotes"),
        ("a == 5", 3, "= is not expected here", "one = compares"),
        ("a && b", 2, "&& is not expected here", "write `and` (in definitions), or split the line under all:"),
        ("a || b", 2, "|| is not expected here", "write `or` (in definitions), or split the line under any:"),
        ("!a", 0, "!a is not expected here", "write `not`, or != to compare"),
        ("a 5", 2, "5 is not expected here", ""),
        ("a ; b", 2, "; is not expected here", "the character ';' has no meaning here"),
        ("{a}", 0, "{a} is not expected here", "braces are for YAML, not for expressions"),
        ('["x"]', 0, '["x"] is not expected here', ""),
        ("a.", 1, ". is not expected here", "the character '.' has no meaning here"),
        ('"open', 0, '"open is not expected here', "the character '\"' has no meaning here"),
    ],
)
def test_a_line_that_says_nothing(text, column, message, hint):
    problem = refused(text)
    assert (problem.where, problem.message, problem.hint) == (HERE.shift(column), message, hint)


def test_a_line_has_an_end():
    assert refused("a + " * 300 + "a").message == "a line has at most 1000 characters"


def test_a_line_has_a_depth():
    assert parsed("(" * 30 + "a" + ")" * 30)
    assert refused("(" * 50 + "a" + ")" * 50).message == "nested more than 40 deep"
    assert refused("-" * 500 + "a").message == "nested more than 40 deep"
    assert refused("not " * 60 + "a").message == "nested more than 40 deep"


def test_a_long_sum_is_nested_as_deeply_as_it_is_long():
    assert refused(" + ".join(["a"] * 60)).hint == "move a part into definitions"


WORDS = st.sampled_from(
    [
        "revenue",
        "5万元",
        "25%",
        "and",
        "or",
        "not",
        "in",
        "within",
        "sum",
        "(",
        ")",
        "[",
        "]",
        ",",
        "-1",
        ">=",
        "<",
        "=",
        "+",
        "*",
        "/",
        '"x"',
        "2024-06-30",
        "none",
        "，",
        "（",
        "）",
        "１",
    ]
)


@MORE
@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_words_give_a_tree_or_a_problem(text):
    syntax, problems = parse(text, HERE)
    assert (syntax is None) == bool(problems)
    for problem in problems:
        assert problem.where.line == 3
        assert HERE.column <= problem.where.column <= HERE.column + len(text)
        assert problem.message


@MORE
@given(st.text(st.sampled_from(string.printable + "万亿元％（）“”，年"), max_size=30))
def test_any_characters_give_a_tree_or_a_problem(text):
    syntax, problems = parse(text, HERE)
    assert (syntax is None) == bool(problems)
