"""A capture file in the bucket becomes records, profiles and rejects; everything follows from the file."""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.domain.ground_truth.keys import VariantHour, parse_profile_key
from driftline.domain.keys import parse_capture_key, profile_key, records_key, rejects_key, source_digest
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.usecases.capture.profile_capture import CaptureProfiled
from driftline.usecases.ports.storage import StoredObject
from tests.captures import profile_file
from tests.fakes import FailingStore, InjectedError, InMemoryStore, InMemoryStores

KEY = "capture/flights/AllTraffic/2026/03/01/14/00-00-000-abc.jsonl"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)


def record(
    at: str = "2026-03-01T14:01:00Z", output: str | None = "0.5", input_: str | None = "1,a", **metadata: object
) -> str:
    sides = {"endpointInput": input_, "endpointOutput": output}
    captured = {
        side: {"observedContentType": "text/csv", "mode": side[8:].upper(), "data": data, "encoding": "CSV"}
        for side, data in sides.items()
        if data is not None
    }
    event = {"eventId": "e1", "inferenceTime": at} | metadata
    return json.dumps({"captureData": captured, "eventMetadata": event, "eventVersion": "0"})


def profiled(
    *lines: str, key: str = KEY, others: Mapping[str, bytes] | None = None
) -> tuple[InMemoryStore, CaptureProfiled]:
    bucket = InMemoryStore("bucket", {key: "\n".join(lines).encode(), **(others or {})})
    return bucket, profile_file(key, bucket)


def hour_profile(bucket: InMemoryStore, hour: datetime = HOUR, key: str = KEY) -> HourProfile:
    digest = source_digest(None, key)
    return HourProfile.from_bytes(bucket.objects[profile_key("flights", "AllTraffic", hour, digest)])


def rows(bucket: InMemoryStore, tmp_path: Path, key: str = KEY) -> list[dict[str, object]]:
    source = parse_capture_key(key)
    stored = bucket.objects[records_key(source.endpoint, source.variant, source.hour, source_digest(None, key))]
    path = tmp_path / "records.parquet"
    path.write_bytes(stored)
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rejects(bucket: InMemoryStore) -> list[dict[str, object]]:
    key = rejects_key("flights", "AllTraffic", HOUR, source_digest(None, KEY))
    return [json.loads(line) for line in bucket.objects[key].splitlines()]


def test_a_file_of_one_hour_becomes_two_objects(tmp_path: Path) -> None:
    bucket, result = profiled(record(), record("2026-03-01T14:06:00Z", "0.7", "2,b"))

    assert (result.records, result.rows, result.rejected, result.slots) == (2, 2, 0, 2)
    assert set(bucket.objects) - {KEY} == set(result.written)
    assert len(result.written) == 2
    profile = hour_profile(bucket)
    assert [slot.minute for slot in profile.slots] == [0, 5]
    table = profile.slots[HOUR].layouts["csv:1+2"]
    assert sorted(table.columns) == ["input[0]", "input[1]", "output[0]"]
    assert [row["input[1]"] for row in rows(bucket, tmp_path)] == ["a", "b"]


def test_records_keep_ids_times_and_texts_exactly(tmp_path: Path) -> None:
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


def test_events_may_come_twice() -> None:
    bucket, result = profiled(record(), record("nonsense"), "junk")
    before = dict(bucket.objects)

    again = profile_file(KEY, bucket)

    assert again == result
    assert bucket.objects == before


def test_the_profiles_know_source_records_and_rejects_by_slot() -> None:
    bucket, result = profiled(record(), record(invocationSource="ShadowExperiment"), record(output='"'), "junk")

    profile = hour_profile(bucket)
    assert profile.source == f"memory://bucket/{KEY}"
    assert profile.records_key in result.written
    assert (profile.records, profile.rejected, profile.skipped) == (1, 2, 1)
    assert (result.records, result.rejected, result.skipped) == (1, 2, 1)


