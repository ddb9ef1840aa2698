"""A simulation as files: simulation.json with every figure, and tables of them. Money in hundredths of the currency; an empty end is open."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from huiqi.entitlements.totals import ALL, Sum
from huiqi.revision.comparison import FATES, Difference, Fates, Tally
from huiqi.revision.reasons import Change
from huiqi.revision.simulate import Compared, Simulation
from huiqi.rules.compile import Measure
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

_COUNTS = [f"{fate}{part}" for fate in FATES for part in ("", "_perhaps")]
_MONEY = [f"{side}_{end}" for side in ("before", "after", "difference") for end in ("low", "high")]
_TALLY = ("edition", "yes", "depends", "due_low", "due_high", "payable_low", "payable_high")


def write_simulation(
    out: Path, found: Simulation, changes: dict[str, list[Change]], about: dict[str, Any], pages: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """All files at once, or none; `changes` are the reasons of the largest differences by subject, `about` is what the caller adds, `pages` are
    further files by name."""
    with whole_folder(out) as folder:
        for name, content in pages.items():
            (folder / name).write_bytes(content)
        _table(folder / "measures.csv", _measures(found))
        for grouping in (one for one in found.groupings if one.name != ALL):
            _table(folder / f"by_{grouping.name}.csv", _groups(grouping.name, found.by[grouping.name], grouping.groups))
        _table(folder / "topics.csv", _topics(found))
        _table(folder / "largest.csv", _largest(found, changes))
        text = json.dumps(as_json(found, changes) | about, ensure_ascii=False, indent=2)
        (folder / "simulation.json").write_text(text + "\n", encoding="utf-8")


def as_json(found: Simulation, changes: dict[str, list[Change]]) -> dict[str, Any]:
    """Every figure of a simulation, and what it is of."""
    rules = {name: side.rules for name, side in zip(("before", "after"), found.sides, strict=True)}
    return {
        "huiqi": VERSION,
        "law_on": {name: one.law_on.isoformat() for name, one in rules.items()},
        "packs": {name: {pack.id: pack.content_hash for pack in one.packs} for name, one in rules.items()},
        "registry": {"hash": found.registry.content_hash, "made_up": found.registry.made_up},
        "weighted": found.weighted,
        "money": f"hundredths of {found.currency}, after stacking rules; null: an open end",
        "all": fates_json(found.fates),
        "measures": [_compared_json(one) for one in found.measures],
        "rest": [measure_json(measure) | {"tally": tally_json(tally)} for measure, tally in found.rest],
        "topics": {topic: {side: list(cost) for side, cost in costs.items()} for topic, costs in by_topic(found).items()},
        "by": {
            grouping.name: {
                "label": grouping.label.as_json(),
                "groups": [{"id": id, "label": grouping.groups[id].as_json()} | fates_json(fates) for id, fates in found.by[grouping.name].items()],
            }
            for grouping in found.groupings
        },
        "largest": {
            name: [_difference_json(one, changes.get(one.subject, [])) for one in largest]
            for name, largest in (("gains", found.gains), ("losses", found.losses))
        },
    }


def fates_json(fates: Fates) -> dict[str, Any]:
    """How many surely, and perhaps; the money before, after and between."""
    counted = {fate: {"surely": fates.of(fate)[0], "perhaps": fates.of(fate)[1]} for fate in FATES}
    money = {"before": list(fates.before), "after": list(fates.after), "difference": list(fates.difference)}
    return {"subjects": fates.subjects, "touched": fates.touched, **counted, **money}


def measure_json(measure: Measure) -> dict[str, Any]:
    """Which measure, and where it stands."""
    record = measure.record
    return {
        "measure": measure.name,
        "edition": measure.edition,
        "title": {"en": str(record.title.en), "zh": str(record.title.zh)},
        "clause": str(record.clause),
        "kind": str(record.kind),
        "topics": [str(topic) for topic in topics_of(measure)],
    }


def tally_json(tally: Tally) -> dict[str, Any]:
    return {"yes": tally.yes, "depends": tally.depends, "due": list(tally.due), "payable": list(tally.payable)}


def _compared_json(one: Compared) -> dict[str, Any]:
    sides = {name: None if side is None else measure_json(side[0]) | tally_json(side[1]) for name, side in _sides(one)}
    return {"measure": one.measure.name, "changed": one.changed, **sides}


def _sides(one: Compared) -> tuple[tuple[str, tuple[Measure, Tally] | None], ...]:
    return ("before", one.before), ("after", one.after)


def _difference_json(one: Difference, changes: list[Change]) -> dict[str, Any]:
    pairs = {"before": one.before, "after": one.after, "difference": (one.low, one.high)}
    ends = {name: [int(end) if math.isfinite(end) else None for end in pair] for name, pair in pairs.items()}
    return {"subject": one.subject, **ends, "reasons": [{"measure": change.measure.name, "text": change.text.as_json()} for change in changes]}


# ---------------------------------------------------------------- topics


def topics_of(measure: Measure) -> tuple[str, ...]:
    """The topics of a measure; `none` where it has none."""
    return tuple(map(str, measure.record.topics)) or ("none",)


def by_topic(found: Simulation) -> dict[str, dict[str, Sum]]:
    """What the evaluated measures of each topic pay under both laws; a measure of several topics counts under each."""
    costs: dict[str, dict[str, Sum]] = {}
    both = [(name, pair) for one in found.measures for name, pair in _sides(one)]
    for name, pair in [*both, *((side, pair) for pair in found.rest for side in ("before", "after"))]:
        for topic in () if pair is None or pair[0].amount is None else topics_of(pair[0]):
            assert pair is not None
            mine = costs.setdefault(topic, {"before": (0, 0), "after": (0, 0)})
            mine[name] = added([mine[name], pair[1].payable])
    return dict(sorted(costs.items()))


def added(sums: Iterable[Sum]) -> Sum:
    """A range of the sum of some ranges."""
    lows, highs = zip(*sums, strict=True)
    return sum(lows), None if None in highs else sum(highs)


# ---------------------------------------------------------------- tables


def _measures(found: Simulation) -> Iterator[list[Any]]:
    yield ["measure", "title_en", "title_zh", "clause", "kind", "topics", "changed", *(f"{c}_{side}" for side in ("before", "after") for c in _TALLY)]
    rest = [Compared(pair, pair, False) for pair in found.rest]
    for one in (*found.measures, *rest):
        measure = one.measure
        record = measure.record
        texts = [measure.name, record.title.en, record.title.zh, record.clause, record.kind, " ".join(topics_of(measure)), one.changed]
        yield [*texts, *(cell for _, side in _sides(one) for cell in _tally(side))]


def _tally(side: tuple[Measure, Tally] | None) -> list[Any]:
    if side is None:
        return [""] * len(_TALLY)
    measure, tally = side
    return [measure.edition, tally.yes, tally.depends, *map(_open, (*tally.due, *tally.payable))]


def _topics(found: Simulation) -> Iterator[list[Any]]:
    yield ["topic", *_MONEY[:4]]
    for topic, costs in by_topic(found).items():
        yield [topic, *map(_open, (*costs["before"], *costs["after"]))]


def _groups(name: str, found: dict[str, Fates], labels: Any) -> Iterator[list[Any]]:
    yield [name, "label_en", "label_zh", "subjects", "touched", *_COUNTS, *_MONEY]
    for group, fates in found.items():
        counts = [count for fate in FATES for count in fates.of(fate)]
        money = map(_open, (*fates.before, *fates.after, *fates.difference))
        yield [group, labels[group].en, labels[group].zh, fates.subjects, fates.touched, *counts, *money]


def _largest(found: Simulation, changes: dict[str, list[Change]]) -> Iterator[list[Any]]:
    yield ["subject", *_MONEY, "reasons_en", "reasons_zh"]
    for one in (*found.gains, *found.losses):
        said = [change.text for change in changes.get(one.subject, [])]
        ends = map(_fen, (*one.before, *one.after, one.low, one.high))
        yield [one.subject, *ends, "; ".join(text.en for text in said), "；".join(text.zh for text in said)]


def _fen(amount: float) -> int | str:
    return int(amount) if math.isfinite(amount) else ""


def _open(fen: int | None) -> int | str:
    return "" if fen is None else fen


def _table(path: Path, rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
