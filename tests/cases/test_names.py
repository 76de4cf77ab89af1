"""Names belong to the columns that carry them; a guess about a header says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases.running import Case, case


def _findings(summary: dict[str, object]) -> list[tuple[str, str]]:
    findings = summary["findings"]
    assert isinstance(findings, list)
    return [(each["subject"], each["check"]) for each in findings]


def _statistics(shop: Case) -> dict[str, dict[str, Any]]:
    """The features of the window, by name."""
    [found] = (shop.folder / "reports").rglob("statistics.json")
    return {feature["name"]: feature for feature in json.loads(found.read_text())["features"]}


@pytest.mark.parametrize("name", ["03-json-names-by-place", "03e-csv-in-json-list-out"])
def test_an_output_that_the_baseline_lacks_takes_no_name_of_a_feature(name: str, tmp_path: Path) -> None:
    shop = case(name, tmp_path)

    ran = shop.everything()

    assert ran.exit_code == 0, ran.output
    assert _findings(shop.summary()) == []
    statistics = _statistics(shop)
    assert sorted(statistics) == ["age", "income", "predictions[0]"]
    assert statistics["age"]["inferred_type"] == "Integral"
    assert 40 < statistics["age"]["numerical_statistics"]["mean"] < 60
    assert 40_000 < statistics["income"]["numerical_statistics"]["mean"] < 60_000
    assert 0 < statistics["predictions[0]"]["numerical_statistics"]["mean"] < 1
    assert "The output predictions[0] is not in the baseline, whose 2 columns are inputs" in " ".join(
        ran.output.split()
    )


def test_drift_of_a_feature_is_found_where_the_answers_look_like_its_baseline(tmp_path: Path) -> None:
    shop = case("50-names-by-place-missed-drift", tmp_path)

    ran = shop.everything()

    assert ran.exit_code == 2, ran.output
    assert _findings(shop.summary()) == [("rate", "baseline_drift_check")]
    assert shop.summary()["findings"][0]["statistic"] == 1.0
    assert 5 < _statistics(shop)["rate"]["numerical_statistics"]["mean"] < 6


@pytest.mark.parametrize(
    ("name", "features"),
    [("23b-header-numeric-names", ["0", "1", "2"]), ("32-header-with-year-columns", ["store", "2019", "2020"])],
)
def test_a_header_of_numbers_is_recognised(name: str, features: list[str], tmp_path: Path) -> None:
    shop = case(name, tmp_path)

    ran = shop.everything()

    assert ran.exit_code == 0, ran.output
    assert list(_statistics(shop)) == features
    constraints = json.loads((shop.folder / "baselines/shop/data_quality/constraints.json").read_text())
    assert [each["name"] for each in constraints["features"]] == features


def test_a_stated_header_counts_and_is_kept(tmp_path: Path) -> None:
    shop = case("23b-header-numeric-names", tmp_path)
    constraints = shop.folder / "baselines/shop/data_quality/constraints.json"

    stated = shop.call("baseline", "--no-header")

    assert stated.exit_code == 0, stated.output
    assert [each["name"] for each in json.loads(constraints.read_text())["features"]] == ["_c0", "_c1", "_c2"]
    # Later calls, and the cloud, read the same statement.
    assert json.loads((shop.folder / "baselines/shop/data_quality/input/_format.json").read_text()) == {
        "csv": {"header": False, "output_columns_position": "START"}
    }
    assert "unchanged" in shop.call("baseline").output
    assert shop.call("baseline", "--header").exit_code == 0
    assert [each["name"] for each in json.loads(constraints.read_text())["features"]] == ["0", "1", "2"]


def test_an_index_column_is_named_before_everything_shifts(tmp_path: Path) -> None:
    shop = case("22-pandas-to-csv-index", tmp_path)

    baseline = shop.baseline()

    assert baseline.exit_code == 0
    expected = "_c0 looks like an index: it counts the rows from 0 to 299"
    assert expected in baseline.output
    assert expected in shop.baseline().output, "also where nothing changed"
    assert json.loads(shop.call("baseline", "--json").output)["warnings"][0].startswith(expected)

    # And the window compares the other columns with their own baseline, although each comes one place earlier.
    shop.ingest()
    ran = shop.run()
    assert ran.exit_code == 2, ran.output
    assert _findings(shop.summary()) == [("Missing columns", "missing_column_check")]
    assert "2 inputs captured; the baseline has 3 columns" in shop.summary()["findings"][0]["description"]
    assert list(_statistics(shop)) == ["amount", "cat"]


def test_an_index_column_that_the_document_leaves_out_shifts_nothing(tmp_path: Path) -> None:
    shop = case("22-pandas-to-csv-index", tmp_path)
    document = shop.folder / "monitors" / "shop.yaml"
    document.write_text(document.read_text() + "columns: {exclude: [_c0]}\n")

    ran = shop.everything()

    assert ran.exit_code == 0, ran.output
    assert list(_statistics(shop)) == ["amount", "cat"]
