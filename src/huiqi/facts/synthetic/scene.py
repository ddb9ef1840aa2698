"""What is asked for: where the firms are, on which day, and for which years they have figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from huiqi.facts.schema import Schema
from huiqi.facts.synthetic.trades import HIGH_TECH, ORDINARY, TRADES
from huiqi.vocabulary.place import Places

Columns = dict[str, np.ndarray]  #: fact id -> values, one row a firm; year facts have one column a simulated year

#: Places with a high-tech zone's mix of trades; all others have the ordinary one.
HIGH_TECH_PLACES = frozenset({"cn-zj-hangzhou-binjiang"})
#: Where the 5050 plan is.
PLAN_5050_PLACE = "cn-zj-hangzhou-binjiang"


@dataclass(frozen=True)
class Scene:
    """The place and the day, with what follows from them."""

    place: str
    as_of: datetime.date
    reported: int  # years that the registry has
    schema: Schema
    places: Places
    zones: tuple[str, ...] = ()  # places within it where some of the firms stand
    technical: bool = False  # whether it has a high-tech zone's mix of trades, though it is none of those that always do

    @cached_property
    def today(self) -> int:
        return self.as_of.toordinal()

    @cached_property
    def years(self) -> np.ndarray:
        """The simulated years, oldest first: those reported, and enough before them for opening balances and growth over three years."""
        last = self.as_of.year - 1
        return np.arange(last - max(self.reported, 3), last + 1)

    @cached_property
    def next_first_days(self) -> np.ndarray:
        """The day after each year's last."""
        return np.array([datetime.date(year + 1, 1, 1).toordinal() for year in self.years.tolist()], float)

    @cached_property
    def trade_shares(self) -> np.ndarray:
        weights = np.array(HIGH_TECH if self.technical or self.place in HIGH_TECH_PLACES else ORDINARY, float)
        return weights / weights.sum()

    @property
    def has_plan_5050(self) -> bool:
        return PLAN_5050_PLACE in self.places.above(self.place)

    @cached_property
    def trade_codes(self) -> np.ndarray:
        """Trade -> position in the schema's list of industries."""
        return self.positions("industry", [trade.code for trade in TRADES])

    def positions(self, code_list: str, codes: Iterable[str]) -> np.ndarray:
        """Positions of codes in a code list."""
        order = {code: position for position, code in enumerate(self.schema.codes[code_list].codes)}
        return np.array([order[code] for code in codes], np.int32)

    @cached_property
    def place_positions(self) -> Mapping[str, int]:
        return {id: position for position, id in enumerate(self.places.by_id)}

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Places of the same level under the same place above."""
        here = self.places.by_id[self.place]
        beside = (id for id, place in self.places.by_id.items() if id != self.place and (place.parent, place.level) == (here.parent, here.level))
        return tuple(beside) if here.parent else ()

    @cached_property
    def wider(self) -> str:
        """The place above, itself where there is none."""
        return str(self.places.by_id[self.place].parent or self.place)

    @cached_property
    def far(self) -> tuple[str, ...]:
        """Provinces (or what is nearest to them) that the place does not lie in."""
        above = self.places.above(self.place)
        return tuple(id for id, place in self.places.by_id.items() if place.level == "province" and id not in above)


def day(year: int, month: int, day_: int) -> float:
    """The ordinal of a day.

    >>> day(1, 1, 31)
    31.0
    """
    return float(datetime.date(year, month, day_).toordinal())
