"""predictions.json of a baseline: scikit-learn's calibration, a sample, and which statistics.json it belongs to."""

import csv
import io
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    mean_absolute_percentage_error,
    median_absolute_error,
)

from driftline.domain.keys import baseline_predictions_key
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested
from tests.executing import suggest_in
from tests.fakes import InMemoryStore

FOLDER = "baselines/churn/model_quality/"
STATISTICS, PREDICTIONS = f"{FOLDER}statistics.json", f"{FOLDER}predictions.json"
BINARY = "problem_type: BinaryClassification, probability_attribute: probability, ground_truth_attribute: label"
MULTICLASS = "problem_type: MulticlassClassification, inference_attribute: score, ground_truth_attribute: label"
REGRESSION = "problem_type: Regression, inference_attribute: score, ground_truth_attribute: label"


def bucket(monitor: str, data: str | bytes) -> InMemoryStore:
    return InMemoryStore(
        objects={
            "monitors/churn.yaml": f"endpoint: churn\nmonitors: {{model_quality: {{{monitor}}}}}\n".encode(),
            f"{FOLDER}input/data.csv": data.encode() if isinstance(data, str) else data,
        }
    )


def suggest(store: InMemoryStore) -> BaselineSuggested:
    return suggest_in(store, "churn", "model_quality")


def predictions(store: InMemoryStore) -> Any:
    return json.loads(store.objects[PREDICTIONS])


def csv_of(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def test_calibration_is_scikit_learns(shared_data: Path) -> None:
    """Of SageMaker's own churn predictions."""
    file = shared_data / "churn_sagemaker" / "validation_with_predictions.csv"
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    store = bucket(BINARY, file.read_bytes())

    suggest(store)

    share, mean = calibration_curve(
        [int(row["label"]) for row in rows], [float(row["probability"]) for row in rows], n_bins=10
    )
    bins = predictions(store)["calibration"]
    assert [each["positive_share"] for each in bins] == pytest.approx(share.tolist(), abs=1e-12)
    assert [each["mean_probability"] for each in bins] == pytest.approx(mean.tolist(), abs=1e-12)
    assert sum(each["rows"] for each in bins) == len(rows)


def test_calibration_is_scikit_learns_of_many_rows() -> None:
    rng = np.random.default_rng(3)
    probability = rng.beta(2, 3, 5000).round(6)
    label = (rng.random(5000) < probability**1.3).astype(int)
    store = bucket(BINARY, csv_of(["probability", "label"], list(zip(probability, label, strict=True))))

    suggest(store)

    share, mean = calibration_curve(label, probability, n_bins=10)
    bins = predictions(store)["calibration"]
    assert [each["positive_share"] for each in bins] == pytest.approx(share.tolist(), abs=1e-12)
    assert [each["mean_probability"] for each in bins] == pytest.approx(mean.tolist(), abs=1e-12)


def test_a_regression_has_a_sample_of_its_rows() -> None:
    rows = [(i, i + 0.25) for i in range(1000)]
    store = bucket(REGRESSION, csv_of(["score", "label"], rows))

    suggest(store)

    sample = predictions(store)["sample"]
    assert len(sample) == 300
    assert len({actual for actual, _ in sample}) == 300
    assert all(actual == predicted + 0.25 for actual, predicted in sample)
    assert predictions(store)["calibration"] == []
    # Drawn evenly: no part of the file is favoured
    assert sum(predicted for _, predicted in sample) / 300 == pytest.approx(499.5, abs=60)


def test_it_says_which_statistics_it_belongs_to() -> None:
    store = bucket(REGRESSION, "score,label\n1,2\n")

    suggested = suggest(store)

    assert predictions(store)["statistics"] == sha256(store.objects[STATISTICS]).hexdigest()
    assert suggested.files["predictions.json"] == PREDICTIONS
    assert suggested.kept == ()


def test_it_belongs_to_the_suggestion_where_somebody_made_statistics_of_their_own() -> None:
    store = bucket(REGRESSION, "score,label\n1,2\n")
    store.objects[STATISTICS] = b'{"regression_metrics": {}}'

    suggest(store)

    beside = store.objects[f"{FOLDER}statistics.suggested.json"]
    assert predictions(store)["statistics"] == sha256(beside).hexdigest()
    assert store.objects[STATISTICS] == b'{"regression_metrics": {}}'


def test_another_data_set_takes_its_place() -> None:
    store = bucket(REGRESSION, "score,label\n1,2\n")
    suggest(store)
    store.objects[f"{FOLDER}input/data.csv"] = b"score,label\n3,4\n"

    suggest(store)

    assert predictions(store)["sample"] == [[4.0, 3.0]]
    assert predictions(store)["statistics"] == sha256(store.objects[STATISTICS]).hexdigest()


def test_what_was_deleted_is_made_again() -> None:
    store = bucket(REGRESSION, "score,label\n1,2\n")
    suggest(store)
    before = store.objects.pop(PREDICTIONS)

    assert suggest(store).unchanged is False
    assert store.objects[PREDICTIONS] == before
    assert suggest(store).unchanged is True


def test_driftlines_own_metrics_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    actual = rng.normal(20, 6, 400).round(3)
    predicted = (actual + rng.normal(1, 2, 400)).round(3)
    store = bucket(REGRESSION, csv_of(["score", "label"], list(zip(predicted, actual, strict=True))))

    suggest(store)

    metrics = predictions(store)["metrics"]
    assert metrics["mean_error"] == pytest.approx((predicted - actual).mean())
    assert metrics["mean_absolute_percentage_error"] == pytest.approx(
        mean_absolute_percentage_error(actual, predicted), rel=1e-9
    )
    assert metrics["median_absolute_error"] == pytest.approx(median_absolute_error(actual, predicted), rel=1e-3)


def test_of_classes_too() -> None:
    store = bucket(MULTICLASS, "score,label\na,a\na,b\nb,b\nc,c\n")

    suggest(store)

    truth, guess = ["a", "b", "b", "c"], ["a", "a", "b", "c"]
    metrics = predictions(store)["metrics"]
    assert metrics["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(truth, guess))
    assert metrics["macro_f1"] == pytest.approx(f1_score(truth, guess, average="macro"))


def test_metrics_that_are_not_defined_are_left_out() -> None:
    store = bucket(REGRESSION, "score,label\n1,0\n")

    suggest(store)

    assert "mean_absolute_percentage_error" not in predictions(store)["metrics"]


def test_without_anything_to_look_at_there_is_no_file() -> None:
    classes = "problem_type: BinaryClassification, inference_attribute: score, ground_truth_attribute: label"
    store = bucket(classes, "score,label\n1,0\n1,1\n")

    suggest(store)

    assert STATISTICS in store.objects
    assert PREDICTIONS not in store.objects


def test_its_key_is_beside_the_statistics() -> None:
    assert baseline_predictions_key(STATISTICS) == PREDICTIONS
    assert baseline_predictions_key("statistics.json") == "predictions.json"
