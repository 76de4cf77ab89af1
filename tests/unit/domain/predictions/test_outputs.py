"""Outputs put together again from captured columns."""

from driftline.domain.capture.attribute import pick
from driftline.domain.capture.json_rows import rows_of_json
from driftline.domain.predictions.outputs import output_columns, outputs_of


def test_columns_by_position_are_cells_in_their_order() -> None:
    rows = list(outputs_of(["output[10]", "output[2]"], [["c", "d"], ["a", None]]))
    assert rows == [("a", "c"), (None, "d")]
    assert pick("1", rows[0]) == "c"


def test_a_captured_document_is_found_by_name_and_by_path() -> None:
    # Given a nested answer, captured as flat columns
    (row,) = rows_of_json('{"predictions": {"score": 0.7, "probabilities": [0.3, 0.7]}, "model": "a.b"}')
    columns = [f"output{suffix}" for suffix in row]

    # When it is put together again
    (output,) = outputs_of(columns, [[value] for value in row.values()])

    # Then names, flat names and JMESPath all find it
    assert pick("model", output) == "a.b"
    assert pick("predictions.score", output) == 0.7
    assert pick("predictions.probabilities", output) == [0.3, 0.7]
    assert pick("predictions.probabilities[1]", output) == 0.7
    assert pick("max(predictions.probabilities)", output) == 0.7


def test_a_missing_value_is_not_there() -> None:
    (output,) = outputs_of(["output.score", "output.label"], [[None], ["yes"]])
    assert output == {"label": "yes"}


def test_without_an_output_the_preprocessed_columns_count() -> None:
    assert output_columns(["label", "input.a", "slot"]) == ["input.a"]
    assert output_columns(["label", "input[0]", "output[0]"]) == ["output[0]"]
    assert output_columns(["label"]) == []
