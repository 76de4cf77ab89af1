"""A data-quality execution from its files: Driftline's, or SageMaker's without a summary."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding, Measure, Side
from driftline.domain.executions.outcome import SAGEMAKERS, Outcome
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.sagemaker_files.violations import CheckType, Violations, read_violations
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature, Reference
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints, parse_constraints
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics, parse_statistics
from driftline.kinds.data_quality.rules.summary import DriftSummary, FeatureSummary, Summary, parse_summary
from driftline.kinds.data_quality.rules.value_checks import SHARES

_NUMBER = r"(-?[\d.]+(?:E-?\d+)?)"
_DRIFT = re.compile(rf"(?:distance|p-value): {_NUMBER} (?:exceeds|is below) threshold: {_NUMBER}")
_DRIFT_FIGURES: Mapping[bool, tuple[Measure, Side, str]] = {
    True: ("p_value", "at_least", "p-value"),
    False: ("distance", "at_most", "drift"),
}
_COLUMNS: Mapping[str, Side] = {CheckType.MISSING_COLUMN: "at_least", CheckType.EXTRA_COLUMN: "at_most"}
_UNKNOWN: tuple[Measure, Side | None, str] = ("distance", None, "")
STATISTICS, CONSTRAINTS, VIOLATIONS = "statistics.json", "constraints.json", "constraint_violations.json"
_PARTS = JsonDecoder(dict[str, msgspec.Raw])
_SHARES = re.compile(rf"Expected(?: match)?: {_NUMBER}%\. Observed: Only {_NUMBER}%")


def is_data_quality(place: Place, files: ExecutionFiles) -> bool:
    """By the content of statistics.json, since SageMaker's schedules may have any name.

    Raises:
        InvalidInputError: it is not JSON.
    """
    try:
        return "features" in _PARTS.decode(files.own.get(STATISTICS, b"{}"))
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not JSON ({error})", where=f"{place.folder}{STATISTICS}") from None


def read_data_quality(place: Place, files: ExecutionFiles) -> DataQuality:
    """Raises InvalidInputError: a file cannot be read."""
    current = parse_statistics(files.own[STATISTICS], f"{place.folder}{STATISTICS}")
    kind, reference = _reference(files)
    if files.summary is not None:
        summary = parse_summary(files.summary, f"{place.folder}summary.json")
        return DataQuality(*_ours(place, files, summary, current, reference), summary.body.comparison, kind)
    return DataQuality(*_sagemakers(place, files, current, reference), None, kind)


def _reference(files: ExecutionFiles) -> tuple[Reference, Statistics | None]:
    if STATISTICS in files.baseline:
        return Reference.BASELINE, parse_statistics(files.baseline[STATISTICS], "the baseline's statistics.json")
    if STATISTICS in files.previous:
        return Reference.PREVIOUS, parse_statistics(files.previous[STATISTICS], "the statistics.json before")
    return Reference.NONE, None


def _ours(
    place: Place, files: ExecutionFiles, summary: Summary, current: Statistics, reference: Statistics | None
) -> tuple[Outcome, tuple[Feature, ...]]:
    known = {feature.name: feature for feature in summary.body.features}
    return (
        Outcome.of_summary(place, summary, files.revision, summary.violations, _left_out(summary)),
        tuple(_feature(feature, reference, known.get(feature.name)) for feature in current.features),
    )


def _figure(check: str, drift: Drift | None) -> tuple[Measure, Side | None, str]:
    """What the figures of a check are, on which side of the limit they are fine, and the name of the observed one."""
    if check in SHARES:
        return "share", "at_least", SHARES[check]
    if check in _COLUMNS:
        return "count", _COLUMNS[check], "columns"
    return _DRIFT_FIGURES[drift is not None and drift.is_p_value] if check == CheckType.BASELINE_DRIFT else _UNKNOWN


def _left_out(summary: Summary) -> Iterable[str]:
    if summary.body.rejected:
        yield f"{summary.body.rejected:,} lines of capture files could not be read and were rejected."
    if summary.body.skipped:
        yield f"{summary.body.skipped:,} records hold no data that could be judged and were skipped."
    for layout, rows in summary.body.other_layout_rows.items():
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
        moves=drift.top_buckets,
    )


def _sagemakers(
    place: Place, files: ExecutionFiles, current: Statistics, reference: Statistics | None
) -> tuple[Outcome, tuple[Feature, ...]]:
    """The violations' texts hold the figures; nothing else does."""
    body = files.own.get(VIOLATIONS)
    written = read_violations(body, f"{place.folder}{VIOLATIONS}") if body is not None else Violations()
    findings = tuple(
        _from_text(each.feature_name or "", each.constraint_check_type, each.description) for each in written.violations
    )
    given = files.baseline.get(CONSTRAINTS)
    constraints = parse_constraints(given) if given is not None else None
    expected: Mapping[str, FeatureConstraints] = _by_name(constraints)
    drifted = {each.subject: each for each in findings if each.check == CheckType.BASELINE_DRIFT}
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
    outcome = Outcome(place=place, rows=current.dataset.item_count, findings=findings, source=SAGEMAKERS)
    return outcome, tuple(features)


def _drift_of_text(found: Finding) -> Drift:
    p_value = found.observed if found.measure == "p_value" else None
    return Drift(value=found.observed, threshold=found.required, drifted=True, p_value=p_value)


def _by_name(constraints: Constraints | None) -> dict[str, FeatureConstraints]:
    return {feature.name: feature for feature in constraints.features} if constraints else {}


def _from_text(subject: str, check: str, description: str) -> Finding:
    """Reads the figures back out of SageMaker's sentences; a sentence of another form keeps none."""
    drift = drift_in(description)
    observed, required = (drift.value, drift.threshold) if drift else _shares_in(description)
    measure, side, figure = _figure(check, drift)
    return Finding(
        subject=subject,
        check=check,
        description=description,
        measure=measure,
        figure=figure,
        observed=observed,
        required=required,
        side=side,
    )


def drift_in(description: str) -> Drift | None:
    """The comparison in the text of a drift violation."""
    match = _DRIFT.search(description)
    if match is None:
        return None
    value, threshold = float(match[1]), float(match[2])
    # The smaller a p-value, the further from the baseline.
    p_value = value if match[0].startswith("p-value") else None
    return Drift(value=value, threshold=threshold, drifted=True, p_value=p_value)


def _shares_in(description: str) -> tuple[float | None, float | None]:
    match = _SHARES.search(description)
    return (float(match[2]) / 100, float(match[1]) / 100) if match else (None, None)
