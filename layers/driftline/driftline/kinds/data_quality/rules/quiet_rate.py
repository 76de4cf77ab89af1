"""How often limits of data quality ring in windows in which nothing has changed.

The baseline's shares are taken for the truth, and rows for independent. Checks that are judged by tests ring in as many
windows as their levels allow, at most; limits that are held as they are written ring as often as chance misses them.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import exp, sqrt

from driftline.domain.drift import chi_squared, stability
from driftline.domain.drift.distance import C_ALPHA, CategoricalMethod, Comparison, ComparisonMethod, DriftMethod
from driftline.domain.inference.distributions import beta_share
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints, Switch
from driftline.kinds.data_quality.rules.drift_check import SUGGESTED_THRESHOLD
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics
from driftline.kinds.data_quality.rules.two_samples import LEVEL, own_completeness, own_domains


@dataclass(frozen=True, slots=True)
class Judged:
    """How windows are judged: see check()."""

    mode: Comparison
    drift: DriftMethod = DriftMethod.DISTANCE
    strict: AbstractSet[str] = frozenset()


def quiet_rate(baseline: Statistics, constraints: Constraints, rows: int, judged: Judged) -> float:
    """The share of windows of this many rows that ring.

    Checks of different features, and those of one, are taken for independent. Types and columns do not change by
    themselves.
    """
    config = constraints.monitoring_config
    calm = 1.0
    tested = False
    for feature in constraints.features:
        reference = baseline.by_name.get(feature.name)
        if reference is None or feature.switch("evaluate_constraints", config.evaluate_constraints) is Switch.DISABLED:
            continue
        strict = judged.mode is Comparison.SAGEMAKER or feature.name in judged.strict
        for own, rate in _of_values(feature, reference, constraints, rows):
            if own and not strict:
                tested = True
            else:
                calm *= 1.0 - rate
    if tested:
        calm *= 1.0 - LEVEL
    if config.distribution_constraints.perform_comparison is Switch.ENABLED:
        calm *= 1.0 - _of_drift(baseline, constraints, rows, judged)
    return 1.0 - calm


def _of_values(
    feature: FeatureConstraints, reference: FeatureStatistics, constraints: Constraints, rows: int
) -> Iterator[tuple[bool, float]]:
    """Of completeness and categories: whether the limit is the baseline's own, and its rate if it is held as it is."""
    then, limit = reference.common, feature.completeness
    share = then.completeness
    if limit is not None and share is not None:
        yield own_completeness(feature, reference), _more_than(rows * (1.0 - limit), rows, 1.0 - share)
    domains = feature.string_constraints.domains if feature.string_constraints else None
    if domains is not None and reference.histogram is not None:
        threshold = constraints.monitoring_config.domain_content_threshold
        counts = reference.histogram
        # Of what the baseline has not seen there is as much as of what it saw once (Good 1953).
        others = sum(count for value, count in counts.items() if value not in domains)
        unseen = (others + sum(count == 1 for count in counts.values())) / sum(counts.values())
        present = round(rows * (share or 0.0))
        own = own_domains(feature, reference, threshold)
        yield own, _more_than(present * (1.0 - threshold), present, min(1.0, unseen))


def _of_drift(baseline: Statistics, constraints: Constraints, rows: int, judged: Judged) -> float:
    """An upper bound: of PSI and chi-square the level, of distances the tail of the Kolmogorov-Smirnov distribution.

    P(D > d) <= 2 exp(-2 d^2 n m / (n + m)) for each distribution function, and so for the share of each category
    (Massart 1990; Wei and Dudley 2012 for two samples).
    """
    if judged.drift is DriftMethod.PSI:
        return stability.LEVEL
    options = constraints.monitoring_config.distribution_constraints
    tests = options.categorical_drift_method is CategoricalMethod.CHI_SQUARED
    calm = 1.0
    for feature in baseline.features:
        present = feature.common.num_present
        now = rows * (feature.common.completeness or 0.0)
        if not now or not present or (feature.levels is None and feature.histogram is None):
            continue
        if feature.histogram is not None and tests:
            calm *= 1.0 - _of_chi_squared(options.comparison_method, options.categorical_threshold, judged.mode)
            continue
        threshold = options.comparison_threshold if feature.histogram is None else options.categorical_threshold
        spread = sqrt((now + present) / (now * present))
        needed = threshold + (C_ALPHA * spread if options.comparison_method is ComparisonMethod.ROBUST else 0.0)
        calm *= 1.0 - min(1.0, 2.0 * exp(-2.0 * (needed / spread) ** 2) * len(feature.histogram or "1"))
    if tests and options.categorical_threshold == SUGGESTED_THRESHOLD and judged.mode is Comparison.DRIFTLINE:
        calm *= 1.0 - chi_squared.LEVEL
    return 1.0 - calm


def _of_chi_squared(method: ComparisonMethod, threshold: float, mode: Comparison) -> float:
    """Of one feature: the threshold is a level, except where it means that of all features (see drift_check)."""
    if method is ComparisonMethod.SIMPLE or (mode is Comparison.DRIFTLINE and threshold == SUGGESTED_THRESHOLD):
        return 0.0
    return threshold


def _more_than(allowed: float, rows: int, share: float) -> float:
    """P(more rows than allowed are of a kind that this share of all rows is), by the binomial distribution."""
    least = int(allowed + 1e-9) + 1
    if least > rows or share <= 0.0:
        return 0.0
    # P(X >= k) is the share of a beta variable below the probability.
    return beta_share(share, least, rows - least + 1)
