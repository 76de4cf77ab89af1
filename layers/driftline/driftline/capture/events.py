"""CloudEvents over HTTP, and what KServe and Seldon say in them about a prediction."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from driftline.capture.names import ALL_TRAFFIC, is_name
from driftline.capture.recorder import usable_id
from driftline.capture.records import JSON_TYPES, Body
from driftline.domain.errors import InvalidInputError

type Half = Literal["input", "output"]

_HALVES: dict[str, Half] = {
    "org.kubeflow.serving.inference.request": "input",
    "org.kubeflow.serving.inference.response": "output",
    "io.seldon.serving.inference.request": "input",
    "io.seldon.serving.inference.response": "output",
}
_STRUCTURED = "application/cloudevents+json"
_BATCHED = "application/cloudevents-batch+json"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Event:
    """A CloudEvent: its attributes by their lower-case names, and its data."""

    attributes: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One half of a prediction.

    Attributes:
        component: What answered within the service: `predictor`, `transformer` …, or a model of Seldon's graph. Empty
            if the event does not say.
        time: When it was sent, in seconds since 1970; None if the event does not say.
    """

    half: Half
    inference_id: str
    namespace: str
    endpoint: str
    variant: str
    component: str
    time: float | None
    body: Body

    @property
    def key(self) -> tuple[str, ...]:
        """What both halves of a prediction have in common."""
        return self.inference_id, self.namespace, self.endpoint, self.variant, self.component


def events_of(headers: Mapping[str, str], body: bytes) -> Iterator[Event]:
    """The events of a request, in binary, structured or batched mode.

    Args:
        headers: By lower-case names.

    Raises:
        InvalidInputError: not CloudEvents.
    """
    content_type = headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == _STRUCTURED:
        yield _structured(_json(body))
    elif media_type == _BATCHED:
        batch = _json(body)
        if not isinstance(batch, list):
            raise InvalidInputError("a batch that is not a list", expected="a JSON list of CloudEvents")
        yield from map(_structured, batch)
    elif "ce-type" in headers:
        attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
        yield Event(attributes | {"datacontenttype": content_type}, body)
    else:
        raise InvalidInputError(
            "not a CloudEvent", expected=f"headers Ce-Type, Ce-Id, …, or a body of {_STRUCTURED} or {_BATCHED}"
        )


def _structured(document: object) -> Event:
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise InvalidInputError("not a CloudEvent", expected="a JSON object with type, id and data")
    attributes = {str(name).lower(): value for name, value in document.items() if isinstance(value, str)}
    content_type = attributes.get("datacontenttype") or _JSON
    if "data_base64" in document:
        try:
            data = b64decode(attributes["data_base64"], validate=True)
        except (KeyError, ValueError):
            raise InvalidInputError("not BASE64", where="data_base64") from None
    elif isinstance(document.get("data"), str) and not _is_json(content_type):
        data = document["data"].encode("utf-8", "surrogatepass")
    else:
        data = _encode(document.get("data")).encode("utf-8", "surrogatepass")
    attributes = {name: value for name, value in attributes.items() if name not in {"data", "data_base64"}}
    return Event(attributes | {"datacontenttype": content_type}, data)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)  # noqa: TID251 - the standard library alone; RecursionError is caught
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"not JSON ({error})", expected="CloudEvents as JSON") from None


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type in JSON_TYPES or media_type.endswith("+json")


def message_of(event: Event) -> Message | None:
    """The half of a prediction in an event; None for other events (feedback, outliers, …).

    Raises:
        InvalidInputError: it has no usable id or name.
    """
    attributes = event.attributes
    half = _HALVES.get(attributes.get("type", ""))
    if half is None:
        return None
    # The id of Seldon's events is their own, the request's is an extension; KServe gives both events the request's id
    inference_id = usable_id(attributes.get("requestid") or attributes.get("id"))
    if inference_id is None:
        raise InvalidInputError("no usable id", where="id", expected="up to 256 printable ASCII characters")
    namespace, endpoint = attributes.get("namespace", ""), attributes.get("inferenceservicename", "")
    variant = attributes.get("endpoint") or ALL_TRAFFIC
    for name, what in ((endpoint, "inferenceservicename"), (variant, "endpoint"), (namespace or "-none", "namespace")):
        if not is_name(name.removeprefix("-")):
            raise InvalidInputError(f"{name!r} is not a name", where=what, expected="letters, digits and hyphens")
    return Message(
        half=half,
        inference_id=inference_id,
        namespace=namespace,
        endpoint=endpoint,
        variant=variant,
        component=attributes.get("component") or attributes.get("modelid") or "",
        time=_time(attributes.get("time")),
        body=_body(event),
    )


def _time(text: str | None) -> float | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.timestamp()


def _body(event: Event) -> Body:
    """KServe gives an answer the content type of its request, and clients name curl's default type: what begins like
    JSON is JSON."""
    content_type = event.attributes["datacontenttype"]
    data = event.data
    if event.attributes["type"].startswith("io.seldon."):
        data = _rows_of_seldon(data)
    if not _is_json(content_type) and data.lstrip()[:1] in {b"{", b"["}:
        content_type = _JSON
    return Body(data, content_type)


def _rows_of_seldon(data: bytes) -> bytes:
    """Seldon's own protocol, as the rows that its reader knows: `{"columns": […], "data": [[…]]}` or a list.

    Other protocols, texts and bytes stay as they are.
    """
    try:
        document = json.loads(data)  # noqa: TID251 - the standard library alone; all its errors are caught
    except (ValueError, RecursionError):
        return data
    inner = document.get("data") if isinstance(document, dict) else None
    if not isinstance(inner, dict):
        return data
    rows = inner.get("ndarray")
    if isinstance(tensor := inner.get("tensor"), dict):
        rows = _matrix(tensor.get("values"), tensor.get("shape"))
    if not isinstance(rows, list):
        return data
    names = inner.get("names")
    if not names:
        return _encode(rows).encode()
    if rows and not isinstance(rows[0], list):
        rows = [rows]
    return _encode({"columns": names, "data": rows}).encode()


def _matrix(values: object, shape: object) -> list[object] | None:
    if not isinstance(values, list):
        return None
    match shape:
        case [int(rows), int(columns)] if columns > 0 and rows * columns == len(values):
            return [values[start : start + columns] for start in range(0, len(values), columns)]
        case _:
            return values
