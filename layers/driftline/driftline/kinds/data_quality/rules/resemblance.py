"""Whether a captured column looks like a column of the baseline: evidence for its name, not a check."""

from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.placing import Resemblance
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

_PERHAPS = 0.5


def resemblance_of(constraints: Constraints, baseline: Statistics | None) -> Resemblance:
    """1 for a similar column, 0 for one that even strong drift would not explain, 0.5 where nothing speaks for either.

    Impossible are texts for numbers and numbers for texts, decimals for whole numbers, values that are all outside the
    baseline's range, and texts of which the baseline knows none. Numbers are similar if the means are at most one
    standard deviation apart.
    """
    expected = {feature.name: feature for feature in constraints.features}
    statistics = baseline.by_name if baseline else {}

    def resemblance(name: str, profile: ColumnProfile) -> float:
        if name not in expected or not profile.present or expected[name].inferred_type == "Unknown":
            return _PERHAPS
        if expected[name].inferred_type == "String":
            return _of_texts(expected[name], profile)
        return _of_numbers(expected[name], statistics.get(name), profile)

    return resemblance


def _of_texts(expected: FeatureConstraints, profile: ColumnProfile) -> float:
    domains = expected.string_constraints.domains if expected.string_constraints else None
    counts = profile.categories.counts
    profile = profile.by_type or profile
    if domains and counts is not None:
        return sum(counts.get(value, 0) for value in set(domains)) / profile.present
    return 0 if profile.types.numbers == profile.present else _PERHAPS


def _of_numbers(expected: FeatureConstraints, baseline: FeatureStatistics | None, profile: ColumnProfile) -> float:
    types, moments = profile.types, profile.moments
    half = profile.present / 2
    if types.numbers < half or (expected.inferred_type == "Integral" and types.numbers - types.whole > half):
        return 0
    numbers = baseline.numerical_statistics if baseline else None
    if numbers is None or numbers.min is None or numbers.max is None:
        return _PERHAPS
    if moments.minimum > numbers.max or moments.maximum < numbers.min:
        return 0
    if numbers.mean is None or moments.mean is None:
        return _PERHAPS
    return 1 if abs(moments.mean - numbers.mean) <= (numbers.std_dev or 0) else _PERHAPS
