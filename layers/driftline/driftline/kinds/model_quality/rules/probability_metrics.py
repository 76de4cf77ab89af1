"""Driftline's own metrics of probabilities: average precision, log loss, Brier score, expected calibration error."""

import numpy as np

from driftline.domain.profiles.moments import Moments
from driftline.kinds.model_quality.rules import bootstrap
from driftline.kinds.model_quality.rules.areas import LEAST_OF_A_CLASS, average_precision, too_few_of_a_class
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.design import carrying, too_few
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate
from driftline.kinds.model_quality.rules.means import mean_of_losses
from driftline.kinds.model_quality.rules.quality import MetricValue
from driftline.kinds.model_quality.rules.record_sums import RecordSums


def probability_metrics(state: BinaryState) -> dict[str, MetricValue]:
    errors = state.errors
    return {
        "average_precision": average_precision(state),
        "log_loss": _mean(state, errors.loss, errors.loss_by_record),
        "brier_score": _mean(state, errors.squared, errors.squared_by_record),
        "expected_calibration_error": _calibration_error(state),
    }


def _mean(state: BinaryState, rows: Moments, records: RecordSums) -> MetricValue:
    return MetricValue.of(rows.mean, _few(state) or mean_of_losses(records))


def _calibration_error(state: BinaryState) -> MetricValue:
    rows, bins = state.errors.loss.count, state.errors.bins
    sums = np.array([each.sum for each in bins])
    value = float(np.abs(sums).sum()) / rows
    found: Estimate | str = _few(state)
    if not found and state.outcomes.count < state.rows:
        found = "The rows come together in records, and no interval of the calibration error is known to hold then."
    if not found:
        squares = np.array([each.squares[0] for each in bins])
        deviations = np.sqrt(np.maximum(0.0, squares - sums * sums / rows)) / rows
        found = Bounds(value, *bootstrap.absolute_sum(sums / rows, deviations))
    return MetricValue.of(value, found)


def _few(state: BinaryState) -> str:
    """Why there is no interval with so few rows of one class; empty if there are enough."""
    positives = int(state.outcomes.power((1, 0, 1, 0), 1))
    negatives = state.rows - positives
    if min(positives, negatives) < LEAST_OF_A_CLASS:
        return too_few_of_a_class(positives, negatives)
    if state.outcomes.count == state.rows:
        return ""
    return too_few(state.outcomes.count, carrying(state.outcomes, (1, 0, 1, 0), (0, 1, 0, 1)))
