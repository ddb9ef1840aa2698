"""Everything that is wrong with the texts of some packs, told at once.

What a line alone cannot show is looked for here: editions that overlap or leave a gap, bands with gaps, tests that can never hold, conditions
that contradict each other, rules that name what does not exist, definitions that nothing reads.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from fractions import Fraction

from huiqi.facts.known import Known
from huiqi.rules import tree
from huiqi.rules.cases import read_case
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document, Region, Regions
from huiqi.rules.exact import Exactly
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.plan import Plan, Step, make_plan
from huiqi.rules.records import CoreRecord, Cumulation, MeasureRecord, PolicyRecord
from huiqi.rules.tree import Node, Test
from huiqi.vocabulary.problem import Problem, Where, did_you_mean, in_order
from huiqi.vocabulary.ranges import Number
from huiqi.vocabulary.record import Record, Words
from huiqi.vocabulary.source import scalars

_DEADLINE = re.compile(r"(\d+) (working days|days)\Z")
_PAYMENT = re.compile(r"(\d+(?:\.\d+)?)%\s+\S+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def check_library(library: Library) -> list[Problem]:
    """All problems of the packs, in order of place."""
    problems = list(library.problems)
    used: set[tuple[str, str]] = set()
    expected = {str(name) for pack in library.packs for case in pack.cases for name in case.expect}
    for day in sorted({document.record.first_day for document in library.documents}):
        rules = library.starting(day)
        problems += rules.problems
        used |= rules.world.used
        problems += _regions(rules)
        for measure in rules.measures:
            problems += _tests(measure, rules)
    for pack in library.packs:
        problems += _editions(pack)
        problems += _core(pack, library)
        for document in pack.documents:
            problems += _document(document, library)
            problems += _unused(document, used, expected)
        for case in pack.cases:
            problems += read_case(case, pack, library)[1]
    return in_order(problems)


# ---------------------------------------------------------------- documents


def _editions(pack: PackText) -> list[Problem]:
    """Editions of one policy follow each other without overlap or gap, and replace what exists."""
    problems = []
    policies: dict[str, list[Document]] = {}
    for document in pack.documents:
        if isinstance(document.record, PolicyRecord):
            policies.setdefault(document.policy, []).append(document)
    names = {f"{d.policy}-{d.edition}" for d in pack.documents}
    for documents in policies.values():
        documents.sort(key=lambda d: d.record.first_day)
        seen: dict[str, Document] = {}
        for document in documents:
            if document.edition in seen:
                where = seen[document.edition].record.where
                problems.append(Problem("check.same-edition", f"{document.policy} {document.edition} stands twice", document.record.where, f"the other one is {where.file}"))
            seen.setdefault(document.edition, document)
            problems += _own_days(document)
        for earlier, later in zip(documents, documents[1:], strict=False):
            problems += _follow(earlier, later)
    for document in pack.documents:
        record = document.record
        if isinstance(record, PolicyRecord) and record.replaces is not None and record.replaces not in names:
            hint = did_you_mean(record.replaces, names)
            problems.append(Problem("check.replaces", f"{record.replaces} is not a <policy>-<edition> of this pack", record.replaces.where, hint))
    return problems


def _own_days(document: Document) -> list[Problem]:
    record = document.record
    if record.last_day is not None and record.last_day < record.first_day:
        return [Problem("check.days", f"the last day {record.last_day} lies before the first day {record.first_day}", record.where, "turn the two round")]
    if isinstance(record, PolicyRecord) and record.continues_for and record.last_day is None:
        return [Problem("check.days", "continues_for needs a last_day after which it continues", record.where, "add last_day: ...")]
    return []


def _follow(earlier: Document, later: Document) -> list[Problem]:
    end, begin = earlier.record.last_day, later.record.first_day
    name = f"{earlier.policy} {earlier.edition}"
    if end is None or begin <= end:
        until = "is open" if end is None else f"ends on {end}"
        return [Problem("check.editions-overlap", f"{name} {until}, but {later.edition} begins on {begin}", later.record.where, f"let {name} end on {_before(begin)}")]
    if (begin - end).days > 1:
        return [Problem("check.editions-gap", f"nothing is in force between {name}, which ends on {end}, and {later.edition} from {begin}", later.record.where, "say so in a note, or mend the days", "warning")]
    return []


def _before(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=1)


def _document(document: Document, library: Library) -> list[Problem]:
    problems = list(_empty_words(document.record))
    for key, record in document.measures.items():
        problems += _measure(document, str(key), record, library)
    return problems


def _measure(document: Document, key: str, record: MeasureRecord, library: Library) -> Iterator[Problem]:
    """What stands around a measure's rules: clause, payments, deadlines, fund, recognition."""
    if not record.clause.strip():
        yield Problem("check.clause", f"{key} names no clause", record.clause.where, "name the article, like 第二条")
    if record.kind == "recognition" and record.gives is None:
        yield Problem("check.recognition", f"{key} is a recognition but gives no status", record.where, "add gives: <flag>")
    if record.gives is not None:
        yield from _gives(key, record, library)
    if record.pays:
        yield from _payments(key, record)
    if record.apply is not None:
        for text in (record.apply.decide_within, record.apply.statutory):
            if text is not None and not _DEADLINE.match(text):
                yield Problem("check.deadline", f"{text} is no time limit", text.where, "write `20 working days` or `60 days`")
    funds = {str(name) for d in library.documents if d.pack == document.pack and isinstance(d.record, CoreRecord) for name in d.record.funds}
    if record.fund is not None and record.fund not in funds:
        yield Problem("check.fund", f"{record.fund} is not a fund of the core policy", record.fund.where, did_you_mean(record.fund, funds))


