"""What a measure gives: every form of an amount, with figures that can be checked by hand."""

import pytest

from worked import due, firm, granting, problems_of, rules, status

OLD = {"established": "2010-01-01"}


def grant(amount, *, eligible="", **given):
    """What a single grant of that amount gives a firm with those facts."""
    return due(granting(amount, eligible=eligible), firm(**given))


# ---------------------------------------------------------------- a plain figure


def test_a_plain_figure():
    assert grant("5万元") == "50,000"


def test_an_expression():
    assert grant("'min(loan, expense) * 2'", loan="3元", expense="5元") == "6"


def test_a_negative_figure_gives_nothing():
    """A firm does not pay for being worse off."""
    assert grant("profit", **OLD, profit="-100元") == "0"
    assert grant("profit", **OLD) == "0 .. unbounded"


def test_who_may_not_have_it_gets_nothing():
    assert grant("5万元", eligible="listed", listed="false") == "0"


def test_who_may_have_it_gets_it_or_nothing():
    assert grant("5万元", eligible="listed") == "0 .. 50,000"


def test_an_amount_without_value_gives_nothing():
    """10 % of the growth over a year without revenue."""
    assert grant("{rate: growth(revenue), of: loan}", **OLD, revenue={2023: "5元", 2022: "0元"}, loan="100元") == "0"


# ---------------------------------------------------------------- rate


def test_a_share_of_a_base():
    assert grant("{rate: 10%, of: loan}", loan="123万元") == "123,000"


def test_a_grant_stops_at_its_cap():
    amount = "{rate: 10%, of: loan, cap: 1000万元}"
    assert [grant(amount, loan=loan) for loan in ("9999万元", "1亿元", "3亿元")] == ["9,999,000", "10,000,000", "10,000,000"]


def test_a_grant_is_raised_to_its_floor():
    amount = "{rate: 10%, of: loan, floor: 1万元}"
    assert [grant(amount, loan=loan) for loan in ("0元", "5万元", "10万元", "20万元")] == ["10,000", "10,000", "10,000", "20,000"]


def test_a_floor_is_paid_even_above_a_cap():
    """Contradictory texts have one meaning: the floor comes last."""
    assert grant("{rate: 10%, of: loan, cap: 1万元, floor: 2万元}", loan="1亿元") == "20,000"


def test_a_cap_may_be_reckoned():
    """Half of the loan, at most 20 % of the expense."""
    assert grant("{rate: 50%, of: loan, cap: expense * 20%}", loan="100元", expense="150元") == "30"


def test_so_much_a_head():
    assert grant("{rate: 5000元/人, of: staff, cap: 50万元}", staff="30") == "150,000"
    assert grant("{rate: 5000元/人, of: staff, cap: 50万元}", staff="101") == "500,000"


def test_so_much_a_mu():
    assert grant("{rate: 10万元/亩, of: area}", area="12.5亩") == "1,250,000"


def test_a_rate_that_is_itself_a_fact():
    assert grant("{rate: stake, of: loan}", loan="200元", stake="33.3333%") == "66.67"


def test_an_unknown_base_with_a_cap():
    assert grant("{rate: 10%, of: loan, cap: 1000万元}") == "0 .. 10,000,000"
    assert grant("{rate: 10%, of: loan, cap: 1000万元, floor: 1万元}") == "10,000 .. 10,000,000"
    assert grant("{rate: 10%, of: loan}") == "0 .. unbounded"


def test_an_unknown_number_of_people():
    assert grant("{rate: 5000元/人, of: staff, cap: 50万元}", **OLD) == "0 .. 500,000"


# ---------------------------------------------------------------- tiers


TIERS = "{of: loan, tiers: {0: 10%, 1000万元: 5%}}"


@pytest.mark.parametrize(
    ("loan", "amount"),
    [
        ("0元", "0"),
        ("500万元", "500,000"),
        ("1000万元", "1,000,000"),
        ("1500万元", "1,250,000"),  # 10 % of 1000万元 and 5 % of the 500万元 above
        ("1亿元", "5,500,000"),
    ],
)
def test_each_slice_at_its_own_rate(loan, amount):
    assert grant(TIERS, loan=loan) == amount


