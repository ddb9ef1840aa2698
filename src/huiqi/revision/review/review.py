"""The review of a portfolio before enactment: every check over the same firms, ranked by money and by firms."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from huiqi.facts.registry import Registry
from huiqi.revision.review.bunching import bunching
from huiqi.revision.review.cancelled import Cut, cancelled
from huiqi.revision.review.cliffs import cliffs
from huiqi.revision.review.dominated import Beside, dominated
from huiqi.revision.review.fair_competition import fair_competition
from huiqi.revision.review.finding import Finding, ranked
from huiqi.revision.review.gaps import Uncovered, gaps
from huiqi.revision.review.idle_conditions import Decided, idle_conditions
from huiqi.revision.review.material import Material, material_of
from huiqi.revision.review.nearby import Nearby
from huiqi.revision.review.overlap import Shared, overlap
from huiqi.revision.review.unknown_facts import Widths, unknown_facts
from huiqi.revision.review.unreachable import Stopped, unreachable
from huiqi.revision.review.visits import near
from huiqi.rules.compile import Rules
from huiqi.vocabulary.speech import Both

Check = Callable[[Material], list[Finding]]

CHECKS: tuple[Check, ...] = (
    unreachable, dominated, overlap, idle_conditions, cancelled, gaps, cliffs, bunching, near, unknown_facts, fair_competition
)  # fmt: skip
#: What the kinds of findings are called, in the order in which a page tells of them.
KINDS = {
    "unreachable": Both("nobody can have it", "无人可享受"),
    "dominated": Both("another one makes it superfluous", "被另一措施取代"),
    "overlap": Both("the same firms as another one", "对象重叠"),
    "idle-condition": Both("a condition that decides nothing", "条件不起作用"),
    "cancelled": Both("stacking always cuts it", "总被叠加规则削减"),
    "gap": Both("bands that do not fit together", "档位衔接有问题"),
    "cliff": Both("a step more loses money", "多一步反而减少"),
    "notch": Both("a step more brings much at once", "多一步骤然增加"),
    "bunching": Both("firms bunch at a threshold", "企业聚集在门槛处"),
    "near": Both("firms near a threshold", "接近门槛的企业"),
    "unknown-fact": Both("an unknown fact keeps the cost open", "数据缺失致成本未定"),
    "fair-competition": Both("fair-competition review", "公平竞争审查"),
}
ABOUT_FIRMS = frozenset({"notch", "bunching", "near", "unknown-fact"})  #: kinds that say nothing against the text


@dataclass(frozen=True)
class Review:
    """What was looked at, and the findings in their rank."""

    material: Material
    findings: tuple[Finding, ...]


def review(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    packs: Iterable[str] | None = None,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Review:
    """Review the measures about the registry's subjects, or those of some packs, on the facts of `as_of`.

    The measures of other packs are evaluated too where they are in the rules: they stack with those that are reviewed, and can stand beside them.
    `tick` is told of every finished stretch. Raises FaultyInput where a registry's cells cannot be used.
    """
    counts = (Stopped, Beside, Shared, Decided, Cut, Widths, Nearby, Uncovered)
    material = material_of(rules, registry, as_of, packs=packs, counts=counts, assume_recognised=assume_recognised, tick=tick)
    return Review(material, tuple(ranked(finding for check in CHECKS for finding in check(material))))
