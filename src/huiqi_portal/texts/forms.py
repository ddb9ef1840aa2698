"""What is known of firms is kept by the names of facts, so under one name a fact is always recorded alike."""

from __future__ import annotations

from collections.abc import Iterator

from huiqi.facts.schema import Fact
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import Problem


def changed_forms(before: Rules, after: Rules) -> Iterator[Problem]:
    """The facts of a version that would be recorded otherwise than in the one before: what is kept of them would mean something else."""
    for subject, schema in after.schemas.items():
        held = before.schemas[subject].facts if subject in before.schemas else {}
        for id, fact in schema.facts.items():
            if id in held and _form(held[id]) != _form(fact):
                message = f"{id} is recorded as {_form(fact)}, and in the version in force as {_form(held[id])}"
                hint = "leave it as it was, or give the new fact a name of its own: what is kept of firms goes by the name"
                yield Problem("texts.fact-form", message, fact.where, hint)


def _form(fact: Fact) -> str:
    codes = f" of {fact.codes.id}" if fact.codes is not None else ""
    figure = f" in {fact.unit_text} to {fact.decimals} decimals" if fact.is_figure else ""
    return f"a {fact.kind}{codes}{figure}, by {fact.period}"
