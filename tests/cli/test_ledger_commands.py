"""The commands of the ledger as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from commands import Commands, Printed

BY = ["--by", "财政科", "--at", "2024-07-01T09:00:00+08:00"]
AWARD = "2024-1/zone/growth/aid/firm-7"


class Books(Commands):
    """A folder with a ledger in books.ledger."""

    def ledger(self, command: str, *arguments: str) -> Printed:
        return self.huiqi("ledger", command, "books.ledger", *arguments)

    def appropriate(self, amount: str, key: str = "预1") -> Printed:
        return self.ledger("appropriate", "--fund", "industry", "--year", "2024", f"--amount={amount}", "--on", "2024-01-15", "--key", key, *BY)

    def commit(self, amount: str, *more: str) -> Printed:
        given = ["--award", AWARD, "--subject", "firm-7", "--measure", "zone/growth/aid", "--fund", "industry", "--year", "2024"]
        return self.ledger("commit", *given, "--amount", amount, "--clause", "第三条", "--pack-hash", "3f9c", "--on", "2024-06-30", *BY, *more)


@pytest.fixture
def books(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.chdir(tmp_path)
    found = Books(tmp_path, capsys, monkeypatch)
    assert found.ledger("create", *BY).out.startswith("a new ledger: books.ledger\nhead: ")
    return found


def test_the_life_of_an_award(books: Books) -> None:
    assert books.appropriate("1亿元").out.startswith("entered: 1\nhead: ")
    given = ["--fund", "industry", "--year", "2024", "--name", "growth", "-m", "zone/growth/aid", "--amount", "60万元", "--on", "2024-01-15"]
    assert books.ledger("limit", *given, "--key", "限1", *BY).status == 0
    assert books.commit("50万元").status == 0
    for command, more in {"pay": [], "release": [], "clawback": ["--to", "treasury"]}.items():
        printed = books.ledger(command, AWARD, "--amount", "12.5万元", "--on", "2024-12-31", "--key", command, *BY, *more)
        assert printed.status == 0, printed.err
    given = ["--fund", "industry", "--year", "2024", "--amount", "100元", "--on", "2024-12-31", "--key", "结转", *BY]
    assert books.ledger("carry", *given).out.startswith("entered: 7")
    assert books.ledger("reverse", "7", "--on", "2025-01-02", "--key", "冲", *BY, "--lang", "zh").out.startswith("已入账：8\n末条哈希：")
    printed = books.ledger("entries", AWARD)
    assert "4  2024-12-31  paid ¥125,000  pay" in printed.out
    assert "Used of the limit industry 2024 growth: +¥500,000 (then ¥500,000)" in printed.out
    assert [entry["number"] for entry in json.loads(books.ledger("entries", AWARD, "--json").out)] == [3, 4, 5, 6]
    table = books.ledger("balance").out
    assert [line.split() for line in table.splitlines()][:4] == [["industry", "2024", "CNY"], ["Appropriated", "¥100,000,000"], ["Available", "¥99,625,000"],
                                                                 ["Committed,", "unpaid", "¥250,000"]]  # fmt: skip
    assert "限额 growth：已用 / 限额    37.5万元 / 60万元" in books.ledger("balance", "--lang", "zh").out
    assert json.loads(books.ledger("balance", "--form", "json", "--year", "2024").out)[0]["limits"] == {
        "growth": {"given": 60_000_000, "used": 37_500_000}
    }
    assert books.ledger("balance", "--form", "csv").out.splitlines()[1] == (
        "industry,2024,CNY,100000000.00,0.00,99625000.00,250000.00,125000.00,125000.00,125000.00,0.00"
    )
    assert books.ledger("awards").out == f"id,measure,amount,currency,granted_on,award\nfirm-7,zone/growth/aid,250000.00,CNY,2024-06-30,{AWARD}\n"
    printed = books.ledger("verify")
    assert printed.status == 0
    assert printed.out.startswith("8 entries: whole, as far as a chain can show")
    head = printed.out.split()[-1]
    assert "nothing cut off" in books.ledger("verify", "--head", head).out
    cut = books.ledger("verify", "--head", "00ff" * 16, "--json")
    assert (cut.status, [problem["code"] for problem in json.loads(cut.out)["problems"]]) == (1, ["ledger.head"])
    assert "8 entries: not whole, 1 problem\n" in books.ledger("verify", "--head", "00ff" * 16).out
    assert books.ledger("export", "--out", "b.beancount").status == 0
    assert "Assets:Committed:CNY:Findustry:Y2024" in (books.folder / "b.beancount").read_text(encoding="utf-8")


def test_a_round_is_committed_and_told(books: Books) -> None:
    rows = [
        {"award": f"r/zone/growth/aid/{n}", "subject": str(n), "measure": "zone/growth/aid", "clause": "第三条", "fund": "industry", "outcome": outcome,
         "amount_low": low, "amount_high": high}
        for n, (outcome, low, high) in enumerate(
            [("awarded", 500, 500), ("awarded", 300, 400), ("reserve", 0, 500), ("awarded", 700, 700), ("refused", 0, 0), ("awarded", 0, 0)]
        )
    ]  # fmt: skip
    parquet.write_table(pa.Table.from_pylist(rows), "awards.parquet")
    Path("round.json").write_text(json.dumps({"round": "r", "fund": "industry", "year": 2024, "currency": "CNY", "packs": {"zone": "3f9c"}}))
    books.appropriate("10元")
    given = ["--round", ".", "--on", "2024-06-30", *BY]
    refused = books.ledger("commit", *given)
    assert refused.status == 1
    assert "ledger.overspent: ¥2 more than the fund industry of 2024 has available: 2 awards need ¥12, it has ¥10\n" in refused.err
    assert "appropriate ¥2 more" in refused.err
    assert refused.err.count("ledger.overspent") == 1
    books.appropriate("2元", "预2")
    printed = books.ledger("commit", *given)
    assert printed.out.startswith("entered: 3 – 4 (2)\n")
    for told in ("1 row is awarded nothing", "1 row is awarded, with an amount that is a range", "1 row is refused", "1 row is reserve"):
        assert told in printed.err
    assert printed.err.count("once it is decided") == 1  # of the range; what is refused is decided
    assert books.ledger("commit", *given).out.startswith("already there, not entered again: 3 – 4 (2)\n")
    found = json.loads(books.ledger("entries", "r/zone/growth/aid/0", "--json").out)[0]
    assert (found["pack_hash"], found["clause"], found["year"], found["amount"]) == ("3f9c", "第三条", 2024, 500)


def test_a_folder_that_is_no_round_is_told(books: Books) -> None:
    given = ["--round", ".", "--on", "2024-06-30", *BY]
    assert "round.missing: no round.json that can be read is here" in books.ledger("commit", *given).err
    Path("round.json").write_text("[]")
    assert "round.json says nothing of a round" in books.ledger("commit", *given).err
    Path("round.json").write_text('{"currency": "CNY"}')
    assert "round.value: round.json names no year" in books.ledger("commit", *given).err
    Path("round.json").write_text('{"year": 2024, "currency": "marks"}')
    assert "ledger.round" in books.ledger("commit", *given).err
    Path("round.json").write_text('{"year": 2024, "currency": "CNY"}')
    assert "awards.parquet: round.unreadable: the awards cannot be read" in books.ledger("commit", *given).err
    parquet.write_table(pa.table({"award": ["a"]}), "awards.parquet")
    assert "round.column: the awards lack subject" in books.ledger("commit", *given).err


@pytest.mark.parametrize(
    ("amount", "told"),
    [("-1亿元", "more than nought"), ("0元", "more than nought"), ("5万", "5万 is no amount of money"), ("5亩", "5亩 is no amount of money"),
     ("1.234元", "no whole number of fen"), ("5 +", "is no amount"), ("revenue", "no amount of money")],
)  # fmt: skip
def test_an_amount_is_money(books: Books, amount: str, told: str) -> None:
    printed = books.appropriate(amount)
    assert printed.status == 1
    assert "ledger.amount" in printed.err
    assert told in printed.err


def test_what_is_missing_on_the_line_is_told(books: Books) -> None:
    assert "--award, --subject" in books.ledger("commit", "--on", "2024-06-30", *BY).err
    assert "a round says that itself" in books.ledger("commit", "--on", "2024-06-30", "--round", ".", "--fund", "f", *BY).err
    assert "is not a day" in books.ledger("reverse", "1", "--on", "2024-02-30", "--key", "k", *BY).err
    assert "is not a time" in books.ledger("reverse", "1", "--on", "2024-02-03", "--key", "k", "--by", "w", "--at", "noon").err
    assert "no time zone" in books.ledger("reverse", "1", "--on", "2024-02-03", "--key", "k", "--by", "w", "--at", "2024-02-03T09:00").err
    assert "no year's to spend" in books.ledger(
        "clawback", "a", "--amount", "1元", "--to", "treasury", "--into-year", "2025", "--on", "2024-02-03", "--key", "k", *BY
    ).err  # fmt: skip
    assert "for the terminal" in books.ledger("balance", "--out", "x").err
    assert books.ledger("balance").out == "no money was appropriated\n"
    assert "nothing was ever entered for the award x" in books.ledger("entries", "x", "--lang", "zh").err
    assert books.ledger("entries", "--lang", "zh").out == "没有分录\n"


def test_another_ledger_than_there_is_is_told(books: Books) -> None:
    for command in ("balance", "entries", "verify", "export", "awards"):
        printed = books.huiqi("ledger", command, "none.ledger")
        assert printed.status == 1
        assert "none.ledger: ledger.missing: there is no ledger here\n    huiqi ledger create none.ledger" in printed.err
    assert "ledger.exists" in books.ledger("create", *BY).err


def test_a_head_that_is_not_whole_is_a_wrong_input(books: Books) -> None:
    printed = books.ledger("verify", "--head", "1234")
    assert printed.status == 1
    assert "ledger.head-form: 1234 is not a whole head" in printed.err
    assert "somebody" not in printed.err
    assert "not whole," not in printed.out


def test_money_is_told_in_yuan_and_what_is_left_of_an_award(books: Books) -> None:
    assert "the amount is -¥50,000, and has to be more than nought" in books.appropriate("-5万元").err
    books.appropriate("10万元")
    assert "entry 1 has this key, and says amount ¥100,000, not ¥50,000" in books.appropriate("5万元").err
    books.commit("6万元")
    assert books.ledger("pay", AWARD, "--amount", "2万元", "--on", "2024-12-31", "--key", "p1", *BY).status == 0
    for command in ("pay", "release"):
        printed = books.ledger(command, AWARD, "--amount", "5万元", "--on", "2024-12-31", "--key", "p2", *BY)
        assert "¥10,000 more than is committed and unpaid" in printed.err
        assert "¥40,000 is left" in printed.err
    printed = books.ledger("clawback", AWARD, "--amount", "3万元", "--to", "fund", "--on", "2024-12-31", "--key", "c", *BY)
    assert "¥20,000 is left" in printed.err
    entry = json.loads(books.ledger("entries", "--json").out)[-1]
    assert f"hash {entry['hash']}" in " ".join(books.ledger("entries").out.split())


def test_what_is_not_there_is_named_with_what_is_near(books: Books) -> None:
    books.appropriate("10万元")
    books.commit("6万元")
    printed = books.ledger("balance", "--fund", "industrie")
    assert (printed.status, "did you mean industry?" in printed.err) == (1, True)
    assert "there is money of 2024" in books.ledger("balance", "--year", "2023").err
    printed = books.ledger("entries", AWARD.replace("firm", "frm"))
    assert (printed.status, f"did you mean {AWARD}?" in " ".join(printed.err.split())) == (1, True)
    assert books.ledger("entries", "nobody").status == 1


def test_a_reversed_appropriation_leaves_its_line(books: Books) -> None:
    books.appropriate("10万元")
    assert books.ledger("reverse", "1", "--on", "2024-02-01", "--key", "r", *BY).status == 0
    assert ["Appropriated", "¥0"] in [line.split() for line in books.ledger("balance").out.splitlines()]


def test_a_year_that_is_left_out_has_no_default(books: Books) -> None:
    for command in ("commit", "clawback"):
        printed = books.huiqi("ledger", command, "--help")
        assert "default: 0" not in printed.out


def test_entries_in_chinese_have_no_english_words(books: Books) -> None:
    books.appropriate("10万元")
    books.commit("6万元", "--note", "made up")
    books.ledger("pay", AWARD, "--amount", "2万元", "--on", "2024-12-31", "--key", "p", *BY)
    books.ledger("clawback", AWARD, "--amount", "2万元", "--to", "fund", "--on", "2024-12-31", "--key", "c", *BY)
    out = books.ledger("entries", "--lang", "zh").out
    assert "虚构" in out
    assert "made up" not in out
    assert "已追回 industry 2024：-2万元（此后-2万元）" in out
