"""huiqi synthesize: a made-up registry that adds up to published totals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import Lang, Language, day
from huiqi.cli.show import console, show_totals
from huiqi.cli.totals import Without, packs_about, scale_of, totals_of
from huiqi.entitlements.reconcile import FILE, Counting, Standing, reconcile, spoken_of, wanted_of, write_totals
from huiqi.facts.registry import open_registry
from huiqi.facts.synthesize import synthesize as make
from huiqi.rules.published import Unspoken
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both


def synthesize(
    place: Annotated[str, typer.Option("--place", help="The district, by id or administrative code.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the registry.")],
    enterprises: Annotated[int, typer.Option("--enterprises", "-n", help="How many.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same registry.")] = 1,
    as_of: Annotated[str, typer.Option("--as-of", help="The day on which the registry stands.")] = "2024-06-30",
    years: Annotated[int, typer.Option("--years", help="How many completed years it holds.")] = 3,
    pack: Annotated[list[str] | None, typer.Option("--pack", "-p", help="Packs whose totals are meant; default: all of the place.")] = None,
    scale: Annotated[str, typer.Option("--scale", help="Of each total only this part, like 0.1 or 10%, for a small registry.")] = "1",
    without: Without = None,
    no_totals: Annotated[bool, typer.Option("--no-totals", help="Look at no published totals: only the facts that all districts share.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a registry that is there.")] = False,
    lang: Language = Lang.en,
) -> None:
    """Make up a registry of enterprises that do not exist, for trying things out; it says of itself that it is made up.

    It meets what is published of the place, as far as a pack says whom a figure counts, and says which totals it met and by how much.
    """
    on, part = day(as_of, "--as-of"), scale_of(scale)
    rules = packs_about(place, pack or [], on, plain=no_totals)
    schema = rules.schemas["enterprise"]
    found, unspoken = list[Standing](), list[Unspoken]()
    id = rules.places.find(place)
    if no_totals or id is None:
        made = make(place, enterprises, seed, out, schema, rules.places, as_of=on, years=years, overwrite=overwrite)
    else:
        totals = totals_of(rules, id, on, without or [])
        wanted = wanted_of(rules, totals, id, on, enterprises, part)

        def count(folder: Path) -> None:
            registry, problems = open_registry(folder, schema, rules.places)
            if registry is None:
                raise FaultyInput(problems)
            spoken, silent = spoken_of(totals, registry)
            found.extend(reconcile(registry, Counting(rules, spoken, on), part))
            unspoken.extend(silent)
            write_totals(folder / FILE, found, unspoken)

        made = make(
            place, enterprises, seed, out, schema, rules.places, as_of=on, years=years, overwrite=overwrite, wanted=wanted, beside=count
        )  # fmt: skip
    en = f"{made.enterprises:,} made-up enterprises, none of which exists, with {made.year_rows:,} year rows: {out}/"
    console.print(Both(en, f"虚构企业{made.enterprises:,}家（均不存在），年度数据{made.year_rows:,}行：{out}/")(lang.value))
    if not no_totals:
        show_totals(found, unspoken, part, lang.value, out / FILE)
