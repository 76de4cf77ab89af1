"""The sample of a window: the same rows, however captures are cut into files, hours and batches."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.kinds.model_explainability.row_sample import RowSample

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
COLUMNS = ["input[0]", "input[1]"]

type Batch = dict[str, list[str | int | None]]


def batch(ids: list[int]) -> Batch:
    return {
        "inference_id": [f"id-{each}" for each in ids],
        "event_id": [f"event-{each}" for each in ids],
        "row": [0] * len(ids),
        "input[0]": [str(each) for each in ids],
    }


def sample(ids: list[int], most: int, hour: datetime = HOUR) -> RowSample:
    return RowSample.of(batch(ids), COLUMNS, hour, most)


def same(first: RowSample, second: RowSample) -> bool:
    return (
        (first.rows, first.bound, first.ids, first.cells, first.hours)
        == (second.rows, second.bound, second.ids, second.cells, second.hours)
    ) and np.array_equal(first.hashes, second.hashes)


cuts = st.lists(st.lists(st.integers(0, 10_000), max_size=30), max_size=6).map(
    lambda lists: [[each * len(lists) + place for each in dict.fromkeys(some)] for place, some in enumerate(lists)]
)
"""Lists of ids, each once."""


@settings(deadline=None, max_examples=150)
@given(cuts, st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_sample_is_that_of_all_rows_whatever_the_cuts_and_their_order(
    lists: list[list[int]], most: int, chance: Random
) -> None:
    whole = sample([each for some in lists for each in some], most)
    shuffled = [list(some) for some in lists]
    for some in shuffled:
        chance.shuffle(some)
    chance.shuffle(shuffled)

    merged = RowSample.merge_all([sample(some, most) for some in shuffled], most)
    nested = RowSample()
    for some in shuffled:
        nested = RowSample.merge_all([sample(some, most), nested], most)

    assert same(merged, whole)
    assert same(nested, whole)
    assert len(whole) <= most
    assert whole.sampled == (len(whole) < whole.rows)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 500), max_size=40, unique=True), st.integers(1, 30))
def test_what_is_kept_of_an_hour_is_read_again(ids: list[int], most: int) -> None:
    kept = sample(ids, most)
    assert same(RowSample.from_bytes(kept.to_bytes(), HOUR), kept)
    assert sample(ids, most).to_bytes() == kept.to_bytes()


def test_damaged_bytes_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        RowSample.from_bytes(sample([1, 2], 5).to_bytes()[:-1], HOUR)


def test_columns_that_an_hour_lacks_have_no_value() -> None:
    assert sample([7], 5).cells == (("7", None),)


def test_rows_keep_their_hour() -> None:
    later = HOUR + timedelta(hours=1)
    merged = RowSample.merge_all([sample([1, 2], 9), sample([3], 9, later)], 9)
    assert dict(zip(merged.ids, merged.hours, strict=True)) == {"id-1": HOUR, "id-2": HOUR, "id-3": later}


def test_a_captured_inference_without_an_id_of_its_own_has_its_events() -> None:
    of = batch([5])
    of["inference_id"] = [None]
    assert RowSample.of(of, COLUMNS, HOUR, 3).ids == ("event-5",)


def test_the_sample_is_even() -> None:
    """Of 20,000 rows 2,000: each tenth of the rows has about 200 (binomial: six deviations are 81)."""
    chosen = [int(name.removeprefix("id-")) for name in sample(list(range(20_000)), 2_000).ids]
    assert len(chosen) == 2_000
    assert np.abs(np.histogram(chosen, 10, (0, 20_000))[0] - 200).max() < 81


def test_an_empty_sample() -> None:
    assert len(RowSample.merge_all([], 5)) == 0
    assert same(RowSample.merge_all([sample([1, 2], 5), RowSample()], 5), sample([1, 2], 5))
