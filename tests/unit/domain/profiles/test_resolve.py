"""Columns get their names: from the document, the baseline, or their place."""

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.placing import Resemblance
from driftline.domain.profiles.resolve import resolve_columns
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile


def _window(**layouts: tuple[int, list[str]]) -> WindowProfile:
    """Layouts with as many rows and these columns, each of a value of its own: its place in the list."""
    tables = {}
    for layout, (rows, keys) in layouts.items():
        columns = {key: ColumnValues(np.full(rows, float(i)), 0, {}, None) for i, key in enumerate(keys)}
        tables[layout.replace("csv_", "csv:").replace("_", "+")] = TableProfile.of(Table(rows, columns))
    return WindowProfile(tables, records=1)


CSV = ["input[1]", "input[0]", "output[0]"]
JSON = ["input.b", "output.score", "input.a", "output.label"]


def _names(window: WindowProfile, **known: object) -> list[str]:
    return [name for name, _ in resolve_columns(window, **known).features]  # type: ignore[arg-type]


def test_positions_take_the_documents_names_output_first() -> None:
    resolved = resolve_columns(
        _window(csv_1_2=(4, CSV)), document_columns=(["y"], ["a", "b"]), baseline_names=["z0", "z1", "z2"]
    )

    assert [(name, profile.moments.mean) for name, profile in resolved.features] == [("y", 2.0), ("a", 1.0), ("b", 0.0)]
    assert (resolved.rows, resolved.layout, resolved.other_layout_rows) == (4, "csv:1+2", {})


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (["z0", "z1", "z2"], ["z0", "z1", "z2"]),
        (["z0", "z1"], ["output[0]", "z0", "z1"]),
        (["z0"], ["z0", "_c1", "_c2"]),
        (["z0", "z1", "z2", "z3"], ["z0", "z1", "z2"]),
        (None, ["_c0", "_c1", "_c2"]),
    ],
)
def test_positions_without_a_document_take_the_baselines_place(baseline: list[str] | None, expected: list[str]) -> None:
    assert _names(_window(csv_1_2=(4, CSV)), baseline_names=baseline) == expected


def test_a_side_that_the_document_leaves_out_is_named_by_the_baseline() -> None:
    window = _window(csv_1_2=(4, CSV))

    assert _names(window, document_columns=(["y"], []), baseline_names=["z0", "z1", "z2"]) == ["y", "z1", "z2"]
    assert _names(window, document_columns=(["y"], ["a"])) == ["y", "a", "_c2"]


def test_a_column_that_is_missing_in_every_row_keeps_its_place() -> None:
    resolved = resolve_columns(_window(csv_1_3=(4, ["output[0]", "input[0]", "input[2]"])))

    assert [name for name, _ in resolved.features] == ["_c0", "_c1", "_c2", "_c3"]
    assert resolved.features[2][1] == ColumnProfile.empty()


def test_names_of_json_come_in_the_baselines_order_then_by_the_alphabet() -> None:
    window = _window(json=(4, [*JSON, "input.aa"]))

    assert _names(window) == ["label", "score", "a", "aa", "b"]
    assert _names(window, baseline_names=["score", "label", "b", "a"]) == ["score", "label", "b", "a", "aa"]
    assert _names(window, document_columns=(["score", "label"], ["b", "aa", "a"])) == ["score", "label", "b", "aa", "a"]


def test_a_name_on_both_sides_stays_with_the_output() -> None:
    window = _window(json=(4, ["input.id", "input.a", "output.id"]))

    resolved = resolve_columns(window, baseline_names=["id", "a", "input.id"])

    assert [(name, profile.moments.mean) for name, profile in resolved.features] == [
        ("id", 2.0),
        ("a", 1.0),
        ("input.id", 0.0),
    ]


def test_sides_of_different_kinds_are_resolved_each_on_its_own() -> None:
    window = _window(mixed=(4, ["input[0]", "input[1]", "output.score"]))

    assert _names(window) == ["score", "_c1", "_c2"]
    assert _names(window, baseline_names=["score", "a", "b"]) == ["score", "a", "b"]


LISTS = ["output.predictions[0]", *(f"input.features[{i}]" for i in (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0))]


def test_a_list_in_json_is_by_place() -> None:
    window = _window(json=(4, LISTS))
    letters = list("abcdefghijk")

    resolved = resolve_columns(window, baseline_names=["y", *letters])

    assert [(name, profile.moments.mean) for name, profile in resolved.features] == [
        ("y", 0.0),
        *((letter, 11.0 - i) for i, letter in enumerate(letters)),
    ]
    assert _names(window, document_columns=(["y"], letters[:2])) == [
        "y",
        "a",
        "b",
        *(f"features[{i}]" for i in range(2, 11)),
    ]
    assert resolved.keys["k"] == "input.features[10]"


