"""Constraints that no window can violate are neither accepted nor suggested."""

import json

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.constraints import parse_quality_constraints, suggest_constraints
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows
from driftline.kinds.model_quality.rules.spelling import misspelled, unusable_as_baseline
from driftline.kinds.model_quality.rules.state import quality_of
from tests.unit.kinds.model_quality.conftest import ids


def _file(name: str, threshold: str, operator: str) -> str:
    text = json.dumps(
        {"binary_classification_constraints": {name: {"threshold": "?", "comparison_operator": operator}}}
    )
    return text.replace('"?"', threshold)


@pytest.mark.parametrize(
    ("name", "threshold", "operator"),
    [
        ("recall", "-0.5", "LessThanThreshold"),
        ("false_positive_rate", "5", "GreaterThanThreshold"),
        ("recall", "Infinity", "LessThanThreshold"),
        ("recall", "-Infinity", "LessThanThreshold"),
        ("mae", "Infinity", "GreaterThanThreshold"),
    ],
)
def test_thresholds_that_switch_a_check_off(name: str, threshold: str, operator: str) -> None:
    with pytest.raises(InvalidInputError, match="switch") as caught:
        parse_quality_constraints(_file(name, threshold, operator), "shop/constraints.json")
    assert caught.value.where == "shop/constraints.json"


@pytest.mark.parametrize(
    ("name", "threshold", "operator"),
    [
        ("recall", "0", "LessThanThreshold"),  # of SageMaker, for a model that is never right
        ("recall", '"NaN"', "LessThanThreshold"),
        ("mae", "25", "GreaterThanThreshold"),
        ("r2", "-0.3", "LessThanThreshold"),
    ],
)
def test_thresholds_as_sagemaker_writes_them(name: str, threshold: str, operator: str) -> None:
    assert name in parse_quality_constraints(_file(name, threshold, operator)).constraints


def _binary(actual: list[str], predicted: list[str] | None = None, positive: str = "1") -> BinaryState:
    rows = BinaryRows(
        Classes.of(actual),
        ids(len(actual)),
        Classes.of(predicted) if predicted else None,
        None if predicted else np.linspace(0, 1, len(actual)),
    )
    return BinaryState.of(rows, positive)


def test_what_can_never_ring_is_not_suggested() -> None:
    never_right = quality_of(_binary(["1", "1", "0", "0"], ["0", "0", "1", "0"]))
    suggested = suggest_constraints(never_right).that_can_ring().constraints
    assert "accuracy" in suggested
    assert "recall" not in suggested  # 0, and no recall is less
    assert "false_negative_rate" not in suggested  # 1, and no rate is greater


@pytest.mark.parametrize(
    ("actual", "predicted", "said"),
    [
        (["no", "yes"], None, "no label is the positive_label '1'; found no, yes"),
        (["1", "0"], ["yes", "no"], "no prediction is the positive_label '1'; found no, yes"),
        (["0", "0"], ["no", "no"], "no label or prediction is the positive_label '1'; found 0, no"),
    ],
)
def test_labels_that_are_spelled_in_another_way(actual: list[str], predicted: list[str] | None, said: str) -> None:
    assert misspelled(_binary(actual, predicted)) == said


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [(["0", "0"], None), (["0", "0"], ["0", "1"]), (["1", "0"], ["0", "0"]), (["1", "1"], ["1", "1"])],
)
def test_a_window_may_have_no_positives(actual: list[str], predicted: list[str] | None) -> None:
    assert misspelled(_binary(actual, predicted)) is None


@pytest.mark.parametrize(
    ("actual", "predicted", "said"),
    [
        (["0", "0"], None, "no row has label '1', the positive_label; found 0"),
        (["1", "0"], ["0", "0"], "no row is predicted '1', the positive_label; found 0"),
    ],
)
def test_a_baseline_needs_positives(actual: list[str], predicted: list[str] | None, said: str) -> None:
    assert unusable_as_baseline(_binary(actual, predicted)) == said


def test_a_baseline_needs_predictions_that_are_labels() -> None:
    def state(predicted: list[str]) -> MulticlassState:
        return MulticlassState.of(MulticlassRows(Classes.of(predicted), Classes.of(["cat", "dog"]), ids(2)))

    assert unusable_as_baseline(state(["0", "1"])) == (
        "no prediction is a label: the labels are cat, dog, the predictions 0, 1"
    )
    assert unusable_as_baseline(state(["dog", "dog"])) is None
