"""Baseline rows from data: clusters that are there are found; the cost is bounded; the rule for their number."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.background import MOST_ROWS, background
from driftline.domain.explanations.column_types import ColumnType
from tests.unit.domain.explanations.models import rows


def blobs(centres: list[list[float]], each: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(scale=0.1, size=(each * len(centres), len(centres[0])))
    found: np.ndarray = np.repeat(np.array(centres), each, axis=0) + noise
    return found


CENTRES = [[0.0, 0.0, 5.0], [10.0, 0.0, 5.0], [0.0, 10.0, -5.0], [10.0, 10.0, -5.0]]


@pytest.mark.parametrize("clusters", [None, 4])
def test_clusters_that_are_there_are_found(clusters: int | None) -> None:
    found = background(blobs(CENTRES, 50), clusters)

    assert found.sizes == (50, 50, 50, 50)
    np.testing.assert_allclose(sorted(np.round(found.rows).tolist()), sorted(CENTRES))


def test_as_good_as_scikit_learn() -> None:
    """On standardised numbers; k-means has local optima, so costs are compared, not centres."""
    data = rows(400, 5, 3)
    standard = (data - data.mean(axis=0)) / data.std(axis=0)
    sklearn = KMeans(6, n_init=3, random_state=0).fit(standard)

    ours = (background(data, 6).rows - data.mean(axis=0)) / data.std(axis=0)

    cost = np.square(standard[:, None] - ours[None]).sum(axis=2).min(axis=1).sum()
    assert cost == pytest.approx(sklearn.inertia_, rel=0.03)


def test_one_cluster_is_the_mean() -> None:
    data = rows(100, 3, 1)

    found = background(data, 1)

    np.testing.assert_allclose(found.rows, data.mean(axis=0, keepdims=True))
    assert found.sizes == (100,)


def test_categories_have_their_mode() -> None:
    data = [["red", 1.0 + i / 1000, "x"] for i in range(30)] + [["blue", 9.0 + i / 1000, "y"] for i in range(20)]
    data += [["green", 9.5, "y"], [None, 9.5, "y"]]

    found = background(data, 2)

    assert [row[0] for row in found.rows.tolist()] == ["red", "blue"]
    assert [row[2] for row in found.rows.tolist()] == ["x", "y"]
    assert found.sizes == (30, 22)
    assert found.rows[0][1] == pytest.approx(1.0145)


def test_categories_alone_make_clusters() -> None:
    data = [["a", "b", "c"]] * 10 + [["d", "e", "f"]] * 5

    assert background(data).rows.tolist() == [["a", "b", "c"], ["d", "e", "f"]]


def test_missing_numbers_do_not_count_in_means() -> None:
    data = np.array([[1.0, np.nan], [3.0, np.nan], [2.0, np.nan], [np.nan, np.nan]])

    found = background(data, 1, [ColumnType.NUMERICAL] * 2)

    assert found.rows[0][0] == 2.0
    assert np.isnan(found.rows[0][1])


@pytest.mark.parametrize("data", [[[1.0, 2.0]], [[1.0, 2.0]] * 7, [["a", None]] * 3])
def test_equal_rows_are_one_cluster(data: list[list[object]]) -> None:
    for clusters in (None, 5):
        assert background(data, clusters).rows.tolist() == data[:1]


def test_more_clusters_than_rows() -> None:
    found = background([[1.0], [2.0], [3.0]], 10)

    assert sorted(found.rows[:, 0].tolist()) == [1.0, 2.0, 3.0]


def test_without_structure_there_are_few() -> None:
    """In many dimensions no split explains 5 %; along a line three parts do."""
    assert len(background(rows(1000, 40, 1)).rows) == 1
    assert len(background(np.linspace(0, 1, 1000)[:, np.newaxis]).rows) == 3


def test_at_most_twelve() -> None:
    corners = (np.eye(20) * 100.0).tolist()

    assert len(background(blobs(corners, 10)).rows) == 12


def test_of_much_data_an_even_sample_is_clustered() -> None:
    data = np.arange(3.0 * MOST_ROWS)[:, np.newaxis]

    found = background(data, 1)

    assert sum(found.sizes) == MOST_ROWS
    assert found.rows[0][0] == pytest.approx(1.5 * MOST_ROWS, rel=0.001)


def test_equal_data_and_seed_give_equal_rows() -> None:
    data = rows(300, 4, 2)

    np.testing.assert_array_equal(background(data, 5, seed=4).rows, background(data, 5, seed=4).rows)


@pytest.mark.parametrize(("data", "clusters", "what"), [([], None, "no row"), ([[1.0]], 0, "0 clusters")])
def test_what_cannot_be(data: list[list[float]], clusters: int | None, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        background(data, clusters)
