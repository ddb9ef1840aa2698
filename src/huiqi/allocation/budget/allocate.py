"""Give out a round: from a registry and a round's file to everybody's award, and a folder of tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from huiqi.allocation.budget.applications import read_applications
from huiqi.allocation.budget.awards import Awards, give_out
from huiqi.allocation.budget.claims import claims_of
from huiqi.allocation.budget.results import write_result
from huiqi.allocation.budget.round import Round, read_round
from huiqi.allocation.budget.settling import with_facts
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import FaultyInput


def allocate_budget(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    round_: Round | Path,
    *,
    out: Path | None = None,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Awards:
    """Give out a round of a fund on the facts of `as_of`: what every claim gets, however the unknown facts turn out.

    `round_` is a round that was read, or its file. With `out` awards.csv and .parquet, payments.csv and .parquet and round.json are written
    there, whole or not at all. `tick` is told of every finished stretch of the registry.
    Raises FaultyInput where the round, the applications or the registry's cells cannot be used; nothing is written then.
    """
    if isinstance(round_, Path):
        found, problems = read_round(round_, rules, as_of)
        if found is None:
            raise FaultyInput(problems)
        round_ = found
    applications = read_applications(round_)
    claimed = claims_of(rules, registry, as_of, round_, applications, assume_recognised=assume_recognised, tick=tick)
    awards = with_facts(give_out(round_, claimed))
    if out is not None:
        write_result(out, awards, as_of)
    return awards
