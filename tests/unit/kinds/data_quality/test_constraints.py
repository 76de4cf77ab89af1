"""constraints.json in every variant, and what a data set suggests."""

import json
from pathlib import Path
from typing import Any

import pytest

from driftline.domain.drift.distance import CategoricalMethod, ComparisonMethod
from driftline.domain.errors import InvalidInputError
from driftline.domain.sagemaker_files.violations import Violations
from driftline.kinds.data_quality.rules.constraints import Switch, parse_constraints
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from tests.unit.kinds.data_quality.support import Cells, profiled


def document(**config: object) -> str:
    feature = {"name": "f", "inferred_type": "Integral", "completeness": 1.0}
    return json.dumps({"version": 0.0, "features": [feature], "monitoring_config": config})


def suggested(cells: Cells) -> dict[str, Any]:
    """Suggested constraints by feature."""
    text = suggest_constraints(statistics_of(*profiled(cells))).to_json()
    return {feature["name"]: feature for feature in json.loads(text)["features"]}


def test_a_file_without_any_option_has_sagemakers_defaults() -> None:
    config = parse_constraints(document()).monitoring_config
    assert config.evaluate_constraints is config.emit_metrics is Switch.ENABLED
    assert (config.datatype_check_threshold, config.domain_content_threshold) == (1.0, 1.0)
    comparison = config.distribution_constraints
    assert comparison.perform_comparison is Switch.ENABLED
    assert (comparison.comparison_threshold, comparison.categorical_threshold) == (0.1, 0.1)
    assert comparison.comparison_method is ComparisonMethod.ROBUST
    assert comparison.categorical_drift_method is CategoricalMethod.L_INFINITY


@pytest.mark.parametrize("spelling", ["Simple", "simple", "linf_simple"])
def test_methods_are_read_in_every_documented_spelling(spelling: str) -> None:
    parsed = parse_constraints(document(distribution_constraints={"comparison_method": spelling}))
    assert parsed.monitoring_config.distribution_constraints.comparison_method is ComparisonMethod.SIMPLE


def test_the_variant_of_2019_is_read(shared_data: Path) -> None:
    # Given the SDK's old fixture: enable_comparisons, min_domain_mass, overrides inside string_constraints
    parsed = parse_constraints((shared_data / "sagemaker_sdk" / "monitor" / "constraints.json").read_bytes())
    config = parsed.monitoring_config
    assert config.distribution_constraints.perform_comparison is Switch.ENABLED
    assert config.distribution_constraints.comparison_threshold == 1.0
    assert config.domain_content_threshold == 1.0
    assert parsed.features[0].switch("emit_metrics", Switch.DISABLED) is Switch.ENABLED
    assert parsed.features[1].switch("emit_metrics", Switch.DISABLED) is Switch.DISABLED


def test_the_violations_and_statistics_of_2019_are_read(shared_data: Path) -> None:
    folder = shared_data / "sagemaker_sdk" / "monitor"
    violations = Violations.model_validate_json((folder / "constraint_violations.json").read_bytes())
    assert violations.violations[0].description == (
        "Value: 0.009009009009009009 does not meet the constraint requirement! "
    )
    statistics = parse_statistics((folder / "statistics.json").read_bytes())
    assert statistics.by_name["message"].histogram == {"preproc-not-YET-supported-for-csv-json": 418}


def test_old_switches_turn_the_comparison_off() -> None:
    old = {"enable_comparisons": False, "min_domain_mass": 0.5, "comparison_threshold": 1.0}
    config = parse_constraints(document(distribution_constraints=old)).monitoring_config
    assert config.distribution_constraints.perform_comparison is Switch.DISABLED
    assert config.domain_content_threshold == 0.5


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "the file"),
        (document(datatype_check_threshold=7), "monitoring_config.datatype_check_threshold"),
        (document(evaluate_constraints="Maybe"), "monitoring_config.evaluate_constraints"),
        (document().replace("Integral", "Date"), "features.0.inferred_type"),
        (
            '{"features": [{"name": "f", "inferred_type": "String"}, {"name": "f", "inferred_type": "String"}]}',
            "same name",
        ),
    ],
)
def test_what_cannot_be_read_is_named(text: str, named: str) -> None:
    with pytest.raises(InvalidInputError, match=named) as raised:
        parse_constraints(text, "s3://bucket/constraints.json")
    assert raised.value.where == "s3://bucket/constraints.json"
    assert raised.value.mend


def test_overrides_survive_reading_and_writing() -> None:
    text = document().replace('"completeness": 1.0', '"monitoringConfigOverrides": {"emit_metrics": "Disabled"}')
    again = parse_constraints(parse_constraints(text).to_json())
    assert again.features[0].switch("emit_metrics", Switch.ENABLED) is Switch.DISABLED
    assert again.features[0].switch("evaluate_constraints", Switch.ENABLED) is Switch.ENABLED


def test_non_negative_is_suggested_from_the_smallest_value() -> None:
    features = suggested({"positive": ["0", "1"], "negative": ["-0.5", "1.5"], "text": ["a", "a"]})
    assert features["positive"]["num_constraints"] == {"is_non_negative": True}
    assert features["negative"]["num_constraints"] == {"is_non_negative": False}
    assert "num_constraints" not in features["text"]


def test_domains_are_suggested_where_few_values_occur_only_once() -> None:
    # Given ten distinct values of which one, or two, occur once: a tenth is accepted, a fifth is not
    often = [letter for letter in "abcdefgh" for _ in range(3)]
    features = suggested({"one": [*often, "i", "i", "j", None], "two": [*often, "i", "j", None, None]})
    assert features["one"]["string_constraints"] == {"domains": list("abcdefghij")}
    assert "string_constraints" not in features["two"]
    assert features["one"]["completeness"] == 27 / 28


def test_no_domain_with_more_than_120_distinct_values() -> None:
    values = [f"v{i:03}" for i in range(120)] * 2
    features = suggested({"at": values, "over": [*values[:-2], "x", "x"]})
    assert len(features["at"]["string_constraints"]["domains"]) == 120
    assert "string_constraints" not in features["over"]


def test_a_column_without_values_suggests_nothing_but_its_absence() -> None:
    features = suggested({"empty": [None, None]})
    assert features["empty"] == {"name": "empty", "inferred_type": "Unknown", "completeness": 0.0}
