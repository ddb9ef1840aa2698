"""Who is related to whom: linked in full, partners in proportion, circles, unknown shares; and the table that says so."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.facts.ownership import Holding, Ownership, read_ownership

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
DAY = datetime.date(2024, 6, 30)


def holds(*lines):
    """Holdings written like `B 25% A` or `B 25% A exempt`."""
    found = []
    for line in lines:
        owner, share, owned, *kind = line.split()
        found.append(Holding(owner, owned, None if share == "?" else Fraction(share.rstrip("%")) / 100, kind[0] if kind else "share"))
    return Ownership(tuple(found))


def weights(ownership, subject="A", partner_from=QUARTER):
    """Of one subject: the others with their weights, a single figure where it is sure."""
    found = ownership.weights(HALF, partner_from).get(subject, {})
    return {id: w.low if w.low == w.high else (w.low, w.high) for id, w in found.items() if w.high}


# ---------------------------------------------------------------- the two directions and the limits


@pytest.mark.parametrize(
    ("share", "counts"),
    [("24.99%", {}), ("25%", {"B": Fraction(1, 4)}), ("50%", {"B": Fraction(1, 2)}), ("50.01%", {"B": 1}), ("100%", {"B": 1})],
)
def test_a_holding_makes_nothing_a_partner_or_a_link_in_both_directions(share, counts):
    assert weights(holds(f"B {share} A")) == counts
    assert weights(holds(f"A {share} B")) == counts


def test_without_partners_only_links_count():
    assert weights(holds("B 40% A", "A 60% C"), partner_from=None) == {"C": 1}


def test_control_links_whatever_the_share():
    assert weights(holds("B 0% A control")) == {"B": 1}


# ---------------------------------------------------------------- the examples of the users' guide to 2003/361/EC


def test_a_university_and_an_institutional_investor_that_are_not_linked_make_no_partner():
    assert weights(holds("B 25% A exempt", "C 30% A", "D 25% A exempt")) == {"C": Fraction(3, 10)}


def test_exempt_investors_that_together_hold_more_than_half_are_linked():
    linked = holds("B 25% A exempt", "C 25% A", "D 30% A exempt", "B 0% D control")
    assert weights(linked) == {"B": 1, "C": Fraction(1, 4), "D": 1}


def test_a_partners_own_links_count_at_its_percentage_and_its_partners_not_at_all():
    found = weights(holds("B 30% A", "C 60% B", "D 40% B"))
    assert found == {"B": Fraction(3, 10), "C": Fraction(3, 10)}


def test_a_linked_enterprises_partner_counts_in_proportion():
    assert weights(holds("A 80% B", "C 40% B")) == {"B": 1, "C": Fraction(2, 5)}


# ---------------------------------------------------------------- circles and chains


def test_enterprises_that_own_each_other_count_once():
    circle = holds("A 60% B", "B 60% C", "C 60% A")
    assert weights(circle) == {"B": 1, "C": 1}
    assert weights(circle, "B") == {"A": 1, "C": 1}


def test_cross_holdings_of_partners_take_the_greater_share():
    assert weights(holds("A 30% B", "B 40% A")) == {"B": Fraction(2, 5)}


def test_what_linked_enterprises_hold_together_counts_as_one_and_so_on():
    chain = holds("A 60% B", "A 30% C", "B 30% C", "C 60% D", "E 20% D")
    assert weights(chain) == {"B": 1, "C": 1, "D": 1}
    assert weights(chain, "E") == {}


# ---------------------------------------------------------------- unknown shares


def test_an_unknown_share_may_be_anything():
    assert weights(holds("B ? A")) == {"B": (0, 1)}


def test_an_unknown_share_beside_a_known_one_may_link():
    found = weights(holds("B 30% A", "B ? C", "C 30% A"))
    assert found == {"B": (Fraction(3, 10), 1), "C": (Fraction(3, 10), 1)}


shares = st.sampled_from([0, 10, 24, 25, 30, 49, 50, 51, 60, 100])


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE"), shares, st.booleans()), max_size=7), st.data())
def test_every_completion_of_unknown_shares_lies_inside_the_range(rows, data):
    rows = [row for row in rows if row[0] != row[1]]
    open_ = Ownership(tuple(Holding(a, b, None if unknown else Fraction(share, 100), "share") for a, b, share, unknown in rows))
    closed = Ownership(tuple(Holding(a, b, Fraction(data.draw(shares) if unknown else share, 100), "share") for a, b, share, unknown in rows))
    ranges, exact = open_.weights(HALF, QUARTER), closed.weights(HALF, QUARTER)
    for subject in exact:
        for other in {*exact[subject], *ranges[subject]}:
            low, high = ranges[subject].get(other, (0, 0))
            found = exact[subject].get(other, (Fraction(0), Fraction(0)))
            assert low <= found[0] == found[1] <= high


# ---------------------------------------------------------------- the table


def write(folder, text):
    (folder / "ownership.csv").write_text(text, encoding="utf-8")
    return read_ownership(folder, DAY)


def test_no_table_means_that_nothing_is_known_of_owners(tmp_path):
    assert read_ownership(tmp_path, DAY) == (None, [])


def test_rows_hold_on_their_days(tmp_path):
    found, problems = write(
        tmp_path, "owner,owned,share,kind,since,until\nA,B,60%,share,2024-01-01,\nC,B,0.4,exempt,,2024-06-29\nD,E,,control,,2024-06-30\n"
    )
    assert problems == []
    assert found.holdings == (Holding("A", "B", Fraction(3, 5), "share"), Holding("D", "E", None, "control"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,A,30%,share", "ownership.csv:2 ownership.row A holds itself"),
        (",B,30%,share", "ownership.row the owner or the owned enterprise is missing"),
        ("A,B,130%,share", "ownership.row the share 130% is not between 0 and 100%"),
        ("A,B,20%,share\nA,B,30%,share", "ownership.row that A holds B (share) stands twice"),
        ("A,B,much,share", "ownership.row much is no share"),
        ("A,B,30%,shares", "ownership.row shares is no kind of holding"),
        ("A,B,60%,share\nC,B,60%,share", "ownership.sum the shares of B add up to 120%, more than 100%"),
    ],
)
def test_faulty_rows_are_told_with_place_and_remedy(tmp_path, row, said):
    found, problems = write(tmp_path, f"owner,owned,share,kind\n{row}\n")
    assert found is None
    problem = problems[0]
    assert problem.hint
    assert said in f"{problem.where.file.rpartition('/')[2]}:{problem.where.line} {problem.code} {problem.message}"


def test_a_table_without_its_columns_or_with_others_is_told(tmp_path):
    found, problems = write(tmp_path, "owner,owner_name,share,kind\n")
    assert found is None
    assert [problem.code for problem in problems] == ["table.missing-column", "registry.unknown-column"]


def test_a_holding_does_not_end_before_it_begins(tmp_path):
    _, problems = write(tmp_path, "owner,owned,share,kind,since,until\nA,B,60,share,,\nA,B,60%,share,2030-01-01,2019-12-31\n")
    assert [(problem.message, problem.hint) for problem in problems] == [
        ("the share 60 is not between 0 and 100%", "write 60% or a fraction of 1"),
        ("the holding ends on 2019-12-31, before it begins on 2030-01-01", "turn the two days round"),
    ]
