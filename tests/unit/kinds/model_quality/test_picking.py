"""Where predictions, probabilities and labels are, how they are read, and what becomes of what cannot be."""

import numpy as np
import pytest

from driftline.domain.capture.attribute import Output, pick
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.picking import PickedColumns, pick_columns, pick_data_set, why_unusable
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.predictions.values import items, label_text, likeliest, probability_of
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.rows import BinaryRows, MulticlassRows, RegressionRows
from driftline.kinds.model_quality.rules.samples import memberships, row_hashes
from driftline.kinds.model_quality.rules.usable import state_of, usable_rows
from tests.unit.kinds.model_quality.conftest import ids

AUTOPILOT = ("predicted_label", "probability", "probabilities", "labels")


def binary(outputs: list[Output], labels: list[object], attributes: Attributes) -> BinaryRows:
    rows = usable_rows(pick_columns(outputs, labels, attributes), ids(len(outputs)), attributes).rows
    assert isinstance(rows, BinaryRows)
    return rows


@pytest.mark.parametrize(
    ("attribute", "row", "columns", "value"),
    [
        ("0", ["no", "0.9"], (), "no"),
        ("1", ["no", "0.9"], (), "0.9"),
        ("2", ["no", "0.9"], (), None),
        ("score", ["no", "0.9"], ("label", "score"), "0.9"),
        ("score", {"label": "no", "score": 0.9}, (), 0.9),
        ("1", {"label": "no", "score": 0.9}, (), 0.9),
        ("1", {"1": "a key of this name goes first", "score": 0.9}, (), "a key of this name goes first"),
        ("emp.rate", {"emp.rate": 3}, (), 3),
        ("emp-rate", {"emp-rate": 3}, (), 3),
        ("emp-rate", {"other": 3}, (), None),
        ("predictions[0].score", {"predictions": [{"score": 0.2}]}, (), 0.2),
        ("result.score", {"result": {"score": 0.2}}, (), 0.2),
        ("[0].score", [{"score": 0.2}], (), 0.2),
        ("missing.score", {"result": 1}, (), None),
        ("0", "0.7", (), "0.7"),
        ("score", 0.7, ("score",), 0.7),
    ],
)
def test_an_attribute_is_an_index_a_name_or_an_expression(
    attribute: str, row: object, columns: tuple[str, ...], value: object
) -> None:
    assert pick(attribute, row, columns) == value


@pytest.mark.parametrize(
    ("problem", "options", "message"),
    [
        (ProblemType.REGRESSION, {"probability": "0"}, "no inference_attribute"),
        (ProblemType.BINARY, {}, "neither inference_attribute nor probability_attribute"),
        (ProblemType.BINARY, {"inference": "predictions[0"}, "no JMESPath expression"),
        (ProblemType.BINARY, {"probability": "0", "threshold": 50.0}, "probability_threshold_attribute 50.0"),
    ],
)
def test_attributes_that_cannot_work_are_refused(
    problem: ProblemType, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message.replace(".", r"\.")):
        Attributes(problem, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1.0", "1"),
        (" 1 ", "1"),
        ("1.5", "1.5"),
        (True, "true"),
        ("True", "true"),
        ('"yes"', "yes"),
        ("'no'", "no"),
        ("01", "01"),
        ("", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_the_same_label_is_the_same_however_it_is_written(value: object, text: str | None) -> None:
    assert label_text(value) == text


@pytest.mark.parametrize("text", ["[0.1, 0.9]", "[0.1,0.9]", " [0.1, 0.9]\n"])
def test_a_list_of_probabilities_in_a_cell_is_read(text: str) -> None:
    assert items(text) == [0.1, 0.9]
    assert probability_of("yes", text, "['no', 'yes']") == 0.9
    assert probability_of("no", text, '["no", "yes"]') == 0.1
    assert likeliest(text, "['no', 'yes']") == "yes"


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        ("[0.1, 0.2, 0.7]", None),
        ("[0.1, 0.9]", "['no', 'maybe']"),
        ("[0.1, 0.2, 0.7]", "['no', 'yes']"),
        ("[__import__('os')]", "['no', 'yes']"),
        ("[0.1", None),
        ("high", None),
        (None, None),
    ],
)
def test_probabilities_of_unknown_labels_are_none(value: object, labels: object) -> None:
    assert np.isnan(probability_of("yes", value, labels))


@pytest.mark.parametrize("probability", ["probability", "probabilities", "1", "2"])
def test_autopilots_binary_response(probability: str) -> None:
    attributes = Attributes(ProblemType.BINARY, "predicted_label", probability, positive_label="yes", columns=AUTOPILOT)
    output = ["no", "0.1", "[0.9, 0.1]", "['no', 'yes']"]

    rows = binary([output], ["yes"], attributes)

    assert rows.probability is not None
    assert rows.probability.tolist() == [0.1]
    state = state_of(rows, attributes)
    assert isinstance(state, BinaryState)
    assert state.named().counts() == {("yes", "no"): 1}


