"""explain_model with its event, and the two functions that wait for it, against moto: from the request to the end."""

import copy
import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from driftline.domain.explanations.results import Failure, parse_result
from driftline.domain.explanations.tasks import AskedEndpoint, Kernel, Task
from tests.aws import CONTEXT, fake_aws, sample
from tests.handlers import Load, cold_starts
from tests.places import REPOSITORY
from tests.scores import ENDPOINT, FEATURES, FOLDER, HOUR, KIND, MODEL, SCHEDULED, Scores

BUCKET = "driftline-bucket-1a2b3c4d5e6f"  # as in events/


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """URL by name."""
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        sqs = boto3.client("sqs")
        found = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("run", "baseline", "explain")}
        topic = boto3.client("sns").create_topic(Name="operators")["TopicArn"]
        found["told"] = sqs.create_queue(QueueName="told")["QueueUrl"]
        boto3.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:told"
        )
        for name, value in {
            "BUCKET": BUCKET,
            "ALARM_TOPIC_ARN": topic,
            "SIGNALS_NAMESPACE": "Driftline/driftline",
            "METRICS_NAMESPACE": "",
            "RUN_QUEUE_URL": found["run"],
            "RERUN_QUEUE_URL": found["run"],
            "BASELINE_QUEUE_URL": found["baseline"],
            "EXPLAIN_QUEUE_URL": found["explain"],
        }.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def load(queues: dict[str, str]) -> Iterator[Load]:
    with cold_starts() as load:
        yield load


def put(key: str, body: bytes) -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def get(key: str) -> bytes:
    return boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()


def keys(prefix: str, ending: str = "") -> list[str]:
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in found.get("Contents", []) if entry["Key"].endswith(ending)]


def upload(scores: Scores) -> None:
    for key, body in scores.store.objects.items():
        put(key, body)


def take(queue: str) -> list[str]:
    sqs = boto3.client("sqs")
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def created(key: str, tries: int = 1, receipt: str = "") -> dict[str, Any]:
    """The event of a task."""
    event = copy.deepcopy(sample("explain_model"))
    [record] = event["Records"]
    body = json.loads(record["body"])
    body["detail"]["object"]["key"] = key
    record["body"] = json.dumps(body)
    record["attributes"]["ApproximateReceiveCount"] = str(tries)
    record["receiptHandle"] = receipt or record["receiptHandle"]
    return event


def message(function: str, body: str) -> dict[str, Any]:
    event = copy.deepcopy(sample(function))
    event["Records"] = [event["Records"][0] | {"body": body}]
    return event


def test_an_event_of_an_object_that_is_gone_is_no_trouble(load: Load) -> None:
    assert load("explain_model").handler(sample("explain_model"), CONTEXT) == {"batchItemFailures": []}
    assert keys("state/explanations/") == []


def test_a_window_waits_goes_on_and_is_judged(load: Load, queues: dict[str, str]) -> None:
    # Given an endpoint with a baseline, and an hour of captures
    scores = Scores()
    scores.baseline(300)
    scores.capture(210)
    upload(scores)
    before = set(keys("state/explanations/"))
    request = {"endpoint": ENDPOINT, "monitor": KIND, "scheduled_time": SCHEDULED.isoformat(), "trigger": "schedule"}

    # When its schedule asks
    run = load("run_monitor")
    assert run.handler(message("run_monitor", json.dumps(request)), CONTEXT) == {"batchItemFailures": []}

    # Then it waits, and nothing is reported
    assert keys("reports/") == []
    assert len(keys(f"state/explanations/{ENDPOINT}/waiting/")) == 1
    [task] = [key for key in keys("state/explanations/", ".task") if key not in before]

    # And goes on as soon as the rows are explained
    assert load("explain_model").handler(created(task), CONTEXT) == {"batchItemFailures": []}
    [again] = take(queues["run"])
    assert take(queues["baseline"]) == []
    assert keys(f"state/explanations/{ENDPOINT}/waiting/") == []
    assert run.handler(message("run_monitor", again), CONTEXT) == {"batchItemFailures": []}
    [summary] = keys("reports/", "/summary.json")
    assert json.loads(get(summary))["evaluated_rows"] == 210
    assert json.loads(again)["trigger"] == "schedule"