def test_rejects_are_listed_in_a_third_object() -> None:
    bucket, result = profiled(record(), "junk", record(output="1\n2", input_="1\n2\n3"))

    first, second = rejects(bucket)
    assert (first["line"], first["quoted"]) == (2, "junk")
    assert (second["line"], second["reason"]) == (3, "2 output rows for 3 input rows cannot be paired")
    assert len(result.written) == 3


def test_a_file_full_of_bad_lines_lists_the_first_and_counts_all() -> None:
    bucket, result = profiled(record(), *["junk"] * 10_500)

    listed = rejects(bucket)
    assert result.rejected == hour_profile(bucket).rejected == 10_500
    assert len(listed) == 10_001
    assert listed[-1]["reason"] == "500 more are not listed"


def test_a_file_across_an_hour_has_a_profile_for_each() -> None:
    bucket, result = profiled(record("2026-03-01T14:59:59Z"), record("2026-03-01T15:00:01Z"))

    assert len(result.written) == 3
    assert hour_profile(bucket, HOUR).records == 1
    assert hour_profile(bucket, HOUR.replace(hour=15)).records == 1


def test_a_replaced_file_replaces_everything_that_was_made_of_it() -> None:
    bucket, _ = profiled(record("2026-03-01T14:59:59Z"), record("2026-03-01T15:00:01Z"), "junk")
    bucket.objects[KEY] = record("2026-03-01T15:30:00Z").encode()

    profile_file(KEY, bucket)

    fresh, _ = profiled(record("2026-03-01T15:30:00Z"))
    assert bucket.objects == fresh.objects


@pytest.mark.parametrize("call", range(1, 7))
def test_so_it_does_when_the_first_delivery_breaks_off(call: int) -> None:
    bucket, _ = profiled(record("2026-03-01T14:59:59Z"), record("2026-03-01T15:00:01Z"), "junk")
    bucket.objects[KEY] = record("2026-03-01T15:30:00Z").encode()

    with pytest.raises(InjectedError):
        profile_file(KEY, FailingStore(bucket, call), bucket)
    profile_file(KEY, bucket)

    fresh, _ = profiled(record("2026-03-01T15:30:00Z"))
    assert bucket.objects == fresh.objects


@pytest.mark.parametrize("call", range(1, 5))
def test_a_crash_between_two_writes_is_mended_by_the_next_delivery(call: int) -> None:
    lines = "\n".join([record("2026-03-01T14:59:59Z"), record("2026-03-01T15:00:01Z"), "junk"]).encode()
    bucket = InMemoryStore("bucket", {KEY: lines})

    with pytest.raises(InjectedError):
        profile_file(KEY, FailingStore(bucket, call, operations=["put"]), bucket)
    half = [key for key in bucket.objects if key != KEY]
    profile_file(KEY, bucket)

    whole, _ = profiled(*lines.decode().split("\n"))
    assert bucket.objects == whole.objects
    assert len(half) == call - 1
    assert not [key for key in half[:1] if key.endswith(".profile")]  # a profile never comes before its records


class ReplacedWhileRead(InMemoryStore):
    """A capture file that gets a new version between being read and being checked."""

    def get(self, key: str) -> StoredObject:
        found = super().get(key)
        if key == KEY:
            self.objects[KEY] = record(output="0.9").encode()
        return found


def test_a_file_that_changes_meanwhile_is_profiled_again() -> None:
    bucket = ReplacedWhileRead("bucket", {KEY: record().encode()})

    with pytest.raises(StaleReadError, match="replaced while"):
        profile_file(KEY, bucket)

    profile_file(KEY, bucket)
    assert hour_profile(bucket).slots[HOUR].layouts["csv:1+2"].columns["output[0]"].moments.mean == 0.9


