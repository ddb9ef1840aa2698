"""Explanations and questions as JSON, in both languages: what the commands write with --json and the portal's API answers."""

from __future__ import annotations

from typing import Any

from huiqi.entitlements.ask import Question
from huiqi.entitlements.explain import AmountReason, CutReason, Explanation, FactUsed, PastAward, Reason
from huiqi.facts.provenance import Provenance
from huiqi.rules.records import Source
from huiqi.vocabulary.speech import of_words


def explanation(e: Explanation) -> dict[str, Any]:
    """Everything behind one measure for one subject."""
    record, document = e.measure.record, e.measure.document.record
    text_source = record.source or document.source
    return {
        "subject": e.subject,
        "measure": e.measure.name,
        "edition": e.measure.edition,
        "title": of_words(record.title).as_json(),
        "document": str(document.document),
        "clause": str(record.clause),
        "source": source(text_source),
        "as_of": e.as_of.isoformat(),
        "law_on": e.law_on.isoformat(),
        "status": e.status,
        "amount": _amount(e.amount),
        "payable": _amount(e.payable),
        "cuts": [cut(one) for one in e.cuts],
        "reasons": [_reason(reason) for reason in e.reasons],
        "deciding": [_fact(fact) for fact in e.deciding],
        "notes": [note.as_json() for note in e.notes],
    }


def question(q: Question) -> dict[str, Any]:
    """A question, what an answer settles on average, and the measures that wait for it."""
    return {
        "fact": q.fact.id,
        "year": q.year,
        "question": q.text.as_json(),
        "settles_measures": q.measures,
        "narrows_fen": q.money,
        "measures": [m.id for m in q.opens],
    }


def _amount(amount: AmountReason | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"low": amount.low, "high": amount.high, "currency": amount.currency, "lines": [line.as_json() for line in amount.lines]}


def cut(cut: CutReason) -> dict[str, Any]:
    """What a stacking rule took."""
    return {
        "text": cut.text.as_json(),
        "before": list(cut.before),
        "after": list(cut.after),
        "because_of": [measure.name for measure in cut.because_of],
        "past_awards": [_award(past) for past in cut.past],
        "form": cut.rule.form,
        "document": str(cut.rule.document.record.document),
        "clause": cut.rule.clause,
        "label": of_words(cut.rule.label).as_json(),
        "source": source(cut.rule.source),
    }


def _award(past: PastAward) -> dict[str, Any]:
    award = past.award
    found: dict[str, Any] = {
        "subject": award.subject,
        "measure": award.measure,
        "amount": award.amount,
        "currency": past.currency,
        "granted_on": award.granted_on.isoformat(),
        "text": past.text.as_json(),
    }
    found |= {key: value for key, value in (("place", award.place), ("award", award.id)) if value is not None}
    return found if past.provenance is None else found | {"provenance": provenance(past.provenance)}


def source(source: Source) -> dict[str, Any]:
    """How sure we are of a text."""
    return {"kind": source.kind, "note": of_words(source.note).as_json()}


def _reason(reason: Reason) -> dict[str, Any]:
    found: dict[str, Any] = {"status": reason.status, "text": reason.text.as_json()}
    for key in ("clause", "written"):
        if value := getattr(reason, key):
            found[key] = value
    for key in ("origin", "found", "gap", "undefined"):
        if (words := getattr(reason, key)) is not None:
            found[key] = words.as_json()
    if reason.source is not None:
        found["source"] = source(reason.source)
    if reason.facts:
        found["facts"] = [_fact(fact) for fact in reason.facts]
    if reason.parts:
        found["parts"] = [_reason(part) for part in reason.parts]
    return found


def _fact(fact: FactUsed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "fact": fact.fact,
        "year": fact.year,
        "label": fact.label.as_json(),
        "value": None if fact.value is None else fact.value.as_json(),
    }
    if fact.provenance is not None:
        found["provenance"] = provenance(fact.provenance)
    return found


def provenance(p: Provenance) -> dict[str, Any]:
    """Where a fact comes from."""
    return {
        "source": of_words(p.source).as_json(),
        "observed_on": p.observed_on.isoformat(),
        "recorded_on": p.recorded_on.isoformat(),
        "verified": p.verified,
    }
