"""huiqi allocate land: land and premises against claims."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.land.allocate import Allocation, Settings, allocate, said_of
from huiqi.allocation.land.claims import LAST, Claims, Rights, read_claims, read_rights, too_early
from huiqi.allocation.land.folder import placements, refuse_other, write_allocation
from huiqi.allocation.land.stock import Stock, read_stock
from huiqi.cli.options import AsOf, Lang, Language, day, library_of, shipped
from huiqi.cli.show import complaints, console, show_problems
from huiqi.facts.schema import figure
from huiqi.rules.pack import Common
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean, in_order
from huiqi.vocabulary.speech import Both, brief_money, money_range

SHOWN = 40  # claims that are printed; the folder has all


def land(
    stock: Annotated[list[Path], typer.Option("--stock", "-s", help="A registry with a table parcel, building or both; may be repeated.")],
    claims: Annotated[Path, typer.Option("--claims", "-c", help="A registry with a table claim.")],
    as_of: AsOf,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the result; a former result in it is replaced.")] = None,
    entitlements: Annotated[
        Path | None, typer.Option("--entitlements", "-e", help="The result of huiqi evaluate: who is entitled under the measures that claims name.")
    ] = None,
    joined: Annotated[int, typer.Option("--joined", min=1, max=8, help="How many neighbouring parcels may be given out as one.")] = 4,
    unused: Annotated[str, typer.Option("--unused", help="How many yuan of tax a year a square metre that nobody uses counts against.")] = "1",
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for each of the steps: choice, relaxations, prices.")] = 30.0,
    gap: Annotated[str, typer.Option("--gap", help="By which share of the bound the value may fall short, like 1%.")] = "0",
    prices: Annotated[bool, typer.Option("--prices/--no-prices", help="Find what one more mu or 100 m² would be worth.")] = True,
    why: Annotated[list[str], typer.Option("--why", help="Only this claim, and what it would take; may be repeated.")] = [],  # noqa: B006
    lang: Language = Lang.en,
) -> None:
    """Place claims in a stock of land and buildings: guarantees first, then the best use; say of each claim why."""
    facts_day = day(as_of, "--as-of")
    if out is not None:
        refuse_other(out)
    common = library_of(shipped(), rules_only=True).common
    found, wanted, inputs = _read(stock, claims, entitlements, common, facts_day)
    show_problems(too_early(wanted, found))
    weight = _figure(unused, "--unused", "write yuan, like 1 or 12.5")
    settings = Settings(joined, round(weight * 100), seconds, float(_figure(gap, "--gap", "write a share, like 1% or 0.01")), prices)
    with complaints.status("") if complaints.is_terminal else contextlib.nullcontext() as status:
        result = allocate(
            found, wanted, common.places, common.codes["land_use"], common.schemas, facts_day, settings, inputs,
            lambda step: status.update(step) if status is not None else None,
        )  # fmt: skip
    numbers = [_claim(result, name) for name in why]
    for number in numbers:
        _why(result, number, lang.value)
    if not why:
        _show(result, lang.value)
    if out is not None:
        write_allocation(result, out)
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))


def _figure(text: str, option: str, hint: str) -> Fraction:
    try:
        value = figure(text)
    except ValueError:
        value = figure("-1")
    if value < 0:
        raise typer.BadParameter(f"{text} is not a figure from 0; {hint}", param_hint=option)
    return value


def _read(folders: list[Path], claims: Path, run: Path | None, common: Common, as_of: datetime.date) -> tuple[Stock, Claims, dict[str, str]]:
    """Stock, claims and entitlements, or FaultyInput with the problems of all of them."""
    rights: Rights | None = None
    problems: list[Problem] = []
    if run is not None:
        rights, faults = read_rights(run)
        problems += faults
    stock, faults = read_stock(folders, common.schemas, common.places, as_of)
    problems += faults
    wanted, faults = read_claims(claims, common.schemas["claim"], common.places, as_of, common.codes["land_use"], rights)
    if rights is None and run is not None:  # that it cannot be read is told above
        faults = [problem for problem in faults if problem.code != "land.measure"]
    problems += faults
    if stock is None or wanted is None or problems:
        raise FaultyInput(in_order(problems))
    return stock, wanted, {} if rights is None else {f"entitlements {rights.name}": rights.hash}


def _claim(result: Allocation, name: str) -> int:
    number = result.number(name)
    if number is None:
        ids = [claim.id for claim in result.model.claims]
        hint = did_you_mean(name, ids) or f"claims: {', '.join(ids[:8])}{', ...' if len(ids) > 8 else ''}"
        raise FaultyInput([Problem("land.no-claim", f"there is no claim {name}", NOWHERE, hint)])
    return number


def _why(result: Allocation, number: int, lang: str) -> None:
    """One claim: what it asks for, what came of it, and what it would take."""
    claim, reason, reasons = result.model.claims[number], result.why[number], result.reasons
    colon = "：" if lang == "zh" else ": "
    placed = number in reasons.placement
    mark = "[green]✓[/]" if placed else "[red]✗[/]"
    console.print(f"{mark} [bold]{escape(claim.id)}[/] {escape(claim.claimant)}{colon}{escape(reasons.asked_for(claim)(lang))}")
    for sentence in reason.sentences:
        console.print(f"    {escape(sentence(lang))}")
    if placed:
        return
    console.print(f"    → {escape(reasons.would_cost(number)(lang))}")
    kept = Both("its guarantee could be kept ", "其保障可通过以下方式兑现：")(lang)
    for relaxation in result.relaxations.single.get(claim.id, ()):
        console.print(f"    → {kept}{escape(reasons.relaxed(claim, relaxation)(lang))}")


def _show(result: Allocation, lang: str) -> None:
    _table(
        _placed_rows(result, lang),
        {
            "en": ("Claim", "Claimant", "Right", "Where", "From", "Area", "Tax a year"),
            "zh": ("需求", "主体", "保障", "安排", "起用", "面积", "预计年税收"),
        }[lang],
        lang,
    )
    lost = [number for number in range(len(result.model.claims)) if number not in result.reasons.placement]
    colon = "：" if lang == "zh" else ": "
    if lost:
        console.print(Both("Not placed:", "未安排：")(lang))
        for number in lost[:SHOWN]:
            claim = result.model.claims[number]
            right = Both(" (guaranteed)", "（保障）")(lang) if claim.guaranteed else ""
            console.print(f"  [red]✗[/] [bold]{escape(claim.id)}[/]{right} {escape(claim.claimant)}{colon}{escape(result.why[number].text(lang))}")
        if len(lost) > SHOWN:
            console.print(Both(f"  ... and {len(lost) - SHOWN} more in unplaced.csv", f"  ……另有{len(lost) - SHOWN}项见unplaced.csv")(lang))
    for line in (*_relaxed(result), *_prices(result), *_rest(result)):
        console.print(escape(line(lang)))


def _placed_rows(result: Allocation, lang: str) -> Iterator[list[str]]:
    for number, row in zip(sorted(result.reasons.placement), placements(result), strict=True):
        claim = result.model.claims[number]
        right = Both(f"guarantee {claim.priority}", f"保障{claim.priority}")(lang) if claim.guaranteed and claim.priority < LAST else ""
        right = right or (Both("guarantee", "保障")(lang) if claim.guaranteed else "")
        unit = {"mu": Both("mu", "亩"), "land_m2": Both("m² land", "平方米（地）"), "floor_m2": Both("m²", "平方米")}[claim.unit](lang)
        yield [
            claim.id,
            claim.claimant,
            right,
            row["sites"].replace(";", " + "),
            str(row["from"]),
            f"{row['area']:,g} {unit}",
            brief_money(row["tax"])(lang),
        ]


def _table(rows: Iterator[list[str]], heads: tuple[str, ...], lang: str) -> None:
    table = Table(show_lines=False, pad_edge=False, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number >= 5 else "left", no_wrap=True)
    every = list(rows)
    for row in every[:SHOWN]:
        table.add_row(*map(escape, row))
    Console(highlight=False, width=None if console.is_terminal else 150).print(table)
    if len(every) > SHOWN:
        more = len(every) - SHOWN
        console.print(Both(f"... and {more:,} more in placements.csv", f"……另有{more:,}项见placements.csv")(lang))


def _relaxed(result: Allocation) -> Iterator[Both]:
    """What would keep the guarantees that are not kept."""
    found = result.relaxations
    if found.new_stock:
        proven = Both("", "") if found.status == "optimal" else Both(" (not proven to be the least)", "（未证明为最小）")
        yield Both(f"To keep every guarantee, the least new stock is{proven.en}:", f"兑现全部保障所需的最少新增存量{proven.zh}：")
        for claim in found.new_stock:
            said = result.reasons.new_stock(claim)
            yield Both(f"  {said.en}", f"  {said.zh}")
    claims = {claim.id: claim for claim in result.model.claims}
    for id, some in found.single.items():
        ways = [result.reasons.relaxed(claims[id], one) for one in some]
        if ways:
            yield Both(
                f"{id} alone, one of these is enough: {'; '.join(w.en for w in ways)}", f"仅就{id}，以下任一项即可：{'；'.join(w.zh for w in ways)}"
            )
        else:
            yield Both(
                f"{id} alone: no smaller area, later day, other place or other use is enough by itself",
                f"仅就{id}：单独减少面积、推迟、换区域或换用途均不足",
            )


def _prices(result: Allocation) -> Iterator[Both]:
    """What one more would be worth, where it is worth anything."""
    worth = [price for price in result.prices if price.guarantees or price.area or price.high]
    if not result.prices:
        return
    if not worth:
        yield Both("One more mu, or a building 100 m² larger, would be worth nothing anywhere", "任何区域增加1亩或100平方米均无增值")
        return
    yield Both("Worth of one more, a year (a choice made anew with it):", "每增加一单位的年价值（重新求解）：")
    places, uses = result.model.offers.places, result.model.offers.uses
    for price in sorted(worth, key=lambda p: (-p.guarantees, -p.low, p.form, p.place, p.use)):
        use, place = uses.codes[price.use].label, places.by_id[price.place].label
        more = Both("1 mu", "1亩") if price.form == "parcel" else Both("100 m² of a building", "房屋100平方米")
        kept = Both(f"{price.guarantees} more guarantees kept; ", f"多兑现保障{price.guarantees}项；") if price.guarantees else Both("", "")
        value = (
            money_range(price.low, price.high)
            if price.low >= 0
            else Both(
                f"value {price.low / 100:+,.0f} to {price.high / 100:+,.0f} yuan", f"价值变动{price.low / 100:+,.0f}至{price.high / 100:+,.0f}元"
            )
        )
        yield Both(f"  {more.en}, {str(use.en).lower()}, {place.en}: {kept.en}{value.en}", f"  {place.zh}{use.zh}{more.zh}：{kept.zh}{value.zh}")


def _rest(result: Allocation) -> Iterator[Both]:
    hidden, unclaimed = result.not_offered, result.claims.unclaimed
    if hidden:
        ids = ", ".join(site.id for site in hidden[:8]) + (", ..." if len(hidden) > 8 else "")
        yield Both(f"not offered, for want of what nobody knows of them: {ids}", f"因信息未知未列入可供：{ids}")
    if unclaimed:
        ids = ", ".join(subject for _, subject in unclaimed[:8]) + (", ..." if len(unclaimed) > 8 else "")
        yield Both(f"entitled, but without a claim that says what is needed: {ids}", f"符合政策但未填报需求：{ids}")
    if result.stock.made_up or result.claims.made_up:
        yield Both("stock or claims are made up: nothing here is about a real place or firm", "存量或需求为虚构，不涉及真实地块和企业")
    yield from said_of(result)
