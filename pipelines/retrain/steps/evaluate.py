"""Measures the new model on rows that it never saw, and writes the data for its baselines.

Runs in SageMaker's XGBoost image, whose Python is 3.10. Writes evaluation.json in the form of SageMaker's model
quality, with the score that decides; predictions with their labels, predictions with their features, as in future
captures, and all three together.
"""

import argparse
import csv
import json
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xgboost
from numbers_of import number_of  # next to this script, wherever SageMaker puts it

ROOT = Path(__file__).resolve().parents[2]
"""/opt/ml/processing: SageMaker puts the scripts into input/code/ there, and so does the embedded cloud elsewhere."""
CLASSES, REGRESSION = "BinaryClassification", "Regression"


def main(arguments: Sequence[str]) -> None:
    given = _parsed(arguments)
    with (given.input / "test" / "test.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    labels = np.array([float(row[0]) for row in rows])
    features = np.array([list(map(number_of, row[1:])) for row in rows])
    predicted = _model(given.input / "model").predict(xgboost.DMatrix(features))
    texts = [f"{value:.9g}" for value in predicted]
    classes = given.problem == CLASSES
    if classes:
        positive = predicted > given.threshold
        found = {
            "binary_classification_metrics": of_classes(labels, predicted, positive),
            "score": {"name": "auc", "value": auc(labels == 1, predicted)},
        }
        decided = [["prediction"], *([str(int(each))] for each in positive)]
    else:
        metrics = of_numbers(labels, predicted)
        found = {"regression_metrics": metrics, "score": {"name": "r2", "value": metrics["r2"]["value"]}}
        decided = [[]] * (len(rows) + 1)
    folder = given.output
    _folder(folder, "evaluation").joinpath("evaluation.json").write_text(json.dumps(found, indent=2))
    outputs = [given.output_name, *texts]
    inputs = [row[1:] for row in (header, *rows)]
    truths = [given.label, *(row[0] for row in rows)]
    for name, columns in {
        "predictions": [[output, *more, truth] for output, more, truth in zip(outputs, decided, truths, strict=True)],
        "baseline": [[output, *row] for output, row in zip(outputs, inputs, strict=True)],
        "labelled": [[output, *row, truth] for output, row, truth in zip(outputs, inputs, truths, strict=True)],
    }.items():
        _write(_folder(folder, name) / f"{name}.csv", columns)
    sys.stdout.write(json.dumps(found) + "\n")


def of_classes(
    labels: np.ndarray, probabilities: np.ndarray, predicted: np.ndarray
) -> Mapping[str, Mapping[str, object]]:
    """Metrics of two classes. Without rows of both they are undefined, and the step fails."""
    positive = labels == 1
    if positive.all() or not positive.any():
        sys.exit("The test set has rows of one class only.")
    right = int((predicted & positive).sum())
    recall = right / int(positive.sum())
    precision = right / max(int(predicted.sum()), 1)
    return _with_deviation(
        {
            "accuracy": float((predicted == positive).mean()),
            "recall": recall,
            "precision": precision,
            "f1": 2 * precision * recall / (precision + recall) if right else 0.0,
            "auc": auc(positive, probabilities),
        }
    )


def of_numbers(labels: np.ndarray, predicted: np.ndarray) -> Mapping[str, Mapping[str, object]]:
    """Metrics of a regression. Where all labels are equal R² is undefined, and the step fails."""
    errors = predicted - labels
    spread = float(((labels - labels.mean()) ** 2).sum())
    if not spread:
        sys.exit("All labels of the test set are equal.")
    squares = float((errors**2).sum())
    mean = squares / len(labels)
    return _with_deviation(
        {"mae": float(np.abs(errors).mean()), "mse": mean, "rmse": mean**0.5, "r2": 1 - squares / spread}
    )


def _with_deviation(values: Mapping[str, float]) -> Mapping[str, Mapping[str, object]]:
    return {name: {"value": value, "standard_deviation": "NaN"} for name, value in values.items()}


def auc(positive: np.ndarray, probabilities: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a positive row is ranked above a negative one (Mann–Whitney)."""
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # ties get their mean rank
    ones = int(positive.sum())
    zeros = len(positive) - ones
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _model(folder: Path) -> xgboost.Booster:
    with tarfile.open(folder / "model.tar.gz") as archive:
        file = archive.extractfile("xgboost-model")
        if file is None:
            sys.exit("model.tar.gz has no file xgboost-model.")
        return xgboost.Booster(model_file=bytearray(file.read()))


def _folder(output: Path, name: str) -> Path:
    folder = output / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--problem", choices=(CLASSES, REGRESSION), required=True)
    parser.add_argument("--label", required=True)
    parser.add_argument("--output-name", required=True)
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--input", type=Path, default=ROOT / "input")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
