"""huiqi evaluate: every measure for every subject of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, measures_of, registry_of, rules_of
from huiqi.cli.show import console, progress, show_outcome
from huiqi.entitlements import evaluate as entitlements
from huiqi.vocabulary.speech import Both


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
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Evaluate the measures for everybody; write entitlements.parquet, summary.csv and run.json, and print a table."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    opened = registry_of(registry, rules, of)
    chosen = measures_of(rules, measure) if measure else None
    if out.exists() and any(out.iterdir()) and not (out / "run.json").exists():
        raise typer.BadParameter(f"{out} holds something that is not a result of huiqi; it is left as it is", param_hint="--out")
    with progress(opened.subjects, "evaluating") as tick:
        outcome = entitlements.evaluate(
            rules, opened, facts_day, out=out, measures=chosen, values=value, reasons=reasons, assume_recognised=assume_recognised, tick=tick
        )  # fmt: skip
    show_outcome(outcome, rules.schemas[of], lang.value)
    for name, counts in outcome.values.items():
        shown = "; ".join(f"{text} {count:,}" for text, count in counts.most_common(12))
        console.print(f"{name}: {shown}" + (f"; {len(counts) - 12} more" if len(counts) > 12 else ""))
    said = Both(
        f"{outcome.subjects:,} subjects ({of}), measures: {len(outcome.tallies)}; results in {out}/",
        f"{outcome.subjects:,}个对象（{of}），{len(outcome.tallies)}项措施；结果见{out}/",
    )
    console.print(said(lang.value))
