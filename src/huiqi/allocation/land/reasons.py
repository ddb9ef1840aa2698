"""Why a claim is placed where it is, or why not: a code, and the sentences of it in both languages."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from huiqi.allocation.land.area import MU, PARTS, said
from huiqi.allocation.land.choose import Choice, Model, rows_of, with_pairs
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.offers import Truths, first_day
from huiqi.allocation.land.relax import Relaxation
from huiqi.allocation.land.stock import Site
from huiqi.allocation.solve import Answer, Program, Rows, solve, with_each_full
from huiqi.facts.schema import Schema
from huiqi.vocabulary.speech import Both, both, day, listed, money_range, of_words

#: placed; nothing of the right form; of those nothing in the right place, for the right use, free in time, large enough; and where something would
#: suit: others are worth more; it goes to a guarantee; the unused area outweighs the tax; to leave it free is as good.
Code = Literal["placed", "no-form", "no-place", "no-use", "not-in-time", "too-small", "outbid", "guarantee", "not-worth", "undecided"]
NAMED = 3  # sites that are named one by one


@dataclass(frozen=True)
class Reason:
    """Why, as a code and sentences; `costs` is the least that it would cost in fen a year to place the claim all the same."""

    code: Code
    sentences: tuple[Both, ...]
    costs: int | None = None

    @property
    def text(self) -> Both:
        return listed(self.sentences, "; ", "；")


@dataclass(frozen=True, eq=False)
class Reasons:
    """The reasons of all claims of a choice."""

    model: Model
    choice: Choice
    as_of: datetime.date
    schemas: dict[str, Schema]

    @cached_property
    def placement(self) -> dict[int, int]:
        """The column of each claim that is placed."""
        return {int(self.model.pairs.claim[column]): int(column) for column in self.choice.taken.tolist()}

    @cached_property
    def holder(self) -> dict[int, int]:
        """The claim that has each site."""
        return {site: claim for claim, column in self.placement.items() for site in self.model.offers.sets[self.model.pairs.offer[column]]}

    @cached_property
    def _forced(self) -> dict[int, Answer]:
        """Of each claim that is not placed but would suit somewhere: the relaxed program with it placed."""
        lost = [number for number in np.unique(self.model.pairs.claim).tolist() if number not in self.placement]
        program = Program(self.model.values, rows_of(self.model, self.choice.guaranteed))
        return dict(zip(lost, with_each_full(program, lost), strict=True))

    def of(self, number: int) -> Reason:
        """Why a claim is placed or not."""
        return self._placed(number) if number in self.placement else self._lost(number)

    # Placed

    def _placed(self, number: int) -> Reason:
        claim, offer = self.model.claims[number], int(self.model.pairs.offer[self.placement[number]])
        area = int(self.model.offers.area(claim.measured)[offer])
        where, first = self.sites(offer), first_day(self.model.offers, offer, self.as_of).toordinal()
        told = [
            both(
                ("placed at {0}: {1} from {2}, needed by {3}", "安排在{0}：{1}，{2}起可用，最迟需用{3}"),
                where,
                said(area, claim.measured),
                day(first),
                day(claim.needed_by),
            )
        ]
        if area > claim.most:
            told.append(both(("{0} more than it uses", "超出其使用面积{0}"), said(area - claim.most, claim.measured)))
        if claim.guaranteed:
            told.append(Both("its guarantee is kept", "保障已兑现"))
        tax = claim.worth(area)
        if tax:
            told.append(both(("expected tax {0} a year", "预计年税收{0}"), money_range(tax, tax)))
        return Reason("placed", (*told, *claim.notes))

    def sites(self, offer: int) -> Both:
        """The sites of a set and where they are."""
        sites = [self.model.offers.stock.sites[site] for site in self.model.offers.sets[offer]]
        ids, place = " + ".join(site.id for site in sites), next((site.place for site in sites if site.place), None)
        return Both(f"{ids} ({self._place(place).en})", f"{ids}（{self._place(place).zh}）") if place else Both(ids, ids)

    def _place(self, id: str | None) -> Both:
        known = self.model.offers.places.by_id.get(id or "")
        return Both(id or "", id or "") if known is None else of_words(known.label)

    def asked_for(self, claim: Claim) -> Both:
        """What a claim asks for, in words."""
        least, most = said(claim.least, claim.measured), said(claim.most, claim.measured)
        area = least if claim.least == claim.most else Both(f"{least.en} to {most.en}", f"{least.zh}至{most.zh}")
        form = self._form(claim)
        uses, places = listed(map(self._use, claim.uses), " or ", "或"), listed(map(self._place, claim.within), " or ", "或")
        right = Both(", guaranteed", "，属于保障") if claim.guaranteed else Both("", "")
        template = ("{0} ({1}, {2}) in {3} by {4}{5}", "{4}前在{3}需要{0}（{1}，{2}）{5}")
        return both(template, area, form, uses, places, day(claim.needed_by), right)

    # Not placed

    def _lost(self, number: int) -> Reason:
        claim = self.model.claims[number]
        columns = np.flatnonzero(self.model.pairs.claim == number)
        reason = self._outbid(number, columns) if len(columns) else self._nothing_suits(claim)
        return Reason(reason.code, (*reason.sentences, *self._may_suit(claim), *claim.notes), reason.costs)

    def _nothing_suits(self, claim: Claim) -> Reason:
        """The first requirement after which nothing is left."""
        offers, need = self.model.offers, self.model.offers.need(claim)
        left = offers.right_form(need)
        what = self._form(claim)
        if not left.any():
            return Reason("no-form", (both(("the stock has no {0}", "存量中没有{0}"), what),))
        places, uses = listed(map(self._place, claim.within), "; ", "；"), listed(map(self._use, claim.uses), ", ", "、")
        steps: list[tuple[Code, Truths, Both]] = [
            ("no-place", offers.right_place(need), both(("none surely lies in {0}", "均不能确定位于{0}"), places)),
            ("no-use", offers.right_use(need), both(("none is surely for {0}", "均不能确定可用于{0}"), uses)),
            ("not-in-time", offers.in_time(need), both(("none can surely be had by {0}", "均不能确定在{0}前交付"), day(claim.needed_by))),
        ]
        before = both(("of {0} in the stock", "存量{0}中"), self._count(int(left.sum()), claim))
        for code, right, none in steps:
            if not (left & right).any():
                told = Both(f"{before.en}, {none.en}", f"{before.zh}，{none.zh}")
                return Reason(code, (told, *(self._first_free(left) if code == "not-in-time" else ())))
            left = left & right
            phrase = {
                "no-place": ("in the right place", "区域相符"),
                "no-use": ("for the right use", "用途相符"),
                "not-in-time": ("free in time", "可按时交付"),
            }
            before = both((f"of {{0}} {phrase[code][0]}", f"{phrase[code][1]}的{{0}}中"), self._count(int(left.sum()), claim))
        area = np.where(offers.every(left), offers.area(claim.measured), -1)
        most = int(area.max())
        need_said = said(claim.least, claim.measured)
        if most < 0:
            told = both(("{0}, of none is it known how large it is (needed: {1})", "{0}，面积均未知（需要{1}）"), before, need_said)
        else:
            largest = " + ".join(offers.ids(int(area.argmax())))
            joined = Both(" joined", "合并") if " + " in largest else Both("", "")
            told = both(
                ("{0}, the largest, {1}{2}, has {3}; needed: {4}", "{0}，最大的{1}{2}为{3}，需要{4}"),
                before,
                largest,
                joined,
                said(most, claim.measured),
                need_said,
            )
        return Reason("too-small", (told,))

    def _first_free(self, left: Truths) -> Iterator[Both]:
        free = [(site.free, site.id) for site, here in zip(self.model.offers.stock.sites, left, strict=True) if here and site.free is not None]
        if free:
            yield both(("the first that can be had is {0}, on {1}", "最早可交付的是{0}，{1}"), min(free)[1], day(int(min(free)[0] or 0)))

    def _form(self, claim: Claim) -> Both:
        if len(claim.forms) > 1:
            return Both("building or parcel", "房屋或宗地")
        return Both("building", "房屋") if "building" in claim.forms else Both("parcel", "宗地")

    def _count(self, count: int, claim: Claim) -> Both:
        one = self._form(claim)
        plural = one.en.replace("building", "buildings").replace("parcel", "parcels").replace(" or ", " and ") if count != 1 else one.en
        return Both(f"{count} {plural}", f"{count}处{one.zh}")

    def _use(self, id: str) -> Both:
        code = self.model.offers.uses.codes[id]
        return Both(str(code.label.en).lower(), str(code.label.zh))

    def _may_suit(self, claim: Claim) -> Iterator[Both]:
        """Sites that would do if what nobody knows turns out well."""
        sites = self.model.offers.may_suit(self.model.offers.need(claim))
        if sites:
            named = listed((self._unknown(site) for site in sites[:NAMED]), "; ", "；")
            more = len(sites) - NAMED
            rest = Both(f"; and {more} more", f"；另有{more}处") if more > 0 else Both("", "")
            yield Both(f"may suit, if it were known: {named.en}{rest.en}", f"信息查明后可能合适：{named.zh}{rest.zh}")

    def _unknown(self, site: Site) -> Both:
        facts = self.schemas[site.form].facts
        names = [facts[fact].label for fact in site.unknown] or [facts["place"].label]
        return Both(f"{site.id} ({', '.join(str(n.en).lower() for n in names)})", f"{site.id}（{'、'.join(str(n.zh) for n in names)}）")

    def _outbid(self, number: int, columns: np.ndarray) -> Reason:
        """Something suits, but it goes to others: where the claim would be placed at the least cost, and who has it."""
        forced = self._forced[number]
        count = Both("1 place suits" if len(columns) == 1 else f"{len(columns)} places suit", f"有{len(columns)}处合适")
        column = int(columns[np.argmax(forced.columns[columns])]) if forced.found else int(columns[np.argmax(self.model.values[columns])])
        offer, mine = int(self.model.pairs.offer[column]), self.model.pairs.value[column]
        where = self.sites(offer)
        holders = list(dict.fromkeys(self.holder[site] for site in self.model.offers.sets[offer] if site in self.holder))
        costs = max(0, math.floor((int(self.choice.value.reached) - forced.bound + 0.5) / 100)) * 100 if forced.found else None
        if not holders and mine < 0:
            text = ("{0}; at the nearest, {1}, area that nobody would use outweighs the tax", "{0}；最接近的{1}，闲置面积的权重超过预计税收")
            return Reason("not-worth", (both(text, count, where),), costs)
        if not holders:
            return Reason("undecided", (both(("{0}; it is as good to leave {1} free", "{0}；{1}留空同样好"), count, where),), costs)
        told = [both(("{0}; the nearest is {1}", "{0}；最接近的是{1}"), count, where)]
        told += [self._against(holder, self.model.claims[number], mine, offer) for holder in holders[:NAMED]]
        if costs is None:
            told.append(Both("it could only be placed by keeping fewer guarantees, or smaller ones", "仅在减少保障数量或面积时才能安排"))
        elif costs:
            told.append(both(("to place it all the same would cost {0} a year or more", "若仍要安排，每年至少损失{0}"), money_range(costs, costs)))
        return Reason("guarantee" if costs is None else "outbid", tuple(told), costs)

    def _against(self, holder: int, claim: Claim, mine: int, offer: int) -> Both:
        """Who has it, with what, against what the claim would bring."""
        other = self.model.claims[holder]
        held = int(self.model.pairs.offer[self.placement[holder]])
        ids = " + ".join(id for id in self.model.offers.ids(held) if id in self.model.offers.ids(offer))
        if other.guaranteed:
            return both(("{0} goes to {1}, which is guaranteed", "{0}已安排给属于保障的{1}"), ids, other.id)
        theirs = self.model.pairs.value[self.placement[holder]]
        return both(
            ("{0} goes to {1}, with {2} a year ({3}) against {4} ({5})", "{0}已安排给{1}，每年{2}（{3}），本项为{4}（{5}）"),
            ids, other.id, _money(theirs), self._rate(other, theirs, held), _money(mine), self._rate(claim, mine, offer),
        )  # fmt: skip

    def _rate(self, claim: Claim, value: int, offer: int) -> Both:
        """A value a mu or a square metre of all that is given."""
        area = max(int(self.model.offers.area(claim.measured)[offer]), 1)
        each = round(Fraction(value) * (MU if claim.measured == "land" else PARTS) / area / 100) * 100
        words = Both("a mu", "每亩") if claim.measured == "land" else Both("a m²", "每平方米")
        return Both(f"{_money(each).en} {words.en}", f"{words.zh}{_money(each).zh}")

    # What it would take

    def would_cost(self, number: int) -> Both:
        """What it would cost to place a claim that is not placed, by a choice made anew with it; or that a guarantee stands in its way."""
        columns = np.flatnonzero(self.model.pairs.claim == number)
        if not len(columns):
            return Both("nothing that is there would do, whoever has it", "无论现由谁使用，现有存量均不合适")
        rows = rows_of(self.model, self.choice.guaranteed) + Rows.one(columns, np.ones(len(columns)), low=1.0)
        answer = solve(Program(self.model.values, rows))
        if not answer.found:
            return Both("it could only be placed by keeping fewer guarantees, or smaller ones", "仅在减少保障数量或面积时才能安排")
        offer = int(self.model.pairs.offer[next(column for column in answer.taken.tolist() if column in columns)])
        cost = max(0, int(self.choice.value.reached) - sum(self.model.pairs.value[column] for column in answer.taken.tolist()))
        return both(
            ("placed at {0} all the same, it would cost {1} a year", "若仍安排在{0}，每年损失{1}"), self.sites(offer), money_range(cost, cost)
        )

    def relaxed(self, claim: Claim, relaxation: Relaxation) -> Both:
        """One way to keep a guarantee, in words."""
        where = self.sites(relaxation.offer)
        match relaxation.kind:
            case "smaller":
                template = ("with {0} less, at {1}", "面积减少{0}，可安排在{1}")
                told = both(template, said(relaxation.by, claim.measured), where)
            case "later":
                told = both(
                    ("{0} days later, on {1}, at {2}", "推迟{0}天至{1}，可安排在{2}"), str(relaxation.by), day(claim.needed_by + relaxation.by), where
                )
            case "elsewhere":
                told = both(("in another place, at {0}", "改在其他区域，可安排在{0}"), where)
            case "other-use":
                told = both(("for another use, at {0}", "改变用途要求，可安排在{0}"), where)
        told = told if relaxation.proven else Both(f"{told.en} (not proven to be the least)", f"{told.zh}（未证明为最小）")
        others = self._without(claim, relaxation)
        return Both(f"{told.en} ({others.en})", f"{told.zh}（{others.zh}）")

    def _without(self, claim: Claim, relaxation: Relaxation) -> Both:
        """Who else loses its place or moves where a guarantee is kept so, and what the others bring less, by a choice made anew."""
        number, before = self.model.claims.index(claim), self.placement
        model = with_pairs(self.model, [number], [relaxation.offer], [0])
        last = len(model.pairs) - 1
        rows = model.packing + Rows.one(np.array([last], np.int64), np.ones(1), low=1.0)
        for priority, kept in self.choice.guaranteed.kept.items():
            alike = np.array([one.guaranteed and one.priority == priority and one is not claim for one in model.claims])
            where = np.flatnonzero(alike[model.pairs.claim])
            rows = rows + Rows.one(where, np.ones(len(where)), low=float(kept))
        answer = solve(Program(model.values, rows))
        if not answer.found:
            return Both("what others would lose is not known", "对其他需求的影响未知")
        after = {int(model.pairs.claim[column]): int(column) for column in answer.taken.tolist() if column != last}
        told = [both(("{0} loses its place", "{0}失去安排"), model.claims[one].id) for one in sorted(before) if one not in after]
        told += [
            both(("{0} moves to {1}", "{0}改为{1}"), model.claims[one].id, " + ".join(model.offers.ids(int(model.pairs.offer[after[one]]))))
            for one in sorted(before)
            if one in after and model.pairs.offer[after[one]] != model.pairs.offer[before[one]]
        ]
        less = int(self.choice.value.reached) - sum(model.pairs.value[column] for column in after.values())
        if less > 0:
            told.append(both(("the others bring {0} a year less", "其他需求每年减少{0}"), money_range(less, less)))
        else:
            told.append(Both("the others bring no less", "其他需求的价值不减少"))
        return listed(told, ", ", "，")

    def new_stock(self, claim: Claim) -> Both:
        """The new stock that a claim needs, in words."""
        uses, places = listed(map(self._use, claim.uses), " or ", "或"), listed(map(self._place, claim.within), " or ", "或")
        template = ("{0} of {1} in {2} by {3} (claim {4})", "{3}前在{2}新增{1}{0}（{4}）")
        return both(template, said(claim.least, claim.measured), uses, places, day(claim.needed_by), claim.id)


def _money(fen: int) -> Both:
    """Money that may be less than nothing."""
    size = money_range(abs(fen), abs(fen))
    return Both(f"-{size.en}", f"-{size.zh}") if fen < 0 else size
