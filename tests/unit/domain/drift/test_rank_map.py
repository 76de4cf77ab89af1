"""Ranks with true weights, and SageMaker's collapsed ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.drift.distance import Comparison, ComparisonMethod
from driftline.domain.drift.linf import numeric_distance
from driftline.domain.drift.rank_map import collapsed_ranks, rank_map, true_ranks

levels = st.lists(st.lists(st.integers(-5, 5).map(float), max_size=12), min_size=1, max_size=4)


def test_true_ranks_weigh_an_item_of_level_l_with_two_to_the_l() -> None:
    ranks = true_ranks([[2.0, 1.0, 2.0], [2.0, 5.0], [0.0]])
    assert ranks.values.tolist() == [0.0, 1.0, 2.0, 5.0]
    assert ranks.ranks.tolist() == [4.0, 5.0, 9.0, 11.0]


def test_collapsed_ranks_keep_the_weight_of_the_highest_level_only() -> None:
    ranks = collapsed_ranks([[2.0, 1.0, 2.0], [2.0, 5.0], [0.0]])
    assert ranks.values.tolist() == [0.0, 1.0, 2.0, 5.0]
    assert ranks.ranks.tolist() == [4.0, 5.0, 7.0, 9.0]


@given(levels)
def test_collapsed_ranks_are_what_overwriting_a_sorted_dictionary_gives(data: list[list[float]]) -> None:
    """The published algorithm: stable sort by value, assign in order (the last wins), add up."""
    items = sorted(((value, 2.0**height) for height, level in enumerate(data) for value in level), key=lambda it: it[0])
    weights = dict(items)
    total, expected = 0.0, {}
    for value in sorted(weights):
        total += weights[value]
        expected[value] = total
    ours = collapsed_ranks(data)
    assert dict(zip(ours.values.tolist(), ours.ranks.tolist(), strict=True)) == expected


@given(levels)
def test_the_largest_true_rank_is_the_number_of_rows(data: list[list[float]]) -> None:
    assert true_ranks(data).size == sum(len(level) * 2**height for height, level in enumerate(data))


def test_minus_zero_and_zero_are_one_value() -> None:
    assert collapsed_ranks([[0.0, -0.0]]).size == 1.0


@pytest.mark.parametrize(("ones", "true_distance"), [(17, 0.8444), (9, 0.4)])
def test_a_flag_never_drifts_in_sagemakers_mode_and_does_in_the_corrected_one(ones: int, true_distance: float) -> None:
    """The known case: 18 rows with two values against a baseline of 3,000 rows; SageMaker reported no drift."""
    current, baseline = [[1.0] * ones + [0.0] * (18 - ones)], [[1.0] * 300 + [0.0] * 2700]

    def compared(mode: Comparison, method: ComparisonMethod) -> float:
        return numeric_distance(rank_map(current, mode), rank_map(baseline, mode), method, 0.1).value

    assert compared(Comparison.DRIFTLINE, ComparisonMethod.SIMPLE) == pytest.approx(true_distance, abs=1e-4)
    assert compared(Comparison.SAGEMAKER, ComparisonMethod.SIMPLE) == 0.0  # one of each value: no difference left
    assert compared(Comparison.SAGEMAKER, ComparisonMethod.ROBUST) == 0.0


def test_shares_below_and_at_a_key() -> None:
    ranks = true_ranks([[1.0, 2.0, 2.0, 4.0]])
    assert ranks.shares_at(ranks.values).tolist() == [0.25, 0.75, 1.0]
    assert ranks.shares_below(ranks.values).tolist() == [0.0, 0.25, 0.75]
