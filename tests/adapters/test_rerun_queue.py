"""RerunQueue against moto's FIFO queue."""

import json
from datetime import UTC, datetime, timedelta

import boto3

from driftline.adapters.rerun_queue import RerunQueue
from driftline.usecases.execution import ExecutionRequest

SCHEDULED = datetime(2026, 3, 1, 15, tzinfo=UTC)


def test_a_window_that_is_asked_for_twice_is_delivered_once(aws: None) -> None:
    # Given a FIFO queue
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="again.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = RerunQueue(url)
    first = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED)
    other = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED + timedelta(hours=1))

    # When two windows are asked for, one of them three times
    for request in (first, other, first, first):
        queue.ask(request)

    # Then each comes once, as a request that run_monitor reads
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    received = [ExecutionRequest.model_validate_json(message["Body"]) for message in messages]
    assert sorted(received, key=lambda request: str(request.scheduled_time)) == [first, other]
    assert all("start" not in json.loads(message["Body"]) for message in messages)
