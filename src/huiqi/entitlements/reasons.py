"""The outcome of every test for every subject, two bits each: reasons.parquet, and reasons.json that names the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from huiqi.entitlements.columns import Run
from huiqi.rules.plan import Plan

REASONS: Final = "reasons.parquet"


class Reasons:
    """The pair of every atomic test, two bits each (must, may), lowest bit first; `plan` keeps all its results."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.slots = list(dict.fromkeys(slot for planned in plan.measures for slot in planned.tests))
        self.width = (2 * len(self.slots) + 7) // 8
        self.schema = pa.schema([("subject", pa.string()), ("tests", pa.binary(self.width))])

    def of(self, ids: pa.Array, run: Run) -> pa.RecordBatch:
        """One row a subject."""
        bits = np.zeros((run.block.size, 8 * self.width), bool)
        for number, slot in enumerate(self.slots):
            found = run.truths(slot)
            bits[:, 2 * number], bits[:, 2 * number + 1] = found.must, found.may
        packed = np.packbits(bits, axis=1, bitorder="little")
        tests = pa.FixedSizeBinaryArray.from_buffers(pa.binary(self.width), len(ids), [None, pa.py_buffer(packed.tobytes())])
        return pa.RecordBatch.from_arrays([ids, tests], schema=self.schema)

    def write_names(self, folder: Path) -> None:
        """Which bits are which test."""
        position = {slot: number for number, slot in enumerate(self.slots)}
        names = [
            {"measure": p.measure.id, "test": test.text, "clause": test.clause, "origin": test.origin, "at": position[slot]}
            for p in self.plan.measures
            for test, slot in zip(p.measure.tests, p.tests, strict=True)
        ]
        note = "test number n of a subject stands in bits 2n (must hold) and 2n+1 (may hold) of `tests`, lowest bit first"
        (folder / "reasons.json").write_text(json.dumps({"note": note, "tests": names}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
