"""Everything that is wrong with the texts of some packs, told at once.

What a line alone cannot show is looked for here: editions that overlap or leave a gap, bands with gaps, tests that can never hold, conditions
that contradict each other, rules that name what does not exist, definitions that nothing reads.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from huiqi.rules import links, review
from huiqi.rules.cases import read_case
from huiqi.rules.checks.core import binding, faulty_lines, faulty_stacking, idle_cap
from huiqi.rules.checks.documents import faulty_document, faulty_editions
from huiqi.rules.checks.funds import faulty_funds
from huiqi.rules.checks.idle import idle_tests
from huiqi.rules.checks.regions import faulty_regions
from huiqi.rules.checks.stacking import Left, nothing_left, what_is_left
from huiqi.rules.checks.words import shared_words
from huiqi.rules.compile import Rules, ancestors, compile_rules
from huiqi.rules.context import Document
from huiqi.rules.library import Library
from huiqi.rules.published import check_counts
from huiqi.rules.register import check_register
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, errors, in_order


def check_library(library: Library) -> list[Problem]:
    """All problems of the packs, in order of place."""
    problems = list(library.problems)
    told: set[Problem] = set()
    used: set[tuple[str, str]] = set()
    expected = {str(name) for pack in library.packs for case in pack.cases for name in case.expect}
    seen: set[Where] = set()
    flags: dict[tuple[str, str, str], Problem] = {}
    caps: dict[Where, bool] = {}
    left: Left = {}
    last: Rules | None = None
    for day in library.turns:
        touched = _touched(library, day)
        rules, faults = _compiled(library, day, touched)
        last = rules or last
        starting = [document for document in library.documents if document.record.first_day == day]
        begun = {document.file for document in library.documents if document.record.first_day < day} - {document.file for document in starting}
        problems += [_later(fault, day) if fault.where.file in begun else fault for fault in faults if fault not in told]
        told |= set(faults)
        if rules is None:
            continue
        for document in touched:  # what they read may have ended later, with the measures that they are about
            faults_of_core = list(faulty_lines(document, rules))
            problems += [fault for fault in faults_of_core if document in starting and fault not in told]
            told |= set(faults_of_core)
        try:
            caps |= {where: caps.get(where, False) or binds for where, binds in binding(rules, touched).items()}
            for at, (something, why) in what_is_left(rules, touched).items():
                left[at] = something or left.get(at, (False, ""))[0], why
        except FaultyInput as faulty:  # choices that are too many
            problems += [fault for fault in faulty.problems if fault not in problems]
        used |= rules.world.used
        flags |= {(flag.measure.id, flag.fact.id, flag.part): flag.problem() for flag in review.flagged(rules)} | flags
        problems += faulty_regions([regions for regions in rules.world.regions if regions.where not in seen], rules)
        seen |= {regions.where for regions in rules.world.regions}
        for measure in rules.measures:
            if measure.document in starting:
                problems += idle_tests(measure, rules)
    problems += flags.values()
    problems += [idle_cap(where) for where, binds in caps.items() if not binds]
    problems += [nothing_left(at, why) for at, (something, why) in left.items() if not something]
    problems += shared_words(library)
    measures = {f"{document.pack}/{document.policy}/{key}" for document in library.documents for key in document.measures}
    problems += links.unknown_measures(library.common.links, [pack.id for pack in library.packs], measures)
    for pack in library.packs:
        problems += faulty_editions(pack)
        problems += faulty_stacking(pack, library)
        problems += faulty_funds(pack)
        problems += check_register(pack, library.common.places)
        if last is not None:
            problems += check_counts(pack, last)
        for document in pack.documents:
            problems += faulty_document(document, library)
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


def _unused(document: Document, used: set[tuple[str, str]], expected: set[str]) -> list[Problem]:
    return [
        Problem("check.unused", f"nothing reads {key}", key.where, "use it, check it in a worked case, or take it out", "warning")
        for key in (*document.definitions, *document.scorecards)
        if (document.name, str(key)) not in used and not any(name == key or name.startswith(f"{key}.") for name in expected)
    ]
