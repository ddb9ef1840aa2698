"""The command line: one command a file, the same words as the library."""

from __future__ import annotations

import sys

from huiqi.cli.app import app
from huiqi.vocabulary.problem import FaultyInput, Problem


def main() -> None:
    """The `huiqi` command; faulty texts and tables are told as problems, with exit status 1."""
    try:
        app()
    except FaultyInput as faulty:
        _show(list(faulty.problems))
        sys.exit(1)
    except OSError as error:  # a place that cannot be written, or a disk that is full
        message = f"{error.filename or 'a file'}: {error.strerror or error}"
        _show([Problem("file.cannot", message, hint="name a place that is yours and not a file of another kind")])
        sys.exit(2)


def _show(problems: list[Problem]) -> None:
    from huiqi.cli.show import show_problems  # it draws everything else too

    show_problems(problems)
