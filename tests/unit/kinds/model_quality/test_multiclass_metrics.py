"""Multiclass classification: every metric equals scikit-learn's; the documented sample's numbers come out."""

import math
import warnings
from itertools import repeat

import pytest
from sklearn import metrics

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.rows import Classes, MulticlassRows
from tests.unit.kinds.model_quality.conftest import Multiclass, ids

NAMES = ("accuracy", "weighted_recall", "weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2")


def quality_of(actual: list[str], predicted: list[str]) -> Quality:
    rows = MulticlassRows(Classes.of(predicted), Classes.of(actual), ids(len(actual)))
    return multiclass_quality(MulticlassState.of(rows))


def test_metrics_equal_scikit_learns_on_jobs(bank_jobs: Multiclass) -> None:
    actual, predicted = bank_jobs.actual, bank_jobs.predicted

    quality = quality_of(actual, predicted)

    assert tuple(quality.metrics) == (*NAMES, *(f"{name}_best_constant_classifier" for name in NAMES))
    weighted = {"average": "weighted", "zero_division": 0}
    expected = {
        "accuracy": metrics.accuracy_score(actual, predicted),
        "weighted_recall": metrics.recall_score(actual, predicted, **weighted),
        "weighted_precision": metrics.precision_score(actual, predicted, **weighted),
        "weighted_f0_5": metrics.fbeta_score(actual, predicted, beta=0.5, **weighted),
        "weighted_f1": metrics.f1_score(actual, predicted, **weighted),
        "weighted_f2": metrics.fbeta_score(actual, predicted, beta=2, **weighted),
        "macro_f1": metrics.f1_score(actual, predicted, average="macro", zero_division=0),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
    }
    for name, value in expected.items():
        assert quality.all[name].value == pytest.approx(value, rel=1e-9), name


def test_the_best_constant_classifier_answers_the_most_frequent_answer(bank_jobs: Multiclass) -> None:
    actual, predicted = bank_jobs.actual, bank_jobs.predicted
    constant = [max(set(predicted), key=predicted.count)] * len(actual)

    quality = quality_of(actual, predicted)

    for name, score in (("accuracy", metrics.accuracy_score), ("weighted_f1", metrics.f1_score)):
        options = {} if name == "accuracy" else {"average": "weighted", "zero_division": 0}
        value = quality.metrics[f"{name}_best_constant_classifier"].value
        assert value == pytest.approx(score(actual, constant, **options), rel=1e-9)


def test_the_matrix_has_the_actual_label_outside_and_numbers_in_order() -> None:
    quality = quality_of(["10", "2", "2", "x"], ["2", "2", "10", "2"])

    assert quality.confusion_matrix == {
        "2": {"2": 1, "10": 1, "x": 0},
        "10": {"2": 1, "10": 0, "x": 0},
        "x": {"2": 1, "10": 0, "x": 0},
    }
    assert list(quality.confusion_matrix) == ["2", "10", "x"]


def test_a_class_that_only_the_model_knows_has_no_weight_and_lowers_nothing_but_the_rest() -> None:
    actual, predicted = ["a", "a", "b"], ["a", "never seen", "b"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = metrics.f1_score(actual, predicted, average="weighted", zero_division=0)

    assert quality_of(actual, predicted).metrics["weighted_f1"].value == pytest.approx(expected)


def test_a_single_class_has_perfect_or_no_scores() -> None:
    assert {metric.value for metric in quality_of(["a"] * 3, ["a"] * 3).metrics.values()} == {1.0}
    assert quality_of(["a"] * 3, ["b"] * 3).metrics["weighted_f1"].value == 0.0


def test_without_rows_every_metric_is_undefined() -> None:
    quality = multiclass_quality(MulticlassState.empty())

    assert all(math.isnan(metric.value) and metric.interval is None for metric in quality.all.values())
    assert quality.confusion_matrix == {}


def test_intervals_hold_the_values_and_shrink_with_the_rows() -> None:
    few = quality_of(["a", "b", "c", "a"] * 10, ["a", "b", "a", "c"] * 10)
    many = quality_of(["a", "b", "c", "a"] * 1000, ["a", "b", "a", "c"] * 1000)

    for name in NAMES:
        wide, narrow = few.metrics[name].interval, many.metrics[name].interval
        assert wide is not None
        assert narrow is not None
        assert wide[0] <= few.metrics[name].value <= wide[1]
        assert narrow[1] - narrow[0] < (wide[1] - wide[0]) / 5


def test_a_column_of_numbers_is_refused_as_classes() -> None:
    numbers = [str(i / 7) for i in range(2000)]

    with pytest.raises(InvalidInputError, match="2001 distinct labels"):
        MulticlassState.of(MulticlassRows(Classes.of(numbers), Classes.of(repeat("a", 2000)), ids(2000)))
