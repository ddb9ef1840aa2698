"""The commands that read the library itself: render, diff, coverage."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import arbitrary
from commands import Commands

POLICY = """
disputed: [{says: {en: "The notice | says 3 %.", zh: 通知写作3%。}, source: {kind: memory, note: {en: a memory, zh: 记忆}}}]
measures:
  growing:
    title: {en: Growing firms, zh: 成长企业}
    clause: 第一条
    kind: grant
    eligible: revenue >= 1000万元
    amount: unpublished
"""
REGISTER = """
- {document: 测试, title: {en: Growth, zh: 成长}, role: special, state: partly, policies: [a-1], source: {kind: copy, note: {en: read, zh: 阅}},
   clauses: [{clause: 第二条, title: {en: Rent, zh: 房租}, state: listed}]}
- {document: 佚文, title: {en: Lost, zh: 佚文}, role: plan, state: not_found, issued: 2019, source: {kind: memory, note: {en: heard of, zh: 听说}}}
"""


class Place(Commands):
    """A folder with a pack and a draft of it, and the command to run on them."""


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    for folder, policy in ((tmp_path, POLICY), (tmp_path / "draft", POLICY.replace("1000万元", "2000万元"))):
        packs = arbitrary.packs_folder(folder, policy)
        (packs / "p" / "register.yaml").write_text(REGISTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return Place(tmp_path, capsys, monkeypatch)


# ---------------------------------------------------------------- render


def test_render_prints_the_page(place: Place) -> None:
    printed = place.huiqi("render", "packs/p")
    assert printed.status == 0
    assert printed.out.startswith("<!doctype html>")
    assert "Revenue is at least ¥10,000,000" in printed.out
    assert printed.err == ""


def test_render_writes_the_page_in_chinese(place: Place) -> None:
    printed = place.huiqi("render", "packs/p", "--lang", "zh", "--out", "pages/p.html")
    assert printed.status == 0
    assert printed.out == ""
    html = (place.folder / "pages" / "p.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in html
    assert "营业收入不低于1,000万元" in html
    assert [path.name for path in (place.folder / "pages").iterdir()] == ["p.html"]


def test_render_on_a_day(place: Place) -> None:
    assert "Not yet in force" in place.huiqi("render", "packs/p", "--law-on", "2019-12-31").out
    assert "Not yet in force" not in place.huiqi("render", "packs/p").out


def test_render_of_faulty_texts_tells_the_faults(place: Place) -> None:
    policy = place.folder / "packs" / "p" / "special" / "a.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("revenue", "revenu"), encoding="utf-8")
    printed = place.huiqi("render", "packs/p", "--out", "p.html")
    assert printed.status == 1
    assert "rules.unknown-name: revenu is not a fact" in printed.err
    assert not (place.folder / "p.html").exists()


# ---------------------------------------------------------------- diff


def test_diff_of_two_packs(place: Place) -> None:
    printed = place.huiqi("diff", "packs/p", "draft/packs/p")
    assert printed.status == 0
    assert "~ the floor of Revenue rises from ¥10,000,000 to ¥20,000,000 (第一条, stricter)" in printed.out
    assert "1 changes, 1 stricter, 0 looser" in printed.out
    chinese = place.huiqi("diff", "packs/p", "draft/packs/p", "--lang", "zh").out
    assert "~ 营业收入的下限由1,000万元提高到2,000万元（第一条，收紧）" in chinese


def test_diff_of_two_texts_as_json(place: Place) -> None:
    found = json.loads(place.huiqi("diff", "packs/p/a-1", "draft/packs/p/a-1", "--json").out)
    assert [(one["before"], one["after"]) for one in found] == [("p/a-1", "p/a-1")]
    [difference] = found[0]["differences"]
    assert difference["direction"] == "rises"
    assert difference["effect"] == "stricter"
    assert difference["before"] == {"en": "¥10,000,000", "zh": "1,000万元", "figure": "10000000"}
    assert difference["owner"] == {"en": "Growing firms", "zh": "成长企业"}


def test_diff_of_shipped_editions(place: Place) -> None:
    printed = place.huiqi("diff", "gazelle-2020", "2023")
    assert printed.status == 0
    assert "Gazelle enterprise" in printed.out
    assert "new condition: an above-scale industrial or service enterprise" in printed.out


def test_diff_of_packs_that_are_alike(place: Place) -> None:
    printed = place.huiqi("diff", "packs/p", "packs/p")
    assert printed.status == 0
    assert "0 changes" in printed.out


def test_diff_where_a_text_is_new(place: Place) -> None:
    more = place.folder / "draft" / "packs" / "p" / "special" / "b.yaml"
    more.write_text(arbitrary.POLICY.format(policy="b"), encoding="utf-8")
    assert "+ new text: Policy b-1" in place.huiqi("diff", "packs/p", "draft/packs/p").out
    assert "− text dropped: Policy b-1" in place.huiqi("diff", "draft/packs/p", "packs/p").out


# ---------------------------------------------------------------- coverage


def test_coverage_counts_and_lists(place: Place) -> None:
    printed = place.huiqi("coverage", "packs/p")
    assert printed.status == 0
    assert "| [p](#p) | 0 | 1 | 0 | 1 | 1 | 1 | 1 | 1 |" in printed.out
    assert (
        "| Growth 成长 | 测试 | special policy (an X) | partly encoded | copy of the text on another page | a-1: from 2020-01-01 on |" in printed.out
    )
    assert "| Lost 佚文 | 佚文, 2019 | plan | looked for, not found | known, not re-read |  |" in printed.out
    assert "| Growth 1 | 第一条 | Growing firms 成长企业 | encoded, amount not public |" in printed.out
    assert "| Growth | 第二条 | Rent 房租 | listed, text not at hand |" in printed.out
    assert "- a-1: The notice \\| says 3 %. (known, not re-read: a memory)" in printed.out


def test_coverage_of_a_pack_without_a_register(place: Place) -> None:
    (place.folder / "packs" / "p" / "register.yaml").unlink()
    assert "| Policy 政策 | 测试 | not in the register | encoded |" in place.huiqi("coverage", "packs/p").out


def test_coverage_in_chinese_into_a_file(place: Place) -> None:
    assert place.huiqi("coverage", "packs/p", "--lang", "zh", "--out", "coverage.md").status == 0
    text = (place.folder / "coverage.md").read_text(encoding="utf-8")
    assert "| 成长 Growth | 测试 | 专项政策（“X”） | 部分编入 | 转载文本 | a-1: 自2020-01-01起 |" in text


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["render", "cn-zj-hangzhou-binjian"], 1, "did you mean cn-zj-hangzhou-binjiang"),
        (["render", "packs/p", "--law-on", "30.6.2024"], 2, "30.6.2024 is not a day; write 2024-06-30"),
        (["render", "packs/p", "--lang", "de"], 2, "'de' is not one of"),
        (["diff", "gazele-2020", "gazelle-2023"], 1, "edition.unknown: gazele-2020 is no text and no pack"),
        (["diff", "gazelle-2020", "gazele-2023"], 1, "did you mean gazelle-2023"),
        (["diff", "packs/p/b-1", "packs/p/a-1"], 1, "did you mean a-1"),
        (["diff", "packs/p"], 2, "Missing argument"),
        (["coverage", "nowhere"], 1, "pack.not-found: there is no pack nowhere"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_remedy(place: Place, arguments: list[str], status: int, told: str) -> None:
    printed = place.huiqi(*arguments)
    assert printed.status == status
    assert told in printed.err
    assert "Traceback" not in printed.err


def test_a_short_name_of_several_texts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = place.folder / "packs" / "p", place.folder / "packs" / "q"
    shutil.copytree(first, second)
    (second / "pack.yaml").write_text((first / "pack.yaml").read_text(encoding="utf-8").replace("id: p\n", "id: q\n"), encoding="utf-8")
    for module in ("huiqi.publication.editions", "huiqi.rules.library"):
        monkeypatch.setattr(f"{module}.packs_folder", lambda: place.folder / "packs")
    printed = place.huiqi("diff", "a-1", "a-1")
    assert printed.status == 1
    assert "edition.ambiguous: a-1 is the name of several texts\n    write one of p/a-1, q/a-1" in printed.err


@pytest.mark.parametrize("command", [["render", "packs/p"], ["coverage", "packs/p"]])
def test_a_place_that_cannot_be_written(place: Place, command: list[str]) -> None:
    (place.folder / "file").write_text("mine", encoding="utf-8")
    for out in ("file/page", "packs"):  # below a file; a folder
        printed = place.huiqi(*command, "--out", out)
        assert printed.status == 2
        assert f"{out} cannot be written" in " ".join(printed.err.replace("│", " ").split())
    assert (place.folder / "file").read_text(encoding="utf-8") == "mine"
    assert not [name for name in os.listdir(place.folder) if name.endswith(".unfinished")]
