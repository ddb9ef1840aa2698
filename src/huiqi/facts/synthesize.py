"""Make up a registry of a district's enterprises, for tests, demonstrations and speed: plainly labelled as made up.

    made = synthesize("cn-zj-hangzhou-binjiang", 20_000, 2024, Path("binjiang"), schema, places)
    made.year_rows, made.unknown["revenue"], made.recognised["gazelle"]

The firms are drawn in blocks, each from its own stretch of one random stream, so that memory does not grow with their number and the same seed gives
the same registry. How they are drawn is told in `synthetic/`.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.cells import is_known
from huiqi.facts.provenance import Provenance
from huiqi.facts.schema import Fact, Schema
from huiqi.facts.synthetic.accounts import balance_sheet, income
from huiqi.facts.synthetic.firms import HOLDINGS, Firms, draw_firms
from huiqi.facts.synthetic.gaps import DAY_FORMS, SILENT, YEAR_FORMS, leave_out, reticence
from huiqi.facts.synthetic.listing import BOARDS, listing
from huiqi.facts.synthetic.premises import energy, land, loans, premises
from huiqi.facts.synthetic.recognitions import high_tech_certificates, plan_5050, recognitions
from huiqi.facts.synthetic.research import RD_BODIES, intellectual_property, products_and_prizes, research_years
from huiqi.facts.synthetic.reviews import conduct, points
from huiqi.facts.synthetic.sales import Sales, draw_sales, sales_columns
from huiqi.facts.synthetic.scene import Columns, Scene
from huiqi.facts.synthetic.trades import TRADES
from huiqi.facts.write import Rows, may_replace, write_registry
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.record import Words, words

MOST_ENTERPRISES = 50_000_000
MOST_YEARS = 20
EARLIEST = datetime.date(2000, 1, 1)
AS_OF = datetime.date(2024, 6, 30)
#: What `Synthesized.recognised` counts: flags that are true, days that have come.
COUNTED = (
    "above_scale", "hnte", "technology_sme", "innovative_sme", "specialised_sme", "little_giant", "single_champion", "hidden_champion",
    "young_eagle", "gazelle", "niche_leader", "leading_enterprise", "technology_innovation_demonstration", "ip_demonstration",
    "rd_headquarters", "municipal_incubator", "listed", "ipo_reserve", "neeq_listed_on", "plan5050_selected_on", "youth_chain_selected_on",
)  # fmt: skip
_CODES = {
    "industry": [trade.code for trade in TRADES],
    "ownership": [*HOLDINGS],
    "rd_body_level": [*RD_BODIES],
    "market": [board for board, _, _ in BOARDS],
}
_BLOCK = 1 << 14
_STREAMS = 3  # of a block: what is so, gaps of the day facts, gaps of the year facts


@dataclass(frozen=True)
class Synthesized:
    """What was made up; shares and counts are of what the registry shows, not of what it leaves out."""

    folder: Path
    place: str
    as_of: datetime.date
    seed: int
    enterprises: int
    years: tuple[int, ...]
    year_rows: int
    unknown: Mapping[str, float]  # share of unknown cells of every column
    recognised: Mapping[str, int]
    absent: tuple[str, ...]  # facts of the schema that have no column


def synthesize(
    place: str,
    enterprises: int,
    seed: int,
    out: Path,
    schema: Schema,
    places: Places,
    *,
    as_of: datetime.date = AS_OF,
    years: int = 3,
    overwrite: bool = False,
) -> Synthesized:
    """A made-up registry in `out`: so many enterprises of a place, with figures of the last completed years before `as_of`.

    `place` is an id or an administrative code. A registry that is there already is replaced only with `overwrite`. Raises FaultyInput with
    everything that is wrong with what was asked for.
    """
    problems = _problems(place, enterprises, seed, out, schema, places, as_of, years, overwrite)
    if problems:
        raise FaultyInput(problems)
    id = places.find(place)
    assert id is not None
    scene = Scene(id, as_of, years, schema, places)
    district = _District(scene, enterprises, seed)
    source = words("Made up by huiqi synthesize; no real enterprise", "惠企合成的虚构数据，不涉及任何真实企业")
    provenance = Provenance(source, as_of, as_of, verified=False)
    write_registry(out, _title(scene, enterprises, seed), True, provenance, schema, places, district.main(), district.yearly(), overwrite=overwrite)
    tally = district.tally
    return Synthesized(
        folder=out,
        place=id,
        as_of=as_of,
        seed=seed,
        enterprises=enterprises,
        years=tuple(scene.years[-years:].tolist()),
        year_rows=tally.year_rows,
        unknown={fact: tally.unknown[fact] / max(cells, 1) for fact, cells in tally.cells.items()},
        recognised={fact: tally.recognised[fact] for fact in COUNTED if fact in tally.cells},
        absent=tuple(fact for fact in schema.facts if fact not in tally.cells),
    )


def _problems(
    place: str, enterprises: int, seed: int, out: Path, schema: Schema, places: Places, as_of: datetime.date, years: int, overwrite: bool
) -> list[Problem]:
    problems = []

    def wrong(code: str, message: str, hint: str = "") -> None:
        problems.append(Problem(f"synthesize.{code}", message, hint=hint))

    id = places.find(place)
    if id is None:
        wrong("unknown-place", f"{place} is not a place", did_you_mean(place, places.by_id) or "use an id of places.yaml or an administrative code")
    elif places.above(id)[-1] != "cn":
        wrong("foreign-place", f"{id} does not lie in China, whose industries and currency the firms have", "name a place below cn")
    if not 1 <= enterprises <= MOST_ENTERPRISES:
        wrong("enterprises", f"{enterprises:,} enterprises cannot be made up", f"ask for 1 to {MOST_ENTERPRISES:,}")
    if seed < 0:
        wrong("seed", f"the seed {seed} is negative", "use a whole number from 0 on")
    if not 1 <= years <= MOST_YEARS:
        wrong("years", f"{years} years cannot be made up", f"ask for 1 to {MOST_YEARS} years before the day")
    if as_of < EARLIEST:
        wrong("as-of", f"{as_of} is too early for a made-up district", f"ask for a day from {EARLIEST} on")
    if schema.subject != "enterprise":
        wrong("schema", f"the schema is of the {schema.subject}", "use the shared schema, packs/facts/enterprise.yaml")
    for name, codes in _CODES.items():
        if missing := [code for code in codes if name not in schema.codes or code not in schema.codes[name].codes]:
            message = f"the code list {name} lacks {', '.join(missing[:3])}" + (" and others" if len(missing) > 3 else "")
            wrong("codes", message, f"use the shared list, packs/facts/codes/{name}")
    if not may_replace(out, overwrite):
        hint = "choose another folder" + ("" if overwrite else ", or say that the registry there may be overwritten")
        problems.append(Problem("synthesize.out-exists", f"{out.name} exists", Where(out.name), hint))
    return problems


def _title(scene: Scene, enterprises: int, seed: int) -> Words:
    label = scene.places.by_id[scene.place].label
    return words(
        f"Made-up registry: {enterprises:,} enterprises that do not exist, in the manner of {label.en} (seed {seed})",
        f"虚构企业名册：仿{label.zh}，{enterprises:,}家并不存在的企业（种子{seed}）",
    )


@dataclass
class _Tally:
    """What is counted on the way."""

    cells: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    recognised: Counter[str] = field(default_factory=Counter)
    year_rows: int = 0

    def add(self, columns: Columns) -> None:
        for fact, values in columns.items():
            self.cells[fact] += len(values)
            self.unknown[fact] += len(values) - int(np.count_nonzero(is_known(values)))
            if fact in COUNTED:
                self.recognised[fact] += int(np.count_nonzero(np.isfinite(values) & (values > 0)))


class _District:
    """All blocks of firms, drawn once for each of the two tables: memory is that of one block."""

    def __init__(self, scene: Scene, enterprises: int, seed: int):
        self.scene = scene
        self.tally = _Tally()
        self._enterprises = enterprises
        self._stream = np.random.PCG64(seed)
        self._digits = max(6, len(str(enterprises)))

    def main(self) -> Iterator[Rows]:
        """The rows of the enterprises."""
        for block in range(self._blocks):
            rng = self._generator(block, 0)
            firms, sales, facts, years = _draw(rng, self.scene, len(self._numbers(block)))
            facts |= _more(rng, self.scene, firms, sales, facts, years) | {"name": self._words("虚构企业", block).to_numpy(zero_copy_only=False)}
            facts = leave_out(self._generator(block, 1), facts, DAY_FORMS, _reticence(firms, facts))
            columns = self._encoded(facts)
            self.tally.add(columns)
            yield Rows(self._words("MADEUP-", block), columns)

    def yearly(self) -> Iterator[Rows]:
        """The rows of the enterprises' years."""
        reported = self.scene.reported
        for block in range(self._blocks):
            firms, _, facts, years = _draw(self._generator(block, 0), self.scene, len(self._numbers(block)))
            rows = np.flatnonzero(firms.exists[:, -reported:])
            if len(rows):
                columns = {fact: values[:, -reported:].ravel()[rows] for fact, values in years.items()}
                factor, rng = _reticence(firms, facts)[rows // reported], self._generator(block, 2)
                silent = rng.random(len(rows)) < SILENT * factor
                columns = self._encoded(leave_out(rng, columns, YEAR_FORMS, factor, silent))
                self.tally.add(columns)
                self.tally.year_rows += len(rows)
                yield Rows(self._words("MADEUP-", block).take(pa.array(rows // reported)), columns, self.scene.years[-reported:][rows % reported])

    @property
    def _blocks(self) -> int:
        return -(-self._enterprises // _BLOCK)

    def _generator(self, block: int, stream: int) -> np.random.Generator:
        return np.random.Generator(self._stream.jumped(block * _STREAMS + stream))

    def _numbers(self, block: int) -> range:
        return range(block * _BLOCK + 1, min((block + 1) * _BLOCK, self._enterprises) + 1)

    def _words(self, first: str, block: int) -> pa.StringArray:
        """A word and a number for each firm of the block, in order."""
        digits = pc.utf8_lpad(pc.cast(pa.array(self._numbers(block)), pa.string()), self._digits, "0")
        return pc.binary_join_element_wise(first, digits, "")

    def _encoded(self, columns: Columns) -> Columns:
        facts = self.scene.schema.facts
        return {fact: _steps(values, facts[fact]) for fact, values in columns.items() if fact in facts}


def _draw(rng: np.random.Generator, scene: Scene, count: int) -> tuple[Firms, Sales, Columns, Columns]:
    """Some firms with day facts, and year facts that have a column a simulated year."""
    firms, facts = draw_firms(rng, scene, count)
    sales = draw_sales(rng, scene, firms)
    years = sales_columns(rng, firms, sales)
    years |= research_years(rng, firms, sales)
    facts |= intellectual_property(rng, firms, years)
    facts |= products_and_prizes(rng, scene, firms, years)
    facts |= high_tech_certificates(rng, scene, firms, sales, facts, years)
    years |= balance_sheet(rng, firms, sales)
    years |= land(rng, firms, sales)
    years |= income(rng, firms, sales, facts, years)
    facts |= listing(rng, scene, firms, sales, years)
    facts |= recognitions(rng, scene, firms, sales, facts, years)
    for day_facts, year_facts in (premises(rng, firms, sales, facts["listed"] > 0), loans(rng, firms, years)):
        facts |= day_facts
        years |= year_facts
    years |= energy(rng, firms, sales, facts["above_scale"] > 0)
    return firms, sales, facts, years


def _more(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, facts: Columns, years: Columns) -> Columns:
    """Day facts that no year fact depends on, so that they are drawn last and for the one table only."""
    plan = plan_5050(rng, scene, firms) if scene.has_plan_5050 else {}
    return plan | conduct(rng, firms, sales) | points(rng, firms, sales, facts, years)


def _reticence(firms: Firms, facts: Columns) -> np.ndarray:
    return reticence(firms.size, facts["above_scale"] > 0, facts["listed"] > 0)


def _steps(values: np.ndarray, fact: Fact) -> np.ndarray:
    """Drawn values (money in fen) as whole steps of the fact; dates, flags and codes as they are."""
    decimals = fact.decimals - 2 if fact.kind == "money" else fact.decimals
    return np.rint(values * 10.0**decimals) if fact.is_figure and decimals else values
