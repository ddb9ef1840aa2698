"""A portal over a small made-up law and registry, and somebody of each role to try it as."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

import huiqi
from arbitrary import packs_folder
from huiqi_portal.accounts.models import Membership, User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.registries.lookup import keep_firms
from huiqi_portal.registries.models import Registry
from huiqi_portal.texts import shelf
from huiqi_portal.texts.models import Publication
from registries import write_registry

TODAY = datetime.date(2024, 6, 30)
PASSWORD = "correct horse battery staple"
OURS, THEIRS = "firm-1", "firm-2"

POLICY = """
measures:
  grant:
    title: {en: Research grant, zh: 研发补助}
    clause: 第一条
    kind: grant
    eligible:
      all:
        - honest
        - revenue >= 500万元
    amount: {rate: 10%, of: expense, cap: 100万元}
  rent:
    title: {en: Rent aid, zh: 租金补贴}
    clause: 第二条
    kind: grant
    eligible: staff <= 100
    amount: 20万元
  prize:
    title: {en: Prize for listing, zh: 上市奖励}
    clause: 第三条
    kind: grant
    eligible: listed
    amount: unpublished
"""
CORE = """
document: 测试总则
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
title: {en: Core policy, zh: 总政策}
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - highest: [grant, rent]
    clause: 第四条
    label: {en: The higher of grant and rent aid, zh: 研发补助与租金补贴从高不重复}
"""
FIRMS = ["id,place,established,honest,listed,trade", f"{OURS},bj,2015-03-01,true,false,chips", f"{THEIRS},bj,2019-05-20,,true,sell"]
YEARS = ["id,year,revenue,expense,staff", f"{OURS},2023,8000000,3000000,40", f"{THEIRS},2023,999999999,,"]


@pytest.fixture(autouse=True)
def a_portal_of_its_own(settings, tmp_path):
    """A data folder and a day for every test."""
    settings.HUIQI_DATA = tmp_path / "data"
    settings.HUIQI_TODAY = TODAY
    settings.STATIC_ROOT = tmp_path / "data" / "static"
    settings.STATIC_ROOT.mkdir(parents=True)
    settings.STORAGES = settings.STORAGES | {"default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "data" / "uploads"}}}
    shelf._libraries.clear()
    shelf._laws.clear()


@pytest.fixture(autouse=True)
def a_trail_that_tests_may_empty(monkeypatch):
    """After a test that writes for good, all tables are emptied; the audit trail refuses that, until its triggers come back with the migration's end."""
    from django.core.management.commands import flush

    from huiqi_portal.accounts.append_only import TABLES, triggers

    def emptied(style, connection, **named):
        on = " ON {table}" if connection.vendor == "postgresql" else ""
        drops = [f"DROP TRIGGER IF EXISTS {name}{on.format(table=table)}" for table in TABLES for name in triggers(connection.vendor, table)]
        return [*drops, *sql_flush(style, connection, **named)]

    sql_flush = flush.sql_flush
    monkeypatch.setattr(flush, "sql_flush", emptied)


@pytest.fixture
def law(db, settings):
    """The small made-up pack, published."""
    texts = Path(settings.HUIQI_DATA, "texts", "1")
    packs_folder(texts, POLICY, core=CORE)
    Publication.objects.create(folder="1/packs", packs=["p"], published_at=timezone.now())
    return shelf.law()


@pytest.fixture
def registry(law, settings):
    """Two made-up firms, current."""
    folder = write_registry(Path(settings.HUIQI_DATA, "registries", "1"), FIRMS, YEARS)
    row = Registry.objects.create(title_en="Test", title_zh="测试", folder="1", made_up=True, subjects=2, current_since=timezone.now())
    columns, problems = huiqi.open_registry(folder, law.rules.schemas["enterprise"], law.rules.places)
    assert columns is not None, problems
    keep_firms(row, columns)
    return row


@pytest.fixture
def user_of(db) -> Callable[[Role], User]:
    """Somebody of a role; the enterprise user speaks for firm-1."""

    def find(role: Role) -> User:
        user = User.objects.filter(username=role.value).first()
        if user is None:
            user = User.objects.create_user(role.value, password=PASSWORD, role=role.value)
            if role is Role.ENTERPRISE:
                Membership.objects.create(user=user, subject=OURS, confirmed_at=timezone.now())
        return user

    return find


@pytest.fixture
def client_of(user_of) -> Callable[[Role | None], Client]:
    """A browser in which somebody of a role is signed in; None: nobody."""

    def sign_in(role: Role | None) -> Client:
        client = Client()
        if role is not None:
            client.force_login(user_of(role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
