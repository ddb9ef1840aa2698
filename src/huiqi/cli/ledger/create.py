"""huiqi ledger create: begin a ledger."""

from __future__ import annotations

from huiqi.cli.ledger._given import At, By, Place, recorded_at
from huiqi.cli.options import Lang, Language
from huiqi.cli.show import console
from huiqi.delivery.ledger.ledger import create_ledger, open_ledger
from huiqi.delivery.ledger.store import called
from huiqi.vocabulary.speech import Both


def create(ledger: Place, by: By, at: At = None, lang: Language = Lang.en) -> None:
    """Begin a ledger in a new file, or in a PostgreSQL database; what is there is never replaced."""
    create_ledger(ledger, by=by, at=recorded_at(at))
    with open_ledger(ledger, read_only=True) as opened:
        head = opened.head()
    console.print(Both(f"a new ledger: {called(ledger)}\nhead: {head}", f"新账：{called(ledger)}\n末条哈希：{head}")(lang))
