"""From profiles to the input of the checks: statistics.json, and what it lacks about each feature."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from driftline.domain.capture.cells import parse_number
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.hashed import HashedCounts
from driftline.domain.profiles.kll import KllSketch
from driftline.domain.profiles.types import TypeCounts
from driftline.kinds.data_quality.rules.statistics import (
    NUMERIC_TYPES,
    Bucket,
    CategoricalBucket,
    CategoricalDistribution,
    Common,
    Dataset,
    FeatureStatistics,
    Histogram,
    Kll,
    NumericalStatistics,
    NumericDistribution,
    Sketch,
    Statistics,
    StringStatistics,
)

type NamedProfiles = Sequence[tuple[str, ColumnProfile]]
"""Features in the order of the columns: output columns first, then input columns."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What statistics.json leaves out.

    Attributes:
        types: Present values by the type that each has on its own.
        categories: Count of each present value by its text; None with more than 120 distinct ones.
        numbers: The sketch of the numbers.
        texts: Counts of the other values by their hash; None if they are not known.
    """

    types: TypeCounts
    categories: Mapping[str, int] | None
    numbers: KllSketch = field(default_factory=KllSketch.empty)
    texts: HashedCounts | None = None

    @classmethod
    def of(cls, profile: ColumnProfile) -> Self:
        return cls(profile.types, profile.categories.counts, profile.kll, profile.texts)

    def at_most(self, values: Collection[str]) -> float | None:
        """An upper bound of the number of rows with one of these values, whatever else there is; None if unknown.

        Exact with at most 120 distinct values. Beyond them a text may be counted for another one with its hash, and a
        number is looked up by value in the sketch, which has all of them up to 2,000 rows.
        """
        wanted = set(values)
        if self.categories is not None:
            return sum(self.categories.get(value, 0) for value in wanted)
        if self.texts is None:
            return None
        numbers = np.unique([number[0] for value in wanted if (number := parse_number(value)) is not None])
        ranks = self.numbers.ranks(numbers) - self.numbers.ranks(numbers, inclusive=False)
        return self.texts.at_most(wanted) + float(ranks.sum())


def observations_of(features: NamedProfiles) -> dict[str, Observation]:
    return {name: Observation.of(profile) for name, profile in features}


def statistics_of(rows: int, features: NamedProfiles) -> Statistics:
    """The statistics of `rows` rows; a row that has no value in a column is missing there."""
    return Statistics(
        dataset=Dataset(item_count=rows),
        features=tuple(_feature(name, rows, profile) for name, profile in features),
    )


def _feature(name: str, rows: int, profile: ColumnProfile) -> FeatureStatistics:
    inferred_type = profile.inferred_type()
    common = Common(num_present=profile.present, num_missing=rows - profile.present)
    if inferred_type in NUMERIC_TYPES:
        return FeatureStatistics(
            name=name, inferred_type=inferred_type, numerical_statistics=_numerical(common, profile)
        )
    if inferred_type == "String":
        return FeatureStatistics(name=name, inferred_type=inferred_type, string_statistics=_string(common, profile))
    return FeatureStatistics(name=name, inferred_type=inferred_type, string_statistics=StringStatistics(common=common))


def _numerical(common: Common, profile: ColumnProfile) -> NumericalStatistics:
    moments = profile.moments
    buckets = profile.kll.buckets(moments.minimum, moments.maximum)
    kll = Kll(
        buckets=tuple(
            Bucket(lower_bound=bucket.lower, upper_bound=bucket.upper, count=float(bucket.count)) for bucket in buckets
        ),
        sketch=Sketch(data=tuple(array("d", level.tobytes()) for level in profile.kll.levels)),
    )
    return NumericalStatistics(
        common=common,
        mean=moments.mean,
        sum=moments.sum,
        std_dev=moments.std_dev,
        min=moments.minimum,
        max=moments.maximum,
        approximate_num_distinct_values=round(profile.distinct.estimate()),
        completeness=common.completeness,
        distribution=NumericDistribution(kll=kll),
    )


def _string(common: Common, profile: ColumnProfile) -> StringStatistics:
    ordered = profile.categories.ordered()
    histogram = None
    if ordered is not None:
        histogram = Histogram(buckets=tuple(CategoricalBucket(value=value, count=count) for value, count in ordered))
    return StringStatistics(
        common=common,
        distinct_count=float(round(profile.distinct.estimate())),
        completeness=common.completeness,
        distribution=CategoricalDistribution(categorical=histogram) if histogram else None,
    )
