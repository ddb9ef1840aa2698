"""huiqi backtest: editions on the facts of each year, held against what was recognised or paid."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.backtested import lines
from huiqi.cli.drawn import drawn
from huiqi.cli.options import AssumeRecognised, Lang, Language, Of, Packs, RegistryFolder, WeightsFolder, day, library_of, registry_of
from huiqi.cli.show import console, progress, show_problems
from huiqi.cli.writing import may_replace
from huiqi.entitlements.reweight import read_weights
from huiqi.revision.backtest.backtest import backtest as tested
from huiqi.revision.backtest.backtest import measures_of
from huiqi.revision.backtest.happened import read_published, read_recognised
from huiqi.revision.backtest.report import report_of
from huiqi.revision.backtest.write import write_backtest
from huiqi.rules.library import without_collecting
from huiqi.vocabulary.speech import Both


def backtest(
    pack: Packs,
    registry: RegistryFolder,
    year: Annotated[list[int], typer.Option("--year", help="A year to test, on the facts and the law of its 30 June; may be repeated.")] = [],  # noqa: B006 - typer reads the default
    as_of: Annotated[list[str], typer.Option("--as-of", help="Instead of a year: the day of its decision, like 2017-06-30; may be repeated.")] = [],  # noqa: B006
    recognised: Annotated[
        list[Path],
        typer.Option("--recognised", help="A table of who was recognised or paid: id, measure, year, and perhaps amount; may be repeated."),
    ] = [],  # noqa: B006
    published: Annotated[list[Path], typer.Option("--published", help="Published counts with their sources (YAML); may be repeated.")] = [],  # noqa: B006
    measure: Annotated[list[str], typer.Option("--measure", "-m", help="A measure to test; default: all of which something is told.")] = [],  # noqa: B006
    edition: Annotated[
        list[str], typer.Option("--edition", help="An edition to run beside the one in force, like gazelle-2020; default: the next text.")
    ] = [],  # noqa: B006
    law_on: Annotated[list[str], typer.Option("--law-on", help="Another day whose law is run beside the one in force; may be repeated.")] = [],  # noqa: B006
    of: Of = "enterprise",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the results as files; a former result in it is replaced.")] = None,
    weights: WeightsFolder = None,
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Hold editions against what happened: on the facts of each year, who should have had a measure and who had it, and why they differ."""
    if not year and not as_of:
        raise typer.BadParameter("name the years to test: --year 2017, or --as-of 2017-06-30", param_hint="--year")
    if wrong := [one for one in year if not 1950 <= one <= 2199]:
        raise typer.BadParameter(f"{wrong[0]} is not a year; write 2017", param_hint="--year")
    may_replace(out, "backtest.json", "a back-test")
    days = [*(datetime.date(one, 6, 30) for one in year), *(day(text, "--as-of") for text in as_of)]
    others = [day(text, "--law-on") for text in law_on]
    with without_collecting(for_good=True):
        library = library_of(pack, rules_only=True)
        rules = library.rules(max(days))
    known = measures_of(library)
    opened = registry_of(registry, rules, of)
    firms = [one for path in recognised for one in read_recognised(path, known)]
    counts = [one for path in published for one in read_published(path, known)]
    weighed = None if weights is None else read_weights(weights, opened)
    laws = 1 + (len(edition) + len(others) or 1)
    with progress(opened.subjects * len(days) * laws, "testing") as tick:
        found = tested(
            library, opened, days, names=measure, recognised=firms, published=counts, editions=edition, law_days=others, weights=weighed,
            assume_recognised=assume_recognised, tick=tick,
        )  # fmt: skip
    show_problems(list(found.problems))
    if out is not None:
        write_backtest(out, found, {"assume_recognised": assume_recognised}, drawn(lambda: report_of(found), lang))
    for line in lines(found, lang.value):
        console.print(line)
    if out is not None:
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))
