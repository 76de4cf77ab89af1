"""What a message takes from summary.json, in words."""

import json
from datetime import timedelta

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.watching import trouble, watch_subject
from driftline.kinds.registry import KINDS
from driftline.presentation.messages import evidence
from driftline.presentation.messages.findings import MOST_SUBJECTS, Findings, findings_of
from tests.notifying import feature, summary, violation


def parse_findings(body: bytes, where: str) -> Findings:
    """From the summaries of version 1 below."""
    return findings_of(KINDS.envelope(body, where))


def quality(*violations: object) -> bytes:
    return json.dumps(
        {
            "endpoint": "shop", "monitor": "model_quality",
            "window": {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"},
            "scheduled_time": "2026-03-01T12:00:00Z", "status": "Completed", "exit_message": "", "reason": "",
            "problem_type": "Regression", "positive_label": None, "rows": 900, "labelled_rows": 800, "used_rows": 800,
            "unusable_rows": {}, "coverage": 0.9, "alarm_on": "interval",
            "baseline": {"statistics": "s", "constraints": "c"}, "metrics": [], "violations": violations,
            "confusion_matrix": None, "notes": [],
        }
    ).encode()  # fmt: skip


def worse(metric: str, value: float, threshold: float, *, certain: bool = True) -> object:
    return {
        "metric": metric, "metric_name": metric, "check": "GreaterThanThreshold", "description": "…", "value": value,
        "interval": [value - 1, value + 1], "threshold": threshold, "distance": abs(value - threshold),
        "certain": certain, "n": 800,
    }  # fmt: skip


def test_metrics_of_model_quality_keep_their_order() -> None:
    findings = parse_findings(quality(worse("rmse", 22, 20), worse("mae", 15, 10, certain=False)), "x")
    said = "Root mean squared error 22 (95 % interval 21 to 23), at most 20 allowed; 1 more violation (Mean absolute error)"
    assert findings.headline == said
    assert [line.subject for line in findings.evidence] == ["rmse", "mae"]
    assert evidence.note(findings.evidence[1]) == "the threshold is inside the interval"
    assert findings.evidence[0].interval == (21, 23)
    assert findings.subjects == ("rmse", "mae")


def test_one_feature_differs() -> None:
    body = summary([violation("amount", 0.31, 0.1)], [feature("amount", drift=0.31), feature("id", drift=None)])
    assert parse_findings(body, "x").headline == ("amount: drift 0.31 (95 % interval 0.2 to 0.4), at most 0.1 allowed")


def test_a_drift_is_told_by_what_decided_it() -> None:
    # Given a distance of 0.31 of which 0.25 is left after the correction for sample size
    body = summary([violation("amount", 0.31, 0.1)], [feature("amount", drift=0.25)])
    # When
    findings = parse_findings(body, "x")
    # Then the decision's figure comes first, and the raw one keeps its interval
    assert findings.headline == "amount: drift 0.25, at most 0.1 allowed"
    [line] = findings.evidence
    assert (evidence.measured(line), line.observed, evidence.observed_interval(line)) == ("drift", 0.25, None)
    assert evidence.note(line).startswith("raw statistic 0.31, 95 % interval 0.2 to 0.4")


def test_a_p_value_is_worse_the_smaller_it_is() -> None:
    small, large = (feature(name, drift=p) for name, p in (("amount", 1e-9), ("age", 0.04)))
    for one, p in ((small, 1e-9), (large, 0.04)):
        one["drift"]["p_value"] = p
    body = summary([violation("age", 9.5, 0.05), violation("amount", 77.0, 0.05)], [small, large])
    findings = parse_findings(body, "x")
    assert [line.subject for line in findings.evidence] == ["amount", "age"]
    assert findings.headline == "amount: p-value 1e−9, at least 0.05 required; 1 more violation (age)"


def test_drift_and_others() -> None:
    violations = [violation("amount", 0.31, 0.1), violation("age", 0.9, 1.0, "completeness_check")]
    body = summary(violations, [feature(name) for name in "abcdefg"])
    assert parse_findings(body, "x").headline == (
        "amount: drift 0.31 (95 % interval 0.2 to 0.4), at most 0.1 allowed; 1 more violation (age)"
    )


def test_no_drift_but_columns_and_completeness() -> None:
    violations = [
        violation("age", 0.5, 1.0, "completeness_check"),
        violation("gone", None, 1.0, "missing_column_check"),
        violation("age", 0.9, 1.0, "data_type_check"),
        violation("os", 0.99, 1.0, "a_check_to_come"),
    ]
    findings = parse_findings(summary(violations), "x")
    assert findings.headline == "gone: something about gone; 3 more violations (age, os)"
    assert [(line.subject, evidence.measured(line)) for line in findings.evidence] == [
        ("gone", "columns"),
        ("age", "completeness"),
        ("age", "share of values of the expected type"),
    ]
    assert findings.subjects == ("age", "gone", "os")


def test_what_is_worst_is_worst_as_a_share_of_what_is_required() -> None:
    # Given a small excess over a large requirement, and a large one over a small requirement
    violations = [violation("large", 130.0, 100.0), violation("small", 0.002, 0.001), violation("least", 110.0, 100.0)]
    findings = parse_findings(summary(violations), "x")
    assert [line.subject for line in findings.evidence] == ["small", "large", "least"]
    worse_than = quality(worse("mse", 130, 100), worse("mae", 0.002, 0.001), worse("r2", -0.9, -0.6), worse("x", 3, 2))
    assert [line.subject for line in parse_findings(worse_than, "x").evidence] == ["mse", "mae", "r2"]


def test_without_a_drift_the_worst_is_said_with_what_is_required() -> None:
    violations = [violation("age", 0.5, 1.0, "completeness_check"), violation("os", 0.9, 1.0, "data_type_check")]
    findings = parse_findings(summary(violations), "x")
    assert findings.headline == "age: completeness 50 %, at least 100 % required; 1 more violation (os)"
    assert [(evidence.note(piece), evidence.observed_interval(piece)) for piece in findings.evidence] == [
        ("the current values are higher", None)
    ] * 2
    assert (findings.window[0] + timedelta(hours=1), findings.rows) == (findings.window[1], 4000)


@pytest.mark.parametrize(
    ("direction", "note"),
    [
        ("higher", "the current values are higher"),
        ("lower", "the current values are lower"),
        ("none", ""),
        (None, ""),
    ],
)
def test_evidence_says_which_way(direction: str | None, note: str) -> None:
    one = {**violation("amount", 0.31, 0.1), "direction": direction}  # type: ignore[dict-item]
    body = summary([one], [feature("amount", drift=0.31)])
    (piece,) = parse_findings(body, "x").evidence
    assert (evidence.note(piece), evidence.observed_interval(piece)) == (note, (0.2, 0.4))


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"direction": "lower"}, "raw statistic 0.31, 95 % interval 0.2 to 0.4; the current values are lower"),
        ({"direction": "none"}, "raw statistic 0.31, 95 % interval 0.2 to 0.4"),
        ({"direction": "none", "interval": None}, "raw statistic 0.31"),
        ({"direction": "none", "interval": None, "statistic": None}, ""),
    ],
)
def test_the_raw_figure_stands_beside_what_decided(changes: dict[str, object], note: str) -> None:
    one = {**violation("amount", 0.31, 0.1), **changes}  # type: ignore[dict-item]
    (piece,) = parse_findings(summary([one], [feature("amount", drift=0.25)]), "x").evidence
    assert evidence.note(piece) == note


