"""The first page of an interview: of which firm, and where it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from huiqi.facts.credit_code import division, tidied, what_is_wrong
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.accounts.access import READERS
from huiqi_portal.accounts.models import User
from huiqi_portal.interview.facts import PLACE, may_see, registry_facts
from huiqi_portal.interview.fields import Field, asking_of, field, read_fields
from huiqi_portal.texts.shelf import Law

NO_PLACE = Both("choose where the firm mainly works: it decides which policies apply", "请选择企业主要经营地：适用哪些政策由此决定")


@dataclass(frozen=True)
class Beginning:
    """What was said on the first page: `subject` the firm, `place` where it works (nothing where the registry says it), or what is still wrong."""

    field: Field
    subject: str = ""
    place: str | None = None
    firm: str = ""  # as it was typed
    firm_problem: Both | None = None
    note: Both | None = None
    whole: bool = False


def blank(law: Law, place: str = "") -> Beginning:
    """The page before anything was said; an address may suggest a place."""
    return Beginning(_place_field(law, {"fact.place": place} if place in law.rules.places.by_id else None))


def begun(law: Law, user: User | AnonymousUser, typed: Mapping[str, str], what: str) -> Beginning:
    """What was said, and whether it is enough to begin."""
    subject, firm, firm_problem = _firm(law, user, typed, what)
    read = read_fields(law.rules, [(PLACE, law.rules.schemas["enterprise"].facts["place"])], typed)
    place = read.answers[PLACE].value if PLACE in read.answers else None
    assert place is None or isinstance(place, str)
    note, problem = None, None
    registered = False
    if place is None and not read.searching:
        found = registry_facts(user, subject, what, law) if firm_problem is None else None
        registered = found is not None and PLACE in found.known.values
        if not registered:
            problem = NO_PLACE
            suggested = law.rules.places.find(division(firm)) if firm and what_is_wrong(firm) is None else None
            if suggested is not None:
                where = of_words(law.rules.places.by_id[suggested].label)
                note = both(
                    (
                        "The code was given in {0}. If the firm mainly works there, go on; otherwise choose another place.",
                        "该代码由{0}登记机关赋予。若企业主要在此经营，请继续；否则请另选。",
                    ),
                    where,
                )
                typed, problem = {**typed, "fact.place": suggested}, None
    whole = firm_problem is None and not read.searching and (place is not None or registered)
    return Beginning(_place_field(law, typed, problem), subject, place, firm, firm_problem, note, whole)


def _firm(law: Law, user: User | AnonymousUser, typed: Mapping[str, str], what: str) -> tuple[str, str, Both | None]:
    """The firm that is meant, its id or code as it was typed, and what is wrong with that.

    Nobody learns from it whether the registry has a firm, but those who may read all of it.
    """
    chosen = typed.get("firm", "")
    if chosen and may_see(user, chosen) and registry_facts(user, chosen, what, law) is not None:
        return chosen, "", None
    text = typed.get("code", "").strip()
    if not text:
        return "", "", None
    if isinstance(user, User) and user.role in READERS and registry_facts(user, text, what, law) is not None:
        return text, text, None
    code = tidied(text)[:64]
    wrong = what_is_wrong(code)
    return ("", code, wrong.said) if wrong is not None else (code, code, None)


def _place_field(law: Law, typed: Mapping[str, str] | None = None, problem: Both | None = None) -> Field:
    fact = law.rules.schemas["enterprise"].facts["place"]
    return field(law.rules, asking_of(fact, PLACE), None, typed, problem)
