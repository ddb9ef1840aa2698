"""The folder that an allocation of land is written into."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.allocation.land.allocate import Allocation
from huiqi.allocation.land.area import MU, PARTS, in_unit
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.offers import first_day
from huiqi.allocation.land.stock import Site
from huiqi.allocation.solve import solver_version
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

RESULT = "land.json"


def refuse_other(out: Path) -> None:
    """Raises FaultyInput where a folder holds something that no allocation of land has written."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / RESULT).exists())):
        hint = "name a folder that is empty, not there, or the result of a former allocation of land"
        raise FaultyInput([Problem("land.out", f"{out} holds something that is not an allocation of land; it is left as it is", NOWHERE, hint)])


def write_allocation(allocation: Allocation, out: Path) -> None:
    """Write the result whole: placements, unplaced claims, shadow prices, relaxations, and land.json about all of it."""
    refuse_other(out)
    with whole_folder(out) as folder:
        placed = placements(allocation)
        _write_csv(folder / "placements.csv", placed, list(PLACEMENT))
        columns = {name: pa.array([row[name] for row in placed], kind) for name, kind in PLACEMENT.items()}
        pq.write_table(pa.table(columns), folder / "placements.parquet")
        _write_csv(folder / "unplaced.csv", unplaced(allocation), UNPLACED)
        _write_csv(folder / "shadow_prices.csv", price_rows(allocation), PRICE)
        _write_json(folder / "relaxation.json", relaxation_record(allocation))
        _write_json(folder / RESULT, record(allocation))


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_json(path: Path, record: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


_TEXT, _NUMBER, _FIGURE, _DAY = pa.string(), pa.int64(), pa.float64(), pa.date32()
PLACEMENT = {
    "claim": _TEXT, "claimant": _TEXT, "kind": _TEXT, "measure": _TEXT, "guaranteed": pa.bool_(), "priority": _NUMBER,
    "sites": _TEXT, "form": _TEXT, "place": _TEXT, "use": _TEXT, "from": _DAY, "needed_by": _DAY,
    "area": _FIGURE, "used": _FIGURE, "unused": _FIGURE, "unit": _TEXT, "tax": _NUMBER, "value": _NUMBER, "price": _NUMBER,
    "reason_en": _TEXT, "reason_zh": _TEXT,
}  # fmt: skip
UNPLACED = [
    "claim",
    "claimant",
    "kind",
    "measure",
    "guaranteed",
    "priority",
    "least",
    "unit",
    "needed_by",
    "code",
    "costs_at_least",
    "reason_en",
    "reason_zh",
]
PRICE = ["form", "place", "use", "one_more", "guarantees", "guaranteed_area_m2", "value_low", "value_high"]


def placements(allocation: Allocation) -> list[dict[str, Any]]:
    """A row for each claim that is placed; money in fen a year, areas in the claim's unit, the price of all of its sites in fen."""
    rows, model, offers = [], allocation.model, allocation.model.offers
    for number, column in sorted(allocation.reasons.placement.items()):
        claim, offer = model.claims[number], int(model.pairs.offer[column])
        sites = [allocation.stock.sites[site] for site in offers.sets[offer]]
        area = int(offers.area(claim.measured)[offer])
        reason = allocation.why[number].text
        rows.append(
            _about(claim)
            | {
                "sites": ";".join(site.id for site in sites),
                "form": sites[0].form,
                "place": _each(site.place for site in sites),
                "use": _each(site.use for site in sites),
                "from": first_day(offers, offer, allocation.as_of),
                "needed_by": _day(claim),
                "area": float(in_unit(area, claim.unit)),
                "used": float(in_unit(min(area, claim.most), claim.unit)),
                "unused": float(in_unit(max(area - claim.most, 0), claim.unit)),
                "unit": claim.unit,
                "tax": claim.worth(area),
                "value": model.pairs.value[column],
                "price": _price_of(sites),
                "reason_en": reason.en,
                "reason_zh": reason.zh,
            }
        )
    return rows


def _about(claim: Claim) -> dict[str, Any]:
    priority = claim.priority if claim.guaranteed else None
    return {
        "claim": claim.id,
        "claimant": claim.claimant,
        "kind": claim.kind,
        "measure": claim.measure or None,
        "guaranteed": claim.guaranteed,
        "priority": priority,
    }


def _day(claim: Claim) -> datetime.date:
    return datetime.date.fromordinal(claim.needed_by)


def _each(values: Iterable[str | None]) -> str:
    return ";".join(dict.fromkeys(value for value in values if value))


def _price_of(sites: Sequence[Site]) -> int | None:
    """What all of the sites cost in fen, half up; None where a price is not known."""
    total = 0
    for site in sites:
        area = site.land if site.form == "parcel" else site.floor
        if site.price is None or area is None:
            return None
        unit = PARTS if site.form == "building" else MU
        total += (2 * site.price * area + unit) // (2 * unit)
    return total


def unplaced(allocation: Allocation) -> list[dict[str, Any]]:
    """A row for each claim that is not placed, with its reason and the least that it would cost (fen a year) to place it all the same."""
    rows = []
    for number, claim in enumerate(allocation.model.claims):
        if number not in allocation.reasons.placement:
            reason = allocation.why[number]
            rows.append(
                _about(claim)
                | {
                    "least": in_unit(claim.least, claim.unit),
                    "unit": claim.unit,
                    "needed_by": _day(claim),
                    "code": reason.code,
                    "costs_at_least": reason.costs,
                    "reason_en": reason.text.en,
                    "reason_zh": reason.text.zh,
                }
            )
    return rows


def price_rows(allocation: Allocation) -> list[dict[str, Any]]:
    """A row for each form, place and use of the stock; values in fen a year."""
    more = {"parcel": "1 mu", "building": "100 m2"}
    return [
        {
            "form": price.form,
            "place": price.place,
            "use": price.use,
            "one_more": more[price.form],
            "guarantees": price.guarantees,
            "guaranteed_area_m2": in_unit(price.area, "m2") if price.area >= 0 else f"-{in_unit(-price.area, 'm2')}",
            "value_low": price.low,
            "value_high": price.high,
        }
        for price in allocation.prices
    ]


def relaxation_record(allocation: Allocation) -> dict[str, Any]:
    """relaxation.json: what would keep all guarantees, and what would keep each that is not kept."""
    reasons, found = allocation.reasons, allocation.relaxations
    claims = {claim.id: claim for claim in allocation.model.claims}
    return {
        "meaning": {
            "new_stock": "the least new stock, in square metres of land and floor space added up, with which every guarantee is kept",
            "single": "for each guarantee that is not kept, with as many others kept as now: the smallest step of each kind; each alone is enough",
        },
        "new_stock": {
            "status": found.status,
            "items": [
                {
                    "claim": claim.id,
                    "area": in_unit(claim.least, claim.unit),
                    "unit": claim.unit,
                    "uses": list(claim.uses),
                    "places": list(claim.within),
                    "by": _day(claim).isoformat(),
                    "said": reasons.new_stock(claim).as_json(),
                }
                for claim in found.new_stock
            ],
        },
        "single": {
            id: [
                {
                    "kind": one.kind,
                    "by": _by(claims[id], one.kind, one.by),
                    "sites": list(allocation.model.offers.ids(one.offer)),
                    "proven": one.proven,
                    "said": reasons.relaxed(claims[id], one).as_json(),
                }
                for one in some
            ]
            for id, some in found.single.items()
        },
    }


def _by(claim: Claim, kind: str, by: int) -> str:
    return f"{in_unit(by, claim.unit)} {claim.unit}" if kind == "smaller" else f"{by} days" if kind == "later" else ""


def record(allocation: Allocation) -> dict[str, Any]:
    """land.json: of what, by what, how well, and how sure."""
    choice, settings = allocation.choice, allocation.settings
    return {
        "huiqi": VERSION,
        "solver": solver_version(),
        "as_of": allocation.as_of.isoformat(),
        "made_up": allocation.stock.made_up or allocation.claims.made_up,
        "inputs": dict(sorted({**allocation.stock.hashes, "claims": allocation.claims.hash, **allocation.inputs}.items())),
        "settings": {
            "joined": settings.joined,
            "unused_yuan_per_m2": settings.unused / 100,
            "seconds": settings.seconds,
            "gap": settings.gap,
        },
        "status": "optimal" if choice.proven else "time",
        "gap": choice.value.gap,
        "levels": [
            {"level": level.name, "status": level.status, "reached": float(level.reached), "bound": level.bound, "gap": level.gap}
            for level in choice.levels
        ],
        "claims": len(allocation.model.claims),
        "placed": len(allocation.reasons.placement),
        "placements_possible": len(allocation.model.pairs),
        "guarantees": {str(priority): {"promised": promised, "kept": kept} for priority, (promised, kept) in allocation.guarantees.items()},
        "guarantees_not_kept": sorted(allocation.relaxations.single),
        "value_fen_a_year": int(choice.value.reached),
        "not_offered": {site.id: list(site.unknown) for site in allocation.not_offered},
        "entitled_without_claim": [{"measure": measure, "subject": subject} for measure, subject in allocation.claims.unclaimed],
    }
