"""Metrics of each class."""

import pytest
from sklearn.metrics import precision_recall_fscore_support

from driftline.kinds.model_quality.page.classes import MOST, class_rows
from driftline.presentation.text import percent


def test_the_lowest_f1_first_beside_the_baselines() -> None:
    first, second = class_rows({"a": {"a": 8, "b": 2}, "b": {"a": 3, "b": 1}}, {"b": {"b": 5}})

    assert (first.name, first.rows, first.recall, first.precision, first.f1) == ("b", "4", "25 %", "33.3 %", "28.6 %")
    assert (first.then_recall, first.then_precision, first.then_f1) == ("100 %", "100 %", "100 %")
    assert (second.name, second.then_f1) == ("a", "–")


def test_agrees_with_scikit_learn() -> None:
    actual = ["a"] * 5 + ["b"] * 3 + ["c"] * 4
    predicted = ["a", "a", "b", "c", "a", "b", "b", "a", "c", "c", "c", "a"]
    confusion: dict[str, dict[str, int]] = {}
    for one, other in zip(actual, predicted, strict=True):
        row = confusion.setdefault(one, {})
        row[other] = row.get(other, 0) + 1

    made = {row.name: (row.precision, row.recall, row.f1) for row in class_rows(confusion)}

    scores = precision_recall_fscore_support(actual, predicted, labels=["a", "b", "c"])[:3]
    assert made == {label: tuple(percent(score[i]) for score in scores) for i, label in enumerate("abc")}


def test_a_class_that_was_never_predicted_or_never_there_has_dashes() -> None:
    rows = {row.name: row for row in class_rows({"a": {"b": 3}, "b": {"b": 0}})}

    assert (rows["a"].recall, rows["a"].precision) == ("0 %", "–")
    assert (rows["b"].recall, rows["b"].precision) == ("–", "0 %")


@pytest.mark.parametrize("classes", [MOST, MOST + 50])
def test_so_many_have_a_row(classes: int) -> None:
    assert len(class_rows({str(i): {str(i): 1} for i in range(classes)})) == MOST
