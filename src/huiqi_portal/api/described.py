"""How an operation is described: its words in both languages, and which answers it can give besides the good one."""

from __future__ import annotations

from typing import Any

from huiqi.vocabulary.speech import Both
from huiqi_portal.api.faults import CODES
from huiqi_portal.api.shapes import Fault

ALWAYS = (429, 500)
UNCHANGED = 304  # has no body
Answers = dict[int, Any]


def answers(good: Any, *faults: int, status: int = 200) -> Answers:
    """The good answer and the faults that an operation can tell; that there were too many requests, or a failure, any can."""
    return {status: good} | {number: None if number == UNCHANGED else Fault for number in sorted({*faults, *ALWAYS})}


def described(
    summary: Both, about: Both, *, example: Any = None, codes: tuple[str, ...] = (), curl: str = "", scope: str = "", csv: bool = False
) -> dict[str, Any]:
    """Summary and description for ninja, and the same by language for the page of the documentation."""
    told = {code: CODES[code].message.as_json() for code in codes}
    extra: dict[str, Any] = {"x-summary": summary.as_json(), "x-description": about.as_json(), "x-codes": told, "x-curl": curl, "x-scope": scope}
    if example is not None:
        extra["requestBody"] = {"content": {"application/json": {"example": example}}}
    if csv:
        extra["responses"] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
    return {"summary": f"{summary.en} · {summary.zh}", "description": f"{about.en}\n\n{about.zh}", "openapi_extra": extra}
