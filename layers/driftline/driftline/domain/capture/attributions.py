"""The attributions of an envelope (`envelopes.py`) as cells of columns: one column per feature and output of the model.

The key of a column is `attribution` and a JSON list of the names of feature and output, because headers may contain any
character: `attribution["Age","label0"]`. Attributions are neither input nor output, and only the columnar records have
them.

| in the envelope | here |
|---|---|
| no `feature_header` | `feature_0`, `feature_1` … by place |
| no `label_headers` | `label0`, `label1` … by place |
| null for a record, or `"explanations": {}` | the row has no cells: it was not explained |
| several units of a feature | their sum |
| a feature of free text | left out, with a note: its units differ from row to row |
| anything else | the row has no cells, but a note with the reason |
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.envelopes import Envelope
from driftline.domain.json_reading import load_json

MAX_ATTRIBUTIONS = 256
"""Maximum number of columns of one capture file, features x outputs: with many more, its records do not fit into the
memory of the function that writes them."""

NOTE_KEY: ColumnKey = "attribution_note"
"""The column that says why a row has no attributions, or not all of them."""

_PREFIX = "attribution["
_MAX_NAME = 200
_SHOWN_NAME = 60
_SHOWN_NAMES = 3
_METHOD = "kernel_shap"
_TEXTS = frozenset({"text", "free_text"})

type Attributions = Mapping[ColumnKey, object]
"""The cells of one row, and its note; empty if the row was not explained."""


def attribution_key(feature: str, output: str) -> ColumnKey:
    """The key of a column."""
    return "attribution" + json.dumps([feature, output], ensure_ascii=False, separators=(",", ":"))


def attribution_of(column: str) -> tuple[str, str] | None:
    """(feature, output) of a column of columnar records; None for other columns.

    Columns whose names differ only in case have a suffix there, `#2`.
    """
    if not column.startswith(_PREFIX):
        return None
    match load_json(column[len(_PREFIX) - 1 : column.rindex("]") + 1]):
        case [str(feature), str(output)]:
            return feature, output
        case _:
            return None


class _UnusableError(ValueError):
    """Attributions that cannot be used; the text is the reason."""


@dataclass
class AttributionReader:
    """Reads the attributions of one capture file."""

    _known: set[ColumnKey] = field(default_factory=set)

    def read(self, envelope: Envelope, rows: int) -> Sequence[Attributions] | None:
        """Those of each row; None if nothing was explained.

        Args:
            rows: Number of rows that the predictions of the envelope have.
        """
        try:
            records, headers = _records(envelope, rows), _label_headers(envelope)
        except _UnusableError as error:
            return [{NOTE_KEY: str(error)} for _ in range(rows)]
        if all(record is None for record in records):
            return None
        return [self._of_record(record, headers) for record in records]

    def _of_record(self, record: object, headers: Sequence[str] | None) -> Attributions:
        if record is None:
            return {}
        try:
            found = _cells(record, headers)
        except _UnusableError as error:
            return {NOTE_KEY: str(error)}
        new = found.keys() - self._known - {NOTE_KEY}
        if len(self._known) + len(new) > MAX_ATTRIBUTIONS:
            return {NOTE_KEY: f"more than {MAX_ATTRIBUTIONS:,} features x outputs in one capture file"}
        self._known |= new
        return found


def _records(envelope: Envelope, rows: int) -> Sequence[object]:
    """What the envelope has for each row."""
    explanations = envelope.get("explanations")
    if not isinstance(explanations, dict):
        raise _UnusableError("explanations is not an object" if "explanations" in envelope else "no explanations")
    if not explanations:
        return [None] * rows
    records = explanations.get(_METHOD)
    if not isinstance(records, list):
        raise _UnusableError(f"explanations has no list {_METHOD}")
    if len(records) != rows:
        raise _UnusableError(f"explanations of {len(records)} records for predictions of {rows}")
    return records


def _label_headers(envelope: Envelope) -> Sequence[str] | None:
    headers = envelope.get("label_headers")
    if headers is None:
        return None
    if not isinstance(headers, list):
        raise _UnusableError("label_headers is not a list of names")
    if len(headers) > MAX_ATTRIBUTIONS:
        raise _UnusableError(f"more than {MAX_ATTRIBUTIONS:,} label_headers")
    names = [_name(header) for header in headers]
    if len(set(names)) < len(names):
        raise _UnusableError("two label_headers are the same")
    return names


def _cells(record: object, headers: Sequence[str] | None) -> Attributions:
    if not isinstance(record, list) or not record:
        raise _UnusableError("the explanation of a record is not a list of features")
    if len(record) > MAX_ATTRIBUTIONS:
        raise _UnusableError(f"more than {MAX_ATTRIBUTIONS:,} features x outputs in one record")
    vectors: dict[str, list[float]] = {}
    texts: list[str] = []
    for index, feature in enumerate(record):
        if not isinstance(feature, dict):
            raise _UnusableError("a feature is not an object")
        header = feature.get("feature_header")
        name = f"feature_{index}" if header is None else _name(header)
        if name in vectors or name in texts:
            raise _UnusableError(f"two features are called {_clipped(name)}")
        units = feature.get("attributions")
        if not isinstance(units, list) or not units or not all(isinstance(unit, dict) for unit in units):
            raise _UnusableError("a feature has no list of attributions")
        if _is_text(feature, units):
            texts.append(name)
        else:
            vectors[name] = _sum([_numbers(unit.get("attribution")) for unit in units])
    cells: dict[ColumnKey, object] = _named(vectors, headers)
    if texts:
        more = ", …" if len(texts) > _SHOWN_NAMES else ""
        cells[NOTE_KEY] = f"free text is left out: {', '.join(map(_clipped, texts[:_SHOWN_NAMES]))}{more}"
    return cells


def _named(vectors: Mapping[str, Sequence[float]], headers: Sequence[str] | None) -> dict[ColumnKey, object]:
    """Feature -> one number per output, as cells."""
    widths = {len(vector) for vector in vectors.values()}
    if len(widths) > 1:
        raise _UnusableError("features have attributions for different numbers of outputs")
    width = widths.pop() if widths else 0
    if len(vectors) * width > MAX_ATTRIBUTIONS:
        raise _UnusableError(f"more than {MAX_ATTRIBUTIONS:,} features x outputs in one record")
    if headers is None:
        headers = [f"label{index}" for index in range(width)]
    if vectors and len(headers) != width:
        raise _UnusableError(f"{len(headers)} label_headers for attributions of {width} outputs")
    return {
        attribution_key(name, output): number
        for name, vector in vectors.items()
        for output, number in zip(headers, vector, strict=True)
    }


def _is_text(feature: Mapping[str, object], units: Sequence[Mapping[str, object]]) -> bool:
    """By its type, or because its units are described as parts of a text."""
    if feature.get("feature_type") in _TEXTS:
        return True
    descriptions = [unit.get("description") for unit in units]
    return any(isinstance(description, dict) and "partial_text" in description for description in descriptions)


def _numbers(values: object) -> list[float]:
    if not isinstance(values, list) or not values:
        raise _UnusableError("an attribution is not a list of numbers")
    try:
        numbers = [float(value) if type(value) in {int, float} else math.nan for value in values]
    except OverflowError:
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)):
        raise _UnusableError("an attribution is not a finite number")
    return numbers


def _sum(units: Sequence[Sequence[float]]) -> list[float]:
    if len({len(unit) for unit in units}) > 1:
        raise _UnusableError("the units of a feature have attributions for different numbers of outputs")
    if len(units) == 1:
        return list(units[0])
    try:
        return [math.fsum(of_output) for of_output in zip(*units, strict=True)]
    except OverflowError:
        raise _UnusableError("an attribution is not a finite number") from None


def _name(header: object) -> str:
    if not isinstance(header, str) or not header:
        raise _UnusableError("a header is not a name")
    if len(header) > _MAX_NAME:
        raise _UnusableError(f"a header is longer than {_MAX_NAME} characters")
    return header


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_NAME else f"{text[: _SHOWN_NAME - 1]}…"
