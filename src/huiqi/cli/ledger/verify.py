"""huiqi ledger verify: is all of it whole?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from huiqi.cli.ledger._given import Place
from huiqi.cli.options import AsJson, Lang, Language
from huiqi.cli.show import console, progress, show_problems
from huiqi.delivery.ledger.ledger import open_ledger
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.vocabulary.speech import Both

SHOWN = 100  # problems; --json has all


def verify(
    ledger: Place,
    head: Annotated[str | None, typer.Option("--head", help="The head that a former posting told: has anything been cut off since?")] = None,
    json_: AsJson = False,
    lang: Language = Lang.en,
) -> None:
    """Hash every entry again and enter it again: what was altered, cut out, doubled, moved or overspent is named; exit status 1."""
    with open_ledger(ledger, read_only=True) as opened:
        entries = opened.count()
    with progress(entries, "verifying") as tick:
        verified = verify_ledger(ledger, head=head, tick=tick)
    problems = list(verified.problems)
    if json_:
        found = {"entries": verified.entries, "head": verified.head, "problems": [problem.as_json() for problem in problems]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show_problems(problems[:SHOWN])
        if len(problems) > SHOWN:
            console.print(Both(f"{len(problems) - SHOWN} more problems: --json", f"另有{len(problems) - SHOWN}个问题：--json")(lang.value))
        counted = Both(f"{verified.entries:,} entries", f"共{verified.entries:,}条分录")(lang.value)
        if problems:
            words = Both(
                f"{counted}: not whole, {len(problems):,} problem{'s' if len(problems) > 1 else ''}", f"{counted}：账不完整，{len(problems):,}个问题"
            )
        elif head is None:
            words = Both(
                f"{counted}: whole, as far as a chain can show; whether its end was cut off, --head shows",
                f"{counted}：完整；末尾是否被截去，须以 --head 核对",
            )
        else:
            words = Both(f"{counted}: whole, and nothing cut off since that head", f"{counted}：完整，自该条以来未被截去")
        console.print(words(lang.value))
        console.print(Both(f"head: {verified.head}", f"末条哈希：{verified.head}")(lang.value))
    raise typer.Exit(1 if problems else 0)
