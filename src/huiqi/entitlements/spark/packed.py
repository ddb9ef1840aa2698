"""Encoded cells of a row as one text of bytes of fixed width: many rows are one array, and a shuffle moves one column, not a hundred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huiqi.facts.cells import unknown_values
from huiqi.facts.schema import Fact

_STRETCH = 2_048  # rows whose bytes fit into a processor's cache


@dataclass(frozen=True)
class Layout:
    """Where the cell of each fact stands in a row."""

    cells: np.dtype[Any]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Layout:
        """One fact's cell after the other, in the order given; a text has no fixed width."""
        return cls(np.dtype([(fact.id, unknown_values(fact.kind, 0).dtype) for fact in facts]))

    @property
    def facts(self) -> tuple[str, ...]:
        return self.cells.names or ()

    def pack(self, columns: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_]) -> pa.BinaryArray:
        """A text of bytes for every row; an empty one where it is not to be kept."""
        rows = np.empty(int(np.count_nonzero(keep)), self.cells)
        for fact in self.facts:
            rows[fact] = columns[fact][keep]
        ends = np.zeros(len(keep) + 1, np.int32)
        np.cumsum(keep * np.int32(self.cells.itemsize), out=ends[1:])
        return pa.Array.from_buffers(pa.binary(), len(keep), [None, pa.py_buffer(ends), pa.py_buffer(rows.view(np.uint8))])

    def unpack(self, packed: pa.BinaryArray) -> dict[str, NDArray[Any]]:
        """The columns of rows that were all kept."""
        if not self.facts:
            return {}
        size = len(packed)
        ends = np.frombuffer(packed.buffers()[1], np.int32)[packed.offset : packed.offset + size + 1]
        rows = np.frombuffer(packed.buffers()[2], np.uint8)[ends[0] : ends[-1]].view(self.cells) if size else np.empty(0, self.cells)
        columns = {fact: np.empty(size, self.cells[fact]) for fact in self.facts}
        for first in range(0, size, _STRETCH):
            for fact, column in columns.items():
                column[first : first + _STRETCH] = rows[fact][first : first + _STRETCH]
        return columns
