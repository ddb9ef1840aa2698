"""huiqi simulate: what a reform would cost, and whom it would reach, beside the law as it is."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.drawn import drawn
from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, WeightsFolder, day, library_of, registry_of
from huiqi.cli.show import console, progress, show_problems
from huiqi.cli.simulated import lines
from huiqi.cli.simulated_beside import Laws, beside
from huiqi.cli.writing import may_replace
from huiqi.entitlements.reweight import read_weights
from huiqi.revision.reasons import reasons
from huiqi.revision.reform import Reform, read_reform, reformed
from huiqi.revision.report import report_of
from huiqi.revision.simulate import simulate as simulated
from huiqi.revision.write import write_simulation
from huiqi.rules.check import check_library
from huiqi.rules.library import Library, without_collecting
from huiqi.vocabulary.period import anniversary
from huiqi.vocabulary.problem import FaultyInput, errors
from huiqi.vocabulary.speech import Both


def simulate(
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    reform: Annotated[Path | None, typer.Option("--reform", help="The file of a reform: what it changes in the texts of a pack.")] = None,
    other_pack: Annotated[list[str], typer.Option("--other-pack", help="Instead of a reform: another pack to compare with; may be repeated.")] = [],  # noqa: B006 - typer reads the default
    other_law_on: Annotated[
        str | None, typer.Option("--other-law-on", help="Instead of a reform, or with one: its texts are those of this day.")
    ] = None,
    law_on: LawOn = None,
    of: Of = "enterprise",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the results as files; a former result in it is replaced.")] = None,
    weights: WeightsFolder = None,
    scenario: Annotated[Path | None, typer.Option("--scenario", help="Also several years ahead: the file that states how facts grow.")] = None,
    round_: Annotated[Path | None, typer.Option("--round", help="Also what becomes of a round of a fund under both laws: its file.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Also evaluate the measures that cannot differ, once for both laws.")] = False,
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Simulate a reform: both laws on the same facts, what differs in cost and for whom."""
    if reform is None and not other_pack and other_law_on is None:
        raise typer.BadParameter("say what to compare with: --reform FILE, --other-pack PACK or --other-law-on DAY", param_hint="--reform")
    if reform is not None and other_pack:
        raise typer.BadParameter("a reform is of the packs of --pack; leave one of the two out", param_hint="--other-pack")
    may_replace(out, "simulation.json", "a simulation")
    if round_ is not None and weights is not None:
        raise typer.BadParameter("a round gives to subjects of the registry; simulate it without --weights", param_hint="--round")
    facts_day = day(as_of, "--as-of")
    days = [day(text, option) if text else None for text, option in ((law_on, "--law-on"), (other_law_on, "--other-law-on"))]
    draft, laws = _laws(pack, reform, other_pack, days[0] or facts_day, days[1] or days[0] or facts_day)
    before, after = laws(0)
    opened = registry_of(registry, before, of, other=after)
    weighed = None if weights is None else read_weights(weights, opened)
    further = beside(laws, opened, facts_day, scenario, round_, weighed, assume_recognised)
    with progress(opened.subjects, "simulating") as tick:
        found = simulated(before, after, opened, facts_day, weights=weighed, whole=whole, assume_recognised=assume_recognised, tick=tick)
    changes = reasons(found)
    if out is not None:
        about = {} if draft is None else {"reform": draft.id, "reform_hash": draft.content_hash}
        pages = drawn(lambda: report_of(found, changes, None if draft is None else draft.record, further.report), lang)
        write_simulation(
            out,
            found,
            changes,
            {"as_of": facts_day.isoformat(), "assume_recognised": assume_recognised, **about, **further.sections},
            {**pages, **further.pages},
        )
    for line in lines(found, changes, None if draft is None else draft.record, lang.value):
        console.print(line)
    for line in further.lines(lang.value):
        console.print(line)
    if out is not None:
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))


def _laws(packs: list[str], path: Path | None, others: list[str], law_on: datetime.date, other_law_on: datetime.date) -> tuple[Reform | None, Laws]:
    """The law as it is and the other one, so many years ahead; raises FaultyInput with all that is wrong with a reform or what it leaves."""
    with without_collecting(for_good=True):
        library = library_of(packs, rules_only=True)
        if path is None:
            return None, _ahead(library, library_of(others, rules_only=True) if others else library, law_on, other_law_on)
        reform, problems = read_reform(path)
        if reform is None:
            raise FaultyInput(problems)
        made, more = reformed(library, reform)
        if made is None:
            raise FaultyInput([*problems, *more])
        left = check_library(made)
        if errors(left):
            raise FaultyInput(errors(left))
        show_problems([*problems, *more, *(problem for problem in left if problem.where.file == str(path))])
        return reform, _ahead(library, made, law_on, other_law_on)


def _ahead(before: Library, after: Library, law_on: datetime.date, other_law_on: datetime.date) -> Laws:
    return lambda years: (before.rules(anniversary(law_on, years)), after.rules(anniversary(other_law_on, years)))
