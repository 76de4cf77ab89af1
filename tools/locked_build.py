"""Whether what `sam build` put into the layers is what the locks pin: `make build` runs it.

    python -m tools.locked_build .aws-sam/build [--allow-unchecked]

The wheels are downloaded again by pip, which compares them with the locks, and every file of a layer is compared with
theirs: SAM may have taken the layer from its cache. Compiled modules are compared with the source that they were made
of. The exit code is 0 if all files are the same, 1 if one is not, and 3 if the wheels cannot be downloaded: then
nothing is known.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from importlib.util import MAGIC_NUMBER, cache_from_source, source_from_cache, source_hash
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from tools.layer import MOVED, is_left_out

SAME, DIFFERENT, UNKNOWN = 0, 1, 3
"""2 is that of wrong arguments."""

LAYERS: Mapping[str, str] = {
    "DependenciesLayer": "layers/dependencies/requirements.txt",
    "TablesLayer": "layers/tables/requirements.txt",
}
"""Lock by layer. It is in the layer, too."""

CODE = "DriftlineLayer"
"""Our own modules."""

_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""https://peps.python.org/pep-0552/: valid by the hash of the source, which is not read again."""

PYTHON = "3.13"

_PINNED = re.compile(r"^(\S+?)(?:\[[^]]*\])?==(\S+)((?:[ \t]*\\\n[ \t]+--hash=\S+)+)", re.MULTILINE)
_TAG = re.compile(r"^Tag: (\S+)-(\S+)-(\S+)$", re.MULTILINE)
_SHOWN = 10


class UnreachableError(Exception):
    """The wheels of a lock cannot be downloaded."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package of a lock: its name, version and hashes, as pip reads them."""

    version: str
    line: str


def pins(lock: str) -> Mapping[str, Pin]:
    return {normal(name): Pin(version, f"{name}=={version}{hashes}") for name, version, hashes in _PINNED.findall(lock)}


def differences(layer: Path, lock: str) -> Iterator[str]:
    """What is in a layer and is not what its lock pins, and the reverse.

    Args:
        layer: The folder with the packages.

    Raises:
        UnreachableError: see there.
    """
    pinned, platforms = pins(lock), {}
    for info in sorted(layer.glob("*.dist-info")):
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        wheel = info / "WHEEL"
        if normal(name) not in pinned or pinned[normal(name)].version != version or not wheel.is_file():
            yield f"{info.name}: the lock does not have it"
        else:
            platforms[normal(name)] = frozenset(tag[2] for tag in _TAG.findall(wheel.read_text("utf-8")))
    yield from (f"{name} {pinned[name].version}: it is missing" for name in sorted(set(pinned) - set(platforms)))
    wanted = {"requirements.txt": sha256(lock.encode()).hexdigest()}
    with TemporaryDirectory(prefix="driftline-wheels-") as folder:
        download({name: pinned[name] for name in platforms}, platforms, Path(folder))
        for path in Path(folder).glob("*.whl"):
            wanted |= files_of(path)
    there = {
        path.relative_to(layer).as_posix(): path
        for path in layer.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            yield f"{name}: it is missing"
        elif name not in wanted:
            yield f"{name}: no locked wheel has it"
        elif _digest(there[name]) != wanted[name]:
            yield f"{name}: it is not the locked wheel's"
    yield from stale_modules(layer)


def download(pinned: Mapping[str, Pin], platforms: Mapping[str, frozenset[str]], folder: Path) -> None:
    """The wheels for the platforms that the layer's own name, compared with the hashes by pip.

    Raises:
        UnreachableError: pip's reason.
    """
    together: dict[frozenset[str], list[str]] = defaultdict(list)
    for name, pin in pinned.items():
        together[platforms[name]].append(pin.line)
    for tags, lines in together.items():
        requirements = folder / "wanted.txt"
        requirements.write_text("\n".join(lines) + "\n", "utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        kind = ["--only-binary=:all:", f"--python-version={PYTHON}", "--implementation=cp"]
        platform = [f"--platform={tag}" for tag in sorted(tags)]
        place = ["--require-hashes", f"--requirement={requirements}", f"--dest={folder}"]
        run = subprocess.run([*pip, *kind, *platform, *place], capture_output=True, text=True, check=False)
        if run.returncode:
            raise UnreachableError(" ".join(run.stderr.split())[-600:])


def files_of(wheel: Path) -> Mapping[str, str]:
    """SHA-256 by name of the files that a wheel puts into a layer."""
    with ZipFile(wheel) as opened:
        placed = {MOVED.sub("", name): name for name in opened.namelist() if not name.endswith("/")}
        return {at: sha256(opened.read(name)).hexdigest() for at, name in placed.items() if not is_left_out(at)}


def stale_modules(folder: Path) -> Iterator[str]:
    """Compiled modules that were not made of the source next to them, and sources that were not compiled."""
    for compiled in sorted(folder.rglob("*.pyc")):
        source = Path(source_from_cache(str(compiled)))
        head = compiled.read_bytes()[:16]
        if not source.is_file() or head != MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(source.read_bytes()):
            yield f"{compiled.relative_to(folder).as_posix()}: it was not compiled from the module next to it"
    for source in sorted(folder.rglob("*.py")):
        if not Path(cache_from_source(str(source))).is_file():
            yield f"{source.relative_to(folder).as_posix()}: it was not compiled"


def normal(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def check(build: Path, repository: Path) -> Iterator[tuple[str, list[str]]]:
    """(layer, its differences) of each layer with a lock that was built, and of all others if they have packages."""
    others = [path for path in build.rglob("*.dist-info") if path.relative_to(build).parts[0] not in LAYERS]
    if others:
        yield "all others", [f"{path.relative_to(build)}: it has no lock" for path in sorted(others)]
    for name, lock in LAYERS.items():
        if (build / name).is_dir():
            yield name, list(differences(build / name / "python", (repository / lock).read_text("utf-8")))
    if (build / CODE).is_dir():
        yield CODE, list(stale_modules(build / CODE / "python"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.locked_build", description=__doc__.partition("\n")[0])
    parser.add_argument("build", type=Path, help="what sam build made: .aws-sam/build")
    parser.add_argument("--allow-unchecked", action="store_true", help="do not fail if the wheels cannot be downloaded")
    given = parser.parse_args(arguments)
    code = SAME
    try:
        for layer, found in check(given.build, Path(__file__).resolve().parent.parent):
            print(f"{layer}: {f'{len(found)} different from the lock' if found else 'as locked'}")
            print("".join(f"  {line}\n" for line in found[:_SHOWN]), end="")
            code = DIFFERENT if found else code
    except UnreachableError as error:
        print(f"NOT CHECKED, because the locked wheels cannot be downloaded: {error}")
        return code or (SAME if given.allow_unchecked else UNKNOWN)
    return code


if __name__ == "__main__":
    sys.exit(main())