def test_three_slices():
    """0-100 at 10 %, 100-300 at 5 %, above at 2 %: 400 gives 10 + 10 + 2."""
    assert grant("{of: loan, tiers: {0: 10%, 100元: 5%, 300元: 2%}}", loan="400元") == "22"


def test_a_slice_without_support():
    assert grant("{of: loan, tiers: {0: 0%, 100万元: 10%}}", loan="150万元") == "50,000"


def test_tiers_with_a_cap():
    assert grant("{of: loan, tiers: {0: 10%, 1000万元: 5%}, cap: 120万元}", loan="1500万元") == "1,200,000"


def test_tiers_of_an_unknown_base():
    assert grant(TIERS) == "0 .. unbounded"
    assert grant("{of: 'min(loan, 1500万元)', tiers: {0: 10%, 1000万元: 5%}}") == "0 .. 1,250,000"
    assert grant("{of: 'max(loan, 1500万元)', tiers: {0: 10%, 1000万元: 5%}, cap: 150万元}") == "1,250,000 .. 1,500,000"


def test_tiers_of_a_loss():
    assert grant("{of: profit, tiers: {0: 10%, 1000万元: 5%}}", **OLD, profit="-500万元") == "0"


# ---------------------------------------------------------------- bands


def test_the_whole_amount_by_the_bracket():
    amount = "{of: loan, bands: {'< 1亿元': 5万元, '1亿元 ..< 5亿元': 10万元, '>= 5亿元': 20万元}}"
    assert [grant(amount, loan=loan) for loan in ("99999999.99元", "1亿元", "499999999.99元", "5亿元")] == ["50,000", "100,000", "100,000", "200,000"]


def test_a_bracket_can_pay_a_share_of_its_base():
    """3 % of all of it from 1000万元 on, not of the slice above."""
    amount = "{of: loan, bands: {'>= 1000万元': 3%, else: 2%}}"
    assert grant(amount, loan="1000万元") == "300,000"
    assert grant(amount, loan="999万元") == "199,800"


def test_outside_all_brackets_nothing_is_given():
    assert grant("{of: loan, bands: {'>= 1亿元': 10万元}}", loan="1元") == "0"


def test_brackets_of_a_ratio():
    amount = "{of: expense / revenue, bands: {'>= 5%': 10万元, '>= 3%': 5万元, else: 0元}}"
    assert [grant(amount, **OLD, revenue="100元", expense=e) for e in ("5元", "4.99元", "3元", "2.99元")] == ["100,000", "50,000", "50,000", "0"]


def test_an_unknown_base_can_be_in_every_bracket():
    assert grant("{of: loan, bands: {'< 1亿元': 5万元, '1亿元 ..< 5亿元': 10万元, '>= 5亿元': 20万元}}") == "0 .. 200,000"
    assert grant("{of: loan, bands: {'< 1亿元': 5万元, else: 20万元}}") == "50,000 .. 200,000"
    assert grant("{of: loan, bands: {'>= 1000万元': 3%, else: 2%}, cap: 30万元}") == "0 .. 300,000"


# ---------------------------------------------------------------- ladder


def ladder(pays, more=""):
    return f"{{of: revenue, ladder: {{10亿元: 20万元, 30亿元: 30万元}}, pays: {pays}{more}}}"


