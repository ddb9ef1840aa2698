"""Past awards in rules: which measures a name means, over which window, and what the stacking forms make of them."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

import arbitrary
from huiqi.facts.known import Known
from huiqi.facts.past import Award, PastFact, past_value
from huiqi.rules.awards import past_in
from huiqi.rules.compile import Rules, compile_rules
from huiqi.rules.cumulation import Act, stacking_of
from huiqi.rules.exact import Exactly
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.rules.pack import read_common, read_pack
from huiqi.rules.render import Renderer
from huiqi.rules.tree import FactFigure
from huiqi.vocabulary.ranges import INFINITY, Number

AS_OF = arbitrary.AS_OF
POLICY = """
definitions:
  rent_in_three_years: {value: 'awards.sum("rent", 3 years)', label: {en: Rent aid in three years, zh: 近三年房租补贴}}
  rent_this_year: {value: 'awards.sum("a/rent", this_year)', label: {en: Rent aid this year, zh: 本年房租补贴}}
  all_ever: {value: 'awards.sum("rent", "p/a/rd", "old-aid")', label: {en: All aid, zh: 全部补贴}}
  how_often: {value: 'awards.count("rent")', label: {en: How often, zh: 次数}}
  at_least: {value: 'awards.known_sum("rent", 3 years)', label: {en: Known, zh: 已知}}
measures:
  rent: {title: {en: Rent aid, zh: 房租补贴}, clause: 第一条, kind: rent_aid, topics: [room], eligible: listed, amount: 40万元}
  rd: {title: {en: R&D aid, zh: 研发补助}, clause: 第二条, kind: grant, topics: [rd], eligible: listed, amount: 10万元}
  star: {title: {en: Star, zh: 明星企业}, clause: 第三条, kind: recognition, eligible: listed, gives: star}
"""
OLD = """
measures:
  old-aid: {title: {en: Old aid, zh: 旧补贴}, clause: 第一条, kind: grant, topics: [room], eligible: listed, amount: 10万元}
  old-fee: {title: {en: Old fee, zh: 旧收费}, clause: 第二条, kind: charge, topics: [room], eligible: listed, amount: 10万元}
