"""Why a claim got what it got, in words: from its row in awards.parquet and from round.json."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from huiqi.vocabulary import speech
from huiqi.vocabulary.speech import Both, both, listed, money_range
from huiqi.vocabulary.unit import Unit

OUTCOMES = {
    "awarded": Both("awarded", "拟支持"), "reserve": Both("on the reserve list", "候补"),
    "undecided": Both("undecided", "待定"), "refused": Both("refused", "不予支持"),
}  # fmt: skip
_OPEN = {
    "entitlement": Both("whether it is entitled", "是否符合条件"), "amount": Both("how much is due", "应享金额"),
    "order": Both("where it ranks", "排序依据"), "group": Both("which group it is in", "所属组别"),
}  # fmt: skip


def outcome_said(row: Mapping[str, Any], about: Mapping[str, Any]) -> Both:
    """What it gets."""
    outcome = OUTCOMES[row["outcome"]]
    if row["outcome"] == "reserve":
        return both(("{0}, no. {1}", "{0}第{1}位"), outcome, _span(row["reserve_best"], row["reserve_worst"]))
    if row["outcome"] == "awarded" or row["amount_high"]:
        return both(("{0}: {1}", "{0}：{1}"), outcome, money_range(row["amount_low"], row["amount_high"], about["currency"]))
    return outcome


def reasons_said(row: Mapping[str, Any], about: Mapping[str, Any]) -> list[Both]:
    """Why, the nearest reason first."""
    return list(_Row(row, about).reasons())


def cut_offs_said(about: Mapping[str, Any]) -> Iterator[Both]:
    """The cut-off of the round or of each group, and how far each group's part went."""
    groups = {group["id"]: group for group in about["groups"]}
    for cut in about["cut_offs"]:
        parts = [at] if (at := _cut_off_at(cut, about)) is not None else []
        if cut["money_ended_at"] is not None:
            parts.append(both(("the money ends at rank {0}", "资金至第{0}名用完"), f"{cut['money_ended_at']:,}"))
        group = groups.get(cut["group"])
        if group is not None:
            places = "" if group["places"] is None else f"/{group['places']:,}"
            given = money_range(group["given"], group["given"], about["currency"])
            parts.insert(0, both(("{0} awarded, {1}", "支持{0}个，{1}"), f"{group['awarded']:,}{places}", given))
            yield both(("group {0}: {1}", "{0}组：{1}"), Both(**group["label"]), listed(parts, "; ", "；"))
        elif parts:
            yield listed(parts, "; ", "；")


def _cut_off_at(cut: Mapping[str, Any], about: Mapping[str, Any]) -> Both | None:
    """The cut-off in words; None where nobody is surely met."""
    if cut["best"] is None:
        return None
    if about["by"] == "arrival":
        return both(("the last that is met was accepted {0}", "末位获支持者{0}受理"), _last_accepted(cut))
    key = about["rank"][0]
    if key["kind"] == "truth":
        return None
    return both(("cut-off: {0} {1}", "入围线：{0}{1}"), Both(**key["label"]), _cut_off_said(cut, key))


def _last_accepted(cut: Mapping[str, Any]) -> Both:
    best, worst = cut["best"], cut["worst"]
    if best == worst:
        return Both(best, best)
    return both(("between {0} and {1}", "在{0}与{1}之间"), best, worst)


def _cut_off_said(cut: Mapping[str, Any], key: Mapping[str, Any]) -> Both:
    at = _said(cut["best"], key)
    if cut["worst"] is None:
        at = both(("{0} or worse", "{0}或更靠后"), at)
    elif cut["worst"] != cut["best"]:
        at = both(("between {0} and {1}", "介于{0}与{1}之间"), at, _said(cut["worst"], key))
    return at


