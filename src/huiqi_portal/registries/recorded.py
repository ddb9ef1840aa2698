"""What was recorded of a firm while other texts were in force, as far as it can still be said under these."""

from __future__ import annotations

from huiqi.facts.known import NONE, Raw
from huiqi.rules.compile import Rules


def still_said(rules: Rules, fact_id: str, raw: Raw) -> bool:
    """Whether there is still such a fact, and such a code or place; how a fact is recorded never changes under its name (texts/forms.py)."""
    schema = rules.schemas["enterprise"]
    fact = schema.facts.get(fact_id)
    if fact is None:
        return False
    if raw is NONE or fact.kind not in ("place", "category"):
        return True
    known = rules.places.by_id if fact.codes is None else fact.codes.codes
    return raw in known
