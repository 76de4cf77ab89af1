"""The command line over a folder: what it prints, what it writes and how it exits."""

import errno
import gzip
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from driftline import cli
from driftline.adapters.folder.store import FolderStore
from driftline.cli import app
from driftline.cli.commands import COMMANDS
from driftline.cli.exits import ExitCode
from driftline.cli.lazy import help_of
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.failures import keep_failure
from driftline.usecases.executions.run_monitor import run_monitor
from tests.places import REPOSITORY

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


def test_help_is_broken_where_the_terminal_ends_and_not_where_the_source_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    assert "Edited constraints are not overwritten; the suggestion is written next to them." in (
        driftline("baseline", "--help").stdout
    )


def test_help_of_every_command_has_an_example() -> None:
    listed = driftline("--help").stdout
    for command in COMMANDS:
        assert command in listed
        assert "Example: driftline" in driftline(command, "--help").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_help_says(name: str) -> None:
    assert help_of(COMMANDS[name].loaded()).partition("\n")[0] == COMMANDS[name].summary


def test_every_command_is_listed() -> None:
    """Nothing else would say that one is missing."""
    sources = Path(cli.__file__).parent.glob("*.py")
    commands = {path.stem: path.read_text("utf-8").count("Example: driftline") for path in sources}
    listed = Counter(command.module for command in COMMANDS.values())
    assert {module: number for module, number in commands.items() if number} == listed


SOLVE = "driftline.usecases.explanations.solve"
HEAVY = ("boto3", "duckdb", "jinja2", "numpy", "pydantic", "ruamel.yaml")


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--help"], HEAVY),
        (["--version"], (*HEAVY, "rich")),
        (["schema"], ("boto3", "duckdb", "jinja2", "numpy", "ruamel.yaml")),
        (["validate", "no-such-file.yaml"], ("boto3", "duckdb", "jinja2", "numpy")),
        (["show", "--store", "no-such-folder"], ("boto3", "duckdb")),
        (["silence", "churn", "data_quality", "--off", "--store", "no-such-folder"], ("boto3", "duckdb", "numpy")),
        (["ingest", "--store", "no-such-folder"], ("boto3", "duckdb", "jinja2")),
        (["merge", "--store", "no-such-folder"], ("boto3", "duckdb", "jinja2")),
        (["run", "--store", "no-such-folder"], ("boto3", "duckdb", "jinja2", SOLVE)),
        (["check", "no-such.csv", "--baseline", "no-such.csv"], ("boto3", "jinja2", "pandas")),
    ],
    ids=lambda value: " ".join(value[:1]),
)
def test_a_command_imports_what_it_works_with(tmp_path: Path, arguments: list[str], needless: tuple[str, ...]) -> None:
    """Each of these packages costs as much as reading a small store."""
    program = f"""\
import atexit, sys
atexit.register(lambda: print(*(name for name in {needless!r} if name in sys.modules), file=sys.stderr))
from driftline.cli import main
main()
"""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "", done.stderr


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
        assert "Did you mean data_quality?" in people.stderr
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

    def test_tabs_are_named(self, tmp_path: Path) -> None:
        document = tmp_path / "churn.yaml"
        document.write_text("endpoint: churn\nmonitors:\n\tdata_quality: {}\n")
        said = driftline("validate", document).stderr
        assert "line 3, column 1: a tab. Allowed: spaces: YAML does not indent with tabs. Replace tabs" in said


class TestErrors:
    """People find them on standard error, machines in the one document on standard output, too."""

    def test_of_a_document(self, tmp_path: Path) -> None:
        document = tmp_path / "churn.yaml"
        document.write_text("endpoint: other\n")
        people = driftline("validate", document)
        assert people.stdout == ""
        assert "errors in" in people.stderr
        assert json.loads(driftline("validate", document, "--json").stdout)["status"] == "error"

    def test_of_usage(self, store: Path) -> None:
        result = driftline("run", "--store", store, "--start", "soon", "--end", "2026-03-01", "--json")
        assert result.exit_code == ExitCode.USAGE
        assert "'soon' is not a time" in json.loads(result.stdout)["error"]["what"]
        assert "'soon' is not a time" in result.stderr

    def test_of_an_unknown_option_and_of_a_missing_argument(self) -> None:
        for arguments in (("show", "--json", "--nothing"), ("validate", "--json")):
            result = driftline(*arguments)
            assert result.exit_code == ExitCode.USAGE
            assert json.loads(result.stdout)["error"]["what"]

    def test_of_an_execution(self, store: Path) -> None:
        window = ("--start", "2026-03-01T15:00Z", "--end", "2026-03-01T16:00Z")
        (store / "capture/churn/AllTraffic/2026/03/01/15").mkdir(parents=True)
        (store / "capture/churn/AllTraffic/2026/03/01/15/one.jsonl").write_text(hour(15))
        driftline("ingest", "--store", store)
        people = driftline("run", "--store", store, *window)
        assert people.exit_code == ExitCode.FAILED
        assert "Error" in people.stderr
        assert "baseline" in people.stderr
        assert "baseline" not in people.stdout
        machines = driftline("run", "--store", store, *window, "--json")
        assert "baseline" in json.loads(machines.stdout)["reason"]


