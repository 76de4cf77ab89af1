"""Numbers that charts get."""

import pytest

from driftline.presentation.pages.execution.chart_data import digits_of, shorts


@pytest.mark.parametrize(
    ("values", "digits"),
    [([0.0, 1.0], 6), ([100.0, 200.0], 6), ([1.7e9, 1.7e9 + 3600], 11), ([1e15, 1e15 + 1], 15), ([7.0, 7.0], 6)],
)
def test_digits_follow_from_the_span(values: list[float], digits: int) -> None:
    assert digits_of(values) == digits


def test_places_of_times_stay_apart() -> None:
    seconds = [1_700_000_000.0 + 120 * i for i in range(31)]

    assert shorts(seconds, digits_of(seconds)) == seconds
