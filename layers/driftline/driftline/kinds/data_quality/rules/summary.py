"""summary.json of data quality: its body, which has every feature of the window."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Self

from pydantic import BaseModel, ConfigDict

from driftline.domain.executions.envelope import Envelope, Headline, parse_envelope
from driftline.domain.executions.finding import Move
from driftline.domain.monitors.comparison import ComparisonField
from driftline.kinds.data_quality.old_summary import upgraded
from driftline.kinds.data_quality.rules.check import Verdict
from driftline.kinds.data_quality.rules.comparison import FeatureDrift
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.drift_check import defined, move_of
from driftline.kinds.data_quality.rules.statistics import Statistics


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DriftSummary(_Ours):
    """One comparison; docs/reference/data-quality.md explains the fields. Null: the number does not exist."""

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
    top_buckets: tuple[Move, ...]

    @classmethod
    def of(cls, drift: FeatureDrift) -> Self:
        distance = drift.distance
        return cls(
            method=distance.method,
            statistic=defined(distance.statistic),
            value=defined(distance.value),
            p_value=defined(distance.p_value),
            threshold=distance.threshold,
            drifted=distance.drifted,
            n=distance.n,
            m=distance.m,
            interval=distance.interval,
            direction=distance.direction.value,
            location=distance.location,
            top_buckets=tuple(move_of(shift) for shift in drift.top_buckets),
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


class DataQualityBody(_Ours):
    """Attributes: layout: shape of the evaluated rows; other_layout_rows: rows of other shapes, which were not."""

    records: int
    rejected: int
    skipped: int
    layout: str | None
    other_layout_rows: dict[str, int]
    comparison: ComparisonField
    features: tuple[FeatureSummary, ...]


class Summary(Envelope):
    """One execution of data quality."""

    body: DataQualityBody

    def with_inference_ids(self, samples: Mapping[tuple[str, str], tuple[str, ...]]) -> Self:
        """Adds the inferenceIds of some rows behind each finding.

        Args:
            samples: By (subject, check); findings without an entry stay as they are.
        """
        findings = tuple(
            finding.model_copy(update={"inference_ids": samples.get((finding.subject, finding.check), ())})
            for finding in self.findings
        )
        return self.model_copy(update={"findings": findings})


def parse_summary(body: bytes | str, where: str = "summary.json") -> Summary:
    """Raises InvalidInputError: not a summary of data quality."""
    return parse_envelope(body, where, Summary, [upgraded])


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


def worst_drift(verdict: Verdict) -> Headline | None:
    """The figure of the feature that is farthest beyond its threshold; if none is, of the nearest to it.

    Distances and p-values have no common scale: a p-value stands for the execution only if no distance drifted.
    """
    drifted = [drift for drift in verdict.drifts if drift.distance.drifted]
    for among in (drifted, verdict.drifts):
        distances = [drift for drift in among if drift.distance.comparable]
        if distances:
            return _headline(max(distances, key=_excess), "worst_drift")
        if among:
            return _of_tests([drift for drift in among if defined(drift.distance.value) is not None])
    return None


def _of_tests(tests: Sequence[FeatureDrift]) -> Headline | None:
    if not tests:
        return None
    worst = max(tests, key=_excess)
    return _headline(worst, "worst_p_value" if worst.distance.lower_is_worse else "worst_chi_square")


def _headline(drift: FeatureDrift, figure: str) -> Headline:
    distance = drift.distance
    return Headline(
        figure=figure,
        value=distance.value,
        subject=drift.name,
        limit=distance.threshold,
        side="at_least" if distance.lower_is_worse else "at_most",
    )


def _excess(drift: FeatureDrift) -> tuple[float, float]:
    """How far a feature is beyond its threshold, as a multiple of it; ties are decided by the raw statistic."""
    distance = drift.distance
    limit, figure = distance.threshold, distance.value
    if distance.lower_is_worse:
        limit, figure = figure, limit
    return (figure / limit if limit > 0.0 else inf if figure > 0.0 else 0.0), distance.statistic


def largest_distance(verdict: Verdict) -> float | None:
    """The largest distance of all features, for alarms; p-values and chi-square statistics are not distances."""
    return max((drift.distance.value for drift in verdict.drifts if drift.distance.comparable), default=None)
