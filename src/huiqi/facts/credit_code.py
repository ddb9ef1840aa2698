"""The unified social credit code of a legal entity (GB 32100-2015): 17 characters and a check character."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  #: I, O, S, V and Z are left out: they look like figures
FORM = re.compile(rf"[{LETTERS}]{{2}}[0-9]{{6}}[{LETTERS}]{{10}}")
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_VALUES = np.full(256, -1, np.int64)
_VALUES[np.frombuffer(LETTERS.encode(), np.uint8)] = np.arange(31)


def check_character(first17: str) -> str:
    """The 18th character: what brings the sum of the others, each times 3 to the power of its place, to a multiple of 31.

    >>> check_character("91330108MA2AX0001")
    'R'
    """
    total = sum(LETTERS.index(letter) * int(weight) for letter, weight in zip(first17, _WEIGHTS, strict=True))
    return LETTERS[-total % 31]


def is_valid(code: str) -> bool:
    """Whether a code has the form of the standard and the right check character.

    >>> is_valid("91330108MA2AX0001R"), is_valid("91330108MA2AX0010R")
    (True, False)
    """
    return FORM.fullmatch(code) is not None and check_character(code[:17]) == code[17]


def valid(ids: pa.StringArray) -> np.ndarray:
    """The same for a column of ids; an empty cell is not valid."""
    formed = pc.fill_null(pc.match_substring_regex(ids, f"^{FORM.pattern}$"), False).to_numpy(zero_copy_only=False)
    result = np.zeros(len(ids), bool)
    letters = "".join(ids.filter(pa.array(formed)).to_pylist()).encode()
    values = _VALUES[np.frombuffer(letters, np.uint8)].reshape(-1, 18)
    result[formed] = (values[:, :17] @ _WEIGHTS + values[:, 17]) % 31 == 0
    return result
