"""Rows of known types: text as captured, labels that are not there yet, probabilities, several columns in one facet."""

import math
from typing import Any

import numpy as np
import pytest

from driftline.domain.predictions.picking import PickedColumns
from driftline.kinds.model_bias.counting import NOT_POSITIVE, counted_rows
from driftline.kinds.model_bias.plan import BiasPlan
from driftline.kinds.model_bias.rules.columns import MISSING, ColumnType, DataType, Element
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.settings import ModelBiasMonitor
from driftline.kinds.model_bias.typed import TypedPlan

SEX: dict[str, Any] = {"facets": [{"column": "sex", "values": ["F"]}]}
BOTH: dict[str, Any] = {"facets": [{"column": "sex", "values": ["F"], "and": [{"column": "age", "threshold": 40.0}]}]}
TEXT, WHOLE = (ColumnType(DataType.CATEGORICAL, each) for each in (Element.TEXT, Element.WHOLE))
NUMBER = ColumnType(DataType.CONTINUOUS, Element.NUMBER)


def typed(fields: dict[str, Any], label: ColumnType = WHOLE) -> TypedPlan:
    settings = ModelBiasMonitor.model_validate({"positive_label": 1, "inference_attribute": "0"} | fields)
    return TypedPlan.of(BiasPlan.of_settings(settings), label, {"sex": TEXT, "age": NUMBER})


def test_equal_values_are_equal_however_they_are_spelled() -> None:
    picked = PickedColumns(["1", "1.0", 1, "0"], ["0", 1, "1.0", True])
    found = counted_rows(typed(SEX), {"sex": ["F", "M", "F", "F"]}, picked)
    assert Counts.of(found.rows).facets["sex"].cells == {
        ("F", "1", "0", None): 1,
        ("M", "1", "1", None): 1,
        ("F", "1", "1", None): 1,
        ("F", "0", "1", None): 1,
    }


def test_a_label_that_is_not_there_yet_is_no_trouble_and_one_that_is_empty_is() -> None:
    picked = PickedColumns([None, "", "1", "nan"], ["1", None, "0", "0"])
    found = counted_rows(typed(SEX), {"sex": ["F"] * 4}, picked)
    assert (found.total, found.labelled, found.predicted) == (4, 1, 3)
    assert found.unusable == {"no label": 2, "no prediction": 1}
    assert found.first == {"no label": 1, "no prediction": 1}


def test_a_probability_is_positive_strictly_above_the_threshold() -> None:
    plan = typed(SEX | {"inference_attribute": None, "probability_attribute": "0"})
    scores = np.array([0.5, math.nextafter(0.5, 1), 1.5, math.nan])
    found = counted_rows(plan, {"sex": ["F"] * 4}, PickedColumns([1, 1, 1, 1], None, scores))
    assert found.rows.prediction is not None
    assert found.rows.prediction.values == (1, NOT_POSITIVE)
    assert found.rows.prediction.codes.tolist() == [1, 0, MISSING, MISSING]
    assert found.unusable == {"the probability is not a number between 0 and 1": 2}


def test_labels_above_a_threshold_are_numbers() -> None:
    plan = typed(SEX | {"positive_label": None, "positive_threshold": 10.0}, NUMBER)
    found = counted_rows(plan, {"sex": ["F"] * 3}, PickedColumns(["10", "10.5", "x"], ["11", "y", "3"]))
    assert Counts.of(found.rows).facets["sex"].cells == {
        ("F", "below", "above", None): 1,
        ("F", "above", None, None): 1,
        ("F", None, "below", None): 1,
    }
    assert found.unusable == {
        "the label is not a finite number": 1,
        "the prediction is not a finite number": 1,
    }


def test_a_facet_of_two_columns() -> None:
    cells = {"sex": ["F", "F", "M", "", "F"], "age": ["41", "40", "", "50", ""]}
    found = counted_rows(typed(BOTH), cells, PickedColumns(["1"] * 5, ["1"] * 5))
    assert Counts.of(found.rows).facets["sex & age"].groups() == {"others": 2, None: 2, "F & above 40.0": 1}


@pytest.mark.parametrize("empty", ["", "nan", "NaN", "null", None, float("nan")])
def test_what_is_missing(empty: object) -> None:
    found = counted_rows(typed(SEX), {"sex": ["F", empty]}, PickedColumns(["1", "1"], ["1", "1"]))
    assert Counts.of(found.rows).facets["sex"].groups() == {"F": 1, None: 1}
