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
