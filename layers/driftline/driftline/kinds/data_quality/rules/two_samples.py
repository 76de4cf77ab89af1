"""Limits that are the baseline's own values: window and baseline are two samples, and chance moves both.

A limit that is the baseline's own share is missed by half of all windows in which nothing has changed. So here the
question is whether chance alone explains the difference, and whether the difference is large enough to matter.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp, lgamma

import numpy as np

from driftline.domain.drift import stability
from driftline.domain.executions.finding import Finding
from driftline.domain.inference import families
from driftline.domain.inference.families import adjusted
from driftline.domain.inference.proportions import more_often
from driftline.kinds.data_quality.rules.constraints import FeatureConstraints
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics

LEVEL = families.LEVEL - stability.LEVEL
"""The share of quiet windows in which completeness or categories of any feature may ring: what drift leaves of all."""

SMALLEST_RISE = 0.005
"""A share of missing or unseen values that has risen by less, and is not twice the baseline's, does not matter."""

_NEVER = 1e-12
"""What is less probable does not happen: it is left out of sums over everything that could."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The test of one limit.

    Attributes:
        p_value: The probability of as much or more, if nothing has changed.
        smallest: The smallest that it could have been.
    """

    p_value: float
    smallest: float


@dataclass(frozen=True, slots=True)
class Tested:
    """A limit that was tested; a finding if chance does not explain it among all tests of the window.

    Attributes:
        finding: None where the difference is too small to matter.
    """

    chance: Chance
    finding: Finding | None


def matters(share: float, before: float) -> bool:
    """Whether missing or unseen values have become more by enough."""
    return share - before >= SMALLEST_RISE or share >= 2 * before > 0 or share > before == 0


def missing_by_chance(missing: int, rows: int, missing_before: int, rows_before: int) -> Chance:
    """Fisher's exact test, one-sided: more missing values than in the baseline."""
    return Chance(
        more_often(missing, rows, missing_before, rows_before),
        _smallest(missing + missing_before, rows, rows_before),
    )


def can_find_missing(rows: int, missing_before: int, rows_before: int) -> bool:
    """Whether a window of this size could lack enough values to ring: all of them, if this were the only test."""
    return more_often(rows, rows, missing_before, rows_before) <= LEVEL


def unseen_by_chance(counts: Mapping[str, int], before: Mapping[str, int]) -> Chance:
    """How probable it is that so many rows of the window have values which the baseline lacks, if nothing has changed.

    Each way to divide all rows into window and baseline is equally likely then. A value that c of all rows have lies in
    the window alone with the probability of c draws without replacement. What the baseline should lead one to expect
    thus follows from the values that are rare in both together, most from those seen once, as in Good's estimate of
    what was never seen (Good 1953). The number of rows with unseen values is a sum over the values; its distribution is
    computed value by value, as if they were independent.

    Args:
        counts, before: Rows by value, of the window and of the baseline.
    """
    rows, rows_before = sum(counts.values()), sum(before.values())
    unseen = sum(count for value, count in counts.items() if value not in before)
    totals = [counts.get(value, 0) + before.get(value, 0) for value in {**before, **counts}]
    alone = [(total, _all_in_window(total, rows, rows + rows_before)) for total in totals]
    possible = [(total, probability) for total, probability in alone if probability >= _NEVER]
    most = sum(total for total, _ in possible)
    smallest = float(np.prod([probability for _, probability in possible])) if possible else 1.0
    if not unseen:
        return Chance(1.0, smallest)
    if unseen > most:
        return Chance(_NEVER, min(smallest, _NEVER))
    distribution = np.zeros(most + 1)
    distribution[0] = 1.0
    for total, probability in possible:
        moved = distribution * probability
        distribution *= 1.0 - probability
        distribution[total:] += moved[: most + 1 - total]
    return Chance(min(1.0, float(distribution[unseen:].sum()) + _NEVER), smallest)


def unseen_at_least(unseen: int, rows: int, singles: int, rows_before: int) -> Chance:
    """The same for a window whose values were not counted: of its rows, at least `unseen` have none of the baseline's.

    Values that only one row of the baseline has stand for those that it has not seen (Good 1953).

    Args:
        singles: Values that one row of the baseline has.
    """
    return Chance(more_often(unseen, rows, singles, rows_before), _smallest(unseen + singles, rows, rows_before))


def own_completeness(feature: FeatureConstraints, reference: FeatureStatistics | None) -> bool:
    """Whether the limit of the completeness is the baseline's own."""
    return reference is not None and feature.completeness == reference.common.completeness


def own_domains(feature: FeatureConstraints, reference: FeatureStatistics | None, threshold: float) -> bool:
    """Whether the categories are the baseline's own values, all of which are required."""
    domains = feature.string_constraints.domains if feature.string_constraints else None
    if reference is None or domains is None or reference.histogram is None or threshold < 1:
        return False
    return set(domains) == set(reference.histogram)


def beyond_chance(results: Iterable[Finding | Tested]) -> Iterator[Finding]:
    """The findings in their order; those that were tested only if all tests of the window together do not explain them.

    Their `p_value` is adjusted for the others (`families.adjusted`).
    """
    given = list(results)
    tested = [each for each in given if isinstance(each, Tested)]
    p_values = iter(
        adjusted([each.chance.p_value for each in tested], [each.chance.smallest for each in tested], LEVEL)
    )
    for each in given:
        if isinstance(each, Finding):
            yield each
            continue
        p_value = next(p_values)
        if each.finding is not None and p_value <= LEVEL:
            yield each.finding.model_copy(update={"p_value": p_value})


def _smallest(hits: int, rows: int, rows_before: int) -> float:
    """The p-value of Fisher's test if all hits were in the window, as many as it can have."""
    most = min(hits, rows)
    return more_often(most, rows, hits - most, rows_before)


def _all_in_window(count: int, rows: int, total: int) -> float:
    """The probability that all of `count` rows are among the window's, which are drawn from the total."""
    if count > rows:
        return 0.0
    return exp(lgamma(rows + 1) - lgamma(rows - count + 1) - lgamma(total + 1) + lgamma(total - count + 1))
