"""An earlier execution, read fast and leniently: a page needs a few figures of each, and older versions wrote fewer."""

import msgspec

from driftline.domain.data_quality.violations import Violations
from driftline.domain.errors import InvalidInputError
from driftline.domain.model_quality.statistics import parse_baseline_quality
from driftline.domain.reports.facts import PastExecution, Place
from driftline.domain.reports.read_data_quality import drift_in, is_p_value


class _Drift(msgspec.Struct):
    value: float | str | None = None


class _Feature(msgspec.Struct):
    name: str
    completeness: float | None = None
    drift: _Drift | None = None


class _Violation(msgspec.Struct):
    check: str
    feature: str | None = None
    metric: str | None = None


class _Worst(msgspec.Struct):
    feature: str
    value: float | str


class _Metric(msgspec.Struct):
    name: str
    value: float | None = None
    interval: tuple[float, float] | None = None


class _Summary(msgspec.Struct):
    rows: int
    violations: list[_Violation] = []
    coverage: float | None = None
    worst_drift: _Worst | None = None
    features: list[_Feature] | None = None
    metrics: list[_Metric] | None = None


def past_execution(place: Place, summary: bytes) -> PastExecution:
    """From a summary.json of any monitor.

    Raises:
        InvalidInputError: it is no summary.
    """
    try:
        read = msgspec.json.decode(summary, type=_Summary)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a summary ({error})", where=f"{place.folder}summary.json") from None
    worst = read.worst_drift
    features = read.features or []
    return PastExecution(
        place,
        read.rows,
        frozenset((each.feature or each.metric or "", each.check) for each in read.violations),
        (worst.feature, worst.value) if worst and isinstance(worst.value, float) else None,
        read.coverage,
        {each.name: each.drift.value for each in features if each.drift and isinstance(each.drift.value, float)},
        {each.name: each.completeness for each in features if each.completeness is not None},
        {each.name: (each.value, *(each.interval or (None, None))) for each in read.metrics or []},
    )


def past_of_sagemaker(place: Place, violations: bytes, quality_statistics: bytes | None) -> PastExecution:
    """From SageMaker's files.

    Args:
        quality_statistics: statistics.json, of model quality only: of data quality it is too large to be read for a
            trend, and does not hold what the trend is of.

    Raises:
        InvalidInputError: a file is not what SageMaker writes.
    """
    try:
        written = Violations.model_validate_json(violations)
    except ValueError as error:
        raise InvalidInputError(
            f"not the violations of an execution ({error})", where=f"{place.folder}constraint_violations.json"
        ) from None
    found = frozenset(
        (each.feature_name or each.metric_name or "", each.constraint_check_type) for each in written.violations
    )
    if quality_statistics is None:
        drifts = {
            each.feature_name: drift[0]
            for each in written.violations
            if each.feature_name is not None and (drift := drift_in(each.description))
        }
        p_values = {each.feature_name for each in written.violations if is_p_value(each.description)}
        distances = [item for item in drifts.items() if item[0] not in p_values]
        worst = max(distances, key=lambda item: item[1], default=None)
        return PastExecution(place, None, found, worst, drifts=drifts)
    quality = parse_baseline_quality(quality_statistics, f"{place.folder}statistics.json")
    metrics = {name: (figure.value, None, None) for name, figure in quality.metrics.items()}
    return PastExecution(place, quality.item_count, found, metrics=metrics)
