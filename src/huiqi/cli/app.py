"""All commands under one name."""

from __future__ import annotations

from typing import Annotated

import typer

import huiqi
from huiqi.cli.ask import ask
from huiqi.cli.check import check
from huiqi.cli.coverage import coverage
from huiqi.cli.demo import demo
from huiqi.cli.diff import diff
from huiqi.cli.evaluate import evaluate
from huiqi.cli.explain import explain
from huiqi.cli.import_ import import_
from huiqi.cli.render import render
from huiqi.cli.schema import schema
from huiqi.cli.synthesize import synthesize
from huiqi.cli.test import test
from huiqi.entitlements.kernel import kernel_name

app = typer.Typer(
    help="huiqi (惠企): a district's 1+X industry-support policy system as code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"huiqi {huiqi.__version__} (kernel: {kernel_name()})")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version, and which kernel runs, and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Say the version where it is asked for."""


for command in (check, test, import_, synthesize, evaluate, explain, ask, render, diff, coverage, schema, demo):
    app.command(name=command.__name__.strip("_"))(command)
