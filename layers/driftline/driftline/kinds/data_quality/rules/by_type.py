"""What `comparison: driftline` makes of values that formats write differently.

SageMaker's container classifies each value by its text. So "02139" is a number, and `True` from pandas is another value
than JSON's `true`. In `driftline`

* a text is a text, also one that reads as a number, where the source has types (JSON, Parquet);
* cells without a type (CSV, or what a script split) are texts if the baseline's are;
* texts that read as numbers are compared as numbers if the baseline has numbers: it may be from CSV, and clients send
  numbers as texts. A note counts them;
* true and false are the same values in any case of letters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from driftline.domain.capture.booleans import BOOLEANS, canonical_boolean
from driftline.domain.capture.pairing import has_types
from driftline.domain.listing import first_of
from driftline.domain.profiles.categories import Categories
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.resolve import ResolvedTable
from driftline.domain.profiles.types import InferredType, TypeCounts
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints
from driftline.kinds.data_quality.rules.statistics import NUMERIC_TYPES, FeatureStatistics, Statistics

_NAMED = 5
"""Columns that a note names."""


def column_by_type(profile: ColumnProfile) -> ColumnProfile:
    """A column on its own, as the one of a data set."""
    return _with_booleans(profile.by_type or profile)


def table_by_type(table: ResolvedTable, constraints: Constraints) -> ResolvedTable:
    """A window's columns, each in the type that the baseline has where its values leave that open."""
    expected = {feature.name: feature.inferred_type for feature in constraints.features}
    features = tuple(
        (name, _column(profile, expected.get(name, "Unknown"), typed=has_types(table.layout, table.keys[name])))
        for name, profile in table.features
    )
    return replace(table, features=features)


def numbers_in_texts(table: ResolvedTable, constraints: Constraints) -> Iterator[str]:
    """A note on the columns whose texts are compared as numbers, if there are any."""
    expected = {feature.name: feature.inferred_type for feature in constraints.features}
    found = [
        f"{name} ({_numbers(profile) - _numbers(profile.by_type):,} of {profile.present:,} values)"
        for name, profile in table.features
        if profile.by_type and expected.get(name) in NUMERIC_TYPES
    ]
    if found:
        yield (
            "Texts that read as numbers were compared as numbers, because the baseline has numbers: "
            f"{first_of(found, _NAMED)}."
        )


def statistics_with_booleans(statistics: Statistics) -> Statistics:
    """The baseline's histograms with one spelling of true and one of false."""
    features = tuple(map(_feature, statistics.features))
    return Statistics(version=statistics.version, dataset=statistics.dataset, features=features)


def constraints_with_booleans(constraints: Constraints) -> Constraints:
    """Domains that have true or false in one spelling have it in all."""
    return constraints.model_copy(update={"features": tuple(map(_domains, constraints.features))})


def _numbers(profile: ColumnProfile) -> int:
    return profile.types.numbers


def _column(profile: ColumnProfile, expected: InferredType, *, typed: bool) -> ColumnProfile:
    if expected in NUMERIC_TYPES:
        return _with_booleans(profile)
    profile = column_by_type(profile)
    if typed or expected != "String":
        return profile
    types = profile.types
    return replace(profile, types=TypeCounts(boolean=types.boolean, string=types.present - types.boolean))


def _with_booleans(profile: ColumnProfile) -> ColumnProfile:
    """With one spelling of true and one of false; columns with more than 120 distinct values stay as they are."""
    counts = profile.categories.counts
    if counts is None or counts.keys().isdisjoint(BOOLEANS):
        return profile
    merged = _folded(counts)
    boolean = sum(merged.get(text, 0) for text in ("true", "false"))
    string = profile.types.string + profile.types.boolean - boolean
    types = replace(profile.types, boolean=boolean, string=string)
    return replace(profile, types=types, categories=Categories(merged))


def _folded(counts: Mapping[str, int]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for value, count in counts.items():
        text = canonical_boolean(value)
        merged[text] = merged.get(text, 0) + count
    return merged


def _feature(feature: FeatureStatistics) -> FeatureStatistics:
    histogram = feature.histogram
    if histogram is None or histogram.keys().isdisjoint(BOOLEANS):
        return feature
    return feature.with_histogram(_folded(histogram))


def _domains(feature: FeatureConstraints) -> FeatureConstraints:
    strings = feature.string_constraints
    if strings is None or not strings.domains or set(strings.domains).isdisjoint(BOOLEANS):
        return feature
    known = {canonical_boolean(value) for value in strings.domains}
    spelled = [text for text in BOOLEANS if canonical_boolean(text) in known and text not in strings.domains]
    domains = (*strings.domains, *spelled)
    return feature.model_copy(update={"string_constraints": strings.model_copy(update={"domains": domains})})
