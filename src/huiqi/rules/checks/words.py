"""Words that are empty, or in the wrong language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from huiqi.facts.schema import Fact
from huiqi.rules.library import Library
from huiqi.vocabulary.problem import Problem
from huiqi.vocabulary.record import Record, Words

_HAN = re.compile(r"[\u4e00-\u9fff]")


def shared_words(library: Library) -> Iterator[Problem]:
    """The words of facts, code lists, places and packs."""
    facts: list[Fact] = [fact for schema in library.common.schemas.values() for fact in schema.facts.values()]
    for pack in library.packs:
        facts += [fact for more in pack.facts.values() for fact in more]
        yield from empty_words(pack.record)
        for record in (*pack.cases, *pack.register, *pack.indicators):
            yield from empty_words(record)
    for fact in facts:
        for words in (fact.label, fact.question, fact.note):
            if words is not None:
                yield from faulty_words(words)
    for listed in (*library.common.codes.values(), *(codes for pack in library.packs for codes in pack.codes.values())):
        for code in listed.codes.values():
            yield from faulty_words(code.label)
    for place in library.common.places.by_id.values():
        yield from faulty_words(place.label)


def empty_words(record: Record) -> Iterator[Problem]:
    """Words without text in one language, or with the two languages turned round."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
            if isinstance(item, Words):
                yield from faulty_words(item)
            elif isinstance(item, Record):
                yield from empty_words(item)


def faulty_words(words: Words) -> Iterator[Problem]:
    for text, language in ((words.en, "English"), (words.zh, "Chinese")):
        if not text.strip():
            yield Problem("check.language", f"the {language} text is empty", text.where, "everything a person reads has both languages")
    if _HAN.search(words.en) and not _HAN.search(words.zh) and words.zh.strip():
        yield Problem("check.language", "English and Chinese are turned round", words.en.where, "en: holds the English text, zh: the Chinese")
