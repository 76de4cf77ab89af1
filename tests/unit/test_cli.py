"""The command line over a folder: what it prints, what it writes and how it exits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode

DOCUMENT = """\
endpoint: churn
columns: {output: [score], input: ["[bold]age[/bold]", plan]}
monitors:
  data_quality: {schedule: cron(0 * ? * * *)}
"""
"""A column whose name is markup for the terminal."""

BASELINE = "score,[bold]age[/bold],plan\n" + "".join(
    f"0.{value % 10}5,{20 + value % 50},{'basic' if value % 3 else 'pro'}\n" for value in range(300)
)


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A folder with a monitor document and a baseline data set, nothing made of them yet."""
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "churn.yaml").write_text(DOCUMENT)
    data = tmp_path / "baselines" / "churn" / "data_quality" / "input" / "baseline.csv"
    data.parent.mkdir(parents=True)
    data.write_text(BASELINE)
    return tmp_path


def test_help_of_every_command_has_an_example() -> None:
    commands = ["validate", "baseline", "ingest", "run", "replay", "show"]
    listed = driftline("--help").stdout
    for command in commands:
        assert command in listed
        assert "Example: driftline" in driftline(command, "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["show", "--scheduled", "yesterday"],
        ["replay", "--from", "2026-03-01T00:00:00Z"],
        ["validate"],
        ["--no-such-option"],
    ],
)
def test_bad_usage_does_not_look_like_violations(arguments: list[str]) -> None:
    result = driftline(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert "Usage" in result.stderr


def test_the_installed_command_exits_as_the_tests_see_it() -> None:
    command = Path(sys.executable).with_name("driftline")
    assert subprocess.run([command, "show", "--scheduled", "x"], capture_output=True, check=False).returncode == 64
    assert subprocess.run([command, "--help"], capture_output=True, check=False).returncode == 0


class TestValidate:
    def test_a_good_document(self, store: Path) -> None:
        result = driftline("validate", store / "monitors" / "churn.yaml")
        assert result.exit_code == ExitCode.COMPLETED
        assert "cron(0 * ? * * *)" in result.stdout

    def test_every_error_of_a_bad_one(self, tmp_path: Path) -> None:
        # Given two errors, on lines 1 and 3
        document = tmp_path / "churn.yaml"
        document.write_text("endpoint: other\nmonitors:\n  data_qualify: {}\n")
        # When
        people = driftline("validate", document)
        machines = driftline("validate", document, "--json")
        # Then
        assert people.exit_code == machines.exit_code == ExitCode.FAILED
        assert "Did you mean data_quality?" in people.stdout
        found = json.loads(machines.stdout)
        assert found["status"] == "error"
        assert [error["line"] for error in found["errors"]][:1] == [1]
        assert "data_qualify" in json.dumps(found["errors"])

    def test_machines_get_the_content_with_its_defaults(self, store: Path) -> None:
        found = json.loads(driftline("validate", store / "monitors" / "churn.yaml", "--json").stdout)
        assert found["status"] == "ok"
        assert found["content"]["capture"] == {"bucket": None, "prefix": "capture/"}

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        result = driftline("validate", tmp_path / "none.yaml")
        assert result.exit_code == ExitCode.FAILED
        assert f"{tmp_path}/none.yaml: cannot be read" in result.stderr


class TestPlaces:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        result = driftline("show", "--store", tmp_path / "none", "--json")
        assert result.exit_code == ExitCode.FAILED
        assert json.loads(result.stdout)["error"]["what"] == "there is no such folder"
        assert "Expected: a folder" in result.stderr

    def test_a_bucket_with_a_prefix_is_refused(self) -> None:
        result = driftline("show", "--store", "s3://bucket/folder")
        assert result.exit_code == ExitCode.FAILED
        assert "s3://<bucket>" in result.stderr

    def test_no_document_and_no_endpoint(self, tmp_path: Path) -> None:
        result = driftline("show", "--store", tmp_path)
        assert result.exit_code == ExitCode.FAILED
        assert "no monitor document here" in result.stderr

    def test_several_endpoints_want_a_choice(self, store: Path) -> None:
        (store / "monitors" / "fraud.yaml").write_text(DOCUMENT.replace("churn", "fraud"))
        result = driftline("show", "--store", store)
        assert result.exit_code == ExitCode.FAILED
        assert "churn, fraud" in result.stderr
        assert "--endpoint" in result.stderr


class TestBaseline:
    def test_writes_both_files_and_shows_the_features(self, store: Path) -> None:
        # When
        result = driftline("baseline", "--store", store)
        # Then
        assert result.exit_code == ExitCode.COMPLETED
        assert "300 rows" in result.stdout
        assert "[bold]age[/bold]" in result.stdout, "names are text, not markup"
        folder = store / "baselines" / "churn" / "data_quality"
        names = [feature["name"] for feature in json.loads((folder / "statistics.json").read_text())["features"]]
        assert names == ["score", "[bold]age[/bold]", "plan"]
        assert (folder / "constraints.json").is_file()

    def test_puts_files_that_lie_elsewhere(self, store: Path, tmp_path: Path) -> None:
        more = tmp_path / "more.csv"
        more.write_text(BASELINE)
        result = driftline("baseline", more, "--store", store, "--json")
        assert json.loads(result.stdout)["rows"] == 600

    def test_keeps_what_a_person_edited(self, store: Path) -> None:
        # Given constraints that were edited, and then another data set
        driftline("baseline", "--store", store)
        folder = store / "baselines" / "churn" / "data_quality"
        edited = (folder / "constraints.json").read_text().replace('"completeness" : 1.0', '"completeness" : 0.9')
        (folder / "constraints.json").write_text(edited)
        (folder / "input" / "second.csv").write_text(BASELINE.replace("basic", "free"))
        # When
        result = driftline("baseline", "--store", store, "--json")
        # Then
        found = json.loads(result.stdout)
        assert (folder / "constraints.json").read_text() == edited
        assert found["kept"] == ["constraints.json"]
        assert set(found["files"]) == {"statistics.json", "constraints.suggested.json"}
        assert "suggestions beside your files" in result.stderr

    def test_no_data(self, tmp_path: Path) -> None:
        result = driftline("baseline", "--store", tmp_path, "--endpoint", "churn")
        assert result.exit_code == ExitCode.FAILED
        assert "there is no data set" in result.stderr
