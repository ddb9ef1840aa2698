"""A result is there whole, or the former one is."""

import pytest

from huiqi.vocabulary.whole import whole_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_with_all_its_files(tmp_path):
    with whole_folder(tmp_path / "result") as folder:
        (folder / "a.csv").write_text("1")
        assert not (tmp_path / "result").exists()
    assert names(tmp_path / "result") == ["a.csv"]
    assert names(tmp_path) == ["result"]


def test_a_new_result_takes_the_place_of_the_former(tmp_path):
    for name in ("old.csv", "new.csv"):
        with whole_folder(tmp_path / "result") as folder:
            (folder / name).write_text("1")
    assert names(tmp_path / "result") == ["new.csv"]
    assert names(tmp_path) == ["result"]


def test_a_failure_leaves_the_former_result(tmp_path):
    with whole_folder(tmp_path / "result") as folder:
        (folder / "old.csv").write_text("1")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "result") as folder:
        (folder / "half.csv").write_text("1")
        raise ZeroDivisionError
    assert names(tmp_path / "result") == ["old.csv"]
    assert names(tmp_path) == ["result"]


def test_a_first_run_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "result"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_a_killed_run_left_is_cleaned_up(tmp_path):
    """4194999 is above the highest process number, so no such process runs."""
    (tmp_path / ".result.4194999.unfinished").mkdir()
    (tmp_path / ".result.4194999.unfinished" / "half.csv").write_text("1")
    with whole_folder(tmp_path / "result") as folder:
        assert names(folder) == []
    assert names(tmp_path) == ["result"]


def test_a_swap_that_was_killed_in_the_middle_is_undone_first(tmp_path):
    (tmp_path / ".result.former").mkdir()
    (tmp_path / ".result.former" / "old.csv").write_text("1")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "result"):
        raise ZeroDivisionError
    assert names(tmp_path / "result") == ["old.csv"]


def test_folders_above_it_are_made(tmp_path):
    with whole_folder(tmp_path / "2024" / "june" / "result"):
        pass
    assert names(tmp_path / "2024" / "june") == ["result"]


def test_the_folder_may_be_named_from_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_folder((tmp_path / "result").relative_to(tmp_path)) as folder:
        (folder / "a.csv").write_text("1")
    assert names(tmp_path / "result") == ["a.csv"]