class TestPlaces:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        result = driftline("show", "--store", tmp_path / "none", "--json")
        assert result.exit_code == ExitCode.FAILED
        assert json.loads(result.stdout)["error"]["what"] == "no such folder"
        assert "Expected: a folder" in result.stderr

    def test_a_bucket_with_a_prefix_is_refused(self) -> None:
        result = driftline("show", "--store", "s3://bucket/folder")
        assert result.exit_code == ExitCode.FAILED
        assert "s3://<bucket>" in result.stderr

    def test_no_document_and_no_endpoint(self, tmp_path: Path) -> None:
        result = driftline("show", "--store", tmp_path)
        assert result.exit_code == ExitCode.FAILED
        assert "no monitor document found" in result.stderr

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

    def test_given_files_replace_those_that_are_there_which_are_kept_aside(self, store: Path, tmp_path: Path) -> None:
        more = tmp_path / "more.csv"
        more.write_text(BASELINE + BASELINE.partition("\n")[2])
        folder = store / "baselines" / "churn" / "data_quality"
        result = json.loads(driftline("baseline", more, "--store", store, "--json").stdout)
        assert (result["rows"], result["read"], result["replaced"]) == (600, [str(more)], ["baseline.csv"])
        assert [path.name for path in (folder / "input").iterdir()] == ["more.csv"]
        assert (folder / "replaced" / "baseline.csv").read_text() == BASELINE
        # And the copy counts as read
        assert json.loads(driftline("baseline", "--store", store, "--json").stdout)["unchanged"]

    def test_given_files_are_added_on_request(self, store: Path, tmp_path: Path) -> None:
        more = tmp_path / "more.csv"
        more.write_text(BASELINE)
        result = driftline("baseline", more, "--add", "--store", store)
        assert result.stdout.startswith("ok  600 rows\nread      ")
        assert f"read      {more}\n" in result.stdout
        assert "baseline.csv\n" in result.stdout

    def test_a_refused_file_leaves_nothing_behind(self, store: Path, tmp_path: Path) -> None:
        bad = tmp_path / "bad.csv"
        bad.write_text(BASELINE + "1,2\n")
        before = {path for path in store.rglob("*") if path.is_file()}
        result = driftline("baseline", bad, "--store", store)
        assert result.exit_code == ExitCode.FAILED
        assert f"{bad}, line 302: 2 cells" in result.stderr
        assert {path for path in store.rglob("*") if path.is_file()} == before
        # And the next call is not affected
        assert json.loads(driftline("baseline", "--store", store, "--json").stdout)["rows"] == 300

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_other_separators_are_recognised(self, store: Path, tmp_path: Path, separator: str) -> None:
        file = tmp_path / "other.csv"
        file.write_text(BASELINE.replace(",", separator))
        result = driftline("baseline", file, "--store", store)
        assert result.exit_code == ExitCode.COMPLETED, result.stderr
        statistics = store / "baselines/churn/data_quality/statistics.json"
        found = {each["name"]: each["inferred_type"] for each in json.loads(statistics.read_text())["features"]}
        assert found == {"score": "Fractional", "[bold]age[/bold]": "Integral", "plan": "String"}

    def test_decimal_commas_are_named(self, store: Path, tmp_path: Path) -> None:
        file = tmp_path / "other.csv"
        file.write_text(BASELINE.replace(",", ";").replace("0.", "0,"))
        result = driftline("baseline", file, "--store", store)
        assert result.exit_code == ExitCode.FAILED
        assert f"{file}: column 1 has numbers with a decimal comma: 0,05" in result.stderr

    def test_two_files_of_one_name(self, store: Path, tmp_path: Path) -> None:
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "same.csv").write_text(BASELINE)
        result = driftline("baseline", tmp_path / "a" / "same.csv", tmp_path / "b" / "same.csv", "--store", store)
        assert result.exit_code == ExitCode.FAILED
        assert "has the same name" in result.stderr

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
        assert "suggestions next to your files" in result.stderr

    def test_of_model_quality_shows_the_metrics_and_the_rows_left_out(self, store: Path) -> None:
        # Given a monitor of model quality, and predictions of which one has no label
        (store / "monitors" / "churn.yaml").write_text(
            "endpoint: churn\nmonitors: {model_quality: "
            "{problem_type: Regression, inference_attribute: score, ground_truth_attribute: label}}\n"
        )
        folder = store / "baselines" / "churn" / "model_quality"
        (folder / "input").mkdir(parents=True)
        (folder / "input" / "data.csv").write_text("score,label\n1.5,1\n2,3\n4,\n")
        # When
        result = driftline("baseline", "--store", store, "--monitor", "model_quality")
        # Then
        assert result.exit_code == ExitCode.COMPLETED
        assert "2 rows" in result.stdout
        assert "rmse" in result.stdout
        assert "0.75" in result.stdout, "the mean absolute error"
        assert "no label: 1" in result.stdout
        assert (folder / "constraints.json").is_file()

    def test_of_model_quality_needs_the_document(self, tmp_path: Path) -> None:
        folder = tmp_path / "baselines" / "churn" / "model_quality" / "input"
        folder.mkdir(parents=True)
        (folder / "data.csv").write_text("score,label\n1.5,1\n")
        result = driftline("baseline", "--store", tmp_path, "--endpoint", "churn", "--monitor", "model_quality")
        assert result.exit_code == ExitCode.FAILED
        assert "no monitor document" in result.stderr

    def test_no_data(self, tmp_path: Path) -> None:
        result = driftline("baseline", "--store", tmp_path, "--endpoint", "churn")
        assert result.exit_code == ExitCode.FAILED
        assert "no data set" in result.stderr


