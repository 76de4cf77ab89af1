"""Areas under the ROC and the precision-recall curve, with their intervals; or why there is none."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from driftline.domain.inference.areas import area
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules import bootstrap, curves, intervals
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.design import certainty, limited_effect, too_few
from driftline.kinds.model_quality.rules.estimates import Bounds, Share
from driftline.kinds.model_quality.rules.quality import MetricValue
from driftline.kinds.model_quality.rules.samples import standard_deviation
from driftline.kinds.model_quality.rules.score_counts import ScoreCounts

LEAST_OF_A_CLASS = 18
"""With fewer positive or negative rows, what their scores are is too uncertain."""

type _Areas = Callable[[Floats, Floats], Floats]


def areas(state: BinaryState) -> dict[str, MetricValue]:
    """auc and au_prc."""
    parts = state.scores.counts.astype(np.float64)
    under_roc = [curves.roc_area(negative, positive) for negative, positive in parts]
    under_pr = [curves.pr_area(negative, positive) for negative, positive in parts]
    return {
        "auc": MetricValue.of(under_roc[0], _auc(state), standard_deviation(state.rows, under_roc[1:])),
        "au_prc": MetricValue.of(
            under_pr[0],
            resampled(state, curves.pr_areas, under_pr[0]),
            standard_deviation(state.rows, under_pr[1:]),
        ),
    }


def average_precision(state: BinaryState) -> MetricValue:
    negative, positive = state.scores.counts[0].astype(np.float64)
    value = float(curves.average_precisions(negative[None, :], positive[None, :])[0])
    return MetricValue.of(value, resampled(state, curves.average_precisions, value))


def _auc(state: BinaryState) -> Bounds | str:
    found = area(*state.scores.counts[0].astype(np.float64))
    if math.isnan(found.value):
        return ""
    effect = 1.0
    if state.outcomes.count < state.rows:
        records = min(state.holding[0], state.holding[2])
        if reason := too_few(records):
            return reason
        effect = separation_effect(state) / certainty(records - 1)
    return Bounds(found.value, *intervals.auc(found, effect))


def separation_effect(state: BinaryState) -> float:
    """The design effect of the difference between the mean probabilities of positive and of negative rows.

    The area is the share of pairs that are in the right order, which no sum by record gives; the difference is its
    closest relative that one does.
    """
    sums, scores = state.separation, state.scores
    rows, totals = [], []
    for column in (0, 2):
        rows.append(sums.power([int(at == column) for at in range(4)], 1))
        totals.append(sums.power([int(at == column + 1) for at in range(4)], 1))
    means = [total / number for total, number in zip(totals, rows, strict=True)]
    weights = (-means[0] / rows[0], 1 / rows[0], means[1] / rows[1], -1 / rows[1])
    records = sums.count
    clustered = records / (records - 1) * float(sums.power(weights, 2))
    independent = sum(
        float(counts @ (scores.scores - float(mean)) ** 2) / float(number) / (float(number) - 1)
        for counts, mean, number in zip(scores.counts[0][::-1].astype(np.float64), means, rows, strict=True)
    )
    return limited_effect(clustered / independent if independent > 0 else math.inf, state.outcomes, (1, 1, 1, 1))


def resampled(state: BinaryState, metric: _Areas, value: float) -> Share | str:
    """The bootstrap's effective share, on at most a thousand groups of scores; of no more trials than positive rows."""
    negative, positive = state.scores.counts[0]
    if not positive.sum():
        return ""
    if state.outcomes.count < state.rows:
        return "The rows come together in records, and no interval of this area is known to hold then."
    if min(positive.sum(), negative.sum()) < LEAST_OF_A_CLASS:
        return too_few_of_a_class(int(positive.sum()), int(negative.sum()))
    return bootstrap.effective_share(value, _ends(state.scores, metric, value), float(positive.sum()))


def too_few_of_a_class(positives: int, negatives: int) -> str:
    fewer, number = ("positive", positives) if positives < negatives else ("negative", negatives)
    return f"Only {number:,} {fewer} row{'' if number == 1 else 's'}: an interval needs {LEAST_OF_A_CLASS}."


def _ends(scores: ScoreCounts, areas_of: _Areas, value: float) -> tuple[float, float]:
    """The percentiles of resampled areas, shifted by what the grouping of scores changes."""
    negative, positive = curves.grouped(*scores.counts[0].astype(np.float64))
    cells, groups = np.concatenate((negative, positive)).astype(np.int64), len(negative)

    def metric(drawn: NDArray[np.int64]) -> Floats:
        counts = drawn.astype(np.float64)
        return areas_of(counts[:, :groups], counts[:, groups:])[:, None]

    found = bootstrap.percentile(cells, metric)
    assert found is not None  # there are rows
    shift = value - float(areas_of(negative[None, :], positive[None, :])[0])
    return float(found[0][0]) + shift, float(found[1][0]) + shift
