"""Metrics of a regression, with e = predicted - actual and y = actual over n rows.

    mae  = sum |e| / n        mse = sum e^2 / n        rmse = sqrt(mse)
    r2   = 1 - sum e^2 / sum (y - mean y)^2            the ground truth's variation, as SageMaker's and scikit-learn's

and, Driftline's own: mean_error (bias: above 0 the model estimates too much), mean_absolute_percentage_error (as a
share; rows with y = 0 are left out), median_absolute_error.

r2 of a constant ground truth is undefined; so is every metric without rows.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from driftline.domain.profiles.kll import KllSketch
from driftline.domain.profiles.moments import DoubleDouble, Moments
from driftline.kinds.model_quality.rules import intervals
from driftline.kinds.model_quality.rules.intervals import Interval
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.regression_state import Errors, RegressionState
from driftline.kinds.model_quality.rules.samples import standard_deviation

_ROUNDING = 2.0**-40
"""If the sum of d^4 is a larger share of that of y^4, a relative error of 2^-50 in the latter is below a thousandth."""


def regression_quality(state: RegressionState) -> Quality:
    whole, rows = state.parts[0], state.rows

    def described(metric: Callable[[Errors], float], interval: Interval | None) -> MetricValue:
        return MetricValue(metric(whole), standard_deviation(rows, map(metric, state.parts[1:])), interval)

    of_mse = _of_moments(state.joint.squared_error, mse(whole))
    metrics = {
        "mae": described(mae, _of_moments(whole.absolute, mae(whole))),
        "mse": described(mse, of_mse),
        "rmse": described(rmse, (math.sqrt(of_mse[0]), math.sqrt(of_mse[1])) if of_mse else None),
        "r2": described(r2, _of_r2(state)),
    }
    bias = whole.error.mean
    extras = {
        "mean_error": MetricValue(bias, interval=intervals.mean(bias, _variance(whole.error), rows)),
        "mean_absolute_percentage_error": MetricValue(
            state.relative.mean, interval=_of_moments(state.relative, state.relative.mean)
        ),
        "median_absolute_error": MetricValue(*_median(state.sketch)),
    }
    return Quality(state.problem, rows, metrics, extras, notes=tuple(_notes(state)))


def mae(errors: Errors) -> float:
    return errors.absolute.mean


def mse(errors: Errors) -> float:
    return errors.error.squares[0] / errors.error.count if errors.error.count else math.nan


def rmse(errors: Errors) -> float:
    return math.sqrt(mse(errors))


def r2(errors: Errors) -> float:
    total = errors.actual.m2
    return 1 - errors.error.squares[0] / total if total else math.nan


def _variance(moments: Moments) -> float:
    return moments.m2 / moments.count if moments.count else math.nan


def _of_moments(moments: Moments, value: float) -> Interval | None:
    return intervals.positive_mean(value, _variance(moments), moments.count)


def _of_r2(state: RegressionState) -> Interval | None:
    """By the delta method on log(1 - r2) = log(sum e^2) - log(sum (y - mean)^2), so that it stays below 1.

    A row's share in it is e^2 / M - d^2 / V, with d = y - mean(y), M = mean(e^2), V = mean(d^2); its second moment
    needs the sums of e^4, e^2 d^2 and d^4, which follow from the stored sums of powers. Where the mean of y is some
    thousand times its spread, the rounding of y^4 would show: then d is taken for normal and independent of e.
    """
    errors, joint, rows = state.parts[0], state.joint, state.rows
    sums = [joint.squared_error.squares, joint.squared_actual.squares, joint.product.squares, joint.weighted.total]
    sums += [joint.cubed.total, errors.actual.total, errors.actual.squares, errors.error.squares]
    spread, squared = errors.actual.m2, errors.error.squares[0]
    if rows < 3 or not spread or not all(math.isfinite(high) for high, _ in sums):  # noqa: PLR2004, a line fits two
        return None
    if not squared:
        return 1.0, 1.0
    e4, y4, e2y2, e2y, y3, y, y2, e2 = map(_exactly, sums)
    mu = y / rows
    e2d2 = e2y2 - 2 * mu * e2y + mu * mu * e2
    d4 = y4 - 4 * mu * y3 + 6 * mu * mu * y2 - 4 * mu**3 * y + rows * mu**4
    d2 = y2 - mu * y
    if y4 * _ROUNDING > d4:
        e2d2, d4 = e2 * d2 / rows, 3 * d2 * d2 / rows
    second = rows * (e4 / (e2 * e2) - 2 * e2d2 / (e2 * d2) + d4 / (d2 * d2))  # mean of the squared shares
    width = intervals.student(rows - 1) * math.sqrt(max(0.0, float(second)) / (rows - 1))
    factor, ratio = math.exp(min(700.0, width)), squared / spread
    return 1 - ratio * factor, 1 - ratio / factor


def _exactly(sum_: DoubleDouble) -> Fraction:
    return Fraction(sum_[0]) + Fraction(sum_[1])


def _median(sketch: KllSketch) -> tuple[float, float, Interval | None]:
    """(value, no standard deviation, interval). Exact while the sketch holds every value."""
    rows = sketch.weight
    if not rows:
        return math.nan, math.nan, None
    ranks = intervals.median_ranks(rows)
    found = sketch.quantiles(ranks).tolist() if ranks else None
    value = float(np.median(sketch.levels[0])) if len(sketch.levels) == 1 else float(sketch.quantiles((0.5,))[0])
    return value, math.nan, (found[0], found[1]) if found else None


def _notes(state: RegressionState) -> list[str]:
    notes = []
    zeros = state.rows - state.relative.count
    if zeros:
        notes.append(f"mean_absolute_percentage_error leaves out {zeros} rows whose ground truth is 0.")
    if state.rows and not state.parts[0].actual.m2:
        notes.append("r2 is undefined: the ground truth is the same in all rows.")
    return notes
