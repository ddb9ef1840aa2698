"""The facade: every name of it can be had, from where it is made."""

import subprocess
import sys

import pytest

import huiqi


@pytest.mark.parametrize("name", huiqi.__all__)
def test_every_name_is_there(name):
    assert getattr(huiqi, name).__name__ == name
    assert getattr(huiqi, name).__doc__


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(AttributeError, match="huiqi has no evaluat"):
        huiqi.evaluat  # noqa: B018


def test_reading_packs_does_not_wait_for_tables_of_facts():
    code = "import huiqi, sys; huiqi.read_library; print(sorted({'numpy', 'pyarrow', 'typer'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
