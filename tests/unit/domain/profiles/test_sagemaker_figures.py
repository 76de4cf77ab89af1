"""Profiles give the figures that SageMaker's container wrote for the same rows, read from its real files."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.domain.profiles.kll import KllSketch
from driftline.domain.profiles.moments import Moments
from driftline.domain.profiles.packing import Floats

TAXI_MONDAYS = ("2020-02-03", "2020-02-24", "2020-03-16")


def _sdk(shared_data: Path) -> tuple[dict[str, Any], list[list[float]]]:
    folder = shared_data / "sagemaker_sdk" / "quality_check_step" / "data_quality"
    with (folder / "baseline_dataset.csv").open(newline="") as lines:
        rows = [[float(cell) for cell in row] for row in csv.reader(lines)]
    return json.loads((folder / "statistics.json").read_text()), rows


def _numeric_features(statistics: dict[str, Any]) -> list[dict[str, Any]]:
    return [feature for feature in statistics["features"] if "numerical_statistics" in feature]


def _buckets(values: Floats) -> list[dict[str, float]]:
    moments = Moments.of(values)
    found = KllSketch.of(values).buckets(moments.minimum, moments.maximum)
    return [{"lower_bound": b.lower, "upper_bound": b.upper, "count": b.count} for b in found]


def test_the_sdks_baseline(shared_data: Path) -> None:
    statistics, rows = _sdk(shared_data)
    features = _numeric_features(statistics)

    for feature, column in zip(features, zip(*rows, strict=True), strict=True):
        values, expected = np.array(column), feature["numerical_statistics"]
        moments = Moments.of(values)

        assert [level.tolist() for level in KllSketch.of(values).levels] == expected["distribution"]["kll"]["sketch"][
            "data"
        ]
        assert _buckets(values) == expected["distribution"]["kll"]["buckets"]
        assert (moments.count, moments.mean, moments.sum) == (100, expected["mean"], expected["sum"])
        assert (moments.minimum, moments.maximum) == (expected["min"], expected["max"])
        assert moments.std_dev == pytest.approx(expected["std_dev"], rel=1e-15)


@pytest.mark.parametrize("monday", TAXI_MONDAYS)
def test_new_york_taxi_mondays(shared_data: Path, monday: str) -> None:
    folder = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "data_quality" / monday
    statistics = json.loads(gzip.decompress((folder / "statistics.json.gz").read_bytes()))
    features = _numeric_features(statistics)
    assert len(features) > 100

    for feature in features:
        expected = feature["numerical_statistics"]
        kll = expected["distribution"]["kll"]
        values = np.array(kll["sketch"]["data"][0])  # fewer than 2,000 rows: level 0 is the rows themselves
        moments = Moments.of(values)

        assert moments.count == expected["common"]["num_present"]
        assert (moments.minimum, moments.maximum) == (expected["min"], expected["max"])
        assert moments.sum == pytest.approx(expected["sum"], rel=1e-14)
        assert moments.mean == pytest.approx(expected["mean"], rel=1e-14)
        assert moments.std_dev == pytest.approx(expected["std_dev"], rel=1e-12, abs=1e-12)
        assert _buckets(values) == kll["buckets"]
