"""What a back-test says, in both languages: where subjects fall, why payments differ, how a published count stands."""

from __future__ import annotations

import math
from collections.abc import Iterable

from huiqi.revision.backtest.amounts import Fit
from huiqi.revision.backtest.backtest import Difference, Outcome, Standing
from huiqi.revision.backtest.happened import Published
from huiqi.revision.backtest.judged import Why
from huiqi.revision.words import number
from huiqi.vocabulary.speech import Both, both, brief_money, listed, money_range

KIND_WORDS = {
    "had-yes": Both("had it, rules say yes", "已享受，规则符合"),
    "not-no": Both("did not have it, rules say no", "未享受，规则不符合"),
    "had-no": Both("had it, rules say no", "已享受，规则不符合"),
    "not-yes": Both("did not have it, rules say yes", "未享受，规则符合"),
    "had-depends": Both("had it, undecided", "已享受，待定"),
    "not-depends": Both("did not have it, undecided", "未享受，待定"),
    "amount": Both("paid otherwise than the rules say", "金额与规则不符"),
}
CAUSE_WORDS = {
    "edition": Both("as another edition has it", "与其他版本相符"),
    "unstacked": Both("as due before stacking rules", "与叠加前金额相符"),
    "instalment": Both("an instalment only", "仅为一期拨付"),
    "repeated": Both("several awards in the year", "当年多次发放"),
    "months": Both("the months in which the text was in force", "按施行月数折算"),
    "unexplained": Both("not explained", "原因不明"),
}
NOT_KNOWN = Both("not known whether it applied, or lost by a quota", "是否申报、是否受名额限制，未知")
UNTOLD = Both("nothing tells who had it", "无享受名单可比")


def said_why(why: Why) -> Both:
    """Conditions that stand in the way, or facts that decide."""
    text = listed(why.conditions, "; ", "；")
    return both(("{0} [{1}]", "{0}〔{1}〕"), text, why.clause) if why.clause else text


def said_fit(fit: Fit) -> Both:
    """A cause of another amount."""
    word = CAUSE_WORDS[fit.cause]
    detail = {"repeated": Both(f"{fit.detail} awards", f"{fit.detail}次"), "months": Both(f"{fit.detail} of 12", f"{fit.detail}/12")}
    return both(("{0} ({1})", "{0}（{1}）"), word, detail.get(fit.cause, Both(fit.detail, fit.detail))) if fit.detail else word


def because(one: Difference, currency: str) -> Both:
    """Why a subject differs, in one line."""
    if one.kind == "amount":
        assert one.paid is not None and one.payable is not None
        low, high = one.payable
        due = money_range(int(low), int(high) if math.isfinite(high) else None, currency)
        fits = listed((said_fit(fit) for fit in one.fits), "; ", "；")
        return both(("paid {0}, rules {1}: {2}", "已付{0}，规则{1}：{2}"), money_range(int(one.paid), int(one.paid), currency), due, fits)
    if one.kind == "not-yes":
        return NOT_KNOWN
    if one.why is None:
        return Both("", "")
    if one.kind == "had-no":
        return both(("not met: {0}", "不满足：{0}"), said_why(one.why))
    return both(("not known: {0}", "未知：{0}"), said_why(one.why))


def said_published(one: Published) -> Both:
    """A published count."""
    if one.most == one.least:
        return Both(number(one.least), f"{number(one.least)}家")
    if one.most is None:
        return Both(f"{number(one.least)} or more", f"{number(one.least)}家以上")
    return Both(f"{number(one.least)} to {number(one.most)}", f"{number(one.least)}至{number(one.most)}家")


def said_standing(one: Standing, yes: float, depends: float) -> Both:
    """How the range of the rules stands to what was published."""
    ends = number(yes), number(yes + depends)
    span = ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"
    published = said_published(one.published)
    if not one.off:
        words = ("published {0}: within the {1} that the rules leave", "公布{0}：在规则给出的{1}家之内")
        return both(words, published, span)
    words = (
        "published {0}: the rules leave {1}, " + ("{2} more at least" if one.off > 0 else "{2} fewer at least"),
        "公布{0}：规则给出{1}家，" + ("至少多{2}家" if one.off > 0 else "至少少{2}家"),
    )
    return both(words, published, span, number(abs(one.off)))


def money_lines(one: Outcome, currency: str) -> Iterable[Both]:
    """What was paid, and how it stands to the rules."""
    money = one.money
    if money is None or not money.firms:
        return
    words = (
        "paid {0} in all; of {1} payments {2} are as the rules say ({3} to the fen), {4} are not",
        "共付{0}；{1}笔中{2}笔与规则相符（其中{3}笔分毫不差），{4}笔不符",
    )
    yield both(
        words, brief_money(money.paid, currency), number(money.firms), number(money.agreed), number(money.exact), number(money.firms - money.agreed),
    )  # fmt: skip
    for cause, count in money.causes.most_common():
        yield both(("  {0}: {1}", "  {0}：{1}"), number(count), CAUSE_WORDS[cause])
