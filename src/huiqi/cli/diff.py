"""huiqi diff: what changes from one text to another, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.markup import escape

from huiqi.cli.options import AsJson, Lang, Language
from huiqi.cli.show import console
from huiqi.publication.differences import Comparison, Difference, compare_all
from huiqi.publication.editions import Edition, Shelf
from huiqi.publication.say_differences import EFFECT_WORDS, sentence
from huiqi.publication.terms import Stated
from huiqi.vocabulary.speech import Both, both, of_words

_MARKS = {"added": "[green]+[/]", "dropped": "[red]−[/]", "changed": "[yellow]~[/]", "moved": "[dim]↷[/]"}


def diff(
    before: Annotated[str, typer.Argument(help="A text like gazelle-2020 or <pack>/gazelle-2020, or a pack by id or path.")],
    after: Annotated[str, typer.Argument(help="The same, or an edition of the same policy, like 2023.")],
    lang: Language = Lang.en,
    json_: AsJson = False,
) -> None:
    """Tell what changes from one text to another: measures, conditions, amounts, definitions, scorecards, days."""
    shelf = Shelf()
    comparisons = compare_all(shelf.find(before), shelf.find(after, like=before))
    if json_:
        typer.echo(json.dumps([as_json(comparison) for comparison in comparisons], ensure_ascii=False, indent=2))
        return
    for line in lines(comparisons, lang.value):
        console.print(line)


def lines(comparisons: list[Comparison], lang: str) -> Iterator[str]:
    """What changes, for the terminal; of several texts those that stay as they are only by their number."""
    shown = [one for one in comparisons if one.differences or one.before is None or one.after is None or len(comparisons) == 1]
    for comparison in shown:
        yield from _lines(comparison, lang)
    if same := len(comparisons) - len(shown):
        yield f"[dim]{both(('{0} texts unchanged', '{0}份文件未变'), str(same))(lang)}[/]"


def _lines(comparison: Comparison, lang: str) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    if before is None or after is None:
        alone = before if before is not None else after
        assert alone is not None
        words = Both("new text", "新增文件") if before is None else Both("text dropped", "取消文件")
        yield f"{_MARKS['added' if before is None else 'dropped']} {words(lang)}{Both(': ', '：')(lang)}{_name(alone, lang)}"
        return
    yield _heading(before, after, lang)
    for owner, found in groupby(comparison.differences, key=lambda difference: difference.owner):
        if owner(lang):
            yield f"  [bold]{escape(owner(lang))}[/]"
        for difference in found:
            yield f"{'    ' if owner(lang) else '  '}{_MARKS[difference.change]} {escape(sentence(difference)(lang))}{_aside(difference, lang)}"
    yield f"  [dim]{escape(_count(comparison)(lang))}[/]"


def _heading(before: Edition, after: Edition, lang: str) -> str:
    """The two texts; a title or a name that they share is told once."""
    if before.name == after.name:
        return f"[bold]{_name(before, lang)}[/]"
    alike = of_words(before.document.record.title) == of_words(after.document.record.title)
    return f"[bold]{_name(before, lang)} → {f'[dim]{escape(after.name)}[/]' if alike else _name(after, lang)}[/]"


def _name(edition: Edition, lang: str) -> str:
    return f"{escape(of_words(edition.document.record.title)(lang))} [dim]{escape(edition.name)}[/]"


def _aside(difference: Difference, lang: str) -> str:
    """The clause, and whether the text gets stricter or looser."""
    effect = EFFECT_WORDS.get(difference.effect)
    notes = [note for note in (difference.clause, effect(lang) if effect is not None else "") if note]
    if not notes:
        return ""
    return f"[dim]（{escape('，'.join(notes))}）[/]" if lang == "zh" else f" [dim]({escape(', '.join(notes))})[/]"


def _count(comparison: Comparison) -> Both:
    effects = [difference.effect for difference in comparison.differences]
    figures = (str(len(effects)), str(effects.count("stricter")), str(effects.count("looser")), str(comparison.unchanged))
    return both(("{0} changes, {1} stricter, {2} looser; {3} statements unchanged", "{0}处变化，其中收紧{1}处、放宽{2}处；{3}处未变"), *figures)


# ---------------------------------------------------------------- for other programs


def as_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison in both languages."""
    return {
        "before": None if comparison.before is None else comparison.before.document.name,
        "after": None if comparison.after is None else comparison.after.document.name,
        "unchanged": comparison.unchanged,
        "differences": [_difference(difference) for difference in comparison.differences],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "change": difference.change,
        "part": difference.part,
        "owner": difference.owner.as_json(),
        "what": difference.what.as_json(),
        "before": _stated(difference.before),
        "after": _stated(difference.after),
        "direction": difference.direction,
        "effect": difference.effect,
        "clause": difference.clause,
        "words": sentence(difference).as_json(),
    }


def _stated(stated: Stated | None) -> dict[str, Any] | None:
    if stated is None:
        return None
    return {**stated.said.as_json(), "figure": None if stated.figure is None else str(stated.figure)}
