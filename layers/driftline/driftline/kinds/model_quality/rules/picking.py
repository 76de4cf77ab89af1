"""From merged rows to arrays: picks the columns, reads their values, leaves out what cannot be used, and counts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.attribute import Output, pick
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.attributes import LABELS, Attributes
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import (
    BinaryRows,
    Classes,
    Codes,
    Hashes,
    MulticlassRows,
    ProblemType,
    RegressionRows,
)
from driftline.kinds.model_quality.rules.state import State
from driftline.kinds.model_quality.rules.values import items, label_text, likeliest, number, probability_of

type Column = Sequence[object] | Floats
type Rows = RegressionRows | BinaryRows | MulticlassRows

NO_LABEL = "no label"
_NO_PREDICTION = "no prediction"
_LABEL_NO_NUMBER = "the label is not a finite number"
_PREDICTION_NO_NUMBER = "the prediction is not a finite number"
_NO_PROBABILITY = "the probability is not a number between 0 and 1"
_OF_THE_LABEL = frozenset({NO_LABEL, _LABEL_NO_NUMBER})
_SHOWN_COLUMNS = 8
_SHOWN_TEXT = 60


@dataclass(frozen=True, slots=True, eq=False)
class PickedColumns:
    """The values of each row as they were captured or uploaded, all of the same length.

    Attributes:
        predictions: Numbers or labels; None if there is no inference_attribute.
        probabilities: Of the positive label, NaN where there is none; None if there is no probability_attribute.
    """

    labels: Column
    predictions: Column | None = None
    probabilities: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UsableRows:
    """Rows that the metrics can be of, and those that could not be used.

    Attributes:
        unusable: Number of rows by reason.
        first: The first of these rows, by reason: its place in the columns.
    """

    rows: Rows
    unusable: Mapping[str, int]
    first: Mapping[str, int] = field(default_factory=dict)


def pick_columns(outputs: Sequence[Output], labels: Sequence[object], attributes: Attributes) -> PickedColumns:
    """Of the endpoint's output and the ground truth of each row, in the same order."""
    truths = [_label(label, attributes) for label in labels]
    return PickedColumns(truths, *_predicted(outputs, attributes))


def pick_data_set(rows: Sequence[Output], attributes: Attributes) -> PickedColumns:
    """Of a baseline's rows, which hold the label too: `ground_truth_attribute` says where."""
    truth = attributes.ground_truth or "0"
    labels = [pick(truth, row, attributes.columns) for row in rows]
    return PickedColumns(labels, *_predicted(rows, attributes))


def usable_rows(
    columns: PickedColumns, ids: Hashes, attributes: Attributes, records: Codes | None = None
) -> UsableRows:
    """The rows as arrays.

    Args:
        ids: The hash of each row (samples.row_hashes), shape (n,).
        records: The number of each row's record, shape (n,); None if each row is a record of its own.
    """
    match attributes.problem:
        case ProblemType.REGRESSION:
            return _regression(columns, ids, records)
        case ProblemType.BINARY:
            return _binary(columns, ids, records)
        case ProblemType.MULTICLASS:
            return _multiclass(columns, ids, records)


def why_unusable(reason: str, output: Output, label: object, attributes: Attributes) -> str:
    """What was found in a row that could not be used, for people: the attribute, and the output's columns.

    Args:
        reason: One of UsableRows.unusable.
    """
    if reason in _OF_THE_LABEL:
        return f"found {_brief(label)}"
    name, attribute = (
        ("probability_attribute", attributes.probability)
        if reason == _NO_PROBABILITY or attributes.inference is None
        else ("inference_attribute", attributes.inference)
    )
    value = pick(attribute or "0", output, attributes.columns)
    if value is not None and label_text(value) is not None:
        return f"{name} {attribute}: found {_brief(value)}"
    return f"{name} {attribute} is not in the output, which has {_columns(output, attributes)}"


def _columns(output: Output, attributes: Attributes) -> str:
    if isinstance(output, Mapping):
        names = [name for name in output if "." not in name]
    else:
        names = list(attributes.columns[: len(output)])
        names += [str(place) for place in range(len(names), len(output))]
    shown = ", ".join(map(_clipped, names[:_SHOWN_COLUMNS]))
    return f"{shown}, …" if len(names) > _SHOWN_COLUMNS else shown or "no columns"


def _brief(value: object) -> str:
    return _clipped(repr(value))


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_TEXT else f"{text[: _SHOWN_TEXT - 1]}…"


def state_of(rows: Rows, attributes: Attributes) -> State:
    match rows:
        case RegressionRows():
            return RegressionState.of(rows)
        case BinaryRows():
            return BinaryState.of(rows, _positive(attributes), attributes.threshold)
        case MulticlassRows():
            return MulticlassState.of(rows)


def _positive(attributes: Attributes) -> str:
    return label_text(attributes.positive_label) or attributes.positive_label


def _label(label: object, attributes: Attributes) -> object:
    """A label may be a JSON object or a row of columns; without an attribute its first value counts."""
    if isinstance(label, Mapping) or (isinstance(label, Sequence) and not isinstance(label, str | bytes)):
        return pick(attributes.ground_truth or "0", label)
    return label


