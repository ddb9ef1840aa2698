"""How thoroughly hypothesis searches: `pytest --hypothesis-profile=long` looks further than every run does."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for arbitrary.py and worked.py, which tests in several folders read

os.environ["HUIQI_CACHE"] = "off"  # tests read texts; those of the cache have folders of their own

settings.register_profile("ci", derandomize=True, deadline=None)  # the same examples in every run, on a slow machine too
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a PostgreSQL cluster for this run, with {database} left open."""
    from postgres import Absent, running

    try:
        with running() as address:
            yield address
    except Absent as absent:
        pytest.skip(str(absent))
