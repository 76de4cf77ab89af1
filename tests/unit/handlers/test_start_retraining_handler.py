"""The handler with its sample events, against moto: from the queue to SageMaker and back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.aws import CONTEXT, fake_aws, make_state_table, sample
from tests.handlers import cold_starts

BUCKET = "driftline-bucket-1a2b3c4d5e6f"  # as in events/
ENDPOINT = "flight-delay"
ALARM = datetime(2026, 3, 1, 14, 5, 33, tzinfo=UTC)
"""Two seconds after the sample's alarm."""

ID = "r20260301-140531-be07233fa1e0"
DOCUMENT = """\
endpoint: flight-delay
monitors:
  data_quality: {alarms: [{actions: [notify, retrain]}]}
retraining:
  target: {pipeline: flight-retrain}
  parameters: {Colour: "{endpoint}"}
  minimum_labelled_rows: 0
"""


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function, imported as a cold start does, beside everything that it uses."""
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        make_state_table("state")
        queue = boto3.client("sqs").create_queue(QueueName="retraining")["QueueUrl"]
        settings = {"BUCKET": BUCKET, "STATE_TABLE": "state", "STACK_NAME": "driftline", "RETRAINING_QUEUE_URL": queue}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        definition = {"Version": "2020-12-01", "Parameters": [{"Name": "Endpoint", "Type": "String"}], "Steps": []}
        boto3.client("sagemaker").create_pipeline(
            PipelineName="flight-retrain",
            PipelineDefinition=json.dumps(definition),
            RoleArn="arn:aws:iam::123456789012:role/pipeline",
            ClientRequestToken="t" * 32,
        )
        with cold_starts() as load:
            yield load("start_retraining")


def at(app: ModuleType, now: datetime) -> None:
    """The function's clock."""
    module: Any = app
    module.retrainer = replace(module.retrainer, clock=lambda: now)


def put(key: str, body: str) -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())


def audited() -> dict[str, dict[str, Any]]:
    """Name of the file -> content."""
    client = boto3.client("s3")
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=f"reports/{ENDPOINT}/retraining/").get("Contents", [])
    bodies = ((each["Key"], client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()) for each in found)
    return {key.rsplit("/", 1)[-1]: json.loads(body) for key, body in bodies}


def executions() -> list[str]:
    found = boto3.client("sagemaker").list_pipeline_executions(PipelineName="flight-retrain")
    return [each["PipelineExecutionDisplayName"] for each in found["PipelineExecutionSummaries"]]


def test_an_alarm_delivered_ten_times_starts_the_pipeline_once(app: ModuleType) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    for _ in range(10):
        assert app.handler(sample("start_retraining"), CONTEXT) == {"batchItemFailures": []}
    assert executions() == [ID]
    [record] = audited().values()
    assert record["decision"] == "started"
    assert record["parameters"] == {"Endpoint": ENDPOINT, "Colour": ENDPOINT}
    assert record["run_arn"].startswith("arn:aws:sagemaker:us-east-1:123456789012:pipeline/flight-retrain/execution/")


def test_a_person_approves_and_the_pipelines_end_is_noted(app: ModuleType) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT + "  approval: manual\n")
    at(app, ALARM)
    app.handler(sample("start_retraining"), CONTEXT)
    assert (executions(), audited()[f"{ID}.json"]["decision"]) == ([], "awaiting_approval")
    put(f"approvals/{ENDPOINT}/{ID}.json", '{"by": "ana"}')
    at(app, ALARM + timedelta(hours=2))
    assert app.handler(sample("start_retraining.approval"), CONTEXT) == {"batchItemFailures": []}
    assert executions() == [ID]
    assert app.handler(sample("start_retraining.pipeline_ended"), CONTEXT) == {"batchItemFailures": []}
    assert audited()[f"{ID}.ended.json"]["outcome"] == "Succeeded"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_a_redriven_alarm_runs_from_when_it_was_delivered(app: ModuleType, late: timedelta) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    at(app, ALARM + late)
    app.handler(sample("start_retraining"), CONTEXT)
    changed, delivered = (datetime.fromisoformat(audited()[f"{ID}.json"][name]) for name in ("at", "delivered_at"))
    assert changed == datetime(2026, 3, 1, 14, 5, 31, 512_000, tzinfo=UTC)
    assert delivered == changed + late


@pytest.mark.parametrize("name", ["approval", "pipeline_ended", "execution_ended", "finished"])
def test_what_is_about_nothing_of_ours_changes_nothing(app: ModuleType, name: str) -> None:
    assert app.handler(sample(f"start_retraining.{name}"), CONTEXT) == {"batchItemFailures": []}
    assert audited() == {}


def test_without_a_document_the_refusal_is_written(app: ModuleType) -> None:
    app.handler(sample("start_retraining"), CONTEXT)
    assert audited()[f"{ID}.json"]["guard"] == "asked_for"
    assert executions() == []


def test_a_pipeline_that_is_not_there_is_told_in_the_words_of_aws(app: ModuleType) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT.replace("flight-retrain", "other"))
    assert app.handler(sample("start_retraining"), CONTEXT) == {"batchItemFailures": []}
    record = audited()[f"{ID}.json"]
    assert record["decision"] == "failed"
    assert "The pipeline other was not started" in record["reason"]
    assert record["mend"] != ""


def test_a_throttled_start_is_put_off_and_goes_on(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    queue = boto3.client("sqs")
    event = sample("start_retraining")
    url = app.settings.retraining_queue
    queue.send_message(QueueUrl=url, MessageBody=event["Records"][0]["body"])
    [message] = queue.receive_message(QueueUrl=url)["Messages"]
    event["Records"][0]["receiptHandle"] = message["ReceiptHandle"]
    client = boto3.client("sagemaker")
    with monkeypatch.context() as patched:
        patched.setattr(client, "start_pipeline_execution", _throttled(client))
        app.retrainer.targets._given["sagemaker"] = client
        failed = [{"itemIdentifier": event["Records"][0]["messageId"]}]
        assert app.handler(event, CONTEXT) == {"batchItemFailures": failed}
    assert audited() == {}
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert executions() == [ID]


def _throttled(client: Any) -> Any:
    def throttled(**_: object) -> None:
        response = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
        raise client.exceptions.ClientError(response, "StartPipelineExecution")

    return throttled
