"""SageMaker's verdicts against ours: on the captures that are there, otherwise on SageMaker's statistics."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.keys import hour_folder
from driftline.kinds.parity import Known, Violated
from driftline.kinds.registry import KINDS
from driftline.usecases.migration.captured_verdict import Tools
from driftline.usecases.migration.parity import ParityWindow, parity_of
from driftline.usecases.migration.read_schedules import Account, ReadSchedule, read_schedules
from tests.captures import csv_capture
from tests.fakes import InMemoryStore
from tests.model_monitor import FakeModelMonitor, endpoint_input
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
FEATURES = [("score", "Fractional"), ("amount", "Fractional"), ("country", "String")]
CONSTRAINTS = {
    "features": [{"name": name, "inferred_type": kind, "completeness": 1.0} for name, kind in FEATURES],
    "monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled"},
}
TYPES = {"feature_name": "amount", "constraint_check_type": "data_type_check", "description": "66 %"}
MAE = {"metric_name": "mae", "constraint_check_type": "GreaterThanThreshold", "description": "1 > 0.1"}
TYPE_OF_AMOUNT = Violated("amount", "data_type_check")


def statistics(rows: int) -> bytes:
    """SageMaker's, of a window whose types it does not count."""
    common = {"common": {"num_present": rows, "num_missing": 0}}
    parts = {"Fractional": "numerical_statistics", "String": "string_statistics"}
    features = [{"name": name, "inferred_type": kind, parts[kind]: common} for name, kind in FEATURES]
    return json.dumps({"dataset": {"item_count": rows}, "features": features}).encode()


@pytest.fixture
def buckets() -> dict[str, InMemoryStore]:
    """Thirty captures, a third of them with a whole number as their amount, and their labels."""
    at = [HOUR + timedelta(seconds=number) for number in range(30)]
    lines = [
        csv_capture(moment, "0.5", f"{amount},de", f"id-{moment:%S}")
        for moment, amount in zip(at, ["1.5", "2.5", "3"] * 10, strict=True)
    ]
    labels = [
        {
            "groundTruthData": {"data": "1.5", "encoding": "CSV"},
            "eventMetadata": {"eventId": f"id-{moment:%S}"},
            "eventVersion": "0",
        }
        for moment in at
    ]
    quality = {"regression_constraints": {"mae": {"threshold": 0.1, "comparison_operator": "GreaterThanThreshold"}}}
    return {
        "baselines": InMemoryStore(
            "baselines",
            {
                "data/constraints.json": json.dumps(CONSTRAINTS).encode(),
                "mq/constraints.json": json.dumps(quality).encode(),
            },
        ),
        "captures": InMemoryStore("captures", {f"data/shop/all/{hour_folder(HOUR)}a.jsonl": b"".join(lines)}),
        "labels": InMemoryStore(
            "labels", {f"shop/{hour_folder(HOUR)}l.jsonl": "\n".join(map(json.dumps, labels)).encode()}
        ),
        "reports": InMemoryStore("reports"),
    }


def read(buckets: Mapping[str, InMemoryStore], kind: str, folder: str) -> ReadSchedule:
    sagemaker = FakeModelMonitor()
    app = {"ProblemType": "Regression"} if kind == "ModelQuality" else None
    baseline = {"ConstraintsResource": {"S3Uri": f"s3://baselines/{folder}/constraints.json"}}
    sagemaker.add("hourly", kind, endpoint_input("shop", InferenceAttribute="0"), app=app, baseline=baseline)
    sagemaker.captures["shop"] = Captured(CaptureState.ON, destination="s3://captures/data")
    account = Account(sagemaker, lambda bucket: buckets[bucket], None)
    [found] = read_schedules(account, (), kinds=KINDS, step=lambda _: None)
    assert isinstance(found, ReadSchedule)
    return found


def checked(buckets: Mapping[str, InMemoryStore], kind: str = "DataQuality", folder: str = "data") -> ParityWindow:
    tools = Tools(
        partial(InMemoryStore, "scratch"), lambda bucket: buckets[bucket], ScriptProcesses(), TABLES, explaining()
    )
    [found] = parity_of(read(buckets, kind, folder), tools, 5, kinds=KINDS)
    assert found.scheduled == SCHEDULED
    return found


def report(buckets: Mapping[str, InMemoryStore], rows: int, *violations: Mapping[str, str]) -> None:
    root = f"monitoring/shop/hourly/{hour_folder(SCHEDULED)}"
    buckets["reports"].put(f"{root}statistics.json", statistics(rows))
    buckets["reports"].put(f"{root}constraint_violations.json", json.dumps({"violations": violations}).encode())


def test_captures_decide_what_statistics_do_not_say(buckets: dict[str, InMemoryStore]) -> None:
    report(buckets, 30, TYPES)
    found = checked(buckets)
    assert (found.source, found.same, found.in_part, found.error) == ("captures", True, False, None)
    assert found.found is not None
    assert found.found.ours == found.found.theirs == {TYPE_OF_AMOUNT}


def test_without_captures_the_statistics_are_taken(buckets: dict[str, InMemoryStore]) -> None:
    report(buckets, 30, TYPES)
    buckets["captures"].objects.clear()
    found = checked(buckets)
    assert (found.source, found.same, found.in_part) == ("statistics", True, True)
    assert found.found is not None
    assert found.found.unchecked == {TYPE_OF_AMOUNT: Known.TYPES_NOT_COUNTED}


def test_another_verdict_on_the_same_rows_is_a_difference(buckets: dict[str, InMemoryStore]) -> None:
    report(buckets, 30)
    found = checked(buckets)
    assert (found.source, found.same, found.in_part) == ("captures", False, False)
    assert found.found is not None
    assert found.found.unexplained == [TYPE_OF_AMOUNT]


def test_another_verdict_on_other_rows_has_its_reason(buckets: dict[str, InMemoryStore]) -> None:
    report(buckets, 20)
    found = checked(buckets)
    assert (found.same, found.in_part) == (True, True)
    assert found.found is not None
    assert found.found.unchecked == {TYPE_OF_AMOUNT: Known.OTHER_ROWS}


def test_a_capture_that_cannot_be_read_costs_itself_alone(buckets: dict[str, InMemoryStore]) -> None:
    report(buckets, 30, TYPES)
    buckets["captures"].put(f"data/shop/all/{hour_folder(HOUR)}0.jsonl", b"\x1f\x8bnothing")
    found = checked(buckets)
    assert (found.source, found.same, found.error) == ("captures", True, None)


def test_labels_are_read_where_sagemaker_read_them(buckets: dict[str, InMemoryStore]) -> None:
    root = f"monitoring/shop/hourly/{hour_folder(SCHEDULED)}"
    metrics = {"mae": {"value": 1.0, "standard_deviation": "NaN"}}
    body = {"dataset": {"item_count": 30}, "regression_metrics": metrics}
    buckets["reports"].put(f"{root}statistics.json", json.dumps(body).encode())
    buckets["reports"].put(f"{root}constraint_violations.json", json.dumps({"violations": [MAE]}).encode())
    found = checked(buckets, "ModelQuality", "mq")
    assert (found.source, found.same, found.error) == ("captures", True, None)
    assert found.found is not None
    assert found.found.ours == {Violated("mae", "GreaterThanThreshold")}


def test_a_report_that_cannot_be_read_is_no_agreement(buckets: dict[str, InMemoryStore]) -> None:
    buckets["reports"].put(f"monitoring/shop/hourly/{hour_folder(SCHEDULED)}statistics.json", b"{")
    found = checked(buckets)
    assert not found.same
    assert found.error is not None
    assert "statistics.json" in found.error.where
