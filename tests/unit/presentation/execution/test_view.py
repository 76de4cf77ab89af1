"""What the template and the charts get."""

import pytest

from driftline.kinds.model_quality.page.view_model_quality import matrix
from driftline.presentation.pages.execution.view import digits_of, shorts


@pytest.mark.parametrize(
    ("values", "digits"),
    [([0.0, 1.0], 6), ([100.0, 200.0], 6), ([1.7e9, 1.7e9 + 3600], 11), ([1e15, 1e15 + 1], 15), ([7.0, 7.0], 6)],
)
def test_digits_follow_from_the_span(values: list[float], digits: int) -> None:
    assert digits_of(values) == digits


def test_places_of_times_stay_apart() -> None:
    seconds = [1_700_000_000.0 + 120 * i for i in range(31)]

    assert shorts(seconds, digits_of(seconds)) == seconds


def test_a_small_matrix_has_every_label_and_the_baselines_shares() -> None:
    made = matrix({"0": {"0": 8, "1": 2}, "1": {"1": 5}}, {"0": {"0": 1}})

    assert made.predicted == ("0", "1")
    (first, cells), (second, others) = made.rows
    assert (first, second) == ("0", "1")
    assert [(each.rows, each.share, each.shade, each.baseline) for each in cells] == [
        ("8", "80 %", 8, "100 %"),
        ("2", "20 %", 2, "0 %"),
    ]
    assert [(each.rows, each.share, each.baseline) for each in others] == [("0", "0 %", "–"), ("5", "100 %", "–")]


def test_of_many_labels_the_rare_ones_are_added_up() -> None:
    confusion = {f"{i:03}": {f"{i:03}": 100 - i, f"{(i + 1) % 60:03}": 1} for i in range(60)}

    made = matrix(confusion)

    assert len(made.predicted) == 26
    assert made.predicted[0] == "000"
    assert made.predicted[-1] == "all other labels"
    total = sum(int(cell.rows.replace(",", "")) for _, cells in made.rows for cell in cells)
    assert total == sum(sum(row.values()) for row in confusion.values())
