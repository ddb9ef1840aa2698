"""huiqi ask: which facts would settle the most, best question first."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from huiqi.cli.explain import Subject, run_of
from huiqi.cli.options import AsJson, AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, population_of, rules_of
from huiqi.cli.show import console
from huiqi.entitlements import as_json
from huiqi.entitlements import ask as entitlements
from huiqi.entitlements.ask import Question
from huiqi.entitlements.explain import Explainer
from huiqi.vocabulary.speech import Both, brief_money


def ask(
    subject: Subject,
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    law_on: LawOn = None,
    most: Annotated[int, typer.Option("--most", help="How many questions at the most.", min=1)] = 10,
    lang: Language = Lang.en,
    json_: AsJson = False,
    of: Of = "enterprise",
    assume_recognised: AssumeRecognised = False,
) -> None:
    """Order the unknown facts by how much money and how many measures an answer would settle."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    explainer = Explainer.of_registry(population_of(registry, rules, facts_day, assume_recognised, of))
    questions = entitlements.ask(explainer, run_of(explainer, subject))
    if json_:
        typer.echo(json.dumps([as_json.question(question) for question in questions[:most]], ensure_ascii=False, indent=2))
        return
    if not questions:
        console.print(Both("Nothing that an answer could settle.", "没有可由补充信息决定的事项。")(lang.value))
    for number, question in enumerate(questions[:most], start=1):
        console.print(f"[bold]{number:>2}.[/] {question.text(lang.value)}")
        console.print(f"    [dim]{_said(question, rules.currencies)(lang.value)}[/]")
    if len(questions) > most:
        console.print(
            Both(f"{len(questions) - most} more questions: --most {len(questions)}", f"另有{len(questions) - most}个问题：--most {len(questions)}")(
                lang.value
            )
        )


def _said(q: Question, currencies: dict[str, str]) -> Both:
    money = brief_money(q.money, currencies[q.opens[0].document.pack])
    waits = Both(", ".join(m.record.title.en for m in q.opens[:3]), "、".join(m.record.title.zh for m in q.opens[:3]))
    more = len(q.opens) - 3
    rest = Both(f" and {more} more" if more > 0 else "", f"等{len(q.opens)}项" if more > 0 else "")
    settles = (
        Both(f"settles {q.measures:.1f} measures on average", f"平均可确定{q.measures:.1f}项措施")
        if q.measures
        else Both("settles nothing by itself", "单独不足以确定")
    )
    narrows = Both(f", narrows what is due by {money.en}", f"，应享金额范围缩小{money.zh}") if q.money else Both("", "")
    return Both(f"{settles.en}{narrows.en}; waited for by {waits.en}{rest.en}", f"{settles.zh}{narrows.zh}；涉及{waits.zh}{rest.zh}")
