"""What is wrong with something that was sent in, told in both languages with its place and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huiqi.vocabulary.speech import Both


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `code` is stable, `where` the file or field, `hint` the remedy."""

    code: str
    message: Both
    hint: Both
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        """As jobs keep it; the library's problems have one text where this has two."""
        return {"code": self.code, "severity": "error", "file": self.where, "line": 0, "column": 0} | {
            "message": self.message.as_json(),
            "hint": self.hint.as_json(),
        }


class Refused(Exception):
    """Something that was sent in cannot be taken; `faults` holds all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{fault.where}: {fault.code}: {fault.message.en}" for fault in self.faults))
