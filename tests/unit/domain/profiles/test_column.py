"""A column's profile puts its states together."""

import msgspec
import numpy as np

from driftline.domain.capture.cells import values_to_columns
from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.profiles.column import ColumnProfile, ColumnWire
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.types import TypeCounts


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


class OldColumnWire(msgspec.Struct, array_like=True, frozen=True):
    """A column as it was written before its texts were counted."""

    types: object
    moments: object
    kll: object
    distinct: object
    categories: object


def test_profiles_without_counts_of_texts_are_still_read() -> None:
    profile = ColumnProfile.of(ColumnValues(np.empty(0), 0, {"a": 3, "b": 1}, {"a": 3, "b": 1}))
    new = profile.to_wire()
    old = msgspec.msgpack.encode(OldColumnWire(new.types, new.moments, new.kll, new.distinct, new.categories))

    read = ColumnProfile.from_wire(msgspec.msgpack.decode(old, type=ColumnWire))

    assert (read.texts, read.by_type) == (None, None)
    assert read.categories == profile.categories
    # What is not known of a part is not known of the whole.
    assert read.merge(profile).texts is None
    assert profile.merge(profile).texts is not None


def test_texts_are_bounded_in_size() -> None:
    texts = {f"text {i}": 1 + i % 300 for i in range(50_000)}
    profile = ColumnProfile.of(ColumnValues(np.empty(0), 0, texts, None))
    assert profile.texts is not None
    assert len(msgspec.msgpack.encode(profile.texts.to_wire())) < 4 * 4096 + 20
    assert profile.texts.at_most(texts) == sum(texts.values())
    assert profile.texts.at_most(["text 7"]) >= texts["text 7"]


def test_both_readings_of_texts_are_merged_and_stored() -> None:
    parts: list[list[object]] = [["02139", "10115"], [7, 8.5], ["x", "02139"], ["y"]]

    profiles = [ColumnProfile.of(values_to_columns(part)) for part in parts]
    merged = ColumnProfile.merge_all(profiles)

    assert merged == ColumnProfile.of(values_to_columns([value for part in parts for value in part]))
    assert merged.by_type is not None
    assert (merged.types, merged.by_type.types) == (TypeCounts(4, 1, 0, 2), TypeCounts(1, 1, 0, 5))
    whole = TableProfile(7, {"input.zip": merged, "input.other": profiles[1]})
    assert TableProfile.from_bytes(whole.to_bytes()) == whole
