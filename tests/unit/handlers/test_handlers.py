"""Handlers with their sample events, against moto: what is parsed, what is called, what fails alone."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.kinds.registry import KINDS
from driftline.usecases.backfill.find_files import Captures
from driftline.usecases.backfill.make_plan import make_plan, write_plan
from driftline.usecases.backfill.plan_baseline import plan_baseline
from tests.aws import CONTEXT, fake_aws, sample
from tests.captures import csv_capture
from tests.handlers import Load, cold_starts
from tests.merging import label_file
from tests.places import REPOSITORY
from tests.scores import trees

BUCKET = "driftline-bucket-1a2b3c4d5e6f"  # as in events/
ROLE = "arn:aws:iam::123456789012:role/scheduler"
ENDPOINT = "flight-delay"
DOCUMENT = b"""\
endpoint: flight-delay
columns: {output: [predicted_delay], input: [carrier, dep_delay]}
monitors:
  data_quality:
    window: {start_offset: -PT1H}
"""

BIAS_OF_SCORES = {
    "label": "label",
    "predicted_label": "score",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}},
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        boto3.client("scheduler").create_schedule_group(Name="driftline")
        topic = boto3.client("sns").create_topic(Name="operators")["TopicArn"]
        queue = "arn:aws:sqs:us-east-1:123456789012:runs"
        reruns = boto3.client("sqs").create_queue(QueueName="reruns.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        baselines = boto3.client("sqs").create_queue(QueueName="baselines")["QueueUrl"]
        for name, value in {
            "BUCKET": BUCKET,
            "RUN_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="runs")["QueueUrl"],
            "BASELINE_QUEUE_URL": baselines,
            "CONFIGURE_QUEUE_URL": baselines,
            "ANALYSIS_REQUESTS_PER_MONTH": "1000",
            "OPERATOR_TOPIC_ARN": topic,
            "ALARM_TOPIC_ARN": topic,
            "RETRAINING_TOPIC_ARN": topic,
            "STACK_NAME": "driftline",
            "SIGNALS_NAMESPACE": "Driftline/driftline",
            "SCHEDULE_GROUP": "driftline",
            "SCHEDULE_TARGET_ARN": queue,
            "SCHEDULE_ROLE_ARN": ROLE,
            "SCHEDULE_DEAD_LETTER_ARN": queue,
            "METRICS_NAMESPACE": "",
            "DEFAULT_DASHBOARD": "true",
            "RERUN_QUEUE_URL": reruns,
            "PROFILE_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="profiles")["QueueUrl"],
            "MERGE_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="merges")["QueueUrl"],
            "RERUN_DELAY_SECONDS": "300",
            "EXPLAIN_QUEUE_URL": reruns,
            "TELEMETRY_QUEUE_URL": reruns,
            "TELEMETRY_PARAMETER": "/driftline/driftline/telemetry",
            "INDEX_QUEUE_URL": reruns,
            "INDEX_DELAY_SECONDS": "60",
        }.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture
def load(aws: None) -> Iterator[Load]:
    with cold_starts() as load:
        yield load


def put(key: str, body: bytes) -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def keys(prefix: str) -> list[str]:
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in found.get("Contents", [])]


def key_of(record: dict[str, Any]) -> str:
    return str(json.loads(record["body"])["detail"]["object"]["key"])


def capture_line(moment: datetime) -> bytes:
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    return (
        json.dumps(
            {
                "captureData": {
                    "endpointInput": {**side, "mode": "INPUT", "data": "AA,12.5"},
                    "endpointOutput": {**side, "mode": "OUTPUT", "data": "7.25"},
                },
                "eventMetadata": {"eventId": "e", "inferenceTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ")},
                "eventVersion": "0",
            }
        ).encode()
        + b"\n"
    )


@pytest.mark.parametrize("path", sorted((REPOSITORY / "functions").iterdir()), ids=lambda path: path.name)
def test_a_handler_is_thin(path: Path) -> None:
    assert len((path / "app.py").read_text().splitlines()) <= 60
    assert (REPOSITORY / "events" / f"{path.name}.json").exists()


def test_configure_monitor_makes_schedule_alarms_and_dashboard(load: Load) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    answer = load("configure_monitor").handler(sample("configure_monitor"), CONTEXT)
    assert answer == {"batchItemFailures": []}
    schedule = boto3.client("scheduler").get_schedule(GroupName="driftline", Name=f"{ENDPOINT}-data_quality")
    assert schedule["Target"]["RoleArn"] == ROLE
    alarms = boto3.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"driftline/{ENDPOINT}/")["MetricAlarms"]
    assert {alarm["Namespace"] for alarm in alarms} == {"Driftline/driftline"}
    assert f"driftline/{ENDPOINT}/data_quality/violations" in {alarm["AlarmName"] for alarm in alarms}
    assert boto3.client("cloudwatch").get_dashboard(DashboardName=f"driftline-us-east-1_{ENDPOINT}")["DashboardBody"]
    assert keys("monitors/") == [f"monitors/{ENDPOINT}.status.json", f"monitors/{ENDPOINT}.yaml"]


def test_a_pipeline_s_step_gets_a_baseline_beside_the_model(load: Load) -> None:
    put("models/1/data/test.csv", b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n2.5,UA,4.5\n")
    own = f"s3://{BUCKET}/models/1"
    request = {
        "endpoint": ENDPOINT,
        "monitor": "data_quality",
        "data_uri": f"{own}/data",
        "output_uri": f"{own}/baselines/made",
    }
    handler = load("suggest_baseline").handler
    answer = handler(request, CONTEXT)
    assert (answer["rows"], answer["constraints"]) == (2, f"{own}/baselines/made/constraints.json")
    assert {"models/1/baselines/made/statistics.json", "models/1/baselines/made/constraints.json"} <= set(
        keys("models/")
    )
    assert keys(f"baselines/{ENDPOINT}/") == []
    with pytest.raises(InvalidInputError, match="not kept there"):
        handler(request | {"output_uri": f"s3://{BUCKET}/baselines/x/y"}, CONTEXT)


class LittleTime(SimpleNamespace):
    """A context in which the function's time is nearly over, or not."""

    def __init__(self, milliseconds: int) -> None:
        super().__init__(**vars(CONTEXT))
        self.get_remaining_time_in_millis = lambda: milliseconds


