"""A registry is made of what was sent in: tables with a map, or the zipped folder of a registry; then each fact is counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

import huiqi
from huiqi.facts import registry as facts_registry
from huiqi.facts.importing import import_tables
from huiqi.vocabulary.problem import errors
from huiqi.vocabulary.speech import Both
from huiqi.vocabulary.whole import whole_folder
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import Job
from huiqi_portal.jobs.work import kind, progress, start, ticking
from huiqi_portal.registries.coverage import coverage
from huiqi_portal.registries.lookup import folder_of, keep_firms
from huiqi_portal.registries.models import Registry, current_registry
from huiqi_portal.site import archives, uploads
from huiqi_portal.site.faults import Fault, Refused
from huiqi_portal.texts.shelf import law

IMPORT, ADOPT = "registries.import", "registries.adopt"
FOLDER_LIMITS = archives.Limits(endings=(".yaml", ".csv", ".parquet"))
BOOK_LIMITS = archives.Limits(endings=(".xlsx",), bytes=1_000_000_000, ratio=200)
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
BOOKS = (".xlsx",)
REJECTED = "rejected.csv"


def page_of(job: Job) -> str:
    """The registry that a job works on."""
    return reverse("registries:version", kwargs={"number": job.given["registry"]})


def begin_import(registry: Registry, by: User) -> Job:
    """Have what was sent in imported."""
    registry.job = start(IMPORT, {"registry": registry.pk}, by)
    registry.save(update_fields=["job"])
    return registry.job


def begin_adoption(registry: Registry, by: User) -> Job:
    """Have a registry made the one that the portal goes by."""
    registry.job = start(ADOPT, {"registry": registry.pk}, by)
    registry.save(update_fields=["job"])
    return registry.job


def take_up_under_new_texts(by: User, **_: Any) -> None:
    """What all firms of the registry decide about one is kept under the texts in force: it is reckoned anew when others come into force."""
    current = current_registry()
    if current is not None:
        begin_adoption(current, by)


@kind(IMPORT, Both("Import of a registry", "企业库导入"), (Role.OFFICER,), page_of)
def import_registry(job: Job) -> dict[str, Any]:
    """Read what was sent in, reject the rows that cannot stand, and count what is known."""
    registry = Registry.objects.get(pk=job.given["registry"])
    registry.job = job
    registry.save(update_fields=["job"])
    name = uploads.new_token()
    target = Path(settings.HUIQI_DATA, "registries", name)
    sent = uploads.folder_of(registry.upload)
    rows: dict[str, Any] = {}
    if "zip" in registry.files:
        progress(job, 0, 0, Both("unpacking", "正在解压"))
        _unpacked(sent / registry.files["zip"], target)
    else:
        rows = _imported(job, sent / registry.files["map"], [sent / file for file in registry.files["tables"]], target)
    try:
        opened = opened_registry(target)
        counted = coverage(opened, ticking(job, opened.subjects, Both("counting what is known", "正在统计数据项")))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    registry.folder, registry.made_up, registry.subjects = name, opened.made_up, opened.subjects
    registry.title_en, registry.title_zh = str(opened.title.en)[:300], str(opened.title.zh)[:300]
    registry.rejected = rows.get("rejected", 0)
    registry.report = rows | {"coverage": counted, "hash": opened.content_hash}
    registry.save()
    return {"subjects": opened.subjects, "rejected": registry.rejected}


@kind(ADOPT, Both("Make a registry current", "启用企业库"), (Role.OFFICER,), page_of)
def adopt(job: Job) -> dict[str, Any]:
    """Let the portal go by a registry: its firms are kept where a page finds them at once. The current one is kept anew, and stays current."""
    registry = Registry.objects.get(pk=job.given["registry"])
    registry.job = job
    registry.save(update_fields=["job"])
    opened = opened_registry(folder_of(registry))
    keep_firms(registry, opened, ticking(job, opened.subjects, Both("keeping the facts of each enterprise", "正在保存企业信息")))
    if registry != current_registry():
        registry.current_since, registry.made_current_by = timezone.now(), job.by
        registry.save(update_fields=["current_since", "made_current_by"])
    return {"subjects": opened.subjects}


def opened_registry(folder: Path) -> facts_registry.Registry:
    """A registry with the facts of the law in force; raises FaultyInput with all that is wrong with it."""
    rules = law().rules
    found, problems = huiqi.open_registry(folder, rules.schemas["enterprise"], rules.places)
    if found is None:
        raise huiqi.FaultyInput(problems)
    return found


def _imported(job: Job, map_path: Path, tables: list[Path], target: Path) -> dict[str, Any]:
    """Tables as their map says; what became of the rows."""
    for table in tables:
        if table.suffix.lower() in BOOKS:
            archives.weigh(table, BOOK_LIMITS)
    rules = law().rules
    read = 0

    def tick(more: int) -> None:
        nonlocal read
        read += more
        progress(job, read, 0)

    progress(job, 0, 0, Both("reading the tables", "正在读取表格"))
    report = import_tables(map_path, tables, target, rules.schemas["enterprise"], rules.places, tick=tick)
    if report.folder is None or errors(report.problems):
        raise huiqi.FaultyInput(report.problems)
    return {
        "read": report.read,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "repeated": report.repeated,
        "problems": [problem.as_json() for problem in report.problems],
    }


def _unpacked(archive: Path, target: Path) -> None:
    """The folder with registry.yaml in a zip."""
    scratch = archive.parent / "unpacked"
    shutil.rmtree(scratch, ignore_errors=True)
    archives.unpack(archive, scratch, FOLDER_LIMITS)
    found = sorted(scratch.rglob("registry.yaml"))
    if len(found) != 1:
        raise Refused(
            [
                Fault(
                    "registries.no-registry",
                    Both("the zip holds no registry.yaml, or several", "压缩包中没有registry.yaml，或有多个"),
                    Both("zip the folder of one registry, with its registry.yaml", "请将单个企业库文件夹连同registry.yaml一起打包"),
                )
            ]
        )
    with whole_folder(target) as made:
        for path in sorted(found[0].parent.iterdir()):
            path.replace(made / path.name)
    shutil.rmtree(scratch)
