"""Estimates of shares from a confusion matrix, for baselines without estimates.json: its rows count as independent."""

from collections.abc import Mapping

from driftline.kinds.model_quality.rules.estimates import Share
from driftline.kinds.model_quality.rules.intervals import f_size
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.kinds.model_quality.rules.values import label_text

_BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}

type Matrix = Mapping[str, Mapping[str, int]]


def matrix_estimates(problem: ProblemType, matrix: Matrix, positive_label: str) -> dict[str, Share]:
    """By metric; none for metrics that need more than the counts, and for shares of nothing."""
    cells = [(actual, predicted, rows) for actual, row in matrix.items() for predicted, rows in row.items()]
    if problem is ProblemType.BINARY:
        return _of_binary(cells, label_text(positive_label) or positive_label)
    rows, right = sum(each[2] for each in cells), sum(rows for actual, predicted, rows in cells if actual == predicted)
    return dict.fromkeys(("accuracy", "weighted_recall"), Share(right, rows)) if rows else {}


def _of_binary(cells: list[tuple[str, str, int]], positive: str) -> dict[str, Share]:
    counts = {(a, p): 0 for a in (True, False) for p in (True, False)}
    for actual, predicted, rows in cells:
        counts[label_text(actual) == positive, label_text(predicted) == positive] += rows
    tp, fp, fn, tn = counts[True, True], counts[False, True], counts[True, False], counts[False, False]
    ratios = {
        "recall": (tp, tp + fn),
        "true_positive_rate": (tp, tp + fn),
        "false_negative_rate": (fn, tp + fn),
        "true_negative_rate": (tn, tn + fp),
        "false_positive_rate": (fp, tn + fp),
        "precision": (tp, tp + fp),
        "accuracy": (tp + tn, tp + fp + fn + tn),
    }
    found = {name: Share(hits, trials) for name, (hits, trials) in ratios.items() if trials}
    for name, beta in _BETAS.items():
        size, square = f_size(tp, fp, fn, beta), beta * beta
        if size:
            found[name] = Share(size * (1 + square) * tp / ((1 + square) * tp + square * fn + fp), size)
    return found
