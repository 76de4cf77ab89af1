"""IndexQueue against moto's FIFO queue."""

import boto3
import pytest

from driftline.adapters.aws.events_in import IndexRequest
from driftline.adapters.aws.index_queue import IndexQueue
from driftline.adapters.aws.once_in_a_turn import OnceInATurn


@pytest.fixture
def url(aws: None) -> str:
    return boto3.client("sqs").create_queue(QueueName="index.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def received(url: str) -> int:
    client, found = boto3.client("sqs"), 0
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            IndexRequest.model_validate_json(message["Body"])
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += 1
    return found


@pytest.mark.parametrize("burst", [1, 50])
def test_a_burst_is_one_message(url: str, burst: int) -> None:
    queue = IndexQueue(OnceInATurn(url, 70.0, clock=lambda: 1000.0))

    for _ in range(burst):
        queue.request()

    assert received(url) == 1


def test_the_page_is_made_at_most_once_a_minute(url: str) -> None:
    """However many executions there are: 60 in ten minutes, by the default delay."""
    now = 0.0
    queue = IndexQueue(OnceInATurn(url, 70.0, clock=lambda: now))

    for _ in range(60):
        now += 10.0
        queue.request()

    assert received(url) <= 10


def test_without_a_delay_every_request_counts(url: str) -> None:
    queue = IndexQueue(OnceInATurn(url, 0.0, clock=lambda: 1000.0))

    queue.request()
    queue.request()

    assert received(url) == 2


@pytest.mark.parametrize("delay", [1.0, 70.0, 900.0])
@pytest.mark.parametrize("turn", [0.0, 0.3, 0.89, 0.9, 0.99])
def test_who_asks_when_the_first_was_delivered_is_not_dropped(url: str, delay: float, turn: float) -> None:
    now = (1_000_000 + turn) * delay
    queue = IndexQueue(OnceInATurn(url, delay, clock=lambda: now))
    queue.request()

    now += delay
    queue.request()

    assert received(url) == 2
