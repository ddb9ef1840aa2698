"""The kernel, compiled with the address and undefined-behaviour sanitizers, runs its own tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import huiqi.entitlements.kernel

SOURCES = [Path(huiqi.entitlements.kernel.__file__).with_name(f"{name}.c") for name in ("_kernel", "_block", "_block_v3", "_block_v4")]
FLAGS = ["-std=c11", "-O0", "-g1", "-shared", "-fPIC", "-ffp-contract=off", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

#: Put the sanitized kernel in the place of the other, and run the tests of the kernel with fewer examples.
CHILD = """
import importlib.util, sys
import pytest
import huiqi.entitlements.kernel as package

spec = importlib.util.spec_from_file_location("huiqi.entitlements.kernel._kernel", sys.argv[1])
package._kernel = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package._kernel)


class Few:
    def pytest_configure(self, config):
        from hypothesis import settings

        settings.register_profile("few", max_examples=int(sys.argv[2]), deadline=None, database=None, derandomize=True)
        settings.load_profile("few")


sys.exit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", *sys.argv[3:]], plugins=[Few()]))
"""


def runtime(compiler: str) -> str | None:
    """The compiler's address sanitizer, to be loaded before Python."""
    found = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip()
    return found if Path(found).is_absolute() else None


def test_the_sanitizers_find_nothing(tmp_path: Path) -> None:
    compiler = shutil.which("gcc")
    if compiler is None or (library := runtime(compiler)) is None or not SOURCES[0].exists():
        pytest.skip("needs gcc with its address sanitizer, and the source")
    built = tmp_path / "_kernel.abi3.so"
    subprocess.run([compiler, *FLAGS, f"-I{sysconfig.get_paths()['include']}", *map(str, SOURCES), "-o", str(built), "-lm"], check=True)
    tests = [Path(__file__).with_name(f"test_{name}.py") for name in ("kernel", "stacked")]
    settings = {"LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": os.pathsep.join(map(str, sys.path)), "PYTHONMALLOC": "malloc"}
    child = [sys.executable, "-c", CHILD, str(built), os.environ.get("HUIQI_SANITIZED_EXAMPLES", "15"), *map(str, tests)]
    done = subprocess.run(child, capture_output=True, text=True, cwd=tests[0].parents[2], env=os.environ | settings, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6_000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
