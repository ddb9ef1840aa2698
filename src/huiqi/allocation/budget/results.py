"""A round's result as files: awards and payments as tables, and round.json, which says of what, by what and when; and read again."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huiqi.allocation.budget.applications import times
from huiqi.allocation.budget.awards import NO_KEY, OPENS, REASONS, Awards, CutOff, Outcome, totals_of, value_of
from huiqi.allocation.budget.in_order import OPEN, Ints
from huiqi.allocation.budget.order import LAST
from huiqi.allocation.budget.round import Key
from huiqi.allocation.payments import Awards as Given
from huiqi.allocation.payments import payments, payments_table
from huiqi.rules.instalments import instalments_of
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

ABOUT = "round.json"
EPOCH = datetime.date(1970, 1, 1).toordinal()
_WORD = pa.dictionary(pa.int32(), pa.string())


def awards_table(awards: Awards) -> pa.Table:
    """A row a claim, by rank; amounts in fen, an empty one has no upper end."""
    claimed, round_ = awards.claimed, awards.round
    rank = np.where(awards.rank_best > 0, awards.rank_best, LAST)
    turn = np.lexsort((np.arange(len(awards)), awards.rank_worst, rank, awards.outcome if round_.by == "pro_rata" else rank))
    rows = pa.array(turn)

    def words(numbers: NDArray[Any], names: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(numbers[turn].astype(np.int32)), pa.array(names, pa.string()))

    def known(column: Ints, empty: int = 0) -> pa.Array:
        taken = column[turn]
        return pa.array(taken, pa.int64(), mask=taken == empty)

    measures = [measure.name for measure in round_.measures]
    asked_low = np.where(claimed.must, claimed.low, 0)
    columns: dict[str, pa.Array] = {
        "award": pa.array(awards.award, pa.string()).take(rows),
        "subject": claimed.subjects.take(rows),
        "measure": words(claimed.measures, measures),
        "clause": words(claimed.measures, [str(measure.record.clause) for measure in round_.measures]),
        "fund": words(np.zeros(len(awards)), [round_.fund]),
        "outcome": words(awards.outcome, [outcome.name.lower() for outcome in Outcome]),
        "amount_low": pa.array(awards.low[turn]),
        "amount_high": pa.array(awards.high[turn]),
        "asked_low": pa.array(asked_low[turn]),
        "asked_high": known(np.where(claimed.may, claimed.high, 0), OPEN),
        "rank_best": known(awards.rank_best),
        "rank_worst": known(awards.rank_worst),
        "reason": words(awards.reason, list(REASONS)),
        "group": _group_words(awards, turn),
        "reserve_best": known(awards.reserve_best),
        "reserve_worst": known(np.where(awards.reserve_worst == LAST, 0, awards.reserve_worst)),
        "short": known(awards.short),
        "lost_by": _lost_by(awards, turn),
        "open": words(awards.open, [" ".join(name for n, name in enumerate(OPENS) if bits >> n & 1) for bits in range(1 << len(OPENS))]),
    }
    if awards.facts is not None:
        columns["facts"] = pa.array(awards.facts, pa.string()).take(rows).dictionary_encode()
    if claimed.accepted_at is not None:
        columns["accepted_at"] = pa.array(claimed.accepted_at[turn], pa.timestamp("us"))
    elif claimed.keys:
        key, first = round_.keys[0], claimed.keys[0]
        best, worst = (_values(end[turn], key, first.scale) for end in (first.low, first.high))
        columns["score_low"], columns["score_high"] = (best, worst) if key.lowest else (worst, best)
    return pa.table(columns)


def _values(places: Ints, key: Key, scale: int) -> pa.Array:
    """A key as it was, empty where there is none; of dates also where it has no end."""
    turned = places if key.lowest else -places
    if key.kind == "date":
        days = np.where(np.abs(turned) >= LAST - 1, 0, turned // scale - EPOCH)
        return pa.array(days.astype(np.int32), pa.date32(), mask=np.abs(turned) >= LAST - 1)
    found = turned / scale
    found[turned == LAST - 1], found[turned == 1 - LAST] = np.inf, -np.inf
    return pa.array(found, pa.float64(), mask=places == LAST)


def _group_words(awards: Awards, turn: NDArray[np.intp]) -> pa.Array:
    """The groups that each may be in."""
    ids = [group.id for group in awards.round.groups]
    bits = np.zeros(len(awards), np.int64)
    for number, line in enumerate(awards.claimed.groups[: len(ids)]):
        bits |= line.astype(np.int64) << number
    found, place = np.unique(bits, return_inverse=True)
    names = ["|".join(id for n, id in enumerate(ids) if int(one) >> n & 1) for one in found]
    return pa.DictionaryArray.from_arrays(pa.array(place[turn].astype(np.int32)), pa.array(names, pa.string()))


def _lost_by(awards: Awards, turn: NDArray[np.intp]) -> pa.Array:
    names = [*(["accepted_at"] if awards.claimed.accepted_at is not None else []), *(key.text for key in awards.round.keys), "lot"]
    taken = awards.lost_by[turn].astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(taken, mask=taken == NO_KEY), pa.array(names, pa.string()))


def planned_payments(awards: Awards, table: pa.Table) -> pa.Table:
    """What is to be paid of every award, by year and milestone, as the measure's text says; decided in the year of the round."""
    there = table.filter(pa.compute.greater(table["amount_high"], 0))
    plans = [instalments_of(measure.record.pays) for measure in awards.round.measures]
    names = pa.array([measure.name for measure in awards.round.measures], pa.string())
    plan = pa.compute.index_in(there["measure"].cast(pa.string()), value_set=names).to_numpy().astype(np.int64)
    low, high = (there[name].to_numpy().astype(np.int64) for name in ("amount_low", "amount_high"))
    paid = payments(Given(plan, low, high, awards.round.year), plans)
    award, subject, measure, fund = (there[name].cast(pa.string()).combine_chunks() for name in ("award", "subject", "measure", "fund"))
    return payments_table(paid, award, subject, measure, fund)


