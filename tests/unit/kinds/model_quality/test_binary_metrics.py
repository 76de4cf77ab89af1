"""Binary classification: every metric equals scikit-learn's, and each corner has a defined result."""

import math

import numpy as np
import pytest
from sklearn import metrics

from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from tests.unit.kinds.model_quality.conftest import Binary, ids

KEYS = (
    *("recall", "precision", "accuracy"),
    *("recall_best_constant_classifier", "precision_best_constant_classifier", "accuracy_best_constant_classifier"),
    *("true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate"),
    *("auc", "au_prc", "f0_5", "f1", "f2"),
    *("f0_5_best_constant_classifier", "f1_best_constant_classifier", "f2_best_constant_classifier"),
)


def scored(actual: list[str], probability: list[float], positive: str = "1", threshold: float = 0.5) -> Quality:
    rows = BinaryRows(Classes.of(actual), ids(len(actual)), probability=np.array(probability, dtype=np.float64))
    return binary_quality(BinaryState.of(rows, positive, threshold))


def labelled(actual: list[str], predicted: list[str], positive: str = "1") -> Quality:
    rows = BinaryRows(Classes.of(actual), ids(len(actual)), predicted=Classes.of(predicted))
    return binary_quality(BinaryState.of(rows, positive))


def test_metrics_equal_scikit_learns_on_bank_marketing(bank_marketing: Binary) -> None:
    actual, probability = bank_marketing.positive, bank_marketing.probability
    predicted = probability > 0.3

    quality = scored(bank_marketing.actual, probability.tolist(), "yes", 0.3)

    assert tuple(quality.metrics) == KEYS
    tn, fp, fn, tp = metrics.confusion_matrix(actual, predicted).ravel().tolist()
    assert quality.confusion_matrix == {"no": {"no": tn, "yes": fp}, "yes": {"no": fn, "yes": tp}}
    precisions, recalls, _ = metrics.precision_recall_curve(actual, probability)
    expected = {
        "recall": metrics.recall_score(actual, predicted),
        "precision": metrics.precision_score(actual, predicted),
        "accuracy": metrics.accuracy_score(actual, predicted),
        "true_positive_rate": metrics.recall_score(actual, predicted),
        "true_negative_rate": metrics.recall_score(~actual, ~predicted),
        "false_positive_rate": 1 - metrics.recall_score(~actual, ~predicted),
        "false_negative_rate": 1 - metrics.recall_score(actual, predicted),
        "auc": metrics.roc_auc_score(actual, probability),
        # scikit-learn ends its curve at precision 1, Spark at the first point's precision.
        "au_prc": metrics.auc(recalls, [*precisions[:-1], precisions[-2]]),
        "f0_5": metrics.fbeta_score(actual, predicted, beta=0.5),
        "f1": metrics.f1_score(actual, predicted),
        "f2": metrics.fbeta_score(actual, predicted, beta=2),
        "accuracy_best_constant_classifier": float(np.mean(~actual)),
        "average_precision": metrics.average_precision_score(actual, probability),
        "log_loss": metrics.log_loss(actual, probability),
        "brier_score": metrics.brier_score_loss(actual, probability),
    }
    for name, value in expected.items():
        assert quality.all[name].value == pytest.approx(value, rel=1e-9), name


def test_calibration_error_is_the_weighted_gap_of_ten_bins(bank_marketing: Binary) -> None:
    actual, probability = bank_marketing.positive, bank_marketing.probability
    share, mean, rows = [], [], []
    for i in range(10):
        inside = (probability >= i / 10) & ((probability < (i + 1) / 10) | (i == 9))
        if inside.any():
            share.append(actual[inside].mean())
            mean.append(probability[inside].mean())
            rows.append(inside.sum())

    quality = scored(bank_marketing.actual, probability.tolist(), "yes")

    expected = float(np.sum(np.array(rows) * np.abs(np.array(share) - np.array(mean))) / len(actual))
    assert quality.extras["expected_calibration_error"].value == pytest.approx(expected, rel=1e-9)


def test_curves_have_sparks_shape() -> None:
    """The data and the curves of Spark's own BinaryClassificationMetricsSuite ("binary evaluation metrics")."""
    quality = scored(["0", "1", "0", "1", "1", "0", "1"], [0.1, 0.1, 0.4, 0.6, 0.6, 0.6, 0.8])

    curves = quality.curves
    assert curves is not None
    assert curves.false_positive_rates == pytest.approx((0, 0, 1 / 3, 2 / 3, 1, 1))
    assert curves.true_positive_rates == pytest.approx((0, 1 / 4, 3 / 4, 3 / 4, 1, 1))
    assert curves.recalls == pytest.approx((0, 1 / 4, 3 / 4, 3 / 4, 1))
    assert curves.precisions == pytest.approx((1, 1, 3 / 4, 3 / 5, 4 / 7))


def test_recall_is_not_the_formula_that_circulates_in_tutorials() -> None:
    """tn / (tn + fn) is the negative predictive value: 0.9 here, while one positive in five is found."""
    quality = labelled(["1"] * 5 + ["0"] * 36, ["1"] + ["0"] * 4 + ["0"] * 36)

    assert quality.metrics["recall"].value == 1 / (1 + 4)
    assert quality.metrics["recall"].value != 36 / (36 + 4)


def test_a_row_at_the_threshold_is_negative() -> None:
    quality = scored(["1", "1"], [0.8, 0.80001], threshold=0.8)

    assert quality.confusion_matrix == {"0": {"0": 0, "1": 0}, "1": {"0": 1, "1": 1}}


