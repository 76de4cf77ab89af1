"""The native core of this machine, built if it is not."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from native.build import build, here
from tests.environment import OWN

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def build_native(*arguments: str) -> None:
    """Builds as people do. The first time, the compiler is downloaded: the environment is the owner's."""
    command = [sys.executable, "-m", "native.build", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=OWN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def core() -> ModuleType:
    if not (architecture := here()):
        pytest.skip("the native core runs on Linux")
    build_native()
    spec = importlib.util.spec_from_file_location("driftline_core", build(architecture))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
