"""What a data set leaves uncertain, for the person who makes a baseline of it."""

from collections.abc import Iterator, Mapping

from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics
from driftline.presentation.text import percent, shown

_FEW = 100
"""Rows; a value that one row in a hundred has is missing from a data set of this size in more than a third of cases."""


def uncertainties(
    statistics: Statistics, observations: Mapping[str, Observation], constraints: Constraints
) -> Iterator[str]:
    """One sentence each, those about the whole data set first, then in the order of the features."""
    rows = statistics.dataset.item_count
    if rows < _FEW:
        yield f"The data set has only {rows:,} rows: most changes cannot be told from chance."
    for suggested in constraints.features:
        yield from _of_feature(suggested, statistics.by_name[suggested.name], observations[suggested.name])


def _of_feature(
    suggested: FeatureConstraints, statistics: FeatureStatistics, observation: Observation
) -> Iterator[str]:
    name, types = shown(suggested.name), observation.types
    if not types.present:
        yield f"{name} has no values: neither its type nor its distribution is checked."
    elif types.numbers and types.texts:
        accepted = "both are accepted" if suggested.accepts_numbers else "the type check fails with these rows"
        yield (
            f"{name} is mixed: {percent(types.texts / types.present)} texts, {percent(types.numbers / types.present)} "
            f"numbers; {accepted}. If one of them is a mistake, correct the data set."
        )
    elif suggested.inferred_type == "String" and statistics.histogram is None:
        yield f"{name} has more than 120 distinct values: unseen values and drift are not checked."
