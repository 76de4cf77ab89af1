"""What there is to draw of a feature: numbers by their sketches, or buckets; texts by their histograms."""

import numpy as np

from driftline.domain.drift.rank_map import true_ranks
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics
from driftline.presentation.distributions import (
    LARGEST,
    Bucketed,
    Distribution,
    Retained,
    Shares,
    of_categories,
    of_numbers,
)
from driftline.presentation.shapes import Shape, shape_of


def distribution_of(current: FeatureStatistics, baseline: FeatureStatistics | None) -> Distribution:
    """Numbers by their sketches, or buckets; strings by their histograms. A side of another kind is left out."""
    ours, theirs = shares_of(current), shares_of(baseline)
    if ours is not None or (current.numerical_statistics is None and theirs is not None and not current.histogram):
        return of_numbers(ours, theirs)
    return of_categories(current.histogram, baseline.histogram if baseline else None)


def shares_of(feature: FeatureStatistics | None) -> Shares | None:
    """The distribution of a numeric feature's values; None if there are none, or if they are not numbers."""
    part = feature.numerical_statistics if feature else None
    kll = part.distribution.kll if part and part.distribution else None
    if feature is None or kll is None:
        return None
    if feature.levels is not None:
        levels = [[value for value in level if abs(value) <= LARGEST] for level in feature.levels]
        return Retained(true_ranks(levels)) if any(levels) else None
    total = sum(bucket.count for bucket in kll.buckets)
    if not total or any(
        not abs(bound) <= LARGEST for bucket in kll.buckets for bound in (bucket.lower_bound, bucket.upper_bound)
    ):
        return None
    edges = np.array([kll.buckets[0].lower_bound, *(bucket.upper_bound for bucket in kll.buckets)])
    return Bucketed(edges, np.concatenate(([0.0], np.cumsum([bucket.count for bucket in kll.buckets]) / total)))


def feature_shape(feature: FeatureStatistics | None) -> Shape | None:
    """What pages over time keep of a feature's distribution."""
    return shape_of(shares_of(feature), feature.histogram) if feature is not None else None
