"""huiqi test: the packs' worked cases."""

from __future__ import annotations

import typer

from huiqi.cli.options import PackArguments, library_of, shipped
from huiqi.cli.show import complaints, console, show_problems
from huiqi.rules.cases import run_cases
from huiqi.vocabulary.problem import errors


def test(packs: PackArguments = []) -> None:  # noqa: B006 - typer reads the default, nobody changes it
    """Run the worked cases of the packs, and of the packs that they inherit."""
    library = library_of(packs or shipped())
    verdicts, problems = run_cases(library, library.packs)
    show_problems(problems)
    failed = [verdict for verdict in verdicts if not verdict.holds]
    for verdict in failed:
        complaints.print(
            f"[bold]{verdict.where}[/]: {verdict.case.record.case}: {verdict.name} is [red]{verdict.found}[/], expected {verdict.expected}"
        )
    cases = sum(len(pack.cases) for pack in library.packs)
    console.print(f"{cases} cases, {len(verdicts)} expectations: {len(verdicts) - len(failed)} hold, {len(failed)} do not")
    raise typer.Exit(1 if failed or errors(problems) else 0)


test.__test__ = False  # type: ignore[attr-defined]  # not a test case of pytest's
