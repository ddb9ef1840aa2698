"""Whatever is posted: sums are nought, nothing is overspent, and reading it again gives the same balances as a plain model."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from books import AT, appropriated, clawed_back, committed, new_ledger, paid, released, reversal
from huiqi.delivery.ledger.ledger import open_ledger
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.vocabulary.problem import FaultyInput

AWARDS = st.sampled_from(["a", "b", "c"])
AMOUNTS = st.integers(1, 60)


class Postings(RuleBasedStateMachine):
    """The model: what is available, and of each award what is committed, paid and recovered; a deed that it does not allow is refused."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.place = str(self.folder / "l.ledger")
        new_ledger(self.place)
        self.ledger = open_ledger(self.place)
        self.ledger.post([appropriated(100)], by="w", at=AT)
        self.model: Counter[tuple[str, str]] = Counter({("available", ""): 100})
        self.deeds = [[("available", "", 100)]]  # what each entry moved
        self.reversals: set[int] = set()
        self.known: Counter[str] = Counter()  # commitments that stand, of each award

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            verified = verify_ledger(self.place, head=self.ledger.head())
            assert (verified.problems, verified.entries) == ((), len(self.deeds))
            for entry in self.ledger.entries():
                assert sum(line.amount for line in entry.lines) == 0
                assert len(entry.lines) >= 2
            self.ledger.close()
            shutil.rmtree(self.folder)

    def post(self, event: object, moves: list[tuple[str, str, int]], award: str, allowed: bool) -> bool:
        after = self.model.copy()
        for account, part, amount in moves:
            after[account, part] += amount
        allowed = allowed and min(after.values()) >= 0 and all(after["recovered", a] <= after["paid", a] for a in "abc")
        try:
            numbers = self.ledger.post([event], by="w", at=AT).numbers  # type: ignore[list-item]
        except FaultyInput:
            assert not allowed
            return False
        assert allowed
        assert numbers == (len(self.deeds) + 1,)
        self.model = after
        self.deeds.append(moves)
        return True

    @property
    def key(self) -> str:
        return f"key {len(self.deeds)}"

    @rule(amount=AMOUNTS)
    def appropriate(self, amount: int) -> None:
        self.post(appropriated(amount, self.key), [("available", "", amount)], "", True)

    @rule(award=AWARDS, amount=AMOUNTS)
    def commit(self, award: str, amount: int) -> None:
        if self.post(committed(award, amount, key=self.key), [("available", "", -amount), ("committed", award, amount)], award, True):
            self.known[award] += 1

    @rule(award=AWARDS, amount=AMOUNTS)
    def pay(self, award: str, amount: int) -> None:
        self.post(paid(award, amount, self.key), [("committed", award, -amount), ("paid", award, amount)], award, self.known[award] > 0)

    @rule(award=AWARDS, amount=AMOUNTS)
    def release(self, award: str, amount: int) -> None:
        self.post(released(award, amount, self.key), [("committed", award, -amount), ("available", "", amount)], award, self.known[award] > 0)

    @rule(award=AWARDS, amount=AMOUNTS, to=st.sampled_from(["fund", "treasury"]))
    def claw_back(self, award: str, amount: int, to: str) -> None:
        moves = [("recovered", award, amount), ("available" if to == "fund" else "treasury", "", amount)]
        self.post(clawed_back(award, amount, self.key, to=to), moves, award, self.known[award] > 0)

    @rule(chance=st.randoms(use_true_random=False))
    def reverse(self, chance: object) -> None:
        number = chance.randint(1, len(self.deeds))  # type: ignore[attr-defined]
        moves = [(account, part, -amount) for account, part, amount in self.deeds[number - 1]]
        standing = number not in self.reversals
        if self.post(reversal(number, self.key), moves, "", standing):
            self.reversals |= {number, len(self.deeds)}
            awards = {part for account, part, amount in moves if account == "committed" and amount < 0}
            if awards and any(account == "available" for account, _, _ in moves):  # a commitment
                self.known[awards.pop()] -= 1

    @rule()
    def open_again(self) -> None:
        self.ledger.close()
        self.ledger = open_ledger(self.place)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        if not hasattr(self, "ledger"):
            return
        (balance,) = self.ledger.balances()
        for kind in ("available", "committed", "paid", "recovered", "treasury"):
            assert balance.accounts[kind] == sum(fen for (account, _), fen in self.model.items() if account == kind)
        given = balance.accounts["budget"] + balance.accounts["recovered"]
        assert given == sum(balance.accounts[kind] for kind in ("available", "committed", "paid", "treasury"))


TestPostings = Postings.TestCase
TestPostings.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
