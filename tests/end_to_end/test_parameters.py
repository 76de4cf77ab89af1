"""The stack with its parameters set: a bucket that was there before, a namespace, an address, no key."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.endpoint import HOUR, Bucket, baseline_csv, capture_file, document, reports_folder, rows

pytestmark = pytest.mark.cloud

CAPTURES = "captures-of-old"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PREFIX = "endpoints/captured data/"


@pytest.fixture(scope="module")
def changed() -> Iterator[EmbeddedCloud]:
    parameters = {
        "CaptureBucketName": CAPTURES,
        "CaptureKeyArn": KEY,
        "MetricsNamespace": "Mine/Models",
        "OperatorEmail": "operators@example.com",
        "EncryptOperatorTopic": "false",
    }
    with EmbeddedCloud(stack_name="watchers", parameters=parameters) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=CAPTURES)
        s3.put_bucket_notification_configuration(
            Bucket=CAPTURES, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        yield cloud


def test_captures_are_read_from_the_bucket_that_was_there(changed: EmbeddedCloud) -> None:
    own, captures = Bucket(changed), Bucket(changed, CAPTURES)
    own.put("monitors/old.yaml", document("old") + f'capture: {{bucket: {CAPTURES}, prefix: "{PREFIX}"}}\n')
    own.put("baselines/old/data_quality/input/people.csv", baseline_csv(rows(500, seed=1)))
    changed.drain()
    assert own.json("monitors/old.status.json")["status"] == "ok"
    folder = f"{PREFIX}old/AllTraffic/{HOUR:%Y/%m/%d/%H}/"
    captures.put(f"{folder}00-00-000.jsonl", capture_file(rows(50, seed=2)))
    captures.put(f"{folder}notes.txt", b"no capture file")
    changed.drain()
    changed.fire_schedule("old-data_quality", HOUR + timedelta(hours=1))
    changed.drain()
    assert own.json(reports_folder("old") + "statistics.json")["dataset"]["item_count"] == 50
    # Nothing is written where the endpoints capture.
    assert set(captures.everything("")) == {f"{folder}00-00-000.jsonl", f"{folder}notes.txt"}
    assert changed.messages("ProfileDeadLettersUrl") == 0
    metrics = changed.client("cloudwatch").list_metrics(Namespace="Mine/Models", MetricName="rows")["Metrics"]
    assert len(metrics) == 1


def test_the_address_is_subscribed(changed: EmbeddedCloud) -> None:
    found = changed.client("sns").list_subscriptions_by_topic(TopicArn=changed.outputs["OperatorTopicArn"])
    assert [(one["Protocol"], one["Endpoint"]) for one in found["Subscriptions"]] == [
        ("email", "operators@example.com")
    ]


def test_the_bucket_is_closed_and_keeps_versions(changed: EmbeddedCloud) -> None:
    s3, name = changed.client("s3"), changed.bucket
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]


def test_captures_that_are_encrypted_may_be_decrypted(changed: EmbeddedCloud) -> None:
    iam = changed.client("iam")
    arn = next(role["Arn"] for role in iam.list_roles()["Roles"] if "ProfileCaptureRole" in role["RoleName"])
    for resource, decision in ((KEY, "allowed"), (KEY.replace("1234abcd", "another0"), "implicitDeny")):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=["kms:Decrypt"], ResourceArns=[resource]
        )
        assert answer["EvaluationResults"][0]["EvalDecision"] == decision