@pytest.mark.parametrize(
    ("revenue", "highest", "each"),
    [
        ({2023: "9亿元", 2022: "8亿元", 2021: "7亿元", 2020: "6亿元"}, "0", "0"),
        ({2023: "10亿元", 2022: "8亿元", 2021: "7亿元", 2020: "6亿元"}, "200,000", "200,000"),
        ({2023: "12亿元", 2022: "11亿元", 2021: "7亿元", 2020: "6亿元"}, "0", "0"),  # paid last year already
        ({2023: "30亿元", 2022: "11亿元", 2021: "7亿元", 2020: "6亿元"}, "300,000", "300,000"),
        ({2023: "31亿元", 2022: "8亿元", 2021: "7亿元", 2020: "6亿元"}, "300,000", "500,000"),  # two levels in one jump
        ({2023: "31亿元", 2022: "8亿元", 2021: "7亿元", 2020: "40亿元"}, "0", "0"),  # both reached three years ago
    ],
)
def test_a_level_is_paid_when_first_reached(revenue, highest, each):
    assert grant(ladder("highest"), **OLD, revenue=revenue) == highest
    assert grant(ladder("each"), **OLD, revenue=revenue) == each


def test_how_far_a_ladder_looks_back():
    revenue = {2023: "10亿元", 2022: "8亿元", 2021: "7亿元", 2020: "40亿元"}
    assert grant(ladder("each", ", years: 2"), **OLD, revenue=revenue) == "200,000"


def test_a_firm_younger_than_the_ladder_looks_back():
    assert grant(ladder("each"), established="2022-01-01", revenue={2023: "31亿元", 2022: "1亿元"}) == "500,000"


def test_a_ladder_with_an_unknown_year():
    revenue = {2023: "31亿元", 2022: "8亿元", 2021: "7亿元"}
    assert grant(ladder("highest"), **OLD, revenue=revenue) == "0 .. 300,000"
    assert grant(ladder("each"), **OLD, revenue=revenue) == "0 .. 500,000"
    assert grant(ladder("each", ", cap: 40万元"), **OLD, revenue=revenue) == "0 .. 400,000"


# ---------------------------------------------------------------- points


CARD = """
scorecards:
  card:
    title: {en: Card, zh: 评分}
    clause: 一
    items:
      staff: {label: {en: Staff, zh: 人员}, of: staff, bands: {'>= 100': 20, '>= 10': 12.5, else: 0}, max: 20}
      stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 30}
"""


def test_so_much_a_point():
    of = granting("{points: card, each: 1万元}", definitions=CARD)
    assert due(of, firm(staff="10", stake="8%")) == "205,000"  # 12.5 + 8
    assert due(of, firm(staff="100", stake="60%")) == "500,000"  # 20 + 30 at most


def test_points_with_a_cap():
    assert due(granting("{points: card, each: 1万元, cap: 30万元}", definitions=CARD), firm(staff="100", stake="60%")) == "300,000"


def test_points_that_are_not_all_known():
    assert due(granting("{points: card, each: 1万元}", definitions=CARD), firm(staff="10")) == "125,000 .. 425,000"


# ---------------------------------------------------------------- match


def matched(match, other="{rate: 10%, of: loan}", eligible="listed"):
    return rules(f"""
measures:
  city: {{title: {{en: City, zh: 市级}}, clause: 一, kind: grant, eligible: {eligible}, amount: {other}}}
  m: {{title: {{en: M, zh: 配套}}, clause: 二, kind: grant, amount: {match}}}
""")


def test_a_share_of_what_another_measure_gives():
    """30 % of 10 % of 1000万元."""
    assert due(matched("{match: city, rate: 30%}"), firm(listed="true", loan="1000万元")) == "300,000"


def test_where_the_other_gives_nothing_there_is_nothing_to_match():
    assert due(matched("{match: city, rate: 30%}"), firm(listed="false", loan="1000万元")) == "0"


def test_a_match_is_of_the_rounded_and_capped_amount():
    other = "{rate: 10%, of: loan, cap: 500万元, round: {to: 1万元, direction: down}}"
    assert due(matched("{match: city, rate: 50%}", other), firm(listed="true", loan="1234567元")) == "60,000"
    assert due(matched("{match: a/city, rate: 50%}", other), firm(listed="true", loan="2亿元")) == "2,500,000"


def test_a_match_has_a_cap_of_its_own():
    assert due(matched("{match: city, rate: 100%, cap: 300万元}"), firm(listed="true", loan="1亿元")) == "3,000,000"


