"""A review as files: review.json with everything, findings.csv, visits.csv and a page to read. Money in whole fen; an empty end is open."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from huiqi.publication.report.page import page
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.report import report_of
from huiqi.revision.review.review import Review
from huiqi.revision.review.visits import visit_row, visiting_list
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

_COLUMNS = (
    "rank", "kind", "measures", "clause", "money_low", "money_high", "currency", "firms", "firms_perhaps", "what_en", "what_zh", "remedy_en",
    "remedy_zh", "file", "line",
)  # fmt: skip
_VISITS = (
    "subject", "measure", "edition", "outcome", "figure_en", "figure_zh", "has", "edge", "beyond", "distance", "sure", "money_low", "money_high",
    "clause",
)  # fmt: skip


def write_review(out: Path, found: Review, about: dict[str, Any], pages: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """All files at once, or none; `about` is what the caller adds, `pages` are further files by name."""
    with whole_folder(out) as folder:
        for name, content in pages.items():
            (folder / name).write_bytes(content)
        text = json.dumps(as_json(found) | about, ensure_ascii=False, indent=1)
        (folder / "review.json").write_text(text + "\n", encoding="utf-8")
        (folder / "report.html").write_text(page(report_of(found)), encoding="utf-8")
        _table(folder / "findings.csv", _COLUMNS, (_row(rank, one) for rank, one in enumerate(found.findings, 1)))
        rows = (visit_row(found.material, visit) for visit in visiting_list(found.material))
        _table(folder / "visits.csv", _VISITS, ([row[column] for column in _VISITS] for row in rows))


def as_json(found: Review) -> dict[str, Any]:
    """What was looked at, and every finding with its detail."""
    material = found.material
    return {
        "huiqi": VERSION,
        "law_on": material.rules.law_on.isoformat(),
        "as_of": material.as_of.isoformat(),
        "packs": {pack.id: pack.content_hash for pack in material.rules.packs},
        "registry": {"hash": material.registry.content_hash, "made_up": material.registry.made_up},
        "subject": material.registry.schema.subject,
        "subjects": material.outcome.subjects,
        "measures": [material.measures[number].id for number in sorted(material.reviewed)],
        "money": "whole fen (cents) of the currency; null: an open end",
        "kinds": dict(Counter(one.kind for one in found.findings)),
        "findings": [finding_json(rank, one) for rank, one in enumerate(found.findings, 1)],
    }


def finding_json(rank: int, one: Finding) -> dict[str, Any]:
    return {
        "rank": rank, "kind": one.kind, "measures": list(one.measures), "clause": one.clause, "what": one.what.as_json(),
        "remedy": one.remedy.as_json(), "money_low": one.money[0], "money_high": one.money[1], "currency": one.currency, "firms": one.firms,
        "firms_perhaps": one.firms_perhaps, "file": one.where.file, "line": one.where.line, "detail": one.detail,
    }  # fmt: skip


def _row(rank: int, one: Finding) -> list[Any]:
    low, high = one.money
    return [
        rank, one.kind, " ".join(one.measures), one.clause, low, high, one.currency, one.firms, one.firms_perhaps, *one.what, *one.remedy,
        one.where.file, one.where.line,
    ]  # fmt: skip


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
