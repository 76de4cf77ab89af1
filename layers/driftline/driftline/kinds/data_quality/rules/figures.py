"""What a window looks like, as figures: those of statistics.json next to the baseline's, and each feature's drift."""

from collections.abc import Iterator, Mapping, Sequence

from driftline.domain.executions.figure import Figure
from driftline.kinds.data_quality.rules.check import Verdict
from driftline.kinds.data_quality.rules.comparison import FeatureDrift
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.drift_check import defined
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

DRIFT = "drift"
COMPLETENESS = "completeness"


def figures_of(
    statistics: Statistics, baseline: Statistics | None, constraints: Constraints, verdict: Verdict
) -> list[Figure]:
    """Features in the order of the window's statistics.

    The limit of completeness is that of constraints.json; that of drift is the one it was decided by.
    """
    drifts = {drift.name: drift for drift in verdict.drifts}
    required = {each.name: each.completeness for each in constraints.features}
    known = baseline.by_name if baseline else {}
    return [
        figure
        for feature in statistics.features
        for figure in _of_feature(
            feature, known.get(feature.name), required.get(feature.name), drifts.get(feature.name)
        )
    ]


def _of_feature(
    feature: FeatureStatistics, baseline: FeatureStatistics | None, required: float | None, drift: FeatureDrift | None
) -> Iterator[Figure]:
    rows = float(feature.common.num_present + feature.common.num_missing)
    before = baseline.common.completeness if baseline else None
    yield Figure(feature.name, COMPLETENESS, feature.common.completeness, baseline=before, required=required, n=rows)
    values = _values(baseline) if baseline else {}
    present = float(feature.common.num_present)
    for name, value in _values(feature).items():
        yield Figure(feature.name, name, value, baseline=values.get(name), n=present)
    if drift is not None:
        distance = drift.distance
        # The interval is that of the statistic, which the value may be derived from.
        interval = distance.interval if distance.value == distance.statistic else None
        yield Figure(feature.name, DRIFT, defined(distance.value), interval, required=distance.threshold, n=distance.n)


def _values(feature: FeatureStatistics) -> Mapping[str, float | None]:
    """Figures of the values that are present, by SageMaker's names; those that are not known are left out."""
    numbers, texts = feature.numerical_statistics, feature.string_statistics
    found: Sequence[tuple[str, float | None]] = ()
    if numbers is not None:
        found = (
            ("mean", numbers.mean),
            ("std_dev", numbers.std_dev),
            ("min", numbers.min),
            ("max", numbers.max),
            ("distinct_count", numbers.approximate_num_distinct_values),
        )
    elif texts is not None:
        found = (("distinct_count", texts.distinct_count),)
    return {name: float(value) for name, value in found if value is not None}
