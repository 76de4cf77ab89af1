"""summary.json of version 1, whose head was data quality's own, as version 2."""

from collections.abc import Mapping
from typing import Any

_DRIFT = "baseline_drift_check"
_FIGURES = {
    "completeness_check": ("share", "completeness", "at_least"),
    "data_type_check": ("share", "share of values of the expected type", "at_least"),
    "categorical_values_check": ("share", "share of known categories", "at_least"),
    "missing_column_check": ("count", "columns", "at_least"),
    "extra_column_check": ("count", "columns", "at_most"),
}
_BODY = ("records", "rejected", "skipped", "layout", "other_layout_rows", "comparison", "features")


def upgraded(old: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where the summary is another kind's."""
    if "features" not in old:
        return None
    drifts = {feature["name"]: feature.get("drift") for feature in old["features"]}
    return {
        **{name: old[name] for name in ("endpoint", "monitor", "window", "scheduled_time", "status", "exit_message")},
        "version": 2,
        "kind": "data_quality",
        "reason": old["reason"],
        "rows": old["rows"],
        "evaluated_rows": old["rows"],
        "headline": _headline(old, drifts),
        "findings": [_finding(each, drifts.get(each["feature"])) for each in old["violations"]],
        "notes": old["notes"],
        "model": old.get("model"),
        "baseline": {f"{name}.json": key for name, key in old["baseline"].items()},
        "body": {name: old[name] for name in _BODY},
    }


def _headline(old: Mapping[str, Any], drifts: Mapping[str, Any]) -> dict[str, Any] | None:
    worst = old.get("worst_drift")
    if worst is None:
        return None
    drift = drifts.get(worst["feature"]) or {}
    limit = drift.get("threshold")
    return {
        "figure": "worst_drift",
        "value": worst["value"],
        "subject": worst["feature"],
        "limit": limit,
        "side": "at_most",
    }


def _finding(old: Mapping[str, Any], drift: Mapping[str, Any] | None) -> dict[str, Any]:
    finding = {
        "subject": old["feature"],
        "check": old["check"],
        "description": old["description"],
        "measure": "metric",
        "figure": old["check"],
        "observed": old["statistic"],
        "required": old["required"],
        "n": old["n"],
        "direction": None if old.get("direction") == "none" else old.get("direction"),
        "interval": old.get("interval"),
        "moves": old.get("top_buckets", ()),
        "inference_ids": old.get("sample_inference_ids", ()),
    }
    if old["check"] in _FIGURES:
        measure, figure, side = _FIGURES[old["check"]]
        return finding | {"measure": measure, "figure": figure, "side": side}
    if old["check"] != _DRIFT:
        return finding
    is_p_value = drift is not None and drift["p_value"] is not None and drift["value"] == drift["p_value"]
    observed = drift["value"] if drift is not None else old["statistic"]
    return finding | {
        "measure": "p_value" if is_p_value else "distance",
        "figure": "p-value" if is_p_value else "drift",
        "side": "at_least" if is_p_value else "at_most",
        "statistic": old["statistic"] if old["statistic"] != observed else None,
        "observed": observed,
        "method": drift["method"] if drift is not None else None,
    }
