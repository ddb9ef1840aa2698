"""The unified social credit code of a legal entity (GB 32100-2015): 17 characters and a check character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.vocabulary.speech import Both

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  #: I, O, S, V and Z are left out: they look like figures
LENGTH = 18
LOOK_ALIKE = {"O": "0", "I": "1", "S": "5", "V": "U", "Z": "2"}  #: what is meant by letters that no code has
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


@dataclass(frozen=True)
class WrongCode:
    """What is wrong with a code: at which character (counted from 1; None where it is all of it), and what to do; perhaps what was meant."""

    at: int | None
    said: Both
    meant: str | None = None


def tidied(text: str) -> str:
    """A code as people type it, in the letters of the standard: without spaces and dashes, in capitals, narrow.

    >>> tidied(" 9133 0108-ma2ax0001r ")
    '91330108MA2AX0001R'
    """
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def what_is_wrong(code: str) -> WrongCode | None:
    """The first thing that is wrong with a tidied code, with a remedy; nothing where it is right.

    >>> what_is_wrong("91330108MA2AX0010R").meant
    '91330108MA2AX0001R'
    """
    if len(code) != LENGTH:
        few = LENGTH - len(code)
        missing = Both(f"{few} are missing", f"少{few}位") if few > 0 else Both(f"{-few} are too many", f"多{-few}位")
        return WrongCode(
            None,
            Both(
                f"a credit code has {LENGTH} characters, this one {len(code)}: {missing.en}; copy it from the business licence",
                f"统一社会信用代码为{LENGTH}位，此处{len(code)}位，{missing.zh}；请按营业执照填写",
            ),
        )
    for at, letter in enumerate(code, start=1):
        figure = 3 <= at <= 8
        if letter in LETTERS and (letter.isdigit() or not figure):
            continue
        meant = LOOK_ALIKE.get(letter)
        if meant is not None and (meant.isdigit() or not figure):
            return WrongCode(
                at,
                Both(
                    f"character {at} is {letter}, which no credit code has; is it {meant}?",
                    f"第{at}位“{letter}”不会出现在信用代码中，是否为“{meant}”？",
                ),
                _if_right(code[: at - 1] + meant + code[at:]),
            )
        if figure:
            said = Both(
                f"character {at} is {letter}; characters 3 to 8 are figures, those of the place of registration",
                f"第{at}位“{letter}”有误：第3至8位为登记管理机关行政区划码，应为数字",
            )
        else:
            said = Both(
                f"character {at} is {letter}; a credit code has figures and capital letters only", f"第{at}位“{letter}”有误：应为数字或大写英文字母"
            )
        return WrongCode(at, said)
    if check_character(code[:17]) == code[17]:
        return None
    swapped = [(at, meant) for at, meant in _swapped(code) if is_valid(meant)]
    if len(swapped) == 1:
        at, meant = swapped[0]
        return WrongCode(
            at,
            Both(
                f"the check character does not fit; look at the business licence: are characters {at} and {at + 1} the wrong way round ({meant})?",
                f"校验码不符，请与营业执照核对：第{at}、{at + 1}位是否颠倒（{meant}）？",
            ),
            meant,
        )
    return WrongCode(
        LENGTH,
        Both(
            "the check character (the last one) does not fit the others, so one of them is wrong; compare each with the business licence",
            "末位校验码与前17位不符，其中有一位有误；请与营业执照逐位核对",
        ),
    )


def division(code: str) -> str:
    """The administrative code of where a code was given: that of the registering office, not of where the firm works.

    >>> division("91330108MA2AX0001R")
    '330108'
    """
    return code[2:8]


def _if_right(code: str) -> str | None:
    return code if is_valid(code) else None


def _swapped(code: str) -> Iterator[tuple[int, str]]:
    """The codes in which two neighbours are turned round, with the place of the first."""
    for at in range(len(code) - 1):
        if code[at] != code[at + 1]:
            yield at + 1, code[:at] + code[at + 1] + code[at] + code[at + 2 :]
