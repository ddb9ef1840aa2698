"""Read 60 columns of a large Parquet file into blocks of numbers, with pyarrow and with polars.

A block is what the evaluator works on: 16,384 rows of float64, a fact a row of the array, NaN where nothing is known, a code of a
category as its place in the code list. Each way of reading runs in a process of its own, in turn, so that memory is its own and a slow
minute of the machine falls on all of them. The figures are medians: seconds by the clock, and seconds of work on all cores together,
which other work on the machine disturbs less.

    python bench/read_parquet.py --rows 5_000_000

polars is no part of huiqi; without it only pyarrow is measured. To have both: python -m pip install polars
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

BLOCK = 16_384
GROUP = 8 * BLOCK
AMOUNTS = [f"amount_{i:02}" for i in range(52)]
CATEGORIES = {f"category_{i}": [f"code-{i}-{j:03}" for j in range(size)] for i, size in enumerate([2, 3, 4, 8, 16, 31, 97, 342])}
COLUMNS = [*AMOUNTS, *CATEGORIES]
UNKNOWN = 0.08


def write(path: Path, rows: int, group: int) -> None:
    """Write the file: lognormal whole yuan and evenly spread codes, 8% of each unknown."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    schema = pa.schema([(name, pa.float64()) for name in AMOUNTS] + [(name, pa.dictionary(pa.int32(), pa.string())) for name in CATEGORIES])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=list(CATEGORIES)) as file:  # as huiqi writes a registry
        for start in range(0, rows, group):
            n = min(group, rows - start)
            columns: list[pa.Array] = [pa.array(np.rint(rng.lognormal(13, 2, n)), mask=rng.random(n) < UNKNOWN) for _ in AMOUNTS]
            for codes in CATEGORIES.values():
                places = pa.array(rng.integers(0, len(codes), n, dtype=np.int32), mask=rng.random(n) < UNKNOWN)
                columns.append(pa.DictionaryArray.from_arrays(places, codes))
            file.write_table(pa.table(columns, schema=schema), row_group_size=group)


def _from_arrow(batch, block: np.ndarray) -> np.ndarray:
    """Fill the block from an Arrow batch whose categories are dictionaries."""
    import pyarrow as pa

    filled = block[:, : batch.num_rows]
    for row, name in enumerate(COLUMNS):
        column = batch.column(name)
        if pa.types.is_dictionary(column.type):
            # A dictionary is a file's own order: put the list's order in its place, NaN at the end for what is unknown.
            order = [*(CATEGORIES[name].index(code) for code in column.dictionary.to_pylist()), np.nan]
            np.take(np.array(order, float), column.indices.fill_null(len(order) - 1).to_numpy(), out=filled[row], mode="clip")
        else:
            filled[row] = column.to_numpy(zero_copy_only=False)
    return filled


def pyarrow_batches(path: Path) -> Iterator[np.ndarray]:
    """pyarrow: ParquetFile.iter_batches over all row groups, which stay in memory."""
    import pyarrow.parquet as pq

    block = np.empty((len(COLUMNS), BLOCK))
    with pq.ParquetFile(path, read_dictionary=list(CATEGORIES)) as file:
        for batch in file.iter_batches(BLOCK, columns=COLUMNS):
            yield _from_arrow(batch, block)


def pyarrow_dataset(path: Path) -> Iterator[np.ndarray]:
    """pyarrow: dataset scanner, which reads ahead; without pre_buffer, which would hold the whole file."""
    import pyarrow.dataset as ds

    block = np.empty((len(COLUMNS), BLOCK))
    options = ds.ParquetFragmentScanOptions(pre_buffer=False)
    form = ds.ParquetFileFormat(dictionary_columns=list(CATEGORIES), default_fragment_scan_options=options)
    for batch in ds.dataset(path, format=form).to_batches(columns=COLUMNS, batch_size=BLOCK, batch_readahead=4):
        yield _from_arrow(batch, block)


def pyarrow_groups(path: Path) -> Iterator[np.ndarray]:
    """pyarrow: a row group at a time; what huiqi.facts does."""
    import pyarrow.parquet as pq

    block = np.empty((len(COLUMNS), BLOCK))
    with pq.ParquetFile(path, read_dictionary=list(CATEGORIES), buffer_size=1 << 16) as file:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(BLOCK, row_groups=[group], columns=COLUMNS):
                yield _from_arrow(batch, block)


def _as_numbers():
    import polars as pl

    codes = (pl.col(name).cast(pl.Enum(codes)).to_physical().cast(pl.Float64) for name, codes in CATEGORIES.items())
    return [column.fill_null(float("nan")) for column in (pl.col(AMOUNTS), *codes)]


def _from_polars(frame, block: np.ndarray) -> np.ndarray:
    """Fill the block from a frame of numbers only."""
    filled = block[:, : frame.height]
    for row, column in enumerate(frame.iter_columns()):
        filled[row] = column.to_numpy()
    return filled


