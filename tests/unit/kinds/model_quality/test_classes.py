"""Metrics of each class."""

import pytest
from sklearn.metrics import precision_recall_fscore_support

from driftline.kinds.model_quality.page.classes import MOST, classes_table
from driftline.kinds.model_quality.page.confusion import Counts


def shares(confusion: Counts, baseline: Counts | None = None) -> dict[object, tuple[object, ...]]:
    """Recall, precision and F1 of each class, the baseline's after each."""
    return {row.cells[0]: row.cells[2:] for row in classes_table(confusion, baseline).rows}


def test_the_lowest_f1_first_beside_the_baselines() -> None:
    table = classes_table({"a": {"a": 8, "b": 2}, "b": {"a": 3, "b": 1}}, {"b": {"b": 5}})

    assert [row.cells[:2] for row in table.rows] == [("b", 4), ("a", 10)]
    assert list(table.rows[0].cells[2:]) == [0.25, 1.0, pytest.approx(1 / 3), 1.0, pytest.approx(2 / 7), 1.0]
    assert table.rows[1].cells[-1] is None
    assert [column.title for column in table.columns[2:]] == [
        *("Recall", "Baseline’s recall", "Precision", "Baseline’s precision", "F1", "Baseline’s F1")
    ]


def test_agrees_with_scikit_learn() -> None:
    actual = ["a"] * 5 + ["b"] * 3 + ["c"] * 4
    predicted = ["a", "a", "b", "c", "a", "b", "b", "a", "c", "c", "c", "a"]
    confusion: dict[str, dict[str, int]] = {}
    for one, other in zip(actual, predicted, strict=True):
        row = confusion.setdefault(one, {})
        row[other] = row.get(other, 0) + 1

    made = shares(confusion)

    scores = precision_recall_fscore_support(actual, predicted, labels=["a", "b", "c"])[:3]
    recall, precision, f1 = scores[1], scores[0], scores[2]
    for i, label in enumerate("abc"):
        assert made[label][::2] == pytest.approx((recall[i], precision[i], f1[i]))


def test_a_class_that_was_never_predicted_or_never_there_has_no_share() -> None:
    made = shares({"a": {"b": 3}, "b": {"b": 0}})

    assert made["a"][:3:2] == (0.0, None)
    assert made["b"][:3:2] == (None, 0.0)


@pytest.mark.parametrize("classes", [MOST, MOST + 50])
def test_the_table_has_at_most_so_many_rows(classes: int) -> None:
    table = classes_table({str(i): {str(i): 1} for i in range(classes)})

    assert len(table.rows) == MOST
    assert ("are shown" in table.note) == (classes > MOST)
