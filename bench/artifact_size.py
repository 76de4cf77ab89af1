"""Unzipped size of what Lambda gets: the function's code and its layers, limit 250 MiB.

Read from `.aws-sam/build` when `sam build` was run on what is there now; else the locked packages are installed for
Lambda's platform.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.data import temporary_folder
from bench.environments import EnvironmentUnavailableError, uv
from bench.results import Limit, Options, Row, skipped

ROOT = Path(__file__).parent.parent
LIMIT = Limit(170, 120, "MiB")
LIMIT_OF_EXPLAIN_MODEL = Limit(230, 120, "MiB")
PLATFORM = "x86_64-manylinux_2_28"  # Lambda's python3.13 runs on Amazon Linux 2023, glibc 2.34


def run(_options: Options) -> Iterator[Row]:
    """Two rows: the largest function with its layers, and explain_model, which has a layer of its own."""
    built = ROOT / ".aws-sam" / "build"
    if _is_current(built):
        yield from _of_build(built)
        return
    code = size(ROOT / "layers" / "driftline" / "driftline") + size(ROOT / "functions")
    for name, layer, limit in (
        ("code and packages, installed for Lambda", "dependencies", LIMIT),
        ("explain_model, installed for Lambda", "explanations", LIMIT_OF_EXPLAIN_MODEL),
    ):
        with temporary_folder() as folder:
            try:
                _install(folder, locked(layer))
            except EnvironmentUnavailableError as error:
                yield skipped(name, limit, str(error))
                continue
            detail = f"{_largest(folder)}; our code {code:.1f} MiB; .aws-sam/build is not there, or older"
            yield Row(name, limit, size(folder) + code, detail)


def locked(layer: str) -> Path:
    """What `sam build` installs into a layer."""
    return ROOT / "layers" / layer / "requirements.txt"


def _is_current(built: Path) -> bool:
    """Whether nothing was changed since `sam build`: an old build would tell an old size."""
    made = built / "template.yaml"
    sources = [
        ROOT / "template.yaml",
        *(path for folder in ("layers", "functions") for path in (ROOT / folder).rglob("*")),
    ]
    return made.exists() and made.stat().st_mtime >= max(
        path.stat().st_mtime for path in sources if path.is_file() and "__pycache__" not in path.parts
    )


def _of_build(built: Path) -> Iterator[Row]:
    folders = {path.name: size(path) for path in sorted(built.iterdir()) if path.is_dir()}
    functions = {name: mib for name, mib in folders.items() if not (built / name / "python").is_dir()}
    explain = functions.pop("ExplainModel")
    largest = max(functions, key=lambda name: functions[name], default="")
    for name, function, mib, layer, limit in (
        ("largest function with its layers, as built", largest, functions[largest], "DependenciesLayer", LIMIT),
        ("explain_model with its layers", "ExplainModel", explain, "ExplanationsLayer", LIMIT_OF_EXPLAIN_MODEL),
    ):
        layers = {each: folders[each] for each in ("DriftlineLayer", layer)}
        parts = ", ".join(f"{each} {mib:.1f}" for each, mib in layers.items())
        yield Row(name, limit, sum(layers.values()) + mib, f"{parts}, {function} {mib:.2f} MiB")


def _install(folder: Path, requirements: Path) -> None:
    done = subprocess.run(
        [
            uv(),
            "--quiet",
            "pip",
            "install",
            "--target",
            str(folder),
            "--python-platform",
            PLATFORM,
            "--python-version",
            "3.13",
            "--only-binary",
            ":all:",
            "--requirements",
            str(requirements),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EnvironmentUnavailableError(done.stderr.strip().splitlines()[0])


def size(folder: Path) -> float:
    """MiB of all files under the folder; compiled Python files are left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files) / 2**20


def _largest(folder: Path, count: int = 4) -> str:
    sizes = {path.name: size(path) if path.is_dir() else path.stat().st_size / 2**20 for path in folder.iterdir()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:count]
    return ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)
