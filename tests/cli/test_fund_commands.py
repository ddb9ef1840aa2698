"""huiqi fund, as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Commands

EXAMPLE = Path(__file__).parents[2] / "examples" / "mother-fund"
ON = ["--pack", "cn-zj-hangzhou-xiaoshan", "--as-of", "2025-03-31"]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "180")
    return Commands(tmp_path, capsys, monkeypatch)


def test_a_report_in_english(place: Commands) -> None:
    printed = place.huiqi("fund", "report", str(EXAMPLE), *ON, "--out", "out")
    assert printed.status == 0
    for said in ("(made up)", "Leverage, by what is committed", "2026-12-31 (by agreement)", "¥5 m to ¥50 m", "-7.57% or more", "wafer-works"):
        assert said in printed.out
    assert "No more than a fifth of the fund in one enterprise: no" in printed.out
    assert "huiqi evaluate --of fund" in printed.err
    evaluated = place.huiqi("evaluate", "--of", "fund", "--registry", "out/registry", *ON, "--out", "results")
    assert evaluated.status == 0
    explained = place.huiqi("explain", "chips", "single-investee", "--of", "fund", "--registry", "out/registry", *ON)
    assert "¥20,000,000 less" in explained.out
    assert "reckoned from flows" in explained.out


def test_a_report_in_chinese_has_no_english_words(place: Commands) -> None:
    printed = place.huiqi("fund", "report", str(EXAMPLE), *ON, "--lang", "zh")
    assert printed.status == 0
    for said in ("（虚构）", "放大倍数（按认缴）", "2026-12-31（协议约定）", "500万元至5,000万元", "已退出项目", "待定"):
        assert said in printed.out
    for word in ("fund", "Committed", "unknown", "valued", "agreement"):
        assert word not in printed.out


def test_a_trial_in_both_languages(place: Commands) -> None:
    printed = place.huiqi("fund", "propose", str(EXAMPLE), str(EXAMPLE / "new-sub-fund.yaml"), *ON, "--out", "trial")
    assert printed.status == 0
    assert "It would break: All district platforms hold 40 % of a sub-fund at most;" in printed.out
    printed = place.huiqi("fund", "propose", str(EXAMPLE), str(EXAMPLE / "new-sub-fund.yaml"), *ON, "--lang", "zh")
    assert "将违反：区级各平台合计出资不超过子基金40%；" in printed.out
    assert "母基金逐年资金（按假设）" in printed.out


def test_a_pack_without_rules_about_funds_says_so(place: Commands) -> None:
    printed = place.huiqi("fund", "report", str(EXAMPLE), "--pack", "gb", "--as-of", "2025-03-31")
    assert printed.status == 0
    assert "No rule about funds is in force in these packs." in printed.out


def test_faulty_tables_are_told_and_nothing_is_written(place: Commands) -> None:
    books = place.folder / "books"
    books.mkdir()
    for path in EXAMPLE.glob("*.*"):
        (books / path.name).write_bytes(path.read_bytes())
    with (books / "flows.csv").open("a", encoding="utf-8") as file:
        file.write("2024-10-01,ghost,chips,gain,5,,\n2024-10-02,angels,seed,paid_in,-3,,\n")
    printed = place.huiqi("fund", "report", "books", *ON, "--out", "out")
    assert printed.status == 1
    assert "books/flows.csv:30: mother.negative" in printed.err
    assert not (place.folder / "out").exists()


def test_a_folder_of_somebody_elses_is_left_alone(place: Commands) -> None:
    (place.folder / "mine").mkdir()
    (place.folder / "mine" / "letter.txt").write_text("mine", encoding="utf-8")
    assert place.huiqi("fund", "report", str(EXAMPLE), *ON, "--out", "mine").status == 2
    assert [path.name for path in (place.folder / "mine").iterdir()] == ["letter.txt"]


def test_the_page_shows_what_is_printed(place: Commands) -> None:
    """Every line of output that the documentation shows stands in the output."""
    page = (EXAMPLE.parents[1] / "docs" / "mother-fund.md").read_text(encoding="utf-8")
    report = place.huiqi("fund", "report", str(EXAMPLE), *ON).out
    trial = place.huiqi("fund", "propose", str(EXAMPLE), str(EXAMPLE / "new-sub-fund.yaml"), *ON).out
    printed = {line.rstrip() for line in (report + trial).splitlines()}
    first, last = page.index("## What it prints"), page.index("## What `--out` writes")
    shown = [line[4:] for line in page[first:last].splitlines() if line.startswith("    ") and line.strip() != "..." and "huiqi explain" not in line]
    shown += [line[4:] for line in page[page.index("More than the books allow") :].splitlines() if line.startswith("    ")]
    assert [line for line in shown if line not in printed] == []
    assert len(shown) > 60
    assert (EXAMPLE / "new-sub-fund.yaml").read_text(encoding="utf-8").splitlines()[2] in page
