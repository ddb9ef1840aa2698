"""One table of a registry, Parquet or CSV: its columns, and its rows by id, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from huiqi.facts.parquet_table import nan_is_unknown, open_parquet, read_parquet
from huiqi.facts.text_table import TextTable, open_text_table, repeated_columns
from huiqi.vocabulary.problem import FaultyInput, Problem, Where

ENDINGS = (".parquet", ".csv")


@dataclass(frozen=True)
class Table:
    """A table on disk; `order` says which of its rows comes first by id, where the file itself is not in that order. Where NaN is unknown,
    `batches` has empty cells for it."""

    path: Path
    name: str
    types: dict[str, pa.DataType]
    text: TextTable | None = None
    order: np.ndarray | None = None
    nan_is_unknown: bool = False

    def place(self, position: int) -> Where:
        """The row in the file: a line of a CSV, a row from 1 of a Parquet file."""
        row = position if self.order is None else int(self.order[position])
        if self.text is None:
            return Where(self.name, row + 1)
        line, _ = next(islice(self.text.rows(), row, None))
        return Where(self.name, line)

    def places(self, count: int) -> list[Where]:
        """The place of each of its `count` rows, by id: of a small table, read once more."""
        rows = range(count) if self.order is None else self.order.tolist()
        lines = [line for line, _ in self.text.rows()] if self.text is not None else range(1, count + 1)
        return [Where(self.name, lines[row]) for row in rows]

    def batches(self, columns: Sequence[str], size: int, start: int = 0, stop: int | None = None) -> Iterator[pa.RecordBatch]:
        """Rows `start` to `stop` by id, in batches of at most `size`, in the order of `columns`.

        A table that is not sorted on disk is read into memory as far as these columns go.
        """
        if self.order is None:
            yield from self._as_stored(columns, size, start, stop)
            return
        parts = list(self._as_stored(columns, 1 << 16, 0, None))
        if not parts:
            return
        whole = pa.Table.from_batches(parts).unify_dictionaries().combine_chunks()
        yield from whole.take(self.order[start:stop]).to_batches(max_chunksize=size)

    def _as_stored(self, columns: Sequence[str], size: int, start: int, stop: int | None) -> Iterator[pa.RecordBatch]:
        if self.text is not None:
            return _read_text(self.text, columns, size, start, stop)
        words = [name for name in columns if name not in ("id", "year") and pa.types.is_string(self.types[name])]
        return read_parquet(self.path, self.name, columns, size, start, stop, words)


def open_table(folder: Path, stem: str) -> tuple[Table | None, list[Problem]]:
    """The table of a registry folder by its name without ending; nothing at all if there is none."""
    found = [folder / (stem + ending) for ending in ENDINGS if (folder / (stem + ending)).is_file()]
    name = f"{folder.name}/{stem}"
    if not found:
        return None, []
    if len(found) > 1:
        return None, [Problem("registry.two-tables", f"there are {stem}.parquet and {stem}.csv", Where(name), "remove one of them")]
    path, name = found[0], f"{folder.name}/{found[0].name}"
    return _open_parquet(path, name) if path.suffix == ".parquet" else _open_csv(path, name)


def _open_parquet(path: Path, name: str) -> tuple[Table | None, list[Problem]]:
    schema, problems = open_parquet(path, name)
    if schema is None:
        return None, problems
    problems = repeated_columns(tuple(schema.names), name, 0)
    types = dict(zip(schema.names, schema.types, strict=True))
    return (None, problems) if problems else (Table(path, name, types, nan_is_unknown=nan_is_unknown(schema.metadata)), [])


def _open_csv(path: Path, name: str) -> tuple[Table | None, list[Problem]]:
    text, problems = open_text_table(path, name, separator=",")
    if text is None:
        return None, problems
    problems = repeated_columns(text.header, name)
    return (None, problems) if problems else (Table(path, name, dict.fromkeys(text.header, pa.string()), text), [])


def _read_text(text: TextTable, columns: Sequence[str], size: int, start: int, stop: int | None) -> Iterator[pa.RecordBatch]:
    picks = [text.header.index(name) for name in columns]
    rows = islice(text.rows(), start, stop)
    while part := list(islice(rows, size)):
        if odd := [(line, len(cells)) for line, cells in part if len(cells) != len(text.header)]:
            raise FaultyInput(_wrong_length(text, line, cells) for line, cells in odd[:20])
        by_column = list(zip(*(cells for _, cells in part), strict=True))
        yield pa.RecordBatch.from_arrays([pa.array(by_column[pick], pa.string()) for pick in picks], names=list(columns))


def _wrong_length(text: TextTable, line: int, cells: int) -> Problem:
    message = f"the row has {cells} cells, the header {len(text.header)}"
    return Problem("table.row-length", message, Where(text.name, line), "put text that contains a comma in quotes")
