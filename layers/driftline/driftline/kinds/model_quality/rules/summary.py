"""summary.json of model quality: its body, which has every metric with its interval."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from driftline.domain.executions.envelope import Envelope, Headline, parse_envelope
from driftline.domain.executions.finding import Side
from driftline.kinds.model_quality.old_summary import upgraded
from driftline.kinds.model_quality.rules.calibration import CalibrationBin
from driftline.kinds.model_quality.rules.constraints import Constraint, Operator
from driftline.kinds.model_quality.rules.quality import MetricValue
from driftline.kinds.model_quality.settings import HEADLINES

type Rule = Literal["driftline", "sagemaker", "interval"]
"""`comparison`; or `interval`, the rule of earlier versions: the whole 95 % interval is beyond any limit."""

_OLDER_RULES = {"point": "sagemaker"}


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MetricSummary(_Ours):
    """One metric of the window. Null: undefined, or there is none.

    Attributes:
        interval: The 95 % interval.
        withheld: Why a defined metric has no interval, for people; empty if it has one.
        baseline: The threshold of its constraint, which is the baseline's value unless it was edited.
        operator: The side of the threshold that is a violation.
    """

    name: str
    value: float | None
    standard_deviation: float | None
    interval: tuple[float, float] | None
    baseline: float | None
    operator: str | None
    violated: bool
    withheld: str = ""

    @classmethod
    def of(cls, name: str, metric: MetricValue, constraint: Constraint | None, *, violated: bool) -> Self:
        return cls(
            name=name,
            value=_number(metric.value),
            standard_deviation=_number(metric.standard_deviation),
            interval=_interval(metric),
            baseline=_number(constraint.threshold) if constraint else None,
            operator=constraint.comparison_operator.value if constraint else None,
            violated=violated,
            withheld=metric.withheld,
        )


class CalibrationSummary(_Ours):
    """A bin of the reliability diagram, see CalibrationBin."""

    lower: float
    upper: float
    rows: int
    mean_probability: float
    positive_share: float
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, found: CalibrationBin) -> Self:
        return cls(
            lower=found.lower,
            upper=found.upper,
            rows=found.rows,
            mean_probability=found.mean_probability,
            positive_share=found.positive_share,
            interval=found.interval,
        )


class ModelQualityBody(_Ours):
    """The body of model quality.

    Attributes:
        labelled_rows: Rows that have a label by now; those that the metrics are of are the evaluated rows.
        comparison: The rule that decided what a violation is.
        calibration: Of a binary classification with probabilities.
        sample: (ground truth, prediction) of some rows of a regression, drawn evenly.
    """

    problem_type: str
    positive_label: str | None
    labelled_rows: int
    unusable_rows: dict[str, int]
    comparison: Rule
    metrics: tuple[MetricSummary, ...]
    confusion_matrix: dict[str, dict[str, int]] | None
    calibration: tuple[CalibrationSummary, ...] = ()
    sample: tuple[tuple[float, float], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_older_file(cls, body: Any) -> Any:
        """Earlier versions wrote `alarm_on`: `point`, SageMaker's rule, or `interval`."""
        if not isinstance(body, Mapping) or "alarm_on" not in body:
            return body
        others = {name: value for name, value in body.items() if name != "alarm_on"}
        return {**others, "comparison": _OLDER_RULES.get(body["alarm_on"], body["alarm_on"])}


class QualitySummary(Envelope):
    """One execution of model quality."""

    body: ModelQualityBody


def parse_quality_summary(body: bytes | str, where: str = "summary.json") -> QualitySummary:
    """Raises InvalidInputError: not a summary of model quality."""
    return parse_envelope(body, where, QualitySummary, [upgraded])


def headline_of(problem_type: str, metrics: tuple[MetricSummary, ...]) -> Headline | None:
    """The metric that stands for the problem type; None where it is not computed."""
    found = next((metric for metric in metrics if metric.name == HEADLINES[problem_type]), None)
    if found is None:
        return None
    sides: dict[str | None, Side] = {Operator.GREATER.value: "at_most", Operator.LESS.value: "at_least"}
    return Headline(
        figure=found.name,
        value=found.value,
        interval=found.interval,
        limit=found.baseline,
        side=sides.get(found.operator),
    )


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _interval(metric: MetricValue) -> tuple[float, float] | None:
    return metric.interval if metric.interval and all(map(isfinite, metric.interval)) else None
