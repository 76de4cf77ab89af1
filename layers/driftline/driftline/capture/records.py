"""A prediction as a line of a capture file, in SageMaker's layout (docs/reference/capture-files.md)."""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from uuid import uuid4

from driftline.domain.errors import InvalidInputError

CSV_TYPES = frozenset({"text/csv", "application/csv"})
JSON_TYPES = frozenset(
    {
        "application/json", "application/jsonlines", "application/x-jsonlines", "application/jsonl",
        "application/x-ndjson", "application/ndjson", "text/json",
    }
)  # fmt: skip
"""As `domain.capture.payloads` reads them; a test compares the two."""

type Encoding = Literal["CSV", "JSON", "BASE64"]
type Redact = Callable[[str, "Encoding"], str]
"""From a payload and its encoding to the payload without the fields that nobody may keep."""

_CHARSETS = frozenset({"us-ascii", "iso-8859-1", "latin-1", "windows-1252", "utf-16"})
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Body:
    """One side of a prediction, as it went over the wire.

    Attributes:
        content_type: The header's value; empty if there was none.
        packing: The value of `Content-Encoding`; empty if there was none.
    """

    data: bytes
    content_type: str = ""
    packing: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One invocation of a model; `input` or `output` may be missing.

    Attributes:
        time: When it was asked for, in seconds since 1970.
        custom_attributes: What the caller sent with the request as SageMaker's CustomAttributes; empty if nothing.
    """

    endpoint: str
    variant: str
    time: float
    inference_id: str
    input: Body | None
    output: Body | None
    custom_attributes: str = ""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        bodies = [body for body in (self.input, self.output) if body is not None]
        return OVERHEAD + len(self.custom_attributes) + sum(len(body.data) + len(body.content_type) for body in bodies)


OVERHEAD = 1024
"""Bytes of a prediction in memory, and of its line, besides the payloads."""


@dataclass(frozen=True, slots=True)
class Redactors:
    """What to do with each side before it is written; None where nothing is redacted."""

    input: Redact | None = None
    output: Redact | None = None


def line_of(prediction: Prediction, redact: Redactors, body_bytes: int) -> bytes:
    """The line, with its line feed.

    Args:
        body_bytes: Largest body, unpacked.

    Raises:
        InvalidInputError: fields of a payload have to be redacted, but the payload cannot be read; or a packed body is
            too large.
    """
    sides = {}
    if prediction.input is not None:
        sides["endpointInput"] = _side("INPUT", prediction.input, redact.input, body_bytes)
    if prediction.output is not None:
        sides["endpointOutput"] = _side("OUTPUT", prediction.output, redact.output, body_bytes)
    event: dict[str, object] = {
        "eventId": str(uuid4()),
        "inferenceId": prediction.inference_id,
        "inferenceTime": _instant(int(prediction.time)),
    }
    if prediction.custom_attributes:
        event["customAttributes"] = [prediction.custom_attributes]
    line = _encode({"captureData": sides, "eventMetadata": event, "eventVersion": "0"})
    return line.encode("utf-8", "backslashreplace") + b"\n"


@lru_cache(maxsize=4)  # records come in the order of time
def _instant(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _side(mode: str, body: Body, redact: Redact | None, body_bytes: int) -> dict[str, str]:
    encoding, data = encoded(body, body_bytes)
    if redact is not None:
        data = redact(data, encoding)
    side = {"observedContentType": body.content_type} if body.content_type else {}
    return side | {"mode": mode, "data": data, "encoding": encoding}


def encoded(body: Body, body_bytes: int) -> tuple[Encoding, str]:
    """CSV and JSON by the content type, as text; all else, and what is not text, as BASE64.

    Raises:
        InvalidInputError: larger than `body_bytes` when unpacked.
    """
    data = _unpacked(body, body_bytes) if body.packing else body.data
    known, charset = _read_as(body.content_type)
    if known:
        try:
            return known, data.decode(charset)
        except ValueError:  # another character set than it says
            pass
    return "BASE64", b64encode(data).decode("ascii")


@lru_cache(maxsize=128)  # an application has few
def _read_as(content_type: str) -> tuple[Encoding | None, str]:
    """CSV or JSON, and the character set."""
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    known: Encoding | None = "CSV" if media_type in CSV_TYPES else "JSON" if media_type in JSON_TYPES else None
    return known, _charset(parameters)


def _charset(parameters: str) -> str:
    """UTF-8 unless another common set is named: some of Python's codecs take minutes for hostile bytes."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and (named := value.strip().strip('"').lower()) in _CHARSETS:
            return named
    return "utf-8"


def _unpacked(body: Body, body_bytes: int) -> bytes:
    """Only gzip; what says so and is not is kept as it is."""
    if body.packing.strip().lower() not in {"gzip", "x-gzip"}:
        return body.data
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        data = unpacking.decompress(body.data, body_bytes)
    except zlib.error:
        return body.data
    if unpacking.unconsumed_tail:
        raise InvalidInputError(f"a body of more than {body_bytes:,} bytes, unpacked")
    return data if unpacking.eof else body.data
