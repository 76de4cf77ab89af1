"""EmbeddedMetrics: lines that CloudWatch reads as the metrics that were meant."""

import json
import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.domain.metrics import Metric, StatisticValues

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DIMENSIONS = {"Endpoint": "flights", "MonitoringSchedule": "flights-data_quality"}


def published(metrics: Sequence[Metric], window_start: datetime = NOW) -> list[dict[str, Any]]:
    lines: list[str] = []
    EmbeddedMetrics(lines.append, lambda: NOW).publish("a/b", metrics, window_start)
    return [json.loads(line) for line in lines]


def read(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Name → value, as EMF's specification says to read it."""
    return {
        metric["Name"]: line[metric["Name"]]
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


def test_a_metric_has_namespace_dimensions_unit_and_the_windows_start() -> None:
    start = NOW - timedelta(hours=1)
    (line,) = published([Metric("rows", 7, "Count", DIMENSIONS)], start)
    assert line == {
        "_aws": {
            "Timestamp": int(start.timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": "a/b",
                    "Dimensions": [["Endpoint", "MonitoringSchedule"]],
                    "Metrics": [{"Name": "rows", "Unit": "Count"}],
                }
            ],
        },
        **DIMENSIONS,
        "rows": [7.0],
    }


def test_the_name_of_the_function_is_no_dimension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "run_monitor")
    (line,) = published([Metric("rows", 7, dimensions=DIMENSIONS)])
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Endpoint", "MonitoringSchedule"]]
    assert "service" not in line


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
def test_a_line_has_at_most_a_hundred_metrics_and_none_is_lost(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    lines = published([Metric(f"m{n}", n, dimensions=DIMENSIONS) for n in range(count)])
    assert all(len(line["_aws"]["CloudWatchMetrics"][0]["Metrics"]) <= 100 for line in lines)
    assert read(lines) == {f"m{n}": [float(n)] for n in range(count)}
    assert capsys.readouterr().out == ""


def test_a_statistic_set_keeps_count_sum_and_bounds_in_a_line_of_its_own() -> None:
    sets = [Metric(f"s{n}", StatisticValues(1000, 5.5, -1, 3), dimensions=DIMENSIONS) for n in range(2)]
    lines = published([sets[0], Metric("rows", 1, dimensions=DIMENSIONS), sets[1]])
    assert [list(read([line])) for line in lines] == [["s0", "s1"], ["rows"]]
    assert read(lines)["s1"] == {"Max": 3, "Min": -1, "Count": 1000, "Sum": 5.5}


def test_other_dimensions_are_other_lines() -> None:
    metrics = [Metric("m", n, dimensions={"Endpoint": name}) for n, name in enumerate(["a", "b", "a"])]
    assert [(line["Endpoint"], line["m"]) for line in published(metrics)] == [("a", [0.0, 2.0]), ("b", [1.0])]


@pytest.mark.parametrize(
    ("age", "warned"),
    [
        (timedelta(days=14), False),
        (timedelta(days=14, seconds=1), True),
        (timedelta(hours=-2), False),
        (timedelta(hours=-2, seconds=-1), True),
    ],
)
def test_what_cloudwatch_will_not_take_is_written_with_a_warning(
    age: timedelta, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        (line,) = published([Metric("rows", 1, dimensions=DIMENSIONS)], NOW - age)
    assert line["_aws"]["Timestamp"] == int((NOW - age).timestamp() * 1000)
    assert ("CloudWatch will not accept 1 metrics" in caplog.text) == warned


@pytest.mark.parametrize(
    "bad",
    [
        Metric("m", float("nan"), dimensions=DIMENSIONS),
        Metric("m", StatisticValues(1, float("inf"), 0, 0), dimensions=DIMENSIONS),
        Metric("m", -3e108, dimensions=DIMENSIONS),
        Metric("m", StatisticValues(2, 1e300, 0, 1), dimensions=DIMENSIONS),
        Metric("feature_data_" + "x" * 250, 1, dimensions=DIMENSIONS),
        Metric("m", 1, dimensions={"Endpoint": ""}),
        Metric("m", 1, dimensions={"Endpoint": "shop", "MonitoringSchedule": ""}),
        Metric("m", 1, dimensions={f"d{n}": "x" for n in range(30)}),
        Metric("m", math.nextafter(2.0**360, math.inf), dimensions=DIMENSIONS),
        Metric("x" * 256, 1, dimensions=DIMENSIONS),
        Metric(" ", 1, dimensions=DIMENSIONS),
    ],
)
def test_one_bad_metric_does_not_stop_the_others(bad: Metric, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(read(published([bad, Metric("good", 1, dimensions=DIMENSIONS)]))) == ["good"]
    assert "is not published" in caplog.text


@pytest.mark.parametrize(
    "good",
    [
        Metric("m", 2.0**360, dimensions=DIMENSIONS),
        Metric("m", -(2.0**360), dimensions=DIMENSIONS),
        Metric("x" * 255, 1, dimensions=DIMENSIONS),
        Metric("m", 1, dimensions={f"d{n}": "x" for n in range(29)}),
    ],
)
def test_what_cloudwatch_just_takes_is_published(good: Metric, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(read(published([good]))) == [good.name]
    assert not caplog.records


def test_without_a_place_it_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    EmbeddedMetrics(now=lambda: NOW).publish("n", [Metric("rows", 1, dimensions=DIMENSIONS)], NOW)
    assert json.loads(capsys.readouterr().out)["rows"] == [1.0]
    EmbeddedMetrics(now=lambda: NOW).publish("n", [], NOW)
    assert capsys.readouterr().out == ""


def test_signals_without_a_time_are_stamped_now_without_a_word_about_old_windows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lines: list[str] = []
    EmbeddedMetrics(lines.append, lambda: NOW).publish("n", [Metric("violations", 1, dimensions=DIMENSIONS)])
    assert json.loads(lines[0])["_aws"]["Timestamp"] == int(NOW.timestamp() * 1000)
    assert not caplog.records
