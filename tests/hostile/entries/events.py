"""Messages of a queue, as the handler of profile_capture takes them."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.aws import CONTEXT, fake_aws, sample
from tests.captures import capture_key
from tests.handlers import cold_starts
from tests.hostile.entries import captures
from tests.hostile.entries.entry import HOUR
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word

BUCKET = "driftline-bucket-1a2b3c4d5e6f"  # as in events/
_FUNCTION = "profile_capture"
_MESSAGE = sample(_FUNCTION)["Records"][0]


def event_of(key: str, raw_key: str | None = None, time: str = "2026-03-01T14:02:07Z") -> bytes:
    """The body of a message; `raw_key` is JSON."""
    body = json.loads(_MESSAGE["body"]) | {"time": time}
    body["detail"]["object"]["key"] = "%KEY%" if raw_key is not None else key
    return json.dumps(body).replace('"%KEY%"', raw_key or "").encode()


def message_of(body: bytes, name: str) -> dict[str, Any]:
    """As Lambda gets it: the body is text, in which SQS lets through no byte that is none."""
    return {**copy.deepcopy(_MESSAGE), "body": body.decode(errors="replace"), "messageId": name}


class Events:
    """Three messages of a batch, of which the one in the middle is bad."""

    def __init__(self, app: ModuleType) -> None:
        self._app = app
        self._s3 = boto3.client("s3")
        self._calls = 0

    def body(self, change: Change) -> Outcome:
        return self._between(change(event_of(self._there())))

    def value(self, raw: bytes) -> Outcome:
        return self._between(event_of("", raw.decode()))

    def time(self, text: str) -> Outcome:
        return self._between(event_of(self._there(), time=text))

    def name(self, name: str) -> Outcome:
        key = capture_key(HOUR, name)
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=captures.GOOD)
        return self._between(event_of(key))

    def _there(self) -> str:
        """The key of a new good capture file."""
        self._calls += 1
        key = capture_key(HOUR, f"{self._calls}.jsonl")
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=captures.GOOD)
        return key

    def _between(self, body: bytes) -> Outcome:
        before = self._profiles()
        bodies = {"before": event_of(self._there()), "bad": body, "after": event_of(self._there())}
        event = {"Records": [message_of(each, name) for name, each in bodies.items()]}
        answer = self._app.handler(event, CONTEXT)
        failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        made = self._profiles() - before
        if failed:
            assert failed == ["bad"]
            assert made == 2
            return Outcome(Word.REFUSED, "a dead letter, in the end")
        assert made in {2, 3}
        return Outcome(Word.USED if made == 3 else Word.IGNORED)

    def _profiles(self) -> int:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="state/profiles/")
        return sum(len(page.get("Contents", [])) for page in pages)


@contextmanager
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """The function, started in moto's AWS."""
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        queue = boto3.client("sqs").create_queue(QueueName="reruns.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        settings = {
            "BUCKET": BUCKET,
            "PROFILE_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="profiles")["QueueUrl"],
            "RERUN_QUEUE_URL": queue,
            "RERUN_DELAY_SECONDS": "300",
        }
        for variable, value in settings.items():
            monkeypatch.setenv(variable, value)
        with cold_starts() as load:
            yield Events(load(_FUNCTION))
