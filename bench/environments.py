"""Environments of the peers: each has its own under `.cache/bench`, because their pins contradict each other."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.data import CACHE


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment: its folder's name, its Python and its pinned packages.

    Attributes:
        alone: Packages that are installed without what they require.
    """

    name: str
    python: str
    packages: tuple[str, ...]
    alone: tuple[str, ...] = ()


class EnvironmentUnavailableError(Exception):
    """The environment cannot be made here: no network, no such Python, no wheel."""


def interpreter(environment: Environment) -> Path:
    """The environment's Python; makes the environment when it is not there or has other pins.

    Raises:
        EnvironmentUnavailableError: with uv's own reason.
    """
    folder = CACHE / environment.name
    python = folder / "bin" / "python"
    pins = "\n".join((environment.python, *environment.packages, *environment.alone))
    stamp = folder / "pins.txt"
    if not (stamp.exists() and stamp.read_text() == pins):
        _uv("venv", "--clear", "--python", environment.python, str(folder))
        _uv("pip", "install", "--python", str(python), *environment.packages)
        if environment.alone:
            _uv("pip", "install", "--python", str(python), "--no-deps", *environment.alone)
        stamp.write_text(pins)
    return python


def uv() -> str:
    """Path of uv: the one of this virtual environment, else the one on PATH.

    Raises:
        EnvironmentUnavailableError: there is none.
    """
    own = Path(sys.executable).with_name("uv")
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise EnvironmentUnavailableError("uv is not installed")
    return found


def _uv(*arguments: str) -> None:
    done = subprocess.run([uv(), "--quiet", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise EnvironmentUnavailableError(" ".join(lines)[:200] or f"uv {arguments[0]} failed")
