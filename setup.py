"""Say which folders go into the wheel: the library, and the packs beside it as huiqi/packs. All else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages("src"), "huiqi.packs"],
    package_dir={"": "src", "huiqi.packs": "packs"},
    package_data={"": ["py.typed", "*.lark", "*.html"], "huiqi.packs": ["**/*"]},
    include_package_data=False,
)
