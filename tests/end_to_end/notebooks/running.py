"""Somebody with a notebook, and what goes on around it: an endpoint that captures, people with labels, a schedule."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from driftline.domain.keys import hour_folder
from local.cloud import EmbeddedCloud
from tests.captures import csv_capture
from tests.end_to_end.endpoint import HOUR, Bucket
from tests.merging import label_file
from tests.places import REPOSITORY

SCHEDULED = HOUR + timedelta(hours=1)
QUIET = pytest.mark.filterwarnings("ignore::driftline.sagemaker.unused.UnusedArgumentWarning")
"""Notebooks choose roles and instances; what is said of these is tested in tests/unit/sagemaker."""

RESULTS = "results"
"""Where the bucket has results of analyses."""

REPORT = hour_folder(SCHEDULED)

type Row = tuple[str, str]
"""(input, output) of an inference, as CSV."""


class Around:
    """The world around a notebook that runs over the stack's bucket."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self._cloud = cloud
        self.bucket = Bucket(cloud)
        self.place = f"s3://{cloud.bucket}"

    def captures(self, endpoint: str, rows: Iterable[Row]) -> None:
        """The endpoint answers, once a second; inference ids are numbers."""
        lines = (
            csv_capture(HOUR + timedelta(seconds=number), output, given, f"{endpoint}-{number}")
            for number, (given, output) in enumerate(rows)
        )
        self.bucket.put(f"capture/{endpoint}/AllTraffic/{hour_folder(HOUR)}00-00-000-a.jsonl", b"".join(lines))

    def labels(self, endpoint: str, values: Sequence[object]) -> None:
        """What really happened, in the order of the inferences."""
        body = label_file((f"{endpoint}-{number}", str(value)) for number, value in enumerate(values))
        self.bucket.put(f"ground-truth/{endpoint}/{hour_folder(HOUR)}labels.jsonl", body)

    def transform(self, name: str, files: dict[str, bytes]) -> None:
        """A batch transform job writes its output files, and its data capture their manifest.

        Its `output_path` is below capture/, where the stack may read; no file is called as a capture file.
        """
        for file, body in files.items():
            self.bucket.put(f"capture/{name}/files/{file}", body)
        manifest = [{"prefix": f"{self.place}/capture/{name}/files/"}, *files]
        self.bucket.put(f"capture/{name}/output/{hour_folder(HOUR)}manifest.json", json.dumps(manifest))

    def data_set(self, file: Path) -> str:
        """A file in the user's part of the bucket; returns where."""
        key = f"baselines/_data/{file.name}"
        self.bucket.put(key, file.read_bytes())
        return f"{self.place}/{key}"

    def schedules(self, endpoint: str) -> list[str]:
        """Names of the stack's schedules for an endpoint; those of other notebooks are of other endpoints."""
        return sorted(name for name in self._cloud.schedules() if name.startswith(f"{endpoint}-"))

    def settle(self) -> None:
        """The stack has read everything."""
        self._cloud.drain()

    def hour_passes(self, endpoint: str, monitor: str) -> None:
        """The schedule fires at the end of the hour."""
        self.settle()
        self._cloud.fire_schedule(f"{endpoint}-{monitor}", SCHEDULED)
        self.settle()


def policies(bucket: str) -> list[str]:
    """What docs/reference/permissions.md gives somebody with a notebook, and then what Clarify's classes need besides."""
    page = (REPOSITORY / "docs/reference/permissions.md").read_text()
    section = page.split("## Notebooks with SageMaker's classes", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```json\n(.+?)```", section, re.DOTALL)
    assert len(blocks) == 2
    return [each.replace("<bucket>", bucket).replace("<results>", RESULTS) for each in blocks]
