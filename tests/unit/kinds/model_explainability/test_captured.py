"""Captured attributions as arrays: golden values of real answers, and rows that are not explained."""

import json
from pathlib import Path

import numpy as np
import pytest

from driftline.domain.capture.attributions import NOTE_KEY, AttributionReader, attribution_key
from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.captured import (
    NO_NUMBER,
    OTHER_FEATURES,
    AttributionColumns,
    Cells,
    all_names,
    explained_rows,
)

A, B = attribution_key("a", "label0"), attribution_key("b", "label0")


def test_expected_values_of_a_real_answer_are_the_same_for_all_its_rows(shared_data: Path) -> None:
    """Golden: nine rows that were explained one by one have one base; the first is -0.002199386 away from it."""
    for name, explained in (("online_tabular.response-1", 1), ("online_tabular.response-5", 8)):
        document = json.loads((shared_data / "capture_samples" / f"{name}.json").read_bytes())
        scores = document["predictions"]["data"].split()
        cells = AttributionReader().read(document, len(scores)) or ()
        keys = list(next(row for row in cells if row))
        batch: dict[str, Cells] = {key: [repr(row[key]) if row else None for row in cells] for key in keys}

        columns = AttributionColumns.of(["output[0]", "input[0]", *keys, "label"])
        found = explained_rows(columns, ["output[0]"], {**batch, "output[0]": scores}, len(scores))

        assert (len(columns.features), columns.features[0], columns.outputs) == (14, "Age", ("label0",))
        assert found.attributions.shape == (explained, 14, 1)
        assert (found.not_explained, found.rows, dict(found.unusable)) == (len(scores) - explained, len(scores), {})
        np.testing.assert_allclose(found.expected_values, 0.002837406704, rtol=0, atol=1e-12)
        if explained == 1:
            np.testing.assert_allclose(found.attributions.sum(), -0.002199386, rtol=0, atol=5e-10)


def test_every_row_is_counted_once() -> None:
    batch: dict[str, Cells] = {
        A: ["1", None, "2", None, "3", "x", "4", ""],
        B: ["0.5", None, None, None, "1", "1", "1", None],
        attribution_key("c", "label0"): [None, None, None, None, "9", None, None, None],
        NOTE_KEY: [None, None, None, "damaged", None, None, "free text is left out: d", None],
        "output[0]": ["2", "2", "2", "2", "2", "2", "2", "2"],
    }

    columns = AttributionColumns.of(list(batch)).reordered(["b", "a"], ["label0"])
    found = explained_rows(columns, ["output[0]"], batch, 8)

    assert columns.columns == [A, B, attribution_key("c", "label0"), NOTE_KEY]
    assert found.places.tolist() == [0, 6]
    assert found.attributions[:, :, 0].tolist() == [[0.5, 1], [1, 4]]
    assert found.unusable == {"damaged": 1, OTHER_FEATURES: 2, NO_NUMBER: 1}
    assert found.notes == {"free text is left out: d": 1}
    assert (found.not_explained, found.rows) == (2, 8)
    np.testing.assert_array_equal(found.expected_values[:, 0], [0.5, np.nan])


def test_output_columns_can_be_attributions_of_several_outputs() -> None:
    keys = {
        (name, output): f"output.shap[{at}]" for at, (name, output) in enumerate((n, o) for n in "ab" for o in "xy")
    }
    batch: dict[str, Cells] = {key: [at, str(at + 0.5)] for at, key in enumerate(keys.values())}
    batch |= {"output.px": ["9", None], "output.py": [9, "NaN"]}

    found = explained_rows(AttributionColumns.named(keys), ["output.px", "output.py"], batch, 2)

    assert found.attributions.tolist() == [[[0, 1], [2, 3]], [[0.5, 1.5], [2.5, 3.5]]]
    np.testing.assert_array_equal(found.expected_values, [[7, 5], [np.nan, np.nan]])


@pytest.mark.parametrize("columns", [[], ["output[0]", "label"], [NOTE_KEY]])
def test_windows_without_attributions_have_no_explained_rows(columns: list[str]) -> None:
    batch: dict[str, Cells] = {"output[0]": ["1", "2"], NOTE_KEY: ["damaged", None]}

    found = explained_rows(AttributionColumns.of(columns), [], batch, 2)

    assert found.attributions.shape == (0, 0, 0)
    assert found.expected_values.shape == (0, 0)
    assert (found.rows, sum(found.unusable.values())) == (2, int(NOTE_KEY in columns))


def test_an_empty_batch_keeps_its_shape() -> None:
    found = explained_rows(AttributionColumns.of([A, B]), ["output[0]"], {A: [], B: [], "output[0]": []}, 0)

    assert (found.attributions.shape, found.predictions.shape, found.rows) == ((0, 2, 1), (0, 1), 0)


def test_names_of_several_hours_keep_their_order() -> None:
    first, second = AttributionColumns.of([B, A]), AttributionColumns.of([A, attribution_key("c", "label1"), B])

    assert all_names([first, second]) == (("b", "a", "c"), ("label0", "label1"))


def test_the_number_of_predictions_is_that_of_outputs() -> None:
    with pytest.raises(InvalidInputError, match="2 columns of predictions for attributions of 1 outputs"):
        explained_rows(AttributionColumns.of([A]), ["output[0]", "output[1]"], {A: ["1"]}, 1)
