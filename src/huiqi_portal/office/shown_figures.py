"""Figures of a run as pages show them: counts, ranges of money in words, tables that sort."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from huiqi.publication.wording import NOT_PUBLIC
from huiqi.revision.words import more
from huiqi.vocabulary.speech import Both, both, brief_money
from huiqi_portal.office.models import Run, What
from huiqi_portal.office.tables import Column, Row, sort

NOTHING = Both("–", "–")
_DIMENSIONS = {"place": Both("By place", "按区域"), "industry": Both("By industry", "按行业")}
FEW = 40  # measures that the dashboard shows at first
_NO_COST = {side: {"low": 0, "high": 0, "open": 0} for side in ("before", "after")}
_LOWEST = -1  # where there is no amount, a row stands behind all others


def of_evaluation(request: HttpRequest, figures: dict[str, Any]) -> dict[str, Any]:
    """All that the dashboard shows."""
    everything = request.GET.get("all") == "1"
    measures = [_measure(at, one) for at, one in enumerate(figures["measures"])]
    reached = [one for one in measures if one["yes"] or one["depends"]]
    table = sort(request, measures if everything else reached, _MEASURES, "-after")
    totals = [_total(one) for one in figures["totals"]]
    return {
        "subjects": figures["subjects"],
        "total": totals[0],
        "other_totals": [one for one, of in zip(totals[1:], figures["totals"][1:], strict=True) if of["after"]["high"]],
        "measures": table if everything else replace(table, rows=table.rows[:FEW]),
        "left_out": 0 if everything else len(measures) - len(table.rows[:FEW]),
        "nobody": len(measures) - len(reached),
        "groups": [
            {
                "name": name,
                "title": _DIMENSIONS[name],
                "table": sort(request, [_group(one, totals[0]["currency"]) for one in groups], _GROUPS, "-subjects", f"sort_{name}"),
            }
            for name, groups in figures["by"].items()
        ],
        "facts": sort(request, [_fact(one) for one in figures["facts"]], _FACTS, "-together", "sort_facts"),
        "results_yes": sum(one["yes"] for one in measures),
        "results_depends": sum(one["depends"] for one in measures),
    }


def headline(run: Run) -> Both | None:
    """A run in one line, as a list shows it."""
    said = run.headline
    if not said:
        return None
    match run.what:
        case What.EVALUATION:
            total = said["totals"][0]
            low, high = (brief_money(total["after"][end], total["currency"]) for end in ("low", "high"))
            return both(("assured {0}, possible {1}", "确定额{0}，可能额{1}"), low, high)
        case What.SIMULATION:
            return both(("change in cost: {0}", "支出变化：{0}"), more(tuple(said["difference"]), said["currency"]))
        case _:
            return Both(f"findings: {said['findings']:,}, visits: {said['visits']:,}", f"发现{said['findings']:,}项，走访{said['visits']:,}条")


def title(run: Run) -> Both | str:
    """What a run is called: by whoever asked for it, else as its reform."""
    return Both(**run.headline["reform"]) if not run.title and "reform" in run.headline else str(run.title)


def money(ends: list[int | None], currency: str, *, unpublished: bool = False) -> Both:
    """A range of money that lists can be read by: an open end is said as one, an amount that nobody has published as not public."""
    low, high = ends[0] or 0, ends[1]
    if high is None:
        top = NOT_PUBLIC if unpublished else Both("no upper end", "无上限")
        return top if not low else both(("{0} to {1}", "{0}至{1}"), brief_money(low, currency), top)
    if low == high:
        return brief_money(low, currency) if low else NOTHING
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, currency), brief_money(high, currency))


def summed(total: dict[str, Any], currency: str) -> Both:
    """A sum of ranges; what has no upper end is told beside it."""
    said = money([total["low"], total["high"]], currency)
    if not total["open"]:
        return said
    return both(("{0}, and beyond that {1} without an upper end", "{0}，另有{1}项无上限"), said, str(total["open"]))


def rule(at: int, measure: dict[str, Any], behind: dict[str, Any]) -> dict[str, Any]:
    """The rule behind a measure's figures."""
    return {
        "anchor": f"rule-{at}",
        "name": measure["name"],
        "title": Both(**behind["title"]),
        "source": Both(**behind["source"]),
        "lines": [Both(**line) for line in behind["lines"]],
    }


