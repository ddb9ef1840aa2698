"""docs/portal-security.md says what holds: its table of rights against the declarations, its settings against those that are read."""

import ast
import re
from pathlib import Path

import pytest

from huiqi_portal.accounts.roles import Role
from portal_addresses import addresses

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "portal-security.md").read_text(encoding="utf-8")
ROLES = (None, Role.ENTERPRISE, Role.EDITOR, Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
RIGHTS = re.findall(r"(?m)^\| `([a-z]+:[a-z_]+)` [^|]+\|(.*)\|$", PAGE)


@pytest.mark.parametrize(("name", "cells"), RIGHTS)
def test_the_table_of_rights_is_what_the_pages_declare(name, cells):
    said = {role for role, cell in zip(ROLES, cells.split("|"), strict=True) if cell.strip()}
    declared = [address.access for address in addresses() if address.name == name]
    assert declared
    for access in declared:
        assert said == {role for role in ROLES if access.allows(role, own_firm=role is Role.ENTERPRISE)}
        own = "its own" in cells
        assert own == access.firm
        assert ("put down" in cells) == (access.firm and not access.own)


def test_the_table_of_rights_was_read():
    assert len(RIGHTS) >= 10


def test_every_setting_has_its_line_and_no_other():
    listed = set(re.findall(r"(?m)^\| `(HUIQI_[A-Z_]+)` ", PAGE))
    tree = ast.parse((ROOT / "src" / "huiqi_portal" / "service" / "settings.py").read_text(encoding="utf-8"))
    read = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and re.fullmatch(r"HUIQI_[A-Z_]+", argument.value)
    }
    assert listed == read


def test_every_code_that_the_commands_tell_is_listed():
    told = set()
    for path in (ROOT / "src" / "huiqi_portal" / "service").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        told |= {f"backup.{code}" for code in re.findall(r'faulty\(\s*"([a-z-]+)"', text)} | set(re.findall(r'Problem\(\s*"(portal\.[a-z]+)"', text))
    assert told == set(re.findall(r"`((?:backup|portal)\.[a-z-]+)`", PAGE))
