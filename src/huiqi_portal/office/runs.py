"""Asking for runs: of the law in force over the current registry, on a day."""

from __future__ import annotations

import datetime

from django.db import transaction

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.jobs.work import start
from huiqi_portal.office.drafts import LONGEST, read
from huiqi_portal.office.models import Run, What
from huiqi_portal.registries.models import current_registry
from huiqi_portal.site.faults import Fault, Refused
from huiqi_portal.texts.shelf import current_publication

WORK = {What.EVALUATION: "office.evaluate", What.SIMULATION: "office.simulate", What.REVIEW: "office.review"}


def ask_for(what: str, by: User, as_of: datetime.date, law_on: datetime.date, title: str = "", reform: str = "") -> Run:
    """Have the law in force reckoned over the current registry; raises Refused where there is none, FaultyInput with what is wrong with a reform."""
    registry = current_registry()
    if registry is None:
        message = Both("there is no registry of enterprises yet", "尚无企业库")
        raise Refused([Fault("office.no-registry", message, Both("have one imported and made current", "请先导入并启用企业库"))])
    if what is What.SIMULATION and not reform.strip():
        message = Both("there is no reform to simulate", "没有可模拟的调整方案")
        raise Refused([Fault("office.no-reform", message, Both("write it, or choose its file", "请填写方案或选择文件"), "reform")])
    if len(reform) > LONGEST:
        message = Both(f"the reform is longer than {LONGEST:,} characters", f"调整方案超过{LONGEST:,}字")
        raise Refused(
            [Fault("office.long-reform", message, Both("publish large changes as a version of the texts", "较大调整请作为文本新版本发布"), "reform")]
        )
    if what is What.SIMULATION:
        read(reform)
    with transaction.atomic():
        run: Run = Run.objects.create(
            what=what,
            title=title.strip()[:200],
            publication=current_publication(),
            registry=registry,
            as_of=as_of,
            law_on=law_on,
            reform=reform,
            by=by,
        )
        run.job = start(WORK[what], {"run": run.pk}, by)
        run.save(update_fields=["job"])
    return run


def day_of(said: str, field: str, otherwise: datetime.date) -> datetime.date:
    """A day from a form; raises Refused where it is none."""
    if not said:
        return otherwise
    try:
        return datetime.date.fromisoformat(said)
    except ValueError:
        message = Both(f"{said[:40]} is not a day", f"{said[:40]}不是日期")
        raise Refused([Fault("office.day", message, Both("write it as 2026-01-31", "请按2026-01-31的格式填写"), field)]) from None
