"""A review of the portfolio over the registry; its report is kept, and the visiting list in words."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import huiqi
from huiqi.publication.report.page import page, policy
from huiqi.revision.review.material import Material
from huiqi.revision.review.nearby import Visit
from huiqi.revision.review.report import report_of
from huiqi.revision.review.visits import visiting_list
from huiqi.revision.review.wording import renderer_of
from huiqi.revision.review.write import write_review
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.jobs.models import Job
from huiqi_portal.jobs.work import kind, ticking
from huiqi_portal.office.evaluating import SEEN_BY, laid_open, page_of, taken_up
from huiqi_portal.office.models import What
from huiqi_portal.office.runs import WORK

VISITS = "visits.json"
MOST_VISITS = 1_000  # that the page shows; visits.csv has them all


@kind(WORK[What.REVIEW], Both("Review of the portfolio", "政策体检"), SEEN_BY, page_of)
def review(job: Job) -> dict[str, Any]:
    """Look at all measures over all enterprises, rank what is found, and write the report and the visiting list."""
    run = taken_up(job)
    law, registry = laid_open(run)
    tick = ticking(job, registry.subjects, Both("looking at every measure for every enterprise", "正在逐家检视各项政策"))
    found = huiqi.review(law.rules, registry, run.as_of, tick=tick)
    ticking(job, registry.subjects, Both("writing the report", "正在生成报告"))
    report = report_of(found)
    visits = visiting_list(found.material)
    pages = {f"report-{lang}.html": page(report, lang).encode() for lang in ("en", "zh")}
    pages[VISITS] = json.dumps([_visit(found.material, one) for one in visits[:MOST_VISITS]], ensure_ascii=False).encode()
    write_review(run.folder, found, {}, pages)
    run.headline = {
        "subjects": found.material.outcome.subjects,
        "measures": len(found.material.reviewed),
        "findings": len(found.findings),
        "kinds": dict(Counter(one.kind for one in found.findings)),
        "visits": len(visits),
        "policy": policy(),
        "made_up": registry.made_up,
    }
    run.save(update_fields=["headline"])
    return {"run": run.pk}


def _visit(material: Material, one: Visit) -> dict[str, Any]:
    """One visit in words: the figure, what it is, and what it would have to be."""
    threshold, measure = one.threshold, one.measure
    return {
        "subject": one.subject,
        "measure": measure.name,
        "title": of_words(measure.record.title).as_json(),
        "clause": str(measure.record.clause),
        "fails": one.fails,
        "sure": one.sure,
        "figure": threshold.say(renderer_of(material)).as_json(),
        "has": threshold.say_figure(one.has).as_json(),
        "beyond": _beyond(one).as_json(),
        "distance": one.distance,
        "pays": measure.amount is not None,
        "unpublished": measure.amount is not None and measure.amount.unpublished,
        "money": list(one.money),
        "currency": material.rules.currencies[measure.document.pack],
    }


def _beyond(one: Visit) -> Both:
    """What the figure is on the other side of the edge."""
    threshold = one.threshold
    above = one.has < float(threshold.sides[1])
    if threshold.fact is not None:
        return both(_LEAST if above else _MOST, threshold.say_figure(threshold.sides[1 if above else 0]))
    words = (_MORE if threshold.strict else _LEAST) if above else (_MOST if threshold.strict else _LESS)
    return both(words, threshold.say_figure(threshold.edge))


_LEAST, _MORE = Both("at least {0}", "不低于{0}"), Both("more than {0}", "高于{0}")
_MOST, _LESS = Both("at most {0}", "不高于{0}"), Both("less than {0}", "低于{0}")
