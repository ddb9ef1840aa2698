"""The block interpreter in C; see kernel.py."""

from typing import Any

from huiqi.entitlements.kernel.lowering import Program

LEVELS: int

def prepare(program: Program, letters: str, level: int, /) -> Any: ...
def run(
    prepared: Any, columns: tuple[Any, ...], first: int, last: int, dimensions: tuple[tuple[Any, int, Any], ...], rows: bool, tests: Any, /
) -> tuple[tuple[bytearray, ...] | None, bytearray]: ...
