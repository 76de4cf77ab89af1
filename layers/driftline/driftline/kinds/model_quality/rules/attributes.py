"""Where the prediction, the probability and the label of a merged row are: SageMaker's `*_attribute` settings.

An attribute is an index (`"0"`), a name (`predicted_label`) or a JMESPath expression (`predictions[0].score`). What it
is, the row decides: a key or a column of that name goes first, then the index, then the expression.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import jmespath  # type: ignore[import-untyped]  # brings no types; Powertools depends on it
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.binary_state import THRESHOLD
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.kinds.model_quality.settings import ModelQualityMonitor

LABELS = "labels"
"""Autopilot's column with the list of labels that its list of probabilities is of."""

_EXPRESSION = re.compile(r"[][|@*&`(){}]")

type Output = Sequence[object] | Mapping[str, object]
"""One row of an endpoint's output: CSV cells in order, or what a JSON payload held for the row."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What SageMaker's ModelQualityAppSpecification and EndpointInput say.

    Attributes:
        inference: `inference_attribute`, the prediction: a number, or a label.
        probability: `probability_attribute`: of the positive label, or a list with one for each label.
        threshold: `probability_threshold_attribute`, which is a number: above it a row is predicted positive.
        ground_truth: `ground_truth_attribute`: of a baseline's row, or of a label that is a JSON object.
        columns: Names of the output's CSV columns, if known.
    """

    problem: ProblemType
    inference: str | None = None
    probability: str | None = None
    threshold: float = THRESHOLD
    ground_truth: str | None = None
    positive_label: str = "1"
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for attribute in (self.inference, self.probability, self.ground_truth):
            if attribute is not None:
                _expression(attribute)
        if self.problem is ProblemType.REGRESSION and self.inference is None:
            raise InvalidInputError("no inference_attribute", expected="where the predicted number is")
        if self.inference is None and self.probability is None:
            raise InvalidInputError(
                "neither inference_attribute nor probability_attribute",
                expected="where the predicted label is, or its probability",
            )
        if not 0 <= self.threshold <= 1:
            raise InvalidInputError(
                f"probability_threshold_attribute {self.threshold!r}", expected="a number between 0 and 1"
            )


def attributes_of(monitor: ModelQualityMonitor, columns: Sequence[str] = ()) -> Attributes:
    """Where the monitor finds prediction, probability and label.

    Args:
        columns: Names of the cells of a row that is a list: the output's, or a data set's.
    """
    return Attributes(
        problem=ProblemType(monitor.problem_type),
        inference=monitor.inference_attribute,
        probability=monitor.probability_attribute,
        threshold=monitor.probability_threshold_attribute,
        ground_truth=monitor.ground_truth_attribute,
        positive_label=monitor.positive_label,
        columns=tuple(columns),
    )


def pick(attribute: str, row: object, columns: Sequence[str] = ()) -> object:
    """The attribute's value in a row; None if it is not there.

    Args:
        columns: Names of the row's cells, where the row is a list.

    Raises:
        InvalidInputError: the attribute is meant as a JMESPath expression, and is none.
    """
    if isinstance(row, Mapping):
        if attribute in row:
            return row[attribute]
        cells = list(row.values())
    elif isinstance(row, Sequence) and not isinstance(row, str | bytes):
        if attribute in columns:
            place = columns.index(attribute)
            return row[place] if place < len(row) else None
        cells = list(row)
    else:
        # A lone value stands for itself, as the first and only column.
        return row if attribute == "0" or attribute in columns[:1] else None
    if attribute.isdecimal():
        return cells[int(attribute)] if int(attribute) < len(cells) else None
    expression = _expression(attribute)
    found: object = expression.search(row) if expression is not None else None
    return found


@cache
def _expression(attribute: str) -> jmespath.parser.ParsedResult | None:
    """The compiled expression; None for a name that is none, such as `emp-rate`."""
    try:
        return jmespath.compile(attribute)
    except JMESPathError as error:
        if not _EXPRESSION.search(attribute):
            return None
        raise InvalidInputError(
            f"{attribute!r} is no JMESPath expression: {str(error).splitlines()[0]}",
            expected="an index, a name or a JMESPath expression, for example predictions[0].score",
        ) from None