def test_a_backfill_is_worked_through_step_by_step(load: Load) -> None:
    # Given a plan for an hour with a capture file, its ground truth and a baseline
    hour = datetime(2026, 3, 1, 14, tzinfo=UTC)
    put(
        f"monitors/{ENDPOINT}.yaml",
        DOCUMENT + b"  model_quality: {problem_type: Regression, inference_attribute: predicted_delay}\n",
    )
    put(f"capture/{ENDPOINT}/AllTraffic/2026/03/01/14/a.jsonl", csv_capture(hour, "1.5", "AA,3.5", "one"))
    put(f"ground-truth/{ENDPOINT}/2026/03/01/16/truth.jsonl", label_file([("one", "2.5")]))
    of_baseline = sample("suggest_baseline")
    put(key_of(of_baseline["Records"][0]), b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n2.5,UA,4.5\n")
    load("suggest_baseline").handler(of_baseline, CONTEXT)
    store = S3Store(BUCKET)
    captures = Captures(store, "capture/", ENDPOINT, hour, hour + timedelta(hours=1))
    planned = make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", monitor="data_quality")
    write_plan(planned, store, lambda _: None)
    run = {"backfill": planned.plan.id}
    enough, short = LittleTime(200_000), LittleTime(100_000)
    profile, monitor = load("profile_capture").handler, load("run_monitor").handler
    # When the state machine asks, and a function has no time left
    event = sample("profile_capture.backfill") | run
    assert profile(event, short) == {"finished": False}
    with pytest.raises(StaleReadError, match="2 files could not be read"):
        monitor({**run, "step": "check"}, enough)
    # Then the next one goes on, and the other steps follow
    assert profile(event, enough) == {"finished": True}
    assert load("merge_ground_truth").handler(sample("merge_ground_truth.backfill") | run, enough) == {"finished": True}
    assert monitor({**run, "step": "check"}, enough) == {}
    assert monitor(sample("run_monitor.backfill") | run, enough) == {"finished": True}
    render = load("render_report").handler
    for batch in (sample("render_report.backfill")["batch"], "overview-00001"):
        assert render(run | {"batch": batch}, short) == {"finished": True}
    outcome = monitor({**run, "step": "conclude"}, enough)
    assert outcome["complete"]
    assert outcome["done"] == {
        "files": 0,
        "suggest": 0,
        "captures": 1,
        "labels": 1,
        "days": 0,
        "windows": 1,
        "pages": 1,
        "overview": 1,
    }
    assert outcome["numbers"]["matched"] == 1
    made = keys("reports/")
    assert f"reports/{ENDPOINT}/data_quality/2026/03/01/15/summary.json" in made
    assert f"reports/{ENDPOINT}/data_quality/2026/03/01/15/report.html" in made
    assert f"reports/{ENDPOINT}/index.html" in made


def test_days_of_a_long_window_are_read_by_run_monitor(load: Load) -> None:
    hour = datetime(2026, 3, 1, 14, tzinfo=UTC)
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    put(f"capture/{ENDPOINT}/AllTraffic/2026/03/01/14/a.jsonl", csv_capture(hour, "1.5", "AA,3.5", "one"))
    store = S3Store(BUCKET)
    captures = Captures(store, "capture/", ENDPOINT, hour, hour + timedelta(hours=1))
    planned = make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", one_window=True)
    write_plan(planned, store, lambda _: None)
    run, enough = {"backfill": planned.plan.id}, LittleTime(200_000)
    assert load("profile_capture").handler(sample("profile_capture.backfill") | run, enough) == {"finished": True}
    monitor = load("run_monitor").handler
    [batch] = planned.plan.days.batches
    assert monitor(run | {"batch": batch}, LittleTime(100_000)) == {"finished": False}
    assert monitor(run | {"batch": batch}, enough) == {"finished": True}
    with pytest.raises(StaleReadError, match="left to do: 1 of windows, 1 of pages"):
        monitor({**run, "step": "conclude"}, enough)


def test_a_large_baseline_is_worked_through_step_by_step(load: Load) -> None:
    folder = f"baselines/{ENDPOINT}/data_quality/"
    for name in "ab":
        put(f"{folder}input/{name}.csv", b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n2.5,UA,4.5\n")
    store, tables = S3Store(BUCKET), DuckTables()
    planned = plan_baseline(ENDPOINT, "data_quality", store=store, tables=tables, kinds=KINDS, release="1")
    write_plan(planned, store, lambda _: None)
    run = {"backfill": planned.plan.id}
    suggest, enough = load("suggest_baseline").handler, LittleTime(800_000)
    event = sample("suggest_baseline.backfill") | run
    assert suggest(event, LittleTime(500_000)) == {"finished": False}
    assert suggest(event, enough) == {"finished": True}
    assert suggest(run | {"batch": "suggest-00001"}, enough) == {"finished": True}
    outcome = load("run_monitor").handler({**run, "step": "conclude"}, enough)
    assert outcome["complete"]
    assert outcome["numbers"]["baseline rows"] == 4
    assert {f"{folder}statistics.json", f"{folder}constraints.json"} <= set(keys(folder))


def test_an_id_that_leads_elsewhere_is_refused(load: Load) -> None:
    event = sample("profile_capture.backfill") | {"backfill": "../monitors"}
    with pytest.raises(InvalidInputError, match="not the id of a backfill"):
        load("profile_capture").handler(event, LittleTime(200_000))


def test_suggest_baseline_reads_a_key_with_spaces_and_plus(load: Load) -> None:
    event = sample("suggest_baseline")
    put(key_of(event["Records"][0]), b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n2.5,UA,4.5\n")
    assert load("suggest_baseline").handler(event, CONTEXT) == {"batchItemFailures": []}
    folder = f"baselines/{ENDPOINT}/data_quality/"
    assert {f"{folder}statistics.json", f"{folder}constraints.json"} <= set(keys(folder))


def test_a_data_set_that_ends_the_process_takes_no_other_along(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a batch with two files of one data set, and a file of another endpoint's
    (record,) = sample("suggest_baseline")["Records"]
    here = key_of(record)
    there = here.replace(ENDPOINT, "other")
    put(here, b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n")
    put(there, b"predicted_delay,carrier,dep_delay\n1.5,AA,3.5\n")
    batch = {
        "Records": [
            record | {"messageId": str(number), "body": record["body"].replace(here, key)}
            for number, key in enumerate([here, f"{here}.more", there])
        ]
    }
    app = load("suggest_baseline")

    def ended(_: object) -> None:
        raise SystemExit  # as what ends the process: nothing is reported

    # When the process ends while the first is read
    with monkeypatch.context() as patch:
        patch.setattr(app, "work", ended)
        with pytest.raises(SystemExit):
            app.handler(batch, CONTEXT)
    # Then the other one is in the queue already, alone, and is read
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="baselines")["QueueUrl"]
    [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]
    again = {"Records": [record | {"body": message["Body"]}]}
    assert app.handler(again, CONTEXT) == {"batchItemFailures": []}
    assert keys(f"baselines/{ENDPOINT}/data_quality/") == [here]
    assert "baselines/other/data_quality/constraints.json" in keys("baselines/other/")


def test_suggest_baseline_tells_operators_what_no_retry_mends(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    event = sample("suggest_baseline")
    app = load("suggest_baseline")
    told: list[tuple[str, str]] = []
    operators = SimpleNamespace(notify=lambda subject, message: told.append((subject, message)))
    monkeypatch.setattr(app, "reading", replace(app.reading, operators=operators))
    # The object of the event is gone by now: there is nothing to tell.
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert told == []
    # With bad data there is.
    put(key_of(event["Records"][0]), b"predicted_delay,carrier\n1.5,AA\n2.5\n")
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert "line 3" in told[0][1]
    assert told[0][0] == f"Driftline: the baseline of {ENDPOINT} cannot be read"


def test_suggest_baseline_makes_an_analysis(load: Load) -> None:
    """Explanations are left to explain_model; the message comes again when they are there."""
    folder = "analyses/loans/"
    put(f"{folder}input/data.csv", b"label,sex,score\n" + b"1,0,0.9\n0,1,0.2\n" * 20)
    put(f"{folder}analysis_config.json", json.dumps(BIAS_OF_SCORES).encode())
    event = sample("suggest_baseline")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"]["key"] = f"{folder}analysis_config.json"
    event["Records"] = [event["Records"][0] | {"body": json.dumps(body)}]
    app = load("suggest_baseline")
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert {f"{folder}analysis.json", f"{folder}report.html"} <= set(keys(folder))
    # When it asks for SHAP values of a model's file
    put(f"{folder}model.json", trees())
    put(f"{folder}input/data.csv", b"income,debt,age,visits\n" + b"1,2,3,4\n" * 20)
    put(f"{folder}analysis_config.json", json.dumps({"methods": {"shap": {}}}).encode())
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    waiting = keys("state/explanations/_analysis_loans/waiting/")
    assert len(waiting) == 1
    assert any(key.endswith(".task") for key in keys("state/explanations/_analysis_loans/"))


def test_suggest_baseline_reads_what_came_before_its_document(load: Load) -> None:
    # Given data sets of two monitors that came before the document, and one that nobody could read then
    folder = f"baselines/{ENDPOINT}/"
    put(f"{folder}data_quality/input/data.csv", b"score,carrier\n1.5,AA\n2.5,UA\n")
    put(f"{folder}model_quality/input/data.csv", b"score,label\n1.5,1\n2.5,3\n")
    put(
        f"monitors/{ENDPOINT}.yaml",
        f"endpoint: {ENDPOINT}\nmonitors:\n  data_quality: {{}}\n  model_quality: {{problem_type: Regression, "
        "inference_attribute: score, ground_truth_attribute: label}\n".encode(),
    )
    # When the document's event comes
    event = sample("suggest_baseline")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"]["key"] = f"monitors/{ENDPOINT}.yaml"
    event["Records"] = [event["Records"][0] | {"body": json.dumps(body)}]
    assert load("suggest_baseline").handler(event, CONTEXT) == {"batchItemFailures": []}
    # Then both have their baseline
    for monitor in ("data_quality", "model_quality"):
        files = {f"{folder}{monitor}/statistics.json", f"{folder}{monitor}/constraints.json"}
        assert files <= set(keys(f"{folder}{monitor}/"))


def test_profile_capture_takes_keys_as_they_are(load: Load) -> None:
    event = sample("profile_capture")
    for record in event["Records"]:
        put(key_of(record), capture_line(datetime(2026, 3, 1, 14, 1, tzinfo=UTC)))
    assert load("profile_capture").handler(event, CONTEXT) == {"batchItemFailures": []}
    assert len(keys("state/profiles/")) == 2


def test_only_the_message_that_fails_comes_again(load: Load) -> None:
    event = sample("profile_capture")
    first, second = event["Records"]
    put(key_of(first), b"no capture record\n")
    put(key_of(second), capture_line(datetime(2026, 3, 1, 14, 1, tzinfo=UTC)))
    assert load("profile_capture").handler(event, CONTEXT) == {
        "batchItemFailures": [{"itemIdentifier": first["messageId"]}]
    }
    assert len(keys("state/profiles/")) == 2  # The lines of the other file are counted as rejected.


def test_a_message_of_another_shape_fails_alone(load: Load) -> None:
    event = sample("profile_capture")
    odd = copy.deepcopy(event["Records"][0])
    odd["body"], odd["messageId"] = '{"Records": []}', "odd"
    put(key_of(event["Records"][0]), capture_line(datetime(2026, 3, 1, 14, 1, tzinfo=UTC)))
    answer = load("profile_capture").handler({"Records": [odd, event["Records"][0]]}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "odd"}]}


def test_payloads_are_not_logged(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    event = sample("profile_capture")
    put(key_of(event["Records"][0]), capture_line(datetime(2026, 3, 1, 14, 1, tzinfo=UTC)))
    put(key_of(event["Records"][1]), b'{"captureData": "secret-12.5"}\n')
    load("profile_capture").handler(event, CONTEXT)
    logged = capsys.readouterr().out
    assert "AA,12.5" not in logged
    assert "secret-12.5" not in logged


def test_merge_ground_truth_keeps_labels_until_their_captures_come(load: Load) -> None:
    event = sample("merge_ground_truth")
    line = {"groundTruthData": {"data": "1", "encoding": "CSV"}, "eventMetadata": {"eventId": "e"}, "eventVersion": "0"}
    put(key_of(event["Records"][0]), json.dumps(line).encode() + b"\n")
    app = load("merge_ground_truth")
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert len(keys(f"state/open-labels/{ENDPOINT}/")) == 1
    # Two weeks later the template's schedule gives them up, and lists them.
    assert app.handler(sample("merge_ground_truth.sweep"), CONTEXT) == {"batchItemFailures": []}
    assert len(keys("state/open-labels/")) == 1
    [asked] = boto3.client("sqs").receive_message(QueueUrl=app.settings.merge_queue)["Messages"]
    of_endpoint = sample("merge_ground_truth.sweep_endpoint")
    assert json.loads(asked["Body"]) == json.loads(of_endpoint["Records"][0]["body"])
    assert app.handler(of_endpoint, CONTEXT) == {"batchItemFailures": []}
    assert keys("state/open-labels/") == []
    assert len(keys(f"ground-truth-unmatched/{ENDPOINT}/")) == 1


def test_merge_ground_truth_takes_in_attributes(load: Load) -> None:
    event = sample("merge_ground_truth.attributes")
    app = load("merge_ground_truth")
    put(key_of(event["Records"][0]), b"inference_id,sex\na,Female\n")
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    put(key_of(event["Records"][0]), b"who,sex\na,Female\n")
    assert len(app.handler(event, CONTEXT)["batchItemFailures"]) == 1
    assert keys("state/open-labels/") == []


def test_run_monitor_answers_its_queue_and_a_person(load: Load) -> None:
    put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    app = load("run_monitor")
    assert app.handler(sample("run_monitor"), CONTEXT) == {"batchItemFailures": []}
    by_hand = app.handler(sample("run_monitor.by_hand"), CONTEXT)
    # There is no baseline: a result, not an exception.
    assert by_hand["MonitoringExecutionStatus"] == "Failed"
    assert "baselines/flight-delay/data_quality" in by_hand["FailureReason"]
    assert by_hand["ReportUri"] == ""


def test_a_person_is_told_what_a_request_lacks(load: Load) -> None:
    with pytest.raises(ValueError, match="set scheduled_time, or start and end"):
        load("run_monitor").handler({"endpoint": "a", "monitor": "data_quality"}, CONTEXT)


def test_a_function_without_its_settings_fails_at_the_cold_start(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUCKET")
    with pytest.raises(Exception, match="BUCKET is missing"):
        load("profile_capture")
