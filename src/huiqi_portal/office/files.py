"""What a run wrote, handed out: its tables as CSV, its charts, its report under a policy of its own. Only names from a list ever reach the disk."""

from __future__ import annotations

import json
from typing import Any

from csp.constants import HEADER
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import get_language

from huiqi_portal.office.drawings import LANGUAGES, NAMES
from huiqi_portal.office.models import Run, What

#: Files that a run may hand out, by kind of run, with their type. None has the facts of a single firm but those of FIRMS.
TABLES = {
    What.EVALUATION: ("summary.csv", "by_place.csv", "by_industry.csv"),
    What.SIMULATION: ("measures.csv", "topics.csv", "by_place.csv", "by_industry.csv", "by_size_class.csv", "by_tenth.csv", "reform.yaml"),
    What.REVIEW: ("findings.csv",),
}
FIRMS = {What.SIMULATION: ("largest.csv", "summary-en.pdf", "summary-zh.pdf"), What.REVIEW: ("visits.csv",)}
CHARTS = {f"chart-{name}-{lang}.svg" for name in NAMES for lang in LANGUAGES}
_TYPES = {".csv": "text/csv; charset=utf-8", ".yaml": "text/plain; charset=utf-8", ".svg": "image/svg+xml", ".pdf": "application/pdf"}


def lang() -> str:
    """The language of the page, as files are named by it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def kept(run: Run, name: str) -> Any:
    """A file of figures of a run that is done; raises Http404 where there is none."""
    path = run.folder / name
    if not run.done or not path.is_file():
        raise Http404
    return json.loads(path.read_text(encoding="utf-8"))


def handed_out(run: Run, name: str, *, download: bool = True) -> FileResponse:
    """A file whose name stands in a list of this module; raises Http404 where the run has none."""
    path = run.folder / name
    if not run.done or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=download, filename=f"{run.what}-{run.pk}-{name}", content_type=_TYPES[path.suffix])


def there(run: Run, names: tuple[str, ...]) -> list[str]:
    """Those of some files that the run has."""
    return [name for name in names if run.done and (run.folder / name).is_file()]


def charts(run: Run) -> list[str]:
    """The names of the charts that the run has."""
    return [name for name in NAMES if (run.folder / f"chart-{name}-{lang()}.svg").is_file()]


def report(run: Run) -> HttpResponse:
    """The report page of a run: a document of its own that may run its own script, by its hash, and may do nothing else."""
    path = run.folder / f"report-{lang()}.html"
    if not run.done or not path.is_file():
        raise Http404
    answer = HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8")
    answer[HEADER] = f"{run.headline['policy']}; frame-ancestors 'none'; sandbox allow-scripts"
    answer["Cache-Control"] = "private, no-store"
    return answer
