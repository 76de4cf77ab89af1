"""What dead letters are about: the bodies that Driftline's queues hold, Lambda's records of failures, anything else."""

import json
from typing import Any

import pytest

from driftline.domain.incidents.dead_letters import DeadLetter, failure_of, subject_of
from tests.places import REPOSITORY

EVENTS = REPOSITORY / "events"


def body(sample: str) -> str:
    """What a queue holds; functions that are invoked without one get the event itself."""
    event = json.loads((EVENTS / f"{sample}.json").read_text())
    return str(event["Records"][0]["body"]) if "Records" in event else json.dumps(event)


def failed(payload: Any, **response: str) -> str:
    """As Lambda writes it to the destination of failures."""
    return json.dumps(
        {
            "version": "1.0",
            "timestamp": "2026-03-01T15:00:00.000Z",
            "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
            "requestPayload": payload,
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": response,
        }
    )


# A backfill's state machine waits for its functions: what it asks for is in no queue.
@pytest.mark.parametrize(
    "sample", sorted(path.stem for path in EVENTS.glob("*.json") if path.suffixes[0] != ".backfill")
)
def test_every_message_of_a_queue_can_be_named(sample: str) -> None:
    assert subject_of(DeadLetter(body(sample)))


@pytest.mark.parametrize(
    ("sample", "subject"),
    [
        ("run_monitor", "data_quality of flight-delay, 2026-03-01T15:00:00Z"),
        ("merge_ground_truth.sweep", "sweep 2026-03-22T12:00:00Z"),
        ("merge_ground_truth.sweep_endpoint", "sweep 2026-03-22T12:00:00Z of flight-delay"),
        ("notify_operator", "driftline/flight-delay/data_quality/violations"),
        ("adopt_model.new_model", "Driftline New Model: flight-delay, 2026-03-01T14:02:07Z"),
    ],
)
def test_names(sample: str, subject: str) -> None:
    assert subject_of(DeadLetter(body(sample))) == subject


def test_a_line_feed_in_a_name_can_be_seen() -> None:
    event = {"detail": {"bucket": {"name": "b"}, "object": {"key": "capture/e/a\nb.jsonl"}}}
    assert subject_of(DeadLetter(json.dumps(event))) == r's3://b/"capture/e/a\nb.jsonl"'


@pytest.mark.parametrize(
    "nothing",
    ["", "no json", "[1]", "1", "null", "{}", "[" * 100_000, '{"detail": 1}', '{"detail": {"object": {"key": 3}}}']
    + [json.dumps({name: 7}) for name in ("endpoint", "detail-type", "Message", "sweep", "requestPayload")],
)
def test_what_names_nothing_is_no_error(nothing: str) -> None:
    assert subject_of(DeadLetter(nothing)) == ""
    assert failure_of(DeadLetter(nothing)) == ""


def test_what_lambda_gave_up_is_the_event_and_the_last_error() -> None:
    letter = DeadLetter(failed({"at": "2026-03-01T15:00:00Z"}, errorType="KeyError", errorMessage="'rows'"))
    assert subject_of(letter) == "at 2026-03-01T15:00:00Z"
    assert failure_of(letter) == "'rows'"


@pytest.mark.parametrize(
    "said",
    [
        "RequestId: 1a2b Error: Runtime exited with error: signal: killed",
        "2026-03-01T15:02:00.000Z 1a2b Task timed out after 120.00 seconds",
    ],
)
def test_a_function_that_was_ended_is_called_so(said: str) -> None:
    assert failure_of(DeadLetter(failed({}, errorMessage=said))) == f"the function was ended: {said}"


def test_what_could_not_be_delivered_says_why() -> None:
    assert failure_of(DeadLetter(body("profile_capture"), refused="AccessDenied")) == "AccessDenied"
