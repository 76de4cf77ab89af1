"""The settings of a data-quality monitor, and what it publishes."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Literal, Self, override

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.comparison import ComparisonField
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.monitors.fields import refuse
from driftline.domain.monitors.monitor import Graph, Line, ScheduledMonitor

NAMESPACE = "aws/sagemaker/Endpoints/data-metrics"
"""SageMaker's CloudWatch namespace of data quality metrics of endpoints; without a leading slash."""

FIGURES = (VIOLATIONS, "total_number_of_violations", "rows", "drifted_features", "worst_drift")

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

_FEATURE = re.compile(rf"feature_({'|'.join(OF_A_FEATURE)})_.+", re.DOTALL)


def is_feature_figure(name: str) -> bool:
    """Whether the name is that of a feature's figure; only the baseline knows which features exist."""
    return _FEATURE.fullmatch(name) is not None


class DataQualityMonitor(ScheduledMonitor):
    """Compares inputs and predictions with the baseline: types, completeness, values, drift."""

    metrics_namespace: ClassVar[str] = NAMESPACE
    figure_families: ClassVar[tuple[str, ...]] = ("feature_<what>_<name>",)

    comparison: ComparisonField = "driftline"
    """How a window is compared. driftline: every row counts, and the type of a value decides what it is.
    sagemaker: exactly as Model Monitor's container, which counts distinct values, so that flags and counts never alarm,
    reads texts such as "02139" as numbers, and fails 3 in a column of decimals."""

    drift: Literal["distance", "psi"] = "distance"
    """How drift is decided. distance: SageMaker's methods, with the thresholds of constraints.json. psi: a test of all
    features together, and a population stability index above 0.05; it finds smaller changes, also the ordinary ones
    between one day and the next."""

    metrics: MetricsLevel | None = None
    """What is published to CloudWatch; each metric costs money. none: nothing. totals: violations, rows, number of
    drifted features, worst drift. top: the features that drifted most, too. all: every metric of every feature.
    Default: the stack's parameter DefaultMetrics."""

    top_features: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    """How many features metrics: top publishes. Default: the stack's parameter DefaultTopFeatures, which is 5."""

    @model_validator(mode="after")
    def _drift_is_ours(self) -> Self:
        if self.drift == "psi" and self.as_sagemaker:
            raise refuse(
                "drift: psi has no effect with comparison: sagemaker, which compares as Model Monitor does",
                "drift: distance",
                "Remove drift: psi, or remove comparison: sagemaker.",
            )
        return self

    @property
    @override
    def as_sagemaker(self) -> bool:
        return self.comparison == "sagemaker"

    @override
    def figures(self) -> Sequence[str]:
        return FIGURES

    @override
    def has_figure(self, name: str) -> bool:
        return super().has_figure(name) or is_feature_figure(name)

    @override
    def figure_hint(self, name: str) -> str:
        return f"<what> is one of {', '.join(OF_A_FEATURE)}." if name.startswith("feature_") else ""

    @override
    def graphs(self, name: str) -> Iterable[Graph]:
        yield Graph(f"Worst drift of {name}", (Line("worst_drift", "of all features"),))
        counts = Line("rows", "rows"), Line("drifted_features", "drifted features", right=True)
        yield Graph(f"Rows of {name}", counts, smallest=0)
