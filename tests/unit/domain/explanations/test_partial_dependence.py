"""Partial dependence: Clarify's grid, scikit-learn's means, categories, and rows that are counted beforehand."""

import numpy as np
import pytest
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells, Floats
from driftline.domain.explanations.column_types import ColumnType
from driftline.domain.explanations.partial_dependence import NO_VALUE, NOT_SUPPORTED, PartialDependence
from tests.unit.domain.explanations.models import probabilities, rows, scores


def test_the_buckets_of_the_documentation() -> None:
    """Clarify's documentation: ages from 19 to 75 in 20 and in 15 buckets."""
    ages = np.linspace(19.0, 75.0, 1000)[:, np.newaxis]
    (twenty,), (fifteen,) = PartialDependence(ages, grid_resolution=20).grids, PartialDependence(ages).grids

    assert twenty.values[:2] == pytest.approx((20.4, 23.2))
    assert twenty.values[-1] == pytest.approx(73.6)
    assert fifteen.values[:2] == pytest.approx((20.8667, 24.6), abs=1e-4)
    np.testing.assert_allclose(fifteen.distribution, np.histogram(ages, bins=15)[0] / 1000)


def test_means_are_those_of_scikit_learn() -> None:
    data = rows(200, 4, 1)
    model = LinearRegression().fit(data, scores(data))
    (grid,) = (dependence := PartialDependence(data, [2])).grids
    theirs = partial_dependence(model, data, [2], custom_values={2: np.array(grid.values)}, kind="average")

    (curve,) = dependence.curves(model.predict)

    np.testing.assert_allclose(curve.predictions, theirs["average"])


def test_several_outputs_are_rows() -> None:
    data = rows(30, 3, 1)
    (curve,) = PartialDependence(data, [0], grid_resolution=4).curves(probabilities)

    assert curve.predictions.shape == (2, 4)
    np.testing.assert_allclose(curve.predictions.sum(axis=0), 1.0)


def test_categories_numbers_first_then_texts() -> None:
    data: list[list[object]] = [["red", 1.5, 3], ["blue", 2.5, 1], ["red", 3.5, 1], [None, 4.5, 1]]

    def model(cells: Cells) -> Floats:
        return np.array([float(size) * (2 if colour == "red" else 1) for colour, size, _ in cells])

    dependence = PartialDependence(data)
    colours, sizes, flags = dependence.grids

    assert (colours.type, colours.values, colours.distribution) == (
        *(ColumnType.CATEGORICAL, ("blue", "red"), (1 / 3, 2 / 3)),
    )
    assert (sizes.type, len(sizes.values)) == (ColumnType.NUMERICAL, 15)
    assert (flags.values, flags.distribution) == ((1, 3), (0.75, 0.25))
    curve = next(dependence.curves(model))
    assert curve.predictions.tolist() == [[3.0, 6.0]]


def test_free_text_and_columns_without_values_have_an_error() -> None:
    data = [["no value at all", None], ["this is a sentence", None], ["and another one here", None]]

    text, empty = PartialDependence(data).curves(lambda cells: np.ones(len(cells)))

    assert (text.grid.type, text.grid.error) == (ColumnType.FREE_TEXT, NOT_SUPPORTED)
    assert (empty.grid.type, empty.grid.error) == (ColumnType.CATEGORICAL, NO_VALUE)
    assert text.predictions.size == empty.predictions.size == 0


def test_of_many_categories_the_most_frequent_are_kept() -> None:
    data = [[name] for name in [*(f"c{i // 2}" for i in range(200)), *["c5"] * 3800, "rare"]]

    (grid,) = PartialDependence(data).grids

    assert len(grid.values) == 100
    assert "rare" not in grid.values
    assert sum(grid.distribution) == pytest.approx(4000 / 4001)


def test_a_constant_that_is_declared_numerical_is_one_bucket() -> None:
    (grid,) = PartialDependence([[2.0], [2.0]], types=[ColumnType.NUMERICAL]).grids

    assert (grid.values, grid.distribution) == ((2.0,), (1.0,))


def test_whole_numbers_in_texts_have_buckets() -> None:
    (grid,) = PartialDependence([["1"], ["2"], ["4"], [""]], grid_resolution=3).grids

    assert (grid.values, grid.distribution) == ((1.5, 2.5, 3.5), (1 / 3, 1 / 3, 1 / 3))


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_batches_are_bounded_and_counted_beforehand(at_once: int) -> None:
    sizes: list[int] = []

    def counting(cells: Cells) -> Floats:
        sizes.append(len(cells))
        return scores(cells)

    data = rows(40, 3, 1)
    dependence = PartialDependence(data, [0, 2], grid_resolution=5, most_rows=13)
    curves = list(dependence.curves(counting, at_once))

    assert sum(sizes) == dependence.rows_to_ask == 2 * 5 * 13
    assert max(sizes) <= at_once
    whole = list(dependence.curves(scores))
    for one, other in zip(curves, whole, strict=True):
        np.testing.assert_allclose(one.predictions, other.predictions)
    (last,) = dependence.curves(scores, start=1)
    np.testing.assert_array_equal(last.predictions, whole[1].predictions)


def test_the_data_are_left_alone() -> None:
    data = rows(10, 2, 1)
    before = data.copy()

    list(PartialDependence(data).curves(scores))

    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize(
    ("data", "arguments", "what"),
    [
        ([], {}, "no row"),
        ([[1.0]], {"features": [1]}, "no feature 1"),
        ([[1.0]], {"grid_resolution": 0}, "0 buckets"),
        ([["a"]], {"types": [ColumnType.NUMERICAL]}, "not a number"),
    ],
)
def test_what_cannot_be(data: list[list[object]], arguments: dict[str, object], what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        PartialDependence(data, **arguments)  # type: ignore[arg-type]
