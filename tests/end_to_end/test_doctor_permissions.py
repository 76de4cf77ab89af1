"""`driftline doctor` with the permissions of somebody: those that the documentation grants, and hardly any; and faults
that cannot be taken back."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.alarmed import PIPELINE, PIPELINE_ARN, create_pipeline
from tests.end_to_end.doctoring import Doctor
from tests.end_to_end.endpoint import Bucket, document
from tests.places import REPOSITORY

pytestmark = pytest.mark.cloud

NOBODY = "Pipelines-Of-Nobody"


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    """Without a channel, with faults that stay."""
    with EmbeddedCloud(sagemaker=True, parameters={"RetrainingPipelineArn": PIPELINE_ARN}) as running:
        create_pipeline(running)
        sns, watch = running.client("sns"), running.client("cloudwatch")
        sns.subscribe(
            TopicArn=running.outputs["OperatorTopicArn"], Protocol="https", Endpoint="https://127.0.0.1:1/pager"
        )
        # As CloudWatch does when it cannot read a line of a log.
        dropped = {
            "MetricName": "EMFParsingErrors",
            "Dimensions": [{"Name": "LogGroupName", "Value": "/aws/lambda/driftline-run-monitor"}],
            "Timestamp": datetime.now(UTC),
            "Value": 3,
        }
        watch.put_metric_data(Namespace="AWS/Logs", MetricData=[dropped])
        bucket = Bucket(running)
        for name, pipeline in (("shop", PIPELINE), ("other", NOBODY)):
            retraining = f"retraining: {{target: {{pipeline: {pipeline}}}, minimum_labelled_rows: 0}}\n"
            bucket.put(f"monitors/{name}.yaml", document(name) + retraining)
        running.drain()
        yield running


@pytest.fixture
def environment(cloud: EmbeddedCloud) -> Mapping[str, str]:
    """SageMaker is another server."""
    return {"AWS_ENDPOINT_URL_SAGEMAKER": cloud.client("sagemaker").meta.endpoint_url}


def credentials(cloud: EmbeddedCloud, name: str, policy: str) -> Mapping[str, str]:
    """A person who may do what the policy says."""
    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="doctor", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def documented_policy(cloud: EmbeddedCloud) -> str:
    """The policy in docs/reference/permissions.md, for this stack."""
    page = (REPOSITORY / "docs/reference/permissions.md").read_text()
    section = page.split("## Look at a deployed stack", 1)[1]
    block = re.search(r"```json\n(.+?)```", section, re.DOTALL)
    assert block is not None
    return block[1].replace("<bucket>", cloud.bucket).replace("<stack>", "driftline")


def test_the_documented_policy_is_enough(
    cloud: EmbeddedCloud, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = credentials(cloud, "reader", documented_policy(cloud))
    seen = Doctor(cloud, monkeypatch, {**environment, **person}).look()
    assert [line for line in seen.lines if line["state"] == "unseen"] == []
    assert seen.state("dead letters") == "ok"


def test_each_missing_permission_is_one_line_and_stops_nothing(
    cloud: EmbeddedCloud, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = {"Effect": "Allow", "Action": ["cloudformation:*", "sqs:GetQueueAttributes"], "Resource": "*"}
    little = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    person = credentials(cloud, "guest", little)
    seen = Doctor(cloud, monkeypatch, {**environment, **person}).look()
    assert seen.code == 1
    unseen = {line["check"]: line["text"] for line in seen.lines if line["state"] == "unseen"}
    assert unseen == {
        "functions": "Could not look: needs lambda:GetFunction.",
        "event sources": "Could not look: needs lambda:ListEventSourceMappings.",
        "triggers": "Could not look: needs events:DescribeRule.",
        "concurrency": "Could not look: needs lambda:ListEventSourceMappings.",
        "captures": "Could not look: needs s3:ListBucket.",
        "documents": "Could not look: needs s3:ListBucket.",
        "executions": "Could not look: needs s3:ListBucket.",
        "metrics": "Could not look: needs s3:ListBucket.",
        "alarms": "Could not look: needs cloudwatch:DescribeAlarms.",
        "notifications": "Could not look: needs sns:ListSubscriptionsByTopic.",
        "retraining": "Could not look: needs s3:ListBucket.",
    }
    assert {line["check"] for line in seen.lines if line["state"] == "ok"} == {"stack", "dead letters"}


def test_without_the_stack_there_is_one_line(
    cloud: EmbeddedCloud, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    person = credentials(cloud, "stranger", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    seen = Doctor(cloud, monkeypatch, {**environment, **person}).look()
    assert seen.code == 1
    assert [line["text"] for line in seen.lines] == ["Could not look: needs cloudformation:DescribeStacks."]


@pytest.fixture
def doctor(cloud: EmbeddedCloud, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(cloud, monkeypatch, environment)


def test_a_subscription_that_waits_for_its_confirmation(doctor: Doctor) -> None:
    seen = doctor.look()
    assert "https://127.0.0.1:1/pager (https) has not confirmed its subscription to OperatorTopic" in seen.fault(
        "notifications"
    )
    assert "aws sns subscribe --topic-arn arn:aws:sns:us-east-1:000000000000:driftline-OperatorTopic-" in seen.mend(
        "notifications"
    )


def test_metric_lines_that_cloudwatch_dropped(doctor: Doctor) -> None:
    seen = doctor.look()
    assert seen.fault("metrics") == (
        "CloudWatch dropped 3 metric lines of /aws/lambda/driftline-run-monitor in the last three days "
        "(EMFParsingErrors): alarms on them are blind."
    )


def test_pipelines_one_of_which_does_not_exist(doctor: Doctor) -> None:
    found = [line["text"] for line in doctor.look().of("retraining")]
    nobody = f"The pipeline arn:aws:sagemaker:us-east-1:000000000000:pipeline/{NOBODY.lower()} of monitors/other.yaml"
    assert f"{nobody} does not exist." in found
    assert f"{nobody} may not be started: the role of start_retraining lacks sagemaker:StartPipelineExecution, " in (
        "".join(found)
    )
