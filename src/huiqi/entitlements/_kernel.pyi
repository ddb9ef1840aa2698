"""The block interpreter in C; see kernel.py."""

from typing import Any

from huiqi.entitlements.lowering import Program

def run(
    program: Program,
    columns: tuple[Any, ...],
    letters: str,
    first: int,
    last: int,
    counts: Any,
    sums: Any,
    dues: tuple[Any, Any, Any, Any] | None,
    doubts: Any,
    /,
) -> int: ...
