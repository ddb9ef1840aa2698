"""huiqi reweight: weights with which a registry that one has adds up to published totals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import AsOf, Lang, Language, RegistryFolder, day, registry_of
from huiqi.cli.show import console, show_totals
from huiqi.cli.totals import Without, packs_about, scale_of, totals_of
from huiqi.entitlements.reconcile import FILE, spoken_of
from huiqi.entitlements.reweight import ABOUT, WEIGHTS, write_weights
from huiqi.entitlements.reweight import reweight as weigh
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.speech import Both


def reweight(
    place: Annotated[str, typer.Option("--place", help="The district, by id or administrative code.")],
    registry: RegistryFolder,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the weights.")],
    pack: Annotated[list[str] | None, typer.Option("--pack", "-p", help="Packs whose totals are meant; default: all of the place.")] = None,
    without: Without = None,
    enterprises: Annotated[int | None, typer.Option("--enterprises", "-n", help="How many the weights sum up to; default: any number.")] = None,
    at_least: Annotated[float, typer.Option("--at-least", help="No weight is below so many times what it was.")] = 0.1,
    at_most: Annotated[float, typer.Option("--at-most", help="No weight is above so many times what it was.")] = 10.0,
    scale: Annotated[str, typer.Option("--scale", help="Of each total only this part, like 0.1 or 10%.")] = "1",
    lang: Language = Lang.en,
) -> None:
    """Weigh the enterprises of a registry so that they add up to published totals, each weight as near to 1 as can be.

    An enterprise of which the registry does not know whether it counts makes a range: the total is met where the published figure lies in it.
    """
    on, part = day(as_of, "--as-of"), scale_of(scale)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / ABOUT).is_file())):
        raise typer.BadParameter(f"{out} holds something else; name a new folder, or one with weights", param_hint="--out")
    rules = packs_about(place, pack or [], on)
    id = rules.places.find(place)
    if id is None:
        hint = did_you_mean(place, rules.places.by_id) or "use an id of places.yaml or an administrative code"
        raise FaultyInput([Problem("rules.unknown-place", f"{place} is not a place", hint=hint)])
    read = registry_of(registry, rules)
    totals, unspoken = spoken_of(totals_of(rules, id, on, without or []), read)
    if not totals:
        hint = "take another --place, --pack or --as-of; a pack says under counts: whom a figure counts"
        raise FaultyInput([Problem("totals.none", f"nothing is published of {id} that this registry could be held against", hint=hint)])
    found = weigh(read, rules, totals, on, scale=part, lowest=at_least, highest=at_most, subjects=enterprises)
    write_weights(out, read, rules, on, found, unspoken, (at_least, at_most))
    said = lang.value
    if read.made_up:
        console.print(Both("The registry is made up: so is what follows.", "该名册为虚构数据，以下结果亦然。")(said))
    console.print(Both("Before, every enterprise counts once:", "加权前（每家企业计一次）：")(said))
    show_totals(found.before, (), part, said, None)
    console.print(Both("\nAfter:", "\n加权后：")(said))
    show_totals(found.after, unspoken, part, said, out / FILE)
    weights = found.weights
    en = f"{len(weights):,} weights from {weights.min():.4g} to {weights.max():.4g}, sum {weights.sum():,.1f}"
    zh = f"权重{len(weights):,}个，最小{weights.min():.4g}，最大{weights.max():.4g}，合计{weights.sum():,.1f}"
    if found.converged:
        en, zh = f"{en}; converged in {found.steps} steps: {out / WEIGHTS}", f"{zh}；{found.steps}步收敛：{out / WEIGHTS}"
    else:
        en = f"{en}; NOT converged after {found.steps} steps, the worst total is off by {found.off:.2%}: {out / WEIGHTS}"
        zh = f"{zh}；{found.steps}步后未收敛，最大相对偏差{found.off:.2%}：{out / WEIGHTS}"
    console.print(Both(en, zh)(said))
