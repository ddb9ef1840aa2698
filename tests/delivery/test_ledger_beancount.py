"""The text export, checked from outside by beancount itself."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import AT, FUND, appropriated, clawed_back, committed, new_ledger, paid, released, reversal
from huiqi.delivery.ledger.accounts import KINDS, Account
from huiqi.delivery.ledger.beancount import account_name, beancount_text, component, named
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import open_ledger

loader = pytest.importorskip("beancount.loader", reason="beancount is not installed: pip install beancount")
ODD = '专项 "资金"/a-b:c_é\\'


def test_beancount_accepts_it_and_has_the_same_balances(tmp_path: Path) -> None:
    place = str(tmp_path / "l.ledger")
    new_ledger(place)
    odd = FUND | {"fund": ODD}
    with open_ledger(place) as ledger:
        events = [
            appropriated(1000_00), appropriated(77_77, "预2", fund=ODD), appropriated(5_00, "预3", currency="EUR"),
            Event("limited", "限", datetime.date(2024, 1, 2), 500_01, limit=ODD, measures=("zone/growth/aid",), **FUND),
            committed("a", 400_01), committed("b", 33_33, **odd, note='say "hi" \\ there'), paid("a", 300_00, "v1"), released("a", 100_00, "r1"),
            clawed_back("a", 50_99, "c1"), clawed_back("a", 1, "c2", to="treasury"),
            Event("carried_over", "结", datetime.date(2024, 12, 31), 600_00, **FUND),
        ]  # fmt: skip
        ledger.post(events, by="w", at=AT)
        ledger.post([reversal(9, "冲")], by="w", at=AT)
        entries = list(ledger.entries())
    text = "\n".join(beancount_text(entries)) + "\n"
    path = tmp_path / "books.beancount"
    path.write_text(text, encoding="utf-8")
    read, errors, _ = loader.load_file(str(path))
    assert errors == []
    ends: dict[tuple[str, str], Decimal] = {}
    said = []
    for directive in read:
        if type(directive).__name__ == "Transaction":
            said.append(directive.meta)
            for posting in directive.postings:
                key = (posting.account, posting.units.currency)
                ends[key] = ends.get(key, Decimal()) + posting.units.number
    with open_ledger(place) as ledger:
        for balance in ledger.balances():
            for kind, fen in balance.accounts.items():
                key = (account_name(Account(kind, balance.fund, balance.year, balance.currency)), balance.currency)
                assert ends.get(key, Decimal()) == KINDS[kind].sign * Decimal(fen) / 100
    assert [meta["hash"] for meta in sorted(said, key=lambda meta: int(meta["entry"]))] == [entry.hash for entry in entries]
    (of_b,) = (meta for meta in said if meta.get("award") == "b")
    assert (of_b["clause"], of_b["pack_hash"], of_b["fund"], of_b["note"]) == ("第三条", "ab12", ODD, 'say "hi" \\ there')


def test_a_wrong_figure_is_seen(tmp_path: Path) -> None:
    place = str(tmp_path / "l.ledger")
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(1000_00)], by="w", at=AT)
        text = "\n".join(beancount_text(ledger.entries()))
    _, errors, _ = loader.load_string(
        text.replace("balance Assets:Available:CNY:F产业:Y2024 1000.00", "balance Assets:Available:CNY:F产业:Y2024 1000.01")
    )
    assert len(errors) == 1


@given(st.text())
def test_any_text_can_be_named_and_read_back(text: str) -> None:
    assert named(component(text)) == text
    assert all(sign.isalnum() or sign == "-" for sign in component(text))
