"""Charts as SVG texts, said in Vega-Lite (altair) and drawn without a browser (vl-convert): ranges of money, counts either way, curves.

What is assured is dark, what is possible lighter; an end that is open runs to the edge of the chart and is marked. The colours stay apart in grey and
for people who do not tell red from green (Okabe and Ito, 2008: Color Universal Design).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.speech import SIGNS, Both, both

if TYPE_CHECKING:
    import altair

COLOURS = ("#8a8f98", "#0072b2", "#d55e00", "#009e73", "#cc79a7")
_PERHAPS = 0.38  # how strong what is only possible is drawn
_WIDTH, _LINE = 720, 17  # of a whole drawing, whatever its labels need; of a bar
_FONT = "'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', 'Helvetica Neue', Arial, sans-serif"
_ZH_CURRENCY = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑"}
_SCALES = {"en": ((1e9, "{0} bn"), (1e6, "{0} m"), (1e3, "{0} thousand"), (1, "{0}")), "zh": ((1e8, "亿{0}"), (1e4, "万{0}"), (1, "{0}"))}


@dataclass(frozen=True)
class Range:
    """A bar of a group and a series (such as now, in the reform): assured up to `low`, possible up to `high`; None where that is open."""

    group: Both
    series: Both
    low: float
    high: float | None


@dataclass(frozen=True)
class Balance:
    """How many of a group are better off and worse off, surely and perhaps besides."""

    group: Both
    better: tuple[float, float]
    worse: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Points of a line, in the order of x."""

    label: Both
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """What an axis shows; `currency`: its figures are hundredths of that, and are said in thousands, millions or 万, 亿."""

    label: Both
    currency: str | None = None


def ranges(bars: Sequence[Range], axis: Axis, lang: str) -> str:
    """Bars by group, one below the other for each series."""
    alt = _altair()
    scale, title = _scaled([end for bar in bars for end in (bar.low, bar.high)], axis, lang)
    finite = [end for bar in bars for end in (bar.low, bar.high) if end is not None]
    edge = max(finite, default=0) * 1.12 / scale or 1.0
    series = list(dict.fromkeys(bar.series(lang) for bar in bars))
    rows = []
    for bar in bars:
        about = {"group": bar.group(lang), "series": bar.series(lang)}
        high = edge if bar.high is None else bar.high / scale
        rows += [about | {"from": 0, "to": bar.low / scale, "sure": 1}, about | {"from": bar.low / scale, "to": high, "sure": 0}]
    open_ends = [{"group": bar.group(lang), "series": bar.series(lang), "to": edge} for bar in bars if bar.high is None]
    y = alt.Y("group:N", sort=list(dict.fromkeys(bar.group(lang) for bar in bars)), title=None, axis=alt.Axis(labelLimit=320, ticks=False))
    offset = alt.YOffset("series:N", sort=series)
    colour = alt.Color("series:N", sort=series, scale=alt.Scale(domain=series, range=list(COLOURS[: len(series)])), legend=_legend(alt, series))
    x = alt.X("from:Q", title=title, scale=alt.Scale(domain=[0, edge], nice=False))
    shade = alt.Opacity("sure:Q", scale=alt.Scale(domain=[0, 1], range=[_PERHAPS, 1]), legend=None)
    drawn = alt.Chart(alt.Data(values=rows)).mark_bar().encode(y=y, yOffset=offset, x=x, x2="to:Q", color=colour, opacity=shade)
    if open_ends:
        mark = alt.Chart(alt.Data(values=open_ends)).mark_text(text="▶", align="right", fontSize=11)
        drawn = drawn + mark.encode(y=y, yOffset=offset, x=alt.X("to:Q"), color=colour)
    return _svg(drawn, len({bar.group for bar in bars}) * (_LINE * len(series) + 6))


