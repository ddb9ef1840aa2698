"""Derived facts: an expression, the first choice that holds, bands of another figure, a table."""

import pytest

from worked import firm, found, problems_of, rules

OLD = {"established": "2010-01-01"}


def define(text, **tables):
    """Rules with the definitions in that text."""
    return rules("definitions:\n" + "\n".join(f"  {line}" for line in text.strip().splitlines()) + "\n", **tables)


def faults(text, **tables):
    return problems_of("definitions:\n" + "\n".join(f"  {line}" for line in text.strip().splitlines()) + "\n", **tables)


LABEL = "label: {en: D, zh: 派生}"


# ---------------------------------------------------------------- value


def test_a_name_for_an_expression():
    of = define(f"intensity: {{value: expense / revenue, {LABEL}}}")
    assert found("intensity", firm(revenue="200万元", expense="6万元"), of) == "0.03"
    assert found("intensity >= 3%", firm(revenue="200万元", expense="6万元"), of) == "yes"


def test_a_definition_is_read_in_earlier_years_too():
    of = define(f"intensity: {{value: expense / revenue, {LABEL}}}")
    known = firm(**OLD, revenue={2023: "100元", 2022: "100元"}, expense={2023: "5元", 2022: "3元"})
    assert found("intensity - intensity[-1]", known, of) == "0.02"
    assert found("each(intensity, 2) >= 4%", known, of) == "no"


def test_definitions_stand_on_definitions():
    of = define(f"""
double: {{value: loan * 2, {LABEL}}}
fourfold: {{value: double * 2, {LABEL}}}
""")
    assert found("fourfold", firm(loan="3元"), of) == "12"


def test_a_definition_can_be_a_test():
    of = define(f"small: {{value: staff < 300 or revenue < 2000万元, {LABEL}}}")
    assert found("small", firm(**OLD, staff="299"), of) == "yes"
    assert found("small", firm(**OLD, staff="300", revenue="2000万元"), of) == "no"
    assert found("not small", firm(**OLD, staff="300"), of) == "depends"
    assert found("small and listed", firm(**OLD, staff="299", listed="false"), of) == "no"


def test_a_circle_of_definitions_is_told_with_all_its_steps():
    circle = faults(f"""
a: {{value: b + 1元, {LABEL}}}
b: {{value: c + 1元, {LABEL}}}
c: {{value: a + 1元, {LABEL}}}
""")
    assert [(p.code, p.message) for p in circle] == [("rules.circle", "this leads back to itself: p/a-1: a > p/a-1: b > p/a-1: c > p/a-1: a")]


def test_a_definition_of_itself_a_year_ago_is_a_circle_too():
    (problem,) = faults(f"a: {{value: 'a[-1] + revenue', {LABEL}}}")
    assert problem.code == "rules.circle"


def test_a_circle_through_a_table_and_a_scorecard():
    table = "d,-> x\n>= 5,1\n,0\n"
    (problem,) = faults(f"d: {{table: t.csv, {LABEL}}}", t=table)
    assert problem.message == "this leads back to itself: p/a-1: d > p/a-1: t.csv > p/a-1: d"
    policy = "scorecards:\n  card: {title: {en: S, zh: 评}, clause: 一, items: {a: {label: {en: A, zh: 甲}, points: card.total, max: 9}}}\n"
    (problem,) = problems_of(policy)
    assert problem.message == "this leads back to itself: p/a-1: card > p/a-1: card"


def test_a_measure_that_reads_a_circle_is_not_silently_left_out():
    policy = f"definitions:\n  a: {{value: a + 1元, {LABEL}}}\nmeasures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: service, eligible: a > 5元}}\n"
    assert [p.code for p in problems_of(policy)] == ["rules.circle"]


def test_a_definition_takes_one_form():
    assert [p.code for p in faults(f"a: {{{LABEL}}}")] == ["rules.definition"]
    assert [p.code for p in faults(f"a: {{value: loan, table: t.csv, {LABEL}}}")] == ["rules.definition"]
    assert [p.code for p in faults(f"a: {{value: loan, of: loan, {LABEL}}}")] == ["rules.definition"]


def test_a_definition_does_not_take_the_name_of_a_fact():
    of = problems_of(
        f"definitions:\n  loan: {{value: revenue * 2, {LABEL}}}\nmeasures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, amount: loan}}\n"
    )
    assert [(p.code, p.message) for p in of] == [("rules.same-name", "loan is both a fact and a definition")]


# ---------------------------------------------------------------- choose


SIZE = f"""
size:
  choose:
    - {{if: staff >= 1000 and revenue >= 4亿元, then: make}}
    - {{if: staff >= 300 and revenue >= 2000万元, then: sell}}
    - {{else: rest}}
  codes: trade
  {LABEL}
"""


@pytest.mark.parametrize(
    ("staff", "revenue", "size"),
    [
        ("1000", "4亿元", "make"),
        ("999", "4亿元", "sell"),
        ("1000", "399999999.99元", "sell"),
        ("300", "2000万元", "sell"),
        ("299", "9亿元", "rest"),
        ("1000", "", "make | rest | sell"),
        ("300", "", "rest | sell"),
        ("", "2000万元", "rest | sell"),
        ("299", "", "rest"),
    ],
)
def test_the_first_choice_that_holds(staff, revenue, size):
    assert found("size", firm(**OLD, staff=staff, revenue=revenue), define(SIZE)) == size


