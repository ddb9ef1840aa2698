"""Everything that is wrong with the texts of some packs, told at once.

What a line alone cannot show is looked for here: editions that overlap or leave a gap, bands with gaps, tests that can never hold, conditions
that contradict each other, rules that name what does not exist, definitions that nothing reads.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy import typing as npt

from huiqi.facts.known import Known
from huiqi.facts.schema import NAME, WORDS, Fact
from huiqi.rules import functions, groups, links, review, tree
from huiqi.rules.cases import read_case
from huiqi.rules.compile import Measure, Rules, ancestors, compile_rules
from huiqi.rules.context import Context, Document, Region, Regions, Unresolved
from huiqi.rules.exact import Exactly
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.plan import Plan, Step, make_plan
from huiqi.rules.records import CoreRecord, Cumulation, MeasureRecord, PolicyRecord
from huiqi.rules.register import check_register
from huiqi.rules.render import is_date, is_share, unit_of
from huiqi.rules.resolve import figure, truth
from huiqi.rules.tables import SOME
from huiqi.rules.tree import Node, Test
from huiqi.vocabulary import speech
from huiqi.vocabulary.problem import Problem, Where, did_you_mean, errors, in_order
from huiqi.vocabulary.ranges import UNSURE, Exact, Number, Pair
from huiqi.vocabulary.record import Record, Words
from huiqi.vocabulary.source import Text, scalars
from huiqi.vocabulary.unit import PLAIN, UNITS

_DEADLINE = re.compile(r"\d{1,3}(\.\d)? (working days?|days?)\Z", re.ASCII)
_PAYMENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%\s+\S+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_.\u4e00-\u9fff-]+\Z")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def check_library(library: Library) -> list[Problem]:
    """All problems of the packs, in order of place."""
    problems = list(library.problems)
    told: set[Problem] = set()
    used: set[tuple[str, str]] = set()
    expected = {str(name) for pack in library.packs for case in pack.cases for name in case.expect}
    seen: set[Where] = set()
    flags: dict[tuple[str, str, str], Problem] = {}
    for day in library.turns:
        touched = _touched(library, day)
        rules, faults = _compiled(library, day, touched)
        starting = [document for document in library.documents if document.record.first_day == day]
        begun = {document.file for document in library.documents if document.record.first_day < day} - {document.file for document in starting}
        problems += [_later(fault, day) if fault.where.file in begun else fault for fault in faults if fault not in told]
        told |= set(faults)
        if rules is None:
            continue
        for document in touched:  # what they read may have ended later, with the measures that they are about
            faults_of_core = list(_core_lines(document, rules))
            problems += [fault for fault in faults_of_core if document in starting and fault not in told]
            told |= set(faults_of_core)
        used |= rules.world.used
        flags |= {(flag.measure.id, flag.fact.id, flag.part): flag.problem() for flag in review.flagged(rules)} | flags
        problems += _regions([regions for regions in rules.world.regions if regions.where not in seen], rules)
        seen |= {regions.where for regions in rules.world.regions}
        for measure in rules.measures:
            if measure.document in starting:
                problems += _tests(measure, rules)
    problems += flags.values()
    problems += _shared_words(library)
    measures = {f"{document.pack}/{document.policy}/{key}" for document in library.documents for key in document.measures}
    problems += links.unknown_measures(library.common.links, [pack.id for pack in library.packs], measures)
    for pack in library.packs:
        problems += _editions(pack)
        problems += _core(pack, library)
        problems += check_register(pack, library.common.places)
        for document in pack.documents:
            problems += _document(document, library)
        for case in pack.cases:
            problems += read_case(case, pack, library)[1]
    problems = [problem for problem in problems if not _follows(problem, library)]
    if not errors(problems):  # a line that is at fault reads nothing
        problems += [fault for document in library.documents for fault in _unused(document, used, expected)]
    return in_order(problems)


_NAMING = frozenset(
    {"rules.unknown-name", "rules.unknown-measure", "check.stacking", "check.fund", "check.gives", "check.replaces", "case.unknown-fact"}
)


def _follows(problem: Problem, library: Library) -> bool:
    """A name is missing only because the file that declares it has faults of its own."""
    name = problem.message.split(" ")[0].partition(".")[0]
    return problem.code in _NAMING and any(name in pack.lost for pack in library.packs)


def _touched(library: Library, day: datetime.date) -> list[Document]:
    """The documents in force on a day on which the law changes that the change can touch: those of the pack and of packs that inherit it."""
    eve = day - datetime.timedelta(days=1) if day > datetime.date.min else None
    changed = {document.pack for document in library.documents if day in document.turns or document.record.last_day == eve}
    reading = {pack for pack, above in ancestors(library.packs).items() if changed.intersection(above)}
    return [document for document in library.documents if document.pack in reading and document.in_force(day) != "no"]


def _compiled(library: Library, day: datetime.date, documents: list[Document]) -> tuple[Rules | None, tuple[Problem, ...]]:
    try:
        rules = compile_rules(library.packs, library.common, day, documents)
    except RecursionError:
        where = Where(library.packs[0].documents[0].file if library.packs and library.packs[0].documents else "")
        return None, (Problem("rules.too-deep", "the measures rest on each other too deeply", where, "let fewer recognitions rest on others"),)
    return rules, rules.problems


def _later(fault: Problem, day: datetime.date) -> Problem:
    """A fault that comes up only after the day on which its text began: what it reads has ended or changed."""
    return replace(fault, message=f"{fault.message} (from {day} on)", hint=fault.hint and f"a text that it reads has ended or begun; {fault.hint}")


# ---------------------------------------------------------------- documents


def _editions(pack: PackText) -> list[Problem]:
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


def _document(document: Document, library: Library) -> list[Problem]:
    problems = [*_empty_words(document.record), *_names(document)]
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
    if record.pays:
        yield from _payments(key, record)
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


def _payments(key: str, record: MeasureRecord) -> Iterator[Problem]:
    shares = []
    for text in record.pays:
        found = _PAYMENT.match(text)
        if found is None:
            yield Problem("check.pays", f"{text} is no payment", text.where, "write `50% on acceptance`")
            return
        shares.append(Fraction(found[1]))
    if sum(shares) != 100:
        yield Problem(
            "check.pays",
            f"the payments of {key} add up to {float(sum(shares)):g} %, not 100 %",
            record.pays[0].where,
            "a share of the payment is missing or too much",
        )


def _shared_words(library: Library) -> Iterator[Problem]:
    """The words of facts, code lists, places and packs."""
    facts: list[Fact] = [fact for schema in library.common.schemas.values() for fact in schema.facts.values()]
    for pack in library.packs:
        facts += [fact for more in pack.facts.values() for fact in more]
        yield from _empty_words(pack.record)
        for record in (*pack.cases, *pack.register, *pack.indicators):
            yield from _empty_words(record)
    for fact in facts:
        for words in (fact.label, fact.question, fact.note):
            if words is not None:
                yield from _words(words)
    for listed in (*library.common.codes.values(), *(codes for pack in library.packs for codes in pack.codes.values())):
        for code in listed.codes.values():
            yield from _words(code.label)
    for place in library.common.places.by_id.values():
        yield from _words(place.label)


def _empty_words(record: Record) -> Iterator[Problem]:
    """Words without text in one language, or with the two languages turned round."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
            if isinstance(item, Words):
                yield from _words(item)
            elif isinstance(item, Record):
                yield from _empty_words(item)


