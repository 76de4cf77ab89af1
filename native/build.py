"""Builds the native core for Linux on one architecture, on any machine.

    python -m native.build [arm64 | x86_64] [--install | --into FOLDER]

The result is `build/native/<architecture>/driftline_core.abi3.so`, for CPython 3.11 and glibc 2.28, and later ones. It
depends on what is in this folder and on the pinned packages alone: built again, anywhere, it has the same bytes. It is
not built again as long as they are the same.
"""

import argparse
import fcntl
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from native.fetching import CACHE, HERE, LOCK, WITHOUT, NativeBuildError, compiler, run, say, zstd

MODULE = "driftline_core.abi3.so"
LICENCES = "driftline_core.licences.txt"
"""Of what is compiled into the module: it goes where the module goes."""

BUILT = HERE.parent / "build" / "native"

MACHINES: Mapping[str, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's architectures -> what compilers and wheels call them."""

GLIBC = "2.28"
"""The oldest: of manylinux_2_28. Lambda's has 2.34."""

_COMMON = ("-DNDEBUG", "-fPIC", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections")
_ZSTD = (
    # Assembler for one architecture; formats before 1.0; and nobody else calls it
    *("-O2", "-DZSTD_DISABLE_ASM=1", "-DZSTD_LEGACY_SUPPORT=0"),
    *("-DZSTDLIB_VISIBLE=", "-DZSTDERRORLIB_VISIBLE=", "-DZDICTLIB_VISIBLE="),
)
_CXX = (
    # -ffp-contract=off: a fused multiply-add rounds once where Python and numpy round twice
    *("-O3", "-std=c++20", "-fno-rtti", "-ffp-contract=off"),
    *("-Wall", "-Wextra", "-Werror"),
)


def is_wanted() -> bool:
    """The same setting as at run time."""
    return os.environ.get("DRIFTLINE_NATIVE", "").strip().lower() not in {"off", "0", "false", "no"}


def here() -> str | None:
    """The architecture of this machine if the core can run on it."""
    if sys.platform != "linux":
        return None
    return next((name for name, machine in MACHINES.items() if platform.machine() in {name, machine}), None)


def build(architecture: str, *, sources: Path = HERE, built: Path = BUILT) -> Path:
    """The module for an architecture of Lambda, built if that is needed.

    Raises:
        NativeBuildError: The compiler, zstd or Python's headers cannot be had, or the sources do not compile.
    """
    target = built / architecture / MODULE
    inputs = target.with_name("inputs.sha256")
    wanted = _digest(sources)

    def is_there() -> bool:
        return target.is_file() and inputs.is_file() and inputs.read_text("utf-8") == wanted

    if is_there():
        return target
    with _alone():
        if not is_there():
            target.parent.mkdir(parents=True, exist_ok=True)
            inputs.unlink(missing_ok=True)
            with TemporaryDirectory(dir=target.parent) as folder:
                _compile(MACHINES[architecture], sources, Path(folder))
                (Path(folder) / MODULE).replace(target)
            target.with_name(LICENCES).write_text(licences(), "utf-8")
            inputs.write_text(wanted, "utf-8")
    return target


def licences() -> str:
    """The licence texts of everything that is compiled into the module, each under its name."""
    zig = compiler().parent
    parts = {
        "zstd": zstd() / "LICENSE",
        "libc++ of LLVM": zig / "lib/libcxx/LICENSE.TXT",
        "libc++abi of LLVM": zig / "lib/libcxxabi/LICENSE.TXT",
        "libunwind of LLVM": zig / "lib/libunwind/LICENSE.TXT",
        "compiler_rt of Zig": zig / "LICENSE",
    }
    texts = {name: path.read_text("utf-8").strip() for name, path in parts.items()}
    head = "driftline_core contains, compiled from their sources: " + ", ".join(texts) + ".\n"
    return head + "".join(f"\n{'-' * 80}\n{name}\n{'-' * 80}\n\n{text}\n" for name, text in texts.items())


def _compile(machine: str, sources: Path, folder: Path) -> None:
    say(f"compiling for {machine}; the first time, with C++'s own library, takes a minute or two ...")
    _link(
        f"{machine}-linux-gnu.{GLIBC}",
        folder,
        *(f"-ffile-prefix-map={sources}=native", "-isystem", str(_headers(sources, folder))),
        *(*map(str, sorted(sources.glob("*.cpp"))), "-shared", "-s", "-Wl,--gc-sections"),
        *(f"-Wl,--version-script={sources / 'exports.map'}", "-o", str(folder / MODULE)),
    )


def build_program(target: str, source: Path, program: Path) -> None:
    """Builds a program of the core for any target of the compiler, with the same flags; tests compare architectures.

    Raises:
        NativeBuildError: see `build`.
    """
    with TemporaryDirectory() as folder:
        _link(target, Path(folder), str(source), "-o", str(program))


def _link(target: str, folder: Path, *arguments: str) -> None:
    zig, zstd_sources = str(compiler()), zstd()
    cache = {"ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig"), "ZIG_LOCAL_CACHE_DIR": str(CACHE / "zig")}
    fix = f"If you have not changed the sources, please report it. {WITHOUT}"
    run(
        [zig, "cc", "-target", target, *_COMMON, *_ZSTD, "-c", zstd_sources / "zstd.c", "-o", folder / "zstd.o"],
        f"zstd does not compile for {target}",
        fix,
        **cache,
    )
    run(
        [zig, "c++", "-target", target, *_COMMON, *_CXX, f"-I{zstd_sources}", folder / "zstd.o", *arguments],
        f"the native core does not compile for {target}",
        fix,
        **cache,
    )


def _headers(sources: Path, folder: Path) -> Path:
    """Python's headers, with our own description of the target in place of this machine's."""
    include = Path(sysconfig.get_paths()["include"])
    if not (include / "Python.h").is_file():
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        raise NativeBuildError(
            f"{include / 'Python.h'} is missing: the native core needs Python's headers. Install {version}-dev "
            f"(Debian, Ubuntu) or {version}-devel (Fedora, Amazon Linux); pyenv's and uv's Python have them. {WITHOUT}"
        )
    target = folder / "include"
    shutil.copytree(include, target, ignore=shutil.ignore_patterns("internal"))
    shutil.copyfile(sources / "pyconfig.h", target / "pyconfig.h")
    return target


def _digest(sources: Path) -> str:
    """Of all that the module is made of."""
    digest = sha256(platform.python_version().encode())
    for path in [
        *sorted(sources.glob("*.[ch]pp")),
        sources / "exports.map",
        sources / "pyconfig.h",
        LOCK,
        Path(__file__),
    ]:
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time: two would do the same work."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(module: Path, folder: Path) -> None:
    """Puts the module where Python looks for modules. What a process has loaded stays whole: it is another file."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as temporary:
        for name in (LICENCES, MODULE):
            copy = Path(temporary) / name
            shutil.copyfile(module.with_name(name), copy)
            copy.replace(folder / name)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m native.build", description=__doc__.partition("\n")[0])
    parser.add_argument("architecture", choices=sorted(MACHINES), nargs="?", help="this machine's if it is not given")
    parser.add_argument("--install", action="store_true", help="for this Python, too, if it is this machine's")
    parser.add_argument("--into", type=Path, help="a folder that gets the module, too")
    given = parser.parse_args(arguments)
    architecture = given.architecture or here()
    if not is_wanted() or not architecture:
        say("not built: DRIFTLINE_NATIVE is off" if architecture else "this machine runs the Python parser")
        return 0
    try:
        module = build(architecture)
    except NativeBuildError as error:
        print(f"Native core: {error}", file=sys.stderr)
        return 1
    if given.install and architecture == here():
        install(module, Path(sysconfig.get_paths()["platlib"]))
    if given.into:
        install(module, given.into)
    print(os.path.relpath(module))
    return 0


if __name__ == "__main__":
    sys.exit(main())
