"""What only some districts ask: zones within the place, its own names for kinds of firms, and its plans for old industries.

A column is drawn where the schema has the fact, that is where a pack of the place declares it. These draws have a stream of their own, so that a
registry without them stays what it is.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.cells import is_known
from huiqi.facts.synthetic.draws import flags, happens, odds, some
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.gaps import without
from huiqi.facts.synthetic.headquarters import headquarters
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns, Scene
from huiqi.facts.synthetic.trades import is_in

#: Of the firms of a place, how many stand in one of the zones within it that somebody asks for; of its headquarters and hard-technology firms.
IN_ZONES, DRAWN_TO_ZONES = 0.15, 0.5
_DYEING = ("C1713", "C1723", "C1733", "C1743", "C1752", "C1762")
_LEFT_OUT = 0.01


def local_facts(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """The local day facts that the schema has, gaps included; `place` and `industry` where they become finer."""
    has = scene.schema.facts
    found: Columns = {}
    drawn_to = np.zeros(len(firms.size), bool)
    if "regional_headquarters" in has:
        found |= headquarters(rng, scene, firms, sales, day_facts, years)
        drawn_to |= np.any([found[fact] > 0 for fact in found if fact.endswith("_headquarters")], axis=0)
    if "hard_technology_company" in has:
        hard = some(rng, firms.field & firms.researches, 0.75, 0.6 * firms.drive)
        found["hard_technology_company"] = flags(hard)
        drawn_to |= hard
    if "online_new_economy" in has:
        online = happens(
            rng, np.where(is_in(firms.trade, "I64"), 0.75, np.where(is_in(firms.trade, "I65", "F52", "L72"), odds(0.25, firms.drive), 0.02))
        )
        found["online_new_economy"] = flags(online)
    if "joins_relocation_group" in has:
        found |= _withdrawal(rng, scene, firms, day_facts)
    found = {fact: without(values, rng.random(len(firms.size)) < _LEFT_OUT) if fact != "industry" else values for fact, values in found.items()}
    return found | _zones(rng, scene, day_facts, drawn_to)


def _withdrawal(rng: np.random.Generator, scene: Scene, firms: Firms, day_facts: Columns) -> Columns:
    """Dyeing and chemical firms that a plan moves, closes or transforms; most of the textile firms are dyers, each of one kind of cloth."""
    count = len(firms.size)
    textile = is_in(firms.trade, "C17") & is_known(day_facts["industry"])
    dyers = some(rng, textile, 0.3)
    industry = np.where(dyers, rng.choice(scene.positions("industry", _DYEING), count), day_facts["industry"]).astype(np.int32)
    meant = dyers | is_in(firms.trade, "C26")
    fate = rng.choice(4, count, p=[0.35, 0.15, 0.2, 0.3])
    joins = meant & dyers & (fate == 0)
    ends = meant & ~joins & ((fate == 1) | (fate == 0))
    return {
        "industry": industry,
        "joins_relocation_group": flags(joins),
        "production_ends": flags(ends),
        "transforms_in_place": flags(meant & (fate == 2)),
        "production_moved_out": flags(joins | (meant & ~ends & happens(rng, np.full(count, 0.1)))),
    }


def _zones(rng: np.random.Generator, scene: Scene, day_facts: Columns, drawn_to: np.ndarray) -> Columns:
    """Some of the firms of the place stand in one of its zones, of those that zones draw half."""
    if not scene.zones:
        return {}
    count, at = len(drawn_to), scene.place_positions
    here = at[scene.place]
    moved = happens(rng, np.where(drawn_to, DRAWN_TO_ZONES, IN_ZONES)) & (day_facts["place"] == here)
    zone = rng.choice(np.array([at[id] for id in scene.zones], np.int32), count)
    registered = moved & (day_facts["registered_place"] == here)
    return {
        "place": np.where(moved, zone, day_facts["place"]).astype(np.int32),
        "registered_place": np.where(registered, zone, day_facts["registered_place"]).astype(np.int32),
    }
