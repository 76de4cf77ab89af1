"""The attributes of a model-quality monitor, from its settings."""

from collections.abc import Sequence

from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.settings import ModelQualityMonitor


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
