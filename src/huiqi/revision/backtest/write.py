"""A back-test as files: backtest.json with every figure, and tables of them. Money in hundredths of the currency; an empty end is open."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huiqi.revision.backtest.backtest import KINDS, Backtest, Difference, Outcome
from huiqi.revision.backtest.words import KIND_WORDS, because, said_fit, said_why
from huiqi.revision.write import fates_json
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder


def write_backtest(out: Path, found: Backtest, about: dict[str, Any], pages: Mapping[str, bytes] | None = None) -> None:
    """All files at once, or none; `about` is what the caller adds, `pages` further files by name."""
    with whole_folder(out) as folder:
        _table(folder / "yearly.csv", _yearly(found))
        _table(folder / "differences.csv", _differences(found))
        text = json.dumps(as_json(found) | about, ensure_ascii=False, indent=2)
        (folder / "backtest.json").write_text(text + "\n", encoding="utf-8")
        for name, page in (pages or {}).items():
            (folder / name).write_bytes(page)


def as_json(found: Backtest) -> dict[str, Any]:
    """Every figure of a back-test, and what it is of."""
    return {
        "huiqi": VERSION,
        "days": [day.isoformat() for day in found.days],
        "registry": {"hash": found.registry.content_hash, "made_up": found.registry.made_up},
        "weighted": found.weighted,
        "money": f"hundredths of {found.currency}; payable: after stacking rules; null: an open end",
        "outcomes": [_outcome_json(one) for one in found.outcomes],
        "missing": [{"year": one.year, "law_on": one.law.rules.law_on.isoformat(), "measure": one.name} for one in found.missing],
        "between": [
            {"year": year, "law_on": [side.rules.law_on.isoformat() for side in one.sides]} | fates_json(one.fates) for year, one in found.between
        ],
        "warnings": [problem.as_json() for problem in found.problems],
    }


def _outcome_json(one: Outcome) -> dict[str, Any]:
    standing = one.standing
    return {
        "year": one.year, "as_of": one.as_of.isoformat(), "law_on": one.law.rules.law_on.isoformat(), "in_force_then": one.law.then,
        "measure": one.measure.name, "edition": one.editions, "document": str(one.measure.document.record.document),
        "clause": str(one.measure.record.clause), "source": one.measure.document.record.source.kind,
        "yes": one.yes, "depends": one.depends, "no": one.no, "payable": list(one.payable),
        "happened": one.kinds or None, "not_in_the_registry": list(one.absent),
        "refused": [{"firms": count, "not_met": said_why(why).as_json()} for why, count in one.refused],
        "undecided": [{"firms": count, "not_known": said_why(why).as_json()} for why, count in one.open],
        "paid": None if one.money is None else {
            "paid": one.money.paid, "payments": one.money.firms, "agreed": one.money.agreed, "exact": one.money.exact,
            "causes": dict(one.money.causes),
        },
        "published": None if standing is None else {
            "least": standing.published.least, "most": standing.published.most, "off": standing.off, "source": standing.published.source.kind,
            "note": {"en": str(standing.published.source.note.en), "zh": str(standing.published.source.note.zh)},
        },
    }  # fmt: skip


def _yearly(found: Backtest) -> Iterator[list[Any]]:
    kinds = [kind.replace("-", "_") for kind in KINDS]
    yield [
        "year", "as_of", "law_on", "in_force_then", "measure", "edition", "yes", "depends", "no", "payable_low", "payable_high", *kinds,
        "not_in_the_registry", "paid", "payments", "payments_agreed", "published_least", "published_most", "off",
    ]  # fmt: skip
    for one in found.outcomes:
        head = [one.year, one.as_of, one.law.rules.law_on, one.law.then, one.measure.name, one.editions, one.yes, one.depends, one.no]
        money: list[Any] = ["", "", ""] if one.money is None else [one.money.paid, one.money.firms, one.money.agreed]
        published: list[Any] = ["", "", ""]
        if one.standing is not None:
            most = one.standing.published.most
            published = [one.standing.published.least, "" if most is None else most, one.standing.off]
        low, high = one.payable
        counted = [one.kinds.get(kind, "") for kind in KINDS]
        yield [*head, low, "" if high is None else high, *counted, len(one.absent), *money, *published]


def _differences(found: Backtest) -> Iterator[list[Any]]:
    yield [
        "subject", "year", "measure", "edition", "law_on", "kind", "rules_say", "happened", "paid", "payable_low", "payable_high",
        "causes", "why_en", "why_zh",
    ]  # fmt: skip
    for one in found.outcomes:
        for difference in one.differences:
            yield [difference.subject, one.year, one.measure.name, one.editions, one.law.rules.law_on, *_cells(difference, found.currency)]
        for subject in one.absent:
            why = "not in the registry", "名册中没有"
            yield [subject, one.year, one.measure.name, one.editions, one.law.rules.law_on, "absent", "", "had it", "", "", "", "", *why]


def _cells(one: Difference, currency: str) -> list[Any]:
    ends = ["", ""] if one.payable is None else [int(end) if math.isfinite(end) else "" for end in one.payable]
    words = because(one, currency)
    had, _, says = one.kind.partition("-")
    told = ["", "had it"] if one.kind == "amount" else [says, "had it" if had == "had" else "did not have it"]
    fits = "; ".join(said_fit(fit).en for fit in one.fits)
    return [
        one.kind,
        *told,
        "" if one.paid is None else int(one.paid),
        *ends,
        fits,
        words.en or KIND_WORDS[one.kind].en,
        words.zh or KIND_WORDS[one.kind].zh,
    ]


def _table(path: Path, rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
