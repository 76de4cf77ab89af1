"""What is nested without end costs itself: every reader of JSON from outside, at every depth."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from driftline.domain.attributes.files import AttributeFile
from driftline.domain.capture.batch_output import capture_lines, read_manifest
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.label_rows import LabelCountError, label_rows
from driftline.domain.ground_truth.label_tables import parse_labels
from driftline.domain.ground_truth.labels import Label, parse_json_lines
from driftline.domain.json_reading import TOO_DEEP, JsonDecoder, load_json
from driftline.domain.predictions.values import items, label_text
from tests.tables import TABLES

DEPTHS = (150, 900, 5_000, 20_000, 200_000)
"""Beyond what pydantic reads, a Python function, and the two parsers in C; the last is a file of 400 kB."""
READ_IN_C = 5_000
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)


def deep(depth: int) -> str:
    return "[" * depth + "]" * depth


class Shape(msgspec.Struct):
    value: int = 0


@pytest.mark.parametrize("read", [JsonDecoder().decode, JsonDecoder(list[object]).decode_lines, load_json])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_decoder_reads_it_or_says_so(read: Callable[[str], object], depth: int) -> None:
    if depth <= READ_IN_C:
        assert read(deep(depth))
    else:
        with pytest.raises(ValueError, match=TOO_DEEP):
            read(deep(depth))


def test_a_field_that_nobody_asks_for_may_not_be_nested_without_end_either() -> None:
    with pytest.raises(msgspec.DecodeError, match=TOO_DEEP):
        JsonDecoder(Shape).decode(f'{{"other": {deep(200_000)}}}')


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_label_costs_itself(depth: int) -> None:
    def record(id_: str, data: str) -> str:
        truth = f'{{"data": {data}, "encoding": "CSV"}}'
        return f'{{"groundTruthData": {truth}, "eventMetadata": {{"eventId": "{id_}"}}, "eventVersion": "0"}}'

    lines = [record("a", '"1"'), record("b", deep(depth)), deep(depth), record("c", '"0"')]

    parsed = parse_json_lines("\n".join(lines).encode(), "labels")

    assert {"a", "c"} <= {label.id for label in parsed.labels}
    assert 3 in {reject.line for reject in parsed.rejects}


@pytest.mark.parametrize("depth", DEPTHS[:-1])  # a cell of CSV has at most 131,072 characters
def test_a_cell_of_a_label_table_costs_itself(depth: int) -> None:
    body = f"inference_id,label\na,1\nb,{deep(depth)}\nc,0\n".encode()

    parsed = parse_labels("labels.csv", body, TABLES.parquet_labels)

    assert {"a", "c"} <= {label.id for label in parsed.labels}


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_row_of_attributes_costs_itself(depth: int) -> None:
    lines = ['{"inference_id": "a", "sex": "f"}', f'{{"inference_id": "b", "sex": {deep(depth)}}}', deep(depth)]

    rows = AttributeFile("facets.jsonl", "\n".join(lines).encode(), TABLES.parquet_attributes)

    assert "a" in {id_ for id_, _ in rows.rows()}
    assert rows.check()[1]


def test_a_label_that_is_json_as_text_may_have_lists_in_lists() -> None:
    assert len(label_rows(Label("a", deep(150), "JSON", 1), 1)) == 1


@pytest.mark.parametrize("depth", [5_000, 20_000, 200_000])
def test_a_label_that_is_json_as_text_cannot_be_read(depth: int) -> None:
    with pytest.raises(LabelCountError, match=TOO_DEEP):
        label_rows(Label("a", deep(depth), "JSON", 1), 1)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_line_of_a_transform_job_costs_itself(depth: int) -> None:
    rows = [f'{{"SageMakerOutput": {value}}}' for value in ("0.5", deep(depth), "0.7")]

    lines = capture_lines("part.jsonl.out", "\n".join(rows).encode(), HOUR).splitlines()

    assert len(lines) == 3
    assert all(json.loads(line)["captureData"] for line in lines)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_manifest_is_refused(depth: int) -> None:
    with pytest.raises(InvalidInputError):
        read_manifest(deep(depth).encode(), "manifest")


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_prediction_is_no_list(depth: int) -> None:
    assert items(deep(depth)) is None or label_text(deep(depth)) is not None
