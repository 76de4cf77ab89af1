"""From picked columns to arrays: reads their values, leaves out what cannot be used, and counts it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.picking import (
    LABEL_NO_NUMBER,
    NO_LABEL,
    NO_PREDICTION,
    NO_PROBABILITY,
    PREDICTION_NO_NUMBER,
    Column,
    PickedColumns,
    positive_text,
)
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.predictions.values import items, label_text, number
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import (
    BinaryRows,
    Classes,
    Codes,
    Hashes,
    MulticlassRows,
    RegressionRows,
)
from driftline.kinds.model_quality.rules.state import State

type Rows = RegressionRows | BinaryRows | MulticlassRows


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


def state_of(rows: Rows, attributes: Attributes) -> State:
    match rows:
        case RegressionRows():
            return RegressionState.of(rows)
        case BinaryRows():
            return BinaryState.of(rows, positive_text(attributes), attributes.threshold)
        case MulticlassRows():
            return MulticlassState.of(rows)


def _regression(columns: PickedColumns, ids: Hashes, records: Codes | None) -> UsableRows:
    assert columns.predictions is not None  # Attributes asks for it
    predicted, actual = _numbers(columns.predictions), _numbers(columns.labels)
    unusable, kept = _Dropped(), np.ones(len(ids), dtype=np.bool_)
    _drop(kept, unusable, ~_present(columns.labels), NO_LABEL)
    _drop(kept, unusable, ~_present(columns.predictions), NO_PREDICTION)
    _drop(kept, unusable, ~np.isfinite(actual), LABEL_NO_NUMBER)
    _drop(kept, unusable, ~np.isfinite(predicted), PREDICTION_NO_NUMBER)
    rows = RegressionRows(predicted[kept], actual[kept], ids[kept], _those(records, kept))
    return UsableRows(rows, unusable.rows, unusable.first)


def _binary(columns: PickedColumns, ids: Hashes, records: Codes | None) -> UsableRows:
    unusable, kept = _Dropped(), np.ones(len(ids), dtype=np.bool_)
    actual, has_label = _classes(columns.labels)
    _drop(kept, unusable, ~has_label, NO_LABEL)
    predicted = None
    if columns.predictions is not None:
        predicted, has_prediction = _classes(columns.predictions)
        _drop(kept, unusable, ~has_prediction, NO_PREDICTION)
    probability = columns.probabilities
    if probability is not None:
        _drop(kept, unusable, ~((probability >= 0) & (probability <= 1)), NO_PROBABILITY)
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
    _drop(kept, unusable, ~has_prediction, NO_PREDICTION)
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
