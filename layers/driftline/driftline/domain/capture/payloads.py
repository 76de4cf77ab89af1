"""One side of a capture record, decoded: the request or the answer of the endpoint."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from driftline.domain.capture.csv_rows import Cells, rows_of_csv
from driftline.domain.capture.json_rows import NamedRow, PayloadError, rows_of_json

_CSV_TYPES = frozenset({"text/csv", "application/csv"})
_JSON_TYPES = frozenset(
    {
        "application/json",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/jsonl",
        "application/x-ndjson",
        "application/ndjson",
        "text/json",
    }
)


class Payload(msgspec.Struct, gc=False):
    """`endpointInput` or `endpointOutput`, as SageMaker writes it."""

    data: str
    encoding: str
    observedContentType: str | None = None  # noqa: N815 - SageMaker's name


class CsvPayload(msgspec.Struct, gc=False):
    """One side of a plain record: decoding it proves the encoding."""

    data: str
    encoding: Literal["CSV"]
    observedContentType: ClassVar[None] = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Rows by position."""

    rows: Sequence[Cells]


@dataclass(frozen=True, slots=True)
class NamedRows:
    """Rows by name."""

    rows: Sequence[NamedRow]


type Rows = CsvRows | NamedRows


def decode_payload(payload: Payload | CsvPayload) -> Rows:
    """The rows of one side, by its encoding; BASE64 by the content type that was observed.

    Raises:
        PayloadError: with the reason.
    """
    match payload.encoding:
        case "CSV":
            return CsvRows(rows_of_csv(payload.data))
        case "JSON":
            return NamedRows(rows_of_json(payload.data))
        case "BASE64":
            return _decode_base64(payload)
        case other:
            raise PayloadError(f"encoding {other!r} is not CSV, JSON or BASE64")


def _decode_base64(payload: Payload | CsvPayload) -> Rows:
    content_type = (payload.observedContentType or "").split(";")[0].strip().lower()
    if content_type not in _CSV_TYPES | _JSON_TYPES:
        raise PayloadError(f"BASE64 of {payload.observedContentType or 'no content type'!r} is not a table")
    try:
        text = b64decode(payload.data, validate=True).decode("utf-8-sig")
    except ValueError as error:
        raise PayloadError(f"not BASE64 of a UTF-8 text ({error})") from None
    return CsvRows(rows_of_csv(text)) if content_type in _CSV_TYPES else NamedRows(rows_of_json(text))
