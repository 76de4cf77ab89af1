"""The dashboard's body is one that CloudWatch takes, and shows what was published."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from driftline.domain.alarms.dashboard import dashboard_body, dashboard_name
from driftline.domain.alarms.stack import Stack
from driftline.kinds.data_quality.settings import NAMESPACE as DATA_NAMESPACE
from driftline.kinds.model_quality.settings import NAMESPACE as MODEL_NAMESPACE
from driftline.kinds.registry import KINDS

STACK = Stack("prod", "aws", "eu-west-1", "123456789012", "Driftline/prod")
QUALITY = {"problem_type": "Regression", "inference_attribute": "0", "schedule": "cron(0 6 ? * MON *)"}

# What "Dashboard Body Structure and Syntax" of the CloudWatch API Reference says, as far as it is used here.
METRIC = {
    "type": "object",
    "required": ["metrics", "region"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "metrics": {
            "type": "array",
            "minItems": 1,
            "maxItems": 500,
            "items": {
                "type": "array",
                "minItems": 3,
                "prefixItems": [{"type": "string", "minLength": 1}, {"type": "string", "minLength": 1}],
                "items": {
                    "anyOf": [
                        {"type": "string", "minLength": 1},
                        {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {
                                "label": {"type": "string"},
                                "color": {"pattern": "^#[0-9a-f]{6}$"},
                                "yAxis": {"enum": ["left", "right"]},
                            },
                        },
                    ]
                },
            },
        },
        "region": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)+-[0-9]$"},
        "view": {"enum": ["timeSeries", "singleValue", "bar", "pie", "gauge", "table"]},
        "stacked": {"type": "boolean"},
        "stat": {"enum": ["Maximum", "Minimum", "Average", "Sum", "SampleCount"]},
        "period": {"type": "integer", "minimum": 60, "maximum": 86_400, "multipleOf": 60},
        "yAxis": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                side: {"type": "object", "properties": {"min": {"type": "number"}, "max": {"type": "number"}}}
                for side in ("left", "right")
            },
        },
    },
}
ALARM = {
    "type": "object",
    "required": ["alarms"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "alarms": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {"type": "string", "pattern": "^arn:aws:cloudwatch:eu-west-1:123456789012:alarm:.{1,255}$"},
        },
    },
}
TEXT = {"type": "object", "required": ["markdown"], "properties": {"markdown": {"type": "string"}}}
SCHEMA = {
    "type": "object",
    "required": ["widgets"],
    "properties": {
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "type": "object",
                "required": ["type", "properties"],
                "properties": {
                    "x": {"type": "integer", "minimum": 0, "maximum": 23},
                    "y": {"type": "integer", "minimum": 0},
                    "width": {"type": "integer", "minimum": 1, "maximum": 24},
                    "height": {"type": "integer", "minimum": 1, "maximum": 1000},
                },
                "oneOf": [
                    {"properties": {"type": {"const": kind}, "properties": properties}}
                    for kind, properties in (("metric", METRIC), ("alarm", ALARM), ("text", TEXT))
                ],
            },
        }
    },
}


def widgets(monitors: dict[str, Any], stack: Stack = STACK, **fields: object) -> list[dict[str, Any]]:
    document = KINDS.document.model_validate({"endpoint": "flights", "monitors": monitors, **fields})
    body = json.loads(dashboard_body(document, stack))
    Draft202012Validator(SCHEMA).validate(body)
    return list(body["widgets"])


def lines(found: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """What is drawn, without how."""
    graphs = [widget for widget in found if widget["type"] == "metric"]
    return [tuple(line[:-1]) for graph in graphs for line in graph["properties"]["metrics"]]


MANY = [{"metric": "rows", "name": f"alarm {number} " + "x" * 100, "threshold": number} for number in range(50)]
DOCUMENTS: list[dict[str, Any]] = [
    {"data_quality": {}},
    {"model_quality": QUALITY},
    {"data_quality": {"schedule": "rate(1 minute)", "window": {"start_offset": "-PT5M"}}, "model_quality": QUALITY},
    {"data_quality": {"alarms": MANY}, "model_quality": QUALITY | {"alarms": MANY}},
    {"data_quality": {"namespace": "Mine/a.b-c_d#e:f"}},
    {"data_quality": {"enabled": False}},
    {"data_quality": {"schedule": "at(2026-03-01T00:00:00)", "window": {"start_offset": "-PT1H"}}},
]


@pytest.mark.parametrize("monitors", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_every_body_has_the_published_structure_and_no_two_widgets_overlap(monitors: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(monitors):
        assert widget["x"] + widget["width"] <= 24
        cells = {
            (widget["x"] + dx, widget["y"] + dy) for dx in range(widget["width"]) for dy in range(widget["height"])
        }
        assert not taken & cells
        taken |= cells


def test_it_shows_what_an_operator_asks_first() -> None:
    found = widgets({"data_quality": {}, "model_quality": QUALITY})
    data = ("Endpoint", "flights", "MonitoringSchedule", "flights-data_quality")
    model = ("Endpoint", "flights", "MonitoringSchedule", "flights-model_quality")
    assert lines(found) == [
        ("Driftline/prod", "violations", "Endpoint", "flights", "Monitor", "data_quality"),
        (DATA_NAMESPACE, "worst_drift", *data),
        (DATA_NAMESPACE, "rows", *data),
        (DATA_NAMESPACE, "drifted_features", *data),
        (DATA_NAMESPACE, "rejected_share", *data),
        (DATA_NAMESPACE, "unusable_share", *data),
        ("Driftline/prod", "violations", "Endpoint", "flights", "Monitor", "model_quality"),
        (MODEL_NAMESPACE, "mae", *model),
        (MODEL_NAMESPACE, "mae_lower", *model),
        (MODEL_NAMESPACE, "mae_upper", *model),
        (MODEL_NAMESPACE, "coverage", *model),
        (MODEL_NAMESPACE, "rejected_share", *model),
        (MODEL_NAMESPACE, "unusable_share", *model),
        ("Driftline/prod", "execution_age_hours", "Endpoint", "flights", "Monitor", "data_quality"),
        ("Driftline/prod", "execution_age_hours", "Endpoint", "flights", "Monitor", "model_quality"),
        ("Driftline/prod", "captures_age_hours", "Endpoint", "flights"),
        ("Driftline/prod", "ground_truth_age_hours", "Endpoint", "flights"),
        ("Driftline/prod", "unmatched_labels_age_hours", "Endpoint", "flights"),
        ("Driftline/prod", "schedule_delay_hours", "Endpoint", "flights"),
    ]
    alarms = found[0]["properties"]["alarms"]
    assert "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod/flights/data_quality/violations" in alarms
    assert [alarm for alarm in alarms if "/watch/" in alarm] == [
        f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod/flights/watch/{monitor} executions failed"
        for monitor in ("data_quality", "model_quality")
    ]


def test_ground_truth_is_shown_where_it_is_needed() -> None:
    assert "ground_truth_age_hours" not in {line[1] for line in lines(widgets({"data_quality": {}}))}


def test_counts_and_ages_begin_at_zero_and_each_graph_shows_its_largest_values() -> None:
    found = widgets({"data_quality": {"schedule": "cron(0 0/2 ? * * *)"}, "model_quality": QUALITY})
    graphs = [widget["properties"] for widget in found if widget["type"] == "metric"]
    assert [(graph["title"], graph.get("yAxis", {}).get("left"), graph["period"] // 3600) for graph in graphs] == [
        ("Violations of data_quality", {"min": 0}, 2),
        ("Worst drift of data_quality", None, 2),
        ("Rows of data_quality", {"min": 0}, 2),
        ("Unusable share of data_quality", {"min": 0, "max": 1}, 2),
        ("Violations of model_quality", {"min": 0}, 24),
        ("Quality: mae with its interval", None, 24),
        ("Coverage: share of inferences with ground truth", {"min": 0, "max": 1}, 24),
        ("Unusable share of model_quality", {"min": 0, "max": 1}, 24),
        ("Hours since the last execution", {"min": 0}, 1),
        ("Hours since something arrived", {"min": 0}, 1),
    ]
    assert {(graph["stat"], graph["stacked"]) for graph in graphs} == {("Maximum", False)}
    # Drifted features would be a line on the floor beside the rows; bounds are paler than what they are of.
    assert [line[-1].get("yAxis") for line in graphs[2]["metrics"]] == [None, "right"]
    colors = [line[-1].get("color") for line in graphs[5]["metrics"]]
    assert colors[0] is None
    assert colors[1] == colors[2] is not None


def test_a_document_without_alarms_says_so() -> None:
    assert widgets({"data_quality": {"enabled": False}})[0]["type"] == "text"


def test_names_have_allowed_characters_and_are_no_other_endpoints() -> None:
    endpoints = ["flights", "flights.2", "flights_2", "flights-2", "fl.ights_2", "e" * 63, "e." * 31]
    stacks = [STACK, Stack("prod-eu", "aws", "eu-west-1", "1", "x"), Stack("prod", "aws", "us-east-1", "1", "x")]
    found = [dashboard_name(stack, endpoint) for stack in stacks for endpoint in endpoints]
    assert len(set(found)) == len(found)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for name in found)
    assert max(map(len, found)) <= 255
    assert found[0] == "prod-eu-west-1_flights"


def test_it_looks_where_the_metrics_are() -> None:
    named = {"namespace": "Own", "schedule_name": "my-schedule"}
    own = ("Own", "worst_drift", "Endpoint", "flights", "MonitoringSchedule", "my-schedule")
    assert own in lines(widgets({"data_quality": named}))
    stack = Stack("prod", "aws", "eu-west-1", "123456789012", "Driftline/prod", "Metrics")
    assert lines(widgets({"data_quality": {}}, stack))[1][:2] == ("Metrics", "worst_drift")
    found = {line[0] for line in lines(widgets({"model_quality": QUALITY}, stack))}
    assert found == {"Metrics", "Driftline/prod"}
    found = {line[0] for line in lines(widgets({"model_quality": QUALITY | {"namespace": "Own"}}, stack))}
    assert found == {"Own", "Driftline/prod"}
