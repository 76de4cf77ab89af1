"""Makes the contents of a layer: `sam build` runs it through layers/makefiles/.

    python3.13 -m tools.layer packages layers/dependencies/requirements.txt --architecture arm64 --into FOLDER
    python3.13 -m tools.layer code layers/driftline/driftline --into FOLDER

Packages are the wheels that a lock pins, for Lambda's platform, whatever this machine is: pip compares each with the
lock's hashes. What no function runs is left out. All modules are compiled: Lambda's layers are read-only, so that a
function would otherwise compile everything that it imports at each cold start, which takes longer than the imports.

The compiled modules are valid by the hash of their source, not by its time, because a layer's archive has times of its
own; Lambda does not compare them again. Made twice, a layer has the same bytes.

SAM's cache knows the lock or the code of a layer, and not this program: after a change here, build with --no-cached.
"""

import argparse
import compileall
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from zipfile import ZipFile

PYTHON = (3, 13)
"""Lambda's runtime; compiled modules are of one version."""

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's names of architectures, and those of wheels."""

NEWEST_GLIBC = 34
"""The minor version of Amazon Linux 2023's, on which python3.13 runs; wheels for older ones run there, too."""

OLDEST_GLIBC = 17

INSTALLED_AT = "/opt/python"
"""Where Lambda has a layer's packages: compiled modules name it, and not a folder of this machine."""

NEVER_RUN = (
    "*.pyi",
    "*.pxd",
    "*.pyx",
    "*/tests/*",
    "*/include/*",
    "*/lib/*.a",
    "numpy/f2py/*",
    "duckdb/experimental/*",
    "pydantic/v1/*",
    "pydantic/mypy.py",
)
"""Files of packages that no function runs: stubs, sources for compilers, packages' own tests, and what numpy has for
Fortran, DuckDB for Spark, and pydantic for its first version."""

MOVED = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")
_DATA = re.compile(r"^[^/]+\.data/")


class LayerError(Exception):
    """A layer cannot be made; the text says why and what to do."""


def is_left_out(name: str) -> bool:
    """Whether a file of a wheel is no part of a layer, by its path in the layer."""
    return _DATA.match(name) is not None or any(fnmatch(name, pattern) for pattern in NEVER_RUN)


def platforms(architecture: str) -> list[str]:
    """The tags of wheels that run on Lambda: pip takes no newer one for an older one."""
    machine = MACHINES[architecture]
    return [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)] + [
        f"manylinux2014_{machine}"
    ]


def add_packages(lock: Path, architecture: str, folder: Path) -> None:
    """Puts the wheels of a lock into a folder, and the lock itself.

    Raises:
        LayerError: they cannot be downloaded, or are not the locked ones.
    """
    with TemporaryDirectory(prefix="driftline-wheels-") as downloads:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        kind = ["--only-binary=:all:", f"--python-version={PYTHON[0]}.{PYTHON[1]}", "--implementation=cp"]
        tags = [f"--platform={tag}" for tag in platforms(architecture)]
        place = ["--require-hashes", f"--requirement={lock}", f"--dest={downloads}"]
        run = subprocess.run([*pip, *kind, *tags, *place], capture_output=True, text=True, check=False)
        if run.returncode:
            reason = " ".join((run.stderr or run.stdout).split())[-600:]
            raise LayerError(f"{lock}: its wheels for {architecture} cannot be had: {reason}")
        for wheel in sorted(Path(downloads).glob("*.whl")):
            unpack(wheel, folder)
    shutil.copyfile(lock, folder / "requirements.txt")


def unpack(wheel: Path, folder: Path) -> None:
    """A wheel's files, where they are imported from."""
    with ZipFile(wheel) as opened:
        for name in opened.namelist():
            placed = MOVED.sub("", name)
            target = (folder / placed).resolve()
            if name.endswith("/") or is_left_out(placed) or not target.is_relative_to(folder.resolve()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(opened.read(name))


def check_version() -> None:
    """Raises LayerError: this Python's compiled modules are not those of Lambda's."""
    if sys.version_info[:2] != PYTHON:
        raise LayerError(
            f"this is Python {platform.python_version()}, and Lambda's is {PYTHON[0]}.{PYTHON[1]}: its modules must be "
            "compiled by the same version. Put python3.13 on the PATH, or run `make build`."
        )


def compile_modules(folder: Path) -> None:
    """Raises LayerError: a module cannot be compiled."""
    done = compileall.compile_dir(
        folder,
        maxlevels=100,
        quiet=1,
        stripdir=str(folder),
        prependdir=INSTALLED_AT,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        workers=1,  # the order in which modules are compiled shows in their bytes
    )
    if not done:
        raise LayerError(f"modules in {folder} cannot be compiled; compileall says above which")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.layer", description=__doc__.partition("\n")[0])
    what = parser.add_subparsers(dest="what", required=True)
    packages = what.add_parser("packages", help="the wheels of a lock")
    packages.add_argument("source", type=Path, metavar="LOCK")
    packages.add_argument("--architecture", choices=sorted(MACHINES), required=True)
    code = what.add_parser("code", help="a package of our own")
    code.add_argument("source", type=Path, metavar="PACKAGE")
    for each in (packages, code):
        each.add_argument("--into", type=Path, required=True, help="the layer's folder python/; it is made again")
    given = parser.parse_args(arguments)
    try:
        check_version()
        shutil.rmtree(given.into, ignore_errors=True)
        given.into.mkdir(parents=True)
        if given.what == "packages":
            add_packages(given.source, given.architecture, given.into)
        else:
            shutil.copytree(given.source, given.into / given.source.name, ignore=shutil.ignore_patterns("__pycache__"))
        compile_modules(given.into)
    except LayerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