def balances(groups: Sequence[Balance], axis: Axis, words: tuple[Both, Both], lang: str) -> str:
    """Counts by group: who is better off to the right, who is worse off to the left; `words` name the two."""
    alt = _altair()
    names = [word(lang) for word in words]
    rows = []
    for one in groups:
        for name, sign, (surely, perhaps) in ((names[0], 1, one.better), (names[1], -1, one.worse)):
            about = {"group": one.group(lang), "which": name}
            rows += [about | {"from": 0, "to": sign * surely, "sure": 1}, about | {"from": sign * surely, "to": sign * (surely + perhaps), "sure": 0}]
    y = alt.Y("group:N", sort=[one.group(lang) for one in groups], title=None, axis=alt.Axis(labelLimit=320, ticks=False))
    colour = alt.Color("which:N", sort=names, scale=alt.Scale(domain=names, range=[COLOURS[1], COLOURS[2]]), legend=_legend(alt, names))
    shade = alt.Opacity("sure:Q", scale=alt.Scale(domain=[0, 1], range=[_PERHAPS, 1]), legend=None)
    x = alt.X("from:Q", title=axis.label(lang), axis=alt.Axis(labelExpr="format(abs(datum.value), ',')", tickMinStep=1))
    drawn = alt.Chart(alt.Data(values=rows)).mark_bar().encode(y=y, x=x, x2="to:Q", color=colour, opacity=shade)
    zero = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color="#333").encode(x="at:Q")
    return _svg(drawn + zero, len(groups) * (_LINE + 9))


def curves(lines: Sequence[Curve], x: Axis, y: Axis, lang: str, *, marks: Sequence[float] = (), steps: bool = False) -> str:
    """Lines over a common x; `marks` are thresholds, drawn as upright lines; `steps`: the value holds until the next point."""
    alt = _altair()
    across, along = _scaled([at for one in lines for at, _ in one.points], x, lang)
    up, above = _scaled([value for one in lines for _, value in one.points], y, lang)
    names = [one.label(lang) for one in lines]
    rows = [{"line": one.label(lang), "x": at / across, "y": value / up, "n": n} for one in lines for n, (at, value) in enumerate(one.points)]
    colour = alt.Color("line:N", sort=names, scale=alt.Scale(domain=names, range=[COLOURS[n % len(COLOURS)] for n in range(1, len(names) + 1)]),
                       legend=_legend(alt, names) if len(names) > 1 else None)  # fmt: skip
    drawn = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(interpolate="step-after" if steps else "linear", strokeWidth=2, point=len(rows) <= 60)
        .encode(
            x=alt.X("x:Q", title=along, scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", title=above),
            color=colour,
            order="n:Q",
            strokeDash=alt.StrokeDash("line:N", sort=names, legend=None),
        )
    )
    if marks:
        drawn = drawn + alt.Chart(alt.Data(values=[{"at": at / across} for at in marks])).mark_rule(strokeDash=[4, 3], color="#555").encode(x="at:Q")
    return _svg(drawn, 260)


def _scaled(ends: Sequence[float | None], axis: Axis, lang: str) -> tuple[float, str]:
    """By what the figures of an axis are divided, and its title with the unit."""
    if axis.currency is None:
        return 1.0, axis.label(lang)
    most = max((abs(end) / 100 for end in ends if end is not None and math.isfinite(end)), default=0.0)
    size, form = next((one for one in _SCALES[lang] if most >= one[0]), _SCALES[lang][-1])
    sign = _ZH_CURRENCY[axis.currency] if lang == "zh" else SIGNS[axis.currency]
    return size * 100, both(("{0} ({1})", "{0}（{1}）"), axis.label, form.format(sign))(lang)


def _legend(alt: Any, names: Sequence[str]) -> Any:
    return alt.Legend(title=None, orient="top", labelLimit=300) if names != [""] else None


def _svg(chart: altair.Chart | altair.LayerChart, height: int) -> str:
    """The drawing, as wide as its place allows; nothing is looked for at any other place."""
    import vl_convert

    spec = (
        chart.properties(width=_WIDTH, height=max(height, 40), autosize={"type": "fit-x", "contains": "padding"})
        .configure(font=_FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridColor="#e3e5e8", domainColor="#8a8f98", labelColor="#333")
        .configure_legend(labelFontSize=12)
        .to_dict(validate=False)  # said by the functions above alone
    )
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return re.sub(r"^<svg ([^>]*?)width=\"(\d+)\" height=\"\d+\" ", r'<svg \1style="max-width:\2px;width:100%;height:auto" ', drawn, count=1)


def _altair() -> Any:
    """The library of charts, which is an extra of huiqi; raises FaultyInput where it is not installed."""
    try:
        import altair
        import vl_convert  # noqa: F401 - both or none
    except ImportError as missing:
        problem = Problem("report.extra", f"a report needs {missing.name}, which is not installed", hint="pip install 'huiqi[report]'")
        raise FaultyInput([problem]) from missing
    return altair
