"""Hours of captures and labels that were in the bucket before anything heard of them."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from local.cloud import EmbeddedCloud
from tests.end_to_end.endpoint import HOUR, baseline_csv, capture_file, rows
from tests.merging import label_file

HOURS = 2
PAST = HOUR - timedelta(days=40)
END = PAST + HOURS * timedelta(hours=1)
ROWS = 30
"""Of each of the two capture files of an hour."""


def inputs(endpoint: str) -> Mapping[str, bytes]:
    """Keys and bytes: one of the capture files is damaged."""
    labels = random.Random(5)
    found = {
        f"monitors/{endpoint}.yaml": _document(endpoint),
        f"baselines/{endpoint}/data_quality/input/people.csv": baseline_csv(rows(500, seed=1)),
        f"capture/{endpoint}/AllTraffic/{PAST:%Y/%m/%d/%H}/damaged.jsonl": b"{not a record\n",
    }
    for number in range(HOURS):
        hour = PAST + timedelta(hours=number)
        folder = f"{hour:%Y/%m/%d/%H}"
        for part in range(2):
            captured = capture_file(rows(ROWS, seed=10 * number + part), hour + timedelta(minutes=20 * part))
            # An event's id is its number: others in every file.
            found[f"capture/{endpoint}/AllTraffic/{folder}/{part}.jsonl"] = captured.replace(
                b"-4000-8000-", f"-4{number}{part}0-8000-".encode()
            )
        truth = [
            (f"00000000-0000-4{number}{part}0-8000-{row:012d}", f"{labels.random():.3f}")
            for part in range(2)
            for row in range(ROWS - 5)
        ]
        found[f"ground-truth/{endpoint}/{folder}/truth.jsonl"] = label_file(truth)
    return found


def _document(endpoint: str) -> bytes:
    return f"""\
endpoint: {endpoint}
columns: {{output: [score], input: [age, country]}}
monitors:
  data_quality: {{schedule: cron(0 * ? * * *), alarms: [{{metric: violations}}]}}
  model_quality: {{schedule: cron(0 * ? * * *), problem_type: Regression, inference_attribute: score}}
""".encode()


@contextmanager
def nobody_listening(cloud: EmbeddedCloud) -> Iterator[None]:
    """The stack's bucket sends no events."""
    s3 = cloud.client("s3")
    s3.put_bucket_notification_configuration(Bucket=cloud.bucket, NotificationConfiguration={})
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(
            Bucket=cloud.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
