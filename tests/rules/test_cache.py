"""The cache of packs: what is taken from it equals what the texts say, and nothing is taken that is not theirs or not one's own."""

import datetime
import os
import stat
import subprocess
import sys

import pytest

import arbitrary
from huiqi.rules import cache, library
from huiqi.rules.cache import cache_folder
from huiqi.rules.fingerprint import fingerprint
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import FaultyInput
from worked import PACK, SHARED, firm, status, write

DAY = datetime.date(2024, 6, 30)
CORE = """
title: {en: Core, zh: 核心}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
conditions:
  law: {test: honest, clause: 第一条, label: {en: law-abiding, zh: 守法}}
definitions:
  lowest: {value: 2%, label: {en: lowest, zh: 最低}}
  intense: {value: expense / revenue >= lowest, label: {en: intense, zh: 高强度}}
  size: {table: size.csv, label: {en: size, zh: 规模}}
"""
POLICY = arbitrary.POLICY.format(policy="a") + """
scorecards:
  points:
    title: {en: Points, zh: 评分}
    clause: 第二条
    decimals: 2
    items:
      growth: {label: {en: growth, zh: 增长}, of: growth(revenue), bands: {'>= 30%': 20, else: 0}, max: 20}
    classes: {A: top 20%, B: rest}
measures:
  grant:
    kind: grant
    title: {en: Grant, zh: 补助}
    clause: 第三条
    eligible: {all: [intense, {any: ['size in ["make"]', 'points.class = "A"']}, star]}
    amount: {rate: 10%, of: expense, cap: 100万元}
  star_firm: {kind: recognition, title: {en: Star, zh: 明星}, clause: 第四条, gives: star, eligible: years_since(established) >= 3}
  other: {kind: service, title: {en: Other, zh: 其他}, clause: 第五条, eligible: loan >= 1万元}
"""  # fmt: skip
FILES = SHARED | PACK | {
    "p/core.yaml": CORE, "p/special/a.yaml": POLICY, "p/tables/size.csv": "staff,-> size: trade\n>= 300人,make\n,rest\n",
}  # fmt: skip


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A cache folder of one's own, and packs in it that have not been changed for long."""
    monkeypatch.setenv("HUIQI_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "SETTLED", 0.0)
    write(tmp_path / "packs", FILES)
    return tmp_path / "kept"


def read(kept, **options):
    """The library of the pack `p`, and whether its texts were read."""
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "_read", lambda *given: asked.append(given) or _read(*given))
        found, problems = read_library([kept.parent / "packs" / "p"], cached=True, **options)
    assert found is not None, problems
    return found, bool(asked)


_read, _compile_rules = library._read, library.compile_rules


def compiled(found, day=DAY):
    """The rules of a day, and whether they had to be compiled."""
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "compile_rules", lambda *given: asked.append(given) or _compile_rules(*given))
        rules = found.rules(day)
    return rules, bool(asked)


def fill(kept):
    found, from_texts = read(kept)
    assert from_texts
    rules, anew = compiled(found)
    assert anew
    return found, rules


def test_what_was_read_once_is_not_read_again(kept):
    fill(kept)
    found, from_texts = read(kept)
    assert not from_texts
    assert not compiled(found)[1]
    assert sorted(path.suffix for path in kept.iterdir()) == [".rules", ".texts"]


def test_what_comes_from_the_cache_equals_what_the_texts_say(kept):
    before, rules = fill(kept)
    after, _ = read(kept)
    again, _ = compiled(after)
    assert after.packs == before.packs
    assert after.turns == before.turns
    assert again.content_hash == rules.content_hash
    assert [m.id for m in again.measures] == [m.id for m in rules.measures]
    assert [fingerprint(m, again) for m in again.measures] == [fingerprint(m, rules) for m in rules.measures]
    assert again.ranks.keys() == rules.ranks.keys()
    known = firm(honest="true", revenue={2023: "200元", 2022: "100元"}, expense={2023: "20元"}, staff={2023: "400人"}, established="2020-01-01")
    for key in ("grant", "star_firm", "other"):
        assert status(again, known, key) == status(rules, known, key)


def test_parts_that_texts_and_rules_share_are_one(kept):
    fill(kept)
    found, _ = read(kept)
    rules, _ = compiled(found)
    for measure in rules.measures:
        assert any(measure.document is document for pack in found.packs for document in pack.documents)
        assert measure.record is measure.document.measures[measure.key]
    assert rules.world.documents == found.documents
    assert all(fact is found.schema().facts[id] for id, fact in rules.schemas["enterprise"].facts.items())


