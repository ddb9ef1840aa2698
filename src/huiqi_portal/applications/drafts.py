"""Starting and filling in an application, as the firm does it."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.accounts.models import User
from huiqi_portal.applications.lifecycle import NotPossible, State, require_draft
from huiqi_portal.applications.models import Application, OwedDocument
from huiqi_portal.applications.snapshot import changed_since, owed, taken
from huiqi_portal.firms.files import forget, keep
from huiqi_portal.firms.models import KeptFile
from huiqi_portal.firms.overview import is_support
from huiqi_portal.firms.standing import Standing, standing
from huiqi_portal.firms.stating import state_all
from huiqi_portal.registries.fact_input import as_json, name_of, read_input

MOST_DRAFTS = 200  # of one firm
NOT_MET = Both("by what is known the conditions are not met; a fact that is wrong is contested first", "按现有信息不符合条件；信息有误的请先提出异议")


def can_be_applied_for(measure: Measure) -> bool:
    """A measure that gives something, and is had on application."""
    return is_support(measure) and (measure.record.apply is None or measure.record.apply.mode != "automatic")


def start(standing: Standing, measure: Measure, by: User) -> Application:
    """Begin an application with the known facts filled in, or go on with the draft that there is; raises NotPossible."""
    if not can_be_applied_for(measure):
        raise NotPossible(Both("this comes without an application", "该措施免申即享，无需申报"))
    if standing.of(measure).status == "no":
        raise NotPossible(NOT_MET)
    there = _draft(standing.subject, measure)
    if there is not None:
        return there
    if Application.objects.filter(subject=standing.subject).count() >= MOST_DRAFTS:
        raise NotPossible(Both(f"there are {MOST_DRAFTS} applications already; delete some first", f"已有{MOST_DRAFTS}件申报，请先删除部分"))
    title = measure.record.title
    try:
        with transaction.atomic():
            made = Application.objects.create(
                subject=standing.subject,
                measure=measure.name,
                edition=measure.edition,
                title_en=str(title.en),
                title_zh=str(title.zh),
                law_version=standing.law.version,
                law_on=standing.law.law_on,
                as_of=standing.known.as_of,
                snapshot=taken(standing, measure),
                by=by,
            )
            documents = measure.record.apply.documents if measure.record.apply is not None else []
            OwedDocument.objects.bulk_create(
                OwedDocument(application=made, place=place, en=of_words(words).en, zh=of_words(words).zh) for place, words in enumerate(documents)
            )
            return made
    except IntegrityError:  # somebody else of the firm began it at the same moment
        there = _draft(standing.subject, measure)
        assert there is not None
        return there


def _draft(subject: str, measure: Measure) -> Application | None:
    return Application.objects.filter(subject=subject, measure=measure.name, edition=measure.edition, state=State.DRAFT).first()


@transaction.atomic
def answer(application: Application, standing_now: Standing, typed: Mapping[str, str], by: User) -> dict[str, Both]:
    """Keep what a form says of the facts owed, as stated by the firm; what is wrong, by field, and then nothing is kept.

    What has changed besides since the snapshot was taken stays to be seen: only the facts answered enter the snapshot then.
    """
    require_draft(application)
    measure = standing_now.measure(application.measure_id)
    if measure is None:
        raise NotPossible(Both("the measure is not in force any more", "该措施已不再有效"))
    asked = owed(standing_now, measure)
    changed = bool(changed_since(application, standing_now))
    _, problems = state_all(standing_now, asked, typed, by)
    if problems:
        return problems
    for fact, year in asked:
        raw, _ = read_input(fact, typed, name_of(fact, year), standing_now.known.places)
        if raw is not None:
            application.answers[name_of(fact, year)] = as_json(raw)
    after = standing(application.subject).of_measure(measure.id)
    fresh = taken(after, measure)
    if changed:
        keys = {(fact.id, year) for fact, year in asked}
        fresh = application.snapshot | {"facts": application.facts + [one for one in fresh["facts"] if (one["fact"], one["year"]) in keys]}
    application.snapshot = fresh
    application.save(update_fields=["answers", "snapshot", "changed_at"])
    return {}


def confirm(application: Application, standing_now: Standing) -> None:
    """Take the law and the facts as they are now: what has changed was seen."""
    require_draft(application)
    measure = standing_now.measure(application.measure_id)
    if measure is None:
        raise NotPossible(Both("the measure is not in force any more", "该措施已不再有效"))
    application.snapshot = taken(standing_now, measure)
    application.law_version, application.law_on, application.as_of = standing_now.law.version, standing_now.law.law_on, standing_now.known.as_of
    application.save(update_fields=["snapshot", "law_version", "law_on", "as_of", "changed_at"])


@transaction.atomic
def add_file(application: Application, place: int, upload: UploadedFile, by: User) -> None:
    """Add the file of a document owed, in place of one that was added before; raises NotTaken."""
    require_draft(application)
    document = OwedDocument.objects.select_for_update().get(application=application, place=place)
    before, document.file = document.file, keep(upload, application.subject, by)
    document.save(update_fields=["file"])
    application.save(update_fields=["changed_at"])
    if before is not None:
        forget(before)


@transaction.atomic
def remove_file(application: Application, place: int) -> None:
    """Take a document's file out again."""
    require_draft(application)
    document = OwedDocument.objects.select_for_update().get(application=application, place=place)
    before, document.file = document.file, None
    document.save(update_fields=["file"])
    application.save(update_fields=["changed_at"])
    if before is not None:
        forget(before)


@transaction.atomic
def delete(application: Application) -> None:
    """Delete an application that nobody has taken in, with its files."""
    kept = list(KeptFile.objects.filter(pk__in=application.documents.exclude(file=None).values("file")))
    application.delete()
    for one in kept:
        forget(one)
