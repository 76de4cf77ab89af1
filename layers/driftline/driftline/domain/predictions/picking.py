"""The columns of predictions, probabilities and labels, from merged rows or a data set's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from driftline.domain.capture.attribute import Output, pick, why_it_fails
from driftline.domain.predictions.attributes import LABELS, Attributes
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.predictions.values import label_text, likeliest, probability_of
from driftline.domain.profiles.packing import Floats

type Column = Sequence[object] | Floats

NO_LABEL = "no label"
NO_PREDICTION = "no prediction"
LABEL_NO_NUMBER = "the label is not a finite number"
PREDICTION_NO_NUMBER = "the prediction is not a finite number"
NO_PROBABILITY = "the probability is not a number between 0 and 1"
_OF_THE_LABEL = frozenset({NO_LABEL, LABEL_NO_NUMBER})
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


def pick_columns(outputs: Sequence[Output], labels: Sequence[object], attributes: Attributes) -> PickedColumns:
    """Of the endpoint's output and the ground truth of each row, in the same order."""
    truths = [_label(label, attributes) for label in labels]
    return PickedColumns(truths, *_predicted(outputs, attributes))


def pick_data_set(rows: Sequence[Output], attributes: Attributes) -> PickedColumns:
    """Of a baseline's rows, which hold the label too: `ground_truth_attribute` says where."""
    truth = attributes.ground_truth or "0"
    labels = [pick(truth, row, attributes.columns) for row in rows]
    return PickedColumns(labels, *_predicted(rows, attributes))


def why_unusable(reason: str, output: Output, label: object, attributes: Attributes) -> str:
    """What was found in a row that could not be used, for people: the attribute, and the output's columns.

    Args:
        reason: One of UsableRows.unusable.
    """
    if reason in _OF_THE_LABEL:
        return f"found {_brief(label)}"
    name, attribute = (
        ("probability_attribute", attributes.probability)
        if reason == NO_PROBABILITY or attributes.inference is None
        else ("inference_attribute", attributes.inference)
    )
    value = pick(attribute or "0", output, attributes.columns)
    if value is not None and label_text(value) is not None:
        return f"{name} {attribute}: found {_brief(value)}"
    failure = why_it_fails(attribute or "0", output)
    if failure:
        return f"{name} {attribute} fails: {_clipped(failure)}"
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


def positive_text(attributes: Attributes) -> str:
    """The positive label as labels are spelled."""
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
    positive = positive_text(attributes)
    return predictions, np.array([probability_of(positive, value, labels) for value, labels in values], dtype=float)