def _words(words: Words) -> Iterator[Problem]:
    for text, language in ((words.en, "English"), (words.zh, "Chinese")):
        if not text.strip():
            yield Problem("check.language", f"the {language} text is empty", text.where, "everything a person reads has both languages")
    if _HAN.search(words.en) and not _HAN.search(words.zh) and words.zh.strip():
        yield Problem("check.language", "English and Chinese are turned round", words.en.where, "en: holds the English text, zh: the Chinese")


def _unused(document: Document, used: set[tuple[str, str]], expected: set[str]) -> list[Problem]:
    return [
        Problem("check.unused", f"nothing reads {key}", key.where, "use it, check it in a worked case, or take it out", "warning")
        for key in (*document.definitions, *document.scorecards)
        if (document.name, str(key)) not in used and not any(name == key or name.startswith(f"{key}.") for name in expected)
    ]


# ---------------------------------------------------------------- the core policy

_FORMS = ("highest", "first", "exclusive", "not_if_funded", "includes", "share", "cap", "intensity")


def _core(pack: PackText, library: Library) -> list[Problem]:
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


def _core_lines(document: Document, rules: Rules) -> Iterator[Problem]:
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


# ---------------------------------------------------------------- tests that say nothing


class _Open(Exactly):
    """Whatever the facts: a recognition can have been granted, whatever its own measure asks for."""

    def _truth(self, node: Node) -> Pair:
        return UNSURE if isinstance(node, tree.Recognised) else super()._truth(node)


