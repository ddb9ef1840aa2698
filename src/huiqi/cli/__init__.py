"""The command line: one command a file, the same words as the library."""

from __future__ import annotations

import sys

from huiqi.cli.app import app
from huiqi.vocabulary.problem import FaultyInput


def main() -> None:
    """The `huiqi` command; faulty texts and tables are told as problems, with exit status 1."""
    from huiqi.cli.show import show_problems

    try:
        app()
    except FaultyInput as faulty:
        show_problems(list(faulty.problems))
        sys.exit(1)