def test_without_a_choice_that_holds_there_is_no_value():
    of = define(f"size: {{choose: [{{if: listed, then: 5元}}, {{if: honest, then: 3元}}], {LABEL}}}")
    assert found("size", firm(listed="false", honest="false"), of) == "none"
    assert found("size", firm(listed="false"), of) == "3 or none"
    assert found("size", firm(listed="true"), of) == "5"
    assert found("size", firm(), of) == "3 .. 5 or none"


def test_a_choice_of_codes_without_one_that_holds():
    of = define(f"size: {{choose: [{{if: listed, then: make}}], codes: trade, {LABEL}}}")
    assert found("size", firm(listed="false"), of) == "none"
    assert found("size", firm(), of) == "make | none"
    assert found('size = "make"', firm(), of) == "depends"
    assert found('size != "make"', firm(listed="false"), of) == "no"


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ("[{if: listed, then: 5元}, {else: 3人}]", "rules.type"),
        ("[{else: 3元}, {if: listed, then: 5元}]", "rules.definition"),
        ("[{if: listed}]", "rules.definition"),
        ("[{else: 3元}]", "rules.definition"),
        ("[]", "rules.definition"),
        ("[{if: loan, then: 5元}]", "rules.type"),
    ],
)
def test_choices_that_cannot_be(choices, code):
    assert [p.code for p in faults(f"a: {{choose: {choices}, {LABEL}}}")] == [code]


def test_choices_of_a_code_that_is_not_in_the_list():
    (problem,) = faults(f"a: {{choose: [{{if: listed, then: maker}}, {{else: rest}}], codes: trade, {LABEL}}}")
    assert (problem.code, problem.hint) == ("rules.unknown-code", "its codes are make, chips, sell, rest")


# ---------------------------------------------------------------- bands


POINTS = f"points: {{of: growth(revenue), bands: {{'>= 35%': 10, '>= 25%': 8, '5% ..< 25%': 4, else: 0}}, {LABEL}}}"


@pytest.mark.parametrize(
    ("revenue", "points"), [("135元", "10"), ("134.99元", "8"), ("125元", "8"), ("124.99元", "4"), ("105元", "4"), ("104.99元", "0")]
)
def test_the_first_band_that_takes_the_figure_in(revenue, points):
    assert found("points", firm(**OLD, revenue={2023: revenue, 2022: "100元"}), define(POINTS)) == points


def test_bands_of_an_unknown_figure():
    assert found("points", firm(**OLD, revenue={2022: "100元"}), define(POINTS)) == "0 .. 10"


def test_else_takes_in_what_has_no_value():
    """The growth over a year without revenue is in no band, so it is in the rest."""
    assert found("points", firm(**OLD, revenue={2023: "5元", 2022: "0元"}), define(POINTS)) == "0"


def test_bands_without_else_can_leave_no_value():
    of = define(f"points: {{of: staff, bands: {{'10 .. 20': 1, '> 30': 2}}, {LABEL}}}")
    assert [found("points", firm(**OLD, staff=staff), of) for staff in ("9", "10", "20", "21", "30", "31")] == ["none", "1", "1", "none", "none", "2"]


def test_bands_can_give_codes():
    of = define(f"size: {{of: staff, bands: {{'>= 300': make, else: rest}}, codes: trade, {LABEL}}}")
    assert found("size", firm(**OLD, staff="300"), of) == "make"
    assert found("size", firm(**OLD), of) == "make | rest"


# ---------------------------------------------------------------- tables


FLOORS = "trade,-> staff,-> revenue\nmake,300,2000万元\nsell,20,500万元\n"


def test_the_columns_of_a_table():
    of = define(f"floors: {{table: floors.csv, {LABEL}}}", floors=FLOORS)
    assert found("floors.staff", firm(trade="chips"), of) == "300"
    assert found("revenue >= floors.revenue", firm(**OLD, trade="sell", revenue="500万元"), of) == "yes"
    assert found("floors.staff", firm(trade="rest"), of) == "none"
    assert found("floors.staff", firm(), of) == "20 .. 300 or none"


def test_a_table_with_one_column_is_a_single_value():
    of = define(f"floor: {{table: floor.csv, {LABEL}}}", floor="trade,-> staff\nmake,300\n,20\n")
    assert found("floor", firm(trade="sell"), of) == "20"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("floors", "floors has columns: staff, revenue", "write floors.staff"),
        ("floors.staf", "floors has no column staf", "did you mean staff?"),
        ("floors.x", "floors has no column x", "its columns are staff, revenue"),
    ],
)
def test_a_column_that_is_not_there(name, message, hint):
    policy = f"definitions:\n  floors: {{table: floors.csv, {LABEL}}}\n  a: {{value: '{name} > 5', {LABEL}}}\n"
    (problem,) = problems_of(policy, floors=FLOORS)
    assert (problem.code, problem.message, problem.hint) == ("rules.column", message, hint)


# ---------------------------------------------------------------- whose definitions are seen


def test_every_faulty_definition_is_told():
    problems = faults(f"""
a: {{value: lone, {LABEL}}}
b: {{value: loan + 5, {LABEL}}}
c: {{value: a + b, {LABEL}}}
""")
    assert [p.code for p in problems] == ["rules.unknown-name", "rules.unit"]
