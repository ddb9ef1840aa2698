"""A simulated reform: the law as it is and as a draft would have it, on the same facts; its report is kept."""

from __future__ import annotations

from typing import Any

import huiqi
from huiqi.publication.report.page import page, policy
from huiqi.publication.report.summary import summary
from huiqi.revision.comparison import FATES
from huiqi.revision.reasons import reasons
from huiqi.revision.reform import Reform
from huiqi.revision.report import report_of
from huiqi.revision.write import write_simulation
from huiqi.rules.library import Library
from huiqi.vocabulary.problem import errors
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.jobs.models import Job
from huiqi_portal.jobs.work import kind, progress, ticking
from huiqi_portal.office.drafts import REFORM, read
from huiqi_portal.office.evaluating import SEEN_BY, laid_open, page_of, taken_up
from huiqi_portal.office.models import What
from huiqi_portal.office.runs import WORK


@kind(WORK[What.SIMULATION], Both("Simulation of a reform", "调整方案模拟"), SEEN_BY, page_of)
def simulate(job: Job) -> dict[str, Any]:
    """Read the reform, check the texts as it leaves them, evaluate both laws, and write the report."""
    run = taken_up(job)
    law, registry = laid_open(run)
    progress(job, 0, 0, Both("checking the reform", "正在检查调整方案"))
    reform, made = _made(run.reform, law.library)
    tick = ticking(job, registry.subjects, Both("evaluating both laws", "正在测算两种政策情形"))
    found = huiqi.simulate(law.rules, made.rules(run.law_on), registry, run.as_of, tick=tick)
    ticking(job, registry.subjects, Both("writing the report", "正在生成报告"))
    changes = reasons(found)
    report = report_of(found, changes, reform.record)
    about = {"as_of": run.as_of.isoformat(), "reform": reform.id, "reform_hash": reform.content_hash}
    pages = {f"report-{lang}.html": page(report, lang).encode() for lang in ("en", "zh")}
    pages |= {f"summary-{lang}.pdf": summary(report, lang) for lang in ("en", "zh")}
    write_simulation(run.folder, found, changes, about, pages | {REFORM: run.reform.encode()})
    run.headline = {
        "subjects": found.fates.subjects,
        "reform": of_words(reform.record.title).as_json(),
        "currency": found.currency,
        "difference": list(found.fates.difference),
        "before": list(found.fates.before),
        "after": list(found.fates.after),
        "fates": {fate: list(found.fates.of(fate)) for fate in FATES},
        "named": sorted({one.subject for one in (*found.gains, *found.losses)}),
        "policy": policy(),
        "made_up": registry.made_up,
    }
    run.save(update_fields=["headline"])
    return {"run": run.pk}


def _made(text: str, library: Library) -> tuple[Reform, Library]:
    """The reform and the library with it; raises FaultyInput with all that is wrong with the reform or with what it leaves."""
    reform = read(text)
    made, problems = huiqi.reformed(library, reform)
    if made is None:
        raise huiqi.FaultyInput(problems)
    if left := errors(huiqi.check_library(made)):
        raise huiqi.FaultyInput(left)
    return reform, made