def test_predicted_labels_go_before_the_threshold() -> None:
    rows = BinaryRows(Classes.of(["1", "0"]), ids(2), Classes.of(["0", "1"]), np.array([0.9, 0.1]))

    quality = binary_quality(BinaryState.of(rows, "1"))

    assert quality.confusion_matrix == {"0": {"0": 0, "1": 1}, "1": {"0": 1, "1": 0}}
    assert quality.metrics["auc"].value == 1.0


def test_without_probabilities_there_are_no_curves() -> None:
    quality = labelled(["1", "0"], ["1", "1"])

    assert quality.curves is None
    assert set(KEYS) - set(quality.metrics) == {"auc", "au_prc"}
    assert not quality.extras


@pytest.mark.parametrize(
    ("actual", "undefined"),
    [
        # The constant classifier answers 1 here.
        (
            "0",
            {"recall", "true_positive_rate", "false_negative_rate", "auc", "au_prc", "recall_best_constant_classifier"},
        ),
        ("1", {"true_negative_rate", "false_positive_rate", "auc"}),
    ],
)
def test_with_a_single_class_what_would_divide_by_zero_is_undefined(actual: str, undefined: set[str]) -> None:
    quality = scored([actual] * 3, [0.2, 0.7, 0.9])

    assert {name for name, metric in quality.metrics.items() if not metric.defined} == undefined
    assert {name for name in undefined if quality.metrics[name].interval is not None} == set()
    assert any("ground truth" in note for note in quality.notes)


def test_a_model_that_says_no_to_everything_has_recall_zero_and_no_precision() -> None:
    quality = scored(["1", "0", "0"], [0.1, 0.2, 0.1])

    assert quality.metrics["recall"].value == 0.0
    assert not quality.metrics["precision"].defined
    assert quality.metrics["f1"].value == 0.0
    assert quality.notes == ("No row is predicted '1': precision is undefined.",)


def test_only_true_negatives_leave_the_f_scores_undefined() -> None:
    quality = labelled(["0", "0"], ["0", "0"])

    assert not quality.metrics["f1"].defined
    assert quality.metrics["accuracy"].value == 1.0


def test_without_rows_every_metric_is_undefined() -> None:
    quality = binary_quality(BinaryState.empty("1"))

    assert quality.rows == 0
    assert not any(metric.defined for metric in quality.all.values())


def test_labels_never_seen_before_count_as_negative_and_are_told() -> None:
    quality = labelled(["yes", "no", "maybe"], ["yes", "yes", "no"], "yes")

    assert quality.confusion_matrix is not None
    assert list(quality.confusion_matrix) == ["maybe", "no", "yes"]
    assert quality.metrics["precision"].value == 0.5
    assert quality.metrics["true_negative_rate"].value == 0.5
    assert quality.notes == ("'maybe', 'no' are all counted as negative; 'yes' as positive.",)


@pytest.mark.parametrize(("positive", "negative"), [("1", "0"), ("yes", "no"), ("true", "false"), ("A", "not A")])
def test_the_negative_label_has_a_name_even_if_no_row_is_negative(positive: str, negative: str) -> None:
    quality = scored([positive], [0.1], positive)

    assert quality.confusion_matrix is not None
    assert quality.confusion_matrix[positive] == {negative: 1, positive: 0}


@pytest.mark.parametrize(
    ("predicted", "recall", "precision", "accuracy"),
    [
        # SageMaker's own sample: ground truth 3 and 1, predictions 1 and 3, so the constant is "1".
        (["1", "1", "1", "0"], 1.0, 0.25, 0.25),
        (["0", "0", "0", "1"], 0.0, 0.0, 0.75),
        (["0", "0", "1", "1"], 0.0, 0.0, 0.75),
    ],
)
def test_the_best_constant_classifier_answers_what_the_model_answers_most_often(
    predicted: list[str], recall: float, precision: float, accuracy: float
) -> None:
    quality = labelled(["0", "0", "0", "1"], predicted)

    found = [quality.metrics[f"{name}_best_constant_classifier"].value for name in ("recall", "precision", "accuracy")]
    assert found == [recall, precision, accuracy]


def test_more_scores_than_can_be_counted_one_by_one_are_rounded_within_the_stated_error() -> None:
    generator = np.random.default_rng(5)
    probability = generator.beta(1, 30, size=60_000)
    positive = generator.random(60_000) < probability

    quality = scored(["1" if each else "0" for each in positive], probability.tolist())

    state = BinaryState.of(
        BinaryRows(Classes.of(["1" if each else "0" for each in positive]), ids(60_000), probability=probability), "1"
    )
    exact = metrics.roc_auc_score(positive, probability)
    assert len(state.scores.scores) <= 20_000
    assert 0 < state.scores.auc_error < 1e-3
    assert abs(quality.metrics["auc"].value - exact) <= state.scores.auc_error
    assert any("distinct scores" in note for note in quality.notes)


def test_curves_in_files_have_about_a_thousand_points_and_the_area_uses_all() -> None:
    generator = np.random.default_rng(6)
    probability = generator.random(7_500)
    positive = generator.random(7_500) < probability

    quality = scored(["1" if each else "0" for each in positive], probability.tolist())

    assert quality.curves is not None
    assert len(quality.curves.recalls) == math.ceil(7_500 / 7) + 1
    assert quality.metrics["auc"].value == pytest.approx(metrics.roc_auc_score(positive, probability), rel=1e-12)
