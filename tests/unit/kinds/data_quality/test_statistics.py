"""statistics.json of windows of every kind."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.kinds.data_quality.rules import constraints, statistics
from driftline.kinds.data_quality.rules.constraints import parse_constraints
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from tests.unit.kinds.data_quality.support import Cells, profiled


def described(cells: Cells) -> dict[str, Any]:
    """Statistics by feature, as they are written."""
    document = json.loads(statistics_of(*profiled(cells)).to_json())
    return {feature["name"]: feature for feature in document["features"]}


def test_numbers_have_figures_buckets_and_a_sketch() -> None:
    feature = described({"f": ["1", "2", "3", "4", None]})["f"]
    numbers = feature["numerical_statistics"]
    assert feature["inferred_type"] == "Integral"
    assert list(numbers) == [
        "common",
        "mean",
        "sum",
        "std_dev",
        "min",
        "max",
        "approximate_num_distinct_values",
        "completeness",
        "distribution",
    ]
    assert numbers["common"] == {"num_present": 4, "num_missing": 1}
    assert numbers["completeness"] == 0.8
    assert numbers["std_dev"] == pytest.approx(np.std([1, 2, 3, 4]))
    assert numbers["distribution"]["kll"]["sketch"]["data"] == [[1.0, 2.0, 3.0, 4.0]]
    assert numbers["approximate_num_distinct_values"] == 4


def test_texts_have_a_histogram_up_to_120_distinct_values() -> None:
    features = described({"few": ["a", "b", "a", "1"], "many": [f"v{i}" for i in range(121)]})
    assert features["few"]["string_statistics"] == {
        "common": {"num_present": 4, "num_missing": 117},
        "distinct_count": 3.0,
        "completeness": 4 / 121,
        "distribution": {
            "categorical": {
                "buckets": [{"value": "a", "count": 2}, {"value": "1", "count": 1}, {"value": "b", "count": 1}]
            }
        },
    }
    assert "distribution" not in features["many"]["string_statistics"]


def test_a_column_without_values_is_unknown_with_counts_alone() -> None:
    feature = described({"f": [None, None]})["f"]
    assert feature == {
        "name": "f",
        "inferred_type": "Unknown",
        "string_statistics": {"common": {"num_present": 0, "num_missing": 2}},
    }


def test_a_constant_column_has_all_rows_in_its_last_bucket() -> None:
    kll = described({"f": ["7.5"] * 9})["f"]["numerical_statistics"]["distribution"]["kll"]
    assert [bucket["count"] for bucket in kll["buckets"]] == [0.0] * 9 + [9.0]
    assert {bucket["lower_bound"] for bucket in kll["buckets"]} == {7.5}


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "1e999"])
def test_what_is_no_finite_number_is_a_text(text: str) -> None:
    assert described({"f": ["1.5", text]})["f"]["inferred_type"] == "String"


def test_huge_numbers_are_written_as_java_does_and_read_back() -> None:
    statistics = statistics_of(*profiled({"f": ["1e10", "1e-5", "1e300"]}))
    assert '"max" : 1.0E300' in statistics.to_json()
    assert parse_statistics(statistics.to_json()) == statistics


def test_sums_beyond_a_doubles_range_are_infinite_and_survive_the_file() -> None:
    statistics = statistics_of(*profiled({"f": ["1e308"] * 9}))
    assert '"sum" : "Infinity"' in statistics.to_json()
    assert parse_statistics(statistics.to_json()) == statistics


@given(st.lists(st.none() | st.integers(-1000, 1000).map(str) | st.sampled_from("abc"), min_size=1, max_size=80))
def test_whatever_is_written_reads_back_equal(cells: list[str | None]) -> None:
    statistics = statistics_of(*profiled({"f": cells}))
    assert parse_statistics(statistics.to_json()) == statistics


def test_sketch_items_weigh_all_values() -> None:
    numbers = statistics_of(*profiled({"f": [str(i) for i in range(5000)]})).features[0].numerical_statistics
    assert numbers is not None
    assert numbers.distribution is not None
    assert numbers.distribution.kll is not None
    assert numbers.distribution.kll.sketch is not None
    assert len(numbers.distribution.kll.sketch.data) > 1
    assert sum(weight for _, weight in numbers.distribution.kll.sketch.items()) == 5000


def test_unreadable_statistics_name_the_field() -> None:
    with pytest.raises(InvalidInputError, match=r"dataset\.item_count"):
        parse_statistics('{"dataset": {}, "features": []}', "s3://bucket/statistics.json")


def test_a_feature_of_megabytes_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_LARGEST_FEATURE", 100)
    body = json.dumps({"dataset": {"item_count": 1}, "features": [{"name": "a" * 200, "inferred_type": "Unknown"}]})

    with pytest.raises(InvalidInputError, match=r"x\.json: a feature of 240 bytes\. Expected: at most 100"):
        parse_statistics(body, "x.json")


def test_a_large_file_with_an_error_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_READ_TWICE", 10)

    with pytest.raises(InvalidInputError, match=r"x\.json: cannot be read"):
        parse_statistics('{"dataset": {"item_count": 1}, "features": [{}]}', "x.json")


def test_large_constraints_are_refused_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constraints, "_LARGEST", 10)

    with pytest.raises(InvalidInputError, match=r"it has 11 bytes\. Expected: at most 10"):
        parse_constraints(b'{"a": true}', "x.json")


def test_sketches_of_texts_and_of_no_numbers() -> None:
    def document(levels: str) -> str:
        kll = '{"distribution": {"kll": {"buckets": [], "sketch": {"data": ' + levels + "}}}"
        numbers = '{"common": {"num_present": 1, "num_missing": 0}, ' + kll[1:] + "}"
        feature = '{"name": "a", "inferred_type": "Integral", "numerical_statistics": ' + numbers + "}"
        return '{"dataset": {"item_count": 1}, "features": [' + feature + "]}"

    [read] = parse_statistics(document('[[1, "2.5"], []]')).features
    assert read.levels is not None
    assert [list(level) for level in read.levels] == [[1.0, 2.5], []]
    for wrong in ('[["x"]]', "[[null]]", '["x"]', "[1]"):
        with pytest.raises(InvalidInputError, match=r"features\.0\.numerical_statistics"):
            parse_statistics(document(wrong))
