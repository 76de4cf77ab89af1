"""The wheels of the command line, as `make wheels` makes them, each installed into an environment of its own."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from driftline import __version__
from native.build import LICENCES, MACHINES, here
from tests.environment import OWN
from tests.native_core.conftest import REPOSITORY, build_native

pytestmark = pytest.mark.long  # new environments

UV = Path(sys.executable).with_name("uv")


def _run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**OWN, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stderr[-3000:]}"
    return done.stdout


def _wheel(folder: Path, architecture: str) -> Path:
    _run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, DRIFTLINE_WHEEL=architecture)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.parametrize("has_core", [True, False], ids=["with the core", "without"])
def test_it_is_installed_and_runs(tmp_path: Path, has_core: bool) -> None:
    architecture = here() if has_core else ""
    if architecture is None:
        pytest.skip("the native core runs on Linux")
    if architecture:
        build_native(architecture)
    wheel = _wheel(tmp_path / "wheels", architecture)
    tag = f"cp311-abi3-manylinux_2_28_{MACHINES[architecture]}" if architecture else "py3-none-any"
    assert wheel.name == f"driftline-{__version__}-{tag}.whl"
    _run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    _run(UV, "pip", "install", "--quiet", "--python", python, f"driftline[cli] @ {wheel.as_uri()}")
    assert __version__ in _run(tmp_path / "venv" / "bin" / "driftline", "--version")
    found = _run(python, "-c", "from importlib.util import find_spec as f; print(f('driftline_core') is not None)")
    assert found.strip() == str(has_core)
    if has_core:
        with ZipFile(wheel) as opened:
            assert b"LLVM Exceptions" in opened.read(LICENCES)
        assert int(_run(python, "-c", "import driftline_core; print(driftline_core.ABI)")) >= 1


def test_a_wheel_for_another_machine_has_no_core_of_this_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [UV, "build", "--wheel", "--out-dir", tmp_path],  # --quiet would hide the hook's words
        cwd=REPOSITORY,
        env={**OWN, "DRIFTLINE_WHEEL": "riscv"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "DRIFTLINE_WHEEL is 'riscv': it must be arm64 or x86_64" in done.stderr
    assert not list(tmp_path.glob("*.whl"))
