"""huiqi simulate: what a reform would cost, and whom it would reach, beside the law as it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, day, library_of, registry_of
from huiqi.cli.show import console, progress, show_problems
from huiqi.entitlements.run.summary import Tally
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.revision.reform import Reform, read_reform, reformed
from huiqi.revision.simulate import FATES, Difference, Fates, Simulation
from huiqi.revision.simulate import simulate as simulated
from huiqi.revision.write import paired, write_simulation
from huiqi.rules.check import check_library
from huiqi.rules.compile import Rules
from huiqi.rules.library import without_collecting
from huiqi.vocabulary.problem import FaultyInput, errors
from huiqi.vocabulary.speech import Both, both, brief_money, of_words

SHOWN = 5  # subjects with the largest differences, groups with the most subjects that differ

_FATES = {
    "gain": Both("get more", "增加"), "lose": Both("get less", "减少"),
    "enter": Both("get something for the first time", "新纳入"), "leave": Both("get nothing any more", "退出"),
}  # fmt: skip


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
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Simulate a reform: both laws on the same facts, what differs in cost and for whom."""
    if reform is None and not other_pack and other_law_on is None:
        raise typer.BadParameter("say what to compare with: --reform FILE, --other-pack PACK or --other-law-on DAY", param_hint="--reform")
    if reform is not None and other_pack:
        raise typer.BadParameter("a reform is of the packs of --pack; leave one of the two out", param_hint="--other-pack")
    if out is not None and out.exists() and any(out.iterdir()) and not (out / "simulation.json").exists():
        raise typer.BadParameter(f"{out} holds something that is not a simulation of huiqi; it is left as it is", param_hint="--out")
    facts_day = day(as_of, "--as-of")
    days = [day(text, option) if text else None for text, option in ((law_on, "--law-on"), (other_law_on, "--other-law-on"))]
    draft, before, after = _laws(pack, reform, other_pack, days[0] or facts_day, days[1] or days[0] or facts_day)
    opened = registry_of(registry, before, of)
    with progress(opened.subjects, "simulating") as tick:
        found = simulated(before, after, opened, facts_day, assume_recognised=assume_recognised, tick=tick)
    if out is not None:
        about = {} if draft is None else {"reform": draft.id, "reform_hash": draft.content_hash}
        write_simulation(out, found, opened, {"as_of": facts_day.isoformat(), "assume_recognised": assume_recognised, **about})
    for line in lines(found, draft, lang.value):
        console.print(line)
    if out is not None:
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))


def _laws(
    packs: list[str], path: Path | None, others: list[str], law_on: datetime.date, other_law_on: datetime.date
) -> tuple[Reform | None, Rules, Rules]:
    """The law as it is, and the other one; raises FaultyInput with all that is wrong with a reform or what it leaves."""
    with without_collecting(for_good=True):
        library = library_of(packs, rules_only=True)
        before = library.rules(law_on)
        if path is None:
            return None, before, (library_of(others, rules_only=True) if others else library).rules(other_law_on)
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
        return reform, before, made.rules(other_law_on)