def test_names_are_remembered_once_each_up_to_a_limit() -> None:
    violations = [violation(f"f{i}", 0.3, 0.1) for i in range(MOST_SUBJECTS + 5)]
    findings = parse_findings(summary([violations[0], *violations]), "x")
    assert len(findings.subjects) == MOST_SUBJECTS
    assert findings.violations == MOST_SUBJECTS + 6
    assert len(findings.evidence) == 3


def test_a_metric_that_is_certain_has_no_note() -> None:
    findings = parse_findings(quality(*(worse(f"m{i}", 15, 10) for i in range(5))), "x")
    assert [evidence.note(piece) for piece in findings.evidence] == ["", "", ""]
    assert (findings.window[0] + timedelta(hours=1), findings.rows) == (findings.window[1], 900)
    assert parse_findings(quality(), "x").headline == ""


def test_nothing_is_wrong() -> None:
    findings = parse_findings(summary([]), "x")
    assert (findings.headline, findings.evidence, findings.violations) == ("", (), 0)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"\xff", b'{"monitor": "model_quality"}'])
def test_what_is_no_summary_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        parse_findings(body, "x")


def test_a_watch_alarm_of_another_version_keeps_its_own_words() -> None:
    assert trouble(watch_subject("moon phase")).headline == "moon phase"
    assert trouble(watch_subject("model_quality executions failed")).monitor == "model_quality"
