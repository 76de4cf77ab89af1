"""The confusion matrix beside the baseline's."""

from driftline.kinds.model_quality.page.confusion import confusion_matrix


def test_a_small_matrix_has_every_label_and_the_baselines_shares() -> None:
    made = confusion_matrix({"0": {"0": 8, "1": 2}, "1": {"1": 5}}, {"0": {"0": 1}})

    assert made.across == ("0", "1")
    (first, cells), (second, others) = made.rows
    assert (first, second) == ("0", "1")
    assert [(each.rows, each.share, each.baseline) for each in cells] == [(8, 0.8, 1.0), (2, 0.2, 0.0)]
    assert [(each.rows, each.share, each.baseline) for each in others] == [(0, 0.0, None), (5, 1.0, None)]


def test_of_many_labels_the_rare_ones_are_added_up() -> None:
    confusion = {f"{i:03}": {f"{i:03}": 100 - i, f"{(i + 1) % 60:03}": 1} for i in range(60)}

    made = confusion_matrix(confusion)

    assert len(made.across) == 26
    assert made.across[0] == "000"
    assert made.across[-1] == "all other labels"
    total = sum(cell.rows for _, cells in made.rows for cell in cells)
    assert total == sum(sum(row.values()) for row in confusion.values())
