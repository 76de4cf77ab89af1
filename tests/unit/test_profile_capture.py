"""A capture file in the bucket becomes records, profiles and rejects; everything follows from the file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from tests.fakes import InMemoryStore

from driftline.domain import layout
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.usecases.profile_capture import profile_capture

KEY = "capture/flights/AllTraffic/2026/03/01/14/00-00-000-abc.jsonl"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)


def record(at: str = "2026-03-01T14:01:00Z", output: str | None = "0.5", input_: str | None = "1,a", **metadata) -> str:
    sides = {"endpointInput": input_, "endpointOutput": output}
    captured = {
        side: {"observedContentType": "text/csv", "mode": side[8:].upper(), "data": data, "encoding": "CSV"}
        for side, data in sides.items()
        if data is not None
    }
    event = {"eventId": "e1", "inferenceTime": at} | metadata
    return json.dumps({"captureData": captured, "eventMetadata": event, "eventVersion": "0"})


def profiled(*lines: str, key: str = KEY, **objects: bytes):
    bucket = InMemoryStore("bucket", {key: "\n".join(lines).encode(), **objects})
    return bucket, profile_capture(key, capture=bucket, state=bucket)


def hour_profile(bucket: InMemoryStore, hour: datetime = HOUR, key: str = KEY) -> HourProfile:
    digest = layout.source_digest(None, key)
    return HourProfile.from_bytes(bucket.objects[layout.profile_key("flights", "AllTraffic", hour, digest)])


def rows(bucket: InMemoryStore, tmp_path: Path, key: str = KEY) -> list[dict[str, object]]:
    source = layout.parse_capture_key(key)
    stored = bucket.objects[
        layout.records_key(source.endpoint, source.variant, source.hour, layout.source_digest(None, key))
    ]
    path = tmp_path / "records.parquet"
    path.write_bytes(stored)
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rejects(bucket: InMemoryStore) -> list[dict[str, object]]:
    key = layout.rejects_key("flights", "AllTraffic", HOUR, layout.source_digest(None, KEY))
    return [json.loads(line) for line in bucket.objects[key].splitlines()]


def test_a_file_of_one_hour_becomes_two_objects(tmp_path):
    bucket, result = profiled(record(), record("2026-03-01T14:06:00Z", "0.7", "2,b"))

    assert (result.records, result.rows, result.rejected, result.slots) == (2, 2, 0, 2)
    assert set(bucket.objects) - {KEY} == set(result.written)
    assert len(result.written) == 2
    profile = hour_profile(bucket)
    assert [slot.minute for slot in profile.slots] == [0, 5]
    table = profile.slots[HOUR].layouts["csv:1+2"]
    assert sorted(table.columns) == ["input[0]", "input[1]", "output[0]"]
    assert [row["input[1]"] for row in rows(bucket, tmp_path)] == ["a", "b"]


def test_records_keep_ids_times_and_texts_exactly(tmp_path):
    bucket, result = profiled(
        record("2026-03-01T14:01:00.250+00:00", "0.50", ' 1,"a, ""b"""\n', eventId='e"1', inferenceId="i,1"),
        record(output="0.5\n0.6", input_="1,a\n+7,"),
    )

    first, second, third = rows(bucket, tmp_path)

    assert first == {
        "event_id": 'e"1',
        "inference_id": "i,1",
        "inference_time": "2026-03-01T14:01:00.250+00:00",
        "row": 0,
        "slot": "2026-03-01T14:00:00Z",
        "output[0]": "0.50",
        "input[0]": " 1",
        "input[1]": 'a, "b"',
    }
    assert (second["row"], second["input[0]"], second["input[1]"], second["inference_id"]) == (0, "1", "a", None)
    assert (third["row"], third["input[0]"], third["input[1]"]) == (1, "+7", None)
    assert (result.records, result.rows) == (2, 3)