def _gives(key: str, record: MeasureRecord, library: Library) -> Iterator[Problem]:
    assert record.gives is not None
    subject = str(record.subject or "enterprise")
    facts = dict(library.common.schemas[subject].facts) if subject in library.common.schemas else {}
    for pack in library.packs:
        facts |= {fact.id: fact for fact in pack.facts.get(subject, ())}
    if record.gives not in facts:
        yield Problem("check.gives", f"{key} gives {record.gives}, which is not a fact", record.gives.where, did_you_mean(record.gives, facts) or "declare the flag in facts.yaml")
    elif facts[str(record.gives)].kind != "flag":
        yield Problem("check.gives", f"{key} gives {record.gives}, which is a {facts[str(record.gives)].kind}, not a flag", record.gives.where)


def _payments(key: str, record: MeasureRecord) -> Iterator[Problem]:
    shares = []
    for text in record.pays:
        found = _PAYMENT.match(text)
        if found is None:
            yield Problem("check.pays", f"{text} is no payment", text.where, "write `50% on acceptance`")
            return
        shares.append(Fraction(found[1]))
    if sum(shares) != 100:
        yield Problem("check.pays", f"the payments of {key} add up to {float(sum(shares)):g} %, not 100 %", record.pays[0].where)


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
            yield Problem("check.language", f"the {language} text is empty", text.where)
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


# ---------------------------------------------------------------- tests that say nothing


