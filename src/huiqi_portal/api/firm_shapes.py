"""The forms of answers about a firm of the registry."""

from __future__ import annotations

from pydantic import BaseModel

from huiqi_portal.api.shapes import OnDays, Provenance, Words, told


class FactKnown(BaseModel):
    """A known fact of a firm."""

    fact: str
    year: int | None
    label: Words
    value: Words
    provenance: Provenance | None = None


class FirmFacts(OnDays):
    """What is known of a firm."""

    subject: str = told("Its id: mostly its unified social credit code", "企业代码，多为统一社会信用代码")
    name: str
    facts: list[FactKnown]
