"""How small a loss the suggested limits find: for each fact, and for windows of a few sizes.

A window of n rows like the baseline's determines a metric less well than its N rows do: a share has trials * n / N
trials, a mean an error of error * sqrt(N / n). The critical value is the least bad one that is found (losses.py) at
the level of one fact of several, LEVEL / facts, and beyond the tolerance. A loss is found in a share of the windows if
a window whose true value is worse by the loss falls beyond the critical value so often: for a share by the binomial
distribution, for a mean by the normal one on its scale. Other facts that get worse at the same time make a loss easier
to find, so these are upper bounds.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.executions.finding import Side
from driftline.domain.inference.distributions import beta_quantile, normal_quantile
from driftline.domain.inference.families import LEVEL
from driftline.kinds.model_quality.rules.check import TOLERANCE, side_of
from driftline.kinds.model_quality.rules.constraints import QualityConstraints
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate, Mean, Scale, Share, worse_by_chance
from driftline.kinds.model_quality.rules.groups import groups_of
from driftline.kinds.model_quality.rules.losses import RELATIVE
from driftline.kinds.model_quality.rules.quality import Quality

SIZES = (200, 1_000, 10_000)
"""Labelled rows of a window."""

_OFTEN = 0.9
_HALVINGS = 60
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Found:
    """The smallest loss of a metric that is found in windows of a size; None if no loss is.

    Attributes:
        half, often: In half of the windows, and in 90 % of them.
    """

    rows: int
    half: float | None
    often: float | None


def sensitivity(
    quality: Quality, constraints: QualityConstraints, tolerance: float = TOLERANCE, sizes: Sequence[int] = SIZES
) -> tuple[str, ...]:
    """What the limits that a baseline suggests can see, a sentence for each fact."""
    groups = [names[0] for names in groups_of(quality.problem, constraints.constraints)]
    sentences = []
    for name in groups:
        metric, side = quality.metrics[name], side_of(constraints.constraints[name])
        estimate = metric.estimate
        if estimate is None:
            continue
        smallest = _in_units(name, metric.value, tolerance)
        found = [
            smallest_loss(estimate, metric.value, side, rows / quality.rows, smallest, LEVEL / len(groups))
            for rows in sizes
        ]
        losses = [Found(rows, *each) for rows, each in zip(sizes, found, strict=True)]
        sentences.append(f"{name}: {'; '.join(_said(name, metric.value, losses))}.")
    return tuple(sentences)


def smallest_loss(
    baseline: Estimate, value: float, side: Side, ratio: float, tolerance: float, level: float
) -> tuple[float | None, float | None]:
    """The losses that are found in half of the windows and in 90 %, in the metric's unit; None if none can be.

    Args:
        ratio: Rows of a window for each row of the baseline.
        tolerance: The loss that does not matter, in the metric's unit.
    """
    match baseline:
        case Share():
            return _of_share(baseline, side, ratio, tolerance, level)
        case Bounds():
            error = (baseline.upper - baseline.lower) / 2 / _NORMAL_95
            return _of_mean(Mean(value, error, math.inf), value, side, ratio, tolerance, level)
        case Mean():
            return _of_mean(baseline, value, side, ratio, tolerance, level)


def _of_share(
    baseline: Share, side: Side, ratio: float, tolerance: float, level: float
) -> tuple[float | None, float | None]:
    if side == "at_most":  # what is wrong as what is right
        baseline = Share(baseline.trials - baseline.hits, baseline.trials)
    before, trials = baseline.hits / baseline.trials, int(baseline.trials * ratio)

    def is_found(hits: int) -> bool:
        window = Share(float(hits), float(trials))
        return before - hits / trials > tolerance and worse_by_chance(window, baseline, "at_least") <= level

    if trials < 1 or not is_found(0):
        return None, None
    found, missed = 0, trials
    while missed - found > 1:
        middle = (found + missed) // 2
        found, missed = (middle, missed) if is_found(middle) else (found, middle)
    half, often = (before - beta_quantile(1 - power, found + 1, trials - found) for power in (0.5, _OFTEN))
    return half, often


def _of_mean(
    baseline: Mean, value: float, side: Side, ratio: float, tolerance: float, level: float
) -> tuple[float | None, float | None]:
    """On the scale, where the error does not depend on the value; found by halving."""
    error, sign = baseline.error / math.sqrt(ratio), -1.0 if side == "at_least" else 1.0
    degrees = max(1.0, baseline.degrees * ratio)

    def is_found(distance: float) -> bool:
        window = Mean(baseline.centre + sign * distance, error, degrees, baseline.scale)
        worse = sign * (_from_scale(window.centre, baseline.scale) - value)
        return worse > tolerance and worse_by_chance(window, baseline, side) <= level

    critical = _smallest(is_found, error + baseline.error)
    if critical is None:
        return None, None
    half, often = (
        sign * (_from_scale(baseline.centre + sign * distance, baseline.scale) - value)
        for distance in (critical, critical + normal_quantile(_OFTEN) * error)
    )
    return half, often


def _smallest(is_found: Callable[[float], bool], step: float) -> float | None:
    low, high = 0.0, step or 1.0
    for _ in range(_HALVINGS):
        if is_found(high):
            break
        low, high = high, 2 * high
    else:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_found(middle) else (middle, high)
    return high


def _from_scale(on_scale: float, scale: Scale) -> float:
    match scale:
        case "linear":
            return on_scale
        case "log":
            return math.exp(min(700.0, on_scale))
        case "logit":
            return 1 / (1 + math.exp(-max(-700.0, min(700.0, on_scale))))
        case "complement":
            return 1 - math.exp(min(700.0, -on_scale))


def _in_units(name: str, value: float, tolerance: float) -> float:
    return tolerance * value if name in RELATIVE else tolerance


def _said(name: str, value: float, losses: Sequence[Found]) -> Iterator[str]:
    word = "rise" if name in RELATIVE else "loss"
    for each in losses:
        if each.half is None or each.often is None:
            yield f"with {each.rows:,} rows a window, no {word} is found"
            continue
        half, often = _shown(name, value, each.half), _shown(name, value, each.often)
        yield f"with {each.rows:,} rows a window, a {word} of {half} is found in half of the windows, {often} in 90 %"


def _shown(name: str, value: float, loss: float) -> str:
    if name in RELATIVE:
        return f"{100 * loss / value:.2g} %" if value else f"{loss:.2g}"
    return f"{loss:.2g}" if name == "r2" else f"{100 * loss:.2g} points"
