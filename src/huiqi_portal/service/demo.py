"""A made-up district to try the portal on: a filled registry, a firm's user, an officer and the others."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

import huiqi
from huiqi.facts.synthesize import synthesize
from huiqi_portal.accounts.models import Membership, User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.standing import standing
from huiqi_portal.registries.lookup import keep_firms
from huiqi_portal.registries.models import Registry, current_registry
from huiqi_portal.texts.shelf import law

PACK = "cn-zj-hangzhou-binjiang"
ENTERPRISES, SEED = 2_000, 2026
LOOKED_AT = 60  # firms among which the one is looked for that has most to show
PASSWORD = "try-huiqi-2026"  # of every account of a demonstration, which holds nothing real


def fill() -> Iterator[str]:
    """Make up a district where there is none yet, and say who can sign in."""
    registry = current_registry() or _registry()
    for role in Role:
        user, new = User.objects.get_or_create(username=f"demo-{role}", defaults={"role": role})
        if new:
            user.set_password(PASSWORD)
            user.save()
    firm, officer = (User.objects.get(username=f"demo-{role}") for role in (Role.ENTERPRISE, Role.OFFICER))
    if not firm.memberships.exists():
        Membership.objects.create(user=firm, subject=_telling(registry), confirmed_at=timezone.now(), confirmed_by=officer)
    yield f"Everything in this registry is made up. Sign in with the password {PASSWORD} as"
    yield from (f"  demo-{role.value:<14} {role.label.en} · {role.label.zh}" for role in Role)


def _telling(registry: Registry) -> str:
    """The firm that has most to show: an amount that stacking rules cut, then many measures surely due."""
    subjects = registry.kept_firms.order_by("subject").values_list("subject", flat=True)[:LOOKED_AT]

    def telling(subject: str) -> tuple[bool, int]:
        found = standing(subject).assessed
        return any(one.due != one.payable for one in found), sum(one.status == "yes" for one in found)

    return max(subjects, key=telling)


def _registry() -> Registry:
    """A made-up registry of firms of the demonstration's district, made current."""
    on = law()
    folder = Path(settings.HUIQI_DATA, "registries", "demo")
    as_of = datetime.date(on.law_on.year, 1, 1)
    schema, places = on.rules.schemas["enterprise"], on.rules.places
    synthesize(PACK, ENTERPRISES, SEED, folder, schema, places, as_of=as_of, years=4, overwrite=True)
    columns, problems = huiqi.open_registry(folder, schema, places)
    if columns is None:
        raise huiqi.FaultyInput(problems)
    row = Registry.objects.create(title_en="Made-up enterprises", title_zh="虚构企业", folder="demo", made_up=True, subjects=ENTERPRISES)
    keep_firms(row, columns)
    row.current_since = timezone.now()
    row.save()
    return row
