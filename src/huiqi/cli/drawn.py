"""The report that a command writes beside its tables, where the libraries for it are installed."""

from __future__ import annotations

from collections.abc import Callable

from huiqi.cli.options import Lang
from huiqi.cli.show import show_problems
from huiqi.publication.report.page import page
from huiqi.publication.report.report import Report
from huiqi.vocabulary.problem import FaultyInput

REPORT = "report.html"


def drawn(make: Callable[[], Report], lang: Lang) -> dict[str, bytes]:
    """The report as files by name; nothing where a library is missing, which is told with its remedy."""
    try:
        return {REPORT: page(make(), lang.value).encode()}
    except FaultyInput as missing:
        if any(problem.code != "report.extra" for problem in missing.problems):
            raise
        show_problems(list(missing.problems))
        return {}
