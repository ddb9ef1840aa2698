"""Stricter and looser mean what they say: whoever meets the stricter text met the other one."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from huiqi.publication.alignment import Alignment
from huiqi.publication.wording import Wording
from huiqi.rules.exact import Exactly
from huiqi.rules.tree import Condition, Group, Test, truth_of
from worked import firm, line, rules

Tree = str | tuple[str, int, tuple[Any, ...]]  # a test, or a group: kind, count, parts

TESTS = st.one_of(
    st.builds("loan {} {}元".format, st.sampled_from([">=", ">", "<=", "<"]), st.integers(1, 4)),
    st.builds("{}元 <= loan < {}元".format, st.integers(0, 2), st.integers(3, 5)),
    st.builds("staff {} {}".format, st.sampled_from([">=", "<"]), st.integers(1, 4)),
    st.sampled_from(["listed", "honest", "not star"]),
    st.sampled_from(['trade = "make"', 'trade in ["make", "sell"]', 'trade not in ["make"]', 'trade not in ["make", "sell"]']),
)


@st.composite
def trees(draw: Any, depth: int = 2) -> Tree:
    if depth == 0 or draw(st.booleans()):
        return draw(TESTS)
    parts = tuple(draw(st.lists(trees(depth - 1), min_size=1, max_size=3)))
    return (draw(st.sampled_from(["all", "any", "none", "at_least"])), draw(st.integers(1, len(parts))), parts)


@st.composite
def changed(draw: Any, tree: Tree) -> Tree:
    """The tree as a later text might have it: a figure, a part or a kind differs, or nothing."""
    if draw(st.integers(0, 2)) == 0:
        return tree
    if isinstance(tree, str):
        return draw(st.one_of(TESTS, trees(1)))
    kind, count, parts = tree
    new = [draw(changed(part)) for part in parts]
    match draw(st.integers(0, 3)):
        case 0:
            new.append(draw(trees(1)))
        case 1 if len(new) > 1:
            new.pop(draw(st.integers(0, len(new) - 1)))
        case 2:
            kind = draw(st.sampled_from(["all", "any", "none", "at_least"]))
    return (kind, min(draw(st.sampled_from([count, 1, 2])), len(new)), tuple(new))


@st.composite
def two_texts(draw: Any) -> tuple[Tree, Tree]:
    before = draw(trees())
    return before, draw(changed(before))


FIRMS = st.fixed_dictionaries(
    {},
    optional={
        "loan": st.builds("{}元".format, st.integers(0, 6)),
        "staff": st.builds(str, st.integers(0, 6)),
        "listed": st.sampled_from(["true", "false"]),
        "honest": st.sampled_from(["true", "false"]),
        "star": st.sampled_from(["true", "false"]),
        "trade": st.sampled_from(["make", "sell", "rest"]),
    },
)


def condition(tree: Tree) -> Condition:
    if isinstance(tree, str):
        return Test(line(tree).node, tree, "第一条")
    kind, count, parts = tree
    return Group(kind, tuple(map(condition, parts)), count if kind == "at_least" else 0)  # type: ignore[arg-type]


def wording() -> Wording:
    of = rules()
    return Wording.of(of, of.world.documents[0])


@given(two_texts(), st.lists(FIRMS, min_size=1, max_size=6))
@example(("listed", ("any", 1, ("listed", "honest"))), [{"honest": "true", "listed": "false"}])
@example((("none", 1, ("loan > 3元",)), ("none", 1, ("loan > 1元",))), [{"loan": "2元"}])
@example((("at_least", 1, ("listed", "honest")), ("at_least", 2, ("listed", "honest", "not star"))), [{"honest": "true"}])
def test_the_effect_is_that_of_the_conditions(texts: tuple[Tree, Tree], firms: list[dict[str, str]]) -> None:
    before, after = map(condition, texts)
    found = Alignment(wording(), wording()).of([before], [after])
    effects = {one.effect for one in found.changes}
    for facts in firms:
        exact = Exactly(firm(place="bj", established="2010-01-01", **facts))
        old, new = exact.truth(truth_of(before)), exact.truth(truth_of(after))
        if effects <= {"stricter"}:
            assert not (new.must and not old.may), found.changes
        if effects <= {"looser"}:
            assert not (old.must and not new.may), found.changes


@given(trees())
def test_nothing_differs_from_itself(tree: Tree) -> None:
    assert Alignment(wording(), wording()).of([condition(tree)], [condition(tree)]).changes == []


@given(two_texts())
def test_turned_round_what_was_added_is_dropped(texts: tuple[Tree, Tree]) -> None:
    before, after = map(condition, texts)
    forth = Alignment(wording(), wording()).of([before], [after])
    assert forth.unchanged <= sum(1 for _ in _leaves(texts[0]))
    assert bool(forth.changes) == bool(Alignment(wording(), wording()).of([after], [before]).changes)


def _leaves(tree: Tree) -> list[str]:
    return [tree] if isinstance(tree, str) else [leaf for part in tree[2] for leaf in _leaves(part)]
