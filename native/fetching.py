"""The compiler and the sources of zstd, which the native core is built with: pinned packages of PyPI, in `.cache`.

pip gets them, because it knows the machine's index, proxy and certificates, and compares them with the hashes of
`requirements.txt`.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.locked_build import Pin, pins

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "native"
LOCK = HERE / "requirements.txt"

WITHOUT = (
    "DRIFTLINE_NATIVE=off builds without the native core: capture files are then read by the Python parser, "
    "with the same results, several times more slowly."
)


class NativeBuildError(Exception):
    """What failed, and how to fix it."""


def compiler() -> Path:
    """The program `zig`; a C and C++ compiler for every architecture, 100 MB to download, once."""
    return _fetched("ziglang", _install, "the compiler, 100 MB") / "ziglang" / "zig"


def zstd() -> Path:
    """A folder with `zstd.c` and `zstd.h`, all of zstd in one file, and its licence."""
    return _fetched("zstandard", _unpack, "the sources of zstd")


def say(text: str) -> None:
    """Progress, for people; `sam build` shows the standard output at once, and the standard error at the end."""
    print(f"Native core: {text}", flush=True)


def _fetched(name: str, fetch: Callable[[str, Pin, Path], None], what: str) -> Path:
    pin = pins(LOCK.read_text("utf-8"))[name]
    target = CACHE / f"{name}-{pin.version}-{sha256(pin.line.encode()).hexdigest()[:8]}"
    if not target.is_dir():
        say(f"downloading {what}, once ...")
        CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as temporary:
            fetch(name, pin, Path(temporary))
            (Path(temporary) / "it").replace(target)
    return target


def _install(name: str, pin: Pin, folder: Path) -> None:
    _pip(pin, folder, "install", f"--only-binary={name}", f"--target={folder / 'it'}")


def _unpack(name: str, pin: Pin, folder: Path) -> None:
    _pip(pin, folder, "download", f"--no-binary={name}", f"--dest={folder}")
    into = folder / "it"
    into.mkdir()
    with tarfile.open(folder / f"{name}-{pin.version}.tar.gz") as archive:
        for file in ("zstd.c", "zstd.h", "zstd_errors.h", "LICENSE"):
            opened = archive.extractfile(f"{name}-{pin.version}/zstd/{file}")
            assert opened is not None
            with opened, (into / file).open("wb") as target:
                shutil.copyfileobj(opened, target)


def _pip(pin: Pin, folder: Path, command: str, *options: str) -> None:
    requirements = folder / "wanted.txt"
    requirements.write_text(f"{pin.line}\n", "utf-8")
    pip = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--no-deps"]
    run(
        [*pip, "--require-hashes", f"--requirement={requirements}", *options],
        f"pip cannot get {pin.line.split()[0]}",
        "The native core is built with packages of PyPI: let pip reach an index that has them. " + WITHOUT,
    )


def run(command: Sequence[str | Path], failed: str, fix: str, **environment: str) -> None:
    """Runs a program.

    Raises:
        NativeBuildError: It cannot be run or fails: the last of its output, and what was given here.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    except OSError as error:
        raise NativeBuildError(f"{failed}: {error}. {fix}") from error
    if done.returncode:
        raise NativeBuildError(f"{failed}:\n{(done.stderr or done.stdout).strip()[-3000:]}\n{fix}")
