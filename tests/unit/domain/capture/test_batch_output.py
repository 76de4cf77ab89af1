"""Batch transform's manifests and output files become capture lines."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from driftline.domain.capture.batch_output import BatchFile, capture_lines, is_manifest, read_manifest
from driftline.domain.errors import InvalidInputError

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)


def lines(name: str, body: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capture_lines(name, body.encode(), HOUR).splitlines()]


def test_a_manifest_lists_files_under_its_prefix() -> None:
    body = b'[{"prefix": "s3://bucket/path/"}, "a.csv.out", "sub/b.csv.out"]'

    assert read_manifest(body, "m") == [
        BatchFile("bucket", "path/a.csv.out"),
        BatchFile("bucket", "path/sub/b.csv.out"),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'["a"]', b'[{"prefix": "/path/"}, "a"]', b'[{"prefix": "s3://b/"}, {"x": "y"}]']
)
def test_what_is_no_manifest_is_told(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match="m: not a manifest"):
        read_manifest(body, "m")


@pytest.mark.parametrize(
    ("folder", "name", "manifest"),
    [
        ("output", "x.json", True),
        ("input", "x.json", True),
        ("output", "x.jsonl", False),
        ("AllTraffic", "x.json", False),
    ],
)
def test_manifests_are_known_by_folder_and_extension(folder: str, name: str, manifest: bool) -> None:
    assert is_manifest(folder, name) is manifest


def test_csv_rows_end_in_id_and_time() -> None:
    first, second = lines("a.csv.out", '0.5,"x, y",id-1,2026-03-01T13:59:00Z\n0.6,z,id-2,2026-03-01T13:59:00Z\n')

    assert first["captureData"] == {"batchTransformOutput": {"data": '0.5,"x, y"', "encoding": "CSV"}}
    assert first["eventMetadata"] == {"eventId": "id-1", "inferenceTime": "2026-03-01T13:59:00Z"}
    assert second["eventMetadata"]["eventId"] == "id-2"


def test_csv_rows_without_id_are_named_after_the_file_and_take_the_manifests_hour() -> None:
    [only] = lines("a.csv.out", "0.5,x,y\n")

    assert only["captureData"]["batchTransformOutput"]["data"] == "0.5,x,y"
    assert only["eventMetadata"] == {"eventId": "a.csv.out#1", "inferenceTime": "2026-03-01T14:00:00Z"}


@pytest.mark.parametrize("name", ["a.jsonl.out", "a.out"])
def test_json_lines_joined_with_their_input(name: str) -> None:
    row = {
        "age": 3,
        "SageMakerOutput": {"score": 0.5},
        "SageMakerInferenceId": "i",
        "SageMakerInferenceTime": "2026-03-01T13:59:00Z",
    }

    found = lines(name, json.dumps(row) + "\n" + json.dumps({"score": 1}) + "\n")

    assert found[0]["captureData"]["endpointInput"]["data"] == '{"age": 3}'
    assert found[0]["captureData"]["batchTransformOutput"] == {"data": '{"score": 0.5}', "encoding": "JSON"}
    assert found[0]["eventMetadata"] == {"eventId": "i", "inferenceTime": "2026-03-01T13:59:00Z"}
    assert found[1]["captureData"] == {"batchTransformOutput": {"data": '{"score": 1}', "encoding": "JSON"}}


@pytest.mark.parametrize(("name", "body"), [("a.parquet.out", b"PAR1"), ("a.csv", b"\xff\xfe"), ("a.csv", b'"open')])
def test_files_that_cannot_be_read_are_named(name: str, body: bytes) -> None:
    with pytest.raises(InvalidInputError, match=name.replace(".", "[.]")):
        capture_lines(name, body, HOUR)
