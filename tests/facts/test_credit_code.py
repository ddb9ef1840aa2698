import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from huiqi.facts.credit_code import LETTERS, check_character, is_valid, tidied, valid, what_is_wrong

HUAWEI, TENCENT = "914403001922038216", "91440300708461136T"  # both are public


def test_published_codes_are_valid() -> None:
    assert is_valid(HUAWEI)
    assert is_valid(TENCENT)


def test_a_turned_pair_of_figures_is_found() -> None:
    assert not is_valid("914403001922083216")


def test_what_has_not_the_form_is_not_valid() -> None:
    for code in ("", "600000", HUAWEI[:17], HUAWEI + "0", HUAWEI.replace("9", "９"), "9144030O1922038216", HUAWEI + "\n", TENCENT.lower()):
        assert not is_valid(code), code


@given(st.lists(st.one_of(st.text(LETTERS, min_size=18, max_size=18), st.text(max_size=20), st.none())))
def test_the_column_says_what_the_single_code_says(codes: list[str | None]) -> None:
    assert valid(pa.array(codes, pa.string())).tolist() == [code is not None and is_valid(code) for code in codes]


@given(st.from_regex(rf"[{LETTERS}]{{2}}[0-9]{{6}}[{LETTERS}]{{9}}", fullmatch=True), st.integers(0, 16), st.sampled_from(LETTERS))
def test_any_single_wrong_character_is_found(first17: str, place: int, other: str) -> None:
    code = first17 + check_character(first17)
    wrong = code[:place] + other + code[place + 1 :]
    assert is_valid(code)
    assert is_valid(wrong) == (wrong == code)


@given(st.text(max_size=25))
def test_what_is_wrong_is_nothing_just_where_a_code_is_valid(text: str) -> None:
    code = tidied(text)
    assert (what_is_wrong(code) is None) == is_valid(code)


def test_a_letter_that_looks_like_a_figure_is_told_with_its_place_and_what_is_meant() -> None:
    wrong = what_is_wrong("9I4403001922038216")
    assert wrong is not None
    assert (wrong.at, wrong.meant) == (2, HUAWEI)


def test_a_letter_in_the_administrative_code_is_told() -> None:
    wrong = what_is_wrong("9144A3001922038216")
    assert wrong is not None
    assert wrong.at == 5
    assert "3 to 8" in wrong.said.en


def test_neighbours_turned_round_are_found() -> None:
    wrong = what_is_wrong("914403001922038261")
    assert wrong is not None
    assert wrong.meant == HUAWEI


@given(st.from_regex(rf"[{LETTERS}]{{2}}[0-9]{{6}}[{LETTERS}]{{9}}", fullmatch=True), st.integers(0, 16))
def test_two_neighbours_turned_round_are_never_taken_for_right(first17: str, at: int) -> None:
    code = first17 + check_character(first17)
    turned = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if turned != code:
        wrong = what_is_wrong(turned)
        assert wrong is not None
        assert wrong.meant in (None, code) or is_valid(wrong.meant)
