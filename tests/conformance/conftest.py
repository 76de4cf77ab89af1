"""Real files of SageMaker, and the Monday windows of the New York taxi scenario as profiles."""

import csv
import gzip
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.rules.constraints import Constraints, parse_constraints
from driftline.kinds.data_quality.rules.observed import NamedProfiles
from tests.environment import OWN
from tests.places import REPOSITORY

SDK = "sagemaker==2.257.7"
SDK_3 = "sagemaker-core==2.27.0"
"""The part of version 3 of the SDK that has `sagemaker.core`: 418 MB; all of it brings MLflow, and adds none of our classes."""

MONDAYS = ("2020-02-03", "2020-02-10", "2020-02-17", "2020-02-24", "2020-03-02", "2020-03-09", "2020-03-16")


@dataclass(frozen=True)
class TaxiMondays:
    """The reference scenario: what was captured, and what SageMaker's container reported about it."""

    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "sagemaker_reports" / "data_quality"

    def constraints(self) -> Constraints:
        return parse_constraints((self.reports / "baseline" / "constraints.json").read_bytes())

    def window(self, day: str) -> tuple[int, NamedProfiles]:
        """(rows, features in the order of the constraints) of one Monday."""
        with gzip.open(self.folder / "features" / f"{day}.csv.gz", "rt") as file:
            rows = list(csv.DictReader(file))
        sources = {"pickup_count": "prediction"}  # the endpoint's output bears the label's name in the baseline
        names = [feature.name for feature in self.constraints().features]
        cells = {name: [row[sources.get(name, name)] for row in rows] for name in names}
        return len(rows), [(name, ColumnProfile.of(texts_to_columns(cells[name]))) for name in names]

    def statistics_text(self, day: str) -> str:
        return gzip.decompress((self.reports / day / "statistics.json.gz").read_bytes()).decode()

    def violations_text(self, day: str) -> str:
        return (self.reports / day / "constraint_violations.json").read_text()


@pytest.fixture(scope="session")
def taxi(shared_data: Path) -> TaxiMondays:
    return TaxiMondays(shared_data / "nyc_taxi_15min_sagemaker")


@pytest.fixture(scope="session")
def quality_check_step(shared_data: Path) -> Path:
    """A data set with the files that SageMaker's container made of it."""
    return shared_data / "sagemaker_sdk" / "quality_check_step" / "data_quality"


@pytest.fixture(scope="session")
def sdk_python() -> Path:
    """A Python with version 2 of the SDK."""
    return _python_with(SDK)


@pytest.fixture(scope="session")
def sdk_3_python() -> Path:
    """A Python with version 3 of the SDK."""
    return _python_with(SDK_3)


def _python_with(sdk: str) -> Path:
    """In an environment of its own; the mark at the end tells a whole environment from a broken attempt."""
    environment = REPOSITORY / ".cache" / sdk.replace("==", "-")
    python = environment / "bin" / "python"
    ready = environment / ".ready"
    if not ready.exists():
        uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)
        install = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        subprocess.run([*install, "--quiet", sdk, "setuptools"], env=OWN, check=True)
        ready.touch()
    return python
