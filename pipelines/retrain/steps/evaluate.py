"""Measures the new model on rows that it never saw, and writes the data for its baselines.

Runs in SageMaker's XGBoost image, whose Python is 3.10. Writes evaluation.json in the form of SageMaker's model
quality, predictions with their labels, and predictions with their features, as in future captures.
"""

import argparse
import csv
import json
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xgboost

ROOT = Path("/opt/ml/processing")


def main(arguments: Sequence[str]) -> None:
    given = _parsed(arguments)
    header = json.loads((given.input / "columns" / "analysis_config.json").read_text())["headers"]
    with (given.input / "test" / "test.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    labels = np.array([float(row[0]) for row in rows])
    features = np.array([list(map(float, row[1:])) for row in rows])
    probabilities = _model(given.input / "model").predict(xgboost.DMatrix(features))
    texts = [f"{value:.9g}" for value in probabilities]
    predicted = probabilities > given.threshold
    metrics = {"binary_classification_metrics": quality(labels, probabilities, predicted)}
    _folder(given.output, "evaluation").joinpath("evaluation.json").write_text(json.dumps(metrics, indent=2))
    _write(
        _folder(given.output, "predictions") / "predictions.csv",
        ["probability", "prediction", "label"],
        [[text, str(int(positive)), row[0]] for text, positive, row in zip(texts, predicted, rows, strict=True)],
    )
    _write(
        _folder(given.output, "baseline") / "baseline.csv",
        ["probability", *header[1:]],
        [[text, *row[1:]] for text, row in zip(texts, rows, strict=True)],
    )
    sys.stdout.write(json.dumps(metrics) + "\n")


def quality(labels: np.ndarray, probabilities: np.ndarray, predicted: np.ndarray) -> dict[str, dict[str, object]]:
    """Metrics for the gate. Without rows of both classes they are undefined, and the step fails."""
    positive = labels == 1
    if positive.all() or not positive.any():
        sys.exit("The test set has rows of one class only.")
    right = int((predicted & positive).sum())
    recall = right / int(positive.sum())
    precision = right / max(int(predicted.sum()), 1)
    values = {
        "accuracy": float((predicted == positive).mean()),
        "recall": recall,
        "precision": precision,
        "f1": 2 * precision * recall / (precision + recall) if right else 0.0,
        "auc": auc(positive, probabilities),
    }
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


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--input", type=Path, default=ROOT / "input")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
