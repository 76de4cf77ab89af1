"""From cells as they were captured or uploaded to coded columns: what is counted of rows whose types are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.domain.predictions.picking import (
    LABEL_NO_NUMBER,
    NO_LABEL,
    NO_PREDICTION,
    NO_PROBABILITY,
    PREDICTION_NO_NUMBER,
    Column,
    PickedColumns,
)
from driftline.domain.predictions.values import label_text
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_bias.data_columns import single
from driftline.kinds.model_bias.plan import FacetPlan
from driftline.kinds.model_bias.rules.columns import MISSING, Coded, Value, numbers_of
from driftline.kinds.model_bias.rules.counts import Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.intersections import intersection
from driftline.kinds.model_bias.typed import TypedPlan

NOT_POSITIVE = "not positive"
"""The predicted value of a row whose probability is at most the threshold."""

type Places = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Rows to count, and what could not be used of them: a row without a usable label may have a usable prediction.

    Attributes:
        rows: All rows; labels and predictions that cannot be used are missing.
        total: Number of rows.
        labelled, predicted: Rows with a usable label, with a usable prediction.
        unusable: Labels and predictions that are there and cannot be used, by reason.
        first: The first of these rows, by reason: its place among the rows.
    """

    rows: Rows
    total: int
    labelled: int
    predicted: int
    unusable: Mapping[str, int] = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)


def counted_rows(typed: TypedPlan, cells: Mapping[str, Sequence[object]], picked: PickedColumns) -> Counted:
    """Rows whose types are known.

    A probability decides only where there is no prediction: above the threshold the row is predicted as the first
    positive label, otherwise as a text that is none of them. For a label that is a number it is predicted above or
    below every threshold.

    Args:
        cells: All columns of the plan by name, n cells each; text as captured, or values of JSON. What is empty, NaN or
            null is missing.
        picked: Labels, predictions and probabilities of the n rows. A label that is None is not there yet, which is
            no reason for a row to be unusable.
    """
    unusable: dict[str, int] = {}
    first: dict[str, int] = {}

    def without(column: Coded, there: Places, reasons: tuple[str, str]) -> Coded:
        """The column without values that cannot be used: those that are missing, those that should be numbers."""
        no_value = column.codes == MISSING
        no_number = np.zeros_like(no_value)
        if typed.label.continuous:
            no_number = np.append(np.isnan(numbers_of(column)), False)[column.codes]
        for places, reason in zip((no_value & there, no_number), reasons, strict=True):
            _count(places, reason, unusable, first)
        return Coded(np.where(no_number, MISSING, column.codes), column.values)

    columns = {name: coded(column) for name, column in cells.items()}
    facets = {facet.name: _facet(facet, typed, columns) for facet in typed.plan.facets}
    label = without(coded(picked.labels), _there(picked.labels), (NO_LABEL, LABEL_NO_NUMBER))
    prediction: Coded | None = None
    if picked.predictions is not None:
        everywhere = np.ones(len(picked.predictions), dtype=np.bool_)
        prediction = without(coded(picked.predictions), everywhere, (NO_PREDICTION, PREDICTION_NO_NUMBER))
    elif picked.probabilities is not None:
        prediction = decided(picked.probabilities, typed.plan.attributes.threshold, typed.label)
        _count(prediction.codes == MISSING, NO_PROBABILITY, unusable, first)
    group = typed.plan.group_variable
    rows = Rows(facets, typed.label, label, prediction, None if group is None else columns[group])
    labelled, predicted = (0 if each is None else len(each) - each.missing for each in (label, prediction))
    return Counted(rows, len(label), labelled, predicted, unusable, first)


def coded(cells: Column) -> Coded:
    """A column of cells: text, numbers, truth values or lists of JSON; a list of one value is that value."""
    if isinstance(cells, np.ndarray):
        return Coded.of_numbers(cells)
    seen: dict[object, int] = {}
    try:
        codes = [seen.setdefault(cell, len(seen)) for cell in cells]
    except TypeError:  # a list or an object of JSON
        seen = {}
        codes = [seen.setdefault(single(cell), len(seen)) for cell in cells]
    places: list[int] = []
    values: list[Value] = []
    for cell in seen:
        value = single(cell)
        missing = value is None or label_text(value) is None
        places.append(MISSING if missing else len(values))
        if not missing and value is not None:
            values.append(value)
    return Coded(np.array([*places, MISSING], dtype=np.int64)[np.array(codes, dtype=np.int64)], tuple(values))


def decided(probabilities: Floats, threshold: float, label: Criterion) -> Coded:
    """Predictions from probabilities, shape (n,): positive strictly above the threshold; missing if there is none."""
    usable = (probabilities >= 0) & (probabilities <= 1)
    codes = np.where(usable, np.where(probabilities > threshold, 0, 1), MISSING).astype(np.int64)
    if label.continuous:
        return Coded(codes, (float("inf"), float("-inf")))
    return Coded(codes, (label.values[0], not_positive(label)))


def not_positive(label: Criterion) -> str:
    """A text that is none of the positive labels."""
    text = NOT_POSITIVE
    while text in label.texts:
        text = f"{text} "
    return text


def of_facet(facet: FacetPlan, criteria: Mapping[str, Criterion], columns: Mapping[str, Coded]) -> Coded:
    """The facet's column: its only one, or the intersection of several.

    Args:
        criteria: Of each of its columns, by name.
        columns: By name, n rows.
    """
    if len(facet.parts) == 1:
        return columns[facet.parts[0].column]
    return intersection([(criteria[part.column], columns[part.column]) for part in facet.parts])[1]


def _facet(facet: FacetPlan, typed: TypedPlan, columns: Mapping[str, Coded]) -> tuple[Criterion, Coded]:
    criteria = {part.column: Criterion(part.column, part.values, typed.columns[part.column]) for part in facet.parts}
    return typed.facets[facet.name], of_facet(facet, criteria, columns)


def _count(places: Places, reason: str, unusable: dict[str, int], first: dict[str, int]) -> None:
    rows = int(places.sum())
    if rows:
        unusable[reason] = rows
        first[reason] = int(places.argmax())


def _there(column: Column) -> Places:
    if isinstance(column, np.ndarray):
        return ~np.isnan(column)
    return np.array([cell is not None for cell in column], dtype=np.bool_)
