"""A column's profile puts its states together."""

import numpy as np

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.table import TableProfile


def test_a_mixed_column() -> None:
    # Given the cells 1, 1.0, -0.0, AA, true
    values = ColumnValues(
        np.array([1.0, 1.0, -0.0]), 1, {"AA": 1, "true": 1}, {"1": 1, "1.0": 1, "-0.0": 1, "AA": 1, "true": 1}
    )

    profile = ColumnProfile.of(values)

    assert profile.present == 5
    assert profile.inferred_type() == "String"
    assert (profile.moments.count, profile.moments.sum) == (3, 2.0)
    assert [str(value) for value in profile.kll.levels[0].tolist()] == ["1.0", "1.0", "0.0"]
    assert round(profile.distinct.estimate()) == 4
    assert profile.categories.counts == values.categories


def test_an_empty_column() -> None:
    assert ColumnProfile.of(ColumnValues(np.empty(0), 0, {}, {})) == ColumnProfile.empty()
    assert ColumnProfile.empty().inferred_type() == "Unknown"


def test_repeats_cost_no_accuracy() -> None:
    # Given many rows with few values, where the distinct count looks at each value once
    values = np.random.default_rng(1).integers(0, 500, size=20_000) / 3

    profile = ColumnProfile.of(ColumnValues(values, 0, {}, None))

    assert (
        profile.distinct.estimate()
        == ColumnProfile.of(ColumnValues(np.unique(values), 0, {}, None)).distinct.estimate()
    )
    assert profile.kll.weight == profile.moments.count == 20_000


def test_a_column_that_a_file_lacks_is_missing_in_its_rows() -> None:
    one = TableProfile.of(Table(3, {"input.a": ColumnValues(np.ones(3), 3, {}, {"1": 3})}))
    other = TableProfile.of(Table(2, {"input.b": ColumnValues(np.ones(1), 1, {}, {"1": 1})}))

    merged = one.merge(other)

    assert (merged.rows, merged.missing("input.a"), merged.missing("input.b"), merged.missing("input.c")) == (
        5,
        2,
        4,
        5,
    )
    assert merged == other.merge(one) == TableProfile.merge_all([one, TableProfile.empty(), other])
