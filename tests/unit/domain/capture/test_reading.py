"""Capture files line by line: what is read, what is skipped, what is rejected and why."""

import gzip
import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.capture.blocks import CaptureReader
from driftline.domain.capture.csv_rows import csv_line
from driftline.domain.capture.lines import line_batches
from driftline.domain.capture.tables import SlotTable, TableBuffer
from driftline.domain.errors import InvalidInputError
from tests.fuzz import examples
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SAMPLES = ("capture_samples/*.capture.jsonl", "sagemaker_sdk/monitor/captured-data.jsonl")


def line(time: str = "2026-03-01T14:01:00Z", output: str = "0.5", input_: str = "1,a", **metadata: object) -> str:
    sides = {"endpointOutput": output, "endpointInput": input_}
    captured = {
        side: {"observedContentType": "text/csv", "mode": "X", "data": data, "encoding": "CSV"}
        for side, data in sides.items()
    }
    return json.dumps({"captureData": captured, "eventMetadata": {"eventId": "e", "inferenceTime": time} | metadata})


def read(body: bytes | str) -> tuple[CaptureReader, list[SlotTable]]:
    reader, buffer = CaptureReader(HOUR), TableBuffer(TABLES.csv_to_columns)
    whole = body.encode() if isinstance(body, str) else body
    found = [table for block in reader.read(whole, "captures") for table in buffer.add(block)]
    return reader, found + list(buffer.flush())


def total(reader: CaptureReader, what: str) -> int:
    return sum(getattr(count, what) for count in reader.counts.values())


