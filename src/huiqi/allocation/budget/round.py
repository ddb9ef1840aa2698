"""What a round says: which fund, year and measures, its money and places, in what order, and what happens at the edge.

Read from a YAML file and checked against the rules in force; every problem is told at once, with its place.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from huiqi.allocation.budget.in_order import NO_LIMIT, Edge, Purse, Terms, Ties
from huiqi.allocation.budget.quota import Part
from huiqi.rules.amounts import resolve_amount
from huiqi.rules.compile import Measure, Rules, key_of
from huiqi.rules.context import Context, Unresolved
from huiqi.rules.funds import Fund, appropriation, funds_of
from huiqi.rules.render import Renderer, is_share, unit_of
from huiqi.rules.resolve import constant, truth, valued
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.record import Anything, Expression, Line, Record, TrueOrFalse, Words, build
from huiqi.vocabulary.source import Mapping, Text, read_yaml
from huiqi.vocabulary.speech import Both, money_range, of_words
from huiqi.vocabulary.unit import PLAIN, UNITS, Unit

By = Literal["rank", "arrival", "pro_rata"]
EVERYBODY = "everybody"
_MOST_MONEY = 1 << 60  # fen; beyond that sums of amounts could not be told apart


class QuotaGroup(Record):
    """A group of a quota: who is in it (without `when`: everybody else), and its part."""

    label: Words
    when: Expression | None = None
    share: Expression | None = None
    money: Expression | None = None
    places: Line | None = None


class Quota(Record):
    """The groups of a round, and what becomes of what a group leaves."""

    groups: dict[Line, QuotaGroup]
    unused: Literal["pooled", "lost"]


class RoundRecord(Record):
    """A round's file."""

    round: Line
    title: Words
    made_up: TrueOrFalse = "false"
    fund: Line
    year: Line
    measures: list[Line]
    amounts: dict[Line, Anything] = {}
    money: Expression | None = None
    places: Line | None = None
    by: By
    rank: list[Expression] = []
    ties: Literal["none", "all", "lot"] | None = None
    lot: Line | None = None
    edge: Literal["stop", "skip", "partial"] | None = None
    minimum: Expression | None = None
    reserve: Line | None = None
    quota: Quota | None = None
    incomplete: Literal["wait", "out"] = "wait"
    applications: Line = Text(EVERYBODY, Where(""))


@dataclass(frozen=True)
class Key:
    """One thing that ranks: a figure, a date or a test of the rule language; the highest first, or the lowest."""

    node: Node
    kind: Literal["figure", "date", "truth"]
    lowest: bool
    text: str
    label: Both
    unit: Unit
    share: bool
    where: Where


@dataclass(frozen=True)
class Group:
    """A group of a quota; `when` is None for everybody else."""

    id: str
    label: Both
    when: Node | None
    part: Part


@dataclass(frozen=True)
class Round:
    """A round, checked; money in fen. `amounts` are what it gives of measures of which the text gives no figure, by full name; with
    `incomplete_out` nobody is waited for of whom not everything is known that decides."""

    id: str
    title: Both
    made_up: bool
    fund: str
    fund_title: Both
    pack: str
    currency: str
    year: int
    measures: tuple[Measure, ...]
    amounts: dict[str, Node]
    money: int
    places: int | None
    by: By
    keys: tuple[Key, ...]
    terms: Terms
    seed: str
    reserve: int
    groups: tuple[Group, ...]
    pooled: bool
    incomplete_out: bool
    applications: Path | None
    content_hash: str

    @property
    def subject(self) -> str:
        return self.measures[0].subject

    @property
    def purse(self) -> Purse:
        """What there is to give out; where groups have places, at least as many as they have together."""
        places = self.places
        if self.groups and all(group.part.places is not None for group in self.groups):
            places = max(sum(group.part.places or 0 for group in self.groups), places or 0)
        room = NO_LIMIT if places is None else places
        return Purse((self.money, self.money), (room, room))


