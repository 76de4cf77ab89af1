"""Types and categories: what the baseline's own rows say is right."""

from pathlib import Path

from tests.cases.running import case


def test_whole_numbers_of_javascript_are_fractional_enough(tmp_path: Path) -> None:
    shop = case("16-js-whole-numbers", tmp_path)

    assert shop.everything().exit_code == 0

    summary = shop.summary()
    [feature] = summary["body"]["features"]
    assert summary["findings"] == []
    assert feature["drift"] is not None
    assert not feature["drift"]["drifted"]


def test_a_mixed_column_does_not_fail_with_the_rows_of_its_baseline(tmp_path: Path) -> None:
    shop = case("20-mixed-str-int-category", tmp_path)
    made = shop.baseline()
    assert "c is mixed" in made.output

    assert shop.everything().exit_code == 0

    summary = shop.summary()
    assert summary["findings"] == []
    assert summary["rows"] == 300


def test_categories_that_are_all_new_are_found_however_many_they_are(tmp_path: Path) -> None:
    shop = case("37b-120-categories-all-new", tmp_path)

    assert shop.everything().exit_code == 2

    [finding] = shop.summary()["findings"]
    assert (finding["subject"], finding["check"]) == ("c", "categorical_values_check")
    assert finding["observed"] < 0.1
