"""From files in a bucket to a verdict, on the embedded cloud, by the template's own roles."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud import EmbeddedCloud
from tests.end_to_end.alarmed import Inbox, inbox
from tests.end_to_end.endpoint import (
    HOUR,
    Bucket,
    baseline_csv,
    capture_file,
    capture_key,
    document,
    reports_folder,
    rows,
    watch,
)

pytestmark = pytest.mark.cloud

REPORTS = {"statistics.json", "constraints.json", "constraint_violations.json", "summary.json", "report.html"}
SCHEDULED = HOUR + timedelta(hours=1)
NAMESPACE = "aws/sagemaker/Endpoints/data-metrics"


@pytest.fixture(scope="module")
def operators(cloud: EmbeddedCloud) -> Inbox:
    """Hears what the operator topic says."""
    return inbox(cloud, "operators-hear", "OperatorTopicArn")


@pytest.fixture(scope="module")
def completed(cloud: EmbeddedCloud) -> Inbox:
    """Hears the events that executions end with."""
    rules_hear = inbox(cloud, "rules-hear")
    events = cloud.client("events")
    events.put_rule(Name="everything-of-driftline", EventPattern=json.dumps({"source": ["driftline"]}))
    events.put_targets(Rule="everything-of-driftline", Targets=[{"Id": "q", "Arn": rules_hear.arn}])
    return rules_hear


@pytest.fixture
def hasty(cloud: EmbeddedCloud) -> Iterator[EmbeddedCloud]:
    """The cloud with retries after two seconds, so that what fails for good does so soon."""
    cloud.hasten_retries(2)
    yield cloud
    cloud.hasten_retries(300)


def _fire(cloud: EmbeddedCloud, endpoint: str) -> None:
    cloud.fire_schedule(f"{endpoint}-data_quality", SCHEDULED)
    cloud.drain()


def test_a_document_gives_a_schedule_and_a_status(cloud: EmbeddedCloud) -> None:
    bucket = Bucket(cloud)
    bucket.put("monitors/good.yaml", document("good"))
    cloud.drain()
    assert "good-data_quality" in cloud.schedules()
    status = bucket.json("monitors/good.status.json")
    assert status["status"] == "ok"
    assert status["schedules"] == ["good-data_quality"]


def test_a_document_that_comes_after_its_data_sets_has_them_read(cloud: EmbeddedCloud) -> None:
    # Given data sets of two monitors, of which nothing says where the label is in the second one
    bucket = Bucket(cloud)
    bucket.put("baselines/late/data_quality/input/people.csv", baseline_csv(rows(50, seed=1)))
    bucket.put("baselines/late/model_quality/input/scores.csv", "score,truth\n0.5,1\n0.25,0\n")
    cloud.drain()
    assert "baselines/late/model_quality/constraints.json" not in bucket.everything("baselines/late/")
    # When the document comes
    model_quality = "{problem_type: Regression, inference_attribute: score, ground_truth_attribute: truth}"
    bucket.put("monitors/late.yaml", document("late") + f"  model_quality: {model_quality}\n")
    cloud.drain()
    # Then both monitors have their schedules and baselines
    assert bucket.json("monitors/late.status.json")["schedules"] == ["late-data_quality", "late-model_quality"]
    mae = bucket.json("baselines/late/model_quality/constraints.json")["regression_constraints"]["mae"]
    assert mae == {"threshold": 0.375, "comparison_operator": "GreaterThanThreshold"}
    assert "baselines/late/data_quality/constraints.json" in bucket.everything("baselines/late/")


def test_a_document_that_goes_takes_its_schedule_along(cloud: EmbeddedCloud) -> None:
    bucket = Bucket(cloud)
    bucket.put("monitors/going.yaml", document("going"))
    cloud.drain()
    assert "going-data_quality" in cloud.schedules()
    cloud.client("s3").delete_object(Bucket=cloud.bucket, Key="monitors/going.yaml")
    cloud.drain()
    assert "going-data_quality" not in cloud.schedules()
    assert bucket.everything("monitors/going") == {}


def test_a_broken_document_is_told_and_changes_nothing_that_runs(cloud: EmbeddedCloud, operators: Inbox) -> None:
    bucket = Bucket(cloud)
    bucket.put("monitors/broken.yaml", document("broken"))
    cloud.drain()
    operators.take()
    bucket.put("monitors/broken.yaml", document("broken").replace("cron(0 * ? * * *)", "cron(99 * ? * * *)"))
    cloud.drain()
    status = bucket.json("monitors/broken.status.json")
    assert status["status"] == "error"
    assert status["errors"][0]["field"] == "monitors.data_quality.schedule"
    assert status["errors"][0]["line"] == 5
    assert "broken-data_quality" in cloud.schedules()
    (told,) = operators.take()
    assert "monitors/broken.yaml" in told["Subject"]
    assert "line 5" in told["Message"]


def test_a_data_set_gives_statistics_and_constraints(cloud: EmbeddedCloud) -> None:
    bucket = watch(cloud, "based")
    statistics = bucket.json("baselines/based/data_quality/statistics.json")
    assert [feature["name"] for feature in statistics["features"]] == ["score", "age", "country"]
    assert statistics["dataset"]["item_count"] == 1000
    constraints = bucket.json("baselines/based/data_quality/constraints.json")
    kinds = {feature["name"]: feature["inferred_type"] for feature in constraints["features"]}
    assert kinds == {"score": "Fractional", "age": "Fractional", "country": "String"}


def test_edited_constraints_stay_and_an_accepted_suggestion_goes(cloud: EmbeddedCloud) -> None:
    # Given constraints that a person edited, and then another data set
    bucket = watch(cloud, "edited")
    folder = "baselines/edited/data_quality/"
    suggested = bucket.everything(folder)[f"{folder}constraints.json"]
    edited = suggested.replace(b'"comparison_threshold" : 0.1', b'"comparison_threshold" : 0.2')
    assert edited != suggested
    bucket.put(f"{folder}constraints.json", edited)
    bucket.put(f"{folder}input/more.csv", baseline_csv(rows(50, seed=2)))
    cloud.drain()
    files = bucket.everything(folder)
    assert files[f"{folder}constraints.json"] == edited
    # When the suggestion beside them is accepted, and a third data set comes
    bucket.put(f"{folder}constraints.json", files[f"{folder}constraints.suggested.json"])
    bucket.put(f"{folder}input/most.csv", baseline_csv(rows(50, seed=3)))
    cloud.drain()
    # Then the file is Driftline's again, and nothing lies beside it
    files = bucket.everything(folder)
    assert f"{folder}constraints.suggested.json" not in files
    assert json.loads(files[f"{folder}statistics.json"])["dataset"]["item_count"] == 1100
    assert cloud.messages("BaselineDeadLettersUrl") == 0


def test_a_data_set_that_cannot_be_read_is_told_to_operators(cloud: EmbeddedCloud, operators: Inbox) -> None:
    operators.take()
    Bucket(cloud).put("baselines/unread/data_quality/input/people.parquet", b"PAR1 and then nothing")
    cloud.drain()
    (told,) = operators.take()
    assert told["Subject"] == "[NOTICE] Driftline: the baseline of unread cannot be read"
    assert "people.parquet" in told["Message"]
    # and to whoever waits for it, until it can be read
    bucket = Bucket(cloud)
    assert bucket.json("baselines/unread/data_quality/error.json")["where"].endswith("people.parquet")
    cloud.client("s3").delete_object(Bucket=cloud.bucket, Key="baselines/unread/data_quality/input/people.parquet")
    bucket.put("baselines/unread/data_quality/input/people.csv", baseline_csv(rows(50, seed=1)))
    cloud.drain()
    assert "baselines/unread/data_quality/error.json" not in bucket.everything("baselines/unread/")
    assert cloud.messages("BaselineDeadLettersUrl") == 0


def test_a_schedule_gives_files_metrics_and_an_event(cloud: EmbeddedCloud, completed: Inbox) -> None:
    # Given an endpoint whose visitors have become twenty years older
    bucket = watch(cloud, "older")
    bucket.put(capture_key("older"), capture_file(rows(300, seed=2, years_older=20)))
    cloud.drain()
    completed.take()
    # When its schedule fires
    _fire(cloud, "older")
    # Then the four files are there, and the page of them
    files = bucket.everything(reports_folder("older"))
    assert {key.rsplit("/", 1)[1] for key in files} == REPORTS
    violations = json.loads(files[reports_folder("older") + "constraint_violations.json"])["violations"]
    drifted = {one["feature_name"] for one in violations if one["constraint_check_type"] == "baseline_drift_check"}
    assert "age" in drifted
    # and the metrics, where and as SageMaker has them
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="feature_baseline_drift_age",
        Dimensions=[
            {"Name": "Endpoint", "Value": "older"},
            {"Name": "MonitoringSchedule", "Value": "older-data_quality"},
        ],
        StartTime=HOUR - timedelta(hours=1),
        EndTime=SCHEDULED,
        Period=300,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert len(points) == 1
    assert points[0]["Maximum"] > 0.5
    assert points[0]["Timestamp"] == HOUR
    # and the event
    (event,) = completed.take()
    assert event["detail-type"] == "Monitoring Execution Completed"
    assert event["detail"]["MonitoringExecutionStatus"] == "CompletedWithViolations"
    assert event["detail"]["EndpointName"] == "older"
    assert event["detail"]["ReportUri"].endswith(reports_folder("older"))


def test_events_that_come_twice_change_nothing(cloud: EmbeddedCloud, completed: Inbox) -> None:
    bucket = watch(cloud, "twice")
    body = capture_file(rows(100, seed=3))
    bucket.put(capture_key("twice"), body)
    cloud.drain()
    _fire(cloud, "twice")
    before = bucket.everything("")
    completed.take()
    # When the object is created again with the same bytes, and the schedule is delivered again
    bucket.put(capture_key("twice"), body)
    cloud.drain()
    _fire(cloud, "twice")
    assert bucket.everything("") == before
    assert completed.take() == []


@pytest.mark.parametrize("name", ["a b+c%20d.jsonl", "été ünd 日本.jsonl"])
def test_keys_may_hold_any_character(cloud: EmbeddedCloud, name: str) -> None:
    endpoint = f"keys-{len(name)}"
    bucket = watch(cloud, endpoint)
    bucket.put(capture_key(endpoint, name), capture_file(rows(20, seed=4)))
    cloud.drain()
    profiles = bucket.everything(f"state/profiles/{endpoint}/")
    assert len(profiles) == 1


def test_a_poison_file_waits_in_the_dead_letter_queue_and_its_neighbours_go_on(hasty: EmbeddedCloud) -> None:
    bucket = watch(hasty, "poisoned")
    bucket.put(capture_key("poisoned", "00-good.jsonl"), capture_file(rows(20, seed=5)))
    bucket.put(capture_key("poisoned", "01-poison.jsonl.gz"), b"\x1f\x8b this is no gzip")
    bucket.put(capture_key("poisoned", "02-good.jsonl"), capture_file(rows(20, seed=6)))
    hasty.drain()
    assert hasty.messages("ProfileDeadLettersUrl") == 1
    assert len(bucket.everything("state/profiles/poisoned/")) == 2
    sqs, letters = hasty.client("sqs"), hasty.outputs["ProfileDeadLettersUrl"]
    letter = sqs.receive_message(QueueUrl=letters, VisibilityTimeout=0)["Messages"][0]
    assert json.loads(letter["Body"])["detail"]["object"]["key"].endswith("01-poison.jsonl.gz")
    # Once the file is mended and uploaded again, its own new event has it profiled.
    bucket.put(capture_key("poisoned", "01-poison.jsonl.gz"), gzip.compress(capture_file(rows(20, seed=9))))
    hasty.drain()
    assert len(bucket.everything("state/profiles/poisoned/")) == 3
    sqs.purge_queue(QueueUrl=letters)


def test_data_sets_that_arrive_together_are_sent_on_and_each_is_read_whole(cloud: EmbeddedCloud) -> None:
    # One that is read while more of it arrives is read again, which otherwise takes longer than a test.
    cloud.hasten_retries(20)
    bucket, endpoints = Bucket(cloud), [f"together-{number}" for number in range(5)]
    for part in range(3):
        for endpoint in endpoints:
            data = baseline_csv(rows(20, seed=part))
            bucket.put(f"baselines/{endpoint}/data_quality/input/part-{part}.csv", data)
    cloud.drain()
    for endpoint in endpoints:
        assert bucket.json(f"baselines/{endpoint}/data_quality/statistics.json")["dataset"]["item_count"] == 60
    log = cloud.logs("suggest_baseline")
    assert not [line for line in log if "not sent on" in line or "not deleted" in line]
    assert cloud.messages("BaselineDeadLettersUrl") == 0
    cloud.hasten_retries(300)


def test_an_execution_by_hand_judges_any_window(cloud: EmbeddedCloud) -> None:
    bucket = watch(cloud, "by-hand")
    bucket.put(capture_key("by-hand"), capture_file(rows(600, seed=7)))
    cloud.drain()
    answer = cloud.run(
        {
            "endpoint": "by-hand",
            "monitor": "data_quality",
            "start": HOUR.isoformat(),
            "end": (HOUR + timedelta(minutes=5)).isoformat(),
        }
    )
    assert answer["Rows"] == 300


def test_an_endpoint_without_a_baseline_fails_with_a_page_until_there_is_one(
    cloud: EmbeddedCloud, completed: Inbox
) -> None:
    bucket = Bucket(cloud)
    bucket.put("monitors/new.yaml", document("new"))
    bucket.put(capture_key("new"), capture_file(rows(600, seed=3)))
    cloud.drain()
    completed.take()
    _fire(cloud, "new")
    (event,) = completed.take()
    assert event["detail-type"] == "Monitoring Execution Failed"
    assert "baselines/new/data_quality" in event["detail"]["FailureReason"]
    assert event["detail"]["ReportUri"] == f"s3://{cloud.bucket}/{reports_folder('new')}"
    assert b"No verdict: there is no baseline" in bucket.get(f"{reports_folder('new')}report.html")
    assert b'<li><a class="cell failed"' in bucket.get("reports/new/index.html")
    assert b"No verdict: there is no baseline" in bucket.get("reports/index.html")
    # When the baseline comes, and somebody sends what the page says to the queue
    bucket.put("baselines/new/data_quality/input/people.csv", baseline_csv(rows(1000, seed=1)))
    cloud.drain()
    again = {"endpoint": "new", "monitor": "data_quality", "scheduled_time": SCHEDULED.isoformat()}
    body = json.dumps({**again, "trigger": "schedule"})
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["RunQueueUrl"], MessageBody=body)
    cloud.drain()
    # Then the verdict has the page and the field, whatever came before
    assert b"No verdict" not in bucket.get(f"{reports_folder('new')}report.html")
    assert b'<li><a class="cell failed"' not in bucket.get("reports/new/index.html")
    assert b"No verdict: there is no baseline" not in bucket.get("reports/index.html")


def test_a_function_may_not_do_more_than_its_work(cloud: EmbeddedCloud) -> None:
    """The roles are enforced here: profile_capture, for one, cannot write reports."""
    sts, iam = cloud.client("sts"), cloud.client("iam")
    account = sts.get_caller_identity()["Account"]
    roles = {role["RoleName"]: role["Arn"] for role in iam.list_roles()["Roles"]}
    arn = next(arn for name, arn in roles.items() if "ProfileCaptureRole" in name)

    def decision(action: str, resource: str) -> str:
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource])
        return str(answer["EvaluationResults"][0]["EvalDecision"])

    own = f"arn:aws:s3:::{cloud.bucket}"
    assert decision("s3:PutObject", f"{own}/state/profiles/x") == "allowed"
    for action, resource in [
        ("s3:PutObject", f"{own}/reports/x"),
        ("s3:PutObject", f"{own}/scripts/x.py"),
        ("s3:PutObject", f"{own}/capture/x"),
        ("s3:DeleteObject", f"{own}/capture/x"),
        ("s3:GetObject", "arn:aws:s3:::another-bucket/capture/x"),
        ("sns:Publish", cloud.outputs["OperatorTopicArn"]),
        ("events:PutEvents", f"arn:aws:events:us-east-1:{account}:event-bus/default"),
    ]:
        assert decision(action, resource) != "allowed", (action, resource)


def test_the_cloud_refuses_what_a_role_does_not_allow(cloud: EmbeddedCloud) -> None:
    """Guards the tests above against a cloud that lets everything through."""
    iam = cloud.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    make: Any = boto3.client
    weak = make(
        "s3",
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        weak.put_object(Bucket=cloud.bucket, Key="state/x", Body=b"")


def test_from_an_object_to_a_verdict(cloud: EmbeddedCloud, completed: Inbox) -> None:
    """bench/latency.py has the seconds that it takes, and their bar."""
    bucket = watch(cloud, "latency")
    completed.take()
    bucket.put(capture_key("latency"), capture_file(rows(100, seed=8)))
    cloud.drain()
    cloud.fire_schedule("latency-data_quality", SCHEDULED)
    cloud.drain()
    (event,) = completed.take()
    assert event["detail"]["Rows"] == 100
