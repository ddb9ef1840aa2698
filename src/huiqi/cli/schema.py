"""huiqi schema: the JSON Schema of the pack format, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from huiqi.cli.show import console
from huiqi.rules.json_schema import schemas


def schema(out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the schema files.")]) -> None:
    """Write the JSON Schema of each kind of pack file, for editors that complete and check while one types."""
    out.mkdir(parents=True, exist_ok=True)
    for name, content in schemas().items():
        (out / f"{name}.schema.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console.print(f"{', '.join(schemas())}: {out}/")
