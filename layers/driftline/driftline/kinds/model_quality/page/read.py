"""A model-quality execution from its files: Driftline's, or SageMaker's without a summary."""

from collections.abc import Mapping
from math import isfinite, nan

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding, Side
from driftline.domain.executions.outcome import SAGEMAKERS, Outcome
from driftline.domain.executions.place import Place
from driftline.domain.instants import parse_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.sagemaker_files.violations import Violations, read_violations
from driftline.kinds.model_quality.facts import Curve, Metric, ModelQuality
from driftline.kinds.model_quality.rules.check import violation_name
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, parse_quality_constraints
from driftline.kinds.model_quality.rules.predictions import BaselinePredictions, parse_baseline_predictions
from driftline.kinds.model_quality.rules.statistics import BaselineQuality, parse_baseline_quality
from driftline.kinds.model_quality.rules.summary import QualitySummary, parse_quality_summary

ROC = "receiver_operating_characteristic_curve"
PRECISION_RECALL = "precision_recall_curve"
STATISTICS, CONSTRAINTS, VIOLATIONS = "statistics.json", "constraints.json", "constraint_violations.json"
_PREDICTIONS = "predictions.json"
_MATRIX = "confusion_matrix"
_SIDES: Mapping[str, Side] = {"GreaterThanThreshold": "at_most", "LessThanThreshold": "at_least"}
_CURVES = {ROC: ("false_positive_rates", "true_positive_rates"), PRECISION_RECALL: ("recalls", "precisions")}


class _Dataset(msgspec.Struct):
    item_count: int = 0
    start_time: str | None = None
    end_time: str | None = None


class _File(msgspec.Struct):
    """SageMaker writes the window of a model-quality execution into its statistics."""

    dataset: _Dataset = msgspec.field(default_factory=_Dataset)


_FILE = JsonDecoder(_File)
_JSON = JsonDecoder()
_PARTS = JsonDecoder(dict[str, msgspec.Raw])


def is_model_quality(place: Place, files: ExecutionFiles) -> bool:
    """By the content of statistics.json, since SageMaker's schedules may have any name.

    Raises:
        InvalidInputError: it is not JSON.
    """
    try:
        parts = _PARTS.decode(files.own.get(STATISTICS, b"{}"))
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not JSON ({error})", where=f"{place.folder}{STATISTICS}") from None
    return any(f"{problem.key}_metrics" in parts for problem in ProblemType)


def read_model_quality(place: Place, files: ExecutionFiles) -> ModelQuality:
    """Raises InvalidInputError: a file cannot be read."""
    where, body = f"{place.folder}{STATISTICS}", files.own[STATISTICS]
    statistics = parse_baseline_quality(body, where)
    given = files.baseline.get(STATISTICS)
    baseline = parse_baseline_quality(given) if given is not None else None
    then = {name: each.value for name, each in baseline.metrics.items()} if baseline else {}
    parts = _parts(body, statistics, where)
    curves = _curves(parts)
    parts_before = _parts(given, baseline, "the baseline's statistics.json")
    before = _curves(parts_before)
    if files.summary is not None:
        summary = parse_quality_summary(files.summary, f"{place.folder}summary.json")
        drawn = _baseline_predictions(files)
        return ModelQuality(
            outcome=_outcome(place, summary, files.revision),
            problem=summary.body.problem_type,
            metrics=_our_metrics(summary, {**(drawn.metrics if drawn else {}), **then}),
            comparison=summary.body.comparison,
            positive_label=summary.body.positive_label,
            confusion=summary.body.confusion_matrix,
            curves=curves or None,
            baseline_curves=before or None,
            baseline_confusion=_matrix(parts_before),
            calibration=summary.body.calibration,
            sample=summary.body.sample,
            baseline_calibration=drawn.calibration if drawn else (),
            baseline_sample=drawn.sample if drawn else (),
        )
    limits, found = files.baseline.get(CONSTRAINTS), files.own.get(VIOLATIONS)
    constraints = parse_quality_constraints(limits) if limits is not None else None
    written = read_violations(found, f"{place.folder}{VIOLATIONS}") if found is not None else Violations()
    return ModelQuality(
        outcome=_sagemakers_outcome(place, body, written, statistics, constraints),
        problem=statistics.problem.value,
        metrics=_sagemakers_metrics(written, statistics, constraints, then),
        confusion=_matrix(parts),
        curves=curves or None,
        baseline_curves=before or None,
        baseline_confusion=_matrix(parts_before),
    )


