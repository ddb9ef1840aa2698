"""Make up a registry of a district's enterprises, for tests, demonstrations and speed: plainly labelled as made up.

    made = synthesize("cn-zj-hangzhou-binjiang", 20_000, 2024, Path("binjiang"), schema, places)
    made.year_rows, made.unknown["revenue"], made.recognised["gazelle"]

The firms are drawn in blocks, each from its own stretch of one random stream, so that memory does not grow with their number and the same seed gives
the same registry. How they are drawn is told in `synthetic/`.

With `wanted` more firms are drawn than asked for, and of them those are kept that together meet published totals (quotas.py). Each firm stays as
it was drawn, so a high-tech firm has the R&D, the staff and the revenue of one.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.cells import is_known, unknown_values
from huiqi.facts.provenance import Provenance
from huiqi.facts.registry import Block, Column
from huiqi.facts.schema import Fact, Schema
from huiqi.facts.synthetic.accounts import balance_sheet, income
from huiqi.facts.synthetic.firms import HOLDINGS, Firms, draw_firms
from huiqi.facts.synthetic.gaps import DAY_FORMS, SILENT, YEAR_FORMS, leave_out, reticence
from huiqi.facts.synthetic.listing import BOARDS, listing
from huiqi.facts.synthetic.local import local_facts
from huiqi.facts.synthetic.premises import energy, land, loans, premises
from huiqi.facts.synthetic.quotas import ALL, Quota, choose
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
#: So many times as many firms as asked for are drawn at most to find those that meet the totals, and so many at least.
MOST_DRAWN, LEAST_DRAWN = 30, 1_000_000


@dataclass(frozen=True)
class Wanted:
    """Totals to meet: how many firms shall count towards each, and which do.

    `counts` tells of a block of firms, with the columns `reads`, who surely counts and who may: two arrays of flags, a row a firm, a column a quota.
    `zones` are places within the place in which some of the firms shall stand.
    """

    quotas: tuple[Quota, ...]
    reads: tuple[Column, ...]
    counts: Callable[[Block], tuple[np.ndarray, np.ndarray]]
    zones: tuple[str, ...] = ()


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
    drawn: int  # of how many firms these were kept


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
    wanted: Wanted | None = None,
    beside: Callable[[Path], None] = lambda unfinished: None,
) -> Synthesized:
    """A made-up registry in `out`: so many enterprises of a place, with figures of the last completed years before `as_of`.

    `place` is an id or an administrative code. A registry that is there already is replaced only with `overwrite`. With `wanted` its firms meet
    totals; `beside` may put further files into the folder before it is in place. Raises FaultyInput with everything that is wrong with what was
    asked for, before anything is written: also with totals that cannot be met together.
    """
    problems = _problems(place, enterprises, seed, out, schema, places, as_of, years, overwrite)
    if problems:
        raise FaultyInput(problems)
    id = places.find(place)
    assert id is not None
    scene = Scene(id, as_of, years, schema, places, wanted.zones if wanted is not None else ())
    district = _District(scene, enterprises, seed)
    if wanted is not None and wanted.quotas:
        district.keep(wanted)
    source = words("Made up by huiqi synthesize; no real enterprise", "惠企合成的虚构数据，不涉及任何真实企业")
    provenance = Provenance(source, as_of, as_of, verified=False)
    write_registry(
        out,
        _title(scene, enterprises, seed),
        True,
        provenance,
        schema,
        places,
        district.main(),
        district.yearly(),
        overwrite=overwrite,
        beside=beside,
    )
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
        drawn=district.drawn,
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
    """All blocks of firms, drawn once for each of the two tables: memory is that of one block, and eight bytes a firm where some are kept of many."""

    def __init__(self, scene: Scene, enterprises: int, seed: int):
        self.scene = scene
        self.tally = _Tally()
        self.drawn = enterprises
        self._enterprises = enterprises
        self._kept = np.broadcast_to(True, enterprises)  # of all that are drawn
        self._stream = np.random.PCG64(seed)
        self._local = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1,)))
        self._digits = max(6, len(str(enterprises)))

    # ------------------------------------------------------------ which to keep

    def keep(self, wanted: Wanted) -> None:
        """Draw until some of the firms drawn meet the totals, and keep those; FaultyInput where none can.

        Where the totals ask for many more than an ordinary district has, firms are drawn from a high-tech zone's mix of trades.
        """
        most = max(MOST_DRAWN * self._enterprises, LEAST_DRAWN)
        kinds = self._draw_kinds(np.zeros(0, np.int64), _BLOCK, wanted)
        if _rarity(kinds, wanted) > 1.5 * self._enterprises / len(kinds):
            ordinary, self.scene = self.scene, replace(self.scene, technical=True)
            others = self._draw_kinds(np.zeros(0, np.int64), _BLOCK, wanted)
            if _rarity(others, wanted) < _rarity(kinds, wanted):
                kinds = others
            else:
                self.scene = ordinary
        aim = max(5 * self._enterprises / 4, min(1.15 * _rarity(kinds, wanted) * len(kinds), most))
        while True:
            kinds = self._draw_kinds(kinds, int(aim), wanted)
            there, drawn = np.unique(kinds[kinds >= 0], return_counts=True)
            counts = _bits(there, wanted)
            chosen = choose(drawn, counts, wanted.quotas, self._enterprises)
            if chosen.take is not None:
                break
            if len(kinds) >= most:
                raise FaultyInput(_unmet(chosen.against, wanted.quotas, drawn @ counts, len(kinds)))
            aim = min(len(kinds) * max(1.4, 1.15 * _rarity(kinds, wanted)), most)
        self.drawn, self._kept = len(kinds), np.zeros(len(kinds), bool)
        for kind, take in zip(there.tolist(), chosen.take.tolist(), strict=True):
            of = np.flatnonzero(kinds == kind)
            self._kept[of[np.arange(take) * len(of) // max(take, 1)]] = True  # evenly over all that were drawn

    def _draw_kinds(self, kinds: np.ndarray, aim: int, wanted: Wanted) -> np.ndarray:
        """The totals towards which each firm counts, one bit each; -1 where that is not known of some total, since published lists are."""
        bits = 1 << np.arange(len(wanted.quotas), dtype=np.int64)
        found, blocks = [kinds], -(-aim // _BLOCK)  # whole ones, so that more can follow
        self.drawn = blocks * _BLOCK
        for block in range(len(kinds) // _BLOCK, blocks):
            must, may = wanted.counts(self._shown(block, wanted.reads))
            found.append(np.where((must == may).all(axis=1), must @ bits, -1))
        return np.concatenate(found)

    def _shown(self, block: int, reads: tuple[Column, ...]) -> Block:
        """All firms of a block as a registry would show them."""
        day, yearly = self._day(block), any(year is not None for _, year in reads)
        owner, years, figures = self._years(block) if yearly else (np.zeros(0, np.intp), np.zeros(0, np.int16), {})
        columns: dict[Column, np.ndarray] = {}
        for fact, year in reads:
            column = unknown_values(self.scene.schema.facts[fact].kind, self._size(block))
            if year is None:
                column = day.get(fact, column)
            elif fact in figures:
                column[owner[years == year]] = figures[fact][years == year]
            columns[fact, year] = column
        first_years = np.zeros(self._size(block), np.int16)
        there, at = np.unique(owner, return_index=True)
        first_years[there] = years[at]
        return Block(pa.nulls(self._size(block), pa.string()), columns, first_years)

    # ------------------------------------------------------------ the tables

    def main(self) -> Iterator[Rows]:
        """The rows of the enterprises."""
        for kept, numbers, block in self._blocks():
            columns = {fact: values[kept] for fact, values in self._day(block).items()}
            columns |= self._encoded({"name": self._words("虚构企业", numbers).to_numpy(zero_copy_only=False)})
            self.tally.add(columns)
            yield Rows(self._words("MADEUP-", numbers), columns)

    def yearly(self) -> Iterator[Rows]:
        """The rows of the enterprises' years."""
        for kept, numbers, block in self._blocks():
            owner, years, figures = self._years(block)
            these = kept[owner]
            if these.any():
                columns = {fact: values[these] for fact, values in figures.items()}
                self.tally.add(columns)
                self.tally.year_rows += len(years[these])
                yield Rows(self._words("MADEUP-", numbers).take(pa.array((np.cumsum(kept) - 1)[owner[these]])), columns, years[these])

    def _blocks(self) -> Iterator[tuple[np.ndarray, range, int]]:
        """Blocks of which firms are kept: which, their numbers in the registry, and the number of the block."""
        number = 1
        for block in range(-(-self.drawn // _BLOCK)):
            kept = self._kept[block * _BLOCK : (block + 1) * _BLOCK]
            if count := int(np.count_nonzero(kept)):
                yield kept, range(number, number + count), block
                number += count

    def _day(self, block: int) -> Columns:
        """The day facts of a block with their gaps, encoded."""
        rng = self._generator(block, 0)
        firms, sales, facts, years = _draw(rng, self.scene, self._size(block))
        local = local_facts(np.random.Generator(self._local.jumped(block)), self.scene, firms, sales, facts, years)
        facts |= _more(rng, self.scene, firms, sales, facts, years)
        finer = {fact: local.pop(fact) for fact in [*local] if fact in facts}
        return self._encoded(leave_out(self._generator(block, 1), facts | finer, DAY_FORMS, _reticence(firms, facts)) | local)

    def _years(self, block: int) -> tuple[np.ndarray, np.ndarray, Columns]:
        """The year facts of a block with their gaps, encoded: of which firm, of which year, and what; in order of firm and year."""
        reported = self.scene.reported
        firms, _, facts, years = _draw(self._generator(block, 0), self.scene, self._size(block))
        rows = np.flatnonzero(firms.exists[:, -reported:])
        columns = {fact: values[:, -reported:].ravel()[rows] for fact, values in years.items()}
        factor, rng = _reticence(firms, facts)[rows // reported], self._generator(block, 2)
        silent = rng.random(len(rows)) < SILENT * factor
        shown = self._encoded(leave_out(rng, columns, YEAR_FORMS, factor, silent)) if len(rows) else {}
        return rows // reported, self.scene.years[-reported:][rows % reported], shown

    def _size(self, block: int) -> int:
        return min(_BLOCK, self.drawn - block * _BLOCK)

    def _generator(self, block: int, stream: int) -> np.random.Generator:
        return np.random.Generator(self._stream.jumped(block * _STREAMS + stream))

    def _words(self, first: str, numbers: range) -> pa.StringArray:
        """A word and a number for each firm, in order."""
        digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), self._digits, "0")
        return pc.binary_join_element_wise(first, digits, "")

    def _encoded(self, columns: Columns) -> Columns:
        facts = self.scene.schema.facts
        return {fact: _steps(values, facts[fact]) for fact, values in columns.items() if fact in facts}


def _bits(kinds: np.ndarray, wanted: Wanted) -> np.ndarray:
    """Which totals each kind counts towards: a row a kind."""
    return (kinds[:, None] >> np.arange(len(wanted.quotas)) & 1).astype(bool)


def _rarity(kinds: np.ndarray, wanted: Wanted) -> float:
    """How many times as many firms as were drawn it takes until there are enough for the rarest total."""
    there = _bits(kinds[kinds >= 0], wanted).sum(axis=0)
    return max(quota.wanted / max(found, 0.3) for quota, found in zip(wanted.quotas, there.tolist(), strict=True))


def _unmet(against: tuple[str, ...], quotas: tuple[Quota, ...], there: np.ndarray, drawn: int) -> list[Problem]:
    """Which totals no choice among the firms drawn meets together."""
    of = {quota.name: (quota.wanted, int(sum)) for quota, sum in zip(quotas, there, strict=True)}
    told = [f"{name} ({of[name][0]:,} wanted, {of[name][1]:,} among {drawn:,} drawn)" for name in against if name in of]
    if not told:
        return [
            Problem("totals.together", "the totals cannot be met together", hint="ask for more enterprises, or leave a total out: --without NAME")
        ]
    alone = len(told) == 1
    said = f"{told[0]} cannot be met" if alone else f"{', '.join(told)} cannot be met together"
    hint = f"leave {'it' if alone else 'one'} out: --without {against[-1]}, ask for more enterprises, or for a smaller --scale"
    if ALL in against:
        hint = f"ask for more enterprises, or for a smaller --scale, or leave one out: --without {next(name for name in against if name in of)}"
    return [Problem("totals.together", said, hint=hint)]


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