def _tests(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests that can never or must always hold whatever the facts, and tests that contradict each other."""
    nobody = Known(rules.schemas[measure.subject], rules.places, datetime.date(2024, 6, 30))
    exact = _Open(nobody)
    problems = [fault for said in _said(measure.eligible) for fault in _words(said)]
    idle = []
    try:
        for test in measure.tests:
            if test.origin == "place":
                continue
            pair = exact.truth(test.truth)
            if not pair.may:
                idle.append(
                    Problem(
                        "check.never",
                        f"`{test.text}` can never hold: {_bounds(test.truth, exact, must=False)}",
                        _where(measure, test, rules),
                        "look at the figure and its unit",
                    )
                )
            elif pair.must:
                hint = "it decides nothing; take it out or mend it"
                idle.append(
                    Problem(
                        "check.always",
                        f"`{test.text}` always holds: {_bounds(test.truth, exact, must=True)}",
                        _where(measure, test, rules),
                        hint,
                        "warning",
                    )
                )
        if not errors(idle) and not exact.truth(measure.truth).may:
            idle.append(Problem("check.unreachable", f"nobody can reach {measure.key}", measure.where, "its tests exclude each other"))
        if not idle:
            idle += _contradictions(measure, rules)
        if measure.amount is not None:
            exact.value(measure.amount.node)
    except RecursionError:
        idle.append(Problem("rules.too-deep", f"{measure.key} rests on a table or a list that is too long", measure.where, "split it"))
    return problems + idle


def _said(condition: tree.Condition) -> Iterator[Words]:
    """The words that a pack puts in place of a test or a group."""
    words = condition.say if isinstance(condition, Test) else condition.label
    if words is not None:
        yield words
    if isinstance(condition, tree.Group):
        for part in condition.parts:
            yield from _said(part)


def _where(measure: Measure, test: Test, rules: Rules) -> Where:
    """The line of a test, found again in the record that it comes from."""
    policy = measure.document.record
    lines: Iterable[Text] = ()
    if test.origin == "measure":
        lines = scalars(measure.record.eligible)
    elif test.origin == "edition" and isinstance(policy, PolicyRecord):
        lines = scalars([*policy.applies_when, *policy.continues_for])
    elif test.origin == "core":
        cores = [d.record for d in rules.world.documents if d.pack == measure.document.pack and isinstance(d.record, CoreRecord)]
        lines = [condition.test for core in cores for condition in core.conditions.values()]
    return next((text.where for text in lines if text.strip() == test.text), measure.where)


def _bounds(truth: Node, exact: Exactly, *, must: bool) -> str:
    """What the comparison that decides a test compares."""
    for node in tree.walk(truth):
        if isinstance(node, tree.Compare) and exact.truth(node).must is must and exact.truth(node).known:
            for side, of in (("left", node.left), ("right", node.right)):
                value = exact.value(of)
                if isinstance(value, Number) and not isinstance(tree.body(of), tree.Figure):
                    low = "" if isinstance(value.low, float) else f"at least {_plainly(value.low, of)}"
                    high = "" if isinstance(value.high, float) else f"at most {_plainly(value.high, of)}"
                    return f"the {side} side is " + (" and ".join(filter(None, (low, high))) or "any figure")
    return "whatever the facts are"


def _plainly(end: Exact, of: Node) -> str:
    """A figure as people say it, in the unit of what it belongs to."""
    if isinstance(end, float) or abs(end) >= 10**300:
        return "any figure"
    return speech.day(end).en if is_date(of) else speech.figure(end, unit_of(of) or PLAIN, share=is_share(of)).en


def _contradictions(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests under one `all` that leave no value for a figure, no code for a category, or ask for a flag and against it."""
    plan = make_plan(rules, [measure])
    slots = dict(zip(measure.tests, plan.measures[0].tests, strict=True))
    regions: dict[int, tuple[Region, list[str]]] = {}
    asked: dict[tuple[int, bool], str] = {}
    for test, wanted in _required(measure.eligible):
        slot = slots[test]
        while plan.steps[slot].op == "not":
            slot, wanted = plan.steps[slot].args[0], not wanted
        if (slot, not wanted) in asked:
            if (text := asked[slot, not wanted]) == test.text:
                return [Problem("check.contradiction", f"`{text}` is asked for and excluded", _where(measure, test, rules), "keep one of the two")]
            return [_contradiction([text, test.text], measure, test, rules)]
        asked[slot, wanted] = test.text
        if not wanted:
            continue
        for step in [plan.steps[slot]] if plan.steps[slot].op != "all" else [plan.steps[s] for s in plan.steps[slot].args]:
            of, region = _region(step, plan)
            before, texts = regions.get(of, (Region(), []))
            if texts and not before.meets(region):
                return [_contradiction([*texts, test.text], measure, test, rules)]
            if region != Region():
                regions[of] = (_both(before, region), [*texts, test.text])
    return []


def _required(condition: tree.Condition, *, wanted: bool = True) -> Iterator[tuple[Test, bool]]:
    """The tests that all have to hold, or to fail under `none`."""
    if isinstance(condition, Test):
        yield condition, wanted
    elif condition.kind == ("all" if wanted else "any"):
        for part in condition.parts:
            yield from _required(part, wanted=wanted)
    elif condition.kind == "none" and wanted:
        for part in condition.parts:
            yield from _required(part, wanted=False)


def _contradiction(texts: list[str], measure: Measure, test: Test, rules: Rules) -> Problem:
    said = " and ".join(f"`{text}`" for text in dict.fromkeys(texts))
    where = _where(measure, test, rules)
    if len(set(texts)) == 1:
        return Problem("check.never", f"{said} can never hold: its parts exclude each other", where, "the lower figure stands first: 10 <= x < 50")
    return Problem("check.contradiction", f"{said} never hold together", where, "put them under any:, or mend a figure")


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def _region(step: Step, plan: Plan) -> tuple[int, Region]:
    """The result that a test is about, and what a comparison with a figure, or a test for codes, leaves of it."""
    if step.op == "one_of" and not step.data[1]:
        return step.args[0], Region(codes=step.data[0])
    if step.op != "compare" or step.data not in _TURNED:
        return -1, Region()
    (of, edge), op = step.args, step.data
    if plan.steps[of].op == "figure":
        of, edge, op = edge, of, _TURNED[op]
    if plan.steps[edge].op != "figure":
        return -1, Region()
    figure = plan.steps[edge].data
    match op:
        case ">=" | ">":
            return of, Region(low=figure, open_low=op == ">")
        case "<=" | "<":
            return of, Region(high=figure, open_high=op == "<")
    return of, Region(figure, figure)


def _both(a: Region, b: Region) -> Region:
    if a.codes is not None or b.codes is not None:
        return Region(codes=b.codes if a.codes is None else a.codes if b.codes is None else a.codes & b.codes)
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Region(low, high, any(r.open_low and r.low == low for r in (a, b)), any(r.open_high and r.high == high for r in (a, b)))


# ---------------------------------------------------------------- bands and tables


def _regions(found: Iterable[Regions], rules: Rules) -> list[Problem]:
    """Bands that overlap or leave a gap; rows of tables that no subject reaches."""
    problems: list[Problem] = []
    for regions in found:
        problems += _covered(regions)
        if regions.kind == "bands":
            problems += _overlaps(regions)
            if not regions.has_else and not any(SOME in row for row, _ in regions.rows):
                nobody = Known(rules.schemas["enterprise"], rules.places, datetime.date(2024, 6, 30))
                problems += _gaps(regions, _Open(nobody))
    return problems


def _covered(regions: Regions) -> Iterator[Problem]:
    kind = "band" if regions.kind == "bands" else "row"
    columns = list(zip(*(row for row, _ in regions.rows), strict=True))
    covers = np.logical_and.reduce([_covers(column) for column in columns]) if columns else np.ones((len(regions.rows),) * 2, bool)
    for later, earlier in _first_above_diagonal(covers):
        place, where = regions.rows[earlier][1], regions.rows[later][1]
        yield Problem(
            f"check.{kind}-unreachable", f"this {kind} is never reached: line {place.line} takes all of it", where, "put the narrower one first"
        )


def _overlaps(regions: Regions) -> Iterator[Problem]:
    """Two bands may only share values where one lies wholly inside the other, as steps do (>= 6 %, then >= 5 %)."""
    column = [region for (region,), _ in regions.rows]
    low, high = _ends(column)
    sure = np.array([region.codes is None for region in column])
    covers = _covers(column)
    meets = (np.maximum.outer(low, low) <= np.minimum.outer(high, high)) & np.logical_and.outer(sure, sure) & ~covers & ~covers.T
    for later, earlier in _first_above_diagonal(meets):
        place, where = regions.rows[earlier][1], regions.rows[later][1]
        yield Problem(
            "check.band-overlap", f"this band overlaps with that of line {place.line}", where, "let one end where the other begins: `10 ..< 50`"
        )


def _first_above_diagonal(holds: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """For each row the first earlier row of which something holds."""
    before = np.triu(holds, 1)
    for later in np.flatnonzero(before.any(axis=0)):
        yield int(later), int(before[:, later].argmax())


def _ends(column: Sequence[Region]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The ends of regions as whole numbers in their order: an open end lies just inside its figure."""
    figures = sorted({end for region in column for end in (region.low, region.high)})
    rank = {figure: 2 * number for number, figure in enumerate(figures)}
    low = np.array([rank[region.low] + region.open_low for region in column])
    return low, np.array([rank[region.high] - region.open_high for region in column])


def _covers(column: Sequence[Region]) -> npt.NDArray[np.bool_]:
    """Whether everything in the one region lies in the other: rows cover columns."""
    low, high = _ends(column)
    figures = np.array([region.codes is None for region in column])
    whole = np.array([region == Region() for region in column])
    inside = np.less_equal.outer(low, low) & np.greater_equal.outer(high, high) & np.logical_and.outer(figures, figures)
    sets = list(dict.fromkeys(region.codes for region in column if region.codes is not None))
    of = np.array([sets.index(region.codes) if region.codes is not None else -1 for region in column])
    within = np.array([[bool(b) and b <= a for b in sets] for a in sets] or [[False]])
    codes = within[np.ix_(of, of)] & np.logical_and.outer(~figures, ~figures)
    return inside | codes | np.logical_and.outer(whole, ~figures)


def _gaps(regions: Regions, exact: Exactly) -> Iterator[Problem]:
    """The first stretch of values that no band takes in."""
    of = regions.inputs[0].node
    if isinstance(of, functions.Growth):  # a comparison of powers, not a value
        return
    try:
        whole = exact.value(of)
    except RecursionError:
        return
    if not isinstance(whole, Number):
        return
    at, closed = (whole.low, True) if not isinstance(whole.low, float) else (-math.inf, False)
    covered_to: Exact = at
    open_at = closed  # the value at `covered_to` itself is still to be covered
    for low, open_low, high, open_high in sorted(((r.low, r.open_low, r.high, r.open_high) for (r,), _ in regions.rows), key=lambda r: (r[0], r[1])):
        if (low > covered_to or (low == covered_to and open_low and open_at)) and _between(covered_to, open_at, low, open_low, of):
            yield _gap(covered_to, low, regions)
            return
        if high > covered_to or (high == covered_to and not open_high):
            covered_to, open_at = high, open_high
    if whole.high > covered_to or (whole.high == covered_to and open_at and not isinstance(covered_to, float)):
        yield _gap(covered_to, whole.high, regions)


def _between(low: Exact, open_low: bool, high: Exact, open_high: bool, of: Node) -> bool:
    """Some value lies between: of what is counted in whole steps there may be none, as between 19 and 20 people."""
    of = tree.body(of)
    step = of.fact.step if isinstance(of, tree.FactFigure) else Fraction(1) if isinstance(of, tree.Since | tree.YearOf | tree.Tally) else None
    if step is None or isinstance(low, float) or isinstance(high, float):
        return True
    first = math.ceil(low / step) if open_low else math.floor(low / step) + 1
    last = math.floor(high / step) if open_high else math.ceil(high / step) - 1
    return first <= last


def _gap(low: Exact, high: Exact, regions: Regions) -> Problem:
    of = regions.inputs[0].node
    if isinstance(low, float):
        between = f"below {_plainly(high, of)}"
    elif isinstance(high, float):
        between = f"above {_plainly(low, of)}"
    else:
        between = f"between {_plainly(low, of)} and {_plainly(high, of)}" if low != high else f"at {_plainly(low, of)}"
    return Problem("check.band-gap", f"no band takes values {between}", regions.where, "add a band, or else: at the end")
