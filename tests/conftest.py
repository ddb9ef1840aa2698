"""How thoroughly hypothesis searches: `pytest --hypothesis-profile=long` looks further than every run does."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for arbitrary.py and worked.py, which tests in several folders read

settings.register_profile("ci", derandomize=True, deadline=None)  # the same examples in every run, on a slow machine too
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("ci")
