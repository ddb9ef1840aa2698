"""The outcome of every test for every subject, two bits each: reasons.parquet, and reasons.json that names the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from huiqi.entitlements.columns import Block
from huiqi.entitlements.kernel.engine import Engine

REASONS: Final = "reasons.parquet"


class Reasons:
    """The pair of every atomic test, two bits each (must, may), lowest bit first."""

    def __init__(self, engine: Engine):
        self.engine, self.plan = engine, engine.plan

    def of(self, block: Block) -> pa.RecordBatch:
        """One row a subject."""
        tests = self.engine.found(block, rows=False).tests
        assert tests is not None
        width = pa.binary(tests.shape[1])
        cells = pa.FixedSizeBinaryArray.from_buffers(width, block.size, [None, pa.py_buffer(np.ascontiguousarray(tests))])
        return pa.RecordBatch.from_arrays([block.ids, cells], schema=pa.schema([("subject", pa.string()), ("tests", width)]))

    def write_names(self, folder: Path) -> None:
        """Which bits are which test."""
        position = {slot: number for number, slot in enumerate(self.engine.tests)}
        names = [
            {"measure": p.measure.id, "test": test.text, "clause": test.clause, "origin": test.origin, "at": position[slot]}
            for p in self.engine.plan.measures
            for test, slot in zip(p.measure.tests, p.tests, strict=True)
        ]
        note = "test number n of a subject stands in bits 2n (must hold) and 2n+1 (may hold) of `tests`, lowest bit first"
        (folder / "reasons.json").write_text(json.dumps({"note": note, "tests": names}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
