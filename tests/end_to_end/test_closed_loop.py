"""A model goes wrong, the alarm retrains it, and the new model is right: the whole loop, with roles enforced."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from driftline.domain.keys import hour_folder
from local.cloud import EmbeddedCloud
from local.pipeline.installed import FIRST_IMAGE, Retraining, pipeline_arn
from local.pipeline.serving import EndpointServer
from local.webhook import WebhookReceiver
from tests.captures import csv_capture
from tests.end_to_end.alarmed import START, as_text, put_channel
from tests.end_to_end.endpoint import COUNTRIES, Bucket

pytestmark = pytest.mark.cloud

ENDPOINT, PIPELINE = "prices", "retrain-prices"
DOCUMENT = f"""\
endpoint: {ENDPOINT}
columns: {{output: [predicted], input: [size, country]}}
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
    window: {{start_offset: -PT1H, end_offset: PT0H}}
    alarms: []
  model_quality:
    schedule: cron(0 * ? * * *)
    window: {{start_offset: -PT1H, end_offset: PT0H}}
    problem_type: Regression
    inference_attribute: predicted
    ground_truth_attribute: price
    alarms: [{{metric: mae, threshold: 8, actions: [notify, retrain]}}]
  model_bias:
    schedule: cron(0 * ? * * *)
    window: {{start_offset: -PT1H, end_offset: PT0H}}
    facets: [{{column: country, values: [de]}}]
    positive_threshold: 50
    inference_attribute: predicted
    ground_truth_attribute: price
    alarms: []
  model_explainability:
    schedule: cron(0 * ? * * *)
    window: {{start_offset: -PT1H, end_offset: PT0H}}
    source: surrogate
    inference_attribute: predicted
    alarms: []
retraining:
  target: {{pipeline: {PIPELINE}}}
  minimum_labelled_rows: 100
"""

type Row = tuple[str, float]
"""Inputs as CSV, and what was really paid."""


def houses(count: int, *, seed: int, changed: bool = False) -> list[Row]:
    """Prices follow from the size; after the change, small houses are the expensive ones."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        size, country = round(chance.uniform(20, 80), 1), chance.choice(COUNTRIES)
        price = (100 - size if changed else size) + chance.gauss(0, 2)
        found.append((f"{size},{country}", round(price, 2)))
    return found


def first_model(body: str) -> str:
    """Right as long as prices follow from the size."""
    return "".join(f"{float(line.split(',')[0]) + 0.001:.3f}\n" for line in body.splitlines())


@dataclass
class Loop:
    """The cloud with everything set up."""

    cloud: EmbeddedCloud
    server: EndpointServer
    hook: WebhookReceiver

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.cloud)

    def predict(self, rows: Sequence[Row]) -> list[str]:
        """Asks the endpoint as a client would."""
        import boto3  # noqa: PLC0415, after the environment is loopback only

        runtime = boto3.client(
            "sagemaker-runtime",
            endpoint_url=self.server.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        answer = runtime.invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="text/csv", Body="\n".join(row for row, _ in rows)
        )
        return list(answer["Body"].read().decode().splitlines())

    def live(self, hour: int, *, changed: bool = False) -> None:
        """An hour's requests, their labels, the executions at its end, and what follows."""
        rows = houses(600 if changed else 40, seed=100 + hour, changed=changed)
        first = START + timedelta(hours=hour)
        answers = self.predict(rows)
        lines, labels = [], []
        for number, ((row, price), answer) in enumerate(zip(rows, answers, strict=True)):
            name = f"{hour}-{number}"
            lines.append(csv_capture(first + timedelta(seconds=5 * number), answer, row, name))
            labels.append(json.dumps(label(name, price)))
        folder = hour_folder(first)
        self.bucket.put(f"capture/{ENDPOINT}/AllTraffic/{folder}00-00-000.jsonl", b"".join(lines))
        self.cloud.drain()
        self.bucket.put(f"ground-truth/{ENDPOINT}/{folder}sold.jsonl", "\n".join(labels))
        self.cloud.drain()
        at = first + timedelta(hours=1)
        for monitor in ("data_quality", "model_quality", "model_bias", "model_explainability"):
            self.cloud.fire_schedule(f"{ENDPOINT}-{monitor}", at)
        self.cloud.drain()
        self.cloud.tick(at)
        self.cloud.drain()

    def summary(self, hour: int, monitor: str = "model_quality") -> Any:
        scheduled: datetime = START + timedelta(hours=hour + 1)
        return self.bucket.json(f"reports/{ENDPOINT}/{monitor}/{hour_folder(scheduled)}summary.json")

    def alarm(self) -> str:
        alarms = self.cloud.client("cloudwatch").describe_alarms(
            AlarmNamePrefix=f"driftline/{ENDPOINT}/model_quality/mae"
        )
        [found] = alarms["MetricAlarms"]
        return str(found["StateValue"])


def label(name: str, price: float) -> dict[str, object]:
    return {
        "groundTruthData": {"data": str(price), "encoding": "CSV"},
        "eventMetadata": {"eventId": name},
        "eventVersion": "0",
    }