def _baseline_predictions(files: ExecutionFiles) -> BaselinePredictions | None:
    """None of another statistics.json than the baseline's, and of another version: no page fails for want of them."""
    if not {_PREDICTIONS, STATISTICS} <= files.baseline.keys():
        return None
    try:
        found = parse_baseline_predictions(files.baseline[_PREDICTIONS])
    except InvalidInputError:
        return None
    return found if found.belongs_to(files.baseline[STATISTICS]) else None


def _outcome(place: Place, summary: QualitySummary, revision: int | None) -> Outcome:
    unusable = [
        f"{rows:,} labelled rows were left out: {reason}." for reason, rows in summary.body.unusable_rows.items()
    ]
    return Outcome.of_summary(place, summary, revision, summary.violations, unusable)


def _our_metrics(summary: QualitySummary, baseline: Mapping[str, float]) -> tuple[Metric, ...]:
    return tuple(
        Metric(
            name=each.name,
            value=each.value,
            interval=each.interval,
            standard_deviation=each.standard_deviation,
            threshold=each.baseline,
            operator=each.operator,
            baseline=_finite(baseline.get(each.name)),
            violated=each.violated,
            withheld=each.withheld,
        )
        for each in summary.body.metrics
    )


def _sagemakers_outcome(
    place: Place, body: bytes, written: Violations, statistics: BaselineQuality, constraints: QualityConstraints | None
) -> Outcome:
    dataset = _FILE.decode(body).dataset
    window = None
    if dataset.start_time and dataset.end_time:
        window = parse_instant(dataset.start_time), parse_instant(dataset.end_time)
    findings = []
    for each in written.violations:
        name = snake(each.metric_name or "", statistics)
        figure = statistics.metrics.get(name)
        constraint = constraints.constraints.get(name) if constraints else None
        findings.append(
            Finding(
                subject=name,
                check=each.constraint_check_type,
                description=each.description,
                figure=name,
                observed=_finite(figure.value) if figure else None,
                required=_finite(constraint.threshold) if constraint else None,
                side=_SIDES.get(each.constraint_check_type),
                n=statistics.item_count,
            )
        )
    return Outcome(place=place, rows=statistics.item_count, findings=tuple(findings), window=window, source=SAGEMAKERS)


def _sagemakers_metrics(
    written: Violations,
    statistics: BaselineQuality,
    constraints: QualityConstraints | None,
    baseline: Mapping[str, float],
) -> tuple[Metric, ...]:
    violated = {each.metric_name for each in written.violations}
    metrics = []
    for name, figure in statistics.metrics.items():
        constraint = constraints.constraints.get(name) if constraints else None
        metrics.append(
            Metric(
                name=name,
                value=_finite(figure.value),
                interval=None,
                standard_deviation=_finite(figure.standard_deviation),
                threshold=_finite(constraint.threshold) if constraint else None,
                operator=constraint.comparison_operator.value if constraint else None,
                baseline=_finite(baseline.get(name)),
                violated=violation_name(name) in violated,
            )
        )
    return tuple(metrics)


def snake(violation: str, statistics: BaselineQuality) -> str:
    """`truePositiveRate` is `true_positive_rate` in all other files."""
    return next((name for name in statistics.metrics if violation_name(name) == violation), violation)


def _parts(body: bytes | None, statistics: BaselineQuality | None, where: str) -> dict[str, object]:
    if body is None or statistics is None:
        return {}
    try:
        metrics = _JSON.decode(body)[f"{statistics.problem.key}_metrics"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise InvalidInputError(f"the metrics cannot be read ({error})", where=where) from None
    return dict(metrics)


def _curves(parts: Mapping[str, object]) -> dict[str, Curve]:
    found = {}
    for name, (x, y) in _CURVES.items():
        points = parts.get(name)
        if isinstance(points, Mapping) and points.get(x) and points.get(y):
            found[name] = Curve(tuple(map(_coordinate, points[x])), tuple(map(_coordinate, points[y])))
    return found


def _coordinate(value: object) -> float:
    """Of a point that somebody's file leaves out, NaN: the curve has a gap there."""
    return float(value) if isinstance(value, int | float | str) else nan


def _matrix(parts: Mapping[str, object]) -> dict[str, dict[str, int]] | None:
    matrix = parts.get(_MATRIX)
    if not isinstance(matrix, Mapping):
        return None
    return {str(actual): {str(label): int(rows) for label, rows in row.items()} for actual, row in matrix.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
