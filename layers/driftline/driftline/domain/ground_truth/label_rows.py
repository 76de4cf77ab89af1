r"""The label of each row of an inference.

| payload | an inference of one row | of several rows |
|---|---|---|
| CSV `1` | `1` | rejected: one label |
| CSV `1\n0` | rejected: two labels | `1`, `0` |
| CSV `1,0` | `1,0` | `1`, `0` |
| JSON `[1, 0]` | `[1,0]` | `1`, `0` |
| JSON `{"label": 1}` | `1` | rejected: one label |
| JSON `[{"label": 1}, {"label": 0}]` | rejected: two labels | `1`, `0` |
| JSON `{"label": 1, "weight": 2}` | `{"label":1,"weight":2}` | rejected: one label |

A row with a single value becomes that value as text; one with several stays a document, for readers that know its
fields.
"""

import msgspec

from driftline.domain.capture.cells import value_text
from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.json_rows import PayloadError, rows_of_json
from driftline.domain.ground_truth.labels import Label
from driftline.domain.json_reading import JsonDecoder

_JSON = JsonDecoder()
_PLAIN_MARKS = frozenset(',"\r\n')


class LabelCountError(ValueError):
    """The label does not have one value per row; the text is the reason, with both counts."""


def label_rows(label: Label, rows: int) -> list[str]:
    """The text of each row's label.

    Args:
        label: As uploaded.
        rows: Number of rows of the inference.

    Raises:
        LabelCountError: another number of labels than rows, or a payload that cannot be read.
    """
    data = label.data
    if rows == 1 and label.encoding == "CSV" and _PLAIN_MARKS.isdisjoint(data):
        return [data]
    try:
        texts = _of_csv(data, rows) if label.encoding == "CSV" else _of_json(data, rows)
    except PayloadError as error:
        raise LabelCountError(f"the label cannot be read: {error}") from None
    if len(texts) != rows:
        raise LabelCountError(f"{len(texts)} labels for an inference of {rows} rows")
    return texts


def _of_csv(data: str, rows: int) -> list[str]:
    lines = rows_of_csv(data)
    if rows > 1 and len(lines) == 1 and len(lines[0]) == rows:
        return lines[0]
    return [cells[0] if len(cells) == 1 else csv_line(cells) for cells in lines]


def _of_json(data: str, rows: int) -> list[str]:
    found = [list(row.values()) for row in rows_of_json(data)]
    if len(found) == 1:
        if len(found[0]) == 1:
            return [_text(found[0][0])]
        if rows == 1:
            return [msgspec.json.encode(_JSON.decode(data)).decode()]
        if len(found[0]) == rows and _is_list(data):
            return [_text(value) for value in found[0]]
    return [_text(values[0]) if len(values) == 1 else msgspec.json.encode(values).decode() for values in found]


def _is_list(data: str) -> bool:
    """Whether the document, or its only value, is a list."""
    document = _JSON.decode(data)
    if isinstance(document, dict) and len(document) == 1:
        (document,) = document.values()
    return isinstance(document, list)


def _text(value: object) -> str:
    return value_text(value) or ""
