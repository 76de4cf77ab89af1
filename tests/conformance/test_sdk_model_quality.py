"""The SageMaker SDK's regression data set gives the statistics and constraints that SageMaker's container made of it."""

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from driftline.kinds.model_quality.rules.constraints import parse_quality_constraints
from tests.executing import suggest_in
from tests.fakes import InMemoryStore

FOLDER = "baselines/endpoint/model_quality/"
# The SDK's own test has label and prediction the wrong way round, and so have its files.
DOCUMENT = b"""\
endpoint: endpoint
monitors:
  model_quality: {problem_type: Regression, inference_attribute: Label, ground_truth_attribute: Prediction}
"""


@pytest.fixture(scope="module")
def theirs(shared_data: Path) -> Path:
    return shared_data / "sagemaker_sdk" / "quality_check_step" / "model_quality"


@pytest.fixture(scope="module")
def suggested(theirs: Path) -> InMemoryStore:
    store = InMemoryStore(objects={"monitors/endpoint.yaml": DOCUMENT})
    store.put(f"{FOLDER}input/baseline_dataset.csv", (theirs / "baseline_dataset.csv").read_bytes())
    suggest_in(store, "endpoint", "model_quality")
    return store


def units_apart(one: float, other: float) -> float:
    """How many of the smallest steps of a double lie between two numbers."""
    return abs(one - other) / math.ulp(other)


def test_the_statistics_equal_sagemakers_within_the_rounding_of_their_sums(
    suggested: InMemoryStore, theirs: Path
) -> None:
    ours = json.loads(suggested.objects[f"{FOLDER}statistics.json"])
    expected = json.loads((theirs / "statistics.json").read_text())
    apart = {
        name: units_apart(ours["regression_metrics"][name].pop("value"), metric.pop("value"))
        for name, metric in expected["regression_metrics"].items()
    }
    # What is left is equal to the letter: keys, their order, counts, "NaN" for the standard deviation.
    assert json.dumps(ours) == json.dumps(expected)
    # Theirs are plain sums of doubles, row by row; ours are exact and rounded once.
    assert max(apart.values()) <= 3
    assert plain_sums(theirs / "baseline_dataset.csv") == values(json.loads((theirs / "statistics.json").read_text()))


def test_the_constraints_equal_sagemakers(suggested: InMemoryStore, theirs: Path) -> None:
    ours = parse_quality_constraints(suggested.objects[f"{FOLDER}constraints.json"])
    expected = parse_quality_constraints((theirs / "good_cases" / "constraints.json").read_bytes())
    assert list(ours.constraints) == list(expected.constraints)
    for name, constraint in expected.constraints.items():
        assert ours.constraints[name].comparison_operator is constraint.comparison_operator
        assert units_apart(ours.constraints[name].threshold, constraint.threshold) <= 3


def values(statistics: Mapping[str, Any]) -> dict[str, float]:
    return {name: metric["value"] for name, metric in statistics["regression_metrics"].items() if name != "r2"}


def plain_sums(path: Path) -> dict[str, float]:
    """mae, mse and rmse with all the roundings of adding doubles one by one."""
    with path.open(encoding="utf-8", newline="") as file:
        errors = [float(row["Label"]) - float(row["Prediction"]) for row in csv.DictReader(file)]
    absolute, squared = 0.0, 0.0
    for error in errors:
        absolute += abs(error)
        squared += error * error
    mse = squared / len(errors)
    return {"mae": absolute / len(errors), "mse": mse, "rmse": math.sqrt(mse)}
