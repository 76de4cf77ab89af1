"""What people call metrics, rates and results."""

from collections.abc import Mapping

from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary, RateName
from driftline.presentation.text import shown

RATES: Mapping[RateName, tuple[str, str]] = {
    "positive_labels": ("Positive labels", "of the rows with a label, those whose label is positive"),
    "acceptance": ("Acceptance", "of the rows with a prediction, those predicted positive"),
    "recall": ("Recall", "of the rows with a positive label, those predicted positive"),
    "precision": ("Precision", "of the rows predicted positive, those with a positive label"),
    "specificity": ("Specificity", "of the rows with a negative label, those predicted negative"),
    "accuracy": ("Accuracy", "of the rows that have both, those predicted right"),
}
"""(name, what it is a share of)."""


def metric_title(name: str) -> str:
    """`Recall Difference`; Clarify's own title has the abbreviation behind it."""
    metric = METRICS.get(name)
    return metric.title.removesuffix(f" ({name})") if metric else name


def clarifys_title(name: str) -> str:
    """`Recall Difference (RD)`."""
    metric = METRICS.get(name)
    return metric.title if metric else name


def result_text(metric: BiasMetricSummary) -> str:
    """What the comparison says, in words: worse, better, unchanged, or why nothing is said."""
    match metric.result:
        case "violation":
            return "worse"
        case "improvement":
            return "better"
        case "unchanged":
            return "unchanged"
        case "not_enough_data":
            rows = f": about {metric.needed:,} rows needed" if metric.needed else ""
            return f"not enough data{rows}"
        case "no_value" if metric.value is None:
            return _because("no value", metric.reason)
        case _:
            return _because("not compared", metric.reason)


def _because(what: str, why: str) -> str:
    return f"{what}: {shown(why)}" if why else what
