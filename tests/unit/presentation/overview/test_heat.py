"""Many windows over common rows."""

import numpy as np
import pytest

from driftline.presentation.pages.overview.heat import MOST_ROWS, encoded, heat_of
from driftline.presentation.shapes import Categories, Masses, Quantiles
from tests.overviews import quantiles


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(2)


def test_every_window_adds_up_to_one(rng: np.random.Generator) -> None:
    shapes = [quantiles(rng.normal(day, 3, 500)) for day in range(20)]

    heat = heat_of(shapes, quantiles(rng.normal(0, 3, 500)))

    assert heat is not None
    assert heat.numeric
    assert heat.baseline is not None
    for column in (*heat.windows, heat.baseline):
        assert column is not None
        assert len(column) == len(heat.rows)
        assert column.sum() == pytest.approx(1.0)
        assert column.min() >= 0.0


def test_a_shift_is_seen_as_one(rng: np.random.Generator) -> None:
    heat = heat_of([quantiles(rng.normal(10.0 * (day == 4), 1, 500)) for day in range(5)], None)

    assert heat is not None
    before, after = heat.windows[3], heat.windows[4]
    assert before is not None
    assert after is not None
    middle = len(heat.rows) // 2
    assert before[:middle].sum() > 0.99
    assert after[middle:].sum() > 0.99


def test_one_odd_window_among_many_does_not_flatten_the_others(rng: np.random.Generator) -> None:
    shapes = [quantiles(rng.normal(1e6 if day == 30 else 20, 3, 500)) for day in range(90)]

    heat = heat_of(shapes, None)

    assert heat is not None
    assert heat.rows[-1].endswith("and more")
    odd, other = heat.windows[30], heat.windows[29]
    assert odd is not None
    assert other is not None
    assert odd[-1] == pytest.approx(1.0)
    assert (other > 0.005).sum() >= 10


def test_open_rows_are_left_out_where_nothing_is_in_them() -> None:
    heat = heat_of([Quantiles(tuple(np.linspace(0.0, 29.9, 41).tolist()))], None)

    assert heat is not None
    assert not heat.rows[0].startswith("below")
    assert not heat.rows[-1].endswith("more")


def test_few_distinct_numbers_get_a_row_each() -> None:
    heat = heat_of([Masses((0.0, 1.0), (0.5, 0.5)), None, Masses((1.0, 5.0), (0.9, 0.1))], Masses((0.0,), (1.0,)))

    assert heat is not None
    assert heat.rows == ("0", "1", "5")
    assert heat.windows[0] == pytest.approx([0.5, 0.5, 0.0])
    assert heat.windows[1] is None
    assert heat.windows[2] == pytest.approx([0.0, 0.9, 0.1])
    assert heat.baseline == pytest.approx([1.0, 0.0, 0.0])


def test_numbers_and_few_numbers_share_bins(rng: np.random.Generator) -> None:
    heat = heat_of([Masses((3.0,), (1.0,)), quantiles(rng.normal(3, 1, 500))], None)

    assert heat is not None
    assert heat.windows[0] is not None
    assert heat.windows[0].max() == pytest.approx(1.0)


def test_categories_of_all_windows_by_their_largest_share() -> None:
    windows = [Categories(("a", "b"), (0.9, 0.1), 0.0), Categories(("new", "a"), (0.6, 0.3), 0.1)]

    heat = heat_of(windows, Categories(("b",), (0.5,), 0.5))

    assert heat is not None
    assert not heat.numeric
    assert heat.rows == ("a", "new", "b", "all others")
    assert heat.windows[1] == pytest.approx([0.3, 0.6, 0.0, 0.1])
    assert heat.baseline == pytest.approx([0.0, 0.0, 0.5, 0.5])


def test_more_categories_than_rows_share_the_last_one() -> None:
    names = tuple(f"v{i:02}" for i in range(20))
    others = tuple(f"w{i:02}" for i in range(20))
    shares = tuple([0.05] * 20)

    heat = heat_of([Categories(names, shares, 0.0), Categories(others, shares, 0.0)], None)

    assert heat is not None
    assert len(heat.rows) == MOST_ROWS + 1
    for column in heat.windows:
        assert column is not None
        assert column.sum() == pytest.approx(1.0)


def test_windows_of_another_kind_than_the_newest_are_gaps(rng: np.random.Generator) -> None:
    heat = heat_of([Categories(("a",), (1.0,), 0.0), quantiles(rng.normal(0, 1, 90))], Categories(("a",), (1.0,), 0.0))

    assert heat is not None
    assert heat.windows[0] is None
    assert heat.baseline is None


def test_no_shape_no_heat() -> None:
    assert heat_of([None, None], None) is None


def test_shares_are_two_characters_of_thousandths() -> None:
    assert encoded(np.array([0.0, 0.0354, 1.0, 1.0000001])) == "000zrsrs"
    assert [int(text, 36) for text in ("00", "0z", "rs")] == [0, 35, 1000]
    assert encoded(None) is None
