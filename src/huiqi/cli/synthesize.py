"""huiqi synthesize: a made-up registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import day, library_of, shipped
from huiqi.cli.show import console
from huiqi.facts.synthesize import synthesize as make


def synthesize(
    place: Annotated[str, typer.Option("--place", help="The district, by id or administrative code.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the registry.")],
    enterprises: Annotated[int, typer.Option("--enterprises", "-n", help="How many.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same registry.")] = 1,
    as_of: Annotated[str, typer.Option("--as-of", help="The day on which the registry stands.")] = "2024-06-30",
    years: Annotated[int, typer.Option("--years", help="How many completed years it holds.")] = 3,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a registry that is there.")] = False,
) -> None:
    """Make up a registry of enterprises that do not exist, for trying things out; it says of itself that it is made up."""
    common = library_of(shipped(), rules_only=True).common
    schema = common.schemas["enterprise"]
    made = make(place, enterprises, seed, out, schema, common.places, as_of=day(as_of, "--as-of"), years=years, overwrite=overwrite)
    console.print(f"{made.enterprises:,} made-up enterprises, {made.year_rows:,} year rows: {out}/")
