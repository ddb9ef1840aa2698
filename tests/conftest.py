"""How thoroughly hypothesis searches: `pytest --hypothesis-profile=long` looks further than every run does."""

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)  # the same examples in every run, on a slow machine too
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("ci")