class _Row:
    def __init__(self, row: Mapping[str, Any], about: Mapping[str, Any]):
        self.row, self.about = row, about
        self.reason: str = row["reason"]
        self.groups = {group["id"]: group for group in about["groups"]}
        self.group = self.groups.get(row["group"] or "")
        cut_offs = {one["group"]: one for one in about["cut_offs"]}
        self.cut_off = cut_offs.get(row["group"] or "") if about["groups"] else cut_offs.get("")

    def money(self, fen: int) -> Both:
        return money_range(fen, fen, self.about["currency"])

    def reasons(self) -> Iterator[Both]:
        row = self.row
        match self.reason:
            case "met" | "part" | "share" | "left_by_groups":
                yield from self.met()
            case "open":
                yield from self.open()
            case "incomplete":
                yield both(("not known when the round was given out: {0}", "分配时未能查明：{0}"), self.open_said())
            case "not_entitled":
                yield Both(
                    f"it does not meet the conditions: huiqi explain {row['subject']} {row['measure']} says which",
                    f"不符合申报条件：具体见 huiqi explain {row['subject']} {row['measure']}",
                )
            case "nothing_payable":
                yield Both("nothing is due of it, after stacking rules", "计入叠加规则后无应付金额")
            case "below_minimum":
                yield both(("below the smallest viable award of {0}", "低于最低支持额{0}"), self.money(self.about["minimum"]))
            case "no_group":
                yield Both("it is in none of the groups of the round", "不属于本轮任何组别")
            case "places":
                yield self.of_places(Both("no place is left", "名额已满"))
                yield from self.distance()
            case "tie":
                yield self.of_places(Both("equal to others at the edge, and not all of them can be met", "与他人并列于末位，无法全部支持"))
            case "money":
                yield from self.no_money()
                yield from self.distance()
        if row["outcome"] == "undecided" and row["reserve_best"]:
            worst = row["reserve_worst"]
            span = _span(row["reserve_best"], worst) if worst else f"{row['reserve_best']}+"
            yield both(("perhaps on the reserve list, no. {0}", "可能列入候补第{0}位"), span)

    def met(self) -> Iterator[Both]:
        row = self.row
        if self.reason == "share":
            yield both(("its share of the money, of {0} claimed", "按比例分得，应享{0}"), self.claimed())
            return
        if row["rank_best"]:
            yield self.of_places(Both("met", "获支持"))
        else:
            yield Both("the money reaches for all", "资金足以全额支持")
        if self.reason == "part":
            yield both(("the last that is met: it gets what is left, of {0} claimed", "末位：分得余额，应享{0}"), self.claimed())
        if self.reason == "left_by_groups":
            yield Both("from what the groups have left", "来自各组未用完的部分")

    def open(self) -> Iterator[Both]:
        if self.row["open"]:
            yield both(("not known of it: {0}", "自身未知：{0}"), self.open_said())
        else:
            yield Both("all is known of it; it depends on what is not known of others", "自身信息齐全，取决于其他申请者的未知信息")
        if facts := (self.row.get("facts") or "").split():
            labels = listed((Both(**self.about["facts"][fact]) for fact in facts), ", ", "、")
            yield both(("these facts would settle it: {0}", "以下信息可决定：{0}"), labels)
        elif "entitlement" in (self.row["open"] or "") and "facts" in self.row:
            command = f"huiqi explain {self.row['subject']} {self.row['measure']}"
            yield Both(f"stacking rules leave it open: {command} says which", f"因叠加规则未定：具体见 {command}")
        if self.row["rank_best"]:
            yield self.of_places(Both("the rank is not settled", "名次未定") if self.row["rank_best"] != self.row["rank_worst"] else Both("", ""))
        yield from self.cut_off_said()

    def open_said(self) -> Both:
        return listed((_OPEN[name] for name in self.row["open"].split()), ", ", "、")

    def claimed(self) -> Both:
        return money_range(self.row["asked_low"], self.row["asked_high"], self.about["currency"])

    def of_places(self, what: Both) -> Both:
        """Its rank, in its group, and how many places there are."""
        row = self.row
        rank = Both(*_ranks(row["rank_best"], row["rank_worst"]))
        places = self.about["places"]
        if self.group is not None:
            places = self.group["places"]
            rank = both(("{0} in group {1}", "{1}组内{0}"), rank, Both(**self.group["label"]))
            if places is not None:
                awarded = str(self.group["awarded"])
                rank = both(("{0} ({1} of {2} places are given)", "{0}（已给出{1}/{2}个名额）"), rank, awarded, str(places))
        elif places is not None:
            rank = both(("{0} for {1} places", "{0}，名额{1}个"), rank, f"{places:,}")
        return both(("{0}: {1}", "{0}：{1}"), rank, what) if what.en else rank

    def no_money(self) -> Iterator[Both]:
        row, ended = self.row, self.cut_off["money_ended_at"] if self.cut_off else None
        rank = Both(*_ranks(row["rank_best"], row["rank_worst"]))
        short = row["short"]
        if ended is not None and row["rank_best"] and row["rank_best"] > ended and self.about["edge"] != "skip":
            yield both(("{0}: the money ended at rank {1}", "{0}：资金至第{1}名已用完"), rank, f"{ended:,}")
        elif short:
            yield both(("{0}: the money ended here, {1} short", "{0}：资金至此不足，差{1}"), rank, self.money(short))
        else:
            yield both(("{0}: the money does not reach", "{0}：资金不足"), rank)

    def distance(self) -> Iterator[Both]:
        """How far behind the cut-off, or what decided among equals."""
        row = self.row
        if row["lost_by"] is not None:
            if row["lost_by"] == "lot":
                yield Both("equal to the last that is met; the lot decided", "与末位获支持者并列，由抽签决定")
            else:
                names = {key["text"]: Both(**key["label"]) for key in self.about["rank"]}
                decided = names.get(row["lost_by"], Both("time of acceptance", "受理时间"))
                yield both(("equal to the last that is met; it lost the tie by: {0}", "与末位获支持者并列，按{0}落后"), decided)
            return
        yield from self.cut_off_said()

    def cut_off_said(self) -> Iterator[Both]:
        cut = self.cut_off
        if cut is None or cut["best"] is None:
            return
        if self.about["by"] == "arrival":
            accepted = row_time(self.row["accepted_at"])
            yield both(("accepted {0}; the last that is met was accepted {1}", "{0}受理；末位获支持者{1}受理"), accepted, _last_accepted(cut))
            return
        key = self.about["rank"][0]
        if key["kind"] == "truth":
            return
        label, at = Both(**key["label"]), _cut_off_said(cut, key)
        low, high = (_number(self.row[name]) for name in ("score_low", "score_high"))
        if low is None or low != high or cut["worst"] != cut["best"]:
            own = _said_range(low, high, key)
            yield both(("{0}: {1}; the cut-off is {2}", "{0}：{1}；入围线{2}"), label, own, at)
            return
        gap = abs(_exact(cut["best"]) - _exact(low))
        short = _said_exact(gap, key) if key["kind"] == "figure" else both(("{0} days", "{0}天"), str(int(gap)))
        behind = gap > 0 and (low > cut["best"]) == key["lowest"]
        if behind:
            yield both(("{0}: {1}, {2} short of the cut-off {3}", "{0}：{1}，距入围线{3}差{2}"), label, _said(low, key), short, at)
        else:
            yield both(("{0}: {1}; the cut-off is {2}", "{0}：{1}；入围线{2}"), label, _said(low, key), at)


