"""Texts that judge other texts: which measures rest on what a review looks for, and from which day.

The fair-competition regulation, for one, bears on support whose amount follows the tax that a firm pays in the district. A fact says what it
concerns, a review says which concerns it flags in amounts or in eligibility, and the measures' trees say which facts they read.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from huiqi.facts.schema import Fact
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document
from huiqi.rules.records import Flag, PolicyRecord, ReviewRecord
from huiqi.rules.tree import facts_in
from huiqi.vocabulary.problem import Problem


@dataclass(frozen=True)
class Flagged:
    """A measure that a review bears on: the fact that it reads, and where."""

    measure: Measure
    review: ReviewRecord
    text: Document  # the review's own
    flag: Flag
    fact: Fact
    part: str  # amount or eligible
    from_day: datetime.date

    def problem(self) -> Problem:
        """The flag as a warning about the measure's text."""
        concern = str(self.flag.concerns).replace("_", " ")
        role = "amount follows" if self.part == "amount" else "eligibility asks for"
        return Problem(
            "check.review",
            f"{self.measure.key}: the {role} {self.fact.label.en} ({self.fact.label.zh}), which concerns {concern}; "
            f"from {self.from_day} on {self.flag.say.en} ({self.text.record.document} {self.flag.clause})",
            self.measure.where,
            "have it reviewed: end the measure, name its legal_basis, or let it rest on something else",
            "warning",
        )


def flagged(rules: Rules) -> list[Flagged]:
    """The measures in force that a review in force on the same day bears on, with every fact that is the reason.

    A measure that names its legal basis is left out: a law may allow what a district may not.
    """
    found = []
    for text in rules.world.documents:
        if not isinstance(text.record, PolicyRecord) or text.in_force(rules.law_on) != "yes":
            continue
        for review in text.record.reviews.values():
            for measure in rules.measures:
                if measure.record.legal_basis is None:
                    found += _flags(measure, review, text)
    return found


def _flags(measure: Measure, review: ReviewRecord, text: Document) -> list[Flagged]:
    nodes = {"eligible": [measure.truth], "amount": [] if measure.amount is None else [measure.amount.node]}
    from_day = max(text.record.first_day, measure.document.record.first_day)
    return [
        Flagged(measure, review, text, flag, fact, part, from_day)
        for flag in review.flags
        for part in (("amount", "eligible") if flag.in_ == "either" else (flag.in_,))
        for node in nodes[part]
        for fact in dict.fromkeys(facts_in(node).values())
        if flag.concerns in fact.concerns
    ]
