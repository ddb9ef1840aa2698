"""Definitions and results of scorecards of every subject, as text: values.parquet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from huiqi.entitlements.columns import CodeSets, FactCodes, Figures, Run, Truths
from huiqi.rules.compile import Rules
from huiqi.rules.plan import Plan
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean

VALUES: Final = "values.parquet"


def nodes_of(rules: Rules, names: Sequence[str], subject: str) -> dict[str, Node]:
    """The nodes that names mean; raises FaultyInput for an unknown one."""
    found = {}
    for name in names:
        typed = rules.value(name, subject=subject)
        if typed is None:
            known = [str(key) for document in rules.world.documents for key in (*document.definitions, *document.scorecards)]
            raise FaultyInput(
                [Problem("value.unknown", f"{name} is neither a definition nor a result of a scorecard", hint=did_you_mean(name, known))]
            )
        found[name] = typed.node
    return found


class Values:
    """The possible codes with `|`, or the range in base units, of every subject; `plan` has the values by name."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.schema = pa.schema([("subject", pa.string()), *((name, pa.dictionary(pa.int32(), pa.string())) for name in plan.values)])

    def of(self, ids: pa.Array, run: Run, counts: dict[str, Counter[str]]) -> pa.RecordBatch:
        """One row a subject; `counts` is told how many have which."""
        columns = [ids]
        for name, slot in self.plan.values.items():
            texts = value_texts(run, slot)
            counts.setdefault(name, Counter()).update(texts)
            columns.append(pa.array(texts, pa.string()).dictionary_encode())
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)


def value_texts(run: Run, slot: int) -> list[str]:
    """A result of every subject as text: the possible codes with `|`, `low..high`, or yes, no, depends."""
    column, size = run.column(slot), run.block.size
    match column:
        case CodeSets(bits=bits, codes=codes):
            masks = np.broadcast_to(bits, (size,))
            words = {
                mask: "|".join([*(c for n, c in enumerate(codes) if mask >> n & 1), *(["none"] if mask >> 63 else [])])
                for mask in map(int, np.unique(masks))
            }
            return [words[mask] for mask in masks.tolist()]
        case Truths(must=must, may=may):
            return np.where(np.broadcast_to(must, (size,)), "yes", np.where(np.broadcast_to(may, (size,)), "depends", "no")).tolist()
        case Figures(low=low, high=high, scale=scale):
            ends = zip(np.broadcast_to(low / scale, (size,)).tolist(), np.broadcast_to(high / scale, (size,)).tolist(), strict=True)
            return ["none" if a != a else f"{a:.15g}" if a == b else f"{a:.15g}..{b:.15g}" for a, b in ends]
    assert isinstance(column, FactCodes)
    options = ["none", "unknown", *(column.fact.codes.codes if column.fact.codes is not None else run.block.places.by_id)]
    return [options[index + 2] for index in column.index.tolist()]
