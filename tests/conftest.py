"""How thoroughly hypothesis searches: `pytest --hypothesis-profile=long` looks further than every run does."""

import os
import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for arbitrary.py and worked.py, which tests in several folders read

os.environ["HUIQI_CACHE"] = "off"  # tests read texts; those of the cache have folders of their own

settings.register_profile("ci", derandomize=True, deadline=None)  # the same examples in every run, on a slow machine too
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("ci")
