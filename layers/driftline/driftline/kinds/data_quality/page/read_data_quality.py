"""A data-quality execution from its files: Driftline's, or SageMaker's without a summary."""

import re
from collections.abc import Iterable, Mapping

from driftline.domain.sagemaker_files.violations import CheckType, Violations
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints, parse_constraints
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics, parse_statistics
from driftline.kinds.data_quality.rules.summary import BucketMove, DriftSummary, FeatureSummary, Summary, parse_summary
from driftline.presentation.pages.execution.facts import (
    DataQuality,
    Drift,
    Feature,
    Move,
    Outcome,
    Place,
    Reference,
    Violation,
)
from driftline.presentation.pages.execution.files import ExecutionFiles

_NUMBER = r"(-?[\d.]+(?:E-?\d+)?)"
_DRIFT = re.compile(rf"(?:distance|p-value): {_NUMBER} (?:exceeds|is below) threshold: {_NUMBER}")
_SHARES = re.compile(rf"Expected(?: match)?: {_NUMBER}%\. Observed: Only {_NUMBER}%")


def read_data_quality(place: Place, files: ExecutionFiles) -> DataQuality:
    """Raises InvalidInputError: a file cannot be read."""
    current = parse_statistics(files.statistics, f"{place.folder}statistics.json")
    kind, reference = _reference(files)
    if files.summary is not None:
        summary = parse_summary(files.summary, f"{place.folder}summary.json")
        return DataQuality(*_ours(place, files, summary, current, reference), summary.comparison, kind)
    return DataQuality(*_sagemakers(place, files, current, reference), None, kind)


def _reference(files: ExecutionFiles) -> tuple[Reference, Statistics | None]:
    if files.baseline_statistics is not None:
        return Reference.BASELINE, parse_statistics(files.baseline_statistics, "the baseline's statistics.json")
    if files.previous_statistics is not None:
        return Reference.PREVIOUS, parse_statistics(files.previous_statistics, "the statistics.json before")
    return Reference.NONE, None


def _ours(
    place: Place, files: ExecutionFiles, summary: Summary, current: Statistics, reference: Statistics | None
) -> tuple[Outcome, tuple[Feature, ...]]:
    known = {feature.name: feature for feature in summary.features}
    return (
        Outcome(
            place=place,
            rows=summary.rows,
            violations=tuple(
                Violation(
                    subject=each.feature,
                    check=each.check,
                    description=each.description,
                    observed=each.statistic,
                    required=each.required,
                    n=each.n,
                    interval=each.interval,
                    direction=each.direction,
                    moves=_moves(each.top_buckets),
                    samples=each.sample_inference_ids,
                )
                for each in summary.violations
            ),
            window=(summary.window.start, summary.window.end),
            reason=summary.reason,
            revision=files.revision,
            notes=(*summary.notes, *_left_out(summary)),
            model=summary.model,
        ),
        tuple(_feature(feature, reference, known.get(feature.name)) for feature in current.features),
    )


def _left_out(summary: Summary) -> Iterable[str]:
    if summary.rejected:
        yield f"{summary.rejected:,} lines of capture files could not be read and were rejected."
    if summary.skipped:
        yield f"{summary.skipped:,} records hold no data that could be judged and were skipped."
    for layout, rows in summary.other_layout_rows.items():
        yield f"{rows:,} rows have another layout of columns ({layout}) and were left out."


def _feature(statistics: FeatureStatistics, reference: Statistics | None, known: FeatureSummary | None) -> Feature:
    return Feature(
        name=statistics.name,
        current=statistics,
        reference=reference.by_name.get(statistics.name) if reference else None,
        expected_type=known.expected_type if known else None,
        expected_completeness=known.expected_completeness if known else None,
        drift=_drift(known.drift) if known and known.drift else None,
        not_compared=known.not_compared if known else None,
        new_categories=known.new_categories if known else (),
    )


def _drift(drift: DriftSummary) -> Drift:
    return Drift(
        value=drift.value,
        threshold=drift.threshold,
        drifted=drift.drifted,
        method=drift.method,
        statistic=drift.statistic,
        p_value=drift.p_value,
        n=drift.n,
        m=drift.m,
        interval=drift.interval,
        direction=drift.direction,
        location=drift.location,
        moves=_moves(drift.top_buckets),
    )


def _moves(buckets: Iterable[BucketMove]) -> tuple[Move, ...]:
    return tuple(Move(each.lower, each.upper, each.value, each.baseline, each.current) for each in buckets)


def _sagemakers(
    place: Place, files: ExecutionFiles, current: Statistics, reference: Statistics | None
) -> tuple[Outcome, tuple[Feature, ...]]:
    """The violations' texts hold the figures; nothing else does."""
    written = Violations.model_validate_json(files.violations) if files.violations is not None else Violations()
    violations = tuple(
        _from_text(each.feature_name or "", each.constraint_check_type, each.description) for each in written.violations
    )
    constraints = parse_constraints(files.baseline_constraints) if files.baseline_constraints is not None else None
    expected: Mapping[str, FeatureConstraints] = _by_name(constraints)
    drifted = {each.subject: each for each in violations if each.check == CheckType.BASELINE_DRIFT}
    features = []
    for feature in current.features:
        constraint, found = expected.get(feature.name), drifted.get(feature.name)
        features.append(
            Feature(
                name=feature.name,
                current=feature,
                reference=reference.by_name.get(feature.name) if reference else None,
                expected_type=constraint.inferred_type if constraint else None,
                expected_completeness=constraint.completeness if constraint else None,
                drift=_drift_of_text(found) if found else None,
                not_compared=None if found else "SageMaker's files give the distance of violated features only",
            )
        )
    outcome = Outcome(place=place, rows=current.dataset.item_count, violations=violations, source="SageMaker")
    return outcome, tuple(features)


def _drift_of_text(violation: Violation) -> Drift:
    p_value = violation.observed if is_p_value(violation.description) else None
    return Drift(value=violation.observed, threshold=violation.required, drifted=True, p_value=p_value)


def _by_name(constraints: Constraints | None) -> dict[str, FeatureConstraints]:
    return {feature.name: feature for feature in constraints.features} if constraints else {}


def drift_in(description: str) -> tuple[float, float] | None:
    """Distance and threshold in the text of a drift violation."""
    match = _DRIFT.search(description)
    return (float(match[1]), float(match[2])) if match else None


def is_p_value(description: str) -> bool:
    """Whether the figure in the text of a drift violation is one: the smaller, the further from the baseline."""
    match = _DRIFT.search(description)
    return match is not None and match[0].startswith("p-value")


def _from_text(subject: str, check: str, description: str) -> Violation:
    """Reads the figures back out of SageMaker's sentences; a sentence of another form keeps none."""
    if drift := drift_in(description):
        observed, required = drift
        return Violation(subject=subject, check=check, description=description, observed=observed, required=required)
    if match := _SHARES.search(description):
        return Violation(
            subject=subject,
            check=check,
            description=description,
            observed=float(match[2]) / 100,
            required=float(match[1]) / 100,
        )
    return Violation(subject=subject, check=check, description=description)
