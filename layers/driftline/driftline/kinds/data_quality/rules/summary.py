"""summary.json: the evidence beside SageMaker's files. Driftline's own format."""

from collections.abc import Mapping
from datetime import datetime
from math import isnan
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError

from driftline.domain.drift.distance import BucketShift
from driftline.domain.errors import unreadable
from driftline.domain.models.new_model import NewModel
from driftline.domain.sagemaker_files.java_json import dumps
from driftline.domain.windows import format_instant
from driftline.kinds.data_quality.rules.check import Finding, Verdict
from driftline.kinds.data_quality.rules.comparison import FeatureDrift
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.statistics import Statistics

type Instant = Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
type Status = Literal["Completed", "CompletedWithViolations", "Failed"]

VERSION = 1


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BucketMove(_Ours):
    """A bucket [lower, upper) of the baseline's range (null: open), or a category, and its share of the rows."""

    lower: float | None = None
    upper: float | None = None
    value: str | None = None
    baseline: float
    current: float

    @classmethod
    def of(cls, shift: BucketShift) -> Self:
        return cls(
            lower=shift.lower, upper=shift.upper, value=shift.value, baseline=shift.baseline, current=shift.current
        )


class DriftSummary(_Ours):
    """One comparison; docs/reference/data-quality.md explains the fields. Null: there is no such number."""

    method: str
    statistic: float | None
    value: float | None
    p_value: float | None
    threshold: float
    drifted: bool
    n: float
    m: float
    interval: tuple[float, float] | None
    direction: str
    location: float | str | None
    top_buckets: tuple[BucketMove, ...]

    @classmethod
    def of(cls, drift: FeatureDrift) -> Self:
        distance = drift.distance
        return cls(
            method=distance.method,
            statistic=_number(distance.statistic),
            value=_number(distance.value),
            p_value=_number(distance.p_value),
            threshold=distance.threshold,
            drifted=distance.drifted,
            n=distance.n,
            m=distance.m,
            interval=distance.interval,
            direction=distance.direction.value,
            location=distance.location,
            top_buckets=tuple(BucketMove.of(shift) for shift in drift.top_buckets),
        )


class FeatureSummary(_Ours):
    """A feature of the window. `not_compared` is the reason why there is no drift."""

    name: str
    inferred_type: str
    expected_type: str | None
    completeness: float | None
    expected_completeness: float | None
    drift: DriftSummary | None = None
    not_compared: str | None = None
    new_categories: tuple[str, ...] = ()


class ViolationEvidence(_Ours):
    """What lies behind one entry of constraint_violations.json, in its order."""

    feature: str
    check: str
    description: str
    statistic: float | None
    required: float
    n: float
    direction: str | None = None
    interval: tuple[float, float] | None = None
    top_buckets: tuple[BucketMove, ...] = ()
    sample_inference_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> Self:
        distance = finding.drift.distance if finding.drift else None
        return cls(
            feature=finding.feature,
            check=finding.check.value,
            description=finding.description,
            statistic=_number(distance.statistic) if distance else finding.observed,
            required=finding.required,
            n=finding.n,
            direction=distance.direction.value if distance else None,
            interval=distance.interval if distance else None,
            top_buckets=tuple(BucketMove.of(shift) for shift in finding.drift.top_buckets) if finding.drift else (),
        )


class WindowSummary(_Ours):
    start: Instant
    end: Instant


class BaselineKeys(_Ours):
    """Which files the window was judged against; null: there was none."""

    statistics: str | None
    constraints: str | None


class WorstDrift(_Ours):
    feature: str
    value: float


class Summary(_Ours):
    """One execution. Nothing in it depends on when or where it was computed."""

    version: int = VERSION
    endpoint: str
    monitor: str
    window: WindowSummary
    scheduled_time: Instant
    status: Status
    exit_message: str
    reason: str
    rows: int
    records: int
    rejected: int
    skipped: int
    layout: str | None
    other_layout_rows: dict[str, int]
    comparison: str
    baseline: BaselineKeys
    violations: tuple[ViolationEvidence, ...]
    worst_drift: WorstDrift | None
    notes: tuple[str, ...]
    model: NewModel | None = None
    features: tuple[FeatureSummary, ...]

    def with_inference_ids(self, samples: Mapping[tuple[str, str], tuple[str, ...]]) -> Self:
        """Adds the inferenceIds of some rows behind each violation.

        Args:
            samples: By (feature, constraint_check_type); violations without an entry stay as they are.
        """
        violations = tuple(
            evidence.model_copy(update={"sample_inference_ids": samples.get((evidence.feature, evidence.check), ())})
            for evidence in self.violations
        )
        return self.model_copy(update={"violations": violations})

    def to_json(self) -> str:
        return dumps(self.model_dump())


def parse_summary(body: bytes | str, where: str = "summary.json") -> Summary:
    """Raises InvalidInputError: not a summary of this version."""
    try:
        return Summary.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None


def exit_message(violations: int) -> str:
    """The container's termination message, SageMaker's ExitMessage."""
    if not violations:
        return "Completed: Job completed successfully with no violations."
    return f"CompletedWithViolations: Job completed successfully with {violations} violations."


def feature_summaries(statistics: Statistics, constraints: Constraints, verdict: Verdict) -> list[FeatureSummary]:
    """Features in the order of the window's statistics."""
    expected = {feature.name: feature for feature in constraints.features}
    drifts = {drift.name: drift for drift in verdict.drifts}
    reasons = {each.name: each.reason for each in verdict.not_compared}
    summaries = []
    for feature in statistics.features:
        constraint, drift = expected.get(feature.name), drifts.get(feature.name)
        summaries.append(
            FeatureSummary(
                name=feature.name,
                inferred_type=feature.inferred_type,
                expected_type=constraint.inferred_type if constraint else None,
                completeness=feature.common.completeness,
                expected_completeness=constraint.completeness if constraint else None,
                drift=DriftSummary.of(drift) if drift else None,
                not_compared=reasons.get(feature.name),
                new_categories=drift.new_categories if drift else (),
            )
        )
    return summaries


def worst_drift(verdict: Verdict) -> WorstDrift | None:
    """The largest distance; chi-square statistics and p-values are no distances and take no part."""
    distances = [drift for drift in verdict.drifts if drift.distance.p_value is None]
    if not distances:
        return None
    worst = max(distances, key=lambda drift: (drift.distance.value, drift.distance.statistic))
    return WorstDrift(feature=worst.name, value=worst.distance.value)


def _number(value: float | None) -> float | None:
    return None if value is None or isnan(value) else value
