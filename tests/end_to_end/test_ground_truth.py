"""Predictions, ground truth in any order, verdicts and their revisions, on the embedded cloud, with roles enforced."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from driftline.domain.instants import format_instant
from driftline.domain.keys import hour_folder
from local.cloud import EmbeddedCloud
from tests.captures import csv_capture
from tests.end_to_end.endpoint import HOUR, Bucket

pytestmark = pytest.mark.cloud

SCHEDULED = HOUR + timedelta(hours=1)
NAMESPACE = "aws/sagemaker/Endpoints/model-metrics"
PREDICTED = {number: float(20 + number % 17) for number in range(60)}
ACTUAL = {number: value + (1 if number % 2 else -1) for number, value in PREDICTED.items()}
"""Every prediction is wrong by one."""

CONSTRAINTS = json.dumps(
    {"regression_constraints": {"mae": {"threshold": 1.5, "comparison_operator": "GreaterThanThreshold"}}}
)


def document(endpoint: str) -> str:
    return f"""\
endpoint: {endpoint}
columns: {{output: [predicted], input: [amount]}}
monitors:
  model_quality:
    schedule: cron(0 * ? * * *)
    problem_type: Regression
    inference_attribute: predicted
    metrics: all
"""


def watch(cloud: EmbeddedCloud, endpoint: str) -> Bucket:
    bucket = Bucket(cloud)
    bucket.put(f"monitors/{endpoint}.yaml", document(endpoint))
    bucket.put(f"baselines/{endpoint}/model_quality/constraints.json", CONSTRAINTS)
    cloud.drain()
    return bucket


def send_captures(bucket: Bucket, endpoint: str, numbers: range) -> None:
    lines = (csv_capture(HOUR + timedelta(seconds=30 * n), str(PREDICTED[n]), "1", f"{endpoint}-{n}") for n in numbers)
    name = f"00-00-000-{numbers.start:04}.jsonl"
    bucket.put(f"capture/{endpoint}/AllTraffic/{hour_folder(HOUR)}{name}", b"".join(lines))


def send_labels(bucket: Bucket, endpoint: str, labels: Mapping[int, float], hours_later: int) -> None:
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": str(value), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"{endpoint}-{number}"},
                "eventVersion": "0",
            }
        )
        for number, value in labels.items()
    ]
    folder = hour_folder(HOUR + timedelta(hours=hours_later))
    bucket.put(f"ground-truth/{endpoint}/{folder}labels.jsonl", "\n".join(lines))


def judged(cloud: EmbeddedCloud, bucket: Bucket, endpoint: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(regression metrics, summary) of the hour."""
    folder = f"reports/{endpoint}/model_quality/{hour_folder(SCHEDULED)}"
    return bucket.json(folder + "statistics.json")["regression_metrics"], bucket.json(folder + "summary.json")


def fire(cloud: EmbeddedCloud, endpoint: str) -> None:
    cloud.drain()
    cloud.fire_schedule(f"{endpoint}-model_quality", SCHEDULED)
    cloud.drain()


@pytest.mark.parametrize("labels_first", [True, False], ids=["labels-before-captures", "captures-before-labels"])
def test_labels_and_captures_meet_in_any_order(cloud: EmbeddedCloud, labels_first: bool) -> None:
    endpoint = "first" if labels_first else "second"
    bucket = watch(cloud, endpoint)
    steps: list[Callable[[], None]] = [
        lambda: send_labels(bucket, endpoint, ACTUAL, hours_later=0),
        lambda: send_captures(bucket, endpoint, range(60)),
    ]
    for step in steps if labels_first else reversed(steps):
        step()
        cloud.drain()

    fire(cloud, endpoint)

    metrics, summary = judged(cloud, bucket, endpoint)
    assert metrics["mae"]["value"] == 1.0
    assert (summary["coverage"], summary["status"]) == (1.0, "Completed")
    merged = bucket.everything(f"merged/{endpoint}/AllTraffic/{hour_folder(HOUR)}")
    assert sum(len(body.splitlines()) for body in merged.values()) == 60


def test_a_correction_after_the_report_makes_a_revision_by_itself(cloud: EmbeddedCloud) -> None:
    # Given an hour that was judged with labels for half of its inferences
    endpoint = "corrected"
    bucket = watch(cloud, endpoint)
    send_captures(bucket, endpoint, range(60))
    send_labels(bucket, endpoint, {n: ACTUAL[n] for n in range(30)}, hours_later=0)
    fire(cloud, endpoint)
    assert judged(cloud, bucket, endpoint)[1]["coverage"] == 0.5

    # When the rest comes, and a correction of everything; nobody fires a schedule
    send_labels(bucket, endpoint, {n: ACTUAL[n] + 10 for n in ACTUAL}, hours_later=1)
    cloud.drain()

    # Then the newest verdict has it, and the earlier one lies beside it
    metrics, summary = judged(cloud, bucket, endpoint)
    assert summary["coverage"] == 1.0
    assert summary["status"] == "CompletedWithViolations"
    assert metrics["mae"]["value"] == pytest.approx(10.0)
    folder = f"reports/{endpoint}/model_quality/{hour_folder(SCHEDULED)}"
    assert bucket.json(folder + "revision-1/summary.json")["coverage"] == 0.5
    # And CloudWatch has the metrics of both
    values = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="mae",
        Dimensions=[
            {"Name": "Endpoint", "Value": endpoint},
            {"Name": "MonitoringSchedule", "Value": f"{endpoint}-model_quality"},
        ],
        StartTime=HOUR - timedelta(hours=1),
        EndTime=HOUR + timedelta(hours=3),
        Period=3600,
        Statistics=["Maximum", "SampleCount"],
    )["Datapoints"]
    assert [(point["Maximum"], point["SampleCount"]) for point in values] == [(pytest.approx(10.0), 2.0)]

    # When labels come that belong to nothing, and the stack's schedule asks for the sweep three weeks later
    send_labels(bucket, endpoint, {1000: 1.0}, hours_later=2)
    cloud.drain()
    tick = json.dumps({"sweep": format_instant(HOUR + timedelta(days=21))})
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["MergeQueueUrl"], MessageBody=tick)
    cloud.drain()

    # Then nothing waits any more, and those are listed
    assert not bucket.everything(f"state/open-labels/{endpoint}/")
    [unmatched] = bucket.everything(f"ground-truth-unmatched/{endpoint}/").values()
    assert json.loads(unmatched)["eventMetadata"]["eventId"] == f"{endpoint}-1000"
    assert cloud.messages("MergeDeadLettersUrl") == 0


def test_a_late_capture_file_makes_a_revision(cloud: EmbeddedCloud) -> None:
    endpoint = "late"
    bucket = watch(cloud, endpoint)
    send_labels(bucket, endpoint, ACTUAL, hours_later=0)
    send_captures(bucket, endpoint, range(30))
    fire(cloud, endpoint)
    assert judged(cloud, bucket, endpoint)[1]["rows"] == 30

    send_captures(bucket, endpoint, range(30, 60))
    cloud.drain()

    assert judged(cloud, bucket, endpoint)[1]["rows"] == 60
    assert judged(cloud, bucket, endpoint)[1]["body"]["labelled_rows"] == 60
