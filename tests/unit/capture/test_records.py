"""A prediction as a line of a capture file: SageMaker's layout, and which encoding a payload gets."""

import gzip
import json
from base64 import b64decode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.capture.names import file_name, hour_folder, is_name
from driftline.capture.records import CSV_TYPES, JSON_TYPES, Body, Prediction, Redactors, encoded, line_of
from driftline.capture.sampling import is_sampled
from driftline.domain.capture import payloads
from driftline.domain.capture.inference_record import InferenceRecord
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import parse_capture_key

AT = 1_772_373_661.25  # 2026-03-01T14:01:01.250Z
LARGE = 1 << 20


def test_a_line_is_what_sagemaker_writes(shared_data: object) -> None:
    # Given a record that SageMaker wrote
    path = f"{shared_data}/capture_samples/WeatherPredictionModelQualityMonitoring__cell61.capture.jsonl"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        theirs = json.loads(file.readline())
    both = theirs["captureData"]
    # When the same prediction is written here
    asked, answered = (
        Body(both[side]["data"].encode(), both[side]["observedContentType"])
        for side in ("endpointInput", "endpointOutput")
    )
    ours = json.loads(line_of(Prediction("e", "v", AT, "234", asked, answered), Redactors(), LARGE))
    # Then it is the same, but for its id and time
    assert ours["captureData"] == both
    assert ours["eventVersion"] == theirs["eventVersion"]
    assert set(ours) == set(theirs)
    assert set(ours["eventMetadata"]) == {"eventId", "inferenceId", "inferenceTime"}
    assert ours["eventMetadata"]["inferenceTime"] == "2026-03-01T14:01:01Z"
    assert UUID(ours["eventMetadata"]["eventId"])


def test_custom_attributes_are_what_scripts_of_sagemaker_see() -> None:
    """A list of texts in `eventMetadata`, as ../shared/spec/model-monitor.md says, and only if there are some."""
    line = line_of(Prediction("e", "v", AT, "i", Body(b"1"), None, "trace=7, A/B"), Redactors(), LARGE)
    assert json.loads(line)["eventMetadata"]["customAttributes"] == ["trace=7, A/B"]
    assert InferenceRecord(json.loads(line)).event_metadata.custom_attribute == ["trace=7, A/B"]


@pytest.mark.parametrize(
    ("content_type", "data", "encoding", "text"),
    [
        ("text/csv", b"1,2\n", "CSV", "1,2\n"),
        ("text/csv; charset=utf-8", "é".encode(), "CSV", "é"),
        ("Text/CSV; charset=ISO-8859-1", "é".encode("latin-1"), "CSV", "é"),
        ("application/json", b'{"a": 1}', "JSON", '{"a": 1}'),
        ("application/jsonlines", b"[1]\n[2]\n", "JSON", "[1]\n[2]\n"),
        ("application/json", b"{broken", "JSON", "{broken"),  # the reader says so, with the line
        ("application/json", b"\xff\xfe", "BASE64", "//4="),
        ("text/csv; charset=utf-99", b"1", "CSV", "1"),
        ("", b"1,2", "BASE64", "MSwy"),
        ("application/octet-stream", b"\0", "BASE64", "AA=="),
    ],
)
def test_the_content_type_decides_on_the_encoding(content_type: str, data: bytes, encoding: str, text: str) -> None:
    assert encoded(Body(data, content_type), LARGE) == (encoding, text)


def test_content_types_are_those_that_are_read() -> None:
    assert (CSV_TYPES, JSON_TYPES) == (payloads._CSV_TYPES, payloads._JSON_TYPES)


def test_gzip_is_unpacked_up_to_a_limit_and_what_only_says_gzip_is_kept() -> None:
    packed = gzip.compress(b"1,2")
    assert encoded(Body(packed, "text/csv", "gzip"), LARGE) == ("CSV", "1,2")
    assert encoded(Body(b"1,2", "text/csv", "gzip"), LARGE) == ("CSV", "1,2")
    with pytest.raises(InvalidInputError, match="more than 1,000 bytes"):
        encoded(Body(gzip.compress(bytes(1001)), "text/csv", "gzip"), 1000)


@given(st.binary(), st.sampled_from(["text/csv", "application/json", "", "text/csv; charset=utf-16", "image/png"]))
def test_any_bytes_are_one_line_of_json_and_come_back(data: bytes, content_type: str) -> None:
    line = line_of(Prediction("e", "v", AT, "i", Body(data, content_type), None), Redactors(), LARGE)
    assert line.count(b"\n") == 1
    side = json.loads(line)["captureData"]["endpointInput"]
    charset = "utf-16" if "utf-16" in content_type else "utf-8"
    back = b64decode(side["data"]) if side["encoding"] == "BASE64" else side["data"].encode(charset)
    assert back == data or (charset == "utf-16" and back.decode(charset) == data.decode(charset))


@given(st.datetimes(datetime(1971, 1, 1), datetime(2198, 12, 31)))  # noqa: DTZ001 - UTC is added
def test_keys_are_those_that_the_stack_reads(moment: datetime) -> None:
    seconds = moment.replace(tzinfo=UTC).timestamp()
    key = parse_capture_key(f"capture/churn/AllTraffic/{hour_folder(seconds)}/{file_name(seconds)}")
    assert (key.endpoint, key.variant) == ("churn", "AllTraffic")
    assert key.hour.timestamp() == seconds // 3600 * 3600


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "a b", "a\n", "-a", ".a", "é", "a" * 128, "a\0"])
def test_names_from_outside_leave_no_folder(name: str) -> None:
    assert not is_name(name)


class TestSampling:
    def test_shares_are_those_asked_for(self) -> None:
        # By the binomial distribution, five standard deviations
        for percentage in (1, 20, 50, 99):
            drawn = sum(is_sampled(f"id-{number}", percentage) for number in range(20_000))
            spread = (20_000 * percentage / 100 * (1 - percentage / 100)) ** 0.5
            assert abs(drawn - 200 * percentage) < 5 * spread

    def test_what_a_small_share_takes_a_larger_one_takes_too(self) -> None:
        ids = [f"id-{number}" for number in range(1000)]
        assert {each for each in ids if is_sampled(each, 10)} < {each for each in ids if is_sampled(each, 30)}
        assert all(is_sampled(each, 100) and not is_sampled(each, 0) for each in ids)
