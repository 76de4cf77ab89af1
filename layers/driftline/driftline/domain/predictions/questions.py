"""What an endpoint is asked, and its answers as rows: CSV, JSON Lines and JSON, with Clarify's templates.

Formats: SageMaker's documentation of analysis_config.json, `predictor`: `content_type`, `accept_type`,
`content_template` and `record_template`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.json_rows import PayloadError, rows_of_json
from driftline.domain.errors import InvalidInputError

ContentType = Literal["text/csv", "application/jsonlines", "application/json"]

CONTENT_TYPES: tuple[ContentType, ...] = ("text/csv", "application/jsonlines", "application/json")

MOST_REQUESTS = 1_000
ROWS_PER_REQUEST = 100

_FEATURES, _NAMES, _PAIRS = "$features", "$feature_names", "$features_kvp"
_RECORDS, _RECORD = "$records", "$record"


@dataclass(frozen=True, slots=True)
class Question:
    """How an endpoint is asked for predictions.

    Attributes:
        endpoint: Its name.
        accept: None: as the content type.
        content_template: Of JSON Lines, a line with `$features`; of JSON, the document with `$records`.
        record_template: Of JSON, a record with `$features` or `$features_kvp`.
        most_requests: More are refused before the first one.
    """

    endpoint: str
    content_type: ContentType = "text/csv"
    accept: ContentType | None = None
    content_template: str | None = None
    record_template: str | None = None
    rows_per_request: int = ROWS_PER_REQUEST
    most_requests: int = MOST_REQUESTS

    @property
    def accepts(self) -> str:
        return self.accept or self.content_type

    def requests(self, rows: int) -> int:
        """How many it takes.

        Raises:
            InvalidInputError: more than are allowed.
        """
        needed = -(-rows // self.rows_per_request)
        if needed > self.most_requests:
            raise InvalidInputError(
                f"{rows:,} rows without predictions take {needed:,} requests of {self.rows_per_request} rows",
                where=self.endpoint,
                expected=f"at most {self.most_requests:,} requests",
                mend="Upload fewer rows, or raise most_requests or rows_per_request. Each request costs its time.",
            )
        return needed

    def body(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
        """The payload for these rows of features.

        Raises:
            InvalidInputError: a template lacks its placeholder.
        """
        if self.content_type == "text/csv":
            return "".join(csv_line([_text(cell) for cell in row]) + "\n" for row in rows).encode()
        if self.content_type == "application/jsonlines":
            template = self.content_template or f'{{"features":{_FEATURES}}}'
            return "".join(f"{_filled(template, names, row)}\n" for row in rows).encode()
        template = self.record_template or f'{{"features":{_FEATURES}}}'
        records = ",".join(_filled(template, names, row) for row in rows)
        document = self.content_template or f'{{"instances":{_RECORDS}}}'
        if _RECORDS in document:
            return document.replace(_RECORDS, f"[{records}]").encode()
        if _RECORD in document and len(rows) == 1:
            return document.replace(_RECORD, records).encode()
        raise InvalidInputError(
            f"the content_template {document!r} has no {_RECORDS}",
            expected=f'a document such as {{"instances":{_RECORDS}}}',
            mend=f"Write {_RECORDS} where the list of records goes; {_RECORD} takes rows_per_request: 1.",
        )


def answers(body: bytes, question: Question, rows: int) -> list[Mapping[str, object]]:
    """One answer for each row, its values by name; columns of CSV are called by their places.

    Raises:
        InvalidInputError: not of the accepted format, or of another number of rows.
    """
    try:
        found = list(_read(body, question.accepts, rows))
    except (PayloadError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"an answer that cannot be read: {error}", where=question.endpoint, expected=question.accepts
        ) from None
    if len(found) != rows:
        raise InvalidInputError(
            f"{len(found)} answers to {rows} rows",
            where=question.endpoint,
            expected="one answer for each row, in their order",
            mend="Correct content_type and the templates, or set rows_per_request: 1.",
        )
    return found


def answer_column(place: str) -> str:
    """The name of a value of CSV next to a data set's own columns, which are called by their places as well."""
    return f"answer_{place}"


def _read(body: bytes, accept: str, rows: int) -> Iterator[Mapping[str, object]]:
    text = body.decode()
    if accept != "text/csv":
        for row in rows_of_json(text):
            yield {key.removeprefix("."): value for key, value in row.items()}
        return
    lines = rows_of_csv(text.strip())
    if len(lines) == 1 and rows > 1 and len(lines[0]) == rows:
        lines = [[cell] for cell in lines[0]]  # two records on one line, as some containers answer
    for cells in lines:
        yield {str(place): cell for place, cell in enumerate(cells)}


def _filled(template: str, names: Sequence[str], row: Sequence[object]) -> str:
    values = [_value(cell) for cell in row]
    pairs = json.dumps(dict(zip(names, values, strict=True)))
    filled = template.replace(_PAIRS, pairs).replace(_NAMES, json.dumps(list(names)))
    filled = filled.replace(_FEATURES, json.dumps(values))
    for name, value in zip(names, values, strict=True):
        filled = filled.replace(f'"${{{name}}}"', json.dumps(value))
    return filled


def _value(cell: object) -> object:
    """A cell of CSV as JSON would have it."""
    if not isinstance(cell, str):
        return cell
    if not cell:
        return None
    try:
        number = float(cell)
    except ValueError:
        return cell
    return int(cell) if cell.lstrip("+-").isdigit() else number


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
