"""`drift: psi`: from the monitor document to the findings, the summary, the metrics and the page."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.documents.parse import InvalidDocumentError, parse_document
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.domain.executions.place import parse_place
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.report_inputs import report_inputs
from tests.captures import capture_key, csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
BASELINE = "baselines/shop/data_quality/"
REPORT = "reports/shop/data_quality/2026/03/01/15/"


def endpoint(drift: str, threshold: float | None = None) -> InMemoryStore:
    """An endpoint whose ages are from 20 to 69, evenly; `threshold`: edited in constraints.json."""
    store = InMemoryStore()
    document = f"endpoint: shop\nmonitors: {{data_quality: {{drift: {drift}}}}}\n"
    store.put("monitors/shop.yaml", document.encode())
    lines = "score,area,age\n" + "".join(f"{i / 400},{i % 4},{20 + i % 50}\n" for i in range(2_000))
    store.put(f"{BASELINE}input/data.csv", lines.encode())
    suggest_in(store, "shop", "data_quality")
    if threshold is not None:
        constraints = json.loads(store.objects[f"{BASELINE}constraints.json"])
        constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = threshold
        store.put(f"{BASELINE}constraints.json", json.dumps(constraints).encode())
    return store


def evaluated(store: InMemoryStore, years: int) -> tuple[Execution, dict[str, Any]]:
    """An hour of 400 rows with everyone older by some years."""
    body = b"".join(
        csv_capture(HOUR + timedelta(seconds=i), str(i / 80), f"{i % 4},{20 + years + i % 50}", f"id-{i}")
        for i in range(400)
    )
    store.put(capture_key(HOUR), body)
    profile_file(capture_key(HOUR), store)
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=HOUR + timedelta(hours=1))
    execution = execute_in(store, request)
    return execution, json.loads(store.objects[f"{REPORT}summary.json"])


def test_a_shift_that_no_distance_finds() -> None:
    _, by_distance = evaluated(endpoint("distance"), years=6)
    assert by_distance["findings"] == []

    store = endpoint("psi")
    _, summary = evaluated(store, years=6)

    (finding,) = summary["findings"]
    assert (finding["subject"], finding["check"]) == ("age", "baseline_drift_check")
    assert (finding["measure"], finding["figure"], finding["method"]) == ("distance", "drift", "PSI")
    assert (finding["side"], finding["required"]) == ("at_most", 0.05)
    assert finding["description"] == f"Baseline drift distance: {finding['observed']} exceeds threshold: 0.05"
    assert finding["p_value"] < 0.002
    assert finding["direction"] == "higher"
    assert finding["moves"]
    assert summary["headline"]["figure"] == "worst_drift"
    # And the page has the test's p-value among the feature's figures
    report = report_inputs(store, parse_place(REPORT), kinds=KINDS).report()
    row = next(each for each in report.tables[0].rows if each.subject == "age")
    assert row.detail is not None
    checks = {str(each.cells[0]): each.cells[1] for each in row.detail.tables[0].rows}
    assert {"p-value of the test", "Raw statistic"} <= set(checks)
    assert checks["Method"] == "PSI"
    assert any("population stability index" in text for text in report.method)


def test_without_a_change_all_distances_are_zero() -> None:
    _, summary = evaluated(endpoint("psi"), years=0)
    assert summary["findings"] == []
    assert {each["drift"]["value"] for each in summary["body"]["features"]} == {0.0}
    assert {each["drift"]["drifted"] for each in summary["body"]["features"]} == {False}
    assert summary["headline"]["value"] == 0.0


def test_limits_that_are_not_used_are_mentioned() -> None:
    _, edited = evaluated(endpoint("psi", threshold=0.3), years=0)
    _, suggested = evaluated(endpoint("psi"), years=0)
    _, used = evaluated(endpoint("distance", threshold=0.3), years=0)
    assert [note for note in edited["notes"] if "constraints.json were not used" in note]
    assert suggested["notes"] == used["notes"] == []


def test_sagemakers_comparison_has_no_test() -> None:
    text = "endpoint: shop\nmonitors:\n  data_quality: {comparison: sagemaker, drift: psi}\n"
    with pytest.raises(InvalidDocumentError, match="drift: psi has no effect with comparison: sagemaker"):
        parse_document(text, where="shop.yaml", model=KINDS.document)
    parse_document(text.replace("psi", "distance"), where="shop.yaml", model=KINDS.document)


def test_the_baseline_says_what_it_finds_and_again_when_the_method_changes() -> None:
    store = endpoint("distance")
    again = suggest_in(store, "shop", "data_quality")
    assert again.unchanged
    rate, *found = again.sensitivity
    assert rate == "at most 1 % of windows have a violation when nothing has changed."
    assert [sentence.split(":")[0] for sentence in found] == [
        "missing values",
        "drift of numbers",
        "drift of categories",
    ]
    store.put("monitors/shop.yaml", b"endpoint: shop\nmonitors: {data_quality: {drift: psi}}\n")
    by_psi = suggest_in(store, "shop", "data_quality")
    assert not by_psi.unchanged
    assert by_psi.sensitivity[:2] == again.sensitivity[:2]
    assert by_psi.sensitivity[2] != again.sensitivity[2]
    # What SageMaker's comparison finds is not known; without a missing or rare value it is as quiet.
    store.put("monitors/shop.yaml", b"endpoint: shop\nmonitors: {data_quality: {comparison: sagemaker}}\n")
    assert suggest_in(store, "shop", "data_quality").sensitivity == (rate,)