def _tests(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests that can never or must always hold whatever the facts, and tests that contradict each other."""
    nobody = Known(rules.schemas[str(measure.record.subject or "enterprise")], rules.places, datetime.date(2024, 6, 30))
    exact = Exactly(nobody)
    problems = []
    for test in measure.tests:
        if test.origin != "measure":
            continue
        pair = exact.truth(test.truth)
        if not pair.may:
            problems.append(Problem("check.never", f"`{test.text}` can never hold: {_bounds(test.truth, exact)}", _where(measure, test), "look at the figure and its unit"))
        elif pair.must:
            problems.append(Problem("check.always", f"`{test.text}` always holds: {_bounds(test.truth, exact)}", _where(measure, test), "it decides nothing; take it out or mend it", "warning"))
    if not problems and not exact.truth(measure.truth).may:
        problems.append(Problem("check.unreachable", f"nobody can reach {measure.key}", measure.where, "its tests exclude each other"))
    if not problems:
        problems += _contradictions(measure, rules)
    return problems


def _where(measure: Measure, test: Test) -> Where:
    """The line of a test, found again in the measure's record."""
    return next((text.where for text in scalars(measure.record.eligible) if text.strip() == test.text), measure.where)


def _bounds(truth: Node, exact: Exactly) -> str:
    for node in tree.walk(truth):
        if isinstance(node, tree.Compare):
            left = exact.value(node.left)
            if isinstance(left, Number):
                low = "" if isinstance(left.low, float) else f"at least {float(left.low):g}"
                high = "" if isinstance(left.high, float) else f"at most {float(left.high):g}"
                return "the left side is " + (" and ".join(filter(None, (low, high))) or "any figure")
    return "whatever the facts are"


def _contradictions(measure: Measure, rules: Rules) -> list[Problem]:
    """Tests under one `all` that leave no value for a figure or no code for a category."""
    if not isinstance(measure.eligible, tree.Group):
        return []
    plan = make_plan(rules, [measure])
    of_slot: dict[int, tuple[Region, list[str]]] = {}
    for test, slot in zip(measure.tests, plan.measures[0].tests, strict=True):
        if test not in measure.eligible.parts:
            continue
        steps = [plan.steps[slot]] if plan.steps[slot].op != "all" else [plan.steps[s] for s in plan.steps[slot].args]
        for step in steps:
            region = _region(step, plan)
            if region is None:
                continue
            before, texts = of_slot.get(step.args[0], (Region(), []))
            if texts and not before.meets(region):
                said = " and ".join(f"`{t}`" for t in dict.fromkeys([*texts, test.text]))
                return [Problem("check.contradiction", f"{said} never hold together", _where(measure, test), "put them under any:, or mend a figure")]
            of_slot[step.args[0]] = (_both(before, region), [*texts, test.text])
    return []


def _region(step: Step, plan: Plan) -> Region | None:
    """What a comparison with a figure, or a test for codes, leaves of its left side."""
    if step.op == "one_of" and not step.data[1]:
        return Region(codes=step.data[0])
    if step.op != "compare" or plan.steps[step.args[1]].op != "figure":
        return None
    edge = plan.steps[step.args[1]].data
    match step.data:
        case ">=" | ">":
            return Region(low=edge, open_low=step.data == ">")
        case "<=" | "<":
            return Region(high=edge, open_high=step.data == "<")
        case "=":
            return Region(edge, edge)
    return None


def _both(a: Region, b: Region) -> Region:
    if a.codes is not None or b.codes is not None:
        return Region(codes=b.codes if a.codes is None else a.codes if b.codes is None else a.codes & b.codes)
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Region(low, high, any(r.open_low and r.low == low for r in (a, b)), any(r.open_high and r.high == high for r in (a, b)))


# ---------------------------------------------------------------- bands and tables


def _regions(rules: Rules) -> list[Problem]:
    """Bands that overlap or leave a gap; rows of tables that no subject reaches."""
    nobody = Known(rules.schemas["enterprise"], rules.places, datetime.date(2024, 6, 30)) if "enterprise" in rules.schemas else None
    problems: list[Problem] = []
    for regions in rules.world.regions:
        problems += _covered(regions)
        if regions.kind == "bands":
            problems += _overlaps(regions)
            if not regions.has_else and nobody is not None:
                problems += _gaps(regions, Exactly(nobody))
    return problems


def _covered(regions: Regions) -> Iterator[Problem]:
    kind = "band" if regions.kind == "bands" else "row"
    for number, (row, where) in enumerate(regions.rows):
        for earlier, place in regions.rows[:number]:
            if all(a.covers(b) for a, b in zip(earlier, row, strict=True)):
                yield Problem(f"check.{kind}-unreachable", f"this {kind} is never reached: line {place.line} takes all of it", where, "put the narrower one first")
                break


def _overlaps(regions: Regions) -> Iterator[Problem]:
    """Two bands may only share values where one lies wholly inside the other, as steps do (>= 6 %, then >= 5 %)."""
    for number, ((later,), where) in enumerate(regions.rows):
        for (earlier,), place in regions.rows[:number]:
            if earlier.meets(later) and not later.covers(earlier) and not earlier.covers(later):
                yield Problem("check.band-overlap", f"this band overlaps with that of line {place.line}", where, "let one end where the other begins: `10 ..< 50`")
                break


def _gaps(regions: Regions, exact: Exactly) -> Iterator[Problem]:
    whole = exact.value(regions.inputs[0].node)
    if not isinstance(whole, Number):
        return
    at, closed = (whole.low, True) if not isinstance(whole.low, float) else (-math.inf, False)
    covered_to: Fraction | float = at
    open_at = closed  # the value at `covered_to` itself is still to be covered
    for low, open_low, high, open_high in sorted(((r.low, r.open_low, r.high, r.open_high) for (r,), _ in regions.rows), key=lambda r: (r[0], r[1])):
        if low > covered_to or (low == covered_to and open_low and open_at):
            yield _gap(covered_to, low, regions)
            return
        if high > covered_to or (high == covered_to and not open_high):
            covered_to, open_at = high, open_high
    if whole.high > covered_to or (whole.high == covered_to and open_at and not isinstance(covered_to, float)):
        yield _gap(covered_to, whole.high, regions)


def _gap(low: Fraction | float, high: Fraction | float, regions: Regions) -> Problem:
    between = f"between {float(low):g} and {float(high):g}" if low != high else f"at {float(low):g}"
    return Problem("check.band-gap", f"no band takes values {between}", regions.where, "add a band, or else: at the end")
