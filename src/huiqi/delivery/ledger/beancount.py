"""A ledger as plain text that beancount reads and checks: every entry a transaction, every account's end a balance to the fen.

The accounts are those of a fund's year; which award it was, and by which clause, stands with each transaction. Names are reversible:
`component` writes any text as a part of an account's name, and `named` reads it back.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator

from huiqi.delivery.ledger.accounts import KINDS, Account
from huiqi.delivery.ledger.chain import Entry, said
from huiqi.delivery.ledger.events import TITLES

_ROOT = {
    "budget": "Income:Budget", "carried-in": "Equity:CarriedIn", "available": "Assets:Available", "committed": "Assets:Committed",
    "paid": "Expenses:Paid", "recovered": "Income:Recovered", "treasury": "Expenses:Treasury", "carried-out": "Equity:CarriedOut",
    "limit-given": "Equity:Limit:Given", "limit-room": "Equity:Limit:Room", "limit-used": "Equity:Limit:Used",
}  # fmt: skip
assert _ROOT.keys() == KINDS.keys()
_CODE = re.compile(r"-([0-9a-f]+)-")


def beancount_text(entries: Iterable[Entry]) -> Iterator[str]:
    """The lines of the text, entries in order of their numbers, and the balance that each account ends with."""
    yield 'option "title" "huiqi ledger"'
    yield ""
    ends: dict[tuple[str, str], int] = {}
    last = datetime.date.min
    for entry in entries:
        for account, amount, _ in entry.lines:
            key = (account_name(account), account.currency)
            if key not in ends:
                yield f"1900-01-01 open {key[0]} {key[1]}"
                ends[key] = 0
            ends[key] += amount
        yield from _transaction(entry)
        last = max(last, entry.event.on)
    for (name, currency), fen in sorted(ends.items()):
        yield f"{last + datetime.timedelta(days=1)} balance {name} {_amount(fen)} ~ 0 {currency}"


def account_name(account: Account) -> str:
    """A fund's year in beancount's words: Assets:Available:CNY:Findustry:Y2024; awards are not told apart, limits are.

    >>> account_name(Account("committed", "产业-1", 2024, "CNY", "round/measure/subject"))
    'Assets:Committed:CNY:F产业-2d-1:Y2024'
    """
    limit = f":L{component(account.part)}" if account.kind.startswith("limit") else ""
    return f"{_ROOT[account.kind]}:{account.currency}:F{component(account.fund)}:Y{account.year}{limit}"


def component(text: str) -> str:
    """Any text in the signs that a name of beancount's may have: ASCII letters and digits and CJK stay, others become their code, like -2d-."""
    return "".join(sign if _stays(sign) else f"-{ord(sign):x}-" for sign in text)


def named(component: str) -> str:
    """The text that `component` wrote.

    >>> named("产业-2d-1")
    '产业-1'
    """
    return _CODE.sub(lambda code: chr(int(code[1], 16)), component)


def _stays(sign: str) -> bool:
    return (sign.isascii() and sign.isalnum()) or unicodedata.name(sign, "").startswith("CJK UNIFIED IDEOGRAPH")


def _transaction(entry: Entry) -> Iterator[str]:
    event = entry.event
    title = f"{TITLES[event.kind].zh} {TITLES[event.kind].en}"
    yield f'{event.on} * "{_text(event.subject or event.fund)}" "{_text(title)}"'
    said_of_it = {
        "entry": str(entry.number), "key": event.key, "award": event.award, "measure": event.measure, "fund": event.fund, "clause": event.clause,
        "pack_hash": event.pack_hash, "limit": event.limit, "reverses": str(event.reverses or ""), "note": event.note, "by": entry.by,
        "recorded_at": said(entry.at), "hash": entry.hash,
    }  # fmt: skip
    yield from (f'  {name}: "{_text(value)}"' for name, value in said_of_it.items() if value)
    yield from (f"  {account_name(line.account)}  {_amount(line.amount)} {line.account.currency}" for line in entry.lines)
    yield ""


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _amount(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"
