"""The wheels of the command line, as `make wheels` makes them, each installed into an environment of its own."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from driftline import __version__
from native.build import LICENCES, MACHINES, here
from tests.environment import OWN
from tests.native_core.conftest import REPOSITORY, build_native
from tests.unit.cli.test_cli_check import rows, write
from tests.unit.repository.test_check_action import ACTION

pytestmark = pytest.mark.long  # new environments

_CLEAN = {name: value for name, value in OWN.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}

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


def test_a_stranger_gets_from_a_csv_to_a_page(tmp_path: Path) -> None:
    """The commands at the top of the README, in an environment that has the wheel and nothing of this repository."""
    wheel = _wheel(tmp_path / "wheels", "")
    _run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python, folder = tmp_path / "venv" / "bin" / "python", tmp_path / "own"
    _run(UV, "pip", "install", "--quiet", "--python", python, f"driftline[cli] @ {wheel.as_uri()}")
    folder.mkdir()
    write(folder / "january.csv", rows(900, seed=1))
    write(folder / "february.csv", rows(700, seed=2, shift=0.3))
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"^```sh\n(driftline init january\.csv\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    codes = {}
    for line in commands.splitlines():
        command, *arguments = shlex.split(line, comments=True)
        done = subprocess.run(
            [python.with_name(command), *arguments, "--json"], cwd=folder, env={**_CLEAN, "BROWSER": "/bin/true"},
             capture_output=True, text=True, check=False,
        )  # fmt: skip
        codes[arguments[0]] = done.returncode
    assert codes == {"init": 0, "baseline": 0, "check": 2}
    assert "country" in (folder / "report.html").read_text(encoding="utf-8")
    # And in Python, without pandas
    compared = "import driftline; print(driftline.compare({'a': [1, 2, 3] * 99}, {'a': [7, 8, 9] * 99}).passed)"
    done = subprocess.run([python, "-c", compared], cwd=folder, env=_CLEAN, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


_FRAMES = """
import pandas, polars, pyarrow
import driftline

def found(reference, current):
    return [each.model_dump() for each in driftline.compare(reference, current).violations]

january, february = (pandas.read_csv(name) for name in ("january.csv", "february.csv"))
expected = found(january, february)
assert expected
assert found(*map(polars.from_pandas, (january, february))) == expected
assert found(*(polars.from_pandas(each).lazy() for each in (january, february))) == expected
assert found(*(pyarrow.Table.from_pandas(each) for each in (january, february))) == expected
assert found(january, polars.from_pandas(february)) == expected
"""


def test_tables_of_other_libraries_are_read_alike(tmp_path: Path) -> None:
    wheel = _wheel(tmp_path / "wheels", "")
    _run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    packages = ("polars>=1.30", "pyarrow>=20", f"driftline[notebook] @ {wheel.as_uri()}")
    _run(UV, "pip", "install", "--quiet", "--python", python, *packages)
    write(tmp_path / "january.csv", rows(900, seed=1))
    write(tmp_path / "february.csv", rows(700, seed=2, shift=0.3))
    done = subprocess.run(
        [python, "-c", _FRAMES], cwd=tmp_path, env=_CLEAN, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_action_installs_it(tmp_path: Path) -> None:
    (install,) = [step for step in ACTION["runs"]["steps"] if step["name"] == "Install Driftline"]
    given = {"PYTHON": sys.executable, "SOURCE": str(REPOSITORY), "RUNNER_TEMP": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", install["run"]], cwd=tmp_path, env={**OWN, **given}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert __version__ in _run(tmp_path / "driftline" / "bin" / "driftline", "--version")


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
