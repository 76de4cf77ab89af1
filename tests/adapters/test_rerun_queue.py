"""RerunQueue against moto's FIFO queue."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from driftline.adapters.aws.once_in_a_turn import OnceInATurn
from driftline.adapters.aws.rerun_queue import RerunQueue
from driftline.domain.executions.execution import ExecutionRequest

SCHEDULED = datetime(2026, 3, 1, 15, tzinfo=UTC)
FIRST = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED)
OTHER = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED + timedelta(hours=1))
FIVE_MINUTES = 300.0


@pytest.fixture
def url(aws: None) -> str:
    return boto3.client("sqs").create_queue(QueueName="again.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def received(url: str) -> list[ExecutionRequest]:
    """What waits in the queue; SQS hands over one message of a group at a time, so each is deleted at once."""
    client = boto3.client("sqs")
    requests = []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            assert "start" not in json.loads(message["Body"])
            requests.append(ExecutionRequest.model_validate_json(message["Body"]))
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(requests, key=lambda request: str(request.scheduled_time))


def test_a_window_that_is_asked_for_again_at_once_is_delivered_once(url: str) -> None:
    queue = RerunQueue(OnceInATurn(url, FIVE_MINUTES, clock=lambda: 1000.0))

    for request in (FIRST, OTHER, FIRST, FIRST):
        queue.request(request)

    assert received(url) == [FIRST, OTHER]


@pytest.mark.parametrize("delay", [1.0, FIVE_MINUTES, 900.0])
@pytest.mark.parametrize("turn", [0.0, 0.3, 0.89, 0.9, 0.99])
def test_who_asks_when_the_first_was_delivered_is_heard(url: str, delay: float, turn: float) -> None:
    """SQS remembers an id for five minutes, also where the queue delivers after a second."""
    # Given a request at any moment of a turn
    now = (1_000_000 + turn) * delay
    queue = RerunQueue(OnceInATurn(url, delay, clock=lambda: now))
    queue.request(FIRST)

    # When the window is asked for again as soon as that one is on its way
    now += delay
    queue.request(FIRST)

    # Then it is judged again
    assert received(url) == [FIRST, FIRST]


def test_without_a_delay_every_request_counts(url: str) -> None:
    queue = RerunQueue(OnceInATurn(url, 0))

    queue.request(FIRST)
    queue.request(FIRST)

    assert received(url) == [FIRST, FIRST]
