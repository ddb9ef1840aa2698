"""What the other subjects of a registry decide about one: its class by rank, who counts with it and what they add, what was granted to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from huiqi.facts.past import Award
from huiqi.vocabulary.ranges import Codes, Number

if TYPE_CHECKING:  # whoever only reads packs need not wait for pyarrow
    from huiqi.facts.ownership import Weight
    from huiqi.facts.provenance import Provenance

#: The limits of a group: linked above, partner from.
GroupKey = tuple[Fraction, Fraction | None]


@dataclass(frozen=True)
class Among:
    """One subject among the others of its registry. What is not here is not known, and so anything that it could be.

    `related` is by the limits of the group, the fact (None: how many are linked) and the year counted back; `counted_with` is nothing where there
    is no table of owners, `awards` nothing where there is no table of awards, else those of the subject and of whoever counts with it.
    """

    classes: Mapping[str, Codes] = field(default_factory=dict)  # by scorecard
    related: Mapping[tuple[GroupKey, str | None, int], Number] = field(default_factory=dict)
    counted_with: Mapping[GroupKey, Mapping[str, Weight]] | None = None
    awards: Mapping[str, tuple[Award, ...]] | None = None
    of_awards: Provenance | None = None  # where the awards are known from

    def awards_of(self, subject: str) -> tuple[Award, ...]:
        """What was granted to the subject or to one that counts with it."""
        return () if self.awards is None else self.awards.get(subject, ())


#: Nothing is known of it among others.
ALONE = Among()