HOSTILE = "[red]\u001b[31m'; --"


def record(moment: str, score: float, age: object, plan: str, identifier: int) -> str:
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    return json.dumps(
        {
            "captureData": {
                "endpointInput": {**side, "mode": "INPUT", "data": f"{age},{plan}"},
                "endpointOutput": {**side, "mode": "OUTPUT", "data": f"{score:.2f}"},
            },
            "eventMetadata": {"eventId": f"e{identifier}", "inferenceId": f"[b]{identifier}", "inferenceTime": moment},
            "eventVersion": "0",
        }
    )


def hour(hour: int, *, strange: bool = False) -> str:
    """200 records of one hour; like the baseline, or with a plan and ages that the baseline has not."""
    lines = [
        record(
            f"2026-03-01T{hour:02}:{value % 60:02}:00Z",
            (value % 10) / 10 + 0.05,
            90 if strange else 20 + value % 50,
            HOSTILE if strange else "basic" if value % 3 else "pro",
            value,
        )
        for value in range(200)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def captured(store: Path) -> Path:
    """The store with a baseline and the profiles of two hours: 14 as the baseline, 15 strange."""
    driftline("baseline", "--store", store)
    for number, strange in ((14, False), (15, True)):
        file = store / "capture" / "churn" / "AllTraffic" / "2026" / "03" / "01" / f"{number}" / "one.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text(hour(number, strange=strange))
    assert driftline("ingest", "--store", store).exit_code == ExitCode.COMPLETED
    return store


class TestIngest:
    def test_profiles_every_capture_file_of_the_endpoint(self, captured: Path) -> None:
        result = driftline("ingest", "--store", captured, "--json")
        found = json.loads(result.stdout)
        assert [file["rows"] for file in found["files"]] == [200, 200]
        assert found["failed"] == []
        assert len(list((captured / "state" / "profiles").rglob("*.profile"))) == 2

    def test_profiling_again_writes_the_same_bytes(self, captured: Path) -> None:
        before = {path: path.read_bytes() for path in (captured / "state").rglob("*") if path.is_file()}
        driftline("ingest", "--store", captured)
        assert {path: path.read_bytes() for path in (captured / "state").rglob("*") if path.is_file()} == before

    def test_in_a_notebook_there_are_colours_and_no_moving_bar(
        self, captured: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A kernel sets FORCE_COLOR for its shells, whose output is a pipe."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b[32mok" in driftline("validate", captured / "monitors" / "churn.yaml").stdout
        assert driftline("ingest", "--store", captured).stderr == ""

    def test_new_leaves_out_what_has_a_profile(self, captured: Path) -> None:
        assert json.loads(driftline("ingest", "--store", captured, "--new", "--json").stdout)["files"] == []

    def test_a_file_from_elsewhere_goes_under_its_hour(self, captured: Path, tmp_path: Path) -> None:
        # Given a file whose first line is broken
        file = tmp_path / "elsewhere.jsonl"
        file.write_text("{broken\n" + hour(16))
        # When
        result = driftline("ingest", file, "--store", captured, "--variant", "blue")
        # Then
        assert (captured / "capture/churn/blue/2026/03/01/16/elsewhere.jsonl").read_text() == file.read_text()
        assert result.exit_code == ExitCode.COMPLETED
        assert "200 rows, 1 rejected" in result.stdout

    def test_a_file_that_is_none_does_not_stop_the_others(self, captured: Path) -> None:
        # Given
        (captured / "capture/churn/AllTraffic/2026/03/01/15/poison.jsonl").write_text("no\ncapture\n")
        # When
        result = driftline("ingest", "--store", captured, "--json")
        # Then
        found = json.loads(result.stdout)
        assert result.exit_code == ExitCode.FAILED
        assert [file["rows"] for file in found["files"]] == [200, 200]
        assert [failed["key"].rsplit("/", 1)[1] for failed in found["failed"]] == ["poison.jsonl"]
        assert "none of 2 lines is a capture record" in result.stderr

    def test_a_compressed_file(self, captured: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "x.jsonl.gz"
        elsewhere.write_bytes(gzip.compress(hour(16).encode()))
        result = driftline("ingest", elsewhere, "--store", captured, "--json")
        assert result.exit_code == ExitCode.COMPLETED, result.output
        [file] = json.loads(result.stdout)["files"]
        assert file["key"].endswith("/x.jsonl.gz")
        assert file["rows"] > 0
        assert (captured / file["key"]).read_bytes() == elsewhere.read_bytes()
        # And what was made of it follows from its place in the store, not from where it came from
        before = {path: path.read_bytes() for path in (captured / "state").rglob("*") if path.is_file()}
        driftline("ingest", "--store", captured)
        assert {path: path.read_bytes() for path in (captured / "state").rglob("*") if path.is_file()} == before

    def test_a_refused_file_leaves_nothing_behind(self, captured: Path, tmp_path: Path) -> None:
        odd = tmp_path / "odd.jsonl"
        odd.write_text('{"eventMetadata": {"inferenceTime": "2026-03-01T10:00:00Z"}}\n')
        result = driftline("ingest", odd, "--store", captured, "--json")
        assert result.exit_code == ExitCode.FAILED
        [failed] = json.loads(result.stdout)["failed"]
        assert failed["where"] == str(odd)
        assert failed["expected"] == "JSON Lines as SageMaker's data capture writes them"
        assert not list((captured / "capture").rglob("odd.jsonl"))
        assert driftline("ingest", "--store", captured).exit_code == ExitCode.COMPLETED

    def test_a_given_file_without_a_time(self, captured: Path, tmp_path: Path) -> None:
        file = tmp_path / "timeless.jsonl"
        file.write_text('{"eventMetadata": {}}\n[]\n7\n')
        result = driftline("ingest", file, "--store", captured)
        assert result.exit_code == ExitCode.FAILED
        assert "inferenceTime" in result.stderr
        assert not list((captured / "capture").rglob("timeless.jsonl"))

    def test_captures_of_another_bucket_may_lie_in_the_same_folder(self, store: Path) -> None:
        # Given a document that names a bucket of its own for captures
        (store / "monitors" / "churn.yaml").write_text("capture: {bucket: lake, prefix: in/}\n" + DOCUMENT)
        file = store / "in/churn/AllTraffic/2026/03/01/14/one.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text(hour(14))
        # When, then
        assert json.loads(driftline("ingest", "--store", store, "--json").stdout)["files"][0]["rows"] == 200

    def test_batch_transform_output_in_the_same_folder(self, store: Path) -> None:
        # Given the manifest of a transform job, and the output file that it lists
        manifest = store / "capture/churn/output/2026/03/01/14/job.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text('[{"prefix": "s3://lake/out/"}, "people.csv.out"]')
        (store / "out").mkdir()
        (store / "out/people.csv.out").write_text("0.5,30,basic\n0.7,40,pro\n")
        # When, then
        assert json.loads(driftline("ingest", "--store", store, "--json").stdout)["files"][0]["rows"] == 2

    def test_no_capture_files(self, store: Path) -> None:
        result = driftline("ingest", "--store", store)
        assert result.exit_code == ExitCode.FAILED
        assert "no capture files found" in result.stderr


class TestRun:
    def test_a_quiet_window_exits_with_0(self, captured: Path) -> None:
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-01T15:00Z")
        assert result.exit_code == ExitCode.COMPLETED
        assert "No violations: all 3 compared features agree with the baseline." in result.stdout
        assert "Rows: 200" in result.stdout

    def test_violations_exit_with_2_and_show_their_evidence(self, captured: Path) -> None:
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        assert result.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
        assert "categorical_values_check" in result.stdout
        assert "baseline_drift_check" in result.stdout
        assert "[b]" in result.stdout, "inferenceIds of samples, as text"

    def test_names_from_data_cannot_steer_the_terminal(self, captured: Path) -> None:
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        assert "[bold]age[/bold]" in result.stdout
        assert "\u001b" not in result.stdout

    def test_writes_the_files_and_says_where(self, captured: Path) -> None:
        result = driftline(
            "run", "--store", captured, "--start", "2026-03-01T15:00Z", "--end", "2026-03-01T16:00Z", "--json"
        )
        found = json.loads(result.stdout)
        assert found["status"] == "CompletedWithViolations"
        assert found["window"] == {"start": "2026-03-01T15:00:00Z", "end": "2026-03-01T16:00:00Z"}
        folder = captured / "reports/churn/data_quality/2026/03/01/16"
        names = ["constraint_violations.json", "constraints.json", "statistics.json", "summary.json"]
        assert found["files"] == {name: str(folder / name) for name in names}
        assert len(json.loads((folder / "constraint_violations.json").read_text())["violations"]) == found["violations"]

    def test_announces_nothing_so_that_the_real_execution_still_does(self, captured: Path) -> None:
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        assert not (captured / "state" / "executions").exists()

    def test_an_empty_window_is_not_evaluated_and_says_why(self, captured: Path) -> None:
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-02T00:00Z")
        assert result.exit_code == ExitCode.NOT_EVALUATED
        assert result.stdout.startswith("Not evaluated  churn data_quality")
        assert "nothing was captured in the window" in result.stdout

    def test_machines_get_the_verdict(self, captured: Path) -> None:
        for scheduled, verdict in (("02T00", "not_evaluated"), ("01T15", "good"), ("01T16", "violations")):
            arguments = ("--store", captured, "--scheduled", f"2026-03-{scheduled}:00Z", "--json")
            found = json.loads(driftline("run", *arguments).stdout)
            assert found["verdict"] == verdict
            assert bool(found["evaluated_rows"]) == (verdict != "not_evaluated")
            assert json.loads(driftline("show", *arguments).stdout)["verdict"] == verdict

    def test_capture_files_that_nobody_profiled_do_not_look_like_a_quiet_window(self, captured: Path) -> None:
        shutil.rmtree(captured / "state")
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        assert result.exit_code == ExitCode.FAILED
        assert "Run `driftline ingest` first" in result.stderr

    def test_without_a_baseline_it_fails_and_says_how_to_mend_it(self, store: Path) -> None:
        result = driftline("run", "--store", store, "--scheduled", "2026-03-01T15:00Z")
        assert result.exit_code == ExitCode.FAILED
        assert "there is no baseline to compare with" in result.stderr
        assert "Upload a data set" in result.stderr

    @pytest.mark.parametrize(
        "times",
        [
            [],
            ["--start", "2026-03-01T15:00Z"],
            ["--scheduled", "2026-03-01T15:00Z", "--start", "2026-03-01T14:00Z", "--end", "2026-03-01T15:00Z"],
        ],
    )
    def test_says_which_times_it_wants(self, captured: Path, times: list[str]) -> None:
        result = driftline("run", "--store", captured, *times)
        assert result.exit_code == ExitCode.USAGE
        assert "--scheduled, or --start and --end" in result.stderr

    @pytest.mark.parametrize(
        ("start", "end", "said"),
        [
            ("2026-03-01T15:01Z", "2026-03-01T16:00Z", "Use 2026-03-01T15:00:00Z"),
            ("2026-03-01T15:00Z", "2026-03-01T16:02Z", "Use 2026-03-01T16:00:00Z"),
            ("2026-03-01T16:00Z", "2026-03-01T15:00Z", "is empty"),
        ],
    )
    def test_a_window_that_cannot_be_is_bad_usage(self, captured: Path, start: str, end: str, said: str) -> None:
        result = driftline("run", "--store", captured, "--start", start, "--end", end)
        assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
        assert said in " ".join(result.stderr.replace("│", "").split())

    def test_says_when_nothing_was_ingested(self, store: Path) -> None:
        driftline("baseline", "--store", store)
        people = driftline("run", "--store", store, "--scheduled", "2026-03-01T16:00Z")
        assert f"Nothing was ingested yet: there are no capture files in {store}/capture/churn." in people.stderr
        machines = driftline("run", "--store", store, "--scheduled", "2026-03-01T16:00Z", "--json")
        [note] = json.loads(machines.stdout)["notes"]
        assert note.startswith("Nothing was ingested yet")

    def test_says_when_there_is_no_ground_truth(self, captured: Path) -> None:
        quality = "  model_quality: {problem_type: Regression, inference_attribute: score}\n"
        (captured / "monitors" / "churn.yaml").write_text(DOCUMENT + quality)
        wanted = ("run", "--store", captured, "--monitor", "model_quality", "--scheduled", "2026-03-01T16:00Z")
        assert (
            f"No ground truth yet: there are no labels in {captured}/ground-truth/churn." in driftline(*wanted).stderr
        )
        # And when it is there, but nobody merged it
        labels = captured / "ground-truth/churn/2026/03/01/16/a.csv"
        labels.parent.mkdir(parents=True)
        labels.write_text("inference_id,label\n[b]1,1\n")
        assert "The ground truth was not merged yet: run `driftline merge`." in driftline(*wanted).stderr
        driftline("merge", "--store", captured)
        assert "round truth" not in driftline(*wanted).stderr
        # Other monitors do not need it
        assert driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z").stderr == ""


class TestReplay:
    def test_a_range_that_ends_before_it_begins_is_bad_usage(self, captured: Path) -> None:
        result = driftline("replay", "--store", captured, "--from", "2026-03-02", "--to", "2026-03-01")
        assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
        said = " ".join(result.stderr.replace("│", "").split())
        assert "--from 2026-03-02T00:00:00Z is not before --to 2026-03-01T00:00:00Z" in said

    def test_judges_every_scheduled_time_of_the_range(self, captured: Path) -> None:
        # When
        result = driftline(
            "replay", "--store", captured, "--from", "2026-03-01T14:00Z", "--to", "2026-03-01T17:00Z", "--json"
        )
        # Then
        executions = json.loads(result.stdout)["executions"]
        assert [execution["scheduled_time"][11:13] for execution in executions] == ["14", "15", "16"]
        assert [execution["rows"] for execution in executions] == [0, 200, 200]
        assert [execution["status"] for execution in executions] == [
            "Completed",
            "Completed",
            "CompletedWithViolations",
        ]
        assert [execution["verdict"] for execution in executions] == ["not_evaluated", "good", "violations"]
        assert result.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS

    def test_a_window_without_rows_is_never_quiet(self, captured: Path) -> None:
        result = driftline("replay", "--store", captured, "--from", "2026-03-01T14:00Z", "--to", "2026-03-01T16:00Z")
        assert result.exit_code == ExitCode.NOT_EVALUATED
        assert "Not evaluated" in result.stdout
        assert "nothing was captured in the window" in " ".join(result.stdout.split())

    def test_quiet_ranges_exit_with_0_and_people_get_a_table(self, captured: Path) -> None:
        result = driftline("replay", "--store", captured, "--from", "2026-03-01T15:00Z", "--to", "2026-03-01T16:00Z")
        assert result.exit_code == ExitCode.COMPLETED
        assert "1 Mar 2026, 14:00 UTC" in result.stdout

    def test_a_failure_outweighs_violations(self, store: Path) -> None:
        result = driftline("replay", "--store", store, "--from", "2026-03-01T15:00Z", "--to", "2026-03-01T17:00Z")
        assert result.exit_code == ExitCode.FAILED

    def test_writes_the_same_bytes_again(self, captured: Path) -> None:
        arguments = ("replay", "--store", captured, "--from", "2026-03-01T15:00Z", "--to", "2026-03-01T17:00Z")
        driftline(*arguments)
        before = {path: path.read_bytes() for path in (captured / "reports").rglob("*.json")}
        driftline(*arguments)
        assert len(before) == 8
        assert {path: path.read_bytes() for path in (captured / "reports").rglob("*.json")} == before

    def test_a_range_without_a_scheduled_time(self, captured: Path) -> None:
        result = driftline("replay", "--store", captured, "--from", "2026-03-01T15:10Z", "--to", "2026-03-01T15:50Z")
        assert result.exit_code == ExitCode.FAILED
        assert "has no scheduled time" in result.stderr


class TestShow:
    def test_shows_the_newest_or_that_of_a_time(self, captured: Path) -> None:
        driftline("replay", "--store", captured, "--from", "2026-03-01T15:00Z", "--to", "2026-03-01T17:00Z")
        newest = driftline("show", "--store", captured)
        older = driftline("show", "--store", captured, "--scheduled", "2026-03-01T15:00Z")
        assert newest.exit_code == older.exit_code == ExitCode.COMPLETED
        assert "1 Mar 2026, 15:00 to 16:00 UTC" in newest.stdout
        assert "1 Mar 2026, 14:00 to 15:00 UTC" in older.stdout

    def test_it_and_report_mean_the_same_execution(self, captured: Path) -> None:
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        driftline("run", "--store", captured, "--start", "2026-03-01T14:00Z", "--end", "2026-03-01T16:00Z")
        shown = json.loads(driftline("show", "--store", captured, "--json").stdout)
        reported = json.loads(driftline("report", "--store", captured, "--json").stdout)
        assert shown["folder"] == str(Path(reported["report"]).parent)
        assert shown["summary"]["window"]["start"] == "2026-03-01T14:00:00Z"

    def test_what_sagemaker_wrote_is_shown_and_has_a_page_and_no_summary(self, captured: Path) -> None:
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        (captured / "reports/churn/data_quality/2026/03/01/16/summary.json").unlink()
        shown = driftline("show", "--store", captured)
        assert shown.exit_code == ExitCode.COMPLETED
        assert "baseline_drift_check" in shown.stdout
        assert json.loads(driftline("show", "--store", captured, "--json").stdout)["summary"] is None
        assert driftline("report", "--store", captured).exit_code == ExitCode.COMPLETED

    @pytest.mark.parametrize(
        ("folder", "said", "violations"),
        [
            ("sagemaker_sdk/monitor", "Data quality", 7),
            ("nyc_taxi_15min_sagemaker/sagemaker_reports/model_quality/2020-03-09", "Model quality", 4),
        ],
    )
    def test_a_folder_of_sagemakers_own_files(self, folder: str, said: str, violations: int) -> None:
        """No store, no monitor document, and a folder that says neither endpoint nor time."""
        place = REPOSITORY.parent / "shared" / "data" / folder
        if not place.is_dir():
            pytest.skip("the data (../shared/data) are not beside this clone")
        shown = driftline("show", place)
        assert shown.exit_code == ExitCode.COMPLETED, shown.output
        assert f"CompletedWithViolations  {said}" in shown.stdout
        found = json.loads(driftline("show", place, "--json").stdout)
        assert (found["verdict"], len(found["violations"]), found["summary"]) == ("violations", violations, None)
        with_baseline = driftline("show", place, "--baseline", place, "--json")
        assert with_baseline.exit_code == ExitCode.COMPLETED, with_baseline.output

    def test_a_folder_of_an_execution_of_ours(self, captured: Path, tmp_path: Path) -> None:
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        folder = captured / "reports/churn/data_quality/2026/03/01/16"
        assert "churn data_quality, 1 Mar 2026, 15:00 to 16:00 UTC" in driftline("show", folder).stdout

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (("none",), ExitCode.FAILED, "no such folder"),
            (("monitors",), ExitCode.FAILED, "there is no execution"),
            (("monitors", "--endpoint", "churn"), ExitCode.USAGE, "pass FOLDER, or --endpoint"),
            (("--baseline", "monitors"), ExitCode.USAGE, "--baseline goes with FOLDER"),
        ],
    )
    def test_a_folder_without_an_execution(
        self, store: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: ExitCode, said: str
    ) -> None:
        monkeypatch.chdir(store)
        result = driftline("show", *arguments)
        assert result.exit_code == code
        assert said in " ".join(result.stderr.replace("│", "").split())

    def test_machines_get_the_summary_as_it_is(self, captured: Path) -> None:
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        found = json.loads(driftline("show", "--store", captured, "--json").stdout)
        folder = captured / "reports/churn/data_quality/2026/03/01/16"
        assert found["summary"] == json.loads((folder / "summary.json").read_text())

    def test_nothing_is_cut_off_in_a_narrow_terminal(self, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given less room than the table wants
        monkeypatch.setattr("driftline.cli.output._WIDTH_OF_PIPES", 66)
        # When
        arguments = ("--from", "2026-03-01T15:00Z", "--to", "2026-03-01T16:00Z")
        lines = driftline("replay", "--store", captured, *arguments).stdout.splitlines()
        # Then the time stands on one line, and the status on several
        row = [[cell.strip() for cell in line.split("│")] for line in lines if line.startswith("│")]
        assert max(map(len, lines)) <= 66
        assert row[0][1] == "1 Mar 2026, 14:00 UTC"
        assert len(row) > 1
        assert "".join(cells[2] for cells in row) == "Completed"

    def test_nothing_to_show(self, captured: Path) -> None:
        assert "no execution found" in driftline("show", "--store", captured).stderr
        result = driftline("show", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        assert result.exit_code == ExitCode.FAILED
        assert "no execution scheduled for 2026-03-01T16:00:00Z found" in result.stderr

    def test_an_execution_that_failed_says_why(self, captured: Path) -> None:
        # Given what the function leaves when it cannot reach a verdict
        folder = "reports/churn/data_quality/2026/03/01/16/"
        error = InvalidInputError("there is no baseline", expected="two files", mend="Upload a data set.")
        keep_failure(FolderStore(captured), folder, None, error, kinds=KINDS)
        # When
        shown = driftline("show", "--store", captured, "--scheduled", "2026-03-01T16:00Z", "--json")
        # Then
        assert shown.exit_code == ExitCode.FAILED
        assert json.loads(shown.stdout)["error"] == {
            "what": "the execution failed: there is no baseline",
            "where": str(captured / folder.removesuffix("/")),
            "expected": "two files",
            "mend": "Upload a data set.",
        }


class TestModelQuality:
    """Its summary has another shape; the commands are the same."""

    def test_shows_metrics_with_their_limits(self, tmp_path: Path) -> None:
        # Given an execution with one metric that is worse than the baseline
        metric = {"standard_deviation": None, "interval": [2.0, 4.0], "operator": "GreaterThanThreshold"}
        key = "reports/taxi/model_quality/2026/03/01/15/summary.json"
        (tmp_path / key).parent.mkdir(parents=True)
        statistics = {"version": 0.0, "dataset": {"item_count": 149}, "regression_metrics": {"mae": {"value": 3.0}}}
        (tmp_path / key).with_name("statistics.json").write_text(json.dumps(statistics))
        (tmp_path / key).write_text(
            json.dumps(
                {
                    "endpoint": "taxi",
                    "monitor": "model_quality",
                    "window": {"start": "2026-03-01T14:00:00Z", "end": "2026-03-01T15:00:00Z"},
                    "scheduled_time": "2026-03-01T15:00:00Z",
                    "status": "CompletedWithViolations",
                    "exit_message": "",
                    "reason": "",
                    "version": 1,
                    "problem_type": "Regression",
                    "positive_label": None,
                    "rows": 200,
                    "labelled_rows": 150,
                    "used_rows": 149,
                    "unusable_rows": {"the label is no number": 1},
                    "coverage": 0.75,
                    "alarm_on": "point",
                    "baseline": {"statistics": None, "constraints": None},
                    "metrics": [{**metric, "name": "mae", "value": 3.0, "baseline": 1.5, "violated": True}],
                    "violations": [],
                    "confusion_matrix": None,
                    "notes": [],
                }
            )
        )
        # When
        result = driftline("show", "--store", tmp_path, "--endpoint", "taxi", "--monitor", "model_quality")
        # Then
        assert result.exit_code == ExitCode.COMPLETED, result.output
        assert "Rows: 200; Coverage: 75 % of the rows have a label; Rows evaluated: 149" in result.stdout
        assert "1 labelled rows were left out: the label is no number" in result.stdout
        assert "at most 1.5" in result.stdout
        assert "violated" in result.stdout
        assert "2 to 4" in result.stdout

    def test_earlier_revisions_are_not_the_newest(self, captured: Path) -> None:
        # Given an execution with an earlier revision in the folder below
        driftline("run", "--store", captured, "--scheduled", "2026-03-01T16:00Z")
        folder = captured / "reports/churn/data_quality/2026/03/01/16"
        (folder / "revision-1").mkdir()
        (folder / "revision-1" / "summary.json").write_text("{}")
        # When, then
        found = json.loads(driftline("show", "--store", captured, "--json").stdout)
        assert found["folder"] == str(folder)


class TestTrouble:
    def test_ctrl_c_says_so_and_exits_with_130(self, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given a user who interrupts the second of three executions
        judged: list[object] = []

        def interrupted(request: ExecutionRequest, **ports: Any) -> Execution:
            judged.append(request)
            if len(judged) == 2:
                raise KeyboardInterrupt
            return run_monitor(request, **ports)

        monkeypatch.setattr("driftline.cli.run.run_monitor", interrupted)
        # When
        result = driftline("replay", "--store", captured, "--from", "2026-03-01T15:00Z", "--to", "2026-03-01T18:00Z")
        # Then what was finished is kept
        assert result.exit_code == ExitCode.INTERRUPTED
        assert "Interrupted." in result.stderr
        assert result.stdout == ""
        assert len(list((captured / "reports").rglob("summary.json"))) == 1

    def test_no_credentials(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        result = driftline("show", "--store", "s3://bucket", "--json")
        assert result.exit_code == ExitCode.FAILED
        assert "credentials" in json.loads(result.stdout)["error"]["what"]

    def test_a_disk_that_is_full(self, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", "/disk/summary.json")

        monkeypatch.setattr("driftline.cli.run.run_monitor", full)
        result = driftline("run", "--store", captured, "--scheduled", "2026-03-01T15:00Z")
        assert result.exit_code == ExitCode.FAILED
        assert "/disk/summary.json: No space left on device" in result.stderr
        assert "Traceback" not in result.stderr
