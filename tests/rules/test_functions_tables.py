"""lookup("table.csv"): the single output of a decision table."""

import pytest

from worked import fault, firm, found, rules

RATES = "trade,loan,-> rate\nmake,>= 100万元,30%\nmake,,20%\nsell|rest,,10%\n"


@pytest.fixture(scope="module")
def of():
    return rules(rates=RATES, two="trade,-> a,-> b\nmake,1,2\n")


@pytest.mark.parametrize(
    ("trade", "loan", "rate"), [("make", "100万元", "0.3"), ("chips", "100万元", "0.3"), ("make", "999999.99元", "0.2"), ("rest", "1元", "0.1")]
)
def test_the_first_row_that_fits(of, trade, loan, rate):
    assert found('lookup("rates.csv")', firm(trade=trade, loan=loan), of) == rate


def test_unknown_inputs_give_every_row_that_may_fit(of):
    assert found('lookup("rates.csv")', firm(trade="make"), of) == "0.2 .. 0.3"


def test_rows_that_only_together_take_in_everything_are_not_seen_as_such(of):
    """Of an unknown trade one of the last two rows fits for sure, but each by itself only may: sound, not tight."""
    assert found('lookup("rates.csv")', firm(loan="1元"), of) == "0.1 .. 0.2 or none"


def test_it_can_be_reckoned_with(of):
    assert found('loan * lookup("rates.csv")', firm(trade="sell", loan="50元"), of) == "5"


def test_it_reads_a_table_with_one_output(of):
    assert fault('lookup("two.csv")', of).message == "the table two.csv has 2 outputs; lookup reads a single one"
    assert fault('lookup("rate.csv")', of).hint == "did you mean rates.csv or two.csv?"
    assert fault("lookup(rates)", of).hint == 'write lookup("rates.csv")'
