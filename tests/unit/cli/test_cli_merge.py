"""`driftline merge` and model quality over a folder: ground truth from wherever, in whatever order."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from driftline.adapters.aws.s3 import S3Store
from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.keys import hour_folder
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from tests.aws import fake_aws
from tests.captures import capture_key, csv_capture
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = "2026-03-01T15:00:00Z"
ROWS = 60
DOCUMENT = """\
endpoint: shop
columns: {output: [predicted], input: [amount]}
monitors:
  model_quality: {problem_type: Regression, inference_attribute: predicted}
"""
CONSTRAINTS = '{"regression_constraints": {"mae": {"threshold": 1.5, "comparison_operator": "GreaterThanThreshold"}}}'


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def put(root: Path, key: str, body: str | bytes) -> Path:
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def labels(numbers: range, error: float = 1.0) -> str:
    """Every prediction n is wrong by as much."""
    lines = (
        {
            "groundTruthData": {"data": str(n + error), "encoding": "CSV"},
            "eventMetadata": {"eventId": f"sale-{n}"},
            "eventVersion": "0",
        }
        for n in numbers
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


def truth_key(hours_later: int, name: str = "a.jsonl") -> str:
    return f"ground-truth/shop/{hour_folder(HOUR + timedelta(hours=hours_later))}{name}"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A document, constraints and one hour of captures; nothing made of them yet."""
    root = tmp_path / "store"
    put(root, "monitors/shop.yaml", DOCUMENT)
    put(root, "baselines/shop/model_quality/constraints.json", CONSTRAINTS)
    lines = (csv_capture(HOUR + timedelta(seconds=30 * n), f"{n}", "1", f"sale-{n}") for n in range(ROWS))
    put(root, capture_key(HOUR), b"".join(lines))
    return root


def merged(root: Path, *arguments: object) -> Mapping[str, Any]:
    """What `merge --json` says of the only endpoint."""
    result = driftline("merge", "--store", root, "--json", *arguments)
    assert result.exit_code == ExitCode.COMPLETED, result.output
    [found] = json.loads(result.stdout)["endpoints"]
    return dict(found)


