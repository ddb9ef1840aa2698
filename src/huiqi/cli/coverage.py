"""huiqi coverage: which documents and clauses the packs hold, and which not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import Lang, Language, PackArguments, library_of, shipped
from huiqi.cli.writing import write_or_print
from huiqi.publication.coverage import coverage_page


def coverage(
    packs: PackArguments = [],  # noqa: B006 - typer reads the default, nobody changes it
    lang: Language = Lang.en,
    out: Annotated[Path | None, typer.Option(help="The file to write, like docs/coverage.md; none: print it.")] = None,
) -> None:
    """Tell what the packs cover: each document and clause that is known of, encoded or not, as a page of Markdown."""
    names = packs or shipped()
    library = library_of(names)
    wanted = [pack for pack in library.packs if pack.id in {Path(name).name for name in names}]
    write_or_print(coverage_page(wanted, library.common.places, lang.value), out)
