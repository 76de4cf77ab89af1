"""From the creation of a capture file to a Slack message about it, on the embedded cloud, roles enforced.

The way is all of it: profile, execution, signal, alarm, topic, queue, notify_operator, an HTTP request to a receiver
that plays Slack. Alarms are evaluated at once here; CloudWatch does it once a minute, which comes on top in AWS, as
does `RunDelaySeconds`.
"""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.people import DOCUMENT, baseline_csv, capture_file, people
from bench.results import Limit, Options, Row
from local.cloud import EmbeddedCloud
from local.webhook import WebhookReceiver

LIMIT = Limit(60, 10, "s")
ENDPOINTS = 8
ROWS = 500
GIVE_UP = 60  # seconds


def run(options: Options) -> Iterator[Row]:
    """Each endpoint has one incident; the first one starts the functions."""
    rows = options.rows or ROWS
    hour = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    chance = random.Random(7)
    names = [f"noisy-{number}" for number in range(ENDPOINTS + 1)]
    with WebhookReceiver() as slack, EmbeddedCloud(clock=hour) as cloud:
        channel = {"kind": "slack", "webhook_url": f"{slack.url}/services/bench"}
        cloud.client("ssm").put_parameter(
            Name="/driftline/driftline/channels/slack", Type="SecureString", Value=json.dumps(channel)
        )
        s3 = cloud.client("s3")
        for name in names:
            s3.put_object(Bucket=cloud.bucket, Key=f"monitors/{name}.yaml", Body=DOCUMENT.format(endpoint=name))
            key = f"baselines/{name}/data_quality/input/people.csv"
            s3.put_object(Bucket=cloud.bucket, Key=key, Body=baseline_csv(people(chance, 2000)))
        cloud.drain()
        seconds = []
        for told, name in enumerate(names, 1):
            body = capture_file(hour, people(chance, rows, years_older=20))
            created = time.perf_counter()
            key = f"capture/{name}/AllTraffic/{hour:%Y/%m/%d/%H}/00-00-000.jsonl"
            s3.put_object(Bucket=cloud.bucket, Key=key, Body=body)
            # As an operator's schedule would: when the hour is over, not when the file is profiled.
            cloud.drain()
            cloud.fire_schedule(f"{name}-data_quality", hour + timedelta(hours=1))
            if len(slack.wait_for(told, seconds=GIVE_UP)) < told:
                raise TimeoutError(f"no message about {name} within {GIVE_UP} s")
            seconds.append(time.perf_counter() - created)
    cold, warm = seconds[0], sorted(seconds[1:])
    detail = f"{ENDPOINTS} incidents, {rows} rows each, median {warm[len(warm) // 2]:.2f} s"
    yield Row("object created → Slack message, slowest", LIMIT, warm[-1], detail)
    yield Row("the same with cold functions", LIMIT, cold, "first incident after the deployment")