def test_texts_keep_their_places(kept):
    before, rules = fill(kept)
    again, _ = compiled(read(kept)[0])
    for one, other in zip(again.measures, rules.measures, strict=True):
        assert one.where == other.where == other.record.where._replace(line=other.where.line, column=other.where.column)
        assert one.record.title.en.where == other.record.title.en.where
        assert one.where.line > 1
    assert read(kept)[0].packs[0].record.id.where == before.packs[0].record.id.where


def test_names_can_be_asked_for_that_no_measure_reads(kept):
    _, rules = fill(kept)
    again, _ = compiled(read(kept)[0])
    assert again.value("intense", "p").type == rules.value("intense", "p").type
    assert again.value("nothing", "p") is None


def test_another_day_of_the_same_law_needs_no_compiling(kept):
    fill(kept)
    found, _ = read(kept)
    rules, anew = compiled(found, DAY + datetime.timedelta(days=100))
    assert not anew
    assert rules.law_on == DAY + datetime.timedelta(days=100)


def test_another_law_is_compiled_and_kept_beside(kept):
    file = kept.parent / "packs" / "p" / "core.yaml"
    file.write_text(file.read_text().replace("{value: 2%, ", "{values: {2020-01-01: 2%, 2025-01-01: 3%}, "))
    _, early = fill(kept)
    late, anew = compiled(read(kept)[0], datetime.date(2025, 6, 30))
    assert anew
    assert [fingerprint(m, late) for m in late.measures] != [fingerprint(m, early) for m in early.measures]
    found, _ = read(kept)
    assert not compiled(found)[1]
    assert not compiled(found, datetime.date(2025, 6, 30))[1]


# ---------------------------------------------------------------- what makes an entry useless


@pytest.mark.parametrize("name", sorted(FILES))
def test_any_changed_byte_is_read_anew(kept, name):
    fill(kept)
    file = kept.parent / "packs" / name
    file.write_bytes(file.read_bytes() + b"\n")
    _, from_texts = read(kept)
    assert from_texts
    assert not read(kept)[1]


def test_a_text_that_is_added_or_taken_away_is_told(kept):
    fill(kept)
    special = kept.parent / "packs" / "p" / "special"
    (special / "b.yaml").write_text((special / "a.yaml").read_text().replace("policy: a", "policy: b"))
    found, from_texts = read(kept)
    assert from_texts
    assert len(found.documents) == 3
    (special / "b.yaml").unlink()
    assert read(kept)[1]


def test_a_pack_that_is_inherited_counts(kept):
    packs = kept.parent / "packs"
    write(packs, {"q/pack.yaml": "id: q\ntitle: {en: Q, zh: 包}\nplace: cn\nlicence: CC0-1.0\n"})
    file = packs / "p" / "pack.yaml"
    file.write_text(file.read_text() + "inherits: [q]\n")
    fill(kept)
    assert not read(kept)[1]
    write(packs, {"q/core.yaml": CORE.partition("conditions:")[0]})
    assert read(kept)[1]
    assert not read(kept)[1]


def test_other_code_reads_anew(kept, monkeypatch):
    fill(kept)
    monkeypatch.setattr(cache, "_code", lambda: "another version")
    assert read(kept)[1]


def test_a_text_that_changes_while_it_is_read_is_not_kept(kept, monkeypatch):
    monkeypatch.setattr(cache, "SETTLED", 3600.0)
    fill(kept)
    assert not kept.exists()


def test_faulty_texts_are_not_kept(kept):
    file = kept.parent / "packs" / "p" / "special" / "a.yaml"
    file.write_text(file.read_text().replace("loan >= 1万元", "lown >= 1万元"))
    for _ in range(2):
        found, _ = read(kept)
        with pytest.raises(FaultyInput, match="did you mean loan"):
            found.rules(DAY)
    assert [path.suffix for path in kept.iterdir()] == [".texts"]
    file.write_text("policy: [")
    for _ in range(2):
        _, problems = read_library([kept.parent / "packs" / "p"], cached=True)
        assert any(problem.code == "text.yaml" for problem in problems)


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:100], lambda b: b[:-1], lambda b: b[:-20] + b"x" + b[-19:], lambda b: b"x" * len(b)])
def test_a_broken_file_is_made_again(kept, damage):
    fill(kept)
    for path in kept.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    found, from_texts = read(kept)
    assert from_texts
    assert compiled(found)[1]
    found, from_texts = read(kept)
    assert not from_texts
    assert not compiled(found)[1]


def rewritten(path, pickled):
    """The file with something else in it, whole as far as its hash goes."""
    entry = cache._read(path)
    cache._write(path.parent, path.name, entry._replace(kept=pickled))


