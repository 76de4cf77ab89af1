"""The rows that are kept to be looked at."""

import numpy as np
import pytest

from driftline.kinds.model_quality.rules.row_sample import SIZE, RowSample
from driftline.kinds.model_quality.rules.rows import RegressionRows
from driftline.kinds.model_quality.rules.samples import row_hashes


def rows(count: int, name: str = "id") -> RegressionRows:
    ids = row_hashes((f"{name}-{i}" for i in range(count)), [0] * count)
    return RegressionRows(np.arange(count, dtype=np.float64) + 0.5, np.arange(count, dtype=np.float64), ids)


def part(whole: RegressionRows, places: np.ndarray) -> RowSample:
    return RowSample.of(RegressionRows(whole.predicted[places], whole.actual[places], whole.ids[places]))


def test_few_rows_are_all_kept_with_their_values_together() -> None:
    sample = RowSample.of(rows(20))

    assert sorted(sample.pairs()) == [(float(i), i + 0.5) for i in range(20)]


@pytest.mark.parametrize("seed", range(3))
def test_any_cut_and_order_draws_the_same_rows(seed: int) -> None:
    whole, rng = rows(5_000), np.random.default_rng(seed)
    parts = np.array_split(rng.permutation(5_000), 7)

    merged = RowSample.empty()
    for places in parts:
        merged = merged.merge(part(whole, places))

    assert merged == RowSample.of(whole)
    assert len(merged.hashes) == SIZE


def test_rows_of_one_hash_have_an_order_too() -> None:
    count = SIZE + 50
    twins = RegressionRows(np.arange(count, dtype=np.float64)[::-1], np.zeros(count), np.zeros(count, dtype=np.uint64))
    places = np.arange(count)

    first = part(twins, places[:200]).merge(part(twins, places[200:]))

    assert first == part(twins, places[200:]).merge(part(twins, places[:200]))
    assert first.predicted.tolist() == list(range(SIZE))


def test_the_sample_is_even() -> None:
    """Given many windows, each row is drawn as often as chance has it, the early ones no more than the late ones."""
    drawn = np.concatenate([RowSample.of(rows(1_000, f"window {i}")).actual for i in range(60)])

    counts, _ = np.histogram(drawn, bins=10, range=(0, 1_000))

    expected = 60 * SIZE / 10
    assert np.sum((counts - expected) ** 2 / expected) < 27.9  # chi-square, 9 degrees of freedom, 0.1 %


def test_stored_and_read_again() -> None:
    sample = RowSample.of(rows(50))

    assert RowSample.from_wire(sample.to_wire()) == sample
    assert RowSample.from_wire(RowSample.empty().to_wire()) == RowSample.empty()
