"""The 21 metrics of SageMaker Clarify, by name."""

from collections.abc import Mapping

from driftline.kinds.model_bias.rules.metrics import conditional, entropy, errors, flips, labels, predictions
from driftline.kinds.model_bias.rules.metrics.metric import Metric

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in sorted(
        (
            *labels.METRICS,
            *conditional.METRICS,
            *predictions.METRICS,
            *errors.METRICS,
            *entropy.METRICS,
            *flips.METRICS,
        ),
        key=lambda metric: metric.name,
    )
}
"""In the order of files."""

PRE_TRAINING = tuple(name for name, metric in METRICS.items() if metric.stage == "pre_training")
POST_TRAINING = tuple(name for name, metric in METRICS.items() if metric.stage == "post_training")
