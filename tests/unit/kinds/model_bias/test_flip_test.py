"""The flip test equals scikit-learn's neighbours where no distances tie, and does not depend on the order of rows."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from driftline.kinds.model_bias.rules import flip_test as module
from driftline.kinds.model_bias.rules.flip_test import Flips, flip_test


def by_neighbours(features: np.ndarray, group: np.ndarray, predicted: np.ndarray) -> float:
    """As smclarify computes it."""
    k = 5 if (~group).sum() > 9 else 1
    model = KNeighborsClassifier(k).fit(features[~group], predicted[~group])
    answers, own = model.predict(features[group]), predicted[group]
    return float(((own & ~answers).sum() - (~own & answers).sum()) / group.sum())


@pytest.mark.parametrize(("rows", "columns"), [(13, 2), (40, 1), (200, 3), (900, 14), (2_000, 20)])
def test_it_equals_scikit_learns_neighbours(rows: int, columns: int) -> None:
    generator = np.random.default_rng(rows)
    features = generator.normal(size=(rows, columns)) * 10.0 ** generator.integers(-3, 6, columns)
    group = generator.random(rows) < 0.4
    predicted = features[:, 0] + group * generator.normal(size=rows) > 0

    assert flip_test(features, group, predicted).value == by_neighbours(features, group, predicted)


@pytest.mark.parametrize("values", [1, 2, 3])
def test_the_order_of_rows_changes_nothing_even_where_all_distances_tie(values: int) -> None:
    generator = np.random.default_rng(5)
    features = generator.integers(0, values, size=(120, 3)).astype(np.float64)
    group, predicted = generator.random(120) < 0.5, generator.random(120) < 0.4
    expected = flip_test(features, group, predicted)

    for _ in range(5):
        order = generator.permutation(120)
        assert flip_test(features[order], group[order], predicted[order]) == expected


def test_repeated_rows_count_as_often_as_they_are_there() -> None:
    features = np.array([[0.0]] * 6 + [[1.0]] * 4 + [[0.4]])
    group = np.array([False] * 10 + [True])
    predicted = np.array([True, True, True, False, False, False] + [True] * 4 + [False])

    # The six rows at 0 share five places: half of the votes is no majority.
    assert flip_test(features, group, predicted) == Flips(0, 0, 1)
    predicted[3] = True
    assert flip_test(features, group, predicted) == Flips(0, 1, 1)


def test_few_others_have_one_neighbour_each() -> None:
    features = np.array([[0.0], [1.0], [2.0], [0.1], [1.9]])
    group, predicted = np.array([False] * 3 + [True] * 2), np.array([True, False, False, False, True])

    assert flip_test(features, group, predicted) == Flips(1, 1, 2)


def test_above_the_limit_a_sample_is_compared_that_does_not_depend_on_the_order() -> None:
    generator = np.random.default_rng(6)
    features, group = generator.normal(size=(900, 2)), generator.random(900) < 0.5
    predicted = features[:, 0] > 0
    found = flip_test(features, group, predicted, most=300)
    order = generator.permutation(900)

    assert found.sampled
    assert found.rows == 150
    assert flip_test(features[order], group[order], predicted[order], most=300) == found


def test_distances_are_in_memory_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(7)
    features, group = generator.normal(size=(300, 2)), generator.random(300) < 0.5
    predicted = features[:, 0] > 0
    expected = flip_test(features, group, predicted)
    monkeypatch.setattr(module, "_PRODUCT", 3_000)

    assert flip_test(features, group, predicted) == expected


@pytest.mark.parametrize(
    ("group", "text"), [([False, False], "Facet set is empty"), ([True, True], "Negated Facet set is empty")]
)
def test_an_empty_group_is_an_error(group: list[bool], text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        flip_test(np.zeros((2, 1)), np.array(group), np.array([True, False]))


@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "NaN"), (1e200, "too large")])
def test_a_feature_that_has_no_distance_is_an_error(value: float, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        flip_test(np.array([[value], [0.0]]), np.array([True, False]), np.array([True, False]))


def test_far_rows_do_not_blur_near_ones() -> None:
    features = np.array([[1e9], *[[0.1 * each] for each in range(12)], [0.31], [0.79]])
    group = np.arange(15) > 12
    predicted = np.array([True, *[each < 6 for each in range(12)], False, True])

    assert flip_test(features, group, predicted).value == by_neighbours(features, group, predicted)


def test_a_sample_keeps_a_small_group_whole() -> None:
    group = np.arange(1_000) == 0

    assert flip_test(np.zeros((1_000, 1)), group, group, most=10) == Flips(1, 0, 1, sampled=True)
