"""A new version is put together from what was sent in and checked as a whole: texts, worked cases, and what differs from the one in force."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

import huiqi
from huiqi.rules.cases import Verdict
from huiqi.rules.library import Library
from huiqi.vocabulary.problem import Problem, errors
from huiqi.vocabulary.speech import Both, of_words
from huiqi.vocabulary.whole import whole_folder
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import Job
from huiqi_portal.jobs.work import kind, progress, start
from huiqi_portal.site import archives, uploads
from huiqi_portal.site.clock import today
from huiqi_portal.site.faults import Fault, Refused
from huiqi_portal.texts.differences import differences
from huiqi_portal.texts.forms import changed_forms
from huiqi_portal.texts.models import Publication
from huiqi_portal.texts.shelf import SHIPPED, current_publication, library_of

LIMITS = archives.Limits(endings=(".yaml", ".csv"), file_bytes=20_000_000, bytes=200_000_000)
CHECK = "texts.check"
ZIP = "packs.zip"  # how what was sent in is called, whatever it was called before
_PACK = "pack.yaml"


def page_of(job: Job) -> str:
    """The version that a job checks."""
    return reverse("texts:version", kwargs={"number": job.given["publication"]})


def begin_check(publication: Publication, by: User) -> Job:
    """Have a version checked."""
    publication.job = start(CHECK, {"publication": publication.pk}, by)
    publication.save(update_fields=["job"])
    return publication.job


@kind(CHECK, Both("Check of a version of the texts", "政策文本版本检查"), (Role.EDITOR,), page_of)
def check(job: Job) -> dict[str, Any]:
    """Put the version together, read it, check it, run its worked cases, and hold it against the one in force."""
    publication = Publication.objects.get(pk=job.given["publication"])
    publication.job = job
    publication.save(update_fields=["job"])
    progress(job, 0, 5, Both("putting the files together", "正在整理文件"))
    if not publication.folder:
        publication.folder = assemble(publication)
        publication.save(update_fields=["folder"])
    progress(job, 1, 5, Both("reading the texts", "正在读取文本"))
    folder = Path(settings.HUIQI_DATA, "texts", publication.folder)
    library, problems = huiqi.read_library(publication.packs or names_of(folder), folder)
    verdicts: list[Verdict] = []
    changes: list[dict[str, Any]] = []
    current = current_publication()
    if library is not None:
        progress(job, 2, 5, Both("checking the texts", "正在检查文本"))
        problems = huiqi.check_library(library)
    if library is not None and not errors(problems):
        problems = [*problems, *changed_forms(library_of(current).rules(today()), library.rules(today()))]
    if library is not None and not errors(problems):
        progress(job, 3, 5, Both("running the worked cases", "正在运行算例"))
        verdicts, faults = huiqi.run_cases(library, library.packs)
        problems = [*problems, *faults]
        progress(job, 4, 5, Both("comparing with the version in force", "正在与现行版本比较"))
        changes = differences(library_of(current), library)
    publication.report = report(library, problems, verdicts) | {
        "against": SHIPPED if current is None else current.pk,
        "differences": changes,
    }
    publication.save(update_fields=["report"])
    progress(job, 5, 5)
    return {"errors": publication.report["errors"], "failed": len(publication.report["failed"])}


def report(library: Library | None, problems: list[Problem], verdicts: list[Verdict]) -> dict[str, Any]:
    """What checking told, as it is kept with the version."""
    return {
        "problems": [problem.as_json() for problem in problems],
        "errors": len(errors(problems)),
        "warnings": len(problems) - len(errors(problems)),
        "expectations": len(verdicts),
        "failed": [_verdict(one) for one in verdicts if not one.holds],
        "packs": []
        if library is None
        else [
            {"id": pack.id, "title": of_words(pack.record.title).as_json(), "texts": len(pack.documents), "cases": len(pack.cases)}
            for pack in library.packs
        ],
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    where = one.where
    return {"file": where.file, "line": where.line, "case": str(one.case.record.case), "name": one.name, "expected": one.expected, "found": one.found}


# ---------------------------------------------------------------- the folder of a version


def names_of(folder: Path) -> list[str]:
    """The packs of a folder; raises Refused where there is none."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{_PACK}"))
    if not found:
        raise Refused(
            [
                Fault(
                    "texts.no-pack",
                    Both("no folder in it is a pack: none has a pack.yaml", "其中没有政策包：没有任何文件夹包含pack.yaml"),
                    Both("zip the folders of packs with their pack.yaml", "请将含pack.yaml的政策包文件夹打包"),
                )
            ]
        )
    return found


def assemble(publication: Publication) -> str:
    """Make the folder of a version from what was sent in; its name below HUIQI_DATA/texts."""
    name = f"{uploads.new_token()}/packs"
    folder = Path(settings.HUIQI_DATA, "texts", name)
    base = current_folder()
    with whole_folder(folder) as made:
        if not publication.upload:
            _copy(huiqi.packs_folder(), made)
        elif publication.whole:
            _unpacked(publication, made)
        else:
            _copy(base, made)
            _unpacked(publication, made)
        names_of(made)
    return name


def current_folder() -> Path:
    """Where the texts in force are."""
    current = current_publication()
    return huiqi.packs_folder() if current is None else Path(settings.HUIQI_DATA, "texts", current.folder)


def _copy(source: Path, target: Path) -> None:
    """The YAML and CSV files of a packs folder."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix in LIMITS.endings:
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / path.relative_to(source))


def _unpacked(publication: Publication, target: Path) -> None:
    """What was sent in: each pack, facts/ and each file beside them takes the place of what was there under its name."""
    scratch = uploads.folder_of(publication.upload) / "unpacked"
    shutil.rmtree(scratch, ignore_errors=True)
    archives.unpack(uploads.folder_of(publication.upload) / ZIP, scratch, LIMITS)
    for entry in sorted(_root(scratch).iterdir()):
        place = target / entry.name
        if place.is_dir():
            shutil.rmtree(place)
        entry.replace(place)
    shutil.rmtree(scratch)


def _root(folder: Path) -> Path:
    """The packs folder in what was unpacked: a zip may hold it as a folder of its own, or what is in it."""
    while True:
        if (folder / _PACK).is_file() and folder.name == "unpacked":
            raise Refused(
                [
                    Fault(
                        "texts.no-folder",
                        Both("the zip holds what is in a pack, not the pack's folder", "压缩包内是政策包的内容，而非政策包文件夹"),
                        Both("zip the folder itself: its name is the pack's", "请将文件夹本身打包：文件夹名即政策包名"),
                    )
                ]
            )
        inside = list(folder.iterdir())
        if len(inside) != 1 or not inside[0].is_dir() or (inside[0] / _PACK).is_file() or inside[0].name == "facts":
            return folder
        folder = inside[0]
