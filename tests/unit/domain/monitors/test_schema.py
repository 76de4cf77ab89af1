"""The published JSON Schema is the current one, and agrees with the parser."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from driftline.domain.monitors.schema import monitor_schema, schema_text
from driftline.kinds.registry import KINDS
from tests.places import REPOSITORY


def test_the_published_schema_is_current() -> None:
    published = (REPOSITORY / "docs" / "reference" / "monitor.schema.json").read_text()
    mend = "run: make schema"
    assert published == schema_text(KINDS.document), mend


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(monitor_schema(KINDS.document))


def every_property(schema: Any) -> list[tuple[str, Any]]:
    parts = [schema, *schema["$defs"].values()]
    return [item for part in parts for item in part.get("properties", {}).items()]


def test_every_field_says_what_it_is() -> None:
    undescribed = [
        name
        for name, field in every_property(monitor_schema(KINDS.document))
        if not field.get("description") and "$ref" not in field
    ]
    assert undescribed == []


@pytest.mark.parametrize(
    ("monitor", "valid"),
    [
        ("{schedule: cron(0 * ? * * *), window: {start_offset: -PT1H, end_offset: PT0H}, metrics: none}", True),
        ("{schedule: rate(6 hours), preprocess: pre.py, top_features: 3}", True),
        ("", True),
        ("{schedule: hourly}", False),
        ("{window: {start_offset: 1 hour}}", False),
        ("{window: {end_offset: PT0H}}", False),
        ("{metrics: some}", False),
        ("{preprocess: a/b.py}", False),
        ("{shedule: rate(1 hour)}", False),
        ("{alarms: [{metric: rows, threshold: 1, for: {datapoints: 2, of: 3}, actions: [notify]}]}", True),
        ("{alarms: []}", True),
        ("{alarms: [{threshold: one}]}", False),
        ("{alarms: [{for_: {datapoints: 2}}]}", False),
        ("{alarms: [{actions: []}]}", False),
        ("{alarms: [{comparison: ==}]}", False),
        ('{alarms: [{name: "two\\nlines"}]}', False),
    ],
)
def test_an_editor_sees_what_the_parser_sees(monitor: str, valid: bool) -> None:
    assert is_valid("data_quality", monitor) == valid


@pytest.mark.parametrize(
    ("monitor", "valid"),
    [
        ('{problem_type: Regression, inference_attribute: "0"}', True),
        ("{problem_type: Regression, inference_attribute: 0}", True),
        ("{problem_type: BinaryClassification, probability_attribute: p, positive_label: 1}", True),
        ("{problem_type: BinaryClassification, probability_attribute: p, positive_label: true}", True),
        ("{problem_type: MulticlassClassification, inference_attribute: p, max_label_delay: P30D}", True),
        ("{inference_attribute: p}", False),
        ("{problem_type: Regresion, inference_attribute: p}", False),
        ("{problem_type: Regression, inference_attribute: [p]}", False),
        ("{problem_type: Regression, inference_attribute: p, probability_threshold_attribute: 2}", False),
        ("{problem_type: Regression, inference_attribute: p, alarm_on: never}", False),
    ],
)
def test_an_editor_sees_what_is_wrong_with_model_quality(monitor: str, valid: bool) -> None:
    assert is_valid("model_quality", monitor) == valid


def is_valid(name: str, monitor: str) -> bool:
    found = YAML(typ="safe", pure=True).load(f"endpoint: flights\nmonitors:\n  {name}: {monitor}\n")
    return bool(Draft202012Validator(monitor_schema(KINDS.document)).is_valid(found))