def lines(found: Simulation, reform: Reform | None, lang: str) -> Iterator[str | Table]:
    """What came of it, for the terminal."""
    before, after = found.sides
    if reform is not None:
        yield f"[bold]{escape(reform.record.title(lang))}[/] [dim]{escape(reform.id)}[/]"
    if not before.measures and not after.measures:
        yield Both("no measure can come out otherwise: only words differ, or nothing does", "没有措施的结果会因此改变：仅有文字差异，或并无差异")(
            lang
        )
        return
    Console(highlight=False, width=None if console.is_terminal else 150).print(_table(found, lang))
    untouched = after.whole - len(after.measures)
    yield both(("{0} measures cannot differ and were not evaluated", "另有{0}项措施不受影响，未予计算"), str(untouched))(lang)
    yield both(("the reform costs {0} (after stacking rules)", "与现行政策相比，支出变化：{0}（已计叠加规则）"), _more(found.fates))(lang)
    for fate in FATES:
        surely, perhaps = found.fates.of(fate)
        if surely or perhaps:
            said = both(("{0}: {1}", "{0}：{1}"), _FATES[fate], _count(surely, perhaps))
            yield f"  {said(lang)}"
    same = found.fates.subjects - found.fates.touched
    yield both(
        ("of {0} subjects {1} cannot have what changes", "{0}个对象中，{1}个不可能享受有变化的措施"), f"{found.fates.subjects:,}", f"{same:,}"
    )(lang)
    for title, largest in ((Both("largest gains", "增加最多"), found.gains), (Both("largest losses", "减少最多"), found.losses)):
        if largest:
            told = Both("; ", "；")(lang).join(_difference(one)(lang) for one in largest[:SHOWN])
            yield f"{title(lang)}{Both(': ', '：')(lang)}{escape(told)}"
    for dimension in found.dimensions:
        groups = [(dimension.groups[id], fates) for id, fates in found.by[dimension.name].items() if fates.touched]
        groups.sort(key=lambda one: -one[1].touched)
        if len(groups) > 1:
            label = of_words(dimension.fact.label)(lang)
            yield f"{escape(label)}{Both(': ', '：')(lang)}" + Both("; ", "；")(lang).join(
                f"{escape(words(lang))} {_count(*fates.of('gain'))(lang)} ↑ {_count(*fates.of('lose'))(lang)} ↓" for words, fates in groups[:SHOWN]
            )


def _table(found: Simulation, lang: str) -> Table:
    """The touched measures on both sides."""
    heads = {
        "en": ("Measure", "Yes", "Depends", "Assured", "Possible", "→", "Yes", "Depends", "Assured", "Possible"),
        "zh": ("政策措施", "符合", "待定", "确定额", "可能额", "→", "符合", "待定", "确定额", "可能额"),
    }[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=bool(number))
    for before, after in paired(found):
        one = after or before
        assert one is not None
        editions = [tally.measure.edition for tally in (before, after) if tally is not None]
        title = f"{escape(one.measure.record.title(lang))} [dim]{' → '.join(dict.fromkeys(editions))}[/]"
        table.add_row(title, *_cells(before, lang), "", *_cells(after, lang))
    return table


def _cells(tally: Tally | None, lang: str) -> list[str]:
    if tally is None:
        return ["–"] * 4
    counts = [f"{tally.yes:,}", f"{tally.depends:,}"]
    if tally.measure.amount is None:
        return [*counts, "–", "–"]
    high = NOT_PUBLIC if tally.payable_high is None and tally.measure.amount.unpublished else brief_money(tally.payable_high)
    return [*counts, brief_money(tally.payable_low)(lang), high(lang)]


def _count(surely: int, perhaps: int) -> Both:
    """How many surely, and how many more perhaps."""
    if not perhaps:
        return Both(f"{surely:,}", f"{surely:,}个")
    return Both(f"{surely:,} surely, {perhaps:,} more perhaps", f"确定{surely:,}个，另有{perhaps:,}个待定")


def _more(fates: Fates) -> Both:
    """A difference in cost as a range."""
    if fates.low == fates.high and fates.low is not None:
        return _signed(fates.low)
    ends = [
        Both("anything less", "不定") if fates.low is None else _signed(fates.low),
        Both("no upper end", "无上限") if fates.high is None else _signed(fates.high),
    ]
    return both(("between {0} and {1}", "{0}至{1}"), *ends)


def _signed(fen: int) -> Both:
    if not fen:
        return Both("the same", "不变")
    return both(("{0} more", "增加{0}") if fen > 0 else ("{0} less", "减少{0}"), brief_money(abs(fen)))


def _difference(one: Difference) -> Both:
    """What is sure of the difference for one subject."""
    sure, far = (one.low, one.high) if one.low > 0 else (-one.high, -one.low)
    sign, least = "+" if one.low > 0 else "−", "" if sure == far else Both("at least ", "至少")
    said = both(("{0}{1}{2}", "{0}{1}{2}"), least, sign, brief_money(int(sure)))
    return both(("{0} {1}", "{0} {1}"), one.subject, said)