def test_a_list_in_json_keeps_names_that_are_known_or_all_that_there_is() -> None:
    window = _window(json=(4, LISTS))
    own = ["predictions[0]", *(f"features[{i}]" for i in range(11))]

    assert _names(window) == own
    assert _names(window, baseline_names=["features[1]", "predictions[0]", "features[0]"]) == [
        "predictions[0]",
        "features[1]",
        "features[0]",
        *own[3:],
    ]


def test_a_list_of_a_serving_protocol_is_by_place_next_to_other_keys() -> None:
    keys = ["output.model_version", "output.predictions[0]", "input.a"]

    assert _names(_window(json=(4, keys)), document_columns=(["p"], ["a"])) == ["p", "model_version", "a"]


def test_another_list_next_to_other_keys_keeps_its_name() -> None:
    keys = ["input.tags[0]", "input.tags[1]", "input.age"]

    assert _names(_window(json=(4, keys)), document_columns=([], ["x", "y", "age"])) == ["age", "tags[0]", "tags[1]"]


def test_a_name_that_only_looks_like_an_element_invents_no_columns() -> None:
    assert _names(_window(json=(4, ["input.x[3]", "input.{}"])), baseline_names=["a"]) == ["x[3]", "{}"]


def test_the_width_of_a_csv_side_is_known_from_the_layout() -> None:
    columns = {"output[0]": ColumnValues(np.ones(2), 2, {}, None)}
    mixed = {
        "csv:2+json": ["_c0", "_c1"],
        "json+csv:2": ["_c0", "_c1", "_c2"],
    }

    for layout, expected in mixed.items():
        assert _names(WindowProfile({layout: TableProfile.of(Table(2, columns))})) == expected


def test_what_a_preprocessor_returns_is_taken_by_place_if_nobody_knows_its_names() -> None:
    window = _window(preprocessed=(4, [f"input.{i:020}" for i in (10, 2, 0, 1)]))
    by_place = ["label", "a", "b"]

    resolved = resolve_columns(window, baseline_names=by_place)

    assert [(name, profile.moments.mean) for name, profile in resolved.features] == [
        ("label", 2.0),
        ("a", 3.0),
        ("b", 1.0),
        (f"{10:020}", 0.0),
    ]
    assert _names(window, document_columns=(["label"], ["a", "b", "c"])) == [*by_place, "c"]
    assert _names(window) == [f"{i:020}" for i in (0, 1, 2, 10)]


def test_what_a_preprocessor_returns_is_taken_by_name_if_any_is_known() -> None:
    window = _window(preprocessed=(4, ["input.b", "input.a", "input.label"]))

    assert _names(window, baseline_names=["label", "b", "c"]) == ["label", "b", "a"]


def test_the_layout_with_most_rows_counts_and_the_others_are_told() -> None:
    window = _window(csv_1_2=(4, CSV), csv_1_1=(4, CSV[1:]), json=(3, JSON))

    resolved = resolve_columns(window)

    assert (resolved.layout, resolved.rows) == ("csv:1+1", 4)
    assert resolved.other_layout_rows == {"csv:1+2": 4, "json": 3}


def test_nothing_captured_is_no_feature() -> None:
    resolved = resolve_columns(WindowProfile.empty(), baseline_names=["a"])

    assert (resolved.rows, resolved.features, resolved.layout, resolved.other_layout_rows) == (0, (), "", {})


def _looks(**means: float) -> Resemblance:
    """Columns of the baseline by their mean; the columns of a window have their place in the list as mean."""

    def looks(name: str, profile: ColumnProfile) -> float:
        return float(profile.moments.mean == means[name])

    return looks


def test_a_name_that_the_input_carries_is_not_given_to_an_output() -> None:
    window = _window(json=(4, ["output.predictions[0]", "input.age", "input.income"]))

    resolved = resolve_columns(window, baseline_names=["age", "income"])

    assert resolved.keys == {
        "predictions[0]": "output.predictions[0]",
        "age": "input.age",
        "income": "input.income",
    }
    assert resolved.unknown_outputs == ("predictions[0]",)
    assert resolved.by_place == ("predictions[0]",)


@pytest.mark.parametrize(
    ("inputs", "baseline", "expected", "unknown"),
    [
        # The baseline has the output: by place, as in SageMaker.
        (["age", "income"], ["y", "age", "income"], ["y", "age", "income"], ()),
        # A feature was renamed: its old name is missing, the output does not take it.
        (["Age", "income"], ["age", "income"], ["predictions[0]", "income", "Age"], ("predictions[0]",)),
        # A later feature is missing: names after one that the input carries are those of inputs.
        (["age"], ["age", "income"], ["predictions[0]", "age"], ("predictions[0]",)),
    ],
)
def test_an_output_by_place_takes_a_free_name_only_where_counts_fit(
    inputs: list[str], baseline: list[str], expected: list[str], unknown: tuple[str, ...]
) -> None:
    window = _window(json=(4, ["output.predictions[0]", *(f"input.{name}" for name in inputs)]))

    resolved = resolve_columns(window, baseline_names=baseline)

    assert [name for name, _ in resolved.features] == expected
    assert resolved.unknown_outputs == unknown


