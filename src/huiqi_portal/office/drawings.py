"""The charts of an evaluation, drawn in the job that makes it and kept as SVG in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from huiqi.publication.charts import Axis, Range, ranges
from huiqi.vocabulary.speech import Both
from huiqi_portal.office.figures import Figures

MOST = 15  # bars of a chart: those with the highest cost
SEEN = 200  # times smaller than the longest bar: what is smaller cannot be seen
LANGUAGES = ("en", "zh")
NAMES = ("measures", "place", "industry")
_BEFORE, _AFTER = Both("before stacking", "叠加前"), Both("after stacking", "叠加后")
_COST = Both("Cost", "支出")


def draw(figures: Figures, folder: Path) -> None:
    """Write chart-<name>-<language>.svg for each chart that has anything to show."""
    currency = figures["totals"][0]["currency"]
    bars = {"measures": list(_of_measures(figures, currency))} | {name: list(_of_groups(groups, currency)) for name, groups in figures["by"].items()}
    for name, found in bars.items():
        for lang in LANGUAGES if found else ():
            (folder / f"chart-{name}-{lang}.svg").write_text(ranges(found, Axis(_COST, currency), lang), encoding="utf-8")


def _of_measures(figures: Figures, currency: str) -> Iterator[Range]:
    found = [one for one in figures["measures"] if one["pays"] and one["currency"] == currency and (one["yes"] or one["depends"])]
    found = [one for one in found if one["before"] != [0, 0]]
    titles = [tuple(one["title"].values()) for one in found]
    for one in sorted(found, key=lambda one: (one["after"][1] is None, -(one["after"][1] or 0), -one["after"][0]))[:MOST]:
        title = Both(**one["title"])
        if titles.count(tuple(title)) > 1:  # of several places or editions
            title = Both(f"{title.en} ({one['name']})", f"{title.zh}（{one['name']}）")
        yield Range(title, _BEFORE, one["before"][0], one["before"][1])
        yield Range(title, _AFTER, one["after"][0], one["after"][1])


def _of_groups(groups: list[Figures], currency: str) -> Iterator[Range]:
    found = [(one["label"], one["costs"][currency]) for one in groups if currency in one["costs"]]
    most = max((costs["before"]["high"] for _, costs in found), default=0)
    found = [(label, costs) for label, costs in found if costs["before"]["high"] * SEEN > most]
    for label, costs in sorted(found, key=lambda one: -one[1]["after"]["high"])[:MOST]:
        for words, side in ((_BEFORE, costs["before"]), (_AFTER, costs["after"])):
            yield Range(Both(**label), words, side["low"], side["high"])
