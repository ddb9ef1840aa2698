"""huiqi render: the policy of a pack as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import Lang, Language, day, library_of
from huiqi.cli.writing import write_or_print
from huiqi.rules.page import latest_day, render_page


def render(
    pack: Annotated[str, typer.Argument(help="A pack by its id, or the path of a pack folder.")],
    lang: Language = Lang.en,
    law_on: Annotated[str | None, typer.Option("--law-on", help="The day whose texts are in force; default: that of the latest text.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write, like policy.html; none: print it.")] = None,
) -> None:
    """Write a pack's policy as one page of HTML, in words beside the rules as written."""
    library = library_of([pack])
    shown = library.packs[0]
    law_day = day(law_on, "--law-on") if law_on else latest_day(shown)
    write_or_print(render_page(library, shown, law_day, lang.value), out)
