"""huiqi evaluate: every measure for every subject of a registry."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, measures_of, registry_of, rules_of
from huiqi.cli.show import console, progress, said_of_stacking, show_outcome
from huiqi.cli.writing import may_replace
from huiqi.entitlements import evaluate as entitlements
from huiqi.entitlements.run.summary import Outcome
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem
from huiqi.vocabulary.speech import Both

SHOWN = 6  # measures that are named as evaluated anew


class Undecided(StrEnum):
    """Of whom it is counted which facts keep them undecided."""

    all = "all"
    some = "some"
    none = "none"


class On(StrEnum):
    """Where a registry is evaluated."""

    local = "local"
    spark = "spark"


def evaluate(
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the results; a former result in it is replaced.")],
    law_on: LawOn = None,
    measure: Annotated[list[str], typer.Option("--measure", "-m", help="Only these measures.")] = [],  # noqa: B006 - typer reads the default
    value: Annotated[list[str], typer.Option("--value", help="Also write this definition or scorecard result of everybody, like size_class.")] = [],  # noqa: B006
    reasons: Annotated[bool, typer.Option("--reasons", help="Also write the outcome of every test for every subject.")] = False,
    of: Of = "enterprise",
    undecided: Annotated[
        Undecided,
        typer.Option(
            "--undecided",
            help="Of whom to count which unknown facts keep them undecided: all, some (all up to 50,000, beyond that as many, evenly spread), none.",
        ),
    ] = Undecided.some,
    anew: Annotated[bool, typer.Option("--anew", help="Take nothing over from a former result.")] = False,
    assume_recognised: AssumeRecognised = False,
    engine: Annotated[On, typer.Option("--engine", help="On this machine, or on a Spark cluster; the results are the same.")] = On.local,
    master: Annotated[
        str | None, typer.Option("--master", help="The cluster, like local[2], yarn or spark://host:7077; default: that of spark-submit, or local.")
    ] = None,
    lang: Language = Lang.en,
) -> None:
    """Evaluate the measures for everybody; write entitlements.parquet, tables of totals and run.json, and print a table."""
    if engine is On.spark and (value or reasons):
        raise typer.BadParameter("--value and --reasons are for --engine local", param_hint="--engine")
    if engine is On.local and master is not None:
        raise typer.BadParameter("--master is for --engine spark", param_hint="--master")
    rules, facts_day = rules_of(pack, as_of, law_on)
    opened = registry_of(registry, rules, of, keys=engine is On.local)
    chosen = measures_of(rules, measure) if measure else None
    may_replace(out, "run.json", "a result")
    if engine is On.spark:
        outcome = _on_spark(rules, opened, facts_day, master, out, chosen, undecided, assume_recognised)
        _show(outcome, rules, of, out, lang)
        return
    with progress(opened.subjects, "evaluating") as tick:
        outcome = entitlements.evaluate(
            rules, opened, facts_day, out=out, measures=chosen, values=value, reasons=reasons, undecided=undecided.value,
            assume_recognised=assume_recognised, anew=anew, tick=tick,
        )  # fmt: skip
    _show(outcome, rules, of, out, lang)


def _on_spark(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    master: str | None,
    out: Path,
    measures: list[Measure] | None,
    undecided: Undecided,
    assume_recognised: bool,
) -> Outcome:
    try:
        from huiqi.entitlements.spark.evaluate import evaluate as evaluate_on
        from huiqi.entitlements.spark.session import open_session
    except ImportError as error:
        raise FaultyInput([Problem("spark.missing", f"{error.name} is not installed", NOWHERE, "pip install 'huiqi[spark]'")]) from None
    session = open_session(master)
    try:
        return evaluate_on(
            session, rules, registry, as_of, out=out, measures=measures, undecided=undecided.value, assume_recognised=assume_recognised
        )  # fmt: skip
    finally:
        session.stop()


def _show(outcome: Outcome, rules: Rules, of: str, out: Path, lang: Lang) -> None:
    show_outcome(outcome, rules, rules.schemas[of], lang.value)
    for name, counts in outcome.values.items():
        shown = "; ".join(f"{text} {count:,}" for text, count in counts.most_common(12))
        console.print(f"{name}: {shown}" + (f"; {len(counts) - 12} more" if len(counts) > 12 else ""))
    for words in (*said_of_stacking(outcome, rules), *_what_was_done(outcome, of)):
        console.print(words(lang.value))
    console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))


def _what_was_done(outcome: Outcome, of: str) -> Iterator[Both]:
    """Over how many, what was taken over, and what the counts of facts are of."""
    yield Both(
        f"{outcome.subjects:,} subjects ({of}), measures: {len(outcome.tallies)}", f"{outcome.subjects:,}个对象（{of}），{len(outcome.tallies)}项措施"
    )
    if 0 < outcome.asked < outcome.subjects:
        yield Both(
            f"what they are undecided for was asked of {outcome.asked:,} of them, evenly spread; --undecided all asks everybody",
            f"待定原因按均匀抽取的{outcome.asked:,}个对象统计；--undecided all 统计全部",
        )
    if not outcome.reused:
        return
    anew = [(tally.measure.key, parts) for tally, parts in zip(outcome.tallies, outcome.evaluated, strict=True) if parts]
    if not anew:
        yield Both("all of it was taken over from a former run: nothing that it rests on has changed", "全部沿用此前结果：其依据的内容均无变化")
        return
    named = ", ".join(f"{key} ({parts})" for key, parts in anew[:SHOWN]) + (", ..." if len(anew) > SHOWN else "")
    whole = len(outcome.tallies) - len(anew)
    yield Both(
        f"taken over from a former run: {whole} measures whole; evaluated anew, in so many of {outcome.parts} parts: {named}",
        f"沿用此前结果：{whole}项措施全部沿用；重新计算（共{outcome.parts}段，括号内为重算段数）：{named}",
    )
