"""huiqi ledger reverse: a wrong entry is taken back by one that names it."""

from __future__ import annotations

from typing import Annotated

import typer

from huiqi.cli.ledger._given import At, By, Key, Note, On, Place, day_of_effect, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def reverse(
    ledger: Place,
    entry: Annotated[int, typer.Argument(help="The number of the entry that was wrong.", min=1)],
    on: On,
    key: Key,
    by: By,
    at: At = None,
    note: Note = "",
    lang: Language = Lang.en,
) -> None:
    """Reverse a wrong entry (冲正): nothing is ever altered, the reversal names it, and what was right is entered anew."""
    post(ledger, [Event("reversed", key, day_of_effect(on), reverses=entry, note=note)], by, at, lang)
