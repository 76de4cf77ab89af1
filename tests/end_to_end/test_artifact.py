"""What `sam build` makes, deployed where nothing but the runtime's own packages is: a dependency that is missing from
the layers is seen here, and nowhere else before AWS."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from local.cloud import EmbeddedCloud
from local.stack import REPOSITORY
from tests.end_to_end.alarmed import open_place, started
from tests.end_to_end.endpoint import HOUR, capture_file, capture_key, reports_folder, rows, watch
from tests.environment import OWN

pytestmark = pytest.mark.artifact

SAM = "aws-sam-cli==1.170.0"
LIMIT_WITHOUT_TABLES_MB = 120
LIMIT_MB = 170
"""Of Lambda's 250 MB, unzipped; docs/design/performance.md has the budgets."""

ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
"""Of this machine, where the artifact is run; the template's default is arm64."""

TOOLS = Path(sys.executable).parent


def _run(*command: str | Path) -> None:
    """Installs packages, from where the machine's owner gets them: the environment is the owner's."""
    environment = {
        **OWN,
        "SAM_CLI_TELEMETRY": "0",
        # SAM looks for python3.13 on the path; outside the environment that name may be a shim that does not run.
        "PATH": f"{TOOLS}{os.pathsep}{OWN['PATH']}",
    }
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def build() -> Path:
    """The output of `sam build` for this machine's architecture, apart from the one that people deploy."""
    folder = REPOSITORY / ".aws-sam" / "tested"
    _run(
        *(TOOLS / "uv", "tool", "run", "--quiet", "--from", SAM, "sam", "build", "--cached", "--parallel"),
        *("--build-dir", folder, "--cache-dir", REPOSITORY / ".aws-sam" / "tested-cache"),
        *("--parameter-overrides", f"Architecture={ARCHITECTURE}"),
    )
    return folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An interpreter with what Lambda's runtime has, boto3, and MiniStack to serve it."""
    folder = tmp_path_factory.mktemp("runtime") / "venv"
    _run(TOOLS / "uv", "venv", "--quiet", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    _run(TOOLS / "uv", "pip", "install", "--quiet", "--python", python, "ministack==1.5.33", "boto3==1.43.106")
    yield python
    shutil.rmtree(folder)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def test_code_and_layers_fit(build: Path) -> None:
    sizes = {path.name: _megabytes(path) for path in build.iterdir() if path.is_dir()}
    layers = sizes["DriftlineLayer"] + sizes["DependenciesLayer"] + sizes["TablesLayer"]
    largest = max(size for name, size in sizes.items() if not name.endswith("Layer"))
    print(f"\ncode and layers, unzipped: {layers + largest:.1f} MB of {LIMIT_MB}")  # noqa: T201
    assert layers + largest <= LIMIT_MB


def test_every_file_of_the_layers_is_a_locked_wheels(build: Path) -> None:
    """And every module was compiled: Lambda would do it again at each cold start."""
    _run(sys.executable, "-m", "tools.locked_build", build)


def test_functions_without_tables_are_small(build: Path) -> None:
    """Nobody pays for DuckDB to send a message or to compute Shapley values."""
    layer = build / "DependenciesLayer" / "python"
    packages = {path.name for path in layer.iterdir()}
    assert "numpy" in packages
    assert not {"duckdb", "scipy", "xgboost", "lightgbm", "shap"} & packages
    assert not [path for path in layer.rglob("tests") if path.is_dir()]
    assert _megabytes(layer) + _megabytes(build / "DriftlineLayer") <= LIMIT_WITHOUT_TABLES_MB


OTHER, OTHER_MACHINE = ("x86_64", 0x3E) if ARCHITECTURE == "arm64" else ("arm64", 0xB7)
"""What this machine is not, and the number of that in the header of ELF files (e_machine)."""

RUNTIME_GLIBC = (2, 34)
"""Of Amazon Linux 2023, on which python3.13 runs."""


@pytest.mark.long  # a second build, of packages that this machine cannot run
def test_packages_are_of_the_architecture_that_is_asked_for(tmp_path: Path) -> None:
    """Most people build on another machine than Lambda's. Lambda takes the wrong packages, and fails at the import."""
    built = tmp_path / "built"
    built.mkdir()
    for layer in ("DependenciesLayer", "TablesLayer"):
        _run(
            *(TOOLS / "uv", "tool", "run", "--quiet", "--from", SAM, "sam", "build", layer, "--no-cached"),
            *("--build-dir", tmp_path / layer, "--parameter-overrides", f"Architecture={OTHER}"),
        )
        (tmp_path / layer / layer).rename(built / layer)
    _run(sys.executable, "-m", "tools.locked_build", built)
    binaries = [path for path in built.rglob("*.so*") if path.read_bytes()[:4] == b"\x7fELF"]
    assert {int.from_bytes(path.read_bytes()[18:20], "little") for path in binaries} == {OTHER_MACHINE}
    assert {"_duckdb.abi3.so", "numpy", "pydantic_core"} <= {path.relative_to(built).parts[2] for path in binaries}
    tags = [path.read_text() for path in built.glob("*/python/*.dist-info/WHEEL")]
    needed = [tuple(map(int, found)) for tag in tags for found in re.findall(r"manylinux_(\d+)_(\d+)_", tag)]
    assert max(needed) <= RUNTIME_GLIBC


def test_the_packages_come_from_the_layers_alone(runtime: Path) -> None:
    """Guards the test below against an environment that has by chance what a layer lacks."""
    found = subprocess.run(
        [runtime, "-c", "import importlib.util as u; print([n for n in ('pydantic', 'numpy') if u.find_spec(n)])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_the_built_artifact_does_the_same_job(build: Path, runtime: Path) -> None:
    with EmbeddedCloud(build=build, python=runtime, parameters={"Architecture": ARCHITECTURE}) as cloud:
        bucket = watch(cloud, "built")
        bucket.put(capture_key("built"), capture_file(rows(300, seed=2, years_older=20)))
        cloud.drain()
        assert bucket.json("monitors/built.status.json")["status"] == "ok"
        cloud.fire_schedule("built-data_quality", HOUR + timedelta(hours=1))
        cloud.drain()
        files = bucket.everything(reports_folder("built"))
        violations = json.loads(files[reports_folder("built") + "constraint_violations.json"])["violations"]
        assert "age" in {violation["feature_name"] for violation in violations}
        metrics = cloud.client("cloudwatch").list_metrics(MetricName="feature_baseline_drift_age")["Metrics"]
        assert len(metrics) == 1


@pytest.mark.long  # a second deployment; a test of the template holds which function has which packages
def test_the_built_artifact_tells_people_and_retrains(build: Path, runtime: Path) -> None:
    """The functions that an alarm sets off, and their packages: slack_sdk, Powertools' parameters and idempotency."""
    parameters = {"Architecture": ARCHITECTURE}
    with open_place(build=build, python=runtime, parameters=parameters) as place:
        asks = "[{metric: violations, threshold: 1, actions: [notify, retrain]}]"
        retraining = "retraining: {target: {pipeline: retrain}, minimum_labelled_rows: 0}\n"
        endpoint = place.watch("built", retraining, asks)
        endpoint.live([(0, True)])
        assert "built: age: 0 % → " in endpoint.slack()[0]
        assert [record["decision"] for record in endpoint.audit()] == ["started"]
        assert len(started(place.cloud)) == 1
        place.happen("our.deployer", "Driftline New Model", {"Endpoint": "built", "Model": "built-2"})
        assert endpoint.bucket.json("state/models/built.json")["entries"][-1]["model"] == "built-2"
        for letters in ("Alarm", "Retraining", "Adopt", "Freshness"):
            assert place.cloud.messages(f"{letters}DeadLettersUrl") == 0


def _machines_of_core(layer: Path) -> list[int]:
    """Of the machine in the header of the native core."""
    return [int.from_bytes(path.read_bytes()[18:20], "little") for path in layer.rglob("driftline_core.*.so")]


def test_the_layer_has_the_native_core_of_its_architecture(build: Path) -> None:
    (machine,) = {0xB7, 0x3E} - {OTHER_MACHINE}
    assert _machines_of_core(build / "DriftlineLayer") == [machine]


@pytest.mark.long  # the core is compiled for a second architecture
def test_the_core_is_of_the_architecture_that_is_asked_for(tmp_path: Path) -> None:
    _run(
        *(TOOLS / "uv", "tool", "run", "--quiet", "--from", SAM, "sam", "build", "DriftlineLayer", "--no-cached"),
        *("--build-dir", tmp_path / "built", "--parameter-overrides", f"Architecture={OTHER}"),
    )
    assert _machines_of_core(tmp_path / "built" / "DriftlineLayer") == [OTHER_MACHINE]
