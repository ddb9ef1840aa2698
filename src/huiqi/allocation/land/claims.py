"""Claims to land and premises: who needs how much of what, where, by when, and with which right.

Claims are a registry with a table `claim` (packs/facts/claim.yaml). What a claim needs has to be known: least area, unit, form, uses, places, day. Of
what may be unknown the assured end counts: of the greatest area the least, of the expected tax nothing, of a right none; each is told.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pyarrow.compute as pc
import pyarrow.dataset as ds

from huiqi.allocation.land.area import MU, PARTS, Measured
from huiqi.allocation.land.stock import Form, Stock
from huiqi.facts.registry import open_registry
from huiqi.facts.schema import CodeList, Schema
from huiqi.facts.subjects import Subject, read_subjects
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.speech import Both

EVERYBODY = "*"
LAST = 1_000_000  #: the priority of a guarantee that has none
_UNITS: dict[str, tuple[Measured, int]] = {"mu": ("land", MU), "land_m2": ("land", PARTS), "floor_m2": ("floor", PARTS)}
_FORMS: dict[str, frozenset[Form]] = {
    "building": frozenset({"building"}), "parcel": frozenset({"parcel"}), "either": frozenset({"building", "parcel"}),
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What somebody needs. Areas are parts of a square metre, of land or of floor space; money is in fen a year; the day is an ordinal."""

    id: str
    claimant: str
    kind: str | None
    unit: str
    least: int
    most: int
    forms: frozenset[Form]
    uses: tuple[str, ...]
    within: tuple[str, ...]
    needed_by: int
    tax: int  # whatever it is given, if it is given the least
    tax_per_mu: int  # of each mu of land that it uses
    guaranteed: bool
    priority: int
    measure: str
    where: Where = field(default=Where(""), compare=False)
    notes: tuple[Both, ...] = ()

    @property
    def measured(self) -> Measured:
        """Whether its area is land or floor space."""
        return _UNITS[self.unit][0]

    def worth(self, area: int) -> int:
        """The tax a year in fen, half up, of a place of that area in the claim's measure."""
        used = min(area, self.most)
        return self.tax + (2 * self.tax_per_mu * used + MU) // (2 * MU)


@dataclass(frozen=True)
class Rights:
    """What a run of `huiqi evaluate` found: the measures that it evaluated, and who is (`yes`) or may be (`depends`) entitled."""

    name: str
    hash: str
    measures: tuple[str, ...]
    status: Mapping[tuple[str, str], str]  # (measure, subject)

    def find(self, measure: str) -> str | None:
        """The full name of a measure that was evaluated, given in full or by its short name."""
        found = [name for name in self.measures if measure in (name, name.rpartition("/")[2])]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Claims:
    """All claims in order of id, and what the reading of them left to be said."""

    claims: tuple[Claim, ...]
    hash: str
    made_up: bool
    unclaimed: tuple[tuple[str, str], ...]  # (measure, subject): entitled, but nothing says what is needed


