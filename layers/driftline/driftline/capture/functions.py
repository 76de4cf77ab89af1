"""Captures predictions of a Lambda function behind API Gateway, a function URL or a load balancer."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import uuid4

from driftline.capture.recorder import ATTRIBUTES_HEADER, ID_HEADER, Capture, Payload, usable_id

_UNTYPED = "application/octet-stream"
"""Of a body without a content type: its reader looks at what is in it."""

type Handler = Callable[[dict[str, Any], Any], Any]


def captured_handler(
    capture: Capture, *, id_header: str = ID_HEADER, timeout: float = 1.0
) -> Callable[[Handler], Handler]:
    """Decorates a handler: what it answers with success is captured, and written before Lambda stops the process.

    The answer gets the inference id as a header, if it has the form with `statusCode`. The answer and errors of the
    handler are otherwise as without the decorator.

    Args:
        capture: Where records go.
        id_header: Header with the inference id.
        timeout: Seconds that an answer may wait for its record to be written. Lambda stops the process with the answer;
            what was not written by then is written by the next invocation, if there is one.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def handling(event: dict[str, Any], context: Any) -> Any:
            answer = handler(event, context)
            try:
                answer = _captured(capture, event, answer, id_header)
                capture.flush(timeout)
            except Exception as error:  # an answer never fails because of its record
                capture.note_error(error)
            return answer

        return handling

    return decorate


def _captured(capture: Capture, event: Mapping[str, Any], answer: Any, id_header: str) -> Any:
    proxied = isinstance(answer, dict) and "statusCode" in answer
    if proxied and not 200 <= int(answer["statusCode"]) < 300:  # noqa: PLR2004 - HTTP's codes of success
        capture.writer.count("skipped")
        return answer
    asked = _headers(event)
    answered = _headers(answer) if proxied else {}
    name = id_header.lower()
    known = usable_id(asked.get(name)) or usable_id(answered.get(name)) or str(uuid4())
    capture.record(
        _body(event),
        _body(answer) if proxied else answer,
        input_type=asked.get("content-type") or (_UNTYPED if "body" in event else ""),
        output_type=answered.get("content-type") or (_UNTYPED if proxied else ""),
        inference_id=known,
        custom_attributes=asked.get(ATTRIBUTES_HEADER.lower()),
    )
    if not proxied or name in answered:
        return answer
    return {**answer, "headers": {**(answer.get("headers") or {}), id_header: known}}


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case names."""
    headers = message.get("headers") or {}
    if not isinstance(headers, Mapping) and not message.keys() & {"body", "statusCode"}:
        return {}  # An event of a direct invocation, which has a column of this name.
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _body(message: Mapping[str, Any]) -> Payload:
    """The body as it went over the wire; an event without one, from a direct invocation, is itself the body."""
    if "body" not in message:
        return None if "statusCode" in message else dict(message)
    body = message["body"]
    return b64decode(body, validate=True) if message.get("isBase64Encoded") and isinstance(body, str) else body
