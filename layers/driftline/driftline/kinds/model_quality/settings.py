"""The settings of a model-quality monitor, and what it publishes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, Self, override

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.comparison import Compared, ComparisonField
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.monitors.fields import refuse
from driftline.domain.monitors.monitor import Graph, Line
from driftline.domain.monitors.prediction_fields import Label, Tolerance
from driftline.domain.monitors.predictions_monitor import PredictionsMonitor

NAMESPACE = "aws/sagemaker/Endpoints/model-metrics"
"""SageMaker's CloudWatch namespace of model quality metrics of endpoints; without a leading slash."""

_CONSTANT = "_best_constant_classifier"
_BINARY_BASIC = ("recall", "precision", "accuracy")
_RATES = ("true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate")
_F = ("f0_5", "f1", "f2")
_WEIGHTED = ("accuracy", "weighted_recall", "weighted_precision", *(f"weighted_{name}" for name in _F))

NEEDS_PROBABILITY = ("auc", "au_prc")
"""For a binary classification with a probability_attribute."""

FIGURES = {
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
"""Suffixes of the names of the interval's ends."""

_OLDER_COMPARISON: Mapping[str, Compared] = {"interval": "driftline", "point": "sagemaker"}
"""What `alarm_on` means."""

_PALE = "#aec7e8"


class ModelQualityMonitor(PredictionsMonitor):
    """Compares predictions with ground truth."""

    metrics_namespace: ClassVar[str] = NAMESPACE

    problem_type: Literal["Regression", "BinaryClassification", "MulticlassClassification"]
    """What the model predicts."""

    positive_label: Label = "1"
    """The label that counts as positive in binary classification."""

    comparison: ComparisonField | None = None
    """What counts as a violation. driftline: a metric that is worse than chance explains, in the window and in the
    baseline, and by more than tolerance; for a limit that a person wrote, the whole 95 % interval is beyond it.
    sagemaker: the metric itself is beyond the limit, by however little. Default: driftline, or sagemaker for
    constraints that SageMaker made."""

    alarm_on: Literal["point", "interval"] | None = Field(default=None, json_schema_extra={"deprecated": True})
    """An older name of comparison. interval: driftline. point: sagemaker."""

    tolerance: Tolerance = 0.01
    """The smallest loss that matters, for limits that are the baseline's own values: 0.01 is one point of a share or of
    r2, and one percent of an error such as mae."""

    metrics: MetricsLevel | None = None
    """What is published to CloudWatch; each metric costs money. none: nothing. totals: violations, coverage and the
    headline metric, such as mae or f1. top or all: every metric of the model's quality. Default: the stack's parameter
    DefaultMetrics."""

    @classmethod
    @override
    def drafted(cls, output: Sequence[str], label: str | None, stated: Mapping[str, object]) -> Mapping[str, object]:
        """The prediction, and for classifications the probability, by their names; otherwise the first output."""
        regression = stated.get("problem_type") == "Regression"
        probable = [] if regression else [name for name in output if "prob" in name.lower() or "score" in name.lower()]
        predicted = [name for name in output if name not in probable]
        fields = {
            "inference_attribute": next(iter(predicted), None),
            "probability_attribute": next(iter(probable), None),
            "ground_truth_attribute": label,
        }
        return {name: value for name, value in fields.items() if value is not None}

    @model_validator(mode="after")
    def _says_where_the_prediction_is(self) -> Self:
        self._with_a_prediction()
        if self.problem_type == "Regression" and self.inference_attribute is None:
            raise refuse("Regression without an inference_attribute", "the attribute with the predicted number")
        return self

    @model_validator(mode="after")
    def _compares_in_one_way(self) -> Self:
        older = _OLDER_COMPARISON.get(self.alarm_on or "")
        if older and self.comparison and older != self.comparison:
            raise refuse(
                f"comparison is {self.comparison}, and alarm_on: {self.alarm_on} means {older}",
                "one of them",
                "Remove alarm_on, the older name.",
            )
        return self

    @property
    def compared(self) -> Compared | None:
        """What the document says about the comparison, under either name."""
        return self.comparison or _OLDER_COMPARISON.get(self.alarm_on or "")

    @property
    @override
    def as_sagemaker(self) -> bool:
        return self.compared == "sagemaker"

    @override
    def figures(self) -> Sequence[str]:
        without = () if self.probability_attribute else NEEDS_PROBABILITY
        quality = (name for name in FIGURES[self.problem_type] if name not in without)
        interval = (HEADLINES[self.problem_type] + bound for bound in BOUNDS)
        return (VIOLATIONS, "total_number_of_violations", "coverage", *quality, *interval)

    @override
    def figure_hint(self, name: str) -> str:
        if name not in NEEDS_PROBABILITY:
            return ""
        if self.problem_type == "BinaryClassification":
            return f"{name} needs the probability: set probability_attribute."
        return f"{name} exists for BinaryClassification only."

    @override
    def graphs(self, name: str) -> Iterable[Graph]:
        metric = HEADLINES[self.problem_type]
        labels = ("95 % interval, lower", "95 % interval, upper")
        bounds = (Line(metric + end, label, color=_PALE) for end, label in zip(BOUNDS, labels, strict=True))
        yield Graph(f"Quality: {metric} with its interval", (Line(metric, metric), *bounds))
        covered = "Coverage: share of inferences with ground truth"
        yield Graph(covered, (Line("coverage", "coverage"),), smallest=0, largest=1)
