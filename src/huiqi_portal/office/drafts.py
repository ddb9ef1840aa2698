"""Where the text of a reform comes from: written on the page, sent as a file, an earlier simulation, or a draft that comes with huiqi."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest

import huiqi
from huiqi.revision.reform import Reform
from huiqi.vocabulary.speech import Both
from huiqi_portal.office.models import Run, What
from huiqi_portal.site.faults import Fault, Refused

REFORM = "reform.yaml"
LONGEST = 200_000  # characters


def reform_in(request: HttpRequest) -> str:
    """The file that was sent, else what was written; raises Refused where the file is none to read."""
    sent = request.FILES.get("file")
    if sent is None:
        return str(request.POST.get("reform", ""))
    if sent.size > 4 * LONGEST:
        message = Both("the file is too long for a reform", "文件过长，不是调整方案")
        raise Refused([Fault("office.long-reform", message, Both("choose the YAML file of a reform", "请选择调整方案的YAML文件"), "file")])
    try:
        return str(sent.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        message = Both("the file is not UTF-8 text", "文件不是UTF-8文本")
        raise Refused([Fault("office.encoding", message, Both("save it as UTF-8", "请另存为UTF-8编码"), "file")]) from None


def read(text: str) -> Reform:
    """The reform that a text is; raises FaultyInput with all that is wrong with it by itself, whatever the law in force."""
    with tempfile.TemporaryDirectory(prefix="huiqi-") as folder:
        path = Path(folder, REFORM)
        path.write_text(text, encoding="utf-8")
        reform, problems = huiqi.read_reform(path, REFORM)
    if reform is None:
        raise huiqi.FaultyInput(problems)
    return reform


def drafts() -> list[str]:
    """The names of the drafts that come with huiqi."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def draft(name: str) -> str:
    """The text of an earlier simulation by its number, or of a draft that comes with huiqi by its name; empty where there is none."""
    if name.isdecimal():
        found = Run.objects.filter(what=What.SIMULATION, pk=int(name)).first()
        return "" if found is None else str(found.reform)
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8") if name in drafts() else ""


def _folder() -> Path:
    return huiqi.packs_folder().parent / "examples" / "reforms"
