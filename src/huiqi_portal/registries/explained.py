"""An explanation ready to be shown: the piece registries/_explanation.html of the page of a firm and a measure, wherever that stands.

{% include "registries/_explanation.html" with said=said %}        said(explanation) of this file
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from huiqi.entitlements.explain import AmountReason, Explanation, FactUsed, Reason
from huiqi.facts.provenance import Provenance
from huiqi.publication.names import SOURCE_WORDS, STATUS_WORDS
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.vocabulary.speech import Both, both, listed, money_range, of_words

VERIFIED = {True: Both("verified", "已核实"), False: Both("not verified", "未核实")}
UNKNOWN = Both("unknown", "未知")


@dataclass(frozen=True)
class SaidFact:
    """A fact that a test reads: `value` None where nobody knows it; `note` is the number of its source."""

    fact: str
    year: int | None
    label: Both
    value: Both | None
    can_be: Both | None
    verified: bool
    note: int | None


@dataclass(frozen=True)
class SaidReason:
    """A test or group with its outcome; `beside` is its clause and where the text is from, `folded` says that it does not matter to the outcome."""

    status: str
    status_words: Both
    text: Both
    beside: Both | None
    found: Both | None
    gap: Both | None
    undefined: Both | None
    facts: tuple[SaidFact, ...]
    parts: tuple[SaidReason, ...]
    folded: bool


@dataclass(frozen=True)
class SaidSource:
    """A footnote: where facts come from."""

    number: int
    source: Both
    observed_on: str
    recorded_on: str
    verified: bool


@dataclass(frozen=True)
class SaidCut:
    """What a stacking rule took, in words, on account of which measures (full name and title), and past awards that count."""

    text: Both
    because_of: tuple[tuple[str, Both], ...]
    past: tuple[tuple[Both, int | None], ...]


@dataclass(frozen=True)
class Said:
    """Everything behind one measure for one subject, in words."""

    name: str
    edition: str
    title: Both
    document: Both
    clause: str
    source: Both
    source_note: Both
    status: str
    status_words: Both
    as_of: str
    law_on: str
    reasons: tuple[SaidReason, ...]
    amount: Both | None
    amount_lines: tuple[Both, ...]
    payable: Both | None
    payable_lines: tuple[Both, ...]
    cuts: tuple[SaidCut, ...]
    deciding: tuple[SaidFact, ...]
    gaps: tuple[Both, ...]  # what it would take, all in one list
    notes: tuple[Both, ...]
    sources: tuple[SaidSource, ...]


def said(explanation: Explanation) -> Said:
    """An explanation in words, with its sources as footnotes."""
    return _Saying(explanation).said()


@dataclass
class _Saying:
    """One explanation being said; sources get numbers in the order in which they come up."""

    explanation: Explanation
    sources: list[Provenance] = field(default_factory=list)

    def said(self) -> Said:
        e = self.explanation
        record, document = e.measure.record, e.measure.document.record
        source = record.source or document.source
        reasons = tuple(self.reason(reason) for reason in e.reasons)
        cuts = tuple(
            SaidCut(
                cut.text,
                tuple((measure.name, of_words(measure.record.title)) for measure in cut.because_of),
                tuple((past.text, self.note(past.provenance)) for past in cut.past),
            )
            for cut in e.cuts
        )
        deciding = tuple(map(self.fact, e.deciding))
        return Said(
            e.measure.name,
            e.measure.edition,
            of_words(record.title),
            both(("{0}, {1}", "{0}，{1}"), of_words(document.title), str(document.document)),
            str(record.clause),
            SOURCE_WORDS[source.kind],
            of_words(source.note),
            e.status,
            STATUS_WORDS[e.status],
            e.as_of.isoformat(),
            e.law_on.isoformat(),
            reasons,
            money_words(e.amount, unpublished=is_unpublished(e)),
            e.amount.lines if e.amount is not None else (),
            money_words(e.payable) if e.payable is not None and (e.cuts or e.payable.lines) else None,
            e.payable.lines if e.payable is not None else (),
            cuts,
            deciding,
            tuple(dict.fromkeys(_gaps(e.reasons))),
            e.notes,
            tuple(self._source(number, one) for number, one in enumerate(self.sources, start=1)),
        )

    def reason(self, reason: Reason, matters: bool = True) -> SaidReason:
        """A reason with its parts; below a group that other parts have settled a part is folded."""
        beside = [Both(reason.clause, reason.clause)] if reason.clause else []
        beside += [words for words in (reason.origin, SOURCE_WORDS[reason.source.kind] if reason.source is not None else None) if words is not None]
        settled = reason.status == "yes"
        return SaidReason(
            reason.status,
            STATUS_WORDS[reason.status],
            reason.text,
            listed(beside, ", ", "，") if beside else None,
            reason.found if reason.gap is None else None,
            reason.gap,
            reason.undefined,
            tuple(map(self.fact, reason.facts)),
            tuple(self.reason(part, matters and (not settled or part.status == "yes")) for part in reason.parts),
            not matters,
        )

    def fact(self, fact: FactUsed) -> SaidFact:
        verified = fact.provenance is not None and fact.provenance.verified
        return SaidFact(fact.fact, fact.year, fact.label, fact.value, fact.range, verified, self.note(fact.provenance))

    def note(self, provenance: Provenance | None) -> int | None:
        """The number of a source."""
        if provenance is None:
            return None
        if provenance not in self.sources:
            self.sources.append(provenance)
        return self.sources.index(provenance) + 1

    def _source(self, number: int, one: Provenance) -> SaidSource:
        return SaidSource(number, of_words(one.source), one.observed_on.isoformat(), one.recorded_on.isoformat(), one.verified)


def is_unpublished(explanation: Explanation) -> bool:
    """The text gives a benefit whose figure is not public, and the firm may have it."""
    amount, written = explanation.amount, explanation.measure.amount
    return amount is not None and amount.high is None and written is not None and written.unpublished


def money_words(amount: AmountReason | None, *, unpublished: bool = False) -> Both | None:
    """An amount in words; nothing where a measure gives none."""
    if amount is None:
        return None
    return NOT_PUBLIC if unpublished else money_range(amount.low, amount.high, amount.currency)


def _gaps(reasons: tuple[Reason, ...]) -> Iterator[Both]:
    """What it would take: of every failing test that says so."""
    for reason in reasons:
        if reason.status != "yes":
            if reason.gap is not None:
                yield both(("{0}: {1}", "{0}：{1}"), reason.text, reason.gap)
            yield from _gaps(reason.parts)
