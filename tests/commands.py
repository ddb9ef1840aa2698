"""The commands run as a user runs them, in this process."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from huiqi.cli import main


@dataclass(frozen=True)
class Printed:
    """What came of a command."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Commands:
    """A folder to work in, and the command to run there."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def huiqi(self, *arguments: str) -> Printed:
        self.monkeypatch.setattr(sys, "argv", ["huiqi", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
            sys.exit(0)
        printed = self.capsys.readouterr()
        return Printed(int(stopped.value.code or 0), printed.out, printed.err)


@dataclass(frozen=True)
class OnPack(Commands):
    """A folder with the pack p and a registry."""

    @property
    def on(self) -> list[str]:
        return ["--pack", str(self.folder / "packs" / "p"), "--registry", str(self.folder / "registry"), "--as-of", "2024-06-30"]
