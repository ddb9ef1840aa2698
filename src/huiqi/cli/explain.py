"""huiqi explain: why a subject may or may not have a measure."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from huiqi.cli.options import AsJson, AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, measures_of, population_of, rules_of
from huiqi.cli.show import console, show_explanation
from huiqi.entitlements.columns import Run
from huiqi.entitlements.explain import AmountReason, CutReason, Explainer, Explanation, FactUsed, PastAward, Reason
from huiqi.facts.provenance import Provenance
from huiqi.rules.records import Source
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

Subject = Annotated[str, typer.Argument(help="The subject's id in the registry.")]


def explain(
    subject: Subject,
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    measure: Annotated[str | None, typer.Argument(help="A measure; none: all of them.")] = None,
    law_on: LawOn = None,
    lang: Language = Lang.en,
    json_: AsJson = False,
    of: Of = "enterprise",
    assume_recognised: AssumeRecognised = False,
) -> None:
    """Tell the reasons behind a status: tests, facts with their sources, clauses, and what it would take."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    chosen = measures_of(rules, [measure]) if measure else None
    explainer = Explainer.of_registry(population_of(registry, rules, facts_day, assume_recognised, of), chosen)
    explanations = explainer.explain(run_of(explainer, subject))
    if json_:
        typer.echo(json.dumps([as_json(e) for e in explanations], ensure_ascii=False, indent=2))
        return
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        show_explanation(explanation, lang.value)


def run_of(explainer: Explainer, subject: str) -> Run:
    """The subject, evaluated; one that the registry does not have is a problem."""
    run = explainer.subject(subject)
    if run is None:
        assert explainer.population is not None
        registry = explainer.population.registry
        raise FaultyInput(
            [
                Problem(
                    "registry.unknown-subject",
                    f"{subject} is not in {registry.folder}",
                    NOWHERE,
                    f"it has {registry.subjects:,} subjects; look at their ids",
                )
            ]
        )
    return run


def as_json(e: Explanation) -> dict[str, Any]:
    """An explanation in both languages."""
    record, document = e.measure.record, e.measure.document.record
    source = record.source or document.source
    return {
        "subject": e.subject,
        "measure": e.measure.name,
        "edition": e.measure.edition,
        "title": {"en": str(record.title.en), "zh": str(record.title.zh)},
        "document": str(document.document),
        "clause": str(record.clause),
        "source": _source(source),
        "as_of": e.as_of.isoformat(),
        "law_on": e.law_on.isoformat(),
        "status": e.status,
        "amount": _amount(e.amount),
        "payable": _amount(e.payable),
        "cuts": [_cut(cut) for cut in e.cuts],
        "reasons": [_reason(reason) for reason in e.reasons],
        "deciding": [_fact(fact) for fact in e.deciding],
        "notes": [note.as_json() for note in e.notes],
    }


def _amount(amount: AmountReason | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"low": amount.low, "high": amount.high, "currency": amount.currency, "lines": [line.as_json() for line in amount.lines]}


def _cut(cut: CutReason) -> dict[str, Any]:
    return {
        "text": cut.text.as_json(),
        "before": list(cut.before),
        "after": list(cut.after),
        "because_of": [measure.name for measure in cut.because_of],
        "past_awards": [_award(past) for past in cut.past],
        "form": cut.rule.form,
        "document": str(cut.rule.document.record.document),
        "clause": cut.rule.clause,
        "label": {"en": str(cut.rule.label.en), "zh": str(cut.rule.label.zh)},
        "source": _source(cut.rule.source),
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
    return found if past.provenance is None else found | {"provenance": _provenance(past.provenance)}


def _source(source: Source) -> dict[str, Any]:
    return {"kind": source.kind, "note": {"en": str(source.note.en), "zh": str(source.note.zh)}}


def _reason(reason: Reason) -> dict[str, Any]:
    found: dict[str, Any] = {"status": reason.status, "text": reason.text.as_json()}
    for key in ("clause", "written"):
        if value := getattr(reason, key):
            found[key] = value
    for key in ("origin", "found", "gap", "undefined"):
        if (words := getattr(reason, key)) is not None:
            found[key] = words.as_json()
    if reason.source is not None:
        found["source"] = _source(reason.source)
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
        found["provenance"] = _provenance(fact.provenance)
    return found


def _provenance(p: Provenance) -> dict[str, Any]:
    return {
        "source": {"en": str(p.source.en), "zh": str(p.source.zh)},
        "observed_on": p.observed_on.isoformat(),
        "recorded_on": p.recorded_on.isoformat(),
        "verified": p.verified,
    }
