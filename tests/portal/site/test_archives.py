import zipfile

import pytest

from huiqi_portal.site import archives
from huiqi_portal.site.faults import Refused
from portal.zips import locked, lying, with_link, zipped

LIMITS = archives.Limits(endings=(".yaml", ".csv"), files=10, file_bytes=100_000, bytes=300_000, ratio=100)


@pytest.fixture
def refused(tmp_path):
    """The codes for which an archive is refused; nothing of it may be left on the disk."""

    def codes(content: bytes) -> set[str]:
        path = tmp_path / "sent.zip"
        path.write_bytes(content)
        with pytest.raises(Refused) as caught:
            archives.unpack(path, tmp_path / "out" / "here", LIMITS)
        assert [found.name for found in tmp_path.rglob("*") if found.is_file() and found != path and "out" not in found.parts] == []
        assert all(fault.message.en and fault.message.zh and fault.hint.en and fault.hint.zh for fault in caught.value.faults)
        return {fault.code for fault in caught.value.faults}

    return codes


@pytest.mark.parametrize(
    "name",
    [
        "../evil.yaml", "a/../../evil.yaml", "/etc/evil.yaml", "C:/evil.yaml", "a\\..\\evil.yaml", "..", ".hidden.yaml", "a/.git/config.yaml", "a//b.yaml",
        "con trol.yaml", "new\nline.yaml", "a/b/c/d/e/f/g.yaml", "x" * 200 + ".yaml", "a./b.yaml", "~/b.yaml", "$HOME.yaml",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_or_cannot_be_kept_is_refused(refused, name):
    assert "upload.name" in refused(zipped({name: "a: 1"}))


def test_a_name_that_ends_early_for_some_readers_is_refused(refused):
    assert refused(zipped({"a.exe#.yaml": "a: 1"}).replace(b"a.exe#.yaml", b"a.exe\0.yaml")) >= {"upload.name"}


def test_a_link_is_refused_whatever_it_points_to(refused):
    assert refused(with_link("link.yaml", "/etc/passwd")) == {"upload.link"}


def test_an_entry_with_a_password_is_refused(refused):
    assert refused(locked("a.yaml")) == {"upload.encrypted"}


def test_an_unusual_packing_is_refused(refused):
    assert refused(zipped({"a.yaml": "a: 1"}, packing=zipfile.ZIP_LZMA)) == {"upload.packing"}


@pytest.mark.parametrize("name", ["run.py", "page.html", "a.yaml.exe", "noending", "inner.zip"])
def test_other_kinds_of_files_are_refused(refused, name):
    assert refused(zipped({name: "x"})) == {"upload.kind"}


def test_more_bytes_than_the_list_says_are_never_written(refused, tmp_path):
    assert refused(lying("a.yaml", b"x" * 50_000, 10)) <= {"upload.lies", "upload.not-zip"}
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) <= 10


def test_a_bomb_is_refused_by_its_ratio_before_a_byte_is_unpacked(tmp_path):
    bomb = zipped({f"{number}.yaml": b"0" * 99_000 for number in range(3)})
    assert len(bomb) < 3_000
    limits = archives.Limits(endings=(".yaml",), ratio=10)
    path = tmp_path / "bomb.zip"
    path.write_bytes(bomb)
    with pytest.raises(Refused) as caught:
        archives.unpack(path, tmp_path / "bomb", limits)
    assert [fault.code for fault in caught.value.faults] == ["upload.ratio"]
    assert not (tmp_path / "bomb").exists()


def test_too_many_files_and_too_large_ones_are_refused(refused):
    assert "upload.too-many" in refused(zipped({f"{number}.yaml": "a: 1" for number in range(11)}))
    assert "upload.too-large" in refused(zipped({"a.csv": b"".join(b"%d," % number for number in range(30_000))}))


@pytest.mark.parametrize("names", [("a.yaml", "A.yaml"), ("ａ.yaml", "a.yaml"), ("a.yaml/b.yaml", "a.yaml")])
def test_names_that_are_one_on_some_system_are_refused(refused, names):
    assert "upload.twice" in refused(zipped(dict.fromkeys(names, "a: 1")))


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", zipped({"a.yaml": "a: 1"})[:-10]])
def test_what_is_no_zip_is_told_so(refused, content):
    assert refused(content) == {"upload.not-zip"}


def test_an_empty_zip_is_told_so(refused):
    assert refused(zipped({})) == {"upload.empty"}


def test_an_entry_with_a_broken_checksum_is_refused(refused):
    raw = bytearray(zipped({"a.yaml": "abcdefgh"}, packing=zipfile.ZIP_STORED))
    raw[raw.index(b"abcdefgh")] = ord("z")
    assert refused(bytes(raw)) == {"upload.not-zip"}


def test_honest_files_are_unpacked_under_their_names_in_any_script(tmp_path):
    path = tmp_path / "sent.zip"
    path.write_bytes(zipped({"p/pack.yaml": "id: p", "p/表/数据.csv": "a,b"}))
    archives.unpack(path, tmp_path / "out", LIMITS)
    assert (tmp_path / "out" / "p" / "pack.yaml").read_text() == "id: p"
    assert (tmp_path / "out" / "p" / "表" / "数据.csv").read_text() == "a,b"


def test_a_workbook_that_is_a_bomb_is_not_opened(tmp_path):
    book = tmp_path / "book.xlsx"
    book.write_bytes(zipped({"xl/worksheets/sheet1.xml": b" " * 5_000_000}))
    with pytest.raises(Refused) as caught:
        archives.weigh(book, archives.Limits(endings=(".xlsx",), ratio=100))
    assert caught.value.faults[0].code == "upload.ratio"
