"""Clarify's statistics beside the metrics: the size and outcomes of a group, and how well the model does.

Clarify shows them in its report and does not write them to analysis.json. Source: smclarify's `bias_basic_stats` and
`model_performance_report`; 0 / 0 is 0, x / 0 is infinite.
"""

from dataclasses import dataclass
from typing import Self

from driftline.kinds.model_bias.rules.metrics.metric import divided
from driftline.kinds.model_bias.rules.tables import NEGATIVE, POSITIVE, D, Floats, Tables


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Rows by label and prediction: of one group, or of all rows."""

    tp: float
    fp: float
    fn: float
    tn: float

    @classmethod
    def of(cls, both: Floats) -> Self:
        """From rows by label and prediction, shape (2, 2)."""
        return cls(
            float(both[POSITIVE, POSITIVE]),
            float(both[NEGATIVE, POSITIVE]),
            float(both[POSITIVE, NEGATIVE]),
            float(both[NEGATIVE, NEGATIVE]),
        )

    @property
    def rows(self) -> float:
        return self.tp + self.fp + self.fn + self.tn

    def fractions(self) -> tuple[float, float, float, float]:
        """Of TP, FP, FN, TN: Clarify's `binary_confusion_matrix`."""
        tp, fp, fn, tn = (_ratio(each, self.rows) for each in (self.tp, self.fp, self.fn, self.tn))
        return tp, fp, fn, tn


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """Of the facet's group.

    Attributes:
        proportion: Its share of all rows that have a label.
        labels: Shares of positive and negative labels.
        confusion: Fractions of TP, FP, FN, TN.
    """

    proportion: float
    labels: tuple[float, float]
    confusion: tuple[float, float, float, float]


def group_statistics(tables: Tables) -> GroupStatistics:
    """Of d, from the counts of an entry."""
    sizes = tables.labels.sum(axis=1)
    positive = _ratio(float(tables.labels[D, POSITIVE]), float(sizes[D]))
    return GroupStatistics(
        _ratio(float(sizes[D]), float(sizes.sum())), (positive, 1 - positive), Outcomes.of(tables.both[D]).fractions()
    )


def performance(outcomes: Outcomes) -> dict[str, float]:
    """By Clarify's names, in its order."""
    tp, fp, fn, tn = outcomes.tp, outcomes.fp, outcomes.fn, outcomes.tn
    recall, precision = _ratio(tp, tp + fn), _ratio(tp, tp + fp)
    return {
        "Accuracy": _ratio(tp + tn, outcomes.rows),
        "Proportion of Positive Predictions in Labels": _ratio(tp + fp, outcomes.rows),
        "Proportion of Negative Predictions in Labels": _ratio(tn + fn, outcomes.rows),
        "True Positive Rate / Recall": recall,
        "True Negative Rate / Specificity": _ratio(tn, tn + fp),
        "Acceptance Rate / Precision": precision,
        "Rejection Rate": _ratio(tn, tn + fn),
        "Conditional Acceptance": _ratio(tp + fn, tp + fp),
        "Conditional Rejection": _ratio(tn + fp, tn + fn),
        "F1 Score": 2 * _ratio(precision * recall, precision + recall),
    }


def _ratio(above: float, below: float) -> float:
    return float(divided(above, below))
