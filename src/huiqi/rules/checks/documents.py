"""Documents and what stands around their rules: editions, names, clauses, payments, deadlines."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from itertools import pairwise

from huiqi.facts.schema import NAME, WORDS
from huiqi.rules import functions
from huiqi.rules.checks.words import empty_words
from huiqi.rules.context import Document
from huiqi.rules.cumulation import NOT_PAID
from huiqi.rules.instalments import read_payments
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord, MeasureRecord, PolicyRecord
from huiqi.vocabulary.problem import Problem, did_you_mean

_DEADLINE = re.compile(r"\d{1,3}(\.\d)? (working days?|days?)\Z", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_.\u4e00-\u9fff-]+\Z")


def faulty_editions(pack: PackText) -> list[Problem]:
    """Editions of one policy follow each other without overlap or gap, and replace what exists."""
    problems = []
    policies: dict[str, list[Document]] = {}
    for document in pack.documents:
        if isinstance(document.record, PolicyRecord):
            policies.setdefault(document.policy, []).append(document)
    for documents in policies.values():
        documents.sort(key=lambda d: d.record.first_day)
        seen: dict[str, Document] = {}
        for document in documents:
            if document.edition in seen:
                where = seen[document.edition].record.where
                hint = f"the other one is {where.file}; give one another edition"
                problems.append(Problem("check.same-edition", f"{document.policy} {document.edition} stands twice", document.record.where, hint))
            seen.setdefault(document.edition, document)
            problems += _own_days(document)
        whole = [document for document in seen.values() if document.record.last_day is None or document.record.last_day >= document.record.first_day]
        for earlier, later in pairwise(whole):
            problems += _follow(earlier, later)
    for document in pack.documents:
        record = document.record
        if isinstance(record, PolicyRecord) and record.replaces is not None:
            others = {f"{d.policy}-{d.edition}" for d in pack.documents if d is not document}
            if record.replaces not in others:
                hint = did_you_mean(record.replaces, others) or "write it like gazelle-2020"
                problems.append(
                    Problem("check.replaces", f"{record.replaces} is not another <policy>-<edition> of this pack", record.replaces.where, hint)
                )
    return problems


def _own_days(document: Document) -> list[Problem]:
    record = document.record
    if record.last_day is not None and record.last_day < record.first_day:
        return [
            Problem("check.days", f"the last day {record.last_day} lies before the first day {record.first_day}", record.where, "turn the two round")
        ]
    if isinstance(record, PolicyRecord) and record.continues_for and record.last_day is None:
        return [Problem("check.days", "continues_for needs a last_day after which it continues", record.where, "add last_day: ...")]
    return []


def _follow(earlier: Document, later: Document) -> list[Problem]:
    end, begin = earlier.record.last_day, later.record.first_day
    name = f"{earlier.policy} {earlier.edition}"
    if end is None or begin <= end:
        until = "is open" if end is None else f"ends on {end}"
        return [
            Problem(
                "check.editions-overlap",
                f"{name} {until}, but {later.edition} begins on {begin}",
                later.record.where,
                f"let {name} end on {_before(begin)}",
            )
        ]
    if (begin - end).days > 1:
        return [
            Problem(
                "check.editions-gap",
                f"nothing is in force between {name}, which ends on {end}, and {later.edition} from {begin}",
                later.record.where,
                "say so in a note, or mend the days",
                "warning",
            )
        ]
    return []


def _before(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=1) if day > datetime.date.min else day


def faulty_document(document: Document, library: Library) -> list[Problem]:
    problems = [*empty_words(document.record), *_names(document)]
    for key, record in document.measures.items():
        problems += _measure(document, str(key), record, library)
    return problems


def _names(document: Document) -> Iterator[Problem]:
    """What cannot be read or called by its name."""
    for kind, keys in (("definition", document.definitions), ("scorecard", document.scorecards)):
        for key in keys:
            if not NAME.match(key) or key in WORDS or key in functions.ALL or key == "each":
                yield Problem(
                    "check.name",
                    f"{key} cannot stand in a rule, so nothing can read this {kind}",
                    key.where,
                    "letters, digits and _ only, and no word of the rule language",
                )
    for key in document.scorecards:
        if key in document.definitions:
            yield Problem("check.name", f"{key} is both a definition and a scorecard", key.where, "give one another name")
    for card in document.scorecards.values():
        for name in (*card.items, *(item.part for item in card.items.values() if item.part is not None)):
            if not NAME.match(name):
                yield Problem("check.name", f"{name} cannot stand in a rule", name.where, "letters, digits and _ only")
    record = document.record
    for name in (*document.measures, *((record.policy, record.edition) if isinstance(record, PolicyRecord) else ())):
        if not _KEY.match(name):
            yield Problem(
                "check.name", f"{name or 'nothing'} is no name for a measure, a policy or an edition", name.where, "letters, digits, - and _ only"
            )


def _measure(document: Document, key: str, record: MeasureRecord, library: Library) -> Iterator[Problem]:
    """What stands around a measure's rules: clause, payments, deadlines, fund, recognition."""
    if not record.clause.strip():
        yield Problem("check.clause", f"{key} names no clause", record.clause.where, "name the article, like 第二条")
    if record.kind == "recognition" and record.gives is None:
        yield Problem("check.recognition", f"{key} is a recognition but gives no status", record.where, "add gives: and the flag that it makes true")
    if record.gives is not None:
        yield from _gives(key, record, document.subject_of(record), library)
    yield from read_payments(tuple(record.pays))[1]
    if record.pays and record.kind in NOT_PAID:
        hint = "what is paid to the public has no instalments here; take pays out"
        yield Problem("check.pays", f"{key} is a charge", record.pays[0].where, hint)
    if record.apply is not None:
        for text in (record.apply.decide_within, record.apply.statutory):
            if text is not None and not _DEADLINE.match(text):
                yield Problem("check.deadline", f"{text} is no time limit", text.where, "write `20 working days` or `60 days`")
    funds = {str(name) for d in library.documents if d.pack == document.pack and isinstance(d.record, CoreRecord) for name in d.record.funds}
    if record.fund is not None and record.fund not in funds:
        yield Problem(
            "check.fund",
            f"{record.fund} is not a fund of the core policy",
            record.fund.where,
            did_you_mean(record.fund, funds) or "funds stand in core.yaml under funds:",
        )


def _gives(key: str, record: MeasureRecord, subject: str, library: Library) -> Iterator[Problem]:
    assert record.gives is not None
    facts = dict(library.common.schemas[subject].facts) if subject in library.common.schemas else {}
    for pack in library.packs:
        facts |= {fact.id: fact for fact in pack.facts.get(subject, ())}
    if record.gives not in facts:
        yield Problem(
            "check.gives",
            f"{key} gives {record.gives}, which is not a fact",
            record.gives.where,
            did_you_mean(record.gives, facts) or "declare the flag in facts.yaml",
        )
    elif facts[str(record.gives)].kind != "flag":
        yield Problem(
            "check.gives",
            f"{key} gives {record.gives}, which is of type {facts[str(record.gives)].kind}, not a flag",
            record.gives.where,
            "declare a flag in facts.yaml",
        )
