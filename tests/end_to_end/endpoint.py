"""A made-up endpoint: what it captures, what its baseline is, and how it is watched."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from local.cloud import EmbeddedCloud

HOUR = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
"""The hour whose inferences are judged at its end. Recent, because CloudWatch takes no metrics of long ago."""

COUNTRIES = ("de", "fr", "it", "se")


def document(endpoint: str) -> str:
    return f"""\
endpoint: {endpoint}
columns: {{output: [score], input: [age, country]}}
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
    window: {{start_offset: -PT1H, end_offset: PT0H}}
    metrics: top
"""


def rows(count: int, *, seed: int, years_older: float = 0) -> list[tuple[float, float, str]]:
    """(score, age, country) of so many people."""
    chance = random.Random(seed)
    people = [(chance.gauss(40, 9) + years_older, chance.choice(COUNTRIES)) for _ in range(count)]
    return [(round(age / 100 + chance.gauss(0, 0.05), 4), round(age, 1), country) for age, country in people]


def baseline_csv(data: Sequence[tuple[float, float, str]]) -> bytes:
    lines = ["score,age,country", *(f"{score},{age},{country}" for score, age, country in data)]
    return ("\n".join(lines) + "\n").encode()


def capture_file(data: Sequence[tuple[float, float, str]], first: datetime = HOUR) -> bytes:
    """JSON Lines as SageMaker captures them, one row a second."""
    return b"".join(
        json.dumps(
            {
                "captureData": {
                    "endpointInput": {
                        "observedContentType": "text/csv",
                        "mode": "INPUT",
                        "data": f"{age},{country}",
                        "encoding": "CSV",
                    },
                    "endpointOutput": {
                        "observedContentType": "text/csv; charset=utf-8",
                        "mode": "OUTPUT",
                        "data": f"{score}",
                        "encoding": "CSV",
                    },
                },
                "eventMetadata": {
                    "eventId": f"00000000-0000-4000-8000-{number:012d}",
                    "inferenceTime": (first + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
                "eventVersion": "0",
            }
        ).encode()
        + b"\n"
        for number, (score, age, country) in enumerate(data)
    )


def capture_key(endpoint: str, name: str = "00-00-000-2f5a9d0c-6d5e-4b0b-9b93-6f4f9a1f7c11.jsonl") -> str:
    return f"capture/{endpoint}/AllTraffic/{HOUR:%Y/%m/%d/%H}/{name}"


class Bucket:
    """The stack's bucket, in the words of the tests."""

    def __init__(self, cloud: EmbeddedCloud, name: str = "") -> None:
        self._s3 = cloud.client("s3")
        self._name = name or cloud.bucket

    def put(self, key: str, body: bytes | str) -> None:
        self._s3.put_object(Bucket=self._name, Key=key, Body=body if isinstance(body, bytes) else body.encode())

    def get(self, key: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=self._name, Key=key)["Body"].read())

    def json(self, key: str) -> Any:
        return json.loads(self.get(key))

    def everything(self, prefix: str) -> dict[str, bytes]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        return {entry["Key"]: self.get(entry["Key"]) for page in pages for entry in page.get("Contents", [])}


def watch(cloud: EmbeddedCloud, endpoint: str) -> Bucket:
    """An endpoint with a monitor and a baseline of a thousand rows."""
    bucket = Bucket(cloud)
    bucket.put(f"monitors/{endpoint}.yaml", document(endpoint))
    bucket.put(f"baselines/{endpoint}/data_quality/input/people.csv", baseline_csv(rows(1000, seed=1)))
    cloud.drain()
    return bucket


def reports_folder(endpoint: str, scheduled: datetime = HOUR + timedelta(hours=1)) -> str:
    return f"reports/{endpoint}/data_quality/{scheduled:%Y/%m/%d/%H}/"