@pytest.mark.parametrize(("body", "lines"), [(b"junk", 1), (b"{}\n[]\n", 2), (b"\x89PNG\r\n\x1a\n\x00", 3)])
def test_a_file_without_any_capture_record_is_for_people_and_counted(body: bytes, lines: int) -> None:
    bucket = InMemoryStore("bucket", {KEY: body})

    with pytest.raises(InvalidInputError, match="is a capture record"):
        profile_file(KEY, bucket)

    profile = hour_profile(bucket)
    assert (profile.records, profile.rows, profile.rejected) == (0, 0, lines)


def test_an_empty_file_says_so_and_a_missing_one_too() -> None:
    _, empty = profiled("")
    bucket = InMemoryStore("bucket")

    gone = profile_file(KEY, bucket)

    assert empty.reason == "the capture file is empty"
    assert gone.reason == "the capture file no longer exists"
    assert not bucket.objects


def test_gzip_is_known_by_content() -> None:
    bucket = InMemoryStore("bucket", {KEY: gzip.compress(record().encode())})

    assert profile_file(KEY, bucket).rows == 1


@pytest.mark.parametrize(
    "key", ["flights/AllTraffic/2026/03/01/14/a.jsonl", "any/prefix/flights/AllTraffic/2026/03/01/14/a.jsonl"]
)
def test_capture_may_lie_under_any_prefix(key: str) -> None:
    _, result = profiled(record(), key=key)

    assert (result.endpoint, result.variant, result.rows) == ("flights", "AllTraffic", 1)


@pytest.mark.parametrize("key", ["flights/2026/03/01/14/a.jsonl", "capture/f/v/2026/13/01/14/a.jsonl", "x"])
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(InvalidInputError, match=r"capture file|not a date"):
        profiled(record(), key=key)


DOCUMENT = b"""
endpoint: flights
capture: {bucket: %s, prefix: %s}
monitors: {data_quality: {preprocess: prepare.py}}
"""


@pytest.mark.parametrize(("bucket_name", "prefix"), [(b"other-bucket", b"capture/"), (b"bucket", b"elsewhere/")])
def test_a_document_that_captures_elsewhere_is_respected(bucket_name: bytes, prefix: bytes) -> None:
    bucket, result = profiled(record(), others={"monitors/flights.yaml": DOCUMENT % (bucket_name, prefix)})

    assert "reads captures from" in result.reason
    assert set(bucket.objects) == {KEY, "monitors/flights.yaml"}


def test_a_broken_document_does_not_stop_profiling() -> None:
    _, result = profiled(record(), others={"monitors/flights.yaml": b"endpoint: ["})

    assert result.rows == 1


def scripted(script: str, *lines: str) -> tuple[InMemoryStore, CaptureProfiled]:
    document = DOCUMENT % (b"bucket", b"capture/")
    return profiled(*lines, others={"monitors/flights.yaml": document, "scripts/prepare.py": script.encode()})


def test_a_script_makes_the_columns(tmp_path: Path) -> None:
    bucket, result = scripted(
        "def preprocess_handler(r):\n"
        "    if r.endpoint_output.data == '0':\n        return []\n"
        "    return [{'b': 1.5, 'a': x, 'none': None} for x in r.endpoint_input.data.split(',')]",
        record(),
        record(output="0"),
    )

    table = hour_profile(bucket).slots[HOUR].layouts["preprocessed"]
    assert (table.rows, table.columns["input.a"].present, result.skipped) == (2, 2, 1)
    found = rows(bucket, tmp_path)
    assert [name for name in found[0] if name.startswith("input")] == ["input.a", "input.b", "input.none"]
    assert [row["input.a"] for row in found] == ["1", "a"]


def test_a_record_on_which_the_script_fails_is_rejected() -> None:
    bucket, result = scripted(
        "def preprocess_handler(r): return {'a': 1 / float(r.endpoint_output.data)}", record(), record(output="0")
    )

    assert (result.rows, result.rejected) == (1, 1)
    assert str(rejects(bucket)[0]["reason"]).startswith(
        "There is an exception raised in preprocessor script prepare.py, line 1"
    )


