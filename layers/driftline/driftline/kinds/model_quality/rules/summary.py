"""summary.json of model quality: intervals, coverage and evidence beside SageMaker's files. Driftline's own format."""

from math import isfinite
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import unreadable
from driftline.domain.models.new_model import NewModel
from driftline.domain.sagemaker_files.java_json import dumps
from driftline.kinds.data_quality.rules.summary import BaselineKeys, Instant, Status, WindowSummary
from driftline.kinds.model_quality.rules.calibration import CalibrationBin
from driftline.kinds.model_quality.rules.check import AlarmOn, Finding, violation_name
from driftline.kinds.model_quality.rules.constraints import Constraint
from driftline.kinds.model_quality.rules.quality import MetricValue

VERSION = 1


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MetricSummary(_Ours):
    """One metric of the window. Null: undefined, or there is none.

    Attributes:
        interval: The 95 % interval.
        baseline: The threshold of its constraint, which is the baseline's value unless somebody changed it.
        operator: The side of the threshold that is a violation.
    """

    name: str
    value: float | None
    standard_deviation: float | None
    interval: tuple[float, float] | None
    baseline: float | None
    operator: str | None
    violated: bool

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
        )


class QualityViolation(_Ours):
    """What lies behind one entry of constraint_violations.json, in its order.

    Attributes:
        distance: How far the metric is beyond the threshold, above 0.
        certain: Whether the whole 95 % interval is beyond it.
    """

    metric: str
    metric_name: str
    check: str
    description: str
    value: float
    interval: tuple[float, float] | None
    threshold: float
    distance: float
    certain: bool
    n: int

    @classmethod
    def of(cls, finding: Finding, rows: int, *, certain: bool) -> Self:
        violation = finding.violation()
        return cls(
            metric=finding.name,
            metric_name=violation_name(finding.name),
            check=violation.constraint_check_type,
            description=violation.description,
            value=finding.metric.value,
            interval=_interval(finding.metric),
            threshold=finding.constraint.threshold,
            distance=abs(finding.metric.value - finding.constraint.threshold),
            certain=certain,
            n=rows,
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


class QualitySummary(_Ours):
    """One execution. Nothing in it depends on when or where it was computed.

    Attributes:
        rows: Rows captured in the window.
        labelled_rows: Those that have a label by now.
        used_rows: Those that the metrics are of; the rest could not be read, see `unusable_rows`.
        coverage: labelled_rows / rows; null without rows.
        calibration: Of a binary classification with probabilities.
        sample: (ground truth, prediction) of some rows of a regression, drawn evenly.
    """

    version: int = VERSION
    endpoint: str
    monitor: str
    window: WindowSummary
    scheduled_time: Instant
    status: Status
    exit_message: str
    reason: str
    problem_type: str
    positive_label: str | None
    rows: int
    labelled_rows: int
    used_rows: int
    unusable_rows: dict[str, int]
    coverage: float | None
    alarm_on: AlarmOn
    baseline: BaselineKeys
    metrics: tuple[MetricSummary, ...]
    violations: tuple[QualityViolation, ...]
    confusion_matrix: dict[str, dict[str, int]] | None
    notes: tuple[str, ...]
    model: NewModel | None = None
    calibration: tuple[CalibrationSummary, ...] = ()
    sample: tuple[tuple[float, float], ...] = ()

    def to_json(self) -> str:
        return dumps(self.model_dump(mode="python"))


def parse_quality_summary(body: bytes | str, where: str = "summary.json") -> QualitySummary:
    """Raises InvalidInputError: not a summary of this version."""
    try:
        return QualitySummary.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _interval(metric: MetricValue) -> tuple[float, float] | None:
    return metric.interval if metric.interval and all(map(isfinite, metric.interval)) else None
