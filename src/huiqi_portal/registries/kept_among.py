"""What all firms of a registry decide about one, kept as text: under one law, for the calendar year in which it was taken.

Classes by rank and what related enterprises add are taken when a registry is made current, and stand for that year. Under another law, or in another
year, nothing of it is known until the registry is made current anew; then every answer is as open as that makes it.
"""

from __future__ import annotations

import datetime
import json
import zlib
from fractions import Fraction
from typing import Any

from huiqi.facts.among import ALONE, Among, GroupKey
from huiqi.facts.ownership import Weight
from huiqi.facts.past import Award
from huiqi.facts.provenance import Provenance
from huiqi.vocabulary.ranges import Absent, Codes, Exact, Number
from huiqi_portal.texts.shelf import Law


def written(among: Among, by: Law) -> bytes:
    """As text; nothing where nothing is known."""
    if among == ALONE:
        return b""
    kept: dict[str, Any] = {
        "law": by.version,
        "year": by.law_on.year,
        "classes": {card: sorted(classes.possible, key=str) for card, classes in among.classes.items()},
        "related": [
            [*_limits(group), fact, year, *map(str, (one.low, one.high)), one.absent.name] for (group, fact, year), one in among.related.items()
        ],
    }
    if among.counted_with is not None:
        kept["with"] = [
            [*_limits(group), {id: [str(end) for end in weight] for id, weight in others.items()}] for group, others in among.counted_with.items()
        ]
    if among.awards is not None:
        kept["awards"] = {id: [[a.measure, a.amount, a.granted_on.toordinal(), a.place, a.id] for a in every] for id, every in among.awards.items()}
    return zlib.compress(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def read(text: bytes, by: Law, of_awards: Provenance) -> Among:
    """What was kept, as far as it was taken under this law and in its year."""
    kept = json.loads(zlib.decompress(text)) if text else {}
    if (kept.get("law"), kept.get("year")) != (by.version, by.law_on.year):
        return ALONE
    awards = None
    if "awards" in kept:
        awards = {id: tuple(_award(id, *one) for one in every) for id, every in kept["awards"].items()}
    counted = None
    if "with" in kept:
        counted = {_group(*limits): {id: Weight(*map(Fraction, ends)) for id, ends in others.items()} for *limits, others in kept["with"]}
    return Among(
        {card: Codes(frozenset(classes)) for card, classes in kept["classes"].items()},
        {
            (_group(above, partner), fact, year): Number(_end(low), _end(high), Absent[absent])
            for above, partner, fact, year, low, high, absent in kept["related"]
        },
        counted,
        awards,
        None if awards is None else of_awards,
    )


def _limits(group: GroupKey) -> list[str | None]:
    return [None if limit is None else str(limit) for limit in group]


def _group(above: str, partner: str | None) -> GroupKey:
    return Fraction(above), None if partner is None else Fraction(partner)


def _end(said: str) -> Exact:
    return float(said) if said.endswith("inf") else Fraction(said)


def _award(subject: str, measure: str, amount: int, day: int, place: str | None, id: str | None) -> Award:
    return Award(subject, measure, amount, datetime.date.fromordinal(day), place, id)
