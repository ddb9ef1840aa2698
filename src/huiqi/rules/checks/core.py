"""The core policy: stacking rules, shared conditions, funds and groups."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from huiqi.rules import groups
from huiqi.rules.compile import Rules
from huiqi.rules.context import Context, Document, Unresolved
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord, Cumulation
from huiqi.rules.resolve import figure, truth
from huiqi.vocabulary.problem import Problem, did_you_mean
from huiqi.vocabulary.unit import PLAIN, UNITS

_FORMS = ("highest", "first", "exclusive", "not_if_funded", "includes", "share", "cap", "intensity")


def faulty_stacking(pack: PackText, library: Library) -> list[Problem]:
    problems: list[Problem] = []
    for document in pack.documents:
        if isinstance(document.record, CoreRecord):
            for rule in document.record.cumulation:
                problems += _stacking(rule, library)
    return problems


def _stacking(rule: Cumulation, library: Library) -> Iterator[Problem]:
    """A stacking rule has one form and names measures that exist."""
    forms = [form for form in _FORMS if getattr(rule, form) is not None]
    if len(forms) != 1:
        said = " and ".join(forms) or "none"
        yield Problem("check.stacking", f"a stacking rule has one form; here is {said}", rule.where, f"one of {', '.join(_FORMS)}")
    names = {n for d in library.documents for key in d.measures for n in (str(key), f"{d.policy}/{key}", f"{d.pack}/{d.policy}/{key}")}
    lists = [rule.highest, rule.first, rule.exclusive, rule.measures, rule.over]
    for name in (name for listed in lists if isinstance(listed, list) for name in listed):
        if name not in names:
            yield Problem("check.stacking", f"{name} is not a measure", name.where, did_you_mean(name, names))


def faulty_lines(document: Document, rules: Rules) -> Iterator[Problem]:
    """Faults in the lines of a core policy, whether a measure reads them or not."""
    core = document.record
    if not isinstance(core, CoreRecord):
        return
    known = set(rules.world.problems)
    context = Context(rules.world, document, "enterprise")
    money = UNITS[next(pack.record.currency for pack in rules.packs if pack.id == document.pack)]
    lines = [(rule.cap, money) for rule in core.cumulation] + [(rule.intensity, PLAIN) for rule in core.cumulation]
    lines += [(fund.yearly, money) for fund in core.funds.values()] + [
        (fund.at_least.share, PLAIN) for fund in core.funds.values() if fund.at_least is not None
    ]
    for condition in core.conditions.values():
        with contextlib.suppress(Unresolved):
            truth(condition.test, context, atomic=True)
    for key in core.groups:
        with contextlib.suppress(Unresolved):
            groups.find(str(key), context, key.where)
    for text, unit in lines:
        with contextlib.suppress(Unresolved):
            if text is not None:
                figure(text, context, unit)
    yield from (problem for problem in rules.world.problems if problem not in known)
