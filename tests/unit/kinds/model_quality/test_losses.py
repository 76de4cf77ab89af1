"""Limits that are the baseline's own values: the level of all of them together, and what is found."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, ttest_ind_from_stats

from driftline.domain.inference.families import LEVEL
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.estimates import Mean, Share
from driftline.kinds.model_quality.rules.groups import groups_of
from driftline.kinds.model_quality.rules.losses import Comparison, found


def shares(hits: float, rows: float, before: float, rows_before: float, name: str = "recall") -> Comparison:
    return Comparison(
        name, "at_least", hits / rows, Share(hits, rows), before / rows_before, Share(before, rows_before)
    )


def test_two_shares_are_compared_by_fishers_exact_test() -> None:
    p_value = fisher_exact([[60, 40], [800, 200]], alternative="less").pvalue
    assert shares(60, 100, 800, 1000).p_value == pytest.approx(p_value)


def test_two_means_are_compared_by_students_t() -> None:
    window, baseline = Mean(2.3, 0.1, 49), Mean(2.0, 0.05, 399)
    found_ = Comparison("mae", "at_most", 2.3, window, 2.0, baseline)
    expected = ttest_ind_from_stats(
        2.3, 0.1 * np.sqrt(50), 50, 2.0, 0.05 * np.sqrt(400), 400, equal_var=False, alternative="greater"
    ).pvalue
    assert found_.p_value == pytest.approx(expected, rel=1e-6)


def test_a_loss_beyond_chance_is_found_and_a_smaller_one_is_not() -> None:
    assert "recall" in found([shares(60, 100, 800, 1000)], tolerance=0.01)
    assert not found([shares(74, 100, 800, 1000)], tolerance=0.01)


def test_a_loss_that_does_not_matter_is_not_found_however_certain() -> None:
    certain = shares(792_000, 1_000_000, 800_000, 1_000_000)
    assert certain.p_value < 1e-6
    assert not found([certain], tolerance=0.01)
    assert found([certain], tolerance=0.005)


def test_an_improvement_is_never_found() -> None:
    assert not found([shares(100, 100, 500, 1000)], tolerance=0.0)


def test_the_loss_of_an_error_is_relative() -> None:
    worse = Comparison("mae", "at_most", 110.0, Mean(110, 1, 99), 100.0, Mean(100, 1, 99))
    assert worse.loss == pytest.approx(0.1)


def test_a_test_that_cannot_find_anything_takes_nothing_from_the_others() -> None:
    # Given a loss that is found by itself, and five facts of two rows each
    alone = shares(80, 100, 950, 1000)
    few = [shares(1, 2, 950, 1000, name=f"few {i}") for i in range(5)]
    assert min(each.smallest_p_value for each in few) > LEVEL / 6
    assert found([alone, *few], 0.01)["recall"] == found([alone], 0.01)["recall"]


def test_facts_that_move_together_are_found_in_at_most_one_quiet_window_of_a_hundred() -> None:
    generator = np.random.default_rng(11)
    rung = 0
    for _ in range(1000):
        window, baseline = (generator.random((rows, 3)) < 0.85 for rows in (300, 2000))
        window[:, 1], baseline[:, 1] = window[:, 0], baseline[:, 0]  # the same rows
        compared = [
            shares(now.sum(), 300, before.sum(), 2000, str(name))
            for name, (now, before) in enumerate(zip(window.T, baseline.T, strict=True))
        ]
        rung += bool(found(compared, tolerance=0.01))
    assert rung <= 15


def test_one_fact_has_one_name() -> None:
    names = ("auc", "true_positive_rate", "f2", "false_positive_rate", "recall", "f1")
    groups = groups_of(ProblemType.BINARY, names)
    assert groups == [("auc",), ("recall", "true_positive_rate"), ("f1", "f2"), ("false_positive_rate",)]
    assert groups_of(ProblemType.REGRESSION, ("mse", "mae", "rmse")) == [("rmse", "mse"), ("mae",)]