def read_rights(folder: Path) -> tuple[Rights | None, list[Problem]]:
    """The entitlements in the folder of a run."""
    try:
        text = (folder / "run.json").read_text(encoding="utf-8")
        evaluated = json.loads(text)["evaluated_parts"]
        table = ds.dataset(folder / "entitlements.parquet", format="parquet").to_table(["subject", "measure", "status", "payable"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "give the folder that huiqi evaluate --out wrote"
        why = "it has no run.json, or no entitlements.parquet" if isinstance(error, FileNotFoundError) else str(error)
        return None, [Problem("land.no-run", f"{folder.name} is not the result of huiqi evaluate: {why}", Where(folder.name), hint)]
    table = table.filter(pc.not_equal(table["payable"].cast("string"), "no"))
    rows = zip(*(table[name].cast("string").to_pylist() for name in ("measure", "subject", "status")), strict=True)
    measures = tuple(dict.fromkeys(name.partition("@")[0] for name in evaluated))
    return Rights(folder.name, _hash(text), measures, {(measure, subject): status for measure, subject, status in rows}), []


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_claims(
    folder: Path, schema: Schema, places: Places, as_of: datetime.date, uses: CodeList, rights: Rights | None = None
) -> tuple[Claims | None, list[Problem]]:
    """The claims of a registry, those of everybody who is entitled among them, or every problem with them."""
    registry, problems = open_registry(folder, schema, places)
    if registry is None:
        return None, problems
    rows, faulty, problems = read_subjects(registry, as_of)
    reader = _Reader(places, uses, as_of, rights, faulty, problems)
    found = [claim for claim in map(reader.claim, rows) if claim is not None]
    found = list(_with_everybody(found, rights, reader.problems))
    if reader.problems:
        return None, reader.problems
    claimed = {(claim.measure, claim.claimant) for claim in found}
    measures = {claim.measure for claim in found}
    unclaimed = [at for at, status in rights.status.items() if status == "yes" and at[0] in measures and at not in claimed] if rights else []
    return Claims(tuple(sorted(found, key=lambda claim: claim.id)), registry.content_hash, registry.made_up, tuple(sorted(unclaimed))), []


class _Reader:
    """Turns rows into claims and keeps what is wrong with them."""

    def __init__(self, places: Places, uses: CodeList, as_of: datetime.date, rights: Rights | None, faulty: frozenset[str], problems: list[Problem]):
        self.places, self.uses, self.as_of, self.rights = places, uses, as_of, rights
        self.faulty, self.problems = faulty, problems

    def claim(self, row: Subject) -> Claim | None:
        """The claim of a row, or nothing and its problems."""
        told = len(self.problems)

        def wrong(code: str, message: str, hint: str) -> None:
            self.problems.append(Problem(code, f"{row.id}: {message}", row.where, hint))

        for fact in ("claimant", "area_unit", "area_least", "form", "uses", "places", "needed_by"):
            if row.given(fact) in (None, "") and fact not in self.faulty:
                code = "land.unit" if fact == "area_unit" else "land.unknown"
                hint = (
                    "write mu, land_m2 or floor_m2"
                    if fact == "area_unit"
                    else "a claim has to say what it needs; find it out, or leave the claim out"
                )
                wrong(code, f"{fact} is not known", hint)
        unit, least, most = str(row.given("area_unit")), self._area(row, "area_least"), self._area(row, "area_most")
        if least == 0 and row.given("area_least") is not None:
            wrong("land.area", "the least area is 0", "write the area below which the place is of no use")
        if most is not None and least is not None and most < least:
            wrong("land.area", "the least area is more than the greatest", "turn the two round, or mend one")
        uses, within = self._list(row, "uses"), self._list(row, "places")
        forms = _FORMS.get(str(row.given("form")), frozenset())
        if unit in _UNITS and _UNITS[unit][0] == "land":
            if forms == {"building"}:
                wrong("land.unit", f"a building cannot be measured in {unit}, which is land", "write floor_m2, or form parcel")
            forms = forms & {"parcel"}
        day = row.given("needed_by")
        if isinstance(day, int) and day < self.as_of.toordinal():
            wrong("land.past", f"it was needed by {datetime.date.fromordinal(day)}, before {self.as_of}", "mend needed_by, or --as-of")
        tax, per_mu = row.given("expected_tax"), row.given("expected_tax_per_mu")
        if tax is not None and per_mu is not None:
            wrong("land.tax", "it has both expected_tax and expected_tax_per_mu", "leave one of them empty")
        if per_mu is not None and unit == "floor_m2":
            wrong("land.tax", "expected_tax_per_mu is of land, but the claim is for floor space", "write expected_tax, of the whole claim")
        guaranteed, notes = self._right(row)
        if self.faulty or len(self.problems) > told:
            return None
        assert least is not None
        if most is None:
            notes.append(Both("greatest area unknown: only the least is counted as used", "最大面积未知，仅按最小面积计使用"))
        if tax is None and per_mu is None:
            notes.append(Both("expected tax unknown: nothing of it is assured, and nothing is counted", "预计税收未知，确定额为零，按此计"))
        priority = row.given("priority")
        if guaranteed and priority is None:
            notes.append(Both("priority unknown: after all guarantees that have one", "保障次序未知，排在有次序者之后"))
        measure = row.text("measure")
        full = self.rights.find(measure) if self.rights and measure else None
        kind = row.given("kind")
        return Claim(
            row.id, row.text("claimant"), kind if isinstance(kind, str) else None, unit, least, least if most is None else most, forms, uses, within,
            int(cast(int, day)), int(cast(int, tax or 0)), int(cast(int, per_mu or 0)), guaranteed,
            LAST if priority is None else int(cast(int, priority)), full or measure, row.where, tuple(notes),
        )  # fmt: skip

    def _area(self, row: Subject, fact: str) -> int | None:
        given, unit = row.given(fact), row.given("area_unit")
        if given is None or unit not in _UNITS:
            return None
        return int(cast(int, given)) * _UNITS[str(unit)][1] // 10 ** row.known.schema.facts[fact].decimals

    def _list(self, row: Subject, fact: str) -> tuple[str, ...]:
        """The uses or places of a cell, each once."""
        found = []
        for word in filter(None, (part.strip() for part in re.split("[;；、|]", row.text(fact)))):
            known = self.uses.find(word) if fact == "uses" else self.places.find(word)
            if known is None:
                among = self.uses.codes if fact == "uses" else self.places.by_id
                hint = did_you_mean(word, among) or (f"uses: {', '.join(self.uses.codes)}" if fact == "uses" else "use an id of places.yaml")
                code = "land.use" if fact == "uses" else "land.place"
                self.problems.append(Problem(code, f"{row.id}: {word} is no {'use' if fact == 'uses' else 'place'}", row.where, hint))
            else:
                found.append(known)
        return tuple(dict.fromkeys(found))

    def _right(self, row: Subject) -> tuple[bool, list[Both]]:
        """Whether a claim has a guarantee for sure, and what is to be said of it."""
        given, measure, claimant = row.given("guaranteed"), row.text("measure"), row.text("claimant")
        problem = self._measure_fault(row, measure, claimant)
        if problem is not None:
            self.problems.append(problem)
            return False, []
        if given is not None:
            return bool(given), []
        if not measure or self.rights is None:
            return False, [Both("not known whether it is guaranteed: counted as not", "是否属于保障未知，按非保障计")]
        full = self.rights.find(measure)
        status = self.rights.status.get((full or "", claimant), "no")
        said = {
            "yes": Both(f"guaranteed: entitled under {full}", f"属于保障：符合{full}"),
            "depends": Both(
                f"not guaranteed: it depends on unknown facts whether it is entitled under {full}", f"非保障：是否符合{full}取决于未知信息"
            ),
            "no": Both(f"not guaranteed: not entitled under {full}", f"非保障：不符合{full}"),
        }
        return status == "yes" or claimant == EVERYBODY, [] if claimant == EVERYBODY else [said[status]]

    def _measure_fault(self, row: Subject, measure: str, claimant: str) -> Problem | None:
        if claimant == EVERYBODY and not measure:
            return Problem("land.measure", f"{row.id}: * is everybody entitled under a measure, and none is named", row.where, "fill in measure")
        if claimant == EVERYBODY and row.given("guaranteed") is not None:
            return Problem("land.measure", f"{row.id}: whether * is guaranteed follows from the measure", row.where, "leave guaranteed empty")
        if not measure or row.given("guaranteed") is not None or "guaranteed" in self.faulty:
            return None
        if self.rights is None:
            hint = "give --entitlements with the folder of huiqi evaluate, or fill in guaranteed"
            return Problem("land.measure", f"{row.id}: whether {claimant} is entitled under {measure} is not known here", row.where, hint)
        if self.rights.find(measure) is None:
            hint = did_you_mean(measure, self.rights.measures) or f"measures of that run: {', '.join(self.rights.measures[:8])}"
            return Problem("land.measure", f"{row.id}: {measure} was not evaluated in {self.rights.name}", row.where, hint)
        return None


def _with_everybody(claims: list[Claim], rights: Rights | None, problems: list[Problem]) -> Iterator[Claim]:
    """Claims of `*` replaced by one for each who is entitled and has none under the measure."""
    own = {(claim.measure, claim.claimant) for claim in claims if claim.claimant != EVERYBODY}
    taken = {claim.id for claim in claims}
    for claim in claims:
        if claim.claimant != EVERYBODY:
            yield claim
            continue
        assert rights is not None
        for (measure, subject), status in sorted(rights.status.items()):
            if measure != claim.measure or (measure, subject) in own or status != "yes":
                continue
            id = f"{claim.id}/{subject}"
            if id in taken:
                problems.append(Problem("land.same-id", f"the claim {id} stands twice", claim.where, "give one of them another id"))
            note = Both(f"guaranteed: entitled under {measure}", f"属于保障：符合{measure}")
            yield replace(claim, id=id, claimant=subject, notes=(*claim.notes, note))


def too_early(claims: Claims, stock: Stock) -> list[Problem]:
    """Warnings of claims that need a place before anything can be had at all."""
    first = stock.first_free
    said = (
        "nothing of the stock can be had for sure" if first is None else f"nothing of the stock can be had before {datetime.date.fromordinal(first)}"
    )
    return [
        Problem(
            "land.too-early",
            f"{claim.id}: it is needed by {datetime.date.fromordinal(claim.needed_by)}, and {said}",
            claim.where,
            "look at needed_by and at available_from of the stock",
            "warning",
        )
        for claim in claims.claims
        if first is None or claim.needed_by < first
    ]
