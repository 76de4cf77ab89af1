"""Distinct counts against exact ones and against the bounds that Apache DataSketches publishes for 2^12 registers."""

import numpy as np
import pytest
from datasketches import hll_sketch, hll_union, tgt_hll_type

from driftline.domain.profiles.distinct import PRECISION, DistinctCount

THREE_SIGMA = hll_sketch.get_rel_err(True, True, PRECISION, 3), hll_sketch.get_rel_err(False, True, PRECISION, 3)


@pytest.mark.parametrize("exact", [1, 2, 10, 100, 1_000, 5_000, 12_000, 20_000, 100_000, 1_000_000])
def test_within_the_published_bound(exact: int) -> None:
    estimate = DistinctCount.of(np.arange(exact) / 7).estimate()

    low, high = min(THREE_SIGMA), max(THREE_SIGMA)
    assert low <= estimate / exact - 1 <= high


def test_as_exact_as_apaches_on_average() -> None:
    generator = np.random.default_rng(11)
    ours, theirs = [], []
    for _ in range(60):
        values = generator.normal(size=8_000)
        ours.append(DistinctCount.of(values).estimate() / 8_000 - 1)
        union = hll_union(PRECISION)
        sketch = hll_sketch(PRECISION, tgt_hll_type.HLL_8)
        for value in values.tolist():
            sketch.update(value)
        union.update(sketch)
        theirs.append(union.get_estimate() / 8_000 - 1)

    assert np.sqrt(np.mean(np.square(ours))) < 1.04 / np.sqrt(2**PRECISION) * 1.25
    assert abs(np.mean(ours)) < 0.006  # no bias: three standard errors of the mean
    assert np.std(ours) < 1.5 * np.std(theirs)


def test_few_values_are_counted_nearly_exactly() -> None:
    errors = [
        abs(DistinctCount.of(np.empty(0), [f"{seed}-{i}" for i in range(50)]).estimate() - 50) for seed in range(50)
    ]

    assert max(errors) < 4
    assert np.mean(errors) < 1


def test_repeats_and_the_spelling_of_numbers_do_not_count() -> None:
    once = DistinctCount.of(np.array([0.0, 1.0]), ["a"])

    assert DistinctCount.of(np.array([1.0, -0.0, 0.0, 1.0, 1.0]), ["a"]) == once
    assert once.estimate() == pytest.approx(3, abs=0.01)


def test_a_text_is_not_the_number_that_it_spells() -> None:
    assert DistinctCount.of(np.array([1.0]), ["1"]).estimate() == pytest.approx(2, abs=0.01)


def test_no_value_counts_zero() -> None:
    assert DistinctCount.empty().estimate() == 0.0


def test_the_stored_form_is_never_longer_than_all_registers() -> None:
    lengths = [
        sum(len(part) for part in DistinctCount.of(np.linspace(0.0, 1.0, n)).to_wire())
        for n in (0, 10, 1_000, 1_500, 2_000, 100_000)
    ]

    assert lengths[:2] == [0, 30]
    assert max(lengths) == 4096
