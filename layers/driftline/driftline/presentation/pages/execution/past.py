"""An earlier execution, read fast and leniently: a page needs a few figures of each, and older versions wrote fewer."""

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.sagemaker_files.violations import Violations
from driftline.kinds.data_quality.page.read_data_quality import drift_in, is_p_value
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.presentation.pages.execution.facts import Drift, PastExecution, Place, worst_excess


class _Drift(msgspec.Struct):
    value: float | str | None = None
    threshold: float | None = None
    p_value: float | None = None
    drifted: bool = False

    def fact(self) -> Drift | None:
        """None where the value is no number."""
        if not isinstance(self.value, float):
            return None
        return Drift(value=self.value, threshold=self.threshold, drifted=self.drifted, p_value=self.p_value)


class _Feature(msgspec.Struct):
    name: str
    completeness: float | None = None
    drift: _Drift | None = None


class _Violation(msgspec.Struct):
    check: str
    feature: str | None = None
    metric: str | None = None


class _Metric(msgspec.Struct):
    name: str
    value: float | None = None
    interval: tuple[float, float] | None = None


class _Summary(msgspec.Struct):
    rows: int
    violations: list[_Violation] = []
    coverage: float | None = None
    features: list[_Feature] | None = None
    metrics: list[_Metric] | None = None


_SUMMARY = msgspec.json.Decoder(_Summary)


def past_execution(place: Place, summary: bytes) -> PastExecution:
    """From a summary.json of any monitor.

    Raises:
        InvalidInputError: it is no summary.
    """
    try:
        read = _SUMMARY.decode(summary)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a summary ({error})", where=f"{place.folder}summary.json") from None
    features = read.features or []
    drifts = {each.name: drift for each in features if each.drift and (drift := each.drift.fact())}
    return PastExecution(
        place=place,
        rows=read.rows,
        violations=frozenset((each.feature or each.metric or "", each.check) for each in read.violations),
        worst=worst_excess(drifts.values()),
        coverage=read.coverage,
        drifts={name: drift.value for name, drift in drifts.items() if drift.value is not None},
        completeness={each.name: each.completeness for each in features if each.completeness is not None},
        metrics={each.name: (each.value, *(each.interval or (None, None))) for each in read.metrics or []},
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
            each.feature_name: Drift(
                value=figures[0],
                threshold=figures[1],
                drifted=True,
                p_value=figures[0] if is_p_value(each.description) else None,
            )
            for each in written.violations
            if each.feature_name is not None and (figures := drift_in(each.description))
        }
        values = {name: drift.value for name, drift in drifts.items() if drift.value is not None}
        return PastExecution(
            place=place, rows=None, violations=found, worst=worst_excess(drifts.values()), drifts=values
        )
    quality = parse_baseline_quality(quality_statistics, f"{place.folder}statistics.json")
    metrics = {name: (figure.value, None, None) for name, figure in quality.metrics.items()}
    return PastExecution(place=place, rows=quality.item_count, violations=found, metrics=metrics)
