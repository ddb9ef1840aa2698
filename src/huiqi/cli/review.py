"""huiqi review: what is wrong with a portfolio before it is enacted, ranked by money and by firms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, RegistryFolder, registry_of, rules_of
from huiqi.cli.show import console, progress
from huiqi.cli.writing import may_replace
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.review import ABOUT_FIRMS, KINDS, Review
from huiqi.revision.review.review import review as reviewed
from huiqi.revision.review.said import firms
from huiqi.revision.review.write import write_review
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput, Problem, errors
from huiqi.vocabulary.speech import Both, both, brief_money

SHOWN = 30  # findings on the terminal
TO_MEND = 3  #: the exit code where a finding is about the text


def review(
    pack: Annotated[list[str], typer.Argument(help="Packs by id, or paths of pack folders: those whose measures are reviewed.")],
    registry: RegistryFolder,
    as_of: AsOf,
    law_on: LawOn = None,
    of: Of = "enterprise",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the results as files; a former review in it is replaced.")] = None,
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Review a portfolio before it is enacted: what nobody can have, what adds nothing, where money jumps, who stands near a threshold, which
    unknown facts cost most. Ends with 3 where a finding is about the text, with 0 where there is none or all are about firms and facts."""
    may_replace(out, "review.json", "a review")
    rules, facts_day = rules_of(pack, as_of, law_on)
    if faults := errors(rules.problems):
        raise FaultyInput(faults)
    opened = registry_of(registry, rules, of)
    if not any(measure.subject == of for measure in rules.measures):
        message = f"no measure about the subject {of} is in force on {rules.law_on}"
        raise FaultyInput([Problem("measure.subject", message, hint="take another day with --law-on, or another pack")])
    with progress(opened.subjects, "reviewing") as tick:
        found = reviewed(rules, opened, facts_day, packs=named(pack, rules), assume_recognised=assume_recognised, tick=tick)
    if out is not None:
        write_review(out, found, {"assume_recognised": assume_recognised})
    if opened.made_up:
        console.print(Both("The registry is made up: so is what follows.", "该名册为虚构数据，以下结果亦然。")(lang.value))
    for line in lines(found, lang.value):
        console.print(line)
    if out is not None:
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))
    if any(one.kind not in ABOUT_FIRMS for one in found.findings):
        raise typer.Exit(TO_MEND)


def named(packs: list[str], rules: Rules) -> set[str]:
    """The ids of packs that were asked for, among all that were read."""
    return {one.id for one in rules.packs if one.id in packs or any(Path(name).resolve() == one.folder.resolve() for name in packs)}


def lines(found: Review, lang: str) -> Iterator[str]:
    """The findings for the terminal."""
    material = found.material
    subject = material.registry.schema.subject
    looked = both(("{0} measures over {1}", "{0}项措施，{1}"), str(len(material.reviewed)), firms(material.outcome.subjects, subject))
    yield f"[bold]{looked(lang)}[/]" + Both(
        f" (facts of {material.as_of}, law of {material.rules.law_on})", f"（数据日期{material.as_of}，政策日期{material.rules.law_on}）"
    )(lang)
    if not material.outcome.subjects:
        yield Both("the registry is empty: only the text could be looked at", "登记库为空：只能检查文本")(lang)
    if not found.findings:
        yield Both("nothing was found", "未发现问题")(lang)
        return
    counts = Counter(one.kind for one in found.findings)
    yield Both("; ", "；")(lang).join(f"{KINDS[kind](lang)} {counts[kind]}" for kind in KINDS if kind in counts)
    Console(highlight=False, width=None if console.is_terminal else 150).print(_table(found.findings[:SHOWN], subject, lang))
    if (more := len(found.findings) - SHOWN) > 0:
        yield Both(f"and {more} more: --out FOLDER writes them all", f"另有{more}项：--out 文件夹可写出全部")(lang)


def _table(findings: tuple[Finding, ...], subject: str, lang: str) -> Table:
    heads = {"en": ("", "Finding", "Money", "Firms", "What, and what to do"), "zh": ("", "类别", "金额", "数量", "问题与建议")}[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number in (0, 2, 3) else "left", no_wrap=number == 0, overflow="fold")
    for rank, one in enumerate(findings, 1):
        count = f"{one.firms:,}" + (f" [dim]+{one.firms_perhaps:,}?[/]" if one.firms_perhaps else "")
        place = f"{one.where}{Both(' ', '，')(lang)}{one.clause}" if one.where.file else one.clause
        said = f"{escape(one.what(lang))}\n[green]→[/] {escape(one.remedy(lang))}\n[dim]{escape(place)}[/]"
        table.add_row(str(rank), KINDS[one.kind](lang), _money(one)(lang), count, said)
    return table


def _money(one: Finding) -> Both:
    low, high = one.money
    if not low and high == 0:
        return Both("–", "–")
    if low == high:
        return brief_money(low, one.currency)
    top = NOT_PUBLIC if high is None else brief_money(high, one.currency)
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, one.currency), top)
