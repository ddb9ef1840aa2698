"""What is known of the firm of an interview, to whoever looks: what was stated, and for those who may see it what the registry knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser

import huiqi
from huiqi.facts.known import NONE, Raw
from huiqi.facts.provenance import Provenance
from huiqi.rules.compile import Rules
from huiqi.vocabulary.record import words
from huiqi_portal.accounts.access import READERS
from huiqi_portal.accounts.audit import note_reading
from huiqi_portal.accounts.models import User
from huiqi_portal.interview.keeping import Key, Stated, stated
from huiqi_portal.interview.models import Interview, Said
from huiqi_portal.registries.lookup import Firm, firm
from huiqi_portal.registries.recorded import still_said
from huiqi_portal.texts.shelf import Law

STATED = words("stated in this interview", "本次问答填报")
PLACE: Key = ("place", None)


@dataclass(frozen=True)
class Facts:
    """What somebody may see of an interview: the answers, the registry's firm (None where it has none or may not be shown), both together."""

    interview: Interview
    stated: Mapping[Key, Stated]
    firm: Firm | None
    known: huiqi.Known

    @property
    def place(self) -> str | None:
        """Where the firm works."""
        found = self.known.values.get(PLACE)
        return found if isinstance(found, str) else None

    @property
    def refused(self) -> frozenset[Key]:
        """What the firm does not know, so that it is not asked again."""
        return frozenset(key for key, one in self.stated.items() if one.said == Said.UNKNOWN and key not in self.known.values)

    @property
    def put_off(self) -> frozenset[Key]:
        """What the firm will answer later."""
        return frozenset(key for key, one in self.stated.items() if one.said == Said.LATER and key not in self.known.values)

    def before(self, keys: frozenset[Key]) -> huiqi.Known:
        """What was known before these facts were answered last."""
        values = dict(self.known.values)
        for key in keys & self.stated.keys():
            values.pop(key, None)
            earlier = self.stated[key].before
            if earlier is None and self.firm is not None:
                earlier = self.firm.known.values.get(key)
            if earlier is not None:
                values[key] = earlier
        return _knowing(self.known if self.firm is None else self.firm.known, values)

    def provenance(self, fact: str, year: int | None) -> Provenance | None:
        """Where a fact is from."""
        one = self.stated.get((fact, year))
        if one is not None and one.said == Said.VALUE:
            return Provenance(STATED, one.on, one.on, False)
        return None if self.firm is None else self.firm.sources.get((fact, year))


def facts_for(user: User | AnonymousUser, interview: Interview, law: Law, what: str) -> Facts:
    """What a user may see; the reading of an officer or auditor is put down under the name `what`."""
    said = _still(stated(interview), law.rules)
    found = registry_facts(user, interview.subject, what, law)
    own: dict[Key, Raw] = {key: one.value for key, one in said.items() if one.said == Said.VALUE and one.value is not None}
    blank = huiqi.Known(law.rules.schemas["enterprise"], law.rules.places, law.law_on) if found is None else found.known
    return Facts(interview, said, found, _knowing(blank, {**blank.values, **own}))


def _still(stated: Mapping[Key, Stated], rules: Rules) -> dict[Key, Stated]:
    """What was stated; what these texts have no fact, code or place for is open again."""

    def kept(key: Key, raw: Raw | None) -> Raw | None:
        return raw if raw is not None and still_said(rules, key[0], raw) else None

    found = {key: replace(one, value=kept(key, one.value), before=kept(key, one.before)) for key, one in stated.items()}
    return {key: one if one.value is not None or one.said != Said.VALUE else replace(one, said=Said.OPEN) for key, one in found.items()}


def _knowing(known: huiqi.Known, values: Mapping[Key, Raw]) -> huiqi.Known:
    """The same firm with these facts: the first year of which there is anything shows that it existed then."""
    years = [year for (_, year), raw in values.items() if year is not None and raw is not NONE]
    return replace(known, values=values, first_year=min([*years, *([known.first_year] if known.first_year is not None else [])], default=None))


def may_see(user: User | AnonymousUser, subject: str) -> bool:
    """Whether a user may see what the registry knows of a firm."""
    return bool(subject) and isinstance(user, User) and (user.role in READERS or subject in user.firms())


def registry_facts(user: User | AnonymousUser, subject: str, what: str, law: Law) -> Firm | None:
    """What the registry knows of a firm, for those who may see it."""
    if not may_see(user, subject):
        return None
    assert isinstance(user, User)
    if user.role in READERS:
        note_reading(user, subject, what)
    return firm(subject, law)
