"""Read a Parquet file a row group at a time; whatever is broken in it is a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.vocabulary.problem import FaultyInput, Problem, Where

#: What pyarrow raises where a file is broken.
BROKEN = (OSError, pa.ArrowException, UnicodeError)


#: What a Parquet table says of itself where NaN in its columns of figures stands for the empty cell.
NAN_IS_UNKNOWN = {b"huiqi.unknown": b"NaN"}


def nan_is_unknown(metadata: Mapping[bytes, bytes] | None) -> bool:
    """Whether the metadata of a Parquet table say so."""
    return metadata is not None and NAN_IS_UNKNOWN.items() <= metadata.items()


def nan_as_empty(column: pa.Array) -> pa.Array:
    """NaN as the empty cell that it stands for."""
    return pc.if_else(pc.is_nan(column), None, column) if pa.types.is_floating(column.type) else column


def open_parquet(path: Path, name: str) -> tuple[pa.Schema | None, list[Problem]]:
    """Its columns and their types."""
    try:
        return pq.read_schema(path), []
    except BROKEN as error:
        return None, [parquet_problem(name, error)]


def read_parquet(
    path: Path, name: str, columns: Sequence[str] | None, size: int, start: int = 0, stop: int | None = None, words: Sequence[str] = ()
) -> Iterator[pa.RecordBatch]:
    """Rows `start` to `stop` in batches of at most `size`; the columns `words` come as dictionaries.

    Raises FaultyInput where the file cannot be read on.
    """
    try:
        with pq.ParquetFile(path, read_dictionary=list(words), buffer_size=1 << 16) as file:
            at, marked = 0, nan_is_unknown(file.schema_arrow.metadata)
            for group in range(file.metadata.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if at + rows <= start:
                    at += rows
                    continue
                for batch in file.iter_batches(size, row_groups=[group], columns=columns):  # all groups at once would stay in memory
                    if stop is not None and at >= stop:
                        return
                    first, last = max(start - at, 0), batch.num_rows if stop is None else min(stop - at, batch.num_rows)
                    at += batch.num_rows
                    if first < last:
                        for column in batch.columns:
                            if not pa.types.is_primitive(column.type):
                                column.validate(full=True)  # text that is not UTF-8 would be found much later
                        batch = batch.slice(first, last - first)
                        if marked:
                            batch = pa.RecordBatch.from_arrays([nan_as_empty(column) for column in batch.columns], names=batch.schema.names)
                        yield batch if columns is None else batch.select(columns)
    except BROKEN as error:
        raise FaultyInput([parquet_problem(name, error)]) from error


def parquet_problem(name: str, error: Exception) -> Problem:
    said = (str(error) or type(error).__name__).splitlines()[0]
    return Problem("table.parquet", f"the Parquet file cannot be read: {said}", Where(name), "it may have been cut short; write or copy it again")
