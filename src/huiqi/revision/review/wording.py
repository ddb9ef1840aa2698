"""What findings about thresholds say alike: the names of measures, the place in the text, and money."""

from __future__ import annotations

import math

from huiqi.revision.review.material import Material
from huiqi.revision.review.thresholds import Threshold, Use
from huiqi.rules.render import Renderer


def renderer_of(material: Material) -> Renderer:
    """Says figures as of the review's last completed year."""
    return Renderer(material.rules.places, material.as_of.year - 1)


def full_names(threshold: Threshold) -> tuple[str, ...]:
    """The measures that rest on a threshold, without their editions."""
    return tuple(dict.fromkeys(name.partition("@")[0] for name in threshold.measures))


def first_use(material: Material, threshold: Threshold) -> Use:
    """Where a threshold is written: first of all in a measure that is reviewed."""
    reviewed = {material.measures[number].id for number in material.reviewed}
    return next((use for use in threshold.uses if use.measure in reviewed), threshold.uses[0])


def is_reviewed(material: Material, threshold: Threshold) -> bool:
    """A measure that is reviewed rests on it."""
    return any(material.measures[number].id in threshold.measures for number in material.reviewed)


def fen(end: float) -> int | None:
    """An end of a range of money; None where it is open."""
    return None if math.isinf(end) else round(end)
