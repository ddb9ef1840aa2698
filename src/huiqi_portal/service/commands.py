"""What the portal adds to the command line: huiqi serve, and the group huiqi portal."""

from __future__ import annotations

import typer

from huiqi_portal.service.backup import backup
from huiqi_portal.service.checking import check
from huiqi_portal.service.restore import restore
from huiqi_portal.service.serve import serve
from huiqi_portal.service.token import token
from huiqi_portal.service.user import user

__all__ = ["portal", "serve"]

portal = typer.Typer(
    help="The portal's data and users: what an administrator does from the command line.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
for command in (backup, restore, user, token, check):
    portal.command()(command)
