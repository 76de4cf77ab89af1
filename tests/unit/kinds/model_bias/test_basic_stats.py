"""Clarify's statistics beside the metrics; test_against_smclarify.py compares them with smclarify's."""

import math

import pytest

from driftline.kinds.model_bias.rules.basic_stats import Outcomes, group_statistics, performance
from tests.unit.kinds.model_bias.support import table

TABLES = table((60, 20, 30, 190), (20, 15, 25, 90))


def test_the_group() -> None:
    found = group_statistics(TABLES)

    assert found.proportion == 150 / 450
    assert found.labels == (45 / 150, 1 - 45 / 150)
    assert found.confusion == (20 / 150, 15 / 150, 25 / 150, 90 / 150)


def test_the_model() -> None:
    found = performance(Outcomes.of(TABLES.both.sum(axis=0)))

    assert found["True Positive Rate / Recall"] == 80 / 135
    assert found["Acceptance Rate / Precision"] == 80 / 115
    assert found["F1 Score"] == pytest.approx(2 * 80 / (135 + 115))
    assert found["Conditional Rejection"] == 315 / 335


def test_an_empty_group_and_one_sided_predictions_have_statistics_too() -> None:
    assert group_statistics(table((1, 1, 1, 1), (0, 0, 0, 0))).confusion == (0.0, 0.0, 0.0, 0.0)
    assert performance(Outcomes(0, 0, 3, 2))["Conditional Acceptance"] == math.inf
    assert performance(Outcomes(0, 0, 3, 2))["F1 Score"] == 0.0
