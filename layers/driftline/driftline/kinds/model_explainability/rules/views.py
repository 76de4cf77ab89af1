"""What a test sees of an attribution: φ itself, its size |φ|, and x·φ, its agreement with the input.

φ alone is blind for a weight that flips its sign where the input is symmetric, and for one that halves it sees little:
x·φ shows the first, |φ| the second.
"""

import numpy as np

from driftline.kinds.model_explainability.rules.samples import Floats, Pair

VIEWS = ("attribution", "size", "agreement")

FARTHEST = 5.0
"""Standard deviations at which standardised columns are cut, so that a few extreme rows do not decide."""

LEAST_OF_CATEGORY = 30
"""Baseline rows from which a category has a place of its own; others, and unseen ones, count as missing."""


def views(pair: Pair, output: int) -> tuple[Floats, Floats]:
    """Baseline and window, each of shape (rows, features, views).

    Without inputs on either side there are two views. A missing input has an agreement of 0, as one at the baseline's
    mean has.
    """
    phi = pair.baseline.attributions[:, :, output], pair.window.attributions[:, :, output]
    columns = [list(phi), [np.abs(each) for each in phi]]
    if pair.baseline.values is not None and pair.window.values is not None:
        places = inputs(pair, output)
        columns.append([np.nan_to_num(x, nan=0.0) * each for x, each in zip(places, phi, strict=True)])
    before, now = (np.stack([column[side] for column in columns], axis=2) for side in (0, 1))
    return before, now


def inputs(pair: Pair, output: int) -> tuple[Floats, Floats]:
    """Inputs of both, standardised by the baseline's mean and deviation; NaN where missing. Both must have them.

    Codes of categories have no order of their own: the category's mean attribution in the baseline stands for it.
    An input that is constant in the baseline is standardised by the deviation of both.
    """
    assert pair.baseline.values is not None
    assert pair.window.values is not None
    before, now = pair.baseline.values.copy(), pair.window.values.copy()
    for number, name in enumerate(pair.baseline.features):
        if name in pair.baseline.categorical | pair.window.categorical:
            phi = pair.baseline.attributions[:, number, output]
            before[:, number], now[:, number] = _ordered(before[:, number], now[:, number], phi)
    centre, scale = _standard(before, now)
    return (before - centre) / scale, (now - centre) / scale


def standardised(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Columns of both by the baseline's mean and deviation, cut at FARTHEST; columns without any spread are left out.

    Args:
        before, now: Shape (rows, columns), without missing values.
    """
    centre, scale = _standard(before, now)
    spread = (np.ptp(before, axis=0) > 0) | (np.ptp(now, axis=0) > 0) | (before[:1] != now[:1]).any(axis=0)
    both = [np.clip((each - centre) / scale, -FARTHEST, FARTHEST)[:, spread] for each in (before, now)]
    return both[0], both[1]


def _standard(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Mean and deviation of each column: of the baseline, or of both where the baseline has none; otherwise 0 and 1."""
    together = np.concatenate((before, now))
    centre, scale = _mean(before), _deviation(before)
    flat = ~(scale > _least(before))
    wide = _deviation(together)
    centre = np.where(np.isnan(centre), np.nan_to_num(_mean(together)), centre)
    scale = np.where(flat, np.where(wide > _least(together), wide, 1.0), scale)
    return centre, scale


def _mean(columns: Floats) -> Floats:
    known = ~np.isnan(columns)
    count = known.sum(axis=0)
    total = np.where(known, columns, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0))


def _deviation(columns: Floats) -> Floats:
    return np.sqrt(np.nan_to_num(_mean((columns - _mean(columns)) ** 2)))


def _least(columns: Floats) -> Floats:
    """Below it a deviation is rounding error."""
    return 1e-12 * np.nan_to_num(np.abs(_mean(columns)))


def _ordered(before: Floats, now: Floats, phi: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(before)
    codes, at, counts = np.unique(before[known], return_inverse=True, return_counts=True)
    means = np.bincount(at, phi[known], minlength=len(codes)) / counts
    frequent = counts >= LEAST_OF_CATEGORY
    codes, means = codes[frequent], means[frequent]
    return _looked_up(before, codes, means), _looked_up(now, codes, means)


def _looked_up(values: Floats, codes: Floats, means: Floats) -> Floats:
    found = np.full(len(values), np.nan)
    if len(codes):
        at = np.minimum(np.searchsorted(codes, np.nan_to_num(values)), len(codes) - 1)
        same = codes[at] == values
        found[same] = means[at[same]]
    return found
