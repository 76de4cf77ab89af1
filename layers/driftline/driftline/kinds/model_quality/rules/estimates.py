"""What is known of a metric besides its value: enough for its 95 % interval, and for comparing two samples by chance.

An estimate is stored with a baseline, so that a window's metric is compared with the baseline's as two samples.
"""

import math
from typing import Literal

import msgspec

from driftline.domain.executions.finding import Side
from driftline.domain.inference.distributions import student_quantile, student_tail
from driftline.domain.inference.proportions import TAIL, clopper_pearson, more_often

type Interval = tuple[float, float]
type Scale = Literal["linear", "log", "logit", "complement"]

_LARGEST_EXPONENT = 700.0
"""Beyond it exp() leaves the range of doubles."""

_WHOLE = 1e-9
"""Effective counts that are whole but for rounding are whole."""


class Share(msgspec.Struct, frozen=True, tag="share"):
    """A proportion: `hits` of `trials`.

    Attributes:
        trials: The rows, or an effective number of them: as many independent rows as would give the same variance.
    """

    hits: float
    trials: float


class Mean(msgspec.Struct, frozen=True, tag="mean"):
    """An estimate that is normal on a scale, with an estimated standard error.

    Attributes:
        centre: On the scale: x, log x, log(x / (1 - x)), or -log(1 - x) for `complement`, which r2 has.
        error: The standard error on the scale.
        degrees: Of Student's t.
    """

    centre: float
    error: float
    degrees: float
    scale: Scale = "linear"


class Bounds(msgspec.Struct, frozen=True, tag="bounds"):
    """An estimate of which only the 95 % interval is known: from a bootstrap or from order statistics.

    Attributes:
        centre: Within the bounds, in the metric's own unit.
        degrees: Of Student's t, if the bounds come from one; None for the normal distribution.
    """

    centre: float
    lower: float
    upper: float
    degrees: float | None = None


type Estimate = Share | Mean | Bounds


def interval(estimate: Estimate) -> Interval:
    """The two-sided 95 % interval: each end is missed in at most 2.5 % of samples, as far as the estimate holds.

    Clopper and Pearson's for a share; centre -+ t error for a mean, on its scale.
    """
    match estimate:
        case Share():
            return clopper_pearson(estimate.hits, estimate.trials) or (0.0, 1.0)
        case Mean():
            spread = student_quantile(1.0 - TAIL, estimate.degrees) * estimate.error
            return _value(estimate.centre - spread, estimate.scale), _value(estimate.centre + spread, estimate.scale)
        case Bounds():
            return estimate.lower, estimate.upper


def worse_by_chance(window: Estimate, baseline: Estimate, side: Side) -> float:
    """One-sided p-value: how often chance alone makes the window so much worse than the baseline, or more.

    Two shares: Fisher's exact test, on effective counts rounded so that the p-value does not fall. Two means of one
    scale: t with the errors in quadrature, degrees by Welch and Satterthwaite. All else: the distance over the
    quadratic mean of the two half-widths that face each other, which recovers the variances from the intervals
    (MOVER; Zou and Donner 2008).

    Args:
        side: Where the metric should be: `at_least` if less is worse.
    """
    match window, baseline:
        case Share(), Share():
            return _of_shares(window, baseline, side)
        case Mean(), Mean() if window.scale == baseline.scale:
            distance = _worse(window.centre, baseline.centre, side)
            error = math.hypot(window.error, baseline.error)
            return student_tail(distance / error, _welch(window, baseline)) if error > 0 else _without_noise(distance)
    distance = _worse(centre(window), centre(baseline), side)
    low, high = interval(window)
    low_before, high_before = interval(baseline)
    facing = (
        (high - centre(window), centre(baseline) - low_before)
        if side == "at_least"
        else (centre(window) - low, high_before - centre(baseline))
    )
    width = math.hypot(*facing)
    degrees = min(_degrees(window), _degrees(baseline))
    return (
        student_tail(distance / width * student_quantile(1.0 - TAIL, degrees), degrees)
        if width > 0
        else _without_noise(distance)
    )


def centre(estimate: Estimate) -> float:
    """The estimate itself, in the metric's own unit."""
    match estimate:
        case Share():
            return estimate.hits / estimate.trials
        case Mean():
            return _value(estimate.centre, estimate.scale)
        case Bounds():
            return estimate.centre


def _of_shares(window: Share, baseline: Share, side: Side) -> float:
    worse, worse_before = window.hits, baseline.hits
    if side == "at_least":
        worse, worse_before = window.trials - window.hits, baseline.trials - baseline.hits
    rows, rows_before = math.floor(window.trials + _WHOLE), math.floor(baseline.trials + _WHOLE)
    if rows < 1 or rows_before < 1:
        return 1.0
    counted = math.floor(worse * rows / window.trials + _WHOLE)
    before = math.ceil(worse_before * rows_before / baseline.trials - _WHOLE)
    return more_often(counted, rows, before, rows_before)


def _welch(one: Mean, other: Mean) -> float:
    """Degrees of freedom of the difference (Welch 1947)."""
    parts = [each.error**2 for each in (one, other)]
    spread = sum(part * part / each.degrees for part, each in zip(parts, (one, other), strict=True))
    return sum(parts) ** 2 / spread if spread > 0 else math.inf


def _degrees(estimate: Estimate) -> float:
    return math.inf if isinstance(estimate, Share) or estimate.degrees is None else estimate.degrees


def _worse(value: float, before: float, side: Side) -> float:
    """How much worse; negative if it is better."""
    return before - value if side == "at_least" else value - before


def _without_noise(distance: float) -> float:
    return 0.0 if distance > 0 else 1.0


def _value(on_scale: float, scale: Scale) -> float:
    """Back from the scale."""
    match scale:
        case "linear":
            return on_scale
        case "log":
            return math.exp(min(_LARGEST_EXPONENT, on_scale))
        case "logit":
            return 1 / (1 + math.exp(-on_scale)) if on_scale >= 0 else math.exp(on_scale) / (1 + math.exp(on_scale))
        case "complement":
            return 1 - math.exp(min(_LARGEST_EXPONENT, -on_scale))
