"""summary.json of version 1, as it lies in users' buckets, says the same as version 2."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.data_quality.rules.summary import parse_summary
from driftline.kinds.model_quality.rules.summary import parse_quality_summary
from driftline.kinds.registry import KINDS

HEAD: dict[str, Any] = {
    "version": 1,
    "endpoint": "shop",
    "window": {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"},
    "scheduled_time": "2026-03-01T12:00:00Z",
    "status": "CompletedWithViolations",
    "exit_message": "CompletedWithViolations: Job completed successfully with 1 violations.",
    "reason": "…",
    "baseline": {"statistics": "baselines/s.json", "constraints": "baselines/c.json"},
    "notes": ["a note"],
    "model": None,
}
DRIFT: Mapping[str, Any] = {
    "method": "Robust",
    "statistic": 0.5,
    "value": 0.4,
    "p_value": None,
    "threshold": 0.1,
    "drifted": True,
    "n": 400.0,
    "m": 900.0,
    "interval": [0.3, 0.7],
    "direction": "higher",
    "location": 3.0,
    "top_buckets": [{"lower": 1.0, "upper": None, "value": None, "baseline": 0.1, "current": 0.6}],
}
DATA = HEAD | {
    "monitor": "data_quality",
    "rows": 400,
    "records": 390,
    "rejected": 2,
    "skipped": 1,
    "layout": "csv:1+2",
    "other_layout_rows": {},
    "comparison": "corrected",
    "violations": [
        {
            "feature": "amount",
            "check": "baseline_drift_check",
            "description": "Baseline drift distance: 0.4 exceeds threshold: 0.1",
            "statistic": 0.5,
            "required": 0.1,
            "n": 400.0,
            "direction": "higher",
            "interval": [0.3, 0.7],
            "top_buckets": DRIFT["top_buckets"],
            "sample_inference_ids": ["id-1"],
        }
    ],
    "worst_drift": {"feature": "amount", "value": 0.4},
    "features": [
        {
            "name": "amount",
            "inferred_type": "Fractional",
            "expected_type": "Fractional",
            "completeness": 1.0,
            "expected_completeness": 1.0,
            "drift": DRIFT,
            "not_compared": None,
            "new_categories": [],
        }
    ],
}
QUALITY = HEAD | {
    "monitor": "model_quality",
    "problem_type": "Regression",
    "positive_label": None,
    "rows": 900,
    "labelled_rows": 800,
    "used_rows": 799,
    "unusable_rows": {"the label is no number": 1},
    "coverage": 8 / 9,
    "alarm_on": "interval",
    "metrics": [
        {
            "name": "mae",
            "value": 15.0,
            "standard_deviation": None,
            "interval": [14.0, 16.0],
            "baseline": 10.0,
            "operator": "GreaterThanThreshold",
            "violated": True,
        }
    ],
    "violations": [
        {
            "metric": "mae",
            "metric_name": "mae",
            "check": "GreaterThanThreshold",
            "description": "Metric mae with 15.0 was GreaterThanThreshold '10.0'",
            "value": 15.0,
            "interval": [14.0, 16.0],
            "threshold": 10.0,
            "distance": 5.0,
            "certain": True,
            "n": 799,
        }
    ],
    "confusion_matrix": None,
}


def test_data_quality() -> None:
    summary = parse_summary(json.dumps(DATA))
    assert (summary.version, summary.kind, summary.rows, summary.evaluated_rows) == (2, "data_quality", 400, 400)
    assert summary.headline is not None
    assert (summary.headline.subject, summary.headline.value, summary.headline.limit) == ("amount", 0.4, 0.1)
    (finding,) = summary.findings
    assert (finding.observed, finding.required, finding.statistic) == (0.4, 0.1, 0.5)
    assert (finding.measure, finding.side, finding.interval) == ("distance", "at_most", (0.3, 0.7))
    assert (finding.inference_ids, finding.moves[0].current) == (("id-1",), 0.6)
    assert summary.baseline == {"statistics.json": "baselines/s.json", "constraints.json": "baselines/c.json"}
    assert (summary.body.records, summary.body.features[0].name) == (390, "amount")


def test_model_quality() -> None:
    summary = parse_quality_summary(json.dumps(QUALITY))
    assert (summary.kind, summary.rows, summary.evaluated_rows) == ("model_quality", 900, 799)
    assert summary.headline is not None
    assert (summary.headline.figure, summary.headline.limit, summary.headline.side) == ("mae", 10.0, "at_most")
    (finding,) = summary.findings
    assert (finding.subject, finding.observed, finding.required, finding.certain) == ("mae", 15.0, 10.0, True)
    assert finding.excess == 0.5
    assert summary.body.unusable_rows == {"the label is no number": 1}


@pytest.mark.parametrize("old", [DATA, QUALITY])
def test_the_head_is_read_without_knowing_the_kind(old: Mapping[str, Any]) -> None:
    head = KINDS.envelope(json.dumps(old).encode(), "summary.json")
    assert (head.kind, len(head.violations)) == (old["monitor"], 1)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"version": 1}', b'{"version": 1, "features": [1]}', b'{"version": 3}'])
def test_what_is_no_summary_is_refused_with_its_place(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"reports/x/summary\.json"):
        KINDS.envelope(body, "reports/x/summary.json")


@pytest.mark.parametrize(("alarm_on", "rule"), [("interval", "interval"), ("point", "sagemaker")])
def test_model_quality_has_the_rule_under_its_new_name(alarm_on: str, rule: str) -> None:
    assert parse_quality_summary(json.dumps(QUALITY | {"alarm_on": alarm_on})).body.comparison == rule


def test_a_summary_of_version_2_with_the_older_names() -> None:
    quality = json.loads(parse_quality_summary(json.dumps(QUALITY)).to_json())
    del quality["body"]["comparison"]
    quality["body"]["alarm_on"] = "point"
    assert parse_quality_summary(json.dumps(quality)).body.comparison == "sagemaker"
    assert parse_summary(json.dumps(DATA)).body.comparison == "driftline"