"""
HEAD = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""


def rules_with(folder: Path, *cumulation: str) -> Rules:
    """The pack `p` with a document that ended in 2021 beside the one in force."""
    listed = "".join(f"  - {{{rule}, clause: 第九条, label: {{en: A rule, zh: 规则}}}}\n" for rule in cumulation)
    packs = arbitrary.packs_folder(folder, POLICY, core=HEAD + (f"cumulation:\n{listed}" if listed else ""))
    ended = arbitrary.POLICY.format(policy="old").replace("first_day: 2020-01-01", "first_day: 2018-01-01\nlast_day: 2021-12-31")
    (packs / "p" / "special" / "old.yaml").write_text(ended + OLD, encoding="utf-8")
    common, problems = read_common(packs)
    assert common is not None, problems
    pack, problems = read_pack(packs / "p", common)
    assert pack is not None, problems
    rules = compile_rules([pack], common, AS_OF)
    assert not rules.problems, rules.problems
    return rules


def counted(rules: Rules) -> list[tuple[tuple[str, ...], object, bool]]:
    """What the limits of stacking rules read: short names, the window, and whether nothing known means nothing."""
    limits = [rule.limit for rule in stacking_of(rules) if rule.limit is not None]
    return [(tuple(name.removeprefix("p/") for name in fact.measures), fact.window, fact.at_least) for fact in past_in(limits).values()]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return rules_with(tmp_path_factory.mktemp("p"))


def value(rules: Rules, name: str, *awards: Award, known: bool = True) -> Number:
    """A definition for a firm with these awards."""
    typed = rules.value(name)
    assert typed is not None
    values = {(fact.id, None): past_value(fact, awards, AS_OF) for fact in past_in([typed.node]).values()} if known else {}
    return Exactly(Known(rules.schemas["enterprise"], rules.places, AS_OF, values)).figure(typed.node)


def award(measure: str, yuan: int, day: str) -> Award:
    return Award("A", f"p/{measure}", 100 * yuan, datetime.date.fromisoformat(day))


GRANTED = (
    award("a/rent", 1, "2021-06-30"),
    award("a/rent", 10, "2021-07-01"),
    award("a/rent", 100, "2024-06-30"),
    award("a/rent", 1_000, "2024-07-01"),
    award("a/rd", 10_000, "2015-01-01"),
    award("old/old-aid", 100_000, "2019-01-01"),
)


@pytest.mark.parametrize(
    ("name", "found"), [("rent_in_three_years", 110), ("rent_this_year", 100), ("all_ever", 110_111), ("how_often", 3), ("at_least", 110)]
)
def test_awards_are_added_up_within_their_window(rules: Rules, name: str, found: int) -> None:
    assert value(rules, name, *GRANTED) == Number(Fraction(found), Fraction(found))


def test_who_was_granted_nothing_has_nought_and_of_whom_nothing_is_known_anything(rules: Rules) -> None:
    assert value(rules, "rent_in_three_years") == Number(Fraction(0), Fraction(0))
    assert value(rules, "rent_in_three_years", known=False) == Number(Fraction(0), INFINITY)
    assert value(rules, "at_least", known=False) == Number(Fraction(0), Fraction(0))


def test_a_window_is_part_of_the_fingerprint_and_of_the_words(rules: Rules) -> None:
    typed = [rules.value(name) for name in ("rent_in_three_years", "rent_this_year", "how_often", "at_least")]
    nodes = [one.node for one in typed if one is not None]
    assert len({fingerprint_of(node, rules) for node in nodes}) == 4
    (fact,) = past_in(nodes[:1]).values()
    said = Renderer(rules.places, 2023).say(FactFigure(fact))
    assert (said.en, said.zh) == ("granted before: Rent aid, in 3 years", "此前已获：房租补贴（近3年）")
    assert fact.id == "awards.sum(p/a/rent, 3 years)"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("cap: 60万元, over: [rent, rd], per: three_years", [(("a/rd", "a/rent"), 3, False)]),
        ("cap: 60万元, over: [rent, old-aid], per: three_years", [(("a/rent", "old/old-aid"), 3, False)]),  # ended, and was had as well
        ("cap: 60万元, over: [rent], per: year", [(("a/rent",), "this year", True)]),
        ("cap: 60万元, over: all, per: year", [(("a/rd", "a/rent", "old/old-aid"), "this year", True)]),
        ("cap: 60万元, over: topic, per: three_years", [(("a/rent", "old/old-aid"), 3, False), (("a/rd",), 3, False)]),
        ("intensity: 50%, of: loan, over: [rent], per: year", [(("a/rent",), "this year", True)]),
        ("cap: 60万元, over: [rent], per: project", []),
        ("cap: 60万元, over: [rent]", []),
        ("cap: 60万元, over: [rent], per: three_years, past: loan", []),  # what the text says counts, and nothing besides
        ("once: [star, rent]", [(("a/star",), "ever", False), (("a/rent",), "ever", False)]),
    ],
)
def test_which_awards_a_rule_counts(tmp_path: Path, rule: str, found: list[tuple[tuple[str, ...], object, bool]]) -> None:
    assert counted(rules_with(tmp_path, rule)) == found


def test_each_measure_of_once_is_a_rule_of_its_own(tmp_path: Path) -> None:
    rules = rules_with(tmp_path, "once: [star, rent]", "first: [rent, rd]")
    found = [(rule.act, [rules.measures[number].key for number in rule.measures]) for rule in stacking_of(rules)]
    assert found == [(Act.ONCE, ["star"]), (Act.ONCE, ["rent"]), (Act.FIRST, ["rent", "rd"])]
    assert all(isinstance(fact, PastFact) and fact.of == "count" for fact in past_in([r.limit for r in stacking_of(rules) if r.limit]).values())
