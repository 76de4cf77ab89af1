"""From the creation of a capture file to its verdict and metric, on the embedded cloud, roles enforced.

The bucket gets a file; as soon as its profile is there, an execution is asked for through the queue, as a schedule or a
re-run does; the clock stops when the metric can be read from CloudWatch and the event has arrived. Nothing waits
longer than it has to: no batching windows, polls of ten milliseconds.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

from bench.people import DOCUMENT, baseline_csv, capture_file, people
from bench.results import Limit, Options, Row
from local.cloud import EmbeddedCloud

LIMIT = Limit(5, 2, "s")
FILES = 20
ROWS = 500
GIVE_UP = 60  # seconds
POLL = 0.01  # seconds
ENDPOINT = "quick"


def run(options: Options) -> Iterator[Row]:
    """p95 over warm files; the first one, which starts the functions, by itself."""
    rows = options.rows or ROWS
    with EmbeddedCloud() as cloud:
        watcher = Watcher(cloud)
        seconds = [watcher.seconds(number, rows) for number in range(FILES + 1)]
    cold, warm = seconds[0], seconds[1:]
    p95 = quantiles(warm, n=20, method="inclusive")[-1]
    detail = f"{FILES} files of {rows} rows, median {sorted(warm)[FILES // 2]:.2f} s, slowest {max(warm):.2f} s"
    yield Row("object created → metric and verdict, p95", LIMIT, p95, detail)
    yield Row("the same with cold functions", LIMIT, cold, "first file after the deployment")


class Watcher:
    """Endpoints with a baseline each, and what is received of their executions."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self._cloud = cloud
        self._s3: Any = cloud.client("s3")
        self._sqs: Any = cloud.client("sqs")
        self._chance = random.Random(7)
        self._hour = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
        self._heard = self._subscribe()
        self._put(f"monitors/{ENDPOINT}.yaml", DOCUMENT.format(endpoint=ENDPOINT).encode())
        body = baseline_csv(people(self._chance, 2000))
        self._put(f"baselines/{ENDPOINT}/data_quality/input/people.csv", body)
        cloud.drain()

    def seconds(self, number: int, rows: int) -> float:
        """Each file has an hour of its own, so that every execution judges exactly one file."""
        hour = self._hour - timedelta(hours=number)
        body = capture_file(hour, people(self._chance, rows))
        folder = f"{ENDPOINT}/AllTraffic/{hour:%Y/%m/%d/%H}/"
        started = time.perf_counter()
        self._put(f"capture/{folder}00-00-000.jsonl", body)
        _until(
            lambda: self._s3.list_objects_v2(Bucket=self._cloud.bucket, Prefix=f"state/profiles/{folder}")["KeyCount"]
        )
        self._cloud.fire_schedule(f"{ENDPOINT}-data_quality", hour + timedelta(hours=1))
        _until(self._event)
        self._cloud.carry_metrics()
        _until(lambda: self._metric(hour))
        return time.perf_counter() - started

    def _event(self) -> bool:
        messages = self._sqs.receive_message(QueueUrl=self._heard, MaxNumberOfMessages=1).get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._heard, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)

    def _metric(self, hour: datetime) -> bool:
        answer = self._cloud.client("cloudwatch").get_metric_statistics(
            Namespace="aws/sagemaker/Endpoints/data-metrics",
            MetricName="rows",
            Dimensions=[
                {"Name": "Endpoint", "Value": ENDPOINT},
                {"Name": "MonitoringSchedule", "Value": f"{ENDPOINT}-data_quality"},
            ],
            StartTime=hour,
            EndTime=hour + timedelta(minutes=5),
            Period=300,
            Statistics=["Maximum"],
        )
        return bool(answer["Datapoints"])

    def _subscribe(self) -> str:
        url = str(self._sqs.create_queue(QueueName="verdicts")["QueueUrl"])
        arn = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self._sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        events = self._cloud.client("events")
        events.put_rule(Name="verdicts", EventPattern=json.dumps({"source": ["driftline"]}))
        events.put_targets(Rule="verdicts", Targets=[{"Id": "q", "Arn": arn}])
        return url

    def _put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._cloud.bucket, Key=key, Body=body)


def _until(happened: Callable[[], object]) -> None:
    """Raises TimeoutError."""
    give_up = time.monotonic() + GIVE_UP
    while not happened():
        if time.monotonic() > give_up:
            raise TimeoutError(f"nothing came within {GIVE_UP} s")
        time.sleep(POLL)
