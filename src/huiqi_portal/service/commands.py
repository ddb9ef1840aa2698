"""What the portal adds to the command line: huiqi serve, and the group huiqi portal."""

from __future__ import annotations

import typer

from huiqi_portal.service.serve import serve
from huiqi_portal.service.token import token

__all__ = ["portal", "serve"]

portal = typer.Typer(
    help="The portal's data and users: what an administrator does from the command line.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@portal.callback()
def _portal() -> None:
    """A group, whatever the number of its commands."""


portal.command()(token)
