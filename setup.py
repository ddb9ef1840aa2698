"""Say which folders go into the wheel: the library, and the packs beside it as huiqi/packs. All else is in pyproject.toml.

The kernel is optional: without a compiler the installation goes on, and numpy does its work.
"""

import os
import shlex
import sys

from setuptools import Extension, find_packages, setup

# Results must not depend on the processor: a product and a sum are rounded one after the other, and nothing is reordered.
FLAGS = [] if sys.platform == "win32" else ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]

KERNEL = "src/huiqi/entitlements/kernel"

setup(
    packages=[*find_packages("src"), "huiqi.packs"],
    package_dir={"": "src", "huiqi.packs": "packs"},
    package_data={"": ["py.typed", "*.lark", "*.html", "*.js", "*.typ", "*.csv", "templates/**/*", "static/**/*"], "huiqi.packs": ["**/*"]},
    include_package_data=False,
    ext_modules=[
        Extension(
            "huiqi.entitlements.kernel._kernel",
            [f"{KERNEL}/{name}.c" for name in ("_kernel", "_block", "_block_v3", "_block_v4")],
            depends=[f"{KERNEL}/{name}.h" for name in ("_plan", "_bits", "_figures", "_truths", "_cumulate", "_block")],
            extra_compile_args=FLAGS + shlex.split(os.environ.get("HUIQI_KERNEL_FLAGS", "")),
            py_limited_api=True,
            optional=True,
        )
    ],
)
