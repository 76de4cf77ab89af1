"""Regression: every metric equals scikit-learn's; what is undefined is defined to be so."""

import math

import numpy as np
import pytest
from sklearn import metrics

from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import RegressionRows
from tests.unit.kinds.model_quality.conftest import Regression, ids


def state(predicted: list[float], actual: list[float]) -> RegressionState:
    return RegressionState.of(RegressionRows(np.array(predicted), np.array(actual), ids(len(actual))))


def test_metrics_equal_scikit_learns_on_bike_sharing(bike_sharing: Regression) -> None:
    predicted, actual = bike_sharing.predicted, bike_sharing.actual

    quality = regression_quality(RegressionState.of(RegressionRows(predicted, actual, ids(len(actual)))))

    assert list(quality.metrics) == ["mae", "mse", "rmse", "r2"]
    expected = {
        "mae": metrics.mean_absolute_error(actual, predicted),
        "mse": metrics.mean_squared_error(actual, predicted),
        "rmse": metrics.root_mean_squared_error(actual, predicted),
        "r2": metrics.r2_score(actual, predicted),
        "mean_error": float(np.mean(predicted - actual)),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(actual, predicted),
    }
    for name, value in expected.items():
        assert quality.all[name].value == pytest.approx(value, rel=1e-9), name


def test_the_median_error_is_exact_on_few_rows_and_within_the_sketchs_rank_error_on_many(
    bike_sharing: Regression,
) -> None:
    predicted, actual = bike_sharing.predicted, bike_sharing.actual
    few = regression_quality(state(predicted[:1999].tolist(), actual[:1999].tolist()))
    many = regression_quality(state(predicted.tolist(), actual.tolist()))

    exact = metrics.median_absolute_error(actual[:1999], predicted[:1999])
    assert few.extras["median_absolute_error"].value == pytest.approx(exact, rel=1e-12)
    errors = np.sort(np.abs(predicted - actual))
    rank = np.searchsorted(errors, many.extras["median_absolute_error"].value) / len(errors)
    assert rank == pytest.approx(0.5, abs=0.002)


def test_sums_are_the_correctly_rounded_ones() -> None:
    """A large error does not swallow the small ones, as it does when doubles are added row by row."""
    errors = [1e16, *[1.0] * 1000, -1e16]

    quality = regression_quality(state(errors, [0.0] * len(errors)))

    assert quality.extras["mean_error"].value == 1000 / 1002


@pytest.mark.parametrize("rows", [199, 200])
def test_standard_deviation_is_printed_from_200_rows_on(rows: int) -> None:
    generator = np.random.default_rng(1)
    actual = generator.normal(size=rows)

    quality = regression_quality(state((actual + generator.normal(size=rows)).tolist(), actual.tolist()))

    assert all(math.isnan(metric.standard_deviation) is (rows < 200) for metric in quality.metrics.values())


def test_standard_deviation_is_that_of_five_samples_without_replacement(bike_sharing: Regression) -> None:
    """Theory: of the mean of a share f of n rows drawn without replacement, sqrt(variance / n * (1 - f) / f)."""
    actual, predicted = bike_sharing.actual, bike_sharing.predicted
    theory = float(np.std(np.abs(predicted - actual))) * math.sqrt(0.2 / 0.8 / len(actual))

    found = [
        regression_quality(RegressionState.of(RegressionRows(predicted, actual, ids(len(actual), f"draw {draw}"))))
        .metrics["mae"]
        .standard_deviation
        for draw in range(8)
    ]

    # Five values have a population variance of 4/5 of the true one, on average.
    assert math.sqrt(np.mean(np.square(found)) * 5 / 4) == pytest.approx(theory, rel=0.35)


def test_without_rows_every_metric_is_undefined() -> None:
    quality = regression_quality(RegressionState.empty())

    assert quality.rows == 0
    assert not any(metric.defined or metric.interval for metric in quality.all.values())


def test_r2_of_a_constant_ground_truth_is_undefined_and_the_rest_is_not() -> None:
    quality = regression_quality(state([1.0, 2.0, 4.0], [2.0, 2.0, 2.0]))

    assert not quality.metrics["r2"].defined
    assert quality.metrics["mae"].value == 1.0
    assert quality.notes == ("r2 is undefined: the ground truth is the same in all rows.",)


def test_a_perfect_model_has_no_error_and_r2_of_one() -> None:
    quality = regression_quality(state([1.0, 2.0, 4.0], [1.0, 2.0, 4.0]))

    assert quality.metrics["mse"].value == 0.0
    assert quality.metrics["mse"].interval is None
    assert quality.metrics["r2"].interval is None


def test_errors_that_are_all_the_same_have_no_interval_however_many() -> None:
    actual = [float(row % 50) for row in range(1000)]
    quality = regression_quality(state(actual, actual))

    assert {name for name, metric in quality.all.items() if metric.interval} == {"median_absolute_error"}
    assert quality.metrics["mae"].withheld == "All errors are the same, so nothing is known of their noise."
    assert quality.metrics["r2"].withheld == "All errors are the same, so nothing is known of their noise."


def test_percentage_error_leaves_out_rows_whose_ground_truth_is_zero_and_says_so() -> None:
    quality = regression_quality(state([1.0, 3.0], [0.0, 2.0]))

    assert quality.extras["mean_absolute_percentage_error"].value == 0.5
    assert quality.notes == ("mean_absolute_percentage_error leaves out 1 rows whose ground truth is 0.",)


def test_errors_beyond_the_range_of_doubles_are_infinite_and_have_no_interval() -> None:
    quality = regression_quality(state([1e200, 2.0, 3.0], [-1e200, 1.0, 2.0]))

    assert quality.metrics["mse"].value == math.inf
    assert quality.metrics["mse"].interval is None
    assert quality.metrics["r2"].interval is None
