"""SweepQueue against moto's queue."""

import boto3
import pytest

from driftline.adapters.aws.events_in import GroundTruthMessage, SweepRequest
from driftline.adapters.aws.sweep_queue import SweepQueue
from driftline.domain.errors import StaleReadError
from tests.merging import START


@pytest.fixture
def url(aws: None) -> str:
    return boto3.client("sqs").create_queue(QueueName="merges")["QueueUrl"]


@pytest.mark.parametrize("endpoints", [0, 1, 10, 23])
def test_each_endpoint_has_a_message_of_its_own(url: str, endpoints: int) -> None:
    names = [f"shop-{number}" for number in range(endpoints)]

    SweepQueue(url).request(names, START)

    client, found = boto3.client("sqs"), []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [GroundTruthMessage.model_validate_json(message["Body"]).root for message in messages]
    assert all(isinstance(each, SweepRequest) and each.sweep == START for each in found)
    assert sorted(each.endpoint for each in found if isinstance(each, SweepRequest) and each.endpoint) == sorted(names)


def test_what_the_queue_does_not_take_is_an_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("sqs")
    refused = {"Failed": [{"Id": "1", "Code": "Throttled", "SenderFault": False}], "Successful": [{"Id": "0"}]}
    monkeypatch.setattr(client, "send_message_batch", lambda **_: refused)

    with pytest.raises(StaleReadError, match=r"requests to sweep b \(Throttled\)"):
        SweepQueue(url, client).request(["a", "b"], START)