def test_a_match_of_what_depends():
    assert due(matched("{match: city, rate: 30%}"), firm(loan="1000万元")) == "0 .. 300,000"
    assert due(matched("{match: city, rate: 30%, cap: 100元}", "unpublished"), firm(listed="true")) == "0 .. 100"


def test_matches_that_lead_back_to_each_other():
    problems = problems_of("""
measures:
  m: {title: {en: M, zh: 配套}, clause: 一, kind: grant, amount: {match: n, rate: 30%}}
  n: {title: {en: N, zh: 配套}, clause: 一, kind: grant, amount: {match: m, rate: 30%}}
""")
    assert {p.code for p in problems} == {"rules.circle"}


def test_a_match_of_what_is_not_there():
    (problem,) = problems_of("measures:\n  m: {title: {en: M, zh: 配套}, clause: 一, kind: grant, amount: {match: cty, rate: 30%}}\n")
    assert (problem.code, problem.message) == ("rules.unknown-measure", "cty is no measure in force")


def test_a_match_of_what_gives_no_money():
    policy = "measures:\n  s: {title: {en: S, zh: 服务}, clause: 一, kind: service}\n  m: {title: {en: M, zh: 配套}, clause: 一, kind: grant, amount: {match: s, rate: 30%}}\n"
    (problem,) = problems_of(policy)
    assert problem.message == "s gives no amount that could be matched"


# ---------------------------------------------------------------- table, up_to, unpublished


def test_an_amount_from_a_table():
    of = granting("{table: rewards.csv, cap: 25万元}", rewards="trade,staff,-> pays\nmake,>= 100,30万元\nmake,,10万元\n,>= 300,5万元\n")
    assert due(of, firm(trade="make", staff="100")) == "250,000"
    assert due(of, firm(trade="chips", staff="99")) == "100,000"
    assert due(of, firm(trade="sell", staff="300")) == "50,000"
    assert due(of, firm(trade="sell", staff="1")) == "0"  # no row fits
    assert due(of, firm(trade="make", **OLD)) == "100,000 .. 250,000"


def test_a_ceiling_without_a_figure():
    assert grant("{up_to: 1000万元}") == "0 .. 10,000,000"
    assert grant("{up_to: loan * 50%}", loan="80元") == "0 .. 40"
    assert grant("{up_to: 1000万元}", eligible="listed", listed="false") == "0"


def test_a_ceiling_is_never_below_nothing():
    assert grant("{up_to: profit * 10%}", **OLD, profit="-100元") == "0"
    assert grant("{up_to: profit * 10%}", **OLD) == "0 .. unbounded"


def test_an_unpublished_figure():
    assert grant("unpublished") == "0 .. unbounded"
    assert grant("unpublished", eligible="listed", listed="false") == "0"


def test_a_figure_with_a_cap():
    assert grant("{value: loan * 2, cap: 100元}", loan="30元") == "60"
    assert grant("{value: loan * 2, cap: 100元}", loan="51元") == "100"


# ---------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    ("loan", "paid"),
    [
        ("1元", "0.01"),  # half a fen: up
        ("0.99元", "0"),  # 0.495 fen
        ("3元", "0.02"),  # 1.5 fen
        ("2.99元", "0.01"),
        ("5元", "0.03"),  # 2.5 fen: up as well, not to the even one
    ],
)
def test_half_a_fen_is_rounded_up(loan, paid):
    assert grant("{rate: 0.5%, of: loan}", loan=loan) == paid


@pytest.mark.parametrize(
    ("direction", "paid"),
    [
        ("down", ["0", "999,000", "1,000,000", "1,499,000", "1,499,000"]),
        ("up", ["1,000", "1,000,000", "1,000,000", "1,500,000", "1,500,000"]),
        ("half_up", ["0", "1,000,000", "1,000,000", "1,500,000", "1,499,000"]),
    ],
)
def test_rounding_to_a_thousand(direction, paid):
    amount = f"{{rate: 10%, of: loan, round: {{to: 1000元, direction: {direction}}}}}"
    assert [grant(amount, loan=loan) for loan in ("499.9元", "9999999.9元", "1000万元", "14999999元", "14994999元")] == paid


