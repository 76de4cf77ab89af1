"""One side of a capture record, decoded: the request or the answer of the endpoint."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from driftline.domain.capture.cells import parse_number
from driftline.domain.capture.csv_rows import Cells, rows_of_csv
from driftline.domain.capture.envelopes import Envelope, is_envelope, predictions_of
from driftline.domain.capture.json_rows import NamedRow, PayloadError, parse_json, read_json, rows_of

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
_MOST_VALUES = 2_000_000
"""Of a payload: each takes a hundred bytes of memory or more."""

_UNKNOWN = "no content type"
_NO_TABLES = ("image", "audio", "video")
_JSON_STARTS = ("{", "[")
_DOCUMENT_START = "<"
_MEND = "A preprocessing script can read it."


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
    """Rows by name.

    Attributes:
        document: The JSON document that they are from; None for JSON Lines and CSV.
        typed: Whether the values have types; those of CSV with a header have none.
    """

    rows: Sequence[NamedRow]
    document: object = None
    typed: bool = True


type Rows = CsvRows | NamedRows


type Answer = tuple[Rows, Envelope | None]
"""The rows of `endpointOutput`, and the envelope that they were in."""


def decode_payload(payload: Payload | CsvPayload) -> Rows:
    """The rows of one side, by its encoding; BASE64 by the content type that was observed, or by its content.

    Raises:
        PayloadError: with the reason.
    """
    return _decode(payload, answer=False)


def decode_answer(payload: Payload | CsvPayload) -> Answer:
    """The rows of the endpoint's answer; those of an envelope are its predictions. Raises as `decode_payload`."""
    rows = _decode(payload, answer=True)
    if rows.rows or not isinstance(rows, NamedRows) or not is_envelope(rows.document):
        return rows, None
    try:
        return _predictions(rows.document), rows.document
    except PayloadError as error:
        raise PayloadError(f"predictions.data: {error}") from None


def _decode(payload: Payload | CsvPayload, *, answer: bool) -> Rows:
    """As `decode_payload`; an answer that is an envelope is a document without rows."""
    _check_values(payload.data)
    match payload.encoding:
        case "CSV":
            return (_enveloped_csv(payload.data) if answer else None) or CsvRows(rows_of_csv(payload.data))
        case "JSON":
            return _named(payload.data, answer=answer)
        case "BASE64":
            return _decode_base64(payload, answer=answer)
        case other:
            raise PayloadError(f"encoding {other!r} is not CSV, JSON or BASE64")


def _check_values(text: str) -> None:
    """By separators: looking at the values would take the memory that they must not take."""
    if len(text) > _MOST_VALUES and (separators := text.count(",") + text.count("\n")) >= _MOST_VALUES:
        raise PayloadError(f"{separators + 1:,} values, expected: at most {_MOST_VALUES:,} in a payload")


def _enveloped_csv(text: str) -> NamedRows | None:
    """An envelope that was captured as CSV, because the model's own answer is; None for everything else."""
    if not text.lstrip().startswith("{") or '"predictions"' not in text:
        return None
    try:
        document = parse_json(text)
    except ValueError:
        return None
    return NamedRows((), document) if is_envelope(document) else None


def _predictions(envelope: Envelope) -> Rows:
    data, content_type = predictions_of(envelope)
    if not isinstance(data, str):
        return NamedRows(rows_of(data), data)
    return _of_type(data, content_type) or _sniffed(data, f"a text of {content_type or _UNKNOWN!r}")


def _of_type(text: str, content_type: str, *, answer: bool = False) -> Rows | None:
    """None if the content type says nothing."""
    if content_type in _CSV_TYPES:
        return CsvRows(rows_of_csv(text))
    return _named(text, answer=answer) if content_type in _JSON_TYPES else None


def _named(text: str, *, answer: bool = False) -> NamedRows:
    found = read_json(text, whole=is_envelope if answer else None)
    return NamedRows(found.rows, found.document)


def _decode_base64(payload: Payload | CsvPayload, *, answer: bool) -> Rows:
    """Servers say octet-stream, text/html or nothing about JSON and CSV, too, so other types count for nothing."""
    content_type = (payload.observedContentType or "").split(";")[0].strip().lower()
    known = content_type in _CSV_TYPES | _JSON_TYPES
    if content_type.split("/")[0] in _NO_TABLES:
        raise PayloadError(f"BASE64 of {content_type!r} is not a table. {_MEND}")
    try:
        text = b64decode(payload.data, validate=True).decode("utf-8-sig")
    except ValueError as error:
        described = "" if known else f" of {content_type or _UNKNOWN}, and"
        raise PayloadError(f"not BASE64 of a UTF-8 text{described} ({error}). {_MEND}") from None
    _check_values(text)
    enveloped = _enveloped_csv(text) if answer and content_type in _CSV_TYPES else None
    return (
        enveloped
        or _of_type(text, content_type, answer=answer)
        or _sniffed(text, f"BASE64 of {content_type or _UNKNOWN!r}", answer=answer)
    )


def _sniffed(text: str, what: str, *, answer: bool = False) -> Rows:
    start = text.lstrip()[:1]
    try:
        if start in _JSON_STARTS and start:
            return _named(text, answer=answer)
        rows = rows_of_csv(text)
    except PayloadError as error:
        raise PayloadError(f"{what} that looks like a table but is {error}") from None
    if start == _DOCUMENT_START or "\0" in text or not _is_table(rows):
        raise PayloadError(f"{what} is neither CSV nor JSON. {_MEND}")
    return CsvRows(rows)


def _is_table(rows: Sequence[Cells]) -> bool:
    """Whether all rows are equally long and have a number, or nothing but single words: prose has neither."""
    cells = [cell for row in rows for cell in row]
    if not rows or len({len(row) for row in rows}) > 1:
        return False
    return all(any(map(parse_number, row)) for row in rows) or not any(" " in cell.strip() for cell in cells)