def test_a_script_that_fails_on_every_record_fails_the_file() -> None:
    with pytest.raises(
        InvalidInputError, match=r"^There is an exception raised in preprocessor script .*no record of memory"
    ):
        scripted("def preprocess_handler(r): return {}[1]", record(), record())


def test_a_script_that_is_not_there_fails_the_file() -> None:
    with pytest.raises(InvalidInputError, match=r"scripts/prepare\.py: the script .* does not exist"):
        profiled(record(), others={"monitors/flights.yaml": DOCUMENT % (b"bucket", b"capture/")})


MANIFEST = "batch/churn/output/2026/03/01/14/0b1c.json"


def batch(manifest: bytes, **objects: bytes) -> tuple[InMemoryStore, InMemoryStore]:
    bucket = InMemoryStore("bucket", {MANIFEST: manifest, **objects})
    return bucket, InMemoryStore("results", {"out/b.csv.out": b"0.7,x,id-2,2026-03-01T14:06:00Z\n"})


def test_an_output_manifest_stands_for_its_files(tmp_path: Path) -> None:
    bucket, _ = batch(
        b'[{"prefix": "s3://bucket/out/"}, "a.csv.out"]', **{"out/a.csv.out": b"0.5,x,id-1,2026-03-01T14:01:00Z\n"}
    )

    result = profile_file(MANIFEST, bucket)

    assert (result.endpoint, result.variant, result.rows) == ("churn", "output", 1)
    [row] = rows(bucket, tmp_path, MANIFEST)
    assert (row["event_id"], row["output[0]"], row["output[1]"]) == ("id-1", "0.5", "x")


def test_a_manifest_may_list_another_bucket() -> None:
    bucket, results = batch(b'[{"prefix": "s3://results/out/"}, "b.csv.out"]')

    assert profile_file(MANIFEST, bucket, stores=InMemoryStores(results)).rows == 1


def test_a_manifest_that_lists_what_is_not_there_is_told() -> None:
    bucket, _ = batch(b'[{"prefix": "s3://bucket/out/"}, "a.csv.out"]')

    with pytest.raises(InvalidInputError, match=r"memory://bucket/out/a.csv.out, which is not there"):
        profile_file(MANIFEST, bucket)


def test_input_manifests_are_left_out() -> None:
    key = MANIFEST.replace("output", "input")
    bucket = InMemoryStore("bucket", {key: b"[]"})

    assert profile_file(key, bucket).reason == "an input manifest holds no answers"


def test_real_files_of_sagemaker(shared_data: Path, tmp_path: Path) -> None:
    body = (shared_data / "capture_samples/WeatherPredictionModelQualityMonitoring__cell61.capture.jsonl").read_bytes()
    key = "capture/weather/AllTraffic/2021/08/03/06/48-00-000-abc.jsonl"
    bucket = InMemoryStore("bucket", {key: body})

    result = profile_file(key, bucket)

    found = rows(bucket, tmp_path, key)
    assert (result.records, result.rows, result.slots) == (2, 2, 1)
    assert [row["inference_id"] for row in found] == ["234", "235"]
    assert found[0]["input[6]"] == "2791.0"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00+14:00"])
def test_rows_with_a_time_out_of_bounds_are_rejects_and_their_neighbours_count(time: str) -> None:
    bucket, found = profiled(record(), record(at=time), record(input_='"1",a'), record(at=time, input_='"1",a'))
    assert (found.records, found.rejected) == (2, 2)
    assert [each.hour for each in map(hour_of, bucket.objects) if each] == [HOUR]
    rejects = bucket.objects[rejects_key("flights", "AllTraffic", HOUR, source_digest(None, KEY))].decode()
    assert [json.loads(line)["line"] for line in rejects.splitlines()] == [2, 4]
    assert all(f"'{time}' is out of bounds" in json.loads(line)["reason"] for line in rejects.splitlines())


def hour_of(key: str) -> VariantHour | None:
    return parse_profile_key(key)[1] if key.startswith("state/profiles/") else None
