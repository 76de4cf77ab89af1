"""A short run of `make fuzz`: the native core under sanitizers, with the system's compiler."""

import subprocess
import sys

import pytest

from native.fuzz.__main__ import BUILT, compiler
from tests.environment import OWN
from tests.native_core.conftest import REPOSITORY


@pytest.mark.long  # half a minute of compiling, and more of fuzzing
def test_no_input_breaks_the_core() -> None:
    if compiler() is None:
        pytest.skip("no compiler with sanitizers here: clang++ or g++")
    command = [sys.executable, "-m", "native.fuzz", "--minutes", "1", "--seed", "1"]
    done = subprocess.run(command, cwd=REPOSITORY, env=OWN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}\nin {BUILT}"
    for target in ("lines", "json", "numbers", "parquet"):
        assert f"{target}: " in done.stdout
