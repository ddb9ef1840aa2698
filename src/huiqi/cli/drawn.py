"""The report that a command writes beside its tables, where the libraries for it are installed."""

from __future__ import annotations

from collections.abc import Callable

from huiqi.cli.options import Lang
from huiqi.cli.show import show_problems
from huiqi.publication.report.page import page
from huiqi.publication.report.report import Report
from huiqi.publication.report.summary import summary
from huiqi.vocabulary.problem import FaultyInput

REPORT, SUMMARY = "report.html", "summary.pdf"


def drawn(make: Callable[[], Report], lang: Lang) -> dict[str, bytes]:
    """The report as files by name, with its summary in `lang` where it has one; nothing where a library is missing, which is told with its remedy."""
    try:
        report = make()
        pages = {REPORT: page(report, lang.value).encode()}
        return pages if report.brief is None else pages | {SUMMARY: summary(report, lang.value)}
    except FaultyInput as missing:
        if any(problem.code != "report.extra" for problem in missing.problems):
            raise
        show_problems(list(missing.problems))
        return {}
