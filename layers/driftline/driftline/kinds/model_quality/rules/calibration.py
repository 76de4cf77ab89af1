"""How often it happened when the model said so: the points of a reliability diagram, from counts per score.

Ten equal bins of the probability, as for the calibration error (probability_errors). A calibrated model's share of
positive rows is its mean probability in every bin (Murphy and Winkler 1977; Niculescu-Mizil and Caruana 2005).
"""

from dataclasses import dataclass

import numpy as np

from driftline.domain.inference.proportions import clopper_pearson
from driftline.kinds.model_quality.rules.intervals import Interval
from driftline.kinds.model_quality.rules.probability_errors import BINS
from driftline.kinds.model_quality.rules.score_counts import ScoreCounts


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows with lower <= probability < upper; the last bin includes 1.

    Attributes:
        mean_probability: Rounded scores (beyond 20,000 distinct ones) make it up to 0.00006 too small.
        positive_share: Of the rows, with Clopper and Pearson's 95 % interval.
    """

    lower: float
    upper: float
    rows: int
    mean_probability: float
    positive_share: float
    interval: Interval | None


def calibration(scores: ScoreCounts) -> tuple[CalibrationBin, ...]:
    """The bins that have rows, ascending."""
    negative, positive = scores.counts[0].astype(np.float64)
    rows = negative + positive
    places = np.minimum((scores.scores * BINS).astype(np.int64), BINS - 1)
    sums = [np.bincount(places, each, minlength=BINS) for each in (rows, positive, rows * scores.scores)]
    return tuple(
        CalibrationBin(
            i / BINS,
            (i + 1) / BINS,
            int(total),
            float(probability / total),
            float(hits / total),
            clopper_pearson(hits, total),
        )
        for i, (total, hits, probability) in enumerate(zip(*(each.tolist() for each in sums), strict=True))
        if total
    )
