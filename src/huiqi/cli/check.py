"""huiqi check: every problem of the texts of some packs."""

from __future__ import annotations

import json

import typer

from huiqi.cli.options import AsJson, PackArguments, shipped
from huiqi.cli.show import console, show_problems
from huiqi.rules.check import check_library
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import errors


def check(packs: PackArguments = [], json_: AsJson = False) -> None:  # noqa: B006 - typer reads the default, nobody changes it
    """Tell every problem of the packs' texts, with its place and remedy. Exit status 1 if any is an error."""
    names = packs or shipped()
    library, problems = read_library(names)
    if library is not None:
        problems = check_library(library)
    faults = errors(problems)
    if json_:
        typer.echo(json.dumps([problem.as_json() for problem in problems], ensure_ascii=False, indent=2))
    else:
        show_problems(problems)
        texts = sum(len(pack.documents) for pack in library.packs) if library is not None else 0
        console.print(
            f"{', '.join(names)}: {_count(texts, 'document')} read, {_count(len(faults), 'error')}, {_count(len(problems) - len(faults), 'warning')}"
        )
    raise typer.Exit(1 if faults else 0)


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
