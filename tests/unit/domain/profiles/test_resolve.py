"""Columns get their names: from the document, the baseline, or their place."""

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.profiles.column import ColumnProfile
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