@pytest.mark.parametrize(
    "body",
    [
        line() + "\n" + line(),
        line() + "\n" + line() + "\n",
        line() + "\r\n" + line() + "\r\n",
        "\n\n" + line() + "\n  \n" + line() + "\n\n",
        BOM_UTF8.decode() + line() + "\n" + line(),
        BOM_UTF8.decode() + line() + "\n" + BOM_UTF8.decode() + line(),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_line_ends_empty_lines_and_byte_order_marks_do_not_matter(body: str, packed: bool) -> None:
    raw = body.encode()

    reader, [(slot, layout, table)] = read(gzip.compress(raw) if packed else raw)

    assert (slot, layout, table.rows) == (HOUR, "csv:1+2", 2)
    assert table.columns["input[1]"].texts == {"a": 2}
    assert total(reader, "records") == 2
    assert not reader.rejects


@pytest.mark.parametrize("damage", [lambda body: body[:-9], lambda body: body[:30] + b"xxxx" + body[34:]])
def test_a_damaged_gzip_file_is_told(damage: Callable[[bytes], bytes]) -> None:
    body = gzip.compress(("\n".join([line()] * 50)).encode())

    with pytest.raises(InvalidInputError, match="cannot be unpacked"):
        read(damage(body))


def test_bad_lines_are_rejected_with_number_reason_and_beginning_and_stop_nobody() -> None:
    body = "\n".join(
        [
            line(),
            '{"captureData": ',
            "",
            '{"eventMetadata": {"inferenceTime": "2026-03-01T14:00:00Z"}}',
            line(time="yesterday"),
            line(time="2026-03-01"),
            line(input_='"open'),
            line(output="1\n2\n3", input_="1\n2"),
            json.dumps({"captureData": {}, "eventMetadata": {"inferenceTime": "2026-03-01T14:00:00Z"}}),
            "x" * 500,
            line(output="0.7"),
        ]
    )

    reader, [(_, _, table)] = read(body)

    assert table.rows == 2
    assert [reject.line for reject in reader.rejects] == [2, 4, 5, 6, 7, 8, 9, 10]
    reasons = [reject.reason for reject in reader.rejects]
    assert "captureData" in reasons[1]
    assert "'yesterday' is not a time" in reasons[2]
    assert "'2026-03-01' is not a time" in reasons[3]
    assert reasons[4].startswith("endpointInput: not CSV")
    assert reasons[5] == "3 output rows for 2 input rows cannot be paired"
    assert reasons[6] == "neither endpointInput nor endpointOutput"
    assert reader.rejects[-1].quoted == "x" * 199 + "…"
    assert total(reader, "rejected") == 8


def test_bytes_that_are_no_utf8_spoil_their_line_only() -> None:
    reader, [(_, _, table)] = read(line().encode() + b"\n\xff\xfe{\n" + line().encode())

    assert table.rows == 2
    assert [(reject.line, reject.malformed) for reject in reader.rejects] == [(2, True)]


def test_shadow_variants_are_skipped_and_counted() -> None:
    reader, [(_, _, table)] = read(
        line() + "\n" + line(invocationSource="ShadowExperiment") + "\n" + line(invocationSource="Other")
    )

    assert table.rows == 2
    assert (total(reader, "records"), total(reader, "skipped")) == (2, 1)


@pytest.mark.parametrize(
    ("time", "minute"),
    [
        ("2026-03-01T14:04:59.999Z", 0),
        ("2026-03-01T14:05:00Z", 5),
        ("2026-03-01T15:07:00+01:00", 5),
        ("2026-03-01T14:09:00", 5),
        ("2026-03-01T14:59:59.123456Z", 55),
    ],
)
def test_the_slot_follows_from_the_inference_time(time: str, minute: int) -> None:
    _, [(slot, _, _)] = read(line(time=time))

    assert slot == HOUR.replace(minute=minute)


def test_the_fixtures_of_the_sdk_have_no_time_and_are_rejected(shared_data: Path) -> None:
    body = (shared_data / "sagemaker_sdk/monitor/capture.jsonl").read_bytes()

    reader, tables = read(body)

    assert tables == []
    assert len(reader.rejects) == sum(bool(line.strip()) for line in body.splitlines())
    assert {reject.reason.split(" Expected")[0] for reject in reader.rejects} == {"'{%s}' is not a time."}


def test_real_files_are_read_without_a_reject(shared_data: Path) -> None:
    files = [path for pattern in SAMPLES for path in sorted(shared_data.glob(pattern))]

    found = {}
    for path in files:
        reader, tables = read(path.read_bytes())
        assert not reader.rejects, path
        found[path.name.split("__")[0] + path.name[-16:-14]] = sum(table.rows for _, _, table in tables)
        assert total(reader, "records") == len(path.read_bytes().split(b"\n")) - path.read_bytes().endswith(b"\n")

    assert len(found) >= 5


def test_a_real_clarify_file_with_instances_gives_a_row_each(shared_data: Path) -> None:
    body = (
        shared_data / "capture_samples/sm-clarify_model_bias_monitor_for_endpoint_json__cell47.capture.jsonl"
    ).read_bytes()

    _, [(_, layout, table)] = read(body)

    assert (layout, table.rows) == ("json", 3)
    assert list(table.columns)[:3] == ["output.score", "output.predicted_label", "input.features[0]"]
    assert table.columns["input.features[2]"].numbers.tolist() == [133937, 133937, 72338]
    assert table.columns["output.score"].integral == 0


CELLS = st.sampled_from(["", "1", "2.5", "a", 'q"', "b,c", "x\ny", "é", " 1"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2026-03-01T14:01:00Z", "2026-03-01T14:06:00Z", "nonsense"]),
            st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=2),
        ),
        min_size=1,
        max_size=8,
    ),
)
@settings(max_examples=examples(150))
def test_plain_batches_give_what_single_records_give(records: list[tuple[str, list[list[str]]]]) -> None:
    """The way without a look at single cells, and the way record by record, against each other and a plain count."""
    lines = [
        line(time=time, output="\n".join("0.5" for _ in rows), input_="\n".join(map(csv_line, rows)))
        for time, rows in records
    ]

    together, tables = read("\n".join(lines))
    alone = [read(text) for text in lines]

    counted: Counter[tuple[datetime, str]] = Counter()
    for _, tables_of_one in alone:
        for slot, layout, table in tables_of_one:
            counted[slot, layout] += table.rows
    assert Counter({(slot, layout): table.rows for slot, layout, table in tables}) == counted
    assert len(together.rejects) == sum(len(reader.rejects) for reader, _ in alone)
    for slot, layout, table in tables:
        for key, column in table.columns.items():
            parts = [t.columns[key] for _, ts in alone for s, name, t in ts if (s, name) == (slot, layout)]
            assert sum(part.present for part in parts) == column.present
            assert sum((Counter(part.texts) for part in parts), Counter()) == Counter(column.texts)
            assert sorted(v for part in parts for v in part.numbers.tolist()) == sorted(column.numbers.tolist())


@given(st.lists(st.text("ab\r", max_size=6), max_size=9), st.integers(1, 9), st.booleans())
def test_batches_hold_whole_lines_and_lose_none(lines: list[str], size: int, packed: bool) -> None:
    body = "\n".join(lines).encode()

    batches = list(line_batches(gzip.compress(body) if packed else body, "captures", size))

    assert b"".join(batch.body for batch in batches) == body
    for index, batch in enumerate(batches):
        before = b"".join(earlier.body for earlier in batches[:index])
        assert batch.first_line == before.count(b"\n") + 1
        assert batch.lines == batch.body.count(b"\n") + (not batch.body.endswith(b"\n"))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [1, 4, 1 << 20])
def test_a_byte_order_mark_is_left_out_before_every_line(size: int, *, packed: bool) -> None:
    body = "\ufeffone\n\ufefftwo \ufeff inside\r\n\ufeff\nfour\n\ufeff".encode()

    batches = list(line_batches(gzip.compress(body) if packed else body, "captures", size))

    assert b"".join(batch.body for batch in batches).decode() == "one\ntwo \ufeff inside\r\n\nfour\n"
    assert [batch.first_line for batch in batches] == ([1, 2, 3, 4] if size < 20 else [1])


def test_a_file_that_is_nothing_but_a_mark_has_no_lines() -> None:
    assert list(line_batches("\ufeff".encode(), "captures")) == []