def test_an_output_does_not_take_the_name_of_a_first_feature_that_is_missing() -> None:
    window = _window(json=(4, ["output.predictions[0]", "input.income"]))

    resolved = resolve_columns(window, baseline_names=["age", "income"], resemblance=_looks(age=40.0, income=1.0))

    assert _names(window, baseline_names=["age", "income"]) == ["age", "income"]  # nothing speaks against it
    assert [name for name, _ in resolved.features] == ["predictions[0]", "income"]


def test_a_feature_with_the_name_of_an_output_keeps_it_if_the_baseline_has_inputs_only() -> None:
    window = _window(json=(4, ["output.score", "input.rate", "input.score"]))

    resolved = resolve_columns(window, baseline_names=["rate", "score"])

    assert resolved.keys == {"output.score": "output.score", "rate": "input.rate", "score": "input.score"}
    assert resolved.unknown_outputs == ("output.score",)


def _features(outputs: int, inputs: int) -> WindowProfile:
    keys = [*(f"output[{i}]" for i in range(outputs)), *(f"input[{i}]" for i in range(inputs))]
    return _window(**{f"csv_{outputs}_{inputs}": (4, keys)})


FEATURES = [f"x{i}" for i in range(6)]


def test_one_extra_column_does_not_move_the_names_if_the_others_look_as_before() -> None:
    """Its number makes the other reading fit: as many inputs as the baseline has columns, output included."""
    window, baseline = _features(1, 6), ["y", *FEATURES[:5]]
    looks = _looks(y=0, x0=1, x1=2, x2=3, x3=4, x4=5)

    extra = resolve_columns(window, baseline_names=baseline, resemblance=looks)

    assert [name for name, _ in extra.features] == ["y", "x0", "x1", "x2", "x3", "x4", "_c6"]
    assert extra.unknown_outputs == ()


def test_one_missing_column_does_not_move_the_names_if_the_others_look_as_before() -> None:
    window = _features(1, 5)
    looks = _looks(x0=1, x1=2, x2=3, x3=4, x4=5, x5=6)

    missing = resolve_columns(window, baseline_names=FEATURES, resemblance=looks)

    assert [name for name, _ in missing.features] == ["output[0]", *FEATURES[:5]]


def test_a_feature_or_two_that_drifted_do_not_change_who_has_which_name() -> None:
    """The answer looks like the first feature and the first like the second, as in a window with drift."""
    looks = _looks(x0=0, x1=1, x2=5)

    resolved = resolve_columns(_features(1, 3), baseline_names=FEATURES[:3], resemblance=looks)

    assert [name for name, _ in resolved.features] == ["output[0]", *FEATURES[:3]]


def test_captures_of_the_input_only_are_compared_with_the_inputs_of_the_baseline() -> None:
    baseline, looks = ["y", *FEATURES], _looks(y=99, **{name: i for i, name in enumerate(FEATURES)})

    assert _names(_features(0, 6), baseline_names=baseline, resemblance=looks) == FEATURES
    assert _names(_features(0, 6), baseline_names=baseline, document_columns=(["y"], [])) == FEATURES


def test_more_outputs_than_the_baseline_has_do_not_move_the_inputs() -> None:
    """A data set for training has one label, the endpoint answers with a probability of each class."""
    resolved = resolve_columns(_features(3, 6), baseline_names=["label", *FEATURES])

    assert [name for name, _ in resolved.features] == ["_c0", "_c1", "_c2", *FEATURES]
    assert resolved.unknown_outputs == ()  # the label is missing, and three columns are extra


def test_a_column_that_is_not_evaluated_may_be_missing_and_takes_no_place() -> None:
    """An index in the data set, say, that no capture has."""
    baseline = ["_c0", *FEATURES]
    for outputs in (0, 1):
        window = _features(outputs, 6)
        resolved = resolve_columns(window, baseline_names=baseline, optional={"_c0"})
        assert [name for name, _ in resolved.features][outputs:] == FEATURES
    # It keeps its place where captures have it.
    assert _names(_features(0, 7), baseline_names=baseline, optional={"_c0"}) == baseline
    named = _window(json=(4, [f"input.{name}" for name in baseline]))
    assert _names(named, baseline_names=baseline, optional={"_c0"}) == baseline


def test_sagemaker_goes_by_place_whatever_the_number() -> None:
    names = _names(_features(1, 2), baseline_names=["a", "b"], strictly_by_place=True)

    assert names == ["a", "b", "_c2"]