def visit(one: dict[str, Any]) -> dict[str, Any]:
    """A line of the visiting list."""
    said = {name: Both(**one[name]) for name in ("title", "figure", "has", "beyond")}
    worth = money(one["money"], one["currency"], unpublished=one["unpublished"]) if one["pays"] else Both("no money", "不涉及金额")
    return one | said | {"money": worth, "distance": f"{one['distance'] * 100:.1f}%"}


# ---------------------------------------------------------------- rows and how they sort


def _measure(at: int, one: dict[str, Any]) -> Row:
    shown = {side: money(one[side], one["currency"], unpublished=one["unpublished"]) if one["pays"] else NOTHING for side in ("before", "after")}
    keys = {f"{side}_key": _height(one[side]) if one["pays"] else (_LOWEST, _LOWEST) for side in ("before", "after")}
    undecided = [{"label": Both(**fact["label"]), "count": fact["count"]} for fact in one["undecided"][:2]]
    kind = Both(**one["kind"])
    return one | shown | keys | {"anchor": f"rule-{at}", "title": Both(**one["title"]), "kind": kind, "undecided": undecided}


def _group(one: dict[str, Any], currency: str) -> Row:
    """A group with what it costs in one currency."""
    costs = one["costs"].get(currency, _NO_COST)
    before, after = costs["before"], costs["after"]
    keys = {"before_key": before["low"], "after_key": after["low"], "possible_key": after["high"]}
    said = {"before": brief_money(before["low"], currency), "after": brief_money(after["low"], currency)}
    return one | {"label": Both(**one["label"]), "open": after["open"], "possible": brief_money(after["high"], currency)} | keys | said


def _fact(one: dict[str, Any]) -> Row:
    currency = one["currency"]
    return {
        "label": Both(**one["label"]),
        "firms": one["firms"],
        "alone": brief_money(one["settles_alone"], currency),
        "together": brief_money(one["settles_at_most"], currency),
        "alone_key": one["settles_alone"],
        "together_key": one["settles_at_most"],
        "endless": one["results_without_end"],
        "measures": len(one["measures"]),
    }


def _total(one: dict[str, Any]) -> dict[str, Any]:
    """What all measures of a currency come to: what is assured before and after stacking, and how far it can go."""
    currency, before, after = one["currency"], one["before"], one["after"]
    said = {"before": brief_money(before["low"], currency), "after": brief_money(after["low"], currency)}
    return said | {"currency": currency, "possible": brief_money(after["high"], currency), "open": after["open"]}


def _height(ends: list[int | None]) -> tuple[int, int]:
    """Ranges by their upper end, those without one by their lower end before them."""
    return (1, ends[0] or 0) if ends[1] is None else (0, ends[1])


def _in_words(name: str) -> Any:
    return lambda row: row[name].zh


_MEASURES = (
    Column("title", Both("Measure", "政策措施"), _in_words("title")),
    Column("kind", Both("Kind", "类型"), _in_words("kind")),
    Column("yes", Both("Yes", "符合"), lambda row: row["yes"], True),
    Column("depends", Both("Depends", "待定"), lambda row: row["depends"], True),
    Column("no", Both("No", "不符合"), lambda row: row["no"], True),
    Column("before", Both("Cost before stacking", "叠加前支出"), lambda row: row["before_key"], True),
    Column("after", Both("After stacking", "叠加后支出"), lambda row: row["after_key"], True),
)
_GROUPS = (
    Column("label", Both("Group", "分组"), _in_words("label")),
    Column("subjects", Both("Enterprises", "企业数"), lambda row: row["subjects"], True),
    Column("yes", Both("Results yes", "符合（项次）"), lambda row: row["yes"], True),
    Column("depends", Both("Results depends", "待定（项次）"), lambda row: row["depends"], True),
    Column("before", Both("Assured before stacking", "叠加前确定额"), lambda row: row["before_key"], True),
    Column("after", Both("Assured after stacking", "叠加后确定额"), lambda row: row["after_key"], True),
    Column("possible", Both("Possible after stacking", "叠加后可能额"), lambda row: row["possible_key"], True),
)
_FACTS = (
    Column("label", Both("Fact that is not known", "缺失的数据项"), _in_words("label")),
    Column("firms", Both("Enterprises for whom it matters", "受影响企业数"), lambda row: row["firms"], True),
    Column("alone", Both("Open for want of it alone", "仅因该项未定"), lambda row: row["alone_key"], True),
    Column("together", Both("Open with other facts too", "连同其他数据未定"), lambda row: row["together_key"], True),
    Column("endless", Both("Results without an upper end", "无上限的结果"), lambda row: row["endless"], True),
)
