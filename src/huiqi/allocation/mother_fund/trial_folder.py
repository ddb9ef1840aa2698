"""A tried-out sub-fund as a folder: rules, cash by year, reinvestment by year as CSV and Parquet, and `trial.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huiqi.allocation.mother_fund.proposal import Trial
from huiqi.allocation.mother_fund.report import Row, amount_cells, leverage_cells, may_replace, ratio_cells, rule_row, write_table
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

ABOUT = "trial.json"


def write_trial(trial: Trial, folder: Path) -> None:
    """The folder, whole or not at all; FileExistsError if something that is no trial is there."""
    if not may_replace(folder, ABOUT):
        raise FileExistsError(17, "something that is no trial of a sub-fund is there", str(folder))
    with whole_folder(folder) as unfinished:
        tables = tables_of_trial(trial)
        for name, rows in tables.items():
            write_table(unfinished / name, rows)
        (unfinished / ABOUT).write_text(json.dumps(as_json(trial) | tables, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def tables_of_trial(trial: Trial) -> dict[str, list[Row]]:
    """The tables by name; amounts are fen."""
    return {
        "rules": [rule_row(kept) for kept in trial.rules],
        "cash": [
            {
                "year": one.year,
                **amount_cells("opening", one.opening),
                "paid_in": one.paid_in,
                "gets": one.gets,
                "called": one.called,
                "called_by_new": one.new,
                **amount_cells("closing", one.closing),
                **amount_cells("short", one.short),
            }
            for one in trial.cash
        ],
        "obligation": [
            {"year": one.year, "paid_in": str(one.paid_in), "due": one.due, "expected": one.expected, "missing": one.missing}
            for one in trial.obligation
        ],
    }


def as_json(trial: Trial) -> dict[str, Any]:
    """The figures that stand in no table, and what they were made from."""
    proposal, free = trial.proposal, trial.free_before
    return {
        "title": {"en": str(proposal.title.en), "zh": str(proposal.title.zh)},
        "as_of": trial.as_of.isoformat(),
        "law_on": trial.law_on.isoformat(),
        "made_up": trial.before.books.about.made_up,
        "tables_hash": trial.before.books.content_hash,
        "packs": trial.packs,
        "huiqi": VERSION,
        "currency": "CNY",
        "unit": "fen",
        "mother": proposal.mother,
        "fund": proposal.fund.id,
        **amount_cells("cash", free.cash),
        **amount_cells("callable", free.callable),
        **amount_cells("owed", free.owed),
        **amount_cells("free_before", free.free),
        **amount_cells("free_after", trial.free_after),
        **ratio_cells("mothers_share", trial.mothers_share),
        "leverage": [
            {"of": "fund", **leverage_cells(trial.fund_leverage)},
            {"of": "all before", **leverage_cells(trial.leverage_before)},
            {"of": "all after", **leverage_cells(trial.leverage_after)},
        ],
        "required_multiple": None if trial.required is None else str(trial.required.multiple),
    }
