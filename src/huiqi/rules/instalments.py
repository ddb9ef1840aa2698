"""When an award is paid: the lines of `pays` as instalments, each a share of the award in a year or on a milestone (分期拨付).

A line is `once`, `40% in the first year` or `50% on acceptance`. Years are counted from that of the decision, which is the first. A measure
without such lines is paid once, in the year of the decision. A milestone that comes with the decision itself (publicity, decision) lies in its
year; when any other is reached, nobody knows unless somebody says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ZH_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
#: Milestones in the order in which a project usually reaches them.
MILESTONES: dict[str, Both] = {
    "publicity": Both("publicity", "公示"), "decision": Both("decision", "立项批复"), "signing": Both("signing", "签约"),
    "start": Both("start", "开工"), "delivery": Both("delivery", "交付"), "completion": Both("completion", "竣工"),
    "operation": Both("operation", "投产运营"), "interim evaluation": Both("interim evaluation", "中期评估"),
    "evaluation": Both("evaluation", "考核评估"), "acceptance": Both("acceptance", "验收"), "listing": Both("listing", "上市"),
}  # fmt: skip
#: Milestones that come with the decision.
WITH_THE_DECISION = frozenset({"publicity", "decision"})
_LINE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)%\s+(in|on)\s+(\S.*?)\s*\Z", re.ASCII)
_YEAR = re.compile(r"the\s+(\S+)\s+year\Z", re.ASCII)


@dataclass(frozen=True)
class Instalment:
    """A share of an award, so many years after its decision; None years where it waits for a milestone that nobody can date."""

    share: Fraction
    years: int | None
    milestone: str = ""

    @property
    def name(self) -> str:
        """What it is called in tables: the milestone, or the year counted from the decision."""
        return self.milestone or f"year {(self.years or 0) + 1}"


ONCE = (Instalment(Fraction(1), 0),)


def read_payments(lines: tuple[Text, ...]) -> tuple[tuple[Instalment, ...], tuple[Problem, ...]]:
    """The instalments of the lines of `pays`, which add up to the whole, or every problem of them; no lines are one payment at once."""
    if not lines or [str(line).strip() for line in lines] == ["once"]:
        return ONCE, ()
    problems: list[Problem] = []
    found = [_instalment(line, problems) for line in lines]
    instalments = tuple(instalment for instalment in found if instalment is not None)
    if problems:
        return (), tuple(problems)
    total = sum((instalment.share for instalment in instalments), Fraction(0))
    if total != 1:
        said = f"the payments add up to {float(total * 100):g} %, not 100 %"
        problems.append(Problem("check.pays", said, lines[0].where, "a share of the payment is missing or too much"))
    for number, instalment in enumerate(instalments):
        if any((instalment.years, instalment.milestone) == (earlier.years, earlier.milestone) for earlier in instalments[:number]):
            problems.append(Problem("check.pays", f"{instalment.name} stands twice", lines[number].where, "write the two as one line"))
        if not instalment.share:
            problems.append(Problem("check.pays", f"{lines[number]} pays nothing", lines[number].where, "leave it out"))
    return (() if problems else instalments), tuple(problems)


def instalments_of(pays: Iterable[Text]) -> tuple[Instalment, ...]:
    """The instalments of a measure whose text has been checked; raises FaultyInput with its problems otherwise."""
    return _instalments(tuple(pays))


@lru_cache(maxsize=4_096)
def _instalments(pays: tuple[Text, ...]) -> tuple[Instalment, ...]:
    instalments, problems = read_payments(pays)
    if problems:
        raise FaultyInput(problems)
    return instalments


def payment_words(instalment: Instalment) -> Both:
    """`40% in the first year`, `50% on acceptance`, in both languages."""
    if instalment == ONCE[0]:
        return Both("once, with the decision", "一次性拨付")
    share = f"{float(instalment.share * 100):g}%"
    if instalment.milestone:
        said = MILESTONES[instalment.milestone]
        return Both(f"{share} on {said.en}", f"{said.zh}后{share}")
    years = instalment.years or 0
    return Both(f"{share} in the {ORDINALS[years]} year", f"第{_ZH_NUMBERS[years]}年{share}")


def period(instalments: tuple[Instalment, ...]) -> int:
    """The number of fen after which the split repeats itself: the least that every share divides."""
    return math.lcm(*(instalment.share.denominator for instalment in instalments))


def _instalment(line: Text, problems: list[Problem]) -> Instalment | None:
    found = _LINE.match(line)
    if found is None:
        hint = "it stands alone" if str(line).strip() == "once" else "write `50% on acceptance`"
        problems.append(Problem("check.pays", f"{line} is no payment", line.where, hint))
        return None
    share = Fraction(found[1]) / 100
    if found[2] == "in":
        year = _YEAR.match(found[3])
        if year is None or year[1] not in ORDINALS:
            hint = did_you_mean(year[1], ORDINALS) if year is not None else ""
            problems.append(Problem("check.pays", f"{found[3]} is no year", _at(line, found.start(3)), hint or "write `40% in the second year`"))
            return None
        return Instalment(share, ORDINALS.index(year[1]))
    if found[3] not in MILESTONES:
        hint = did_you_mean(found[3], MILESTONES) or f"milestones: {', '.join(MILESTONES)}"
        problems.append(Problem("check.pays", f"{found[3]} is no milestone", _at(line, found.start(3)), hint))
        return None
    return Instalment(share, 0 if found[3] in WITH_THE_DECISION else None, found[3])


def _at(line: Text, column: int) -> Where:
    return line.where.shift(column) if line.where != NOWHERE else NOWHERE
