"""The machine that is measured on, and processes of their own for what has to have one."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock, and of processor time on all cores together: waiting for a busy machine is in the first only."""

    clock: float
    processor: float

    def per(self, count: float) -> Taken:
        return Taken(self.clock / count, self.processor / count)


def medians(repeats: int, *jobs: Callable[[], object]) -> list[Taken]:
    """Of each job."""
    return [Taken(statistics.median(t.clock for t in times), statistics.median(t.processor for t in times)) for times in in_turn(repeats, *jobs)]


def in_turn(repeats: int, *jobs: Callable[[], object]) -> list[list[Taken]]:
    """What each job took each time; the jobs in turn, so that a slow moment meets all."""
    taken: list[list[Taken]] = [[] for _ in jobs]
    for _ in range(repeats):
        for job, times in zip(jobs, taken, strict=True):
            clock, processor = time.perf_counter(), time.process_time()
            job()
            times.append(Taken(time.perf_counter() - clock, time.process_time() - processor))
    return taken


def in_a_child(script: str, *arguments: object, cores: int | None = None, **environment: str) -> dict[str, Any]:
    """What a script of this folder finds out in a fresh process, with so many threads for polars, and one for whatever numpy might call."""
    command = [sys.executable, str(Path(__file__).parent / script), *map(str, arguments)]
    if sys.stderr.isatty():
        print(script, *arguments, file=sys.stderr)
    more = dict.fromkeys(_THREADS, "1") | ({"POLARS_MAX_THREADS": str(cores)} if cores else {}) | environment
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=os.environ | more)
    if done.returncode:
        raise SystemExit(f"bench/{script} failed")
    return json.loads(done.stdout)


def say(found: object) -> None:
    """For a child: what it found out."""
    print(json.dumps(found))


def use_cores(count: int) -> None:
    """Keep this process on the last so many of its cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-count:])


def peak_memory() -> int:
    """The most memory this process has held at once, in bytes; not ru_maxrss, which a child takes over from its parent."""
    return _proc("status", "VmHWM") * 1024


def bytes_read() -> int:
    """By read calls of this process, from the disk or from the system's cache of it."""
    return _proc("io", "rchar")


def _proc(file: str, name: str) -> int:
    lines = Path(f"/proc/self/{file}").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def state() -> dict[str, Any]:
    """How busy the machine is: its load, and how much faster two threads get the same work done than one (2 on two free cores)."""
    return {"load": [round(load, 2) for load in os.getloadavg()], "two_threads": round(_two_threads(), 2)}


def _two_threads() -> float:
    data = b"x" * (1 << 20)

    def work(_: int = 0) -> None:
        for _ in range(100):
            hashlib.sha256(data)

    with ThreadPoolExecutor(2) as threads:
        one, two = medians(5, work, lambda: list(threads.map(work, range(2))))
    return 2 * one.clock / two.clock


def description() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    packages = {name: version(name) for name in ("huiqi", "numpy", "pyarrow", "openfisca-core", "polars")}
    return {"cores": os.cpu_count(), "processor": names[0] if names else platform.machine(), "python": platform.python_version(), **packages}
