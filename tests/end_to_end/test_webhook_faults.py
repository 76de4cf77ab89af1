"""A web hook that does not take a message, on the embedded cloud."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.alarmed import Place, open_place

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with open_place() as opened:
        yield opened


def test_a_webhook_that_is_down_has_the_message_later(place: Place) -> None:
    endpoint = place.watch("patient")
    endpoint.capture(0, older=True)
    place.cloud.drain()
    place.hook.fail_next(2, status=503, retry_after="1")
    endpoint.judge(0)
    place.cloud.drain()
    assert len(endpoint.slack()) == 3
    assert len(set(endpoint.slack())) == 1
    assert place.cloud.messages("AlarmDeadLettersUrl") == 0


def test_a_webhook_that_refuses_leaves_a_dead_letter_that_email_tells(place: Place) -> None:
    endpoint = place.watch("refused")
    endpoint.capture(0, older=True)
    place.cloud.drain()
    place.mail.take()
    # Ten tries in half a minute: no retry mends a refusal.
    place.hook.fail_next(10, status=404, body=b"no_service")
    endpoint.judge(0)
    place.cloud.drain()
    assert place.cloud.messages("AlarmDeadLettersUrl") == 1
    place.cloud.evaluate_alarms()
    told = [one["Message"] for one in place.mail.take()]
    assert any("AlarmDeadLetterAlarm" in message for message in told)
    # The other channel, email, has the message all the same, once.
    assert len([message for message in told if "refused: age: 0 % → " in message]) == 1
    # Moved back into its queue, it arrives.
    letters = place.cloud.outputs["AlarmDeadLettersUrl"]
    sqs = place.cloud.client("sqs")
    (letter,) = sqs.receive_message(QueueUrl=letters)["Messages"]
    sqs.send_message(QueueUrl=place.cloud.outputs["AlarmQueueUrl"], MessageBody=letter["Body"])
    sqs.delete_message(QueueUrl=letters, ReceiptHandle=letter["ReceiptHandle"])
    place.cloud.drain()
    assert place.hook.received[-1].json["text"].count("refused") == 1
