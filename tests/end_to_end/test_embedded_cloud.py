"""The embedded cloud itself: alone on loopback, several at once, and gone without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cloud import EmbeddedCloud
from local.emf import metric_data
from local.stack import REPOSITORY, TAKEN_OUT, cloudformation_template, zip_of
from tests.end_to_end.alarmed import inbox
from tests.waiting import wait_until

pytestmark = pytest.mark.cloud

LISTENING = "0A"


def _listening_addresses(group: int) -> set[str]:
    """Hexadecimal local addresses that processes of the group listen on, ports left out."""
    inodes: set[str] = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if os.getpgid(int(folder.name)) != group:
                continue
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()]
        except (ProcessLookupError, FileNotFoundError, PermissionError):
            continue
        inodes |= {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:")}
    found: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
        found |= {
            fields[1].split(":")[0]
            for fields in map(str.split, lines)
            if fields[3] == LISTENING and fields[9] in inodes
        }
    return found


def _answers(endpoint: str) -> bool:
    host, port = endpoint.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's tables of sockets")
def test_nobody_else_can_reach_it(cloud: EmbeddedCloud) -> None:
    loopback = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    assert _listening_addresses(cloud.pid) == {loopback}


CURIOUS = """
import socket
def handler(event, context):
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except Exception as error:
        return type(error).__name__