def polars_whole(path: Path) -> Iterator[np.ndarray]:
    """polars: the whole file, cut into blocks."""
    import polars as pl

    block = np.empty((len(COLUMNS), BLOCK))
    for frame in pl.scan_parquet(path).select(_as_numbers()).collect().iter_slices(BLOCK):
        yield _from_polars(frame, block)


def polars_stream(path: Path) -> Iterator[np.ndarray]:
    """polars: the streaming engine, a batch at a time."""
    import polars as pl

    block = np.empty((len(COLUMNS), BLOCK))
    for frame in pl.scan_parquet(path).select(_as_numbers()).collect_batches(chunk_size=BLOCK, maintain_order=True):
        yield _from_polars(frame, block)


def polars_slices(path: Path) -> Iterator[np.ndarray]:
    """polars: some blocks at a time, so that memory has a bound."""
    import polars as pl

    block = np.empty((len(COLUMNS), BLOCK))
    file, start = pl.scan_parquet(path).select(_as_numbers()), 0
    while (frame := file.slice(start, GROUP).collect()).height:
        for part in frame.iter_slices(BLOCK):
            yield _from_polars(part, block)
        start += GROUP


WAYS: dict[str, Callable[[Path], Iterator[np.ndarray]]] = {
    way.__name__.replace("_", " "): way for way in (pyarrow_batches, pyarrow_dataset, pyarrow_groups, polars_whole, polars_stream, polars_slices)
}


def peak_memory() -> int:
    """The most memory this process has held at once, in bytes; not ru_maxrss, which a child takes over from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def read_once(way: str, path: Path, *, compare: bool) -> None:
    """What the child does: read, and print seconds, memory, rows and, where it is asked for, a digest of every figure read."""
    __import__("pyarrow.parquet" if way.startswith("pyarrow") else "polars")
    digests = [hashlib.blake2b(digest_size=8) for _ in COLUMNS]
    blocks = rows = 0
    start, worked = time.perf_counter(), time.process_time()
    for block in WAYS[way](path):
        blocks += 1
        rows += block.shape[1]
        if compare:
            for digest, row in zip(digests, np.where(np.isnan(block), -1.0, block), strict=True):
                digest.update(row.tobytes())
    seconds, work = time.perf_counter() - start, time.process_time() - worked
    digest = hashlib.blake2b(b"".join(d.digest() for d in digests), digest_size=8).hexdigest()
    print(json.dumps({"seconds": seconds, "work": work, "memory": peak_memory(), "rows": rows, "blocks": blocks, "digest": digest}))


def _in_a_child(way: str, path: Path, *flags: str) -> dict:
    done = subprocess.run([sys.executable, __file__, "--way", way, "--file", str(path), *flags], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{way} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--group", type=int, default=GROUP, help="rows of a row group (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--compare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        read_once(given.way, given.file, compare=given.compare)
        return

    ways = list(WAYS)
    if importlib.util.find_spec("polars") is None:
        ways = [way for way in ways if way.startswith("pyarrow")]
        print("polars is not installed, so there is nothing to compare with: python -m pip install polars\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the folder goes when the run is stopped
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "enterprise.parquet"
        write(path, given.rows, given.group)
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("numpy", *sorted({way.split()[0] for way in ways})))
        size = f"{path.stat().st_size / 1e6:,.0f} MB in row groups of {given.group:,}"
        print(f"{given.rows:,} rows, {len(COLUMNS)} columns, {size}; {os.cpu_count()} cores; {versions}")

        seen = {way: _in_a_child(way, path, "--compare") for way in ways}  # also brings the file into the system's cache
        if len({result["digest"] for result in seen.values()}) > 1 or any(result["rows"] != given.rows for result in seen.values()):
            sys.exit(f"They do not read the same: {seen}")
        runs: dict[str, list[dict]] = {way: [] for way in ways}
        for _ in range(given.repeats):
            for way in ways:
                runs[way].append(_in_a_child(way, path))

    print(f"\n{'':18}{'seconds':>9}{'(from to)':>16}{'of all cores':>14}{'million rows/s':>16}{'peak MB':>9}{'blocks':>8}")
    for way in ways:
        seconds = [run["seconds"] for run in runs[way]]
        middle = statistics.median(seconds)
        spread = f"({min(seconds):.2f} {max(seconds):.2f})"
        work = statistics.median(run["work"] for run in runs[way])
        memory = statistics.median(run["memory"] for run in runs[way]) / 1e6
        print(f"{way:18}{middle:9.2f}{spread:>16}{work:14.2f}{given.rows / middle / 1e6:16.2f}{memory:9,.0f}{runs[way][0]['blocks']:8,}")


if __name__ == "__main__":
    main()
