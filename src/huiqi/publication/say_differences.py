"""What changes between two texts, in words: `the floor of operating revenue rises from ¥10,000,000 to ¥20,000,000`."""

from __future__ import annotations

from huiqi.publication.differences import Difference
from huiqi.vocabulary.speech import Both, both

EFFECT_WORDS = {"stricter": Both("stricter", "收紧"), "looser": Both("looser", "放宽")}
_ADDED = {
    "condition": Both("new condition: {0}", "新增条件：{0}"), "alternative": Both("new alternative: {0}", "新增可选条件：{0}"),
    "exclusion": Both("new exclusion: {0}", "新增排除情形：{0}"), "measure": Both("new measure: {0}", "新增措施：{0}"),
    "definition": Both("new definition: {0}", "新增定义：{0}"), "parameter": Both("new parameter: {0}", "新增参数：{0}"),
    "scorecard": Both("new scorecard: {0}", "新增评分表：{0}"),
}  # fmt: skip
_DROPPED = {
    "condition": Both("no longer asked for: {0}", "不再要求：{0}"), "alternative": Both("no longer an alternative: {0}", "取消可选条件：{0}"),
    "exclusion": Both("no longer an exclusion: {0}", "取消排除情形：{0}"), "measure": Both("measure dropped: {0}", "取消措施：{0}"),
    "definition": Both("definition dropped: {0}", "取消定义：{0}"), "parameter": Both("parameter dropped: {0}", "取消参数：{0}"),
    "scorecard": Both("scorecard dropped: {0}", "取消评分表：{0}"),
}  # fmt: skip


def sentence(difference: Difference) -> Both:
    """One difference in words."""
    what, before, after = difference.what, difference.before, difference.after
    if difference.change == "moved":
        return both(("moved to another place of the conditions: {0}", "条件位置调整：{0}"), what)
    if before is not None and after is not None:
        return both(_CHANGED[difference.direction], what, before.said, after.said)
    stated = after or before
    assert stated is not None
    whole = difference.what == stated.said  # a measure, a test: what it is says all
    if difference.change == "added":
        return both(_ADDED.get(difference.part, _TEXT), stated.said) if whole else both(("new: {0}, {1}", "新增{0}：{1}"), what, stated.said)
    if whole:
        return both(_DROPPED.get(difference.part, _TEXT), stated.said)
    return both(("no longer stated: {0} (was {1})", "不再规定{0}（原为{1}）"), what, stated.said)


_TEXT = Both("{0}", "{0}")
_CHANGED = {
    "rises": Both("{0} rises from {1} to {2}", "{0}由{1}提高到{2}"),
    "falls": Both("{0} falls from {1} to {2}", "{0}由{1}降低到{2}"),
    "": Both("{0} changes: {1} → {2}", "{0}由“{1}”改为“{2}”"),
}
