"""huiqi allocate equivalent: what rounds cost on one scale, whatever the instrument."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.commitments.promises import read_payments, refuse_doubled
from huiqi.allocation.equivalent.assumptions import Assumptions, read_assumptions
from huiqi.allocation.equivalent.grant_equivalent import ANY_PART, WITHOUT_TERMS, Equivalent, together
from huiqi.allocation.equivalent.of_rounds import MeasureEquivalent, equivalents, of_kinds
from huiqi.allocation.round_result import decided_in, latest_law, most_given
from huiqi.cli.options import AsJson, Lang, Language, Packs, library_of
from huiqi.cli.show import console
from huiqi.publication.names import KIND_WORDS
from huiqi.vocabulary.speech import Both, money_range, of_words

_HEADS = {
    "en": ("Kind", "Measure", "Awards", "As grants paid at once"),
    "zh": ("类型", "政策措施", "支持金额", "折合一次性补助"),
}


def equivalent(
    rounds: Annotated[list[Path], typer.Argument(help="Folders that rounds of allocate were written to.")],
    pack: Packs,
    assumptions: Annotated[
        Path | None, typer.Option("--assumptions", help="A YAML file of reference rates and terms; none: what they would decide is a range.")
    ] = None,
    lang: Language = Lang.en,
    json_: AsJson = False,
) -> None:
    """Show what rounds give on one scale: each instrument as a grant paid at once (gross grant equivalent)."""
    library, assumed = library_of(pack, rules_only=True), Assumptions() if assumptions is None else read_assumptions(assumptions)
    found: list[tuple[Path, MeasureEquivalent]] = []
    kinds: list[Equivalent] = []
    tables = [read_payments(folder) for folder in rounds]
    refuse_doubled(rounds, tables)
    for folder, table in zip(rounds, tables, strict=True):
        rules = library.rules(latest_law([folder]))
        most = most_given(folder)
        measures = equivalents(table, decided_in(folder), rules, assumed, most)
        found += [(folder, one) for one in measures]
        kinds += of_kinds(measures, most)
    totals = together(kinds)
    if json_:
        typer.echo(json.dumps({"measures": [_as_json(*pair) for pair in found], "kinds": [_cost(cost) for cost in totals.values()]}, indent=2))
        return
    _show([one for _, one in found], totals, lang.value)
    for said in _notes([(decided_in(folder), one) for folder, one in found], assumed):
        console.print(escape(said(lang.value)))


def _show(found: list[MeasureEquivalent], totals: dict[tuple[str, Any], Equivalent], lang: str) -> None:
    table = Table(pad_edge=False, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(_HEADS[lang]):
        table.add_column(head, justify="right" if number > 1 else "left", no_wrap=number > 1)
    for (currency, kind), cost in totals.items():
        table.add_row(f"[bold]{KIND_WORDS[kind](lang)}[/]", "", *(f"[bold]{escape(cell)}[/]" for cell in _amounts(cost, lang)))
        for one in found:
            if (one.cost.currency, one.cost.kind) == (currency, kind):
                table.add_row("", escape(one.measure.record.title(lang)), *map(escape, _amounts(one.cost, lang)))
    Console(highlight=False, width=None if console.is_terminal else 200).print(table)


def _amounts(cost: Equivalent, lang: str) -> tuple[str, str]:
    return (
        money_range(cost.low, cost.high, cost.currency)(lang),
        money_range(cost.equivalent_low, cost.equivalent_high, cost.currency)(lang),
    )


def _notes(found: list[tuple[int, MeasureEquivalent]], assumed: Assumptions) -> list[Both]:
    """What was assumed, and what is wide because nothing was."""
    notes = [] if assumed.title is None else [Both(f"assumptions: {assumed.title.en}", f"假设：{assumed.title.zh}")]
    notes += [
        Both(
            f"no reference rate of {year} is stated: what is paid in later years is worth between nothing and its amount",
            f"未给出{year}年参考利率：以后年度拨付的金额按零至全额计",
        )
        for year in sorted({decided for decided, one in found if one.lacks_rate})
    ]
    wide = dict.fromkeys(
        of_words(one.measure.record.title) for _, one in found if not one.stated and WITHOUT_TERMS[one.measure.record.kind] == ANY_PART
    )
    notes += [Both(f"no terms of “{title.en}” are stated: any part of it may count", f"未给出“{title.zh}”的条件：按零至全额计") for title in wide]
    return notes


def _cost(cost: Equivalent) -> dict[str, Any]:
    ends = {"amount": [cost.low, cost.high], "grant_equivalent": [cost.equivalent_low, cost.equivalent_high]}
    return {"kind": cost.kind, "currency": cost.currency} | ends


def _as_json(folder: Path, one: MeasureEquivalent) -> dict[str, Any]:
    return {"round": folder.name, "measure": one.measure.name, "terms_stated": one.stated} | _cost(one.cost)