def test_autopilots_multiclass_response_has_its_likeliest_label_as_prediction() -> None:
    attributes = Attributes(ProblemType.MULTICLASS, probability="probabilities", columns=AUTOPILOT)
    output = ["ignored", "0.7", "[0.2, 0.7, 0.1]", "['cat', 'dog', 'eel']"]

    rows = usable_rows(pick_columns([output], ["cat"], attributes), ids(1), attributes).rows

    assert isinstance(rows, MulticlassRows)
    assert rows.predicted.names == ("dog",)


def test_unusable_rows_are_counted_by_their_first_reason_and_left_out() -> None:
    attributes = Attributes(ProblemType.REGRESSION, inference="0")
    outputs: list[Output] = [["1.5"], [""], ["x"], ["2"], ["inf"], ["3"]]
    labels: list[object] = ["1", "1", "1", None, "1", "many"]

    usable = usable_rows(pick_columns(outputs, labels, attributes), ids(6), attributes)

    assert isinstance(usable.rows, RegressionRows)
    assert usable.rows.predicted.tolist() == [1.5]
    assert usable.rows.ids.tolist() == ids(6)[:1].tolist()
    assert usable.unusable == {
        "no label": 1,
        "no prediction": 1,
        "the label is not a finite number": 1,
        "the prediction is not a finite number": 2,
    }


def test_probabilities_outside_0_and_1_are_unusable() -> None:
    attributes = Attributes(ProblemType.BINARY, probability="0")
    outputs: list[Output] = [["0.5"], ["1.5"], ["-0.1"], ["x"], ["1"]]

    usable = usable_rows(pick_columns(outputs, ["1"] * 5, attributes), ids(5), attributes)

    assert usable.unusable == {"the probability is not a number between 0 and 1": 3}
    assert len(usable.rows.ids) == 2


def test_a_label_may_be_a_json_object() -> None:
    attributes = Attributes(ProblemType.REGRESSION, inference="score", ground_truth="delay")
    outputs: list[Output] = [{"score": 1.0}]

    usable = usable_rows(pick_columns(outputs, [{"flight": 7, "delay": 12}], attributes), ids(1), attributes)

    assert isinstance(usable.rows, RegressionRows)
    assert usable.rows.actual.tolist() == [12.0]


def test_a_data_sets_rows_hold_the_label_too() -> None:
    attributes = Attributes(ProblemType.BINARY, probability="p", threshold=0.8, ground_truth="y", columns=("y", "p"))

    columns = pick_data_set([["1", "0.9"], ["0", "0.8"]], attributes)
    state = state_of(usable_rows(columns, ids(2), attributes).rows, attributes)

    assert isinstance(state, BinaryState)
    assert state.named().counts() == {("1", "1"): 1, ("0", "0"): 1}


def test_rows_on_which_an_expression_fails_are_unusable_and_their_neighbours_are_not() -> None:
    attributes = Attributes(ProblemType.REGRESSION, inference="scores[?@ > `1`] | [0]")
    outputs: list[Output] = [{"scores": [1, 2]}, {"scores": [1, "high"]}, {"scores": [3]}]

    usable = usable_rows(pick_columns(outputs, [2, 2, 2], attributes), ids(3), attributes)

    assert isinstance(usable.rows, RegressionRows)
    assert usable.rows.predicted.tolist() == [2, 3]
    (reason,) = usable.unusable
    assert usable.unusable == {reason: 1}
    said = why_unusable(reason, outputs[usable.first[reason]], 2, attributes)
    assert said.startswith("inference_attribute scores[?@ > `1`] | [0] fails: '>' not supported")


def test_stored_columns_of_numbers_are_read_without_a_detour() -> None:
    columns = PickedColumns(np.array([1.0, np.nan, 3.0]), np.array([1.5, 2.0, np.inf]))

    usable = usable_rows(columns, ids(3), Attributes(ProblemType.REGRESSION, inference="0"))

    assert isinstance(usable.rows, RegressionRows)
    assert usable.rows.actual.tolist() == [1.0]
    assert usable.unusable == {"no label": 1, "the prediction is not a finite number": 1}


def test_samples_hold_four_fifths_of_the_rows_each_and_differ() -> None:
    members = memberships(ids(20_000))

    assert members[0].all()
    assert members[1:].mean(axis=1) == pytest.approx(0.8, abs=0.015)
    both = (members[1] & members[2]).mean()
    assert both == pytest.approx(0.64, abs=0.02)


def test_rows_of_one_record_have_hashes_of_their_own_and_a_row_always_the_same() -> None:
    hashes = row_hashes(["a", "a", "b"], [0, 1, 0])

    assert len(set(hashes.tolist())) == 3
    assert row_hashes(["b"], [0]).tolist() == hashes[2:].tolist()
