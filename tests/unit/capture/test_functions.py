"""Handlers of Lambda functions: what API Gateway, function URLs and load balancers send, and direct invocations."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from driftline.capture import ID_HEADER, Capture, Limits, captured_handler
from tests.capturing import bucket, lines, sides

NEVER = Limits(batch_seconds=3600)


def http_event(body: str | None = '{"age": 3}', **more: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "headers": {"content-type": "application/json"},
        "body": body,
        "isBase64Encoded": False,
    } | more


def test_an_answer_of_api_gateway_is_captured_before_the_function_ends(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=NEVER)

    @captured_handler(capture)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Predicts."""
        return {"statusCode": 200, "headers": {"Content-Type": "text/csv"}, "body": "0.5"}

    answer = handler(http_event(), None)
    [record] = lines(tmp_path)
    assert sides(record) == ('{"age": 3}', "0.5")
    assert record["captureData"]["endpointOutput"]["encoding"] == "CSV"
    assert answer["headers"] == {"Content-Type": "text/csv", ID_HEADER: record["eventMetadata"]["inferenceId"]}
    assert handler.__doc__ == "Predicts."


@pytest.mark.parametrize(
    ("event", "answer", "expected"),
    [
        (http_event(headers={ID_HEADER.upper(): "mine"}), {"statusCode": 201, "body": "[1]"}, ("eyJhZ2UiOiAzfQ==", "WzFd")),
        (http_event(b64encode(b"1,2").decode(), isBase64Encoded=True, headers={"Content-Type": "text/csv"}),
         {"statusCode": "200", "headers": None, "body": "[1]"}, ("1,2", "WzFd")),
        (http_event(), {"score": 0.5}, ('{"age": 3}', '{"score": 0.5}')),
        ({"age": 3}, {"score": 0.5}, ('{"age": 3}', '{"score": 0.5}')),
        ({"age": 3}, 0.5, ('{"age": 3}', "0.5")),
        (http_event(None), {"statusCode": 200, "body": "[1]"}, (None, "WzFd")),
    ],
)  # fmt: skip
def test_every_form_of_events_and_answers(tmp_path: Path, event: Any, answer: Any, expected: Any) -> None:
    handler = captured_handler(Capture(tmp_path, endpoint="churn"))(lambda event, context: answer)
    returned = handler(event, None)
    [record] = lines(tmp_path)
    assert sides(record) == expected
    if isinstance(answer, dict) and "statusCode" in answer:
        assert {**returned, "headers": None} == {**answer, "headers": None}
        assert returned["headers"][ID_HEADER] == record["eventMetadata"]["inferenceId"]
    else:
        assert returned is answer
    if ID_HEADER.upper() in event.get("headers", {}):
        assert record["eventMetadata"]["inferenceId"] == "mine"


def test_custom_attributes_of_the_request_are_kept(tmp_path: Path) -> None:
    handler = captured_handler(Capture(tmp_path, endpoint="churn"))(lambda event, context: 0.5)
    handler(http_event(headers={"x-amzn-sagemaker-custom-attributes": "trace=7"}), None)
    handler({"age": 3, "headers": "a column"}, None)
    found = sorted(str(record["eventMetadata"].get("customAttributes")) for record in lines(tmp_path))
    assert found == ["None", "['trace=7']"]


def test_errors_are_the_handlers_own(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn")
    refusing = captured_handler(capture)(lambda event, context: {"statusCode": 422, "body": "no"})
    assert refusing(http_event(), None) == {"statusCode": 422, "body": "no"}
    with pytest.raises(ZeroDivisionError):
        captured_handler(capture)(lambda event, context: 1 / 0)(http_event(), None)
    assert capture.statistics().skipped == 1
    assert lines(tmp_path) == []


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (http_event(isBase64Encoded=True, body="x"), {"statusCode": 200, "body": "1"}),
        (http_event(headers=[1]), {"statusCode": 200, "body": "1"}),
        ({"a": 1}, {"statusCode": "fine"}),
        ({"a": 1}, object()),
        ([1], 1),
    ],
)
def test_what_cannot_be_captured_is_answered_as_without(tmp_path: Path, event: Any, answer: Any) -> None:
    capture = Capture(tmp_path, endpoint="churn")
    assert captured_handler(capture)(lambda event, context: answer)(event, None) is answer
    assert capture.statistics().errors == 1


def test_a_dead_bucket_holds_an_answer_no_longer_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket(monkeypatch) as made:
        made.answering.clear()
        capture = Capture("s3://captures", endpoint="churn", limits=Limits(write_seconds=0.5))
        handler = captured_handler(capture, timeout=0.01)(lambda event, context: json.loads(event["body"]))
        assert handler(http_event(), None) == {"age": 3}
        assert capture.statistics().waiting == 1
        # The next invocation writes what this one could not
        made.answering.set()
        assert captured_handler(capture, timeout=30)(lambda event, context: 1)(http_event(), None) == 1
        assert {sides(record)[1] for record in made.lines()} == {'{"age": 3}', "1"}
        capture.close(30)
