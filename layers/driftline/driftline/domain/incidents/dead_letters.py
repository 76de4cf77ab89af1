"""Messages in a dead-letter queue, and what they are about.

What gave up on a message has written it there: SQS after the last try of a function, EventBridge, EventBridge
Scheduler or SNS if they could not deliver it to a queue, Lambda after the last asynchronous invocation. The bodies are
those of the events, but for Lambda's, which has the event in `requestPayload`. Shapes:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html (Lambda),
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (EventBridge).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from driftline.domain.json_reading import load_json

_ENDED = ("Runtime exited", "Task timed out")
"""How Lambda's messages begin, after an id or a time, if the process ended before the function could report."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message in a dead-letter queue.

    Attributes:
        tries: How often a function received it from a queue; 0 if it never reached one.
        refused: Why the service that wrote it could not deliver it; empty if unknown.
    """

    body: str
    tries: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """What is in a dead-letter queue.

    Attributes:
        some: Some of the messages, oldest first.
        waiting: About how many there are.
        arn: Of the queue; empty if unknown.
        source: ARN of the queue that its messages came from; empty if none of them came from one.
        unread: Why nobody could look; empty otherwise.
    """

    some: tuple[DeadLetter, ...] = ()
    waiting: int = 0
    arn: str = ""
    source: str = ""
    unread: str = ""


def subject_of(letter: DeadLetter) -> str:
    """The object, execution, event or alarm that a message is about; empty if it names none.

    Texts are data: they must be escaped where they are shown.
    """
    content = _content(letter.body)
    return _named(_mapping(content, "requestPayload") or content)


def failure_of(letter: DeadLetter) -> str:
    """Why it could not be delivered, or how Lambda's last attempt ended; empty if the message does not say."""
    response = _mapping(_content(letter.body), "responsePayload")
    said = _text(response, "errorMessage")
    if any(how in said for how in _ENDED):
        return f"the function was ended: {said}"
    return said or letter.refused


def _content(body: str) -> Mapping[str, Any]:
    try:
        content = load_json(body)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


def _named(content: Mapping[str, Any]) -> str:
    return next(filter(None, (read(content) for read in _READERS)), "")


def _object(content: Mapping[str, Any]) -> str:
    """Of an event of Amazon S3."""
    detail = _mapping(content, "detail")
    bucket, key = _text(_mapping(detail, "bucket"), "name"), _text(_mapping(detail, "object"), "key")
    # A line feed in a name has to be seen, or nobody finds the object.
    shown = key if key.isprintable() else json.dumps(key)
    return f"s3://{bucket}/{shown}" if bucket and key else ""


def _execution(content: Mapping[str, Any]) -> str:
    """Of a request for an execution."""
    endpoint, monitor = _text(content, "endpoint"), _text(content, "monitor")
    at = _text(content, "scheduled_time") or " to ".join(filter(None, (_text(content, k) for k in ("start", "end"))))
    return f"{monitor} of {endpoint}, {at}".removesuffix(", ") if endpoint and monitor else ""


def _event(content: Mapping[str, Any]) -> str:
    """Of any other event."""
    kind, detail = _text(content, "detail-type"), _mapping(content, "detail")
    names = ("EndpointName", "Endpoint", "ModelPackageArn", "Pipeline", "Id")
    about = next(filter(None, (_text(detail, name) for name in names)), "")
    at = _text(detail, "ScheduledTime") or _text(content, "time")
    return ", ".join(filter(None, (f"{kind}: {about}" if about else kind, at))) if kind else ""


def _notification(content: Mapping[str, Any]) -> str:
    """Of a message of Amazon SNS: the alarm in it, or its subject."""
    return _text(_content(_text(content, "Message")), "AlarmName") or _text(content, "Subject")


def _clock(content: Mapping[str, Any]) -> str:
    """Of the stack's own schedules and requests; a sweep may be that of one endpoint."""
    at = next((f"{name} {at}" for name in ("sweep", "tick", "at", "render") if (at := _text(content, name))), "")
    endpoint = _text(content, "endpoint")
    return f"{at} of {endpoint}" if at and endpoint else at


_READERS: tuple[Callable[[Mapping[str, Any]], str], ...] = (_object, _execution, _event, _notification, _clock)


def _mapping(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(content: Mapping[str, Any], name: str) -> str:
    found = content.get(name)
    return found if isinstance(found, str) else ""
