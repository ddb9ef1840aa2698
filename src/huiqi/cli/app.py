"""All commands under one name; only the one that is asked for is loaded."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import huiqi

COMMANDS = (
    "check", "test", "import", "synthesize", "reweight", "evaluate", "explain", "ask", "simulate", "calibrate", "backtest", "review", "render",
    "diff", "coverage", "schema", "demo",
)  # fmt: skip
#: Commands that are groups: each of theirs is a file in the folder of the group's name.
GROUPS: dict[str, tuple[str, ...]] = {
    "allocate": ("budget", "land", "commitments", "equivalent"),
    "fund": ("report", "propose"),
    "ledger": (
        "create", "appropriate", "limit", "commit", "release", "pay", "clawback", "carry", "reverse",
        "balance", "entries", "awards", "verify", "export",
    ),
}  # fmt: skip
ABOUT: dict[str, str] = {
    "allocate": "What is scarce, given out; and what that costs in which year.",
    "fund": "A mother fund and its sub-funds (母基金): what they own, what came back, which rules hold, and one more sub-fund tried out.",
    "ledger": "The books of the funds: appropriated, committed, paid, recovered, carried over; nothing is ever altered.",
}
#: Commands of packages above the library, as they are declared where they are installed: a function, or a Typer for a group.
FURTHER = "huiqi.commands"
_STYLE: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}


@cache
def _further() -> dict[str, EntryPoint]:
    """The commands of packages above the library, by name."""
    return {found.name: found for found in entry_points(group=FURTHER)}


class _Commands(Mapping[str, Any]):
    """Commands by name, each from its file when it is first looked at: who evaluates does not wait for what draws pages."""

    def __init__(self, room: str = str(__package__), names: tuple[str, ...] | None = None) -> None:
        self.room, self.names = room, (*COMMANDS, *GROUPS, *_further()) if names is None else names
        self.loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.names:
            raise KeyError(name)
        if name not in self.loaded:
            self.loaded[name] = self._group(name) if name in GROUPS else self._command(name)
        return self.loaded[name]

    def _command(self, name: str) -> Any:
        word = "import_" if name == "import" else name  # a word of Python's
        if self.room == str(__package__) and name in _further():
            command = _further()[name].load()
        else:
            command = getattr(importlib.import_module(f"{self.room}.{word}"), word)
        if isinstance(command, typer.Typer):
            return typer.main.get_group(command)
        alone = typer.Typer(**_STYLE)
        alone.command(name=name)(command)
        return typer.main.get_command(alone)

    def _group(self, name: str) -> Any:
        return _Group(_Commands(f"{self.room}.{name}", GROUPS[name]), name=name, help=ABOUT[name], no_args_is_help=True, rich_markup_mode=None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class _Group(TyperGroup):
    def __init__(self, commands: Mapping[str, Any] | None = None, **given: Any):
        super().__init__(**given | {"commands": commands or _Commands()})


app = typer.Typer(
    cls=_Group,
    help="huiqi (惠企): a district's 1+X industry-support policy system as code.",
    no_args_is_help=True,
    **_STYLE,
)


def _version(asked: bool) -> None:
    if asked:
        from huiqi.entitlements.kernel.engine import kernel_name

        typer.echo(f"huiqi {huiqi.__version__} (kernel: {kernel_name()})")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version, and which kernel runs, and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Say the version where it is asked for."""
