"""Intervals of means, from sums by record: skewed errors, several rows to a record; or why there is none.

The interval is Hall's, on the transformed t statistic that removes its skewness (Hall 1992, "On the removal of skewness
by transformation"), with the variance between records. It is never narrower than Student's, which for numbers that are
not negative is on the scale of logarithms. What the skewness of the sample says too little of, a stretch makes up for.
"""

import math
from dataclasses import dataclass

from driftline.domain.inference.distributions import student_quantile
from driftline.domain.inference.proportions import TAIL
from driftline.domain.profiles.moments import Moments
from driftline.kinds.model_quality.rules.estimates import Bounds
from driftline.kinds.model_quality.rules.record_sums import RecordSums

LEAST_ROWS = 50
LEAST_OF_SQUARES = 100
LEAST_RECORDS = 100
"""With fewer rows, or records of several rows, the skewness of the errors is not known well enough."""

LIGHT = 0.7
MODERATE = 0.14
"""Factors of `least_effective`: of squares and ratios, whose tails are heavy if anything's are, and of other errors."""

_STRETCH = 0.8
_LEAST_SKEW = 1e-6
_FAR = 1e8
"""The squared ratio of mean and deviation beyond which a third moment is rounding."""

type Found = Bounds | str
"""An interval, or a sentence that says why there is none."""


@dataclass(frozen=True, slots=True)
class RecordMean:
    """A mean and its noise.

    Attributes:
        error: Its standard error, from the variance between records.
        skew: The skewness of the mean: of the records' shares in it, divided by the root of their number.
    """

    value: float
    error: float
    skew: float
    records: int

    @classmethod
    def of(cls, sums: RecordSums) -> "RecordMean | None":
        """Of (x, number of rows) by record, to the third degree; None below three records or beyond doubles."""
        if sums.count < 3 or not sums.finite:  # noqa: PLR2004, fewer have no skewness
            return None
        total, rows, records = sums.power((1, 0), 1), sums.power((0, 1), 1), sums.count
        share = total / rows
        second = max(0.0, float(sums.power((1, -share), 2) / records))
        third = float(sums.power((1, -share), 3) / records)
        far = second * _FAR < float(share * rows / records) ** 2
        skew = 0.0 if not second or far else third / second**1.5 * math.sqrt(records - 1) / (records - 2)
        error = math.sqrt(records / (records - 1) * records * second) / float(rows)
        return cls(float(share), error, skew, records)

    def bounds(self, *, positive: bool) -> Bounds:
        """The interval.

        Args:
            positive: The numbers are not negative.
        """
        quantile = student_quantile(1.0 - TAIL, self.records - 1)
        below, above = (quantile * (1 + _STRETCH * max(0.0, sign * self.skew)) for sign in (-1, 1))
        lower = self.value - self.error * _unskewed(below, self.skew)
        upper = self.value - self.error * _unskewed(-above, self.skew)
        spread = quantile * self.error
        if positive:
            factor = math.exp(min(700.0, spread / self.value)) if self.value > 0 else 1.0
            lower, upper = max(0.0, min(lower, self.value / factor)), max(upper, self.value * factor)
        else:  # where tails are heavy on both sides, the skewness of a sample is noise
            lower, upper = min(lower, self.value - spread), max(upper, self.value + spread)
        return Bounds(self.value, lower, upper, self.records - 1)


def mean_bounds(sums: RecordSums, rows: Moments, factor: float, recommended: str = "", *, positive: bool) -> Found:
    """The interval of a mean, or why it has none.

    Args:
        sums: (x, number of rows) by record.
        rows: The size of x of the rows.
        factor: See `too_heavy`.
        recommended: What to watch where tails are heavy.
    """
    if reason := too_few(sums, LEAST_OF_SQUARES if factor == LIGHT else LEAST_ROWS):
        return reason
    reason = too_heavy(rows, factor, recommended)
    if not reason and positive:  # where signs differ, the sums of records say nothing of their tails
        reason = too_heavy_records(sums, factor, recommended)
    if reason:
        return reason
    found = RecordMean.of(sums)
    if found is None:
        return "The errors are too large for their variance to be computed."
    if not found.error:
        return "All errors are the same, so nothing is known of their noise."
    return found.bounds(positive=positive)


def mean_of_losses(sums: RecordSums) -> Found:
    """As `mean_bounds`, of losses of both classes, whose number is looked at elsewhere."""
    if reason := too_few(sums):
        return reason
    found = RecordMean.of(sums)
    if found is None or not found.error:
        return "All losses are the same, so nothing is known of their noise."
    return found.bounds(positive=True)


def too_few(sums: RecordSums, least: int = LEAST_ROWS) -> str:
    """Why there is no interval with so few rows or records; empty if there are enough.

    Args:
        sums: Column 1 is the number of rows.
    """
    if sums.power((0, 1), 1) == sums.count:
        return "" if sums.count >= least else f"{_counted(sums.count, 'row')}: an interval needs {least}."
    least = max(least, LEAST_RECORDS)
    if sums.count >= least:
        return ""
    return f"{_counted(sums.count, 'record')} of several rows: an interval needs {least}."


def too_heavy(rows: Moments, factor: float, recommended: str = "") -> str:
    """Why there is no interval, if the largest few rows make up most of the sum; empty if they do not."""
    if not rows.count or not rows.total[0]:
        return ""
    ratio = rows.squares[0] / rows.total[0] / rows.total[0]
    return _heavy(1 / ratio if ratio else 0.0, rows.count, factor, recommended)


def too_heavy_records(sums: RecordSums, factor: float, recommended: str = "") -> str:
    """As `too_heavy`, of the records."""
    if not sums.finite:
        return ""
    squares = sums.power((1, 0), 2)
    return _heavy(float(sums.power((1, 0), 1) ** 2 / squares), sums.count, factor, recommended) if squares else ""


def least_effective(count: int, factor: float) -> float:
    """How large the effective size (sum x)^2 / sum x^2 has to be: with light tails it grows with the number of rows."""
    return factor * math.pow(count, 0.8)


def _heavy(effective: float, count: int, factor: float, recommended: str) -> str:
    least = least_effective(count, factor)
    if effective >= least:
        return ""
    advice = f"; {recommended}" if recommended else ""
    return (
        f"A few large errors make up most of it: its {count:,} say as much as {effective:,.0f} equal ones, "
        f"an interval needs {least:,.0f}{advice}."
    )


def _unskewed(quantile: float, skew: float) -> float:
    """The inverse of Hall's transformation t + skew t^2 / 3 + skew^2 t^3 / 27 + skew / 6, at a quantile of t."""
    if abs(skew) < _LEAST_SKEW:
        return quantile
    return 3 / skew * (math.cbrt(1 + skew * (quantile - skew / 6)) - 1)


def _counted(number: int, noun: str) -> str:
    return f"Only {number:,} {noun}" if number == 1 else f"Only {number:,} {noun}s"
