"""huiqi import: somebody's tables -> a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import Of, library_of, shipped
from huiqi.cli.show import console, show_problems
from huiqi.facts.importing import import_tables
from huiqi.vocabulary.problem import errors


def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Excel or Parquet files.", exists=True, dir_okay=False)],
    map_: Annotated[Path, typer.Option("--map", help="What the files' columns mean: see docs/registry.md.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the registry.")],
    pack: Annotated[list[str], typer.Option("--pack", "-p", help="Packs whose own facts may be mapped too.")] = [],  # noqa: B006 - typer reads it
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a registry that is there.")] = False,
    of: Of = "enterprise",
) -> None:
    """Make a registry of somebody's tables; rows that cannot be read go to rejected.csv with the reason."""
    library = library_of(pack or shipped(), rules_only=True)
    if of not in library.common.schemas:
        raise typer.BadParameter(f"there is no subject {of}; subjects: {', '.join(library.common.schemas)}", param_hint="--of")
    report = import_tables(map_, files, out, library.schema(of), library.common.places, overwrite=overwrite)
    show_problems(list(report.problems))
    repeated = f" ({report.repeated:,} of them repeated another)" if report.repeated else ""
    console.print(f"{report.read:,} rows read, {report.accepted:,} accepted{repeated}, {report.rejected:,} rejected")
    if report.folder is None:
        raise typer.Exit(1)
    rejected = f"; see {report.folder / 'rejected.csv'}" if report.rejected else ""
    console.print(f"{report.subjects:,} subjects ({of}): {report.folder}/{rejected}")
    raise typer.Exit(1 if errors(report.problems) else 0)
