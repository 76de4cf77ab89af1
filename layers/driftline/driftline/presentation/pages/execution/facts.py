"""What a page tells, whoever wrote the files: Driftline with its summary.json, or SageMaker without."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from driftline.domain.models.new_model import NewModel
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics
from driftline.kinds.model_quality.rules.summary import CalibrationSummary

_MOST_EXCESS = 1e12
MOST_DRAWN = 100.0
"""Times its threshold; what is more is drawn as this, lest all else is pressed onto the axis."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which execution: what the key of its folder says.

    Attributes:
        folder: With a closing slash.
        scheduled: The hour, or minute, of the folder.
        by_hand: A window that no schedule asked for.
    """

    folder: str
    endpoint: str
    monitor: str
    scheduled: datetime
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A bucket [lower, upper) (None: open) or a category, and its share of the rows then and now."""

    lower: float | None
    upper: float | None
    value: str | None
    baseline: float
    current: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A feature compared with its baseline, see DriftSummary; None where the files do not tell."""

    value: float | None
    threshold: float | None
    drifted: bool
    method: str | None = None
    statistic: float | None = None
    p_value: float | None = None
    n: float | None = None
    m: float | None = None
    interval: tuple[float, float] | None = None
    direction: str | None = None
    location: float | str | None = None
    moves: tuple[Move, ...] = ()

    @property
    def excess(self) -> float:
        """How many times its threshold the distance is, or how many times smaller a p-value; -1 when unknown."""
        if self.value is None or self.threshold is None:
            return -1.0
        figure, limit = (self.threshold, self.value) if self.is_p_value else (self.value, self.threshold)
        if limit > 0.0:
            return min(_MOST_EXCESS, figure / limit)
        # Of a threshold of 0, as of a p-value of 0, nothing can be so many times.
        return _MOST_EXCESS if self.drifted else 0.0

    @property
    def is_p_value(self) -> bool:
        """Drift is what lies below the threshold, then."""
        return self.p_value is not None and self.value == self.p_value


class Reference(StrEnum):
    """What the window is drawn beside: SageMaker's users may have lost the baseline's statistics."""

    BASELINE = "Baseline"
    PREVIOUS = "Window before"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature of the window beside its baseline's statistics, or those of the window before."""

    name: str
    current: FeatureStatistics
    reference: FeatureStatistics | None
    expected_type: str | None
    expected_completeness: float | None
    drift: Drift | None = None
    not_compared: str | None = None
    new_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An entry of constraint_violations.json with what is known beyond its text.

    Attributes:
        subject: The feature or the metric, or `Missing columns` and `Extra columns`.
        observed, required: The figure and what it was compared with.
        certain: Of a metric: its whole interval is beyond the threshold.
    """

    subject: str
    check: str
    description: str
    observed: float | None = None
    required: float | None = None
    n: float | None = None
    interval: tuple[float, float] | None = None
    direction: str | None = None
    certain: bool | None = None
    moves: tuple[Move, ...] = ()
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of the model's quality.

    Attributes:
        threshold: Of its constraint.
        operator: The side of the threshold that is a violation.
        baseline: Its value in the baseline's statistics.
    """

    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    standard_deviation: float | None = None
    threshold: float | None = None
    operator: str | None = None
    baseline: float | None = None
    violated: bool = False

    @property
    def beyond(self) -> bool:
        """The value is on the wrong side of the threshold, by however little."""
        if self.value is None or self.threshold is None:
            return False
        return self.value > self.threshold if self.operator == "GreaterThanThreshold" else self.value < self.threshold


def worst_excess(drifts: Iterable[Drift | None]) -> float | None:
    """The worst drift in multiples of its threshold, MOST_DRAWN at most; None where nothing was compared."""
    known = [drift.excess for drift in drifts if drift is not None and drift.excess >= 0.0]
    return min(MOST_DRAWN, max(known)) if known else None


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve, in its order."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What every execution has, of any monitor.

    Attributes:
        window: Start and end; None where SageMaker's files do not tell.
        used: Rows that the verdict is about, where they are not all rows: those with a readable label.
        source: Who wrote the files.
        model: That the endpoint got shortly before the window, or within it.
    """

    place: Place
    rows: int
    violations: tuple[Violation, ...]
    window: tuple[datetime, datetime] | None = None
    reason: str = ""
    coverage: float | None = None
    used: int | None = None
    revision: int | None = None
    notes: tuple[str, ...] = ()
    source: str = "Driftline"
    model: NewModel | None = None


@dataclass(frozen=True, slots=True)
class DataQuality:
    """A data-quality execution.

    Attributes:
        comparison: `corrected` or `sagemaker`; None where the files do not tell.
        reference: What `Feature.reference` is of.
    """

    outcome: Outcome
    features: tuple[Feature, ...]
    comparison: str | None
    reference: Reference = Reference.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """A model-quality execution; curves by name, of the window and of the baseline.

    Attributes:
        sample: (ground truth, prediction) of some rows of a regression.
        baseline_calibration, baseline_sample: Of the baseline; empty where its files do not tell.
    """

    outcome: Outcome
    problem: str
    metrics: tuple[Metric, ...]
    alarm_on: str | None = None
    positive_label: str | None = None
    confusion: Mapping[str, Mapping[str, int]] | None = None
    curves: Mapping[str, Curve] | None = None
    baseline_curves: Mapping[str, Curve] | None = None
    baseline_confusion: Mapping[str, Mapping[str, int]] | None = None
    calibration: tuple[CalibrationSummary, ...] = ()
    sample: tuple[tuple[float, float], ...] = ()
    baseline_calibration: tuple[CalibrationSummary, ...] = ()
    baseline_sample: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastExecution:
    """An earlier execution of the monitor, for the trend and for what changed.

    Attributes:
        violations: (subject, check) of each.
        worst: The worst drift in multiples of its threshold, of which features may have different ones.
        drifts: Compared value by feature.
        completeness: By feature.
        metrics: (value, lower, upper) by metric.
        failed: It has no verdict, and so no figures: a gap in the trend.
    """

    place: Place
    rows: int | None
    violations: frozenset[tuple[str, str]]
    worst: float | None = None
    coverage: float | None = None
    drifts: Mapping[str, float] | None = None
    completeness: Mapping[str, float] | None = None
    metrics: Mapping[str, tuple[float | None, float | None, float | None]] | None = None
    failed: bool = False

    @classmethod
    def without_verdict(cls, place: Place) -> Self:
        return cls(place=place, rows=None, violations=frozenset(), failed=True)