"""


def test_functions_reach_nobody_else(cloud: EmbeddedCloud, tmp_path: Path) -> None:
    """As tests run it; `make cloud` may notify a Slack of yours."""
    (tmp_path / "curious.py").write_text(CURIOUS)
    functions = cloud.client("lambda")
    functions.create_function(
        FunctionName="curious",
        Runtime="python3.13",
        Role=functions.get_function_configuration(FunctionName=cloud.outputs["RunMonitorFunction"])["Role"],
        Handler="curious.handler",
        Code={"ZipFile": zip_of(iter([("curious.py", tmp_path / "curious.py")]))},
    )
    answer = functions.invoke(FunctionName="curious")["Payload"].read()
    assert json.loads(answer) == "OutsideError"


def test_two_at_once_know_nothing_of_each_other(cloud: EmbeddedCloud) -> None:
    with EmbeddedCloud() as other:
        assert other.endpoint != cloud.endpoint
        other.client("s3").put_object(Bucket=other.bucket, Key="reports/x", Body=b"x")
        assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix="reports/x")
    assert not _answers(other.endpoint)
    assert _answers(cloud.endpoint)


def test_an_error_inside_ends_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[str] = []

    def work() -> None:
        with EmbeddedCloud() as cloud:
            seen.append(cloud.endpoint)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not _answers(seen[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_goes_when_its_owner_goes(how: signal.Signals, tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-m", "local.up"],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    endpoint = ""
    for line in owner.stdout:
        if line.startswith("export AWS_ENDPOINT_URL="):
            endpoint = line.split("=", 1)[1].strip()
        if "The embedded cloud is running" in line:
            break
    assert _answers(endpoint)
    owner.send_signal(how)
    owner.wait()
    owner.stdout.close()
    wait_until(lambda: not _answers(endpoint), "the cloud is gone")
    wait_until(lambda: not list(tmp_path.iterdir()), "its files are gone")


def test_schedules_fire_by_the_clock_when_they_are_let() -> None:
    with EmbeddedCloud(schedules_tick=True) as cloud:
        sqs, scheduler = cloud.client("sqs"), cloud.client("scheduler")
        url = sqs.create_queue(QueueName="received")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        scheduler.create_schedule(
            Name="once",
            GroupName=cloud.outputs["ScheduleGroupName"],
            ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": arn,
                "RoleArn": cloud.outputs["SchedulerRoleArn"],
                "Input": json.dumps({"scheduled_time": "<aws.scheduler.scheduled-time>"}),
            },
        )
        messages: list[Any] = []

        def received() -> bool:
            messages.extend(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10).get("Messages", []))
            return bool(messages)

        wait_until(received, "the schedule fires")
    moment = datetime.fromisoformat(json.loads(messages[0]["Body"])["scheduled_time"])
    assert due - timedelta(minutes=1) < moment <= datetime.now(UTC)


def test_a_message_of_an_alarm_looks_as_cloudwatchs_and_an_anomaly_band_is_kept() -> None:
    told: list[str] = []
    then = datetime(2013, 3, 8, 5, tzinfo=UTC)
    with EmbeddedCloud(clock=then, note=told.append) as cloud:
        received = inbox(cloud, "hears", "RetrainingTopicArn")
        cloudwatch = cloud.client("cloudwatch")
        dimensions = [{"Name": "Endpoint", "Value": "e"}]
        metric = {"Namespace": "Driftline/driftline", "MetricName": "violations", "Dimensions": dimensions}
        cloudwatch.put_metric_alarm(
            AlarmName="one", AlarmDescription="said", **metric, Statistic="Maximum", Period=3600, EvaluationPeriods=3,
            DatapointsToAlarm=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="ignore", AlarmActions=[cloud.outputs["RetrainingTopicArn"]],
        )  # fmt: skip
        band = [
            {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Maximum"}, "ReturnData": True},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True},
        ]
        cloudwatch.put_metric_alarm(
            AlarmName="band", Metrics=band, ThresholdMetricId="band", EvaluationPeriods=1,
            ComparisonOperator="GreaterThanUpperThreshold",
        )  # fmt: skip
        # When the metric is beyond the threshold, of this endpoint and, later, of another one
        cloudwatch.put_metric_data(
            Namespace="Driftline/driftline",
            MetricData=[
                {"MetricName": "violations", "Dimensions": dimensions, "Timestamp": then, "Value": 3},
                {"MetricName": "violations", "Timestamp": then, "Value": 0},
            ],
        )
        cloud.evaluate_alarms()
        (envelope,) = received.take()
        kept = cloudwatch.describe_alarms(AlarmNames=["band"])["MetricAlarms"][0]
    message = json.loads(envelope["Message"])
    assert (message["AlarmName"], message["NewStateValue"], message["OldStateValue"]) == (
        "one",
        "ALARM",
        "INSUFFICIENT_DATA",
    )
    assert message["AlarmDescription"] == "said"
    assert message["StateChangeTime"] == "2013-03-08T05:00:00.000+0000"
    assert message["AlarmArn"].endswith(":alarm:one")
    assert message["Trigger"]["Dimensions"] == [{"name": "Endpoint", "value": "e"}]
    assert message["Trigger"]["DatapointsToAlarm"] == 1
    assert kept["Metrics"][1]["Expression"] == "ANOMALY_DETECTION_BAND(m1, 2)"
    assert kept["StateValue"] == "INSUFFICIENT_DATA"
    assert [line for line in told if "band" in line] == [
        "The alarm band is not evaluated here: only CloudWatch has anomaly bands, percentiles and formulas."
    ]


def test_what_is_left_out_of_the_template_is_known() -> None:
    body, taken_out = cloudformation_template(
        REPOSITORY / "template.yaml", built=False, upload=lambda name, _body: f"s3://b/{name}"
    )
    kinds = {resource["Type"] for resource in json.loads(body)["Resources"].values()}
    assert not kinds & set(TAKEN_OUT)
    assert len(taken_out) == 0


def test_embedded_metrics_are_read_as_cloudwatch_reads_them() -> None:
    line = json.dumps(
        {
            "_aws": {
                "Timestamp": 1772373600000,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "n",
                        "Dimensions": [["Endpoint"]],
                        "Metrics": [{"Name": "rows", "Unit": "Count"}, {"Name": "age"}, {"Name": "many"}],
                    }
                ],
            },
            "Endpoint": "e",
            "rows": 7,
            "many": [1, 2],
            "age": {"Max": 9, "Min": 1, "Count": 4, "Sum": 20},
        }
    )
    data = {datum["MetricName"]: datum for _, datum in metric_data(line)}
    assert data["rows"]["Values"] == [7.0]
    assert data["many"]["Values"] == [1.0, 2.0]
    assert data["age"]["StatisticValues"] == {"SampleCount": 4, "Sum": 20, "Minimum": 1, "Maximum": 9}
    assert data["rows"]["Dimensions"] == [{"Name": "Endpoint", "Value": "e"}]
    assert data["rows"]["Timestamp"] == datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert list(metric_data("START RequestId: {x}")) == []