def read_round(path: Path, rules: Rules, as_of: datetime.date) -> tuple[Round | None, list[Problem]]:
    """The round of a file under the rules in force on a day, on the facts of `as_of`; or every problem that stands in its way."""
    node, problems = read_yaml(path, path.name)
    if node is None or problems:
        return None, problems
    record, problems = build(RoundRecord, node, Where(path.name, 1), "round")
    if record is None:
        return None, problems
    assert isinstance(node, Mapping)
    return _Reader(record, node, path, rules, as_of.year - 1).round()


class _Reader:
    """Reads one round; collects what is wrong with it."""

    def __init__(self, record: RoundRecord, node: Mapping, path: Path, rules: Rules, last_year: int):
        self.record, self.node, self.path, self.rules, self.last_year = record, node, path, rules, last_year
        self.problems: list[Problem] = []
        self.context: Context | None = None
        self.currency = "CNY"

    def wrong(self, code: str, message: str, where: Where, hint: str) -> None:
        self.problems.append(Problem(code, message, where, hint))

    def at(self, key: str) -> Where:
        """Where a key of the file stands."""
        return next((name.where for name in self.node if name == key), self.record.where)

    def round(self) -> tuple[Round | None, list[Problem]]:
        record = self.record
        measures = self.measures()
        fund = self.fund(measures)
        amounts = self.amounts(measures)
        minimum = 1 if record.minimum is None else self.fen(record.minimum, "minimum")
        year = self.year()
        money = self.money(fund, year)
        places = None if record.places is None else self.whole(record.places, "places", least=1)
        reserve = 0 if record.reserve is None else self.whole(record.reserve, "reserve", least=1)
        keys = [key for text in record.rank if (key := self.key(text)) is not None]
        self.order()
        groups = self.groups(money, places)
        applications = None if record.applications == EVERYBODY else self.path.parent / str(record.applications)
        if applications is not None and not applications.is_file():
            self.wrong(
                "round.applications", f"there is no file {record.applications}", record.applications.where, "name a CSV beside the round's file"
            )
        if not re.fullmatch(r"[\w.-]+", record.round):
            self.wrong("round.id", f"{record.round} is no id", record.round.where, "letters, digits, and - _ . between them")
        if self.problems or fund is None or money is None or year is None or minimum is None:
            return None, sorted(self.problems, key=lambda problem: problem.where)
        terms = Terms(Ties(record.ties or "none"), Edge(record.edge or "stop"), max(minimum, 1))
        pooled = record.quota is not None and record.quota.unused == "pooled"
        content_hash = hashlib.sha256(self.path.read_bytes()).hexdigest()
        return Round(
            str(record.round), of_words(record.title), record.made_up == "true", fund.key, of_words(fund.title), fund.pack, self.currency, year,
            tuple(measures), amounts, money, places, record.by, tuple(keys), terms, str(record.lot or ""), reserve or 0, tuple(groups),
            pooled, record.incomplete == "out", applications, content_hash,
        ), []  # fmt: skip

    # ------------------------------------------------------------ what is given out

    def measures(self) -> list[Measure]:
        found: list[Measure] = []
        if not self.record.measures:
            self.wrong("round.measure", "no measure is given out", self.at("measures"), "name at least one")
        for name in self.record.measures:
            some = self.rules.find(name)
            if not some:
                self.wrong("round.measure", f"{name} is no measure in force on {self.rules.law_on}", name.where, self._when(name))
            elif len({measure.name for measure in some}) > 1:
                names = ", ".join(measure.name for measure in some)
                self.wrong("round.measure", f"{name} is the name of several measures", name.where, f"write one of {names}")
            elif some[0] in found:
                self.wrong("round.measure", f"{name} stands twice", name.where, "take one out")
            elif found and some[0].subject != found[0].subject:
                said = f"{name} is about the subject {some[0].subject}, {found[0].key} about {found[0].subject}"
                self.wrong("round.measure", said, name.where, "give them out in two rounds")
            else:
                found += some
        if found:
            document = next((m.document for m in found if m.document.in_force(self.rules.law_on) == "yes"), found[0].document)
            self.context = Context(self.rules.world, document, found[0].subject)
        return found

    def _when(self, name: str) -> str:
        """When a measure of that name is in force, or the nearest name."""
        key = key_of(name)
        spans = [
            f"{d.policy}-{d.edition} is in force from {d.record.first_day}" + (f" to {d.record.last_day}" if d.record.last_day else " on")
            for d in self.rules.world.documents
            if key in d.measures
        ]
        return "; ".join(spans) or did_you_mean(name, {m.key for m in self.rules.measures}) or "name a measure of the pack, and its day with --law-on"

    def fund(self, measures: list[Measure]) -> Fund | None:
        """The fund, as the nearest pack has it."""
        name = self.record.fund
        if not measures:
            return None
        packs = self.rules.world.ancestors.get(measures[0].document.pack, ())
        try:
            funds = {fund.name: fund for fund in funds_of(self.rules)}
        except FaultyInput as faulty:
            self.problems += faulty.problems
            return None
        found = next((funds[f"{pack}/{name}"] for pack in packs if f"{pack}/{name}" in funds), None)
        if found is None:
            known = sorted({fund.key for fund in funds.values() if fund.pack in packs})
            hint = did_you_mean(name, known) or (f"its funds: {', '.join(known)}" if known else "write it under funds: in the pack's core.yaml")
            self.wrong("round.fund", f"the pack {measures[0].document.pack} has no fund {name}", name.where, hint)
            return None
        for measure, written in ((m, self._written(m)) for m in measures):
            if measure.record.fund != name:
                said = "of no fund" if measure.record.fund is None else f"of the fund {measure.record.fund}"
                hint = "give it out in a round of its own fund"
                self.wrong("round.fund", f"{measure.key} is {said}, the round gives out {name}", written.where, hint)
        self.currency = found.currency
        return found

    def _written(self, measure: Measure) -> Text:
        return next(name for name in self.record.measures if measure in self.rules.find(name))

    def amounts(self, measures: list[Measure]) -> dict[str, Node]:
        """What the round gives of measures of which the text gives no figure."""
        found: dict[str, Node] = {}
        for name, written in self.record.amounts.items():
            some = [measure for measure in measures if measure in self.rules.find(name)]
            if not some:
                self.wrong("round.amount", f"{name} is not given out in this round", name.where, did_you_mean(name, {m.key for m in measures}))
            elif some[0].amount is not None and not some[0].amount.unpublished:
                self.wrong("round.amount", f"the text gives the amount of {name} itself", name.where, "take it out here")
            else:
                for measure in some:
                    node = self.resolved(lambda context, written=written, where=name.where: self._amount(written, context, where))
                    if node is not None:
                        found[measure.name] = node
        for measure in measures:
            if (measure.amount is None or measure.amount.unpublished) and measure.name not in found and not self.problems:
                said = f"the text gives no figure for {measure.key}"
                self.wrong("round.amount", said, self._written(measure).where, f"say what the round gives: amounts: {{{measure.key}: 30万元}}")
        return found

    def _amount(self, written: Any, context: Context, where: Where) -> Node:
        def no_other(text: Text, _: Context) -> Node:
            raise context.fault("round.amount", "a round's amount does not rest on another measure's", text.where, "write the amount itself")

        amount = resolve_amount(written, context, self.currency, no_other, where)
        if amount.unpublished:
            raise context.fault("round.amount", "a round has to say what it gives", where, "write a figure, like 30万元")
        return amount.node

    def money(self, fund: Fund | None, year: int | None) -> int | None:
        """What there is to give out: what the round says, at most what the fund can have that year; or all that the fund has."""
        written = self.record.money
        money = None if written is None else self.fen(written, "money")
        if fund is None or year is None:
            return money
        low, high = appropriation(fund, year)
        if written is None:
            if high is None or low != high or not high:
                said = f"neither the round nor the fund {fund.key} says how much there is in {year}"
                self.wrong("round.money", said, self.record.fund.where, "add money: 5000万元")
                return None
            return high
        if money is not None and high is not None and money > high:
            has = money_range(low, high, fund.currency).en
            self.wrong("round.money", f"{written} is more than the fund {fund.key} has in {year}: {has}", written.where, "give out less")
        return money

    def fen(self, text: Text, key: str) -> int | None:
        """A sum of money above nought, in fen."""
        value = self.resolved(lambda context: constant(text, context))
        if value is None:
            return None
        if value <= 0:
            self.wrong(
                f"round.{key}", f"{text} is no money to give out" if key == "money" else f"{text} is not above nought", text.where, "write 5000万元"
            )
            return None
        mark = len(self.problems)
        self.resolved(lambda context: constant(text, context, UNITS[self.currency]))
        if len(self.problems) > mark:
            del self.problems[mark:]
            self.wrong("round.currency", f"{text} is not in {self.currency}, the currency of the fund", text.where, f"write it in {self.currency}")
            return None
        fen = value * 100
        if fen.denominator != 1 or fen >= _MOST_MONEY:
            self.wrong(f"round.{key}", f"{text} is not a sum of whole fen below 10 quadrillion", text.where, "write 5000万元")
            return None
        return int(fen)

    def whole(self, text: Text, key: str, *, least: int) -> int | None:
        """A whole number."""
        if re.fullmatch("[0-9][0-9_]{0,11}", text) and int(text) >= least:
            return int(text)
        self.wrong(
            f"round.{key}", f"{text} is not a whole number from {least} on", text.where, f"write {key}: 2024" if key == "year" else f"write {key}: 50"
        )
        return None

    def year(self) -> int | None:
        """The budget year, which is that of the facts or the one before or after it: another one is a slip of the pen, or the wrong --as-of."""
        text, of_facts = self.record.year, self.last_year + 1
        year = self.whole(text, "year", least=1949)
        if year is not None and abs(year - of_facts) > 1:
            message = f"the round is of {year}, but its facts are of a day in {of_facts}"
            self.wrong("round.year", message, text.where, f"write {of_facts - 1}, {of_facts} or {of_facts + 1}, or give another day with --as-of")
        return year

    # ------------------------------------------------------------ in what order

    def key(self, written: Text) -> Key | None:
        """One line of `rank`: an expression, `lowest` before it where the lowest comes first."""
        found = re.match(r"\s*(lowest|highest)\s+(?=\S)", written)
        text = Text(written[found.end() :] if found else str(written), written.where.shift(found.end() if found else 0))
        typed = self.resolved(lambda context: valued(text, context))
        if typed is None or self.context is None:
            return None
        if typed.type.kind not in ("figure", "date", "truth"):
            self.wrong("round.rank", f"{text} is {typed.type}, which cannot be ranked", text.where, "rank by a figure, a date or a test")
            return None
        label = Renderer(self.rules.places, self.last_year).say(typed.node)
        unit = unit_of(typed.node) if typed.type.kind == "figure" else None
        lowest = bool(found and found[1] == "lowest")
        share = typed.type.kind == "figure" and is_share(typed.node)
        return Key(typed.node, typed.type.kind, lowest, str(text).strip(), label, unit or PLAIN, share, text.where)

    def order(self) -> None:
        """Whether what is said of order and edge belongs together."""
        record = self.record
        if record.by == "pro_rata":
            for key in ("rank", "ties", "lot", "edge", "places", "reserve", "quota"):
                if any(name == key for name in self.node):
                    self.wrong(
                        "round.pro-rata",
                        f"{key} has no meaning where the money is shared in proportion",
                        self.at(key),
                        "take it out, or write by: rank",
                    )
            return
        if record.by == "rank" and not record.rank:
            self.wrong("round.rank", "nothing is said by which to rank", self.at("by"), "add rank: [sme_score.total], or write by: arrival")
        if record.by == "arrival" and record.applications == EVERYBODY:
            self.wrong("round.applications", "who came first stands in the applications", self.at("by"), "add applications: applications.csv")
        if record.ties is None:
            hint = "add ties: none (none of them), all (all of them beyond the places, never beyond the money) or lot (with lot: a seed)"
            self.wrong("round.ties", "it is not said what becomes of equals where not all of them can be met", self.at("by"), hint)
        if record.edge is None:
            hint = "add edge: stop (nobody further), skip (smaller ones behind it may) or partial (it gets what is left)"
            self.wrong("round.edge", "it is not said what happens where the money does not reach for the next one", self.at("by"), hint)
        elif record.edge != "stop" and record.ties not in ("lot", None):
            said = f"edge: {record.edge} goes one by one, so no two may be equal"
            self.wrong("round.edge", said, self.at("edge"), "add ties: lot, and a seed")
        if (record.ties == "lot") != (record.lot is not None):
            missing = record.lot is None
            said = "the lot needs a seed that everybody knows" if missing else "a lot is drawn only with ties: lot"
            self.wrong(
                "round.lot",
                said,
                self.at("ties" if missing else "lot"),
                "add lot: a text, like a number drawn in public" if missing else "take it out",
            )

    # ------------------------------------------------------------ groups

    def groups(self, money: int | None, places: int | None) -> list[Group]:
        quota = self.record.quota
        if quota is None or self.record.by == "pro_rata":
            return []
        if not quota.groups:
            self.wrong("round.quota", "a quota without groups", self.at("quota"), "add groups:")
        found, parts = [], []
        for number, (id, group) in enumerate(quota.groups.items()):
            if group.when is None and number < len(quota.groups) - 1:
                self.wrong("round.quota", f"{id} takes everybody else, and groups follow", id.where, "put it last, or say when: ...")
            when = None
            if group.when is not None:
                text = group.when
                when = self.resolved(lambda context, text=text: truth(text, context, atomic=False))
            part = self.part(id, group, money)
            parts.append(part)
            found.append(Group(str(id), of_words(group.label), when, part))
        self.sums(quota, parts, money, places)
        return found

    def part(self, id: Text, group: QuotaGroup, money: int | None) -> Part:
        """What a group has."""
        if group.share is not None and group.money is not None:
            self.wrong("round.quota", f"{id} has a share and money", group.money.where, "keep one of the two")
        if group.share is None and group.money is None and group.places is None:
            self.wrong("round.quota", f"{id} has no part", id.where, "add share: 40%, money: 2000万元 or places: 20")
        part = None
        if group.share is not None:
            text = group.share
            share = self.resolved(lambda context: constant(text, context, PLAIN))
            if share is not None and not 0 < share <= 1:
                self.wrong("round.quota", f"{text} is no share above 0 and up to 100%", text.where, "write share: 40%")
            part = None if share is None or money is None else int(Fraction(money) * share)
        elif group.money is not None:
            part = self.fen(group.money, "quota")
        return Part(part, None if group.places is None else self.whole(group.places, "places", least=1))

    def sums(self, quota: Quota, parts: list[Part], money: int | None, places: int | None) -> None:
        """Groups have parts of the same kind, and not more than there is."""
        with_money = [group.share is not None or group.money is not None for group in quota.groups.values()]
        where = self.at("quota")
        if any(with_money) and not all(with_money):
            self.wrong(
                "round.quota", "some groups have money of their own and others have not", where, "give each a share or money, or each only places"
            )
        elif not any(with_money) and not all(group.places is not None for group in quota.groups.values()):
            return
        shares = sum(part.money or 0 for part in parts)
        if money is not None and shares > money:
            self.wrong("round.quota", f"the groups have {Fraction(shares * 100, money).__round__(2)!s} % of the money", where, "at most 100 %")
        rooms = sum(part.places or 0 for part in parts)
        if places is not None and all(with_money) and not all(part.places is not None for part in parts):
            self.wrong(
                "round.quota", "the groups have money of their own, so places go by group too", self.at("places"), "give each group its places"
            )
        elif places is not None and rooms > places:
            self.wrong("round.quota", f"the groups have {rooms} places, the round {places}", where, "at most as many")

    def resolved(self, resolve: Any) -> Any:
        """What a line means, or None with its problems told."""
        if self.context is None:
            return None
        world = self.rules.world
        mark = len(world.problems)
        try:
            return resolve(self.context)
        except Unresolved:
            return None
        finally:
            self.problems += world.problems[mark:]
            del world.problems[mark:]