def test_who_runs_a_monitor_by_hand_is_told_that_it_waits(load: Load) -> None:
    scores = Scores()
    scores.capture(210)
    upload(scores)
    request = {"endpoint": ENDPOINT, "monitor": KIND, "start": HOUR.isoformat(), "end": SCHEDULED.isoformat()}
    answer = load("run_monitor").handler(request, CONTEXT)
    assert answer["MonitoringExecutionStatus"] == "Pending"
    assert "210 rows are being explained" in (answer["Reason"] or answer["FailureReason"])
    assert answer["ReportUri"] == ""
    json.dumps(answer)


def test_a_baseline_waits_for_its_rows_and_then_for_its_curves(load: Load, queues: dict[str, str]) -> None:
    scores = Scores()
    scores.store.put(f"{FOLDER}input/data.csv", scores.data_set(300))
    upload(scores)
    event = sample("suggest_baseline")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"]["key"] = f"{FOLDER}input/data.csv"
    suggest, explain = load("suggest_baseline"), load("explain_model")
    assert suggest.handler(message("suggest_baseline", json.dumps(body)), CONTEXT) == {"batchItemFailures": []}
    rounds = 0
    done: set[str] = set()
    while keys(f"state/explanations/{ENDPOINT}/waiting/"):
        rounds += 1
        for task in set(keys("state/explanations/", ".task")) - done:
            assert explain.handler(created(task), CONTEXT) == {"batchItemFailures": []}
            done.add(task)
        [again] = take(queues["baseline"])
        assert json.loads(again)["detail"]["object"]["key"] == f"{FOLDER}input/data.csv"
        assert suggest.handler(message("suggest_baseline", again), CONTEXT) == {"batchItemFailures": []}
    assert rounds == 2
    assert {f"{FOLDER}analysis.json", f"{FOLDER}attributions.bin"} <= set(keys(FOLDER))


def test_a_failure_of_a_baseline_is_told_to_operators(load: Load, queues: dict[str, str]) -> None:
    scores = Scores()
    scores.store.put(f"{FOLDER}input/data.csv", scores.data_set(50))
    scores.store.put(MODEL, b"\x80\x04\x95no model")
    upload(scores)
    event = sample("suggest_baseline")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"]["key"] = f"{FOLDER}input/data.csv"
    suggest = load("suggest_baseline")
    suggest.handler(message("suggest_baseline", json.dumps(body)), CONTEXT)
    [task] = keys("state/explanations/", ".task")
    load("explain_model").handler(created(task), CONTEXT)
    [again] = take(queues["baseline"])
    assert suggest.handler(message("suggest_baseline", again), CONTEXT) == {"batchItemFailures": []}
    [told] = take(queues["told"])
    assert "pickle" in json.loads(told)["Message"]


class Throttled:
    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        from driftline.domain.errors import RetryLaterError  # noqa: PLC0415

        raise RetryLaterError("the endpoint cannot answer now: ThrottlingException", where=endpoint)


def test_a_throttled_endpoint_is_asked_later_and_the_last_try_says_so(
    load: Load, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = AskedEndpoint(name="shadow", kernel=Kernel(((0.0,) * len(FEATURES),)))
    task = Task(source=source, features=FEATURES, rows=((1.0, 2.0, 3.0, 4.0),))
    key = f"state/explanations/{ENDPOINT}/{task.question}/20260301/14-14-{task.digest}.task"
    put(key, task.to_bytes())
    app = load("explain_model")
    monkeypatch.setattr(app, "solver", type(app.solver)(app.solver.models, Throttled()))
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queues["explain"], MessageBody="{}")
    [delivered] = sqs.receive_message(QueueUrl=queues["explain"])["Messages"]

    event = created(key, receipt=delivered["ReceiptHandle"])
    assert app.handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert keys("state/explanations/", ".result") == []

    assert app.handler(created(key, tries=5, receipt=delivered["ReceiptHandle"]), CONTEXT) == {"batchItemFailures": []}
    [result] = keys("state/explanations/", ".result")
    found = parse_result(get(result), result)
    assert isinstance(found, Failure)
    assert "ThrottlingException" in found.what


def test_its_files_need_no_duckdb(queues: dict[str, str]) -> None:
    """Its layer has none."""
    import subprocess  # noqa: PLC0415

    code = "import sys; sys.modules['duckdb'] = None; sys.modules['pandas'] = None; import app; print(app.handler.__name__)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY / "functions" / "explain_model",
        env={
            "PATH": "/usr/bin",
            "PYTHONPATH": str(REPOSITORY / "layers" / "driftline"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "BUCKET": BUCKET,
            "RUN_QUEUE_URL": queues["run"],
            "BASELINE_QUEUE_URL": queues["baseline"],
            "EXPLAIN_QUEUE_URL": queues["explain"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