def _number(value: float | datetime.date | None) -> float | None:
    """A score as a number; a day as its ordinal."""
    return value.toordinal() if isinstance(value, datetime.date) else value


def row_time(value: Any) -> str:
    """A time of acceptance as it was written."""
    return value.isoformat(sep=" ")


def _said_range(low: float | None, high: float | None, key: Mapping[str, Any]) -> Both:
    if low is None and high is None:
        return Both("none", "无")
    if low == high and low is not None:
        return _said(low, key)
    if low is None or high is None:
        return Both("not known, perhaps none", "未知，可能没有")
    if math.isinf(low) and math.isinf(high):
        return Both("not known", "未知")
    if math.isinf(high):
        return both(("{0} or more", "{0}以上"), _said(low, key))
    if math.isinf(low):
        return both(("at most {0}", "至多{0}"), _said(high, key))
    return both(("{0} to {1}", "{0}至{1}"), _said(low, key), _said(high, key))


def _exact(value: float) -> Fraction:
    return Fraction(f"{value:.15g}")


def _said(value: float, key: Mapping[str, Any]) -> Both:
    return speech.day(int(value)) if key["kind"] == "date" else _said_exact(_exact(value), key)


def _said_exact(value: Fraction, key: Mapping[str, Any]) -> Both:
    unit = Unit(tuple((name, power) for name, power in key["unit"]))
    return speech.figure(value, unit, share=key["share"])


def _span(best: int, worst: int) -> str:
    return f"{best:,}" if best == worst else f"{best:,}–{worst:,}"


def _ranks(best: int, worst: int) -> tuple[str, str]:
    return (f"rank {_span(best, worst)}", f"第{_span(best, worst)}名")