def merged_lines(root: Path) -> list[Any]:
    return [
        json.loads(line)
        for path in sorted((root / "merged").rglob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def test_labels_after_captures_are_merged_and_judged(store: Path) -> None:
    # Given
    driftline("ingest", "--store", store)
    put(store, truth_key(3), labels(range(45)) + "{no label\n")
    put(store, truth_key(4), labels(range(100, 103)))
    # When
    found = merged(store)
    judged = driftline("run", "--store", store, "--scheduled", SCHEDULED, "--json")
    # Then the merge says how many of each, once for two files
    assert {name: found[name] for name in ("labels", "matched", "waiting", "rejected", "hours", "merged_records")} == {
        "labels": 48,
        "matched": 45,
        "waiting": 3,
        "rejected": 1,
        "hours": 1,
        "merged_records": 45,
    }
    assert (found["coverage"], found["unmatched"]) == (0.75, None)
    assert [line["eventMetadata"]["inferenceId"] for line in merged_lines(store)] == [f"sale-{n}" for n in range(45)]
    # And the only monitor of the document is judged without being named
    assert judged.exit_code == ExitCode.COMPLETED
    verdict = json.loads(judged.stdout)
    assert (verdict["monitor"], verdict["coverage"], verdict["rows"]) == ("model_quality", 0.75, ROWS)


@pytest.mark.parametrize("command", ["run", "replay"])
def test_a_window_is_judged_whose_captures_are_in_another_bucket(
    store: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a stack's bucket, captures in another one, and labels that came as they do in the cloud: without `merge`
    with fake_aws(monkeypatch):
        for bucket in ("stack", "captures"):
            boto3.client("s3").create_bucket(Bucket=bucket)
        stack, captures = S3Store("stack"), S3Store("captures")
        for path in filter(Path.is_file, store.rglob("*")):
            key = path.relative_to(store).as_posix()
            (captures if key.startswith("capture/") else stack).put(key, path.read_bytes())
        stack.put("monitors/shop.yaml", f"{DOCUMENT}capture: {{bucket: captures}}\n".encode())
        assert driftline("ingest", "--store", "s3://stack").exit_code == ExitCode.COMPLETED
        stack.put(truth_key(1), labels(range(ROWS)).encode())
        merge_labels(truth_key(1), store=stack, tables=TABLES)

        # When
        times = {"run": ["--scheduled", SCHEDULED], "replay": ["--from", SCHEDULED, "--to", "2026-03-01T16:00:00Z"]}
        result = driftline(command, "--store", "s3://stack", *times[command])

        # Then
        assert result.exit_code == ExitCode.COMPLETED, result.output
        [part] = stack.list("merged/")
        assert len(stack.get(part.key).body.splitlines()) == ROWS


def test_captures_after_labels_complete_the_pairs(store: Path) -> None:
    # Given ground truth that was merged before there was any capture
    put(store, truth_key(3), labels(range(ROWS)))
    assert merged(store)["waiting"] == ROWS
    # When
    ingested = driftline("ingest", "--store", store, "--json")
    # Then
    assert [file["matched"] for file in json.loads(ingested.stdout)["files"]] == [ROWS]
    judged = driftline("run", "--store", store, "--scheduled", SCHEDULED, "--json")
    assert json.loads(judged.stdout)["coverage"] == 1.0


def test_a_correction_replaces_what_was_there_and_exits_with_violations(store: Path) -> None:
    driftline("ingest", "--store", store)
    put(store, truth_key(3), labels(range(ROWS)))
    merged(store)
    assert driftline("replay", "--store", store, "--from", SCHEDULED, "--to", "2026-03-01T16:00Z").exit_code == 0
    # When
    put(store, truth_key(30), labels(range(ROWS), error=5.0))
    merged(store)
    replayed = driftline("replay", "--store", store, "--from", SCHEDULED, "--to", "2026-03-01T16:00Z")
    # Then
    assert replayed.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert "100 %" in replayed.stdout
    assert "Mean absolute error" in replayed.stdout
    assert "worst drift" not in replayed.stdout
    assert len(merged_lines(store)) == ROWS


def test_a_file_from_elsewhere_goes_under_the_hour_it_was_collected(store: Path, tmp_path: Path) -> None:
    driftline("ingest", "--store", store)
    given = put(tmp_path, "sales.csv", "inference_id,label\nsale-1,2\nsale-2,3\n")
    # When nothing says when it was collected, then it is asked for
    asked = driftline("merge", given, "--store", store)
    assert asked.exit_code == ExitCode.FAILED
    assert "--collected" in asked.stderr
    # When it is said
    found = merged(store, given, "--collected", "2026-03-02T08:15:00Z")
    # Then
    assert found["files"] == [
        {
            "key": "ground-truth/shop/2026/03/02/08/sales.csv",
            "labels": 2,
            "matched": 2,
            "waiting": 0,
            "rejected": 0,
            "reason": "",
        }
    ]
    assert (store / "ground-truth/shop/2026/03/02/08/sales.csv").read_bytes() == given.read_bytes()


def test_a_refused_file_leaves_nothing_behind(store: Path, tmp_path: Path) -> None:
    put(store, truth_key(1), labels(range(20)))
    bad = put(tmp_path, "elsewhere/bad.csv", "id,outcome\n1,2\n")
    before = {path for path in (store / "ground-truth").rglob("*") if path.is_file()}

    result = driftline("merge", bad, "--store", store, "--collected", SCHEDULED, "--json")

    assert result.exit_code == ExitCode.FAILED
    [failed] = json.loads(result.stdout)["endpoints"][0]["failed"]
    assert (failed["where"], failed["what"]) == (str(bad), "columns id, outcome")
    assert failed["mend"] == "Name them in the header."
    assert {path for path in (store / "ground-truth").rglob("*") if path.is_file()} == before
    assert driftline("merge", "--store", store).exit_code == ExitCode.COMPLETED


def test_labels_with_semicolons(store: Path, tmp_path: Path) -> None:
    file = put(tmp_path, "elsewhere/labels.csv", "inference_id;label\nsale-1;2,5\nsale-2;3\n")
    result = driftline("merge", file, "--store", store, "--collected", SCHEDULED, "--json")
    [joined] = json.loads(result.stdout)["endpoints"]
    assert (joined["labels"], joined["rejected"]) == (2, 0)


def test_a_given_file_is_named_and_replaces_the_one_of_its_name(store: Path, tmp_path: Path) -> None:
    for count in (20, 10):
        file = put(tmp_path, "elsewhere/labels.jsonl", labels(range(count)))
        result = driftline("merge", file, "--store", store, "--collected", SCHEDULED)
        assert f"read  {file}\n" in result.stdout
    [kept] = (store / "ground-truth").rglob("labels.jsonl")
    assert kept.read_text() == labels(range(10))


def test_a_given_file_of_the_store_is_taken_alone_and_where_it_lies(store: Path) -> None:
    driftline("ingest", "--store", store)
    put(store, truth_key(3), labels(range(10)))
    chosen = put(store, truth_key(4), labels(range(10, 15)))
    assert [file["key"] for file in merged(store, chosen)["files"]] == [truth_key(4)]


def test_merging_again_changes_nothing(store: Path) -> None:
    driftline("ingest", "--store", store)
    put(store, truth_key(3), labels(range(ROWS)))
    merged(store)
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    merged(store)
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_labels_whose_time_is_over_are_listed(store: Path) -> None:
    # Given labels of inferences that nobody captured
    driftline("ingest", "--store", store)
    put(store, truth_key(3), labels(range(58, 62)))
    assert merged(store, "--as-of", "2026-03-10")["waiting"] == 2
    # When two weeks are over
    people = driftline("merge", "--store", store, "--as-of", "2026-03-20")
    # Then
    assert "unmatched" in people.stdout
    [listed] = (store / "ground-truth-unmatched/shop").rglob("*.jsonl")
    ids = [json.loads(line)["eventMetadata"]["eventId"] for line in listed.read_text().splitlines()]
    assert ids == ["sale-60", "sale-61"]
    found = merged(store, "--as-of", "2026-03-20")
    assert (found["waiting"], found["unmatched"]) == (0, 2)


def test_a_file_that_is_none_does_not_stop_the_others(store: Path) -> None:
    driftline("ingest", "--store", store)
    put(store, truth_key(3), "{no label\n")
    put(store, truth_key(4), labels(range(10)))
    result = driftline("merge", "--store", store, "--json")
    assert result.exit_code == ExitCode.FAILED
    [found] = json.loads(result.stdout)["endpoints"]
    assert found["matched"] == 10
    assert [failed["key"] for failed in found["failed"]] == [truth_key(3)]
    assert "none of 1 lines is a label" in result.stderr


def test_no_ground_truth(store: Path) -> None:
    result = driftline("merge", "--store", store)
    assert result.exit_code == ExitCode.FAILED
    assert "no ground truth found" in result.stderr
