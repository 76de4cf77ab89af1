"""Design effect: how much larger a variance is because rows come together in records (Kish 1965)."""

import math
from collections.abc import Sequence

from driftline.domain.inference.distributions import student_quantile
from driftline.domain.inference.proportions import TAIL
from driftline.kinds.model_quality.rules.intervals import Z
from driftline.kinds.model_quality.rules.record_sums import RecordSums

LEAST_RECORDS = 20
"""With fewer records, nothing is known of how much their rows have in common."""

LEAST_CARRYING = 16
"""With fewer records that carry the hits, or the misses, the variance between records is too uncertain."""

DEGREES = 0.5
"""Degrees of freedom of the variance between records for each that carries a rare count: such counts are skewed."""


def limited_effect(ratio: float, rows: RecordSums, weights: Sequence[int]) -> float:
    """The ratio of both variances: at least 1, at most the effect if all rows of a record were alike.

    Args:
        weights: Which columns count the rows.
    """
    total = rows.power(weights, 1)
    largest = float(rows.power(weights, 2) / total) if total else 1.0
    return max(1.0, min(ratio, largest))


def certainty(degrees: float) -> float:
    """What trials count for when their design effect is estimated with so many degrees of freedom: (z / t)^2."""
    return (Z / student_quantile(1.0 - TAIL, degrees)) ** 2


def carrying(sums: RecordSums, *counted: Sequence[int]) -> float:
    """How many records carry the rarest of several counts: the least (sum x)^2 / sum x^2 of those above 0."""
    found = []
    for weights in counted:
        total = sums.power(weights, 1)
        if total:
            found.append(float(total**2 / sums.power(weights, 2)))
    return min(found, default=0.0)


def too_few(records: float, carry: float = math.inf) -> str:
    """Why there is no interval; empty if there are enough records, and enough that carry the rarest count."""
    if records < LEAST_RECORDS:
        return (
            f"The rows come together in records, and only {records:,} of them count: an interval needs {LEAST_RECORDS}."
        )
    if carry < LEAST_CARRYING:
        return (
            f"The rows come together in records, and those on one side say as much as {carry:.0f} equal records: "
            f"an interval needs {LEAST_CARRYING}."
        )
    return ""