def _predicted(outputs: Sequence[Output], attributes: Attributes) -> tuple[Column | None, Floats | None]:
    """Predictions and probabilities. A multiclass problem needs probabilities only where there is no prediction."""
    columns, inference, probability = attributes.columns, attributes.inference, attributes.probability
    predictions = None if inference is None else [pick(inference, row, columns) for row in outputs]
    if probability is None or attributes.problem is ProblemType.REGRESSION:
        return predictions, None
    values = [(pick(probability, row, columns), pick(LABELS, row, columns)) for row in outputs]
    if attributes.problem is ProblemType.MULTICLASS:
        return predictions or [likeliest(value, labels) for value, labels in values], None
    positive = _positive(attributes)
    return predictions, np.array([probability_of(positive, value, labels) for value, labels in values], dtype=float)


def _regression(columns: PickedColumns, ids: Hashes, records: Codes | None) -> UsableRows:
    assert columns.predictions is not None  # Attributes asks for it
    predicted, actual = _numbers(columns.predictions), _numbers(columns.labels)
    unusable, kept = _Dropped(), np.ones(len(ids), dtype=np.bool_)
    _drop(kept, unusable, ~_present(columns.labels), NO_LABEL)
    _drop(kept, unusable, ~_present(columns.predictions), _NO_PREDICTION)
    _drop(kept, unusable, ~np.isfinite(actual), _LABEL_NO_NUMBER)
    _drop(kept, unusable, ~np.isfinite(predicted), _PREDICTION_NO_NUMBER)
    rows = RegressionRows(predicted[kept], actual[kept], ids[kept], _those(records, kept))
    return UsableRows(rows, unusable.rows, unusable.first)


def _binary(columns: PickedColumns, ids: Hashes, records: Codes | None) -> UsableRows:
    unusable, kept = _Dropped(), np.ones(len(ids), dtype=np.bool_)
    actual, has_label = _classes(columns.labels)
    _drop(kept, unusable, ~has_label, NO_LABEL)
    predicted = None
    if columns.predictions is not None:
        predicted, has_prediction = _classes(columns.predictions)
        _drop(kept, unusable, ~has_prediction, _NO_PREDICTION)
    probability = columns.probabilities
    if probability is not None:
        _drop(kept, unusable, ~((probability >= 0) & (probability <= 1)), _NO_PROBABILITY)
    rows = BinaryRows(
        _kept(actual, kept),
        ids[kept],
        None if predicted is None else _kept(predicted, kept),
        None if probability is None else probability[kept],
        _those(records, kept),
    )
    return UsableRows(rows, unusable.rows, unusable.first)


def _multiclass(columns: PickedColumns, ids: Hashes, records: Codes | None) -> UsableRows:
    assert columns.predictions is not None  # from the probabilities, if there is no inference_attribute
    unusable, kept = _Dropped(), np.ones(len(ids), dtype=np.bool_)
    actual, has_label = _classes(columns.labels)
    predicted, has_prediction = _classes(columns.predictions)
    _drop(kept, unusable, ~has_label, NO_LABEL)
    _drop(kept, unusable, ~has_prediction, _NO_PREDICTION)
    rows = MulticlassRows(_kept(predicted, kept), _kept(actual, kept), ids[kept], _those(records, kept))
    return UsableRows(rows, unusable.rows, unusable.first)


@dataclass(frozen=True, slots=True)
class _Dropped:
    """See UsableRows."""

    rows: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)


def _drop(kept: NDArray[np.bool_], dropped: _Dropped, bad: NDArray[np.bool_], reason: str) -> None:
    """Marks rows in place; a row counts under its first reason."""
    places = np.flatnonzero(kept & bad)
    if len(places):
        dropped.rows[reason] = len(places)
        dropped.first[reason] = int(places[0])
        kept &= ~bad


def _numbers(column: Column) -> Floats:
    if isinstance(column, np.ndarray):
        return column.astype(np.float64, copy=False)
    return np.array([number(_single(value)) for value in column], dtype=np.float64)


def _present(column: Column) -> NDArray[np.bool_]:
    if isinstance(column, np.ndarray):
        return ~np.isnan(column)
    return np.array([label_text(value) is not None for value in column], dtype=np.bool_)


def _classes(column: Column) -> tuple[Classes, NDArray[np.bool_]]:
    """Labels, and which rows have one. Each way of writing is read once, however many rows have it."""
    raw: list[object] = column.tolist() if isinstance(column, np.ndarray) else list(column)
    texts: dict[tuple[type, object], str | None] = {}
    found: list[str | None] = []
    for value in raw:
        single = _single(value)
        key = type(single), single if isinstance(single, str | int | float | bool | None) else str(single)
        if key not in texts:
            texts[key] = label_text(single)
        found.append(texts[key])
    has = np.array([text is not None for text in found], dtype=np.bool_)
    return Classes.of(text or "" for text in found), has


def _single(value: object) -> object:
    """A list of one value, as some servers answer for a row, is that value."""
    found = items(value) if isinstance(value, list | tuple) else None
    return found[0] if found is not None and len(found) == 1 else value


def _kept(classes: Classes, kept: NDArray[np.bool_]) -> Classes:
    return Classes(classes.codes[kept], classes.names)


def _those(records: Codes | None, kept: NDArray[np.bool_]) -> Codes | None:
    return None if records is None else records[kept]
