"""What changes from one version of the packs to another, in words, text by text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from huiqi.publication.differences import Comparison, compare_all
from huiqi.publication.editions import Edition, edition
from huiqi.publication.say_differences import EFFECT_WORDS, sentence
from huiqi.rules.library import Library
from huiqi.vocabulary.speech import of_words


def differences(before: Library, after: Library) -> list[dict[str, Any]]:
    """Every text that is new, dropped or different, as a page shows it; texts that read the same are left out."""
    packs = [pack.id for pack in after.packs] + [pack.id for pack in before.packs if pack.id not in {one.id for one in after.packs}]
    return [found for pack in packs for found in _of_pack(pack, before, after)]


def _of_pack(pack: str, before: Library, after: Library) -> Iterator[dict[str, Any]]:
    sides = [[document for document in library.documents if document.pack == pack] for library in (before, after)]
    hashes = [{one.id: one.content_hash for one in library.packs}.get(pack) for library in (before, after)]
    if hashes[0] == hashes[1] and before.common.schemas == after.common.schemas:
        return
    editions = [[edition(document, library) for document in side] for side, library in zip(sides, (before, after), strict=True)]
    for comparison in compare_all(*editions):
        if comparison.before is None or comparison.after is None or comparison.differences:
            yield _shown(pack, comparison)


def _shown(pack: str, comparison: Comparison) -> dict[str, Any]:
    text = comparison.after or comparison.before
    assert text is not None
    change = "new" if comparison.before is None else "dropped" if comparison.after is None else "changed"
    groups = [
        {"owner": owner.as_json(), "lines": [_line(one) for one in found]}
        for owner, found in groupby(comparison.differences, key=lambda one: one.owner)
    ]
    return {"pack": pack, "name": text.name, "title": of_words(text.document.record.title).as_json(), "change": change, "groups": groups} | {
        "from": _day(text)
    }


def _line(difference: Any) -> dict[str, Any]:
    effect = EFFECT_WORDS.get(difference.effect)
    return {
        "words": sentence(difference).as_json(),
        "change": difference.change,
        "clause": difference.clause,
        "effect": None if effect is None else effect.as_json(),
    }


def _day(text: Edition) -> str:
    day: datetime.date = text.document.record.first_day
    return day.isoformat()
