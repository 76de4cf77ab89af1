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

from driftline.kinds.model_quality.rules import intervals
from driftline.kinds.model_quality.rules.design import limited_effect
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate, Mean
from driftline.kinds.model_quality.rules.means import (
    LIGHT,
    MODERATE,
    Found,
    RecordMean,
    least_effective,
    mean_bounds,
    too_few,
    too_heavy,
    too_heavy_records,
)
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.regression_state import Errors, RegressionState
from driftline.kinds.model_quality.rules.samples import standard_deviation

_MEDIAN = "watch median_absolute_error instead"
_RATHER = "watch mae or median_absolute_error instead"
_LEAST_OF_R2 = 500
"""It has the noise of two sums of squares."""

_SQUARED = 3
"""The column of e^2 in `RegressionState.variation`."""

_ROUNDING = 2.0**-40
"""If the sum of d^4 is a larger share of that of y^4, a relative error of 2^-50 in the latter is below a thousandth."""


def regression_quality(state: RegressionState) -> Quality:
    whole, rows, means = state.parts[0], state.rows, state.means

    def described(metric: Callable[[Errors], float], found: Estimate | str) -> MetricValue:
        return MetricValue.of(metric(whole), found, standard_deviation(rows, map(metric, state.parts[1:])))

    of_mse = mean_bounds(means.squared, state.squared_error, LIGHT, _RATHER, positive=True)
    metrics = {
        "mae": described(mae, mean_bounds(means.absolute, whole.absolute, MODERATE, _MEDIAN, positive=True)),
        "mse": described(mse, of_mse),
        "rmse": described(rmse, _root(of_mse)),
        "r2": described(r2, _of_r2(state)),
    }
    of_bias = mean_bounds(means.error, whole.absolute, MODERATE, positive=False)
    of_relative = mean_bounds(means.relative, state.relative, MODERATE, _RATHER, positive=True)
    extras = {
        "mean_error": MetricValue.of(whole.error.mean, of_bias),
        "mean_absolute_percentage_error": MetricValue.of(state.relative.mean, of_relative),
        "median_absolute_error": _median(state),
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


def _root(found: Found) -> Found:
    if isinstance(found, str):
        return found
    return Bounds(math.sqrt(found.centre), math.sqrt(found.lower), math.sqrt(found.upper), found.degrees)


def _of_r2(state: RegressionState) -> Estimate | str:
    """By the delta method on log(1 - r2) = log(sum e^2) - log(sum (y - mean)^2), so that it stays below 1.

    A record's share in it is e^2 / M - d^2 / V, summed over its rows, with d = y - mean(y), M = mean(e^2),
    V = mean(d^2); d^2 = y^2 - 2 mean(y) y + mean(y)^2, so its square follows from the sums by record. Where the mean of
    y is some thousand times its spread, the rounding of y^4 would show: then there is no interval.
    """
    errors, sums, rows = state.parts[0], state.variation, state.rows
    spread, squared = errors.actual.m2, errors.error.squares[0]
    if reason := too_few(state.means.squared, _LEAST_OF_R2):
        return reason
    heavy = too_heavy(state.squared_error, LIGHT, _RATHER) or too_heavy_records(state.means.squared, LIGHT, _RATHER)
    if heavy:
        return heavy
    if not sums.finite or not spread or not squared:
        return "All errors are the same, so nothing is known of their noise." if spread else ""
    mean = sums.power((0, 1, 0, 0), 1) / rows
    of_actual = (mean * mean, -2 * mean, Fraction(1), Fraction(0))
    fourth = sums.power(of_actual, 2)
    if sums.power((0, 0, 1, 0), 2) * _ROUNDING > fourth:
        return "The ground truth varies too little around its mean for an interval to be computed."
    if reason := _heavy_truth(float(sums.power(of_actual, 1) ** 2 / fourth), sums.count):
        return reason
    weights = [-each / Fraction(spread) for each in of_actual]
    weights[_SQUARED] += 1 / Fraction(squared)
    second = sums.power(weights, 2)
    deviation = math.sqrt(sums.count / (sums.count - 1) * max(0.0, float(second)))
    return Mean(math.log(spread) - math.log(squared), deviation, sums.count - 1, "complement")


def _heavy_truth(effective: float, records: int) -> str:
    least = least_effective(records, LIGHT)
    if effective >= least:
        return ""
    return f"A few values far from the mean make up most of the ground truth's variation; {_RATHER}."


def _median(state: RegressionState) -> MetricValue:
    """Exact while the sketch holds every value; its interval is of order statistics."""
    sketch, rows = state.sketch, state.sketch.weight
    if not rows:
        return MetricValue(math.nan)
    value = float(np.median(sketch.levels[0])) if len(sketch.levels) == 1 else float(sketch.quantiles((0.5,))[0])
    size = float(rows)
    if state.means.absolute.count < rows:
        if reason := too_few(state.means.absolute):
            return MetricValue.of(value, reason)
        size = _independent_rows(state)
    ranks = intervals.median_ranks(size)
    if ranks is None:
        return MetricValue.of(value, f"Only {rows} rows: an interval of the median needs {intervals.LEAST_OF_MEDIAN}.")
    lower, upper = sketch.quantiles(ranks).tolist()
    return MetricValue.of(value, Bounds(value, min(lower, value), max(upper, value)))


def _independent_rows(state: RegressionState) -> float:
    """Rows divided by the design effect of the mean absolute error, whose errors the median's are."""
    rows, found = state.rows, RecordMean.of(state.means.absolute)
    alone = state.parts[0].absolute.m2 / rows / (rows - 1)
    effect = found.error**2 / alone if found is not None and alone > 0 else math.inf
    return rows / limited_effect(effect, state.means.absolute, (0, 1))


def _notes(state: RegressionState) -> list[str]:
    notes = []
    zeros = state.rows - state.relative.count
    if zeros:
        notes.append(f"mean_absolute_percentage_error leaves out {zeros} rows whose ground truth is 0.")
    if state.rows and not state.parts[0].actual.m2:
        notes.append("r2 is undefined: the ground truth is the same in all rows.")
    return notes
