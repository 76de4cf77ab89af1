"""Schedules of SageMaker Model Monitor are imported into a deployed stack, which then runs the monitors."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.sagemaker_monitoring import SageMakerMonitoring
from driftline.kinds.registry import KINDS
from driftline.usecases.migration.import_schedules import import_schedules
from driftline.usecases.migration.read_schedules import Account, read_schedules
from local.cloud import EmbeddedCloud
from tests.captures import csv_capture
from tests.end_to_end.endpoint import HOUR, Bucket
from tests.model_monitor import batch_input, deploy, endpoint_input, monitored

# A cloud of its own costs a dozen seconds; what is imported is tested without one in tests/unit/local/migration.
pytestmark = [pytest.mark.cloud, pytest.mark.long]

OLD = "model-monitor/baselining"
SCHEDULED = HOUR + timedelta(hours=1)
FOLDER = f"{HOUR:%Y/%m/%d/%H}"
FEATURES = [("score", "Fractional"), ("amount", "Fractional"), ("country", "String")]
DATA_CONSTRAINTS = {
    "version": 0.0,
    "features": [{"name": name, "inferred_type": kind, "completeness": 1.0} for name, kind in FEATURES],
    "monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled"},
}
QUALITY_CONSTRAINTS = {
    "version": 0.0,
    "regression_constraints": {"mae": {"threshold": 0.1, "comparison_operator": "GreaterThanThreshold"}},
}


@pytest.fixture(scope="module")
def moved() -> Iterator[EmbeddedCloud]:
    """A stack, in an account whose schedules of endpoints and batch transform jobs were imported into it."""
    with EmbeddedCloud(sagemaker=True, clock=HOUR) as cloud:
        bucket, sagemaker = Bucket(cloud), cloud.client("sagemaker")
        bucket.put(f"{OLD}/data/constraints.json", json.dumps(DATA_CONSTRAINTS))
        bucket.put(f"{OLD}/quality/constraints.json", json.dumps(QUALITY_CONSTRAINTS))

        def baseline(folder: str) -> dict[str, Any]:
            return {"ConstraintsResource": {"S3Uri": f"s3://{cloud.bucket}/{OLD}/{folder}/constraints.json"}}

        deploy(sagemaker, "shop", f"s3://{cloud.bucket}/capture")
        labels = f"s3://{cloud.bucket}/ground-truth/shop"
        answers = endpoint_input("shop", InferenceAttribute="0")
        monitored(sagemaker, "DataQuality", "old-data", endpoint_input("shop"), baseline=baseline("data"))
        monitored(
            sagemaker,
            "ModelQuality",
            "old-quality",
            answers,
            app={"ProblemType": "Regression"},
            baseline=baseline("quality"),
            ground_truth=labels,
        )
        batches = batch_input(f"s3://{cloud.bucket}/capture/batches")
        monitored(sagemaker, "DataQuality", "old-batches", batches, baseline=baseline("data"))

        def opened(bucket: str) -> S3Store:
            return S3Store(bucket, cloud.client("s3"))

        account = Account(SageMakerMonitoring(sagemaker), opened, cloud.bucket)
        found = read_schedules(account, (), kinds=KINDS, step=lambda _: None)
        imported = import_schedules(found, opened(cloud.bucket), kinds=KINDS)
        assert {each.state for endpoint in imported for each in endpoint.schedules} == {"added"}
        cloud.drain()
        yield cloud


def fired(cloud: EmbeddedCloud, endpoint: str, monitor: str) -> dict[str, Any]:
    """The envelope of the execution that the schedule starts."""
    cloud.fire_schedule(f"{endpoint}-{monitor}", SCHEDULED)
    cloud.drain()
    return dict(Bucket(cloud).json(f"reports/{endpoint}/{monitor}/{SCHEDULED:%Y/%m/%d/%H}/summary.json"))


def violations(cloud: EmbeddedCloud, endpoint: str, monitor: str) -> list[tuple[str, str]]:
    folder = f"reports/{endpoint}/{monitor}/{SCHEDULED:%Y/%m/%d/%H}/"
    found = Bucket(cloud).json(f"{folder}constraint_violations.json")["violations"]
    return [(each.get("feature_name") or each["metric_name"], each["constraint_check_type"]) for each in found]


def test_the_stack_takes_the_imported_documents(moved: EmbeddedCloud) -> None:
    assert {"shop-data_quality", "shop-model_quality", "batches-data_quality"} <= set(moved.schedules())
    for endpoint in ("shop", "batches"):
        assert Bucket(moved).json(f"monitors/{endpoint}.status.json")["status"] == "ok"


def test_the_monitors_of_an_endpoint_give_the_verdicts_that_sagemakers_rules_give(moved: EmbeddedCloud) -> None:
    bucket = Bucket(moved)
    # Given a third of whole numbers where decimals are expected, and predictions that are off by one
    amounts = ["1.5", "2.5", "3"] * 10
    at = [HOUR + timedelta(seconds=number) for number in range(len(amounts))]
    lines = [csv_capture(t, "0.5", f"{amount},de", f"id-{t:%M%S}") for t, amount in zip(at, amounts, strict=True)]
    bucket.put(f"capture/shop/all/{FOLDER}/00-00-000-a.jsonl", b"".join(lines))
    labels = [
        {
            "groundTruthData": {"data": "1.5", "encoding": "CSV"},
            "eventMetadata": {"eventId": f"id-{t:%M%S}"},
            "eventVersion": "0",
        }
        for t in at
    ]
    bucket.put(f"ground-truth/shop/{FOLDER}/labels.jsonl", "\n".join(map(json.dumps, labels)))
    moved.drain()
    # When the schedules fire
    data, quality = fired(moved, "shop", "data_quality"), fired(moved, "shop", "model_quality")
    # Then SageMaker's strict types and thresholds decide
    assert (data["rows"], quality["evaluated_rows"]) == (30, 30)
    assert violations(moved, "shop", "data_quality") == [("amount", "data_type_check")]
    assert violations(moved, "shop", "model_quality") == [("mae", "GreaterThanThreshold")]
    # And the metrics have the names that the old alarms know
    found = moved.client("cloudwatch").list_metrics(Namespace="aws/sagemaker/Endpoints/model-metrics")["Metrics"]
    dimensions = {each["Name"]: each["Value"] for metric in found for each in metric["Dimensions"]}
    assert "mae" in {metric["MetricName"] for metric in found}
    assert (dimensions["Endpoint"], dimensions["MonitoringSchedule"]) == ("shop", "old-quality")


def test_the_monitor_of_batch_transform_jobs_reads_what_their_manifests_list(moved: EmbeddedCloud) -> None:
    bucket = Bucket(moved)
    ended = (HOUR + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [f"0.5,{amount},de,id-{number},{ended}" for number, amount in enumerate(["1.5", "many"])]
    bucket.put("capture/files/a.csv.out", "\n".join(rows))
    manifest = [{"prefix": f"s3://{moved.bucket}/capture/files/"}, "a.csv.out"]
    bucket.put(f"capture/batches/output/{FOLDER}/m.json", json.dumps(manifest))
    moved.drain()
    assert fired(moved, "batches", "data_quality")["rows"] == 2
    assert violations(moved, "batches", "data_quality") == [("amount", "data_type_check")]
