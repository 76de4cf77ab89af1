"""Runs the command line over a copy of one of the small inputs beside the repository."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from tests.places import REPOSITORY

CASES = REPOSITORY.parent / "shared" / "cases"
ENDPOINT = "shop"
START, END = "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"


@dataclass(frozen=True)
class Ran:
    """A command's result: its exit code, and what it printed on either stream."""

    exit_code: int
    output: str


@dataclass(frozen=True)
class Case:
    """A copy of a case, which may be changed.

    Attributes:
        folder: Has the bucket's layout.
        monitor: The monitor that is run.
    """

    folder: Path
    monitor: str = "data_quality"

    def call(self, command: str, *arguments: object) -> Ran:
        """One command of the command line, in this process."""
        result = CliRunner().invoke(
            app, [command, "--store", str(self.folder), *map(str, arguments)], catch_exceptions=False
        )
        return Ran(result.exit_code, result.output)

    def baseline(self) -> Ran:
        return self.call("baseline", "--monitor", self.monitor)

    def ingest(self) -> Ran:
        return self.call("ingest")

    def merge(self) -> Ran:
        return self.call("merge")

    def run(self) -> Ran:
        """The window of the cases."""
        return self.call("run", "--monitor", self.monitor, "--start", START, "--end", END)

    def everything(self) -> Ran:
        """Baseline and labels where the case has them, captures, and the window: what `run-case` does."""
        if (self.folder / "baselines" / ENDPOINT / self.monitor / "input").is_dir():
            done = self.baseline()
            assert done.exit_code == 0, done.output
        self.ingest()
        if (self.folder / "ground-truth").is_dir():
            self.merge()
        return self.run()

    def baseline_file(self, name: str) -> Path:
        return self.folder / "baselines" / ENDPOINT / self.monitor / name

    def constraints(self) -> dict[str, Any]:
        """The constraints of each feature, by its name."""
        found = json.loads(self.baseline_file("constraints.json").read_text())
        return {feature["name"]: feature for feature in found["features"]}

    def summary(self) -> dict[str, Any]:
        """The only summary.json that was written."""
        [found] = (self.folder / "reports").rglob("summary.json")
        return dict(json.loads(found.read_text()))


def case(name: str, tmp_path: Path, monitor: str = "data_quality") -> Case:
    """A copy of a case; skips the test where the cases are not beside the clone."""
    if not CASES.is_dir():
        pytest.skip("the cases (../shared/cases) are not beside this clone")
    folder = tmp_path / name
    shutil.copytree(CASES / name, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the originals are read-only
    return Case(folder, monitor)
