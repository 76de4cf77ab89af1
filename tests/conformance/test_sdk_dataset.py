"""The SageMaker SDK's data set gives the statistics and constraints that SageMaker's container made of it."""

import json
from pathlib import Path

import pytest

from driftline.kinds.data_quality.rules.constraints import parse_constraints
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from tests.executing import suggest_in
from tests.fakes import InMemoryStore

FOLDER = "baselines/endpoint/data_quality/"


@pytest.fixture(scope="module")
def suggested(quality_check_step: Path) -> InMemoryStore:
    store = InMemoryStore()
    store.put(f"{FOLDER}input/baseline_dataset.csv", (quality_check_step / "baseline_dataset.csv").read_bytes())
    suggest_in(store, "endpoint", "data_quality")
    return store


def test_every_count_sum_bound_bucket_and_sketch_equals_sagemakers(
    suggested: InMemoryStore, quality_check_step: Path
) -> None:
    # Given SageMaker's statistics of the data set
    theirs = json.loads((quality_check_step / "statistics.json").read_text())
    # When Driftline reads the same data set
    ours = json.loads(suggested.objects[f"{FOLDER}statistics.json"])
    # Then all is equal, but the last bits of the standard deviation (Spark's streaming formula rounds differently)
    # and the two keys that newer containers write
    assert len(ours["features"]) == 6
    for feature, reference in zip(ours["features"], theirs["features"], strict=True):
        numbers, expected = feature["numerical_statistics"], reference["numerical_statistics"]
        assert numbers.pop("completeness") == 1.0
        assert numbers.pop("approximate_num_distinct_values") == len(
            {*expected["distribution"]["kll"]["sketch"]["data"][0]}
        )
        assert numbers.pop("std_dev") == pytest.approx(expected.pop("std_dev"), rel=1e-15)
    assert ours == theirs


def test_the_constraints_equal_sagemakers(suggested: InMemoryStore, quality_check_step: Path) -> None:
    theirs = parse_constraints((quality_check_step / "good_cases" / "constraints.json").read_bytes())
    ours = parse_constraints(suggested.objects[f"{FOLDER}constraints.json"])
    assert ours.features == theirs.features
    # Newer containers add two keys for categories; all others are equal.
    added = {"categorical_comparison_threshold", "categorical_drift_method"}
    distribution = json.loads(ours.to_json())["monitoring_config"]["distribution_constraints"]
    assert added <= distribution.keys()
    assert {
        key: value for key, value in distribution.items() if key not in added
    } == theirs.monitoring_config.distribution_constraints.to_value()
    assert ours.monitoring_config.datatype_check_threshold == theirs.monitoring_config.datatype_check_threshold == 1.0


def test_sagemakers_own_files_come_out_byte_for_byte_as_they_went_in(quality_check_step: Path) -> None:
    statistics = (quality_check_step / "statistics.json").read_text()
    assert parse_statistics(statistics).to_json() == statistics
    for case in ("good_cases", "bad_cases"):
        constraints = (quality_check_step / case / "constraints.json").read_text()
        assert parse_constraints(constraints).to_json() == constraints
