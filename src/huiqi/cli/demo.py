"""huiqi demo: the main job from beginning to end, on a made-up district."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.compute as pc
import typer
from rich.panel import Panel

from huiqi.allocation.budget.allocate import allocate_budget
from huiqi.allocation.budget.results import about, awards_table, rows_of
from huiqi.allocation.budget.round import read_round
from huiqi.cli.allocate.budget import explain_award, show_round
from huiqi.cli.options import Lang, Language, library_of, registry_of
from huiqi.cli.show import console, progress, said_of_stacking, show_explanation, show_outcome
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import create_ledger, open_ledger
from huiqi.delivery.ledger.rounds import round_commitments
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.entitlements import evaluate as entitlements
from huiqi.entitlements.columns import Run
from huiqi.entitlements.deciding import deciding_facts, failing_parts
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.population import Population
from huiqi.facts.registry import Registry
from huiqi.facts.synthesize import synthesize
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both

PACK = "cn-zj-hangzhou-binjiang"
AS_OF = datetime.date(2024, 6, 30)
ENTERPRISES, SEED = 20_000, 2024
YEARS = 4  # three years, and the one before them from which growth over three years is reckoned
LOOKED_AT = 4_096
ROUND = """# Made up: no office has given out this round. The measure is that of the Binjiang pack, whose text publishes no figure.
round: demo
title: {en: "Finance of technology SMEs, round of 2024", zh: 科技型中小企业融资扶持（2024年度）}
made_up: true
fund: industry
year: 2024
measures: [technology-sme-finance]
amounts: {technology-sme-finance: 10万元}
money: 3000万元
places: 300
by: rank
rank: [employees, lowest established]
ties: none
edge: stop
reserve: 10
"""
_NEVER = 10**9


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the made-up registry and the results.")] = Path("demo"),
    lang: Language = Lang.en,
) -> None:
    """Make up a district, evaluate the national and Binjiang packs on it, explain two results, give out a round of a fund and book it."""
    library = library_of([PACK], rules_only=True)
    rules = library.rules(AS_OF)
    folder = out / "registry"
    console.print(f"Making up {ENTERPRISES:,} enterprises of Binjiang: none of them exists ...")
    synthesize(PACK, ENTERPRISES, SEED, folder, rules.schemas["enterprise"], rules.places, as_of=AS_OF, years=YEARS, overwrite=True)
    registry = registry_of(folder, rules)
    with progress(registry.subjects, "evaluating") as tick:
        outcome = entitlements.evaluate(rules, registry, AS_OF, out=out / "results", tick=tick)
    console.print(f"{len(outcome.tallies)} measures for each, facts of {AS_OF}. [bold]The registry is made up; the rules are real.[/]\n")
    show_outcome(outcome, rules, rules.schemas["enterprise"], lang.value)
    for words in said_of_stacking(outcome, rules):
        console.print(words(lang.value))
    if lang is Lang.en:
        console.print("\n[dim]Depends: unknown facts could turn it either way. Assured: due to the firms that surely qualify.[/]")
        console.print("[dim]Possible: due if every unknown fact turned out well. Not public: the text gives a benefit without a figure.[/]\n")
    explainer = Explainer.of_registry(Population(registry, rules, AS_OF))
    shown = None
    for key, language, wish in (("gazelle", "en", "no"), ("technology-sme", "zh", "depends")):
        shown = _telling(explainer, key, wish)
        if shown is not None:
            console.print(Panel.fit("Why? One firm, in English" if language == "en" else "为什么？以一家企业为例"))
            run = explainer.subject(shown)
            assert run is not None
            show_explanation(explainer.explain(run, [m for m in rules.measures if m.key == key])[0], language)
            console.print()
    _give_out(rules, registry, out, lang.value)
    _what_next(out, shown or "")


def _give_out(rules: Rules, registry: Registry, out: Path, lang: str) -> None:
    """A made-up round: given out, explained for one firm that got nothing, and booked in a ledger of its own."""
    console.print(Panel.fit(Both("Who gets it? A made-up round of the fund", "资金分配：以一轮虚构的申报为例")(lang)))
    (out / "round.yaml").write_text(ROUND, encoding="utf-8")
    round_, problems = read_round(out / "round.yaml", rules, AS_OF)
    if round_ is None:
        raise FaultyInput(problems)
    awards = allocate_budget(rules, registry, AS_OF, round_, out=out / "round")
    show_round(about(awards, AS_OF), lang)
    rows = awards_table(awards)
    refused = rows.filter(pc.equal(rows["outcome"], "refused")).sort_by("rank_best")
    if refused.num_rows:
        subject = str(refused["subject"][0])
        explain_award(subject, about(awards, AS_OF), rows_of(awards, subject), lang)
    books = out / "books.ledger"
    for former in out.glob(f"{books.name}*"):
        former.unlink()
    at = datetime.datetime.combine(AS_OF, datetime.time(), datetime.UTC)
    create_ledger(str(books), by="demo", at=at)
    with open_ledger(str(books)) as ledger:
        ledger.post([Event("appropriated", "budget-2024", AS_OF, round_.money, round_.currency, round_.fund, round_.year)], by="demo", at=at)
        ledger.post(round_commitments(out / "round", AS_OF)[0], by="demo", at=at)
    verified = verify_ledger(str(books))
    console.print(
        Both(
            f"Booked in {books}: {verified.entries:,} entries, chained by hash; checked again: {len(verified.problems)} problems.\n",
            f"已记入{books}：{verified.entries:,}条分录，以哈希相连；复核发现{len(verified.problems)}个问题。\n",
        )(lang)
    )


def _telling(explainer: Explainer, key: str, status: str) -> str | None:
    """A subject whose result for a measure says most: one part that fails and little unknown, or the fewest facts that would decide."""
    planned = next((p for p in explainer.plan.measures if p.measure.key == key), None)
    assert explainer.population is not None
    block = next(iter(explainer.population.blocks(explainer.plan, LOOKED_AT)), None)
    if planned is None or block is None:
        return None
    run = Run(explainer.plan, block).run()
    found = run.truths(planned.status)
    size = (block.size,)
    if status == "no":
        undecided = sum((np.broadcast_to(t.may & ~t.must, size).astype(np.int64) for t in map(run.truths, planned.tests)), np.zeros(size, np.int64))
        weight = np.where(np.broadcast_to(found.may, size), _NEVER, 100 * failing_parts(run, planned) + undecided)
    else:
        facts = sum((subjects.astype(np.int64) for subjects in deciding_facts(run, planned).values()), np.zeros(size, np.int64))
        weight = np.where(np.broadcast_to(found.may & ~found.must, size), facts, _NEVER)
    best = int(np.argmin(weight))
    return None if weight[best] == _NEVER else str(block.ids[best])


def _what_next(out: Path, subject: str) -> None:
    common = f"--pack {PACK} --registry {out}/registry --as-of {AS_OF}"
    console.print("[bold]What to try next[/]  (put .venv/bin on your PATH, or write .venv/bin/huiqi)")
    for command, what in (
        (f"huiqi explain {subject} gazelle {common}", "the reasons for this firm and another measure"),
        (f"huiqi ask {subject} {common} --lang zh", "which facts would settle the most"),
        (f"huiqi allocate budget {out}/round.yaml {common}", "the round; change its money, places or order in the file and see"),
        (f"huiqi ledger balance {out}/books.ledger", "what the fund has, has promised and has paid"),
        (
            f"huiqi simulate {common} --other-law-on 2018-06-30 --out {out}/simulated",
            "beside the texts of 2018, as a report to read",
        ),
        (f"huiqi review {PACK} --registry {out}/registry --as-of {AS_OF} --out {out}/review", "what is wrong with these policies"),
        (f"huiqi check {PACK} && huiqi test {PACK}", "the texts and their worked cases"),
    ):
        console.print(f"  {command}\n      [dim]{what}[/]")
    console.print(f"  Results: {out}/results/ (docs/evaluate.md says what is in it); the rules themselves: packs/{PACK}/")
    console.print("\n[bold]The portal:[/] huiqi serve --demo, then open http://127.0.0.1:8000/ (it says whom to sign in as; docs/portal.md)")
