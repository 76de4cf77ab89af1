"""`driftline doctor` on a stack that is well, and with every fault planted that can be taken back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.documents.status import MonitorStatus
from local.cloud import EmbeddedCloud
from local.schedules import invoke
from local.webhook import WebhookReceiver
from tests.end_to_end.alarmed import put_channel
from tests.end_to_end.doctoring import Doctor, make_function
from tests.end_to_end.endpoint import HOUR, Bucket, baseline_csv, capture_file, capture_key, document, rows

pytestmark = pytest.mark.cloud

CAPTURES = "captures-of-old"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:retrain"
RETRAINING = "retraining: {target: {function: retrain}, minimum_labelled_rows: 0}\n"
KEPT_AT = (datetime.now(UTC) - timedelta(hours=6)).replace(microsecond=0)


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    parameters = {"CaptureBucketName": CAPTURES, "RetrainingFunctionArn": FUNCTION}
    with WebhookReceiver() as hook, EmbeddedCloud(parameters=parameters) as running:
        running.client("s3").create_bucket(Bucket=CAPTURES)
        listen(running, CAPTURES, on=True)
        put_channel(running, "team", {"kind": "slack", "webhook_url": f"{hook.url}/slack"})
        make_function(running, "retrain")
        bucket = Bucket(running)
        bucket.put("monitors/shop.yaml", document("shop") + RETRAINING)
        bucket.put("baselines/shop/data_quality/input/people.csv", baseline_csv(rows(1000, seed=1)))
        running.drain()
        bucket.put(capture_key("shop"), capture_file(rows(300, seed=2)))
        running.drain()
        running.fire_schedule("shop-data_quality", HOUR + timedelta(hours=1))
        running.set_clock(None)  # signals have the time at which they are published
        running.drain()
        look(running, datetime.now(UTC))
        yield running


def look(cloud: EmbeddedCloud, at: datetime) -> None:
    """The hourly check, at some time."""
    request = json.dumps({"at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()
    invoke(cloud.client("lambda"), "driftline-check-freshness", request)


def listen(cloud: EmbeddedCloud, bucket: str, *, on: bool) -> None:
    cloud.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}} if on else {}
    )


@pytest.fixture
def doctor(cloud: EmbeddedCloud, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(cloud, monkeypatch)


@pytest.fixture
def cured(cloud: EmbeddedCloud) -> Iterator[Callable[..., None]]:
    """Takes what undoes a fault, and does it after the test, last first."""
    undo: list[Callable[[], object]] = []
    yield lambda *steps: undo.extend(steps)
    for step in reversed(undo):
        step()
    cloud.drain()


@contextmanager
def without(bucket: Bucket, key: str) -> Iterator[None]:
    """An object that is away for a while."""
    body = bucket.get(key)
    bucket._s3.delete_object(Bucket=bucket._name, Key=key)
    try:
        yield
    finally:
        bucket.put(key, body)


def test_a_stack_that_is_well_is_ok_throughout(doctor: Doctor) -> None:
    seen = doctor.look()
    assert seen.wrong == []
    assert seen.code == 0
    assert {line["check"] for line in seen.lines} >= {"stack", "functions", "metrics", "dead letters", "retraining"}
    assert "2 of them" not in seen.text("alarms")
    assert FUNCTION in seen.text("retraining")


def test_people_see_the_same_lines(doctor: Doctor) -> None:
    shown = doctor.run()
    assert shown.exit_code == 0, shown.stdout
    assert "driftline in us-east-1 of account 000000000000" in shown.stdout
    assert "ok      dead letters   All 13 dead-letter queues are empty." in shown.stdout


def test_looking_changes_nothing(doctor: Doctor, cloud: EmbeddedCloud) -> None:
    def everything() -> Any:
        return Bucket(cloud).everything("")

    before = everything()
    doctor.look()
    assert everything() == before


def test_no_stack(doctor: Doctor) -> None:
    seen = doctor.look("--stack-name", "nowhere")
    assert seen.code == 1
    assert seen.fault("stack").startswith("There is no stack nowhere in us-east-1 of account 000000000000.")
    assert len(seen.lines) == 1


def test_a_stack_that_was_rolled_back(doctor: Doctor, cloud: EmbeddedCloud) -> None:
    bad = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "of no kind"}}
    good = {"Type": "AWS::SQS::Queue"}
    formation = cloud.client("cloudformation")
    formation.create_stack(StackName="broken", TemplateBody=json.dumps({"Resources": {"Queue": good, "Bad": bad}}))
    seen = doctor.look("--stack-name", "broken")
    assert seen.code == 1
    assert "broken was never deployed completely (ROLLBACK_COMPLETE). Bad: " in seen.fault("stack")


def test_a_stack_of_somebody_else(doctor: Doctor, cloud: EmbeddedCloud) -> None:
    formation = cloud.client("cloudformation")
    formation.create_stack(
        StackName="other", TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    )
    assert "other is not a stack of Driftline's template" in doctor.look("--stack-name", "other").fault("stack")


def test_a_function_that_is_switched_off(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    functions, name = cloud.client("lambda"), "driftline-explain-model"
    cured(lambda: functions.delete_function_concurrency(FunctionName=name))
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    seen = doctor.look()
    assert seen.code == 1
    assert "driftline-explain-model is switched off" in seen.fault("functions")
    assert f"delete-function-concurrency --function-name {name}" in seen.mend("functions")


def test_little_concurrency(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    functions, name = cloud.client("lambda"), "driftline-explain-model"
    limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    cured(lambda: functions.delete_function_concurrency(FunctionName=name))
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=limit - 10)
    seen = doctor.look()
    assert seen.code == 0, seen.wrong  # ten are enough for each queue alone
    assert seen.state("concurrency") == "advice"
    assert "may run 24 functions at once, and 10 of the account's" in seen.text("concurrency")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=limit - 2)
    seen = doctor.look()
    assert seen.code == 1
    assert "One queue alone may run 2 functions at once, and 2 of" in seen.fault("concurrency")
    assert "request-service-quota-increase" in seen.mend("concurrency")


def test_a_disabled_event_source(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    functions = cloud.client("lambda")
    found = functions.list_event_source_mappings(FunctionName="driftline-profile-capture")["EventSourceMappings"][0]
    cured(lambda: functions.update_event_source_mapping(UUID=found["UUID"], Enabled=True))
    functions.update_event_source_mapping(UUID=found["UUID"], Enabled=False)
    seen = doctor.look()
    assert seen.code == 1
    assert "ProfileCaptureQueue is Disabled: its queue is not read" in seen.fault("event sources")
    assert f"update-event-source-mapping --uuid {found['UUID']} --enabled" in seen.mend("event sources")


def test_a_disabled_rule(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    events = cloud.client("events")
    name = next(each["Name"] for each in events.list_rules()["Rules"] if "CaptureRule" in each["Name"])
    cured(lambda: events.enable_rule(Name=name))
    events.disable_rule(Name=name)
    seen = doctor.look()
    assert f"The rule {name} is disabled" in seen.fault("triggers")
    assert f"aws events enable-rule --name {name}" in seen.mend("triggers")


def test_a_schedule_that_somebody_deleted(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    scheduler, place = cloud.client("scheduler"), {"GroupName": "driftline", "Name": "shop-data_quality"}
    found = scheduler.get_schedule(**place)
    kept = {key: found[key] for key in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
    cured(lambda: scheduler.create_schedule(**place, **kept))
    scheduler.delete_schedule(**place)
    seen = doctor.look()
    assert "The schedule shop-data_quality of monitors/shop.yaml does not exist." in seen.fault("triggers")
    assert seen.mend("triggers") == "Upload monitors/shop.yaml again."


def test_a_schedule_that_somebody_stopped(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    scheduler, place = cloud.client("scheduler"), {"GroupName": "driftline", "Name": "shop-data_quality"}
    found = scheduler.get_schedule(**place)
    kept = {key: found[key] for key in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
    cured(lambda: scheduler.update_schedule(**place, **kept, State="ENABLED"))
    scheduler.update_schedule(**place, **kept, State="DISABLED")
    assert "The schedule shop-data_quality is disabled." in doctor.look().fault("triggers")


@pytest.mark.parametrize("own", [True, False], ids=["own bucket", "capture bucket"])
def test_a_bucket_that_sends_no_events(
    own: bool, doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    bucket = cloud.bucket if own else CAPTURES
    cured(lambda: listen(cloud, bucket, on=True))
    listen(cloud, bucket, on=False)
    seen = doctor.look()
    assert seen.code == 1
    assert f"The bucket {bucket} sends no events to EventBridge" in seen.fault("captures")
    assert f"put-bucket-notification-configuration --bucket {bucket}" in seen.mend("captures")


def test_a_capture_bucket_that_the_stack_may_not_read(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    bucket = Bucket(cloud)
    cured(lambda: cloud.client("s3").delete_object(Bucket=cloud.bucket, Key="monitors/far.yaml"))
    bucket.put("monitors/far.yaml", document("far") + "capture: {bucket: somewhere-else}\n")
    cloud.drain()
    seen = doctor.look()
    assert "monitors/far.yaml" in seen.fault("documents")
    (error,) = bucket.json("monitors/far.status.json")["errors"]
    assert "CaptureBucketName=captures-of-old,somewhere-else" in error["mend"]


def test_a_document_with_errors(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    bucket = Bucket(cloud)
    cured(lambda: bucket.put("monitors/shop.yaml", document("shop") + RETRAINING))
    bucket.put("monitors/shop.yaml", document("shop") + RETRAINING + "colour: red\n")
    cloud.drain()
    seen = doctor.look()
    assert seen.code == 1
    assert "monitors/shop.yaml has errors, and the last valid one is in effect: line 9, colour" in seen.fault(
        "documents"
    )
    assert seen.state("executions") == "ok"  # of the document in effect


def test_a_document_that_was_not_read(doctor: Doctor, cloud: EmbeddedCloud) -> None:
    with without(Bucket(cloud), "monitors/shop.status.json"):
        seen = doctor.look()
    assert "monitors/shop.yaml was not read" in seen.fault("documents")


def test_a_change_that_is_not_in_effect(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    bucket, key = Bucket(cloud), "monitors/shop.status.json"
    there = bucket.get(key)
    status = MonitorStatus.from_bytes(there)
    assert status is not None
    cured(lambda: bucket.put(key, there))
    bucket.put(key, status.model_copy(update={"etag": "of an earlier document"}).to_bytes())
    assert "monitors/shop.yaml was changed, and the change is not in effect" in doctor.look().fault("documents")


def test_a_baseline_that_is_missing_and_the_failure_that_follows(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    bucket = Bucket(cloud)
    cured(lambda: cloud.client("s3").delete_object(Bucket=cloud.bucket, Key="monitors/bare.yaml"))
    bucket.put("monitors/bare.yaml", document("bare"))
    cloud.drain()
    cloud.fire_schedule("bare-data_quality", HOUR + timedelta(hours=1))
    cloud.set_clock(None)
    cloud.drain()
    seen = doctor.look()
    for line, name in zip(seen.of("documents"), ("statistics.json", "constraints.json"), strict=True):
        assert f"monitors/bare.yaml, data_quality: baselines/bare/data_quality/{name} does not exist" in line["text"]
    assert "bare, data_quality: the last execution failed: " in seen.fault("executions")


def test_a_schedule_that_did_not_run(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    bucket = Bucket(cloud)
    cured(lambda: cloud.client("s3").delete_object(Bucket=cloud.bucket, Key="monitors/late.yaml"))
    bucket.put("monitors/late.yaml", document("late"))
    bucket.put("baselines/late/data_quality/input/people.csv", baseline_csv(rows(500, seed=1)))
    cloud.drain()
    assert "late, data_quality: the hourly check has not seen its schedule yet" in doctor.look().text("executions")
    look(cloud, KEPT_AT)  # the hourly check has known it for six hours, and it never ran
    seen = doctor.look()
    assert seen.code == 1
    first = (KEPT_AT + timedelta(minutes=59, seconds=59)).replace(minute=0, second=0)
    assert f"late, data_quality: the execution of {first:%Y-%m-%dT%H:%M:%SZ} is missing (" in seen.fault("executions")


def test_metrics_that_did_not_arrive(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    bucket, key = Bucket(cloud), "state/executions/shop/data_quality/last.json"
    there = bucket.get(key)
    cured(lambda: bucket.put(key, there))
    # An execution of which CloudWatch has nothing: the time of one that is yet to come.
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    bucket.put(key, json.dumps(json.loads(there) | {"last_judged": later}))
    seen = doctor.look()
    assert seen.code == 1
    assert "shop, data_quality: CloudWatch has no signal violations in Driftline/driftline" in seen.fault("metrics")


def test_an_alarm_that_somebody_deleted(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    watch = cloud.client("cloudwatch")
    name = "driftline/shop/data_quality/violations"
    found = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert found, [each["AlarmName"] for each in watch.describe_alarms()["MetricAlarms"]]
    cured(lambda: Bucket(cloud).put("monitors/shop.yaml", document("shop") + RETRAINING))
    watch.delete_alarms(AlarmNames=[name])
    seen = doctor.look()
    assert f"The alarm {name} of monitors/shop.yaml does not exist" in seen.fault("alarms")


def test_an_alarm_whose_actions_are_off(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    watch = cloud.client("cloudwatch")
    name = next(
        each["AlarmName"] for each in watch.describe_alarms()["MetricAlarms"] if "RunDeadLetter" in each["AlarmName"]
    )
    cured(lambda: watch.enable_alarm_actions(AlarmNames=[name]))
    watch.disable_alarm_actions(AlarmNames=[name])
    seen = doctor.look()
    assert f"The actions of the alarm {name} are switched off" in seen.fault("alarms")
    assert "enable-alarm-actions" in seen.mend("alarms")


def test_a_dead_letter_is_counted_and_not_taken(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    sqs, url = cloud.client("sqs"), cloud.outputs["ProfileDeadLettersUrl"]
    cured(lambda: sqs.purge_queue(QueueUrl=url))
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    seen = doctor.look()
    assert seen.code == 1
    assert seen.fault("dead letters") == "1 message waits in ProfileDeadLetters."
    assert "aws sqs receive-message --queue-url " in seen.mend("dead letters")
    [message] = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"  # this one


def test_nobody_is_notified(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    ssm, name = cloud.client("ssm"), "/driftline/driftline/channels/team"
    there = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    cured(lambda: ssm.put_parameter(Name=name, Type="SecureString", Value=there))
    ssm.delete_parameter(Name=name)
    seen = doctor.look()
    assert seen.code == 0, seen.wrong
    assert "Nobody is notified" in seen.text("notifications")


def test_an_alarm_topic_that_nobody_reads(doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]) -> None:
    sns, topic = cloud.client("sns"), cloud.outputs["AlarmTopicArn"]
    [found] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    cured(lambda: sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=found["Endpoint"]))
    sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    assert "The queue of notify_operator is not subscribed to AlarmTopic" in doctor.look().fault("notifications")


def test_a_retraining_target_that_does_not_exist(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    cured(lambda: make_function(cloud, "retrain"))
    cloud.client("lambda").delete_function(FunctionName="retrain")
    seen = doctor.look()
    assert seen.code == 1
    assert f"The function {FUNCTION} of monitors/shop.yaml does not exist." in seen.fault("retraining")


def test_a_retraining_target_that_may_not_be_started(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    bucket, functions = Bucket(cloud), cloud.client("lambda")
    make_function(cloud, "train-anew")
    cured(
        lambda: functions.delete_function(FunctionName="train-anew"),
        lambda: bucket.put("monitors/shop.yaml", document("shop") + RETRAINING),
    )
    bucket.put("monitors/shop.yaml", document("shop") + RETRAINING.replace("retrain}", "train-anew}"))
    cloud.drain()
    seen = doctor.look()
    assert "may not be started: the role of start_retraining lacks lambda:InvokeFunction" in seen.fault("retraining")
    assert "RetrainingFunctionArn=arn:aws:lambda:us-east-1:000000000000:function:train-anew" in seen.mend("retraining")


def test_a_state_machine_that_could_start_twice(
    doctor: Doctor, cloud: EmbeddedCloud, cured: Callable[..., None]
) -> None:
    bucket, steps = Bucket(cloud), cloud.client("stepfunctions")
    arn = steps.create_state_machine(
        name="express",
        type="EXPRESS",
        definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
        roleArn=cloud.client("lambda").get_function_configuration(FunctionName="retrain")["Role"],
    )["stateMachineArn"]
    cured(
        lambda: steps.delete_state_machine(stateMachineArn=arn),
        lambda: bucket.put("monitors/shop.yaml", document("shop") + RETRAINING),
    )
    bucket.put(
        "monitors/shop.yaml", document("shop") + RETRAINING.replace("function: retrain", f"state_machine: '{arn}'")
    )
    cloud.drain()
    found = [line["text"] for line in doctor.look().of("retraining")]
    assert any("is an express workflow" in text for text in found)
    assert any("lacks states:StartExecution, states:DescribeStateMachine" in text for text in found)