def test_rounding_comes_after_cap_and_floor():
    assert grant("{rate: 10%, of: loan, cap: 1999元, round: {to: 1000元, direction: down}}", loan="1亿元") == "1,000"
    assert grant("{rate: 10%, of: loan, floor: 1001元, round: {to: 1000元, direction: up}}", loan="1元") == "2,000"


def test_rounding_without_a_direction_is_half_up():
    assert grant("{rate: 10%, of: loan, round: {to: 1元}}", loan="5元") == "1"


def test_rounding_of_a_range():
    assert grant("{rate: 10%, of: 'min(loan, 123456元)', round: {to: 1000元, direction: down}}") == "0 .. 12,000"


def test_an_amount_is_whole_fen_at_least():
    (problem,) = problems_of(
        "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: grant, amount: {rate: 10%, of: loan, round: {to: 0.001元}}}\n"
    )
    assert (problem.code, problem.hint) == ("rules.rounding", "write 1元 or 0.01元")


# ---------------------------------------------------------------- what has no meaning


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("5", "rules.unit"),
        ("5 USD", "rules.unit"),
        ("listed", "rules.type"),
        ("staff * 2", "rules.unit"),
        ("{rate: 10%, of: staff}", "rules.unit"),
        ("{rate: 5000元/亩, of: staff}", "rules.unit"),
        ("{rate: 10%, of: loan, cap: 5}", "rules.unit"),
        ("{of: loan, tiers: {0: 10%, 5万元: 5%, 1万元: 2%}}", "rules.tiers"),
        ("{of: loan, tiers: {1万元: 5%}}", "rules.tiers"),
        ("{of: loan, tiers: {0: 10元}}", "rules.unit"),
        ("{of: loan, tiers: {}}", "rules.tiers"),
        ("{of: loan, bands: {}}", "rules.band"),
        ("{of: loan, bands: {else: 1元, '> 5元': 2元}}", "rules.band"),
        ("{of: staff, bands: {'>= 5': 5%}}", "rules.unit"),
        ("{of: revenue, ladder: {3亿元: 1元, 1亿元: 2元}, pays: each}", "rules.ladder"),
        ("{of: revenue, ladder: {1亿元: 2元}, pays: each, years: 11}", "rules.ladder"),
        ("{of: revenue, ladder: {loan: 2元}, pays: each}", "rules.constant"),
        ("{of: revenue, ladder: {1亿元: 2元}, pays: all}", "record.value"),
        ("{of: revenue, ladder: {1亿元: 2元}}", "record.missing-key"),
        ("{rate: 10%}", "record.missing-key"),
        ("{rate: 10%, of: loan, ceiling: 5元}", "record.unknown-key"),
        ("{cap: 5元}", "rules.amount"),
        ("{table: t.csv, up_to: 5元}", "rules.amount"),
        ("{table: t.csv}", "rules.unknown-table"),
        ("{points: card, each: 5元}", "rules.unknown-name"),
        ("[5元]", "rules.amount"),
        ("{rate: 10%, of: loan, round: {to: 0元}}", "rules.rounding"),
        ("{rate: 10%, of: loan, round: {to: loan}}", "rules.constant"),
    ],
)
def test_an_amount_without_meaning(amount, code):
    problems = problems_of(f"measures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, amount: {amount}}}\n")
    assert [p.code for p in problems] == [code]


def test_a_faulty_amount_does_not_stop_the_rest_from_being_read():
    problems = problems_of(
        "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: grant, eligible: lisstd, amount: {rate: 10%, of: lone, cap: 5}}\n"
    )
    assert [p.code for p in problems] == ["rules.unknown-name", "rules.unknown-name"]


def test_the_status_does_not_depend_on_the_amount():
    assert status(granting("{rate: 10%, of: loan}", eligible="listed"), firm(listed="true")) == "yes"
