"""An evaluation: every measure of the law for every enterprise of the registry, with the dashboard's figures and charts."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse

import huiqi
from huiqi.facts import registry as huiqi_registry
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import Job
from huiqi_portal.jobs.work import kind, ticking
from huiqi_portal.office.drawings import draw
from huiqi_portal.office.figures import figures_of, hanging_facts, rules_of
from huiqi_portal.office.models import Run, What
from huiqi_portal.office.runs import WORK
from huiqi_portal.registries.lookup import folder_of
from huiqi_portal.texts.shelf import Law, law_of

SEEN_BY = (Role.OFFICER, Role.EDITOR)
FIGURES, RULES = "figures.json", "rules.json"


def page_of(job: Job) -> str:
    """The run that a job makes."""
    return reverse("office:run", kwargs={"number": job.given["run"]})


def taken_up(job: Job) -> Run:
    """The run that a job makes, as it begins."""
    run: Run = Run.objects.select_related("registry", "publication").get(pk=job.given["run"])
    run.job = job
    run.save(update_fields=["job"])
    return run


def laid_open(run: Run) -> tuple[Law, huiqi_registry.Registry]:
    """The law and the registry of a run; raises FaultyInput where they do not go together."""
    law = law_of(run.publication, run.law_on)
    registry, problems = huiqi.open_registry(folder_of(run.registry), law.rules.schemas["enterprise"], law.rules.places)
    if registry is None:
        raise huiqi.FaultyInput(problems)
    return law, registry


@kind(WORK[What.EVALUATION], Both("Evaluation of the law over the registry", "政策全量测算"), SEEN_BY, page_of)
def evaluate(job: Job) -> dict[str, Any]:
    """Evaluate, count what hangs on unknown facts, draw, and keep all of it."""
    run = taken_up(job)
    law, registry = laid_open(run)
    tick = ticking(job, registry.subjects, Both("evaluating every measure for every enterprise", "正在逐家测算各项政策"))
    outcome = huiqi.evaluate(law.rules, registry, run.as_of, out=run.folder, tick=tick)
    figures = figures_of(law.rules, outcome)
    tick = ticking(job, registry.subjects, Both("weighing the facts that nobody knows", "正在分析缺失数据的影响"))
    figures["facts"] = hanging_facts(law.rules, registry, run.as_of, outcome, tick)
    ticking(job, registry.subjects, Both("drawing", "正在绘制图表"))
    draw(figures, run.folder)
    _keep(run, FIGURES, figures)
    _keep(run, RULES, rules_of((tally.measure for tally in outcome.tallies), law.rules))
    run.headline = {
        "subjects": outcome.subjects,
        "measures": len(outcome.tallies),
        "totals": figures["totals"],
        "yes": sum(tally.yes for tally in outcome.tallies),
        "depends": sum(tally.depends for tally in outcome.tallies),
        "made_up": registry.made_up,
    }
    run.save(update_fields=["headline"])
    return {"run": run.pk}


def _keep(run: Run, name: str, content: Any) -> None:
    (run.folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