def about(awards: Awards, as_of: datetime.date) -> dict[str, Any]:
    """round.json."""
    round_, claimed = awards.round, awards.claimed
    rules, registry = claimed.population.rules, claimed.population.registry
    applications = round_.applications
    counts = _by_group(awards)
    record = {
        "round": round_.id,
        "title": round_.title.as_json(),
        "made_up": round_.made_up,
        "fund": round_.fund,
        "fund_title": round_.fund_title.as_json(),
        "fund_pack": round_.pack,
        "currency": round_.currency,
        "year": round_.year,
        "as_of": as_of.isoformat(),
        "law_on": rules.law_on.isoformat(),
        "packs": {pack.id: pack.content_hash for pack in rules.packs},
        "rules_hash": rules.content_hash,
        "registry": {"title": _words(registry.title), "made_up": registry.made_up, "hash": registry.content_hash},
        "round_hash": round_.content_hash,
        "applications_hash": None if applications is None else hashlib.sha256(applications.read_bytes()).hexdigest(),
        "huiqi": VERSION,
        "measures": {measure.name: {"title": _words(measure.record.title), "edition": measure.edition} for measure in round_.measures},
        "by": round_.by,
        "rank": [
            {"text": key.text, "label": key.label.as_json(), "kind": key.kind, "lowest": key.lowest, "share": key.share, "unit": key.unit.powers}
            for key in round_.keys
        ],
        "money": round_.money,
        "places": round_.places,
        "minimum": round_.terms.minimum,
        "ties": round_.terms.ties.value,
        "lot": round_.seed,
        "edge": round_.terms.edge.value,
        "reserve": round_.reserve,
        "groups": [
            {"id": group.id, "label": group.label.as_json(), "money": group.part.money, "places": group.part.places, **count}
            for group, count in zip(round_.groups, counts, strict=True)
        ],
        "unused": ("pooled" if round_.pooled else "lost") if round_.groups else None,
        "incomplete": "out" if round_.incomplete_out else "wait",
        "facts": {id: _words(claimed.population.registry.schema.facts[id].label) for id in _facts_named(awards)},
        "cut_offs": [_cut_off(awards, one) for one in awards.cut_offs],
        "totals": asdict(totals_of(awards)),
        "money_unit": "whole fen",
    }
    return record


def _facts_named(awards: Awards) -> list[str]:
    """The facts that are told of somebody."""
    return sorted({fact for facts in set(awards.facts or ()) for fact in facts.split()})


def _words(words: Any) -> dict[str, str]:
    return {"en": str(words.en), "zh": str(words.zh)}


def _by_group(awards: Awards) -> list[dict[str, int]]:
    """How many of each group surely get how much."""
    met, counts = awards.outcome == Outcome.AWARDED, []
    for line in awards.claimed.groups[: len(awards.round.groups)]:
        inside = line & met
        counts.append({"awarded": int(inside.sum()), "given": sum(awards.low[inside].tolist())})
    return counts


def _cut_off(awards: Awards, one: CutOff) -> dict[str, Any]:
    """A cut-off as figures, the better end first; of arrival as times."""
    ends: list[Any] = [None, None]
    if one.best is not None and one.worst is not None:
        if awards.claimed.accepted_at is not None:
            ends = list(times([one.best, one.worst]))
        elif awards.claimed.keys:
            key, scale = awards.round.keys[0], awards.claimed.keys[0].scale
            values = [value_of(end, lowest=key.lowest, scale=scale) for end in (one.best, one.worst)]
            ends = [None if value is None or not np.isfinite(value) else value for value in values]
    group = awards.round.groups[one.group].id if one.group >= 0 else ""
    return {"group": group, "best": ends[0], "worst": ends[1], "money_ended_at": one.money_ended_at}


def write_result(folder: Path, awards: Awards, as_of: datetime.date) -> None:
    """Write the folder whole or not at all."""
    table = awards_table(awards)
    paid = planned_payments(awards, table)
    with whole_folder(folder) as unfinished:
        for name, one in (("awards", table), ("payments", paid)):
            pq.write_table(one, unfinished / f"{name}.parquet", compression="zstd")
            plain = pa.table({field.name: _plain(one[field.name]) for field in one.schema})
            pa_csv.write_csv(plain, unfinished / f"{name}.csv", pa_csv.WriteOptions(quoting_style="needed"))
        (unfinished / ABOUT).write_text(json.dumps(about(awards, as_of), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Words as text, for CSV, and times to the second where they say no more."""
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s"), safe=False)
        return (seconds if seconds.cast(column.type).equals(column) else column).cast(pa.string())
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def is_result(folder: Path) -> bool:
    """A folder that `write_result` has written."""
    return (folder / ABOUT).is_file() and (folder / "awards.parquet").is_file()


def read_result(folder: Path, subject: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """round.json and the rows of one subject; raises FaultyInput where the folder holds no whole result."""
    try:
        record = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        rows = pq.read_table(folder / "awards.parquet", filters=[("subject", "=", subject)]).to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        hint = "give out the round again"
        raise FaultyInput([Problem("round.unreadable", f"the result of the round cannot be read: {said}", Where(str(folder)), hint)]) from None
    return record, rows


def rows_of(awards: Awards, subject: str) -> list[dict[str, Any]]:
    """The rows of one subject of a round at hand."""
    table = awards_table(awards)
    return table.filter(pa.compute.equal(table["subject"], subject)).to_pylist()
