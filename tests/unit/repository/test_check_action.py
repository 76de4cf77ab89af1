"""The action `.github/actions/check`: its steps as a runner would run them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.places import REPOSITORY
from tests.unit.cli.test_cli_check import rows, write

FOLDER = REPOSITORY / ".github" / "actions" / "check"
ACTION: Mapping[str, Any] = YAML(typ="safe").load((FOLDER / "action.yml").read_text("utf-8"))
STEPS: Mapping[str, Any] = {step["name"]: step for step in ACTION["runs"]["steps"]}
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


@dataclass
class Runner:
    """What a runner gives each step: variables, files for outputs and the summary, a folder for what is temporary."""

    root: Path

    @property
    def files(self) -> dict[str, Path]:
        return {name: self.root / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}

    def environment(self, step: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, str]:
        known = {f"inputs.{name}": inputs.get(name, each.get("default", "")) for name, each in ACTION["inputs"].items()}
        known["github.action_path"] = str(FOLDER)
        return {
            **os.environ,
            "RUNNER_TEMP": str(self.root / "temp"),
            "GITHUB_ACTION_PATH": str(FOLDER),
            **{name: str(path) for name, path in self.files.items()},
            **{name: _EXPRESSION.sub(lambda found: known[found[1]], value) for name, value in step["env"].items()},
        }

    def run(self, name: str, inputs: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        step = STEPS[name]
        assert step["shell"] == "bash"
        for path in self.files.values():
            path.touch()
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.root, env=self.environment(step, inputs), capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """With Driftline installed, and data in its folder."""
    binaries = tmp_path / "temp" / "driftline" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "driftline").symlink_to(Path(sys.executable).with_name("driftline"))
    write(tmp_path / "reference.csv", rows(800, seed=1))
    write(tmp_path / "alike.csv", rows(600, seed=3))
    write(tmp_path / "other data.csv", rows(600, seed=2, shift=0.3))
    return Runner(tmp_path)


def test_no_input_is_a_part_of_a_script() -> None:
    assert all("${{" not in step["run"] for step in STEPS.values())
    named = {name for step in STEPS.values() for value in step["env"].values() for name in _EXPRESSION.findall(value)}
    assert {f"inputs.{name}" for name in ACTION["inputs"]} <= named


def test_nothing_is_violated(runner: Runner) -> None:
    done = runner.run("Compare", {"data": "alike.csv", "baseline": "reference.csv"})
    assert done.returncode == 0, done.stderr
    assert runner.outputs == {"verdict": "good", "violations": "0", "html": "driftline-report.html"}
    assert "good" in runner.files["GITHUB_STEP_SUMMARY"].read_text()
    assert (runner.root / "driftline-report.html").read_text().startswith("<!doctype html>")


def test_violations_fail_the_job_unless_they_shall_not(runner: Runner) -> None:
    inputs = {"data": "alike.csv\nother data.csv\n", "baseline": "reference.csv\r\n", "junit": "tests.xml"}
    failed = runner.run("Compare", inputs)
    assert failed.returncode == 2, failed.stderr
    found = runner.outputs
    assert found["verdict"] == "violations"
    assert int(found["violations"]) > 1
    assert f'"violations": {found["violations"]}' in (runner.root / "temp" / "driftline-verdict.json").read_text()
    assert (runner.root / "tests.xml").exists()
    assert runner.run("Compare", inputs | {"fail-on-violations": "false"}).returncode == 0


def test_every_input_reaches_the_command(runner: Runner) -> None:
    """Settings of several lines, and a document."""
    inputs = {
        "data": "other data.csv",
        "baseline": "reference.csv",
        "set": "drift=psi\nmetrics=none",
        "categorical": "visits",
        "exclude": "amount, country",
        "monitor": "data_quality",
        "html": "pages/here.html",
    }
    done = runner.run("Compare", inputs)
    assert done.returncode == 2, done.stderr
    verdict = json.loads((runner.root / "temp" / "driftline-verdict.json").read_text())
    assert {each["method"] for each in verdict["findings"] if each["check"] == "baseline_drift_check"} == {"PSI"}
    assert {"amount", "country"}.isdisjoint(each["subject"] for each in verdict["findings"])
    assert (runner.root / "pages" / "here.html").exists()
    (runner.root / "shop.yaml").write_text("endpoint: shop\nmonitors: {data_quality: {}}\n")
    named = {"data": "alike.csv", "baseline": "reference.csv", "document": "shop.yaml"}
    assert runner.run("Compare", named).returncode == 0


@pytest.mark.parametrize("text", ["$(touch pwned)", '"; touch pwned; "', "`touch pwned`", "x\ntouch pwned"])
def test_no_input_is_run(runner: Runner, text: str) -> None:
    """All of them at once: the script has put them together before the command refuses them."""
    done = runner.run("Compare", dict.fromkeys(ACTION["inputs"], text))
    assert done.returncode != 0
    assert not (runner.root / "pwned").exists()
    assert runner.outputs == {}


def test_a_path_makes_no_output_of_its_own(runner: Runner) -> None:
    path = "page.html\nverdict=good"
    runner.run("Compare", {"data": "other data.csv", "baseline": "reference.csv", "html": path})
    assert runner.outputs["verdict"] == "violations"
    assert set(runner.outputs) == {"verdict", "violations", "html"}


def test_data_that_cannot_be_read_fail_the_job_whatever_was_wished(runner: Runner) -> None:
    done = runner.run("Compare", {"data": "none.csv", "baseline": "reference.csv", "fail-on-violations": "false"})
    assert done.returncode == 1
    assert "none.csv: no such file" in done.stderr
    assert runner.outputs == {}
