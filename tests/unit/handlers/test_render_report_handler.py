"""render_report's handler with its sample event, against moto."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.failure import FAILURE, Failure
from driftline.domain.executions.place import parse_place
from tests.aws import CONTEXT, fake_aws
from tests.handlers import cold_starts
from tests.places import REPOSITORY
from tests.reporting import MADE, made_store

BUCKET = "driftline-bucket-1a2b3c4d5e6f"  # as in events/
FOLDER = MADE.replace("shop", "flight-delay")

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """The function after a cold start, and a bucket with an execution."""
    monkeypatch.setenv("BUCKET", BUCKET)
    with fake_aws(monkeypatch):
        queue = boto3.client("sqs").create_queue(QueueName="index.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        monkeypatch.setenv("INDEX_QUEUE_URL", queue)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for key, body in made_store(["dep_delay"]).objects.items():
            s3.put_object(Bucket=BUCKET, Key=key.replace("shop", "flight-delay"), Body=body)
        yield cold_start("render_report")


def cold_start(function: str) -> Handler:
    with cold_starts() as load:
        handler: Handler = load(function).handler
    return handler


def index_is_made() -> None:
    """By the message that the other function has left."""
    [message] = boto3.client("sqs").receive_message(QueueUrl=os.environ["INDEX_QUEUE_URL"])["Messages"]
    made = event("render_index")
    assert made["Records"][0]["body"] == message["Body"]
    assert cold_start("render_index")(made, CONTEXT) == {"batchItemFailures": []}


def event(name: str = "render_report") -> dict[str, Any]:
    return dict(json.loads((REPOSITORY / "events" / f"{name}.json").read_text()))


def test_an_incident_of_watch_is_on_the_page_of_its_endpoint_until_it_ends(handler: Handler) -> None:
    # Given an endpoint with a page
    handler(event(), CONTEXT)
    s3, changed = boto3.client("s3"), event("render_report.watch")
    # When an incident begins
    key = changed["detail"]["object"]["key"]
    stopped = {"label": "captures", "headline": "captures have stopped arriving", "since": "2026-03-01T15:00:00Z"}
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(stopped).encode())
    handler(changed, CONTEXT)
    # Then the page says so, and no longer once it has ended
    assert "captures since 1 Mar 2026, 15:00 UTC" in page_of_the_endpoint()
    s3.delete_object(Bucket=BUCKET, Key=key)
    handler(changed | {"detail-type": "Object Deleted"}, CONTEXT)
    assert "captures since" not in page_of_the_endpoint()


def test_other_objects_next_to_incidents_render_nothing(handler: Handler) -> None:
    changed = event("render_report.watch")
    changed["detail"]["object"]["key"] = "state/watch/stray"
    assert handler(changed, CONTEXT) == {"report": None, "size": 0}
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=os.environ["INDEX_QUEUE_URL"])


def page_of_the_endpoint() -> str:
    page = boto3.client("s3").get_object(Bucket=BUCKET, Key="reports/flight-delay/index.html")
    return page["Body"].read().decode()


def test_the_event_of_an_execution_makes_its_page(handler: Handler) -> None:
    answer = handler(event(), CONTEXT)

    assert answer["report"] == f"s3://{BUCKET}/{FOLDER}report.html"
    page = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{FOLDER}report.html")
    body = page["Body"].read()
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert len(body) == answer["size"]
    assert b"<dt>Revision</dt><dd>1</dd>" in body


def test_the_event_of_an_execution_makes_the_pages_that_it_is_on(handler: Handler) -> None:
    handler(event(), CONTEXT)
    index_is_made()

    s3 = boto3.client("s3")
    for key in ("reports/index.html", "reports/flight-delay/index.html"):
        page = s3.get_object(Bucket=BUCKET, Key=key)
        assert page["ContentType"] == "text/html; charset=utf-8"
        assert b"dep_delay" in page["Body"].read()
    states = s3.list_objects_v2(Bucket=BUCKET, Prefix="state/overview/flight-delay/")["Contents"]
    assert len(states) == 2  # the execution's record and the endpoint's line


def test_the_event_of_a_failed_execution_makes_its_page(handler: Handler) -> None:
    failed, s3 = event("render_report.failed"), boto3.client("s3")
    later = FOLDER.replace("/15/", "/16/")
    failed["detail"]["ReportUri"] = f"s3://{BUCKET}/{later}"
    failure = Failure.of(parse_place(later), None, InvalidInputError("there is no baseline"))
    s3.put_object(Bucket=BUCKET, Key=f"{later}{FAILURE}", Body=failure.to_json())

    answer = handler(failed, CONTEXT)

    index_is_made()
    body = s3.get_object(Bucket=BUCKET, Key=f"{later}report.html")["Body"].read()
    assert answer == {"report": f"s3://{BUCKET}/{later}report.html", "size": len(body)}
    assert b"No verdict: there is no baseline." in body
    for key in ("reports/index.html", "reports/flight-delay/index.html"):
        assert b"No verdict: there is no baseline." in s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_the_index_is_made_by_hand(handler: Handler) -> None:
    handler(event(), CONTEXT)

    assert cold_start("render_index")({}, CONTEXT) == {"index": f"s3://{BUCKET}/reports/index.html", "endpoints": 1}


def test_a_late_event_of_a_failure_makes_the_page_of_the_verdict(handler: Handler) -> None:
    handler(event("render_report.failed"), CONTEXT)

    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{FOLDER}report.html")["Body"].read()
    assert b"No verdict" not in body


def test_a_failure_by_hand_makes_nothing(handler: Handler) -> None:
    failed = event("render_report.failed")
    failed["detail"]["ReportUri"] = ""

    assert handler(failed, CONTEXT) == {"report": None, "size": 0}
    record = {"messageId": "m", "body": json.dumps(failed), "eventSource": "aws:sqs", "attributes": {}}
    assert handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def test_messages_of_the_queue_fail_alone(handler: Handler) -> None:
    strange = event()
    strange["detail"]["ReportUri"] = "s3://another/reports/"
    records = [
        {"messageId": name, "body": json.dumps(body), "eventSource": "aws:sqs", "attributes": {}}
        for name, body in (("good", event()), ("strange", strange))
    ]
    answer = handler({"Records": records}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "strange"}]}


def test_a_folder_by_hand_makes_the_same_page_but_for_what_only_the_event_knows(handler: Handler) -> None:
    answer = handler({"folder": FOLDER}, CONTEXT)

    assert answer["report"].endswith("report.html")
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{FOLDER}report.html")["Body"].read()
    assert b"<dt>Revision</dt>" not in body


def test_an_event_of_another_bucket_is_refused(handler: Handler) -> None:
    strange = event()
    strange["detail"]["ReportUri"] = f"s3://another/{FOLDER}"

    with pytest.raises(InvalidInputError, match="another bucket"):
        handler(strange, CONTEXT)


@pytest.mark.parametrize("wrong", [{}, {"folder": ""}, {"folder": "reports/x"}, {"detail": {}}])
def test_what_is_no_request_is_refused(handler: Handler, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        handler(wrong, CONTEXT)
