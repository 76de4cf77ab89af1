"""summary.json of version 1, whose head was model quality's own, as version 2."""

from collections.abc import Mapping
from typing import Any

from driftline.kinds.model_quality.settings import HEADLINES

_SIDES = {"GreaterThanThreshold": "at_most", "LessThanThreshold": "at_least"}
_BODY = ("problem_type", "positive_label", "labelled_rows", "unusable_rows", "alarm_on", "metrics", "confusion_matrix")


def upgraded(old: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where the summary is another kind's."""
    if "problem_type" not in old:
        return None
    return {
        **{name: old[name] for name in ("endpoint", "monitor", "window", "scheduled_time", "status", "exit_message")},
        "version": 2,
        "kind": "model_quality",
        "reason": old["reason"],
        "rows": old["rows"],
        "evaluated_rows": old["used_rows"],
        "coverage": old["coverage"],
        "headline": _headline(old),
        "findings": [_finding(each) for each in old["violations"]],
        "notes": old["notes"],
        "model": old.get("model"),
        "baseline": {f"{name}.json": key for name, key in old["baseline"].items()},
        "body": {name: old[name] for name in _BODY}
        | {"calibration": old.get("calibration", ()), "sample": old.get("sample", ())},
    }


def _headline(old: Mapping[str, Any]) -> dict[str, Any] | None:
    name = HEADLINES.get(old["problem_type"])
    metric = next((each for each in old["metrics"] if each["name"] == name), None)
    if metric is None:
        return None
    return {
        "figure": metric["name"],
        "value": metric["value"],
        "interval": metric["interval"],
        "limit": metric["baseline"],
        "side": _SIDES.get(metric["operator"]),
    }


def _finding(old: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": old["metric"],
        "check": old["check"],
        "description": old["description"],
        "measure": "metric",
        "figure": old["metric"],
        "observed": old["value"],
        "required": old["threshold"],
        "side": _SIDES.get(old["check"]),
        "interval": old["interval"],
        "n": old["n"],
        "certain": old["certain"],
    }