@pytest.mark.parametrize(
    "pickled",
    [
        b"not a pickle",
        b"cos\nsystem\n(S'touch here'\ntR.",  # os.system("touch here")
        b"chuiqi.rules.library\npacks_folder\n(tR.",  # a function of huiqi
        b"chuiqi.rules.cache\nos.system\n(S'touch here'\ntR.",
        b"\x80\x04N.",
        b"\x80\x04).",
    ],
)
def test_a_file_that_holds_something_else_is_made_again(kept, pickled, monkeypatch):
    fill(kept)
    monkeypatch.chdir(kept.parent)
    for path in kept.iterdir():
        rewritten(path, pickled)
    found, from_texts = read(kept)
    assert from_texts
    assert compiled(found)[1]
    assert not (kept.parent / "here").exists()


# ---------------------------------------------------------------- whose it is


def test_the_folder_is_the_users_alone(kept):
    fill(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_a_file_that_others_can_write_is_not_read(kept):
    fill(kept)
    for path in kept.iterdir():
        path.chmod(0o666)
    found, from_texts = read(kept)
    assert from_texts
    assert compiled(found)[1]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_a_folder_that_others_can_write_is_not_used(kept):
    kept.mkdir()
    kept.chmod(0o777)
    fill(kept)
    fill(kept)
    assert not list(kept.iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")
def test_what_belongs_to_somebody_else_is_not_read(kept, monkeypatch):
    fill(kept)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    fill(kept)


def test_a_link_is_not_followed(kept):
    fill(kept)
    for path in list(kept.iterdir()):
        path.rename(path.with_suffix(".real"))
        path.symlink_to(path.with_suffix(".real"))
    assert read(kept)[1]


def test_where_nothing_can_be_written_texts_are_read(kept, monkeypatch):
    (kept.parent / "file").write_text("")
    monkeypatch.setenv("HUIQI_CACHE", str(kept.parent / "file" / "kept"))  # root could write into a folder that is closed
    fill(kept)
    fill(kept)


def test_a_disk_that_is_full_leaves_nothing(kept, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    fill(kept)
    assert not list(kept.iterdir())


# ---------------------------------------------------------------- where it is, and how much


def test_where_entries_are(monkeypatch, tmp_path):
    monkeypatch.setenv("HUIQI_CACHE", "off")
    assert cache_folder() is None
    monkeypatch.setenv("HUIQI_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("HUIQI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "huiqi"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "huiqi"


def test_off_leaves_no_trace(kept, monkeypatch):
    monkeypatch.setenv("HUIQI_CACHE", "off")
    fill(kept)
    fill(kept)
    assert not kept.exists()


def test_the_oldest_entries_go(kept, monkeypatch):
    monkeypatch.setattr(cache, "MOST", 3)
    fill(kept)
    (kept / "long ago.unfinished").write_text("")
    os.utime(kept / "long ago.unfinished", (0, 0))
    (kept / "now.unfinished").write_text("")
    (kept / "mine.txt").write_text("not of the cache")
    first = {path for path in kept.iterdir() if path.suffix in (".texts", ".rules")}
    for path in first:
        os.utime(path, (1_000, 1_000))
    found, _ = read(kept)  # uses the texts
    for year in (2025, 2026):
        monkeypatch.setattr(library.Library, "unchanged_since", lambda self, day: day)
        compiled(found, datetime.date(year, 6, 30))
    left = {path.name.partition(".")[2] for path in kept.iterdir()}
    assert left == {"texts", "2025-06-30.rules", "2026-06-30.rules", "unfinished", "txt"}
    assert not (kept / "long ago.unfinished").exists()


def test_two_processes_at_once(kept):
    code = (
        "import datetime; from huiqi.rules import cache; cache.SETTLED = 0.0; from huiqi.rules.library import read_library\n"
        f"library, _ = read_library([{str(kept.parent / 'packs' / 'p')!r}], cached=True)\n"
        "print(len(library.rules(datetime.date(2024, 6, 30)).measures))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["3\n"] * 3
    found, from_texts = read(kept)
    assert not from_texts
    assert not compiled(found)[1]
    assert not list(kept.glob("*.unfinished"))


def test_the_packs_that_come_with_huiqi_are_the_same_from_the_cache(kept):
    names = ["cn-zj-hangzhou-binjiang", "cn-sh-minhang"]
    (before, _), (after, _) = (read_library(names, cached=True) for _ in range(2))
    one, other = (found.rules(DAY) for found in (before, read_library(names, cached=True)[0]))
    assert [document.record for document in after.documents] == [document.record for document in before.documents]
    assert {m.id: fingerprint(m, one) for m in one.measures} == {m.id: fingerprint(m, other) for m in other.measures}
