"""Where the prediction, the probability and the label of a merged row are: SageMaker's `*_attribute` settings."""

from dataclasses import dataclass

from driftline.domain.capture.attribute import compiled
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.problem import ProblemType

THRESHOLD = 0.5
"""Of the probability of the positive label, above which a row is predicted positive."""

LABELS = "labels"
"""Autopilot's column with the list of labels that its list of probabilities is of."""


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
                compiled(attribute)
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
