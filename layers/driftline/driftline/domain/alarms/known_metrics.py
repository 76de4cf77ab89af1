"""The figures that an alarm can be on: by monitor, the names of what its executions publish.

Written down here and not taken from the modules that compute them, which bring numpy; a test holds them together.
"""

import re
from collections.abc import Sequence

from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.document import DataQualityMonitor, ModelQualityMonitor, ScheduledMonitor

_TOTAL = "total_number_of_violations"
_CONSTANT = "_best_constant_classifier"

DATA_QUALITY = (VIOLATIONS, _TOTAL, "rows", "drifted_features", "worst_drift")
OF_A_FEATURE = (
    "baseline_drift",
    "completeness",
    "data",
    "null",
    "non_null",
    "estimated_unique_values",
    "fractional_counts",
    "integral_counts",
    "string_counts",
    "boolean_counts",
    "unknown_counts",
)
"""What is published of a feature, as `feature_<what>_<name>`."""

_BINARY_BASIC = ("recall", "precision", "accuracy")
_RATES = ("true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate")
_F = ("f0_5", "f1", "f2")
_WEIGHTED = ("accuracy", "weighted_recall", "weighted_precision", *(f"weighted_{name}" for name in _F))

NEEDS_PROBABILITY = ("auc", "au_prc")
"""Of a binary classification that has a probability_attribute."""

MODEL_QUALITY = {
    "Regression": ("mae", "mse", "rmse", "r2"),
    "BinaryClassification": (
        *_BINARY_BASIC,
        *(name + _CONSTANT for name in _BINARY_BASIC),
        *_RATES,
        *NEEDS_PROBABILITY,
        *_F,
        *(name + _CONSTANT for name in _F),
    ),
    "MulticlassClassification": (*_WEIGHTED, *(name + _CONSTANT for name in _WEIGHTED)),
}

HEADLINES = {"Regression": "mae", "BinaryClassification": "f1", "MulticlassClassification": "weighted_f1"}
"""The metric that is published with its 95 % interval, by problem type."""

BOUNDS = ("_lower", "_upper")
"""What the names of the interval's ends end in."""

_FEATURE = re.compile(rf"feature_({'|'.join(OF_A_FEATURE)})_.+", re.DOTALL)


def is_feature_metric(name: str) -> bool:
    """Whether it is named as a feature's; which features there are, only the baseline knows."""
    return _FEATURE.fullmatch(name) is not None


def known_metrics(monitor: ScheduledMonitor) -> Sequence[str]:
    """Names of everything that the monitor publishes, apart from the metrics of single features."""
    match monitor:
        case DataQualityMonitor():
            return DATA_QUALITY
        case ModelQualityMonitor():
            without = () if monitor.probability_attribute else NEEDS_PROBABILITY
            quality = (name for name in MODEL_QUALITY[monitor.problem_type] if name not in without)
            interval = (HEADLINES[monitor.problem_type] + bound for bound in BOUNDS)
            return (VIOLATIONS, _TOTAL, "coverage", *quality, *interval)
        case _:
            raise TypeError(f"nothing is known of a {type(monitor).__name__}")