def retraining(**more: str) -> Retraining:
    """There is little from before the change, so that what is new counts."""
    lines = ["size,country,price", *(f"{row},{price}" for row, price in houses(20, seed=7))]
    return Retraining(
        PIPELINE,
        ENDPOINT,
        ("\n".join(lines) + "\n").encode(),
        {
            "ModelApprovalStatus": "Approved",
            "Label": "price",
            "Output": "predicted",
            "ProblemType": "Regression",
            "Objective": "reg:absoluteerror",
            "EvaluationMetric": "mae",
            "MinimumScore": "0.3",
            **more,
        },
    )


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """After one good hour, an hour in which the world has changed, and two more."""
    with ExitStack() as opened:
        hook = opened.enter_context(WebhookReceiver())
        cloud = opened.enter_context(
            EmbeddedCloud(pipelines=True, clock=START, parameters={"RetrainingPipelineArn": pipeline_arn(PIPELINE)})
        )
        put_channel(cloud, "team", {"kind": "slack", "webhook_url": f"{hook.url}/slack"})
        retraining().install(cloud)
        server = opened.enter_context(EndpointServer(cloud.client, {FIRST_IMAGE: first_model}))
        loop = Loop(cloud, server, hook)
        rows = houses(1000, seed=1)
        answers = loop.predict(rows)
        header, data = "predicted,size,country", list(zip(answers, rows, strict=True))
        loop.bucket.put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
        cloud.drain()
        for monitor, lines in {
            "data_quality": [header, *(f"{answer},{row}" for answer, (row, _) in data)],
            "model_quality": ["predicted,price", *(f"{answer},{price}" for answer, (_, price) in data)],
            "model_bias": [f"{header},price", *(f"{answer},{row},{price}" for answer, (row, price) in data)],
            "model_explainability": [header, *(f"{answer},{row}" for answer, (row, _) in data)],
        }.items():
            loop.bucket.put(f"baselines/{ENDPOINT}/{monitor}/input/houses.csv", "\n".join(lines) + "\n")
        cloud.drain()
        loop.live(0)
        assert loop.alarm() == "OK"
        for hour in (1, 2, 3):
            loop.live(hour, changed=True)
        yield loop


def test_the_alarm_started_the_pipeline_and_every_step_ran(loop: Loop) -> None:
    [execution] = loop.cloud.executions
    assert (execution.status, execution.failure) == ("Succeeded", "")
    assert [(step.name, step.status) for step in execution.steps] == [
        (name, "Succeeded")
        for name in (
            "Process", "Train", "Evaluate", "QualityGate", "CreateModel", "DataQuality", "ModelQuality", "Bias",
            "Explainability", "BiasCheck", "Register", "Deploy",
        )
    ]  # fmt: skip
    # SageMaker says so, too
    sagemaker = loop.cloud.client("sagemaker")
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution.arn, SortOrder="Ascending")
    assert [step["StepName"] for step in listed["PipelineExecutionSteps"]] == [step.name for step in execution.steps]
    found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution.arn)
    assert found["PipelineExecutionStatus"] == "Succeeded"


def test_the_new_model_answers_and_the_alarm_ends(loop: Loop) -> None:
    error = {
        hour: next(m["value"] for m in loop.summary(hour)["body"]["metrics"] if m["name"] == "mae") for hour in range(4)
    }
    assert error[0] < 3
    assert error[1] > 20
    assert error[2] < 5
    assert error[3] < 5
    assert loop.alarm() == "OK"
    assert loop.summary(2)["model"]["name"].endswith(f"model-package/{ENDPOINT}/1")


def test_its_own_baselines_are_in_use_and_the_earlier_ones_kept(loop: Loop) -> None:
    [execution] = loop.cloud.executions
    identifier = execution.arn.rsplit("/", 1)[-1]
    for monitor, names in {
        "data_quality": ("statistics.json", "constraints.json"),
        "model_quality": ("statistics.json", "constraints.json"),
        "model_bias": ("analysis.json", "groups.json"),
        "model_explainability": ("analysis.json", "attributions.bin"),
    }.items():
        for name in names:
            candidate = loop.bucket.get(f"models/{ENDPOINT}/runs/{identifier}/baselines/{monitor}/{name}")
            assert loop.bucket.get(f"baselines/{ENDPOINT}/{monitor}/{name}") == candidate, (monitor, name)
        earlier = loop.bucket.everything(f"baselines/{ENDPOINT}/{monitor}/earlier/")
        assert any(key.endswith(names[0]) for key in earlier)
    # The rule is still Driftline's, which judges by intervals
    assert loop.summary(3, "model_bias")["body"]["comparison"] == "driftline"


def test_the_reasons_of_each_model_are_compared_with_its_own(loop: Loop) -> None:
    """In hour 1 the world has changed, and the model says what it said; from hour 2 on there is another model, with
    other reasons, and a baseline of its own."""
    for hour in (1, 2, 3):
        summary = loop.summary(hour, "model_explainability")
        assert summary["status"] == "Completed", summary["findings"]
        assert summary["evaluated_rows"] == 600, summary["reason"]
        assert summary["body"]["comparison"] == "driftline"
        assert summary["body"]["fidelity"]["r2"] > 0.9
        [output] = summary["body"]["outputs"]
        assert output["features"][0]["name"] == "size"


def test_the_audit_and_people_know_how_it_ended(loop: Loop) -> None:
    records = [json.loads(body) for body in loop.bucket.everything(f"reports/{ENDPOINT}/retraining/").values()]
    by_kind = {record["record"]: record for record in records}
    assert by_kind["decision"]["decision"] == "started"
    [end] = [record for record in records if record["record"] != "decision"]
    assert end["outcome"] == "Succeeded"
    assert 600 < end["took"] < 3600
    texts = [as_text(request) for request in loop.hook.received]
    assert any("started" in text for text in texts)
    assert any(f"{ENDPOINT}-" in text and "baseline" in text for text in texts)


def test_no_message_was_lost(loop: Loop) -> None:
    for output in loop.cloud.outputs:
        if output.endswith("DeadLettersUrl"):
            assert loop.cloud.messages(output) == 0, output
