"""The demo's user of the cloud: uploads files, waits for what events make of them, reads the reports."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.domain import layout
from driftline.domain.data_quality.summary import Summary, parse_summary
from local.cloud import EmbeddedCloud
from local.demo import DemoError
from local.demo.days import judged_at
from local.demo.endpoint import ENDPOINT, VARIANT, CaptureFile, capture_files
from local.demo.flights import Flight
from local.demo.model import mean_error
from local.demo.monitor import DOCUMENT, MONITOR, edit_constraints
from local.demo.screen import DayVerdict
from local.emf import metric_data

BASELINE_NAME = "january-and-february.csv"
_UPLOADS_AT_ONCE = 8
_PATIENCE_SECONDS = 120.0
_LOOK_AGAIN_SECONDS = 0.1
_FOLDERS = (layout.MONITORS, layout.BASELINES, layout.CAPTURE, layout.REPORTS)
"""What a user looks at; state/ can be made again from these."""

MARK = ".driftline-demo"
"""A file in the demo's own output folder: only a folder that has it is replaced."""


@dataclass(frozen=True, slots=True)
class PredictedDay:
    """A day's flights with what the model said about each."""

    day: date
    flights: Sequence[Flight]
    predicted: NDArray[np.float64]


class Replay:
    """Drives one cloud."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self._cloud = cloud
        self._s3: Any = cloud.client("s3")

    def configure(self) -> str:
        """Uploads the monitor document; gives the name of the schedule that came of it."""
        self._put(layout.document_key(ENDPOINT), DOCUMENT)
        status = json.loads(self._wait_for(layout.status_key(ENDPOINT)))
        if status["status"] != "ok":
            raise DemoError(f"the demo's monitor document was refused: {status}")
        [schedule] = self._cloud.schedules()
        return schedule

    def suggest_baseline(self, data: bytes) -> None:
        """Uploads the baseline and edits the constraints that were suggested."""
        folder = layout.baseline_folder(ENDPOINT, MONITOR)
        self._put(f"{folder}input/{BASELINE_NAME}", data)
        self._wait_for(f"{folder}statistics.json")
        suggested = self._wait_for(f"{folder}constraints.json")
        self._put(f"{folder}constraints.json", edit_constraints(suggested))

    def upload(self, day: PredictedDay) -> Sequence[CaptureFile]:
        """Puts a day's capture files, several at a time, as an endpoint with several instances does."""
        files = capture_files(day.flights, day.predicted)
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as uploads:
            for _ in uploads.map(lambda file: self._put(file.key, file.body), files):
                pass
        return files

    def judge(self, day: PredictedDay, files: Sequence[CaptureFile], schedule: str) -> DayVerdict:
        """Waits for the day's profiles, fires the schedule in simulated time, and reads the report."""
        self._wait_until(lambda: self._profiled(files), f"the profiles of {day.day}")
        scheduled = judged_at(day.day)
        self._cloud.fire_schedule(schedule, scheduled)
        key = f"{layout.report_folder(ENDPOINT, MONITOR, scheduled)}summary.json"
        summary = parse_summary(self._wait_for(key), key)
        return _verdict(day, summary)

    def published(self) -> Counter[tuple[str, str]]:
        """How many values were published, by (namespace, name of the metric): read from run_monitor's log."""
        lines = self._cloud.logs("run_monitor")
        return Counter((namespace, datum["MetricName"]) for line in lines for namespace, datum in metric_data(line))

    def save(self, folder: Path) -> None:
        """Copies what a user looks at; the folder is complete or it is not there."""
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            for prefix in _FOLDERS:
                for key in self._keys(prefix):
                    path = unfinished / key
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(self._get(key))
            (unfinished / MARK).touch()
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _profiled(self, files: Sequence[CaptureFile]) -> bool:
        """Whether every file has a profile of the hour that it lies in."""
        hours = {layout.parse_capture_key(file.key).hour: file.key for file in files}
        wanted = {
            layout.profile_key(ENDPOINT, VARIANT, hour, layout.source_digest(None, key)) for hour, key in hours.items()
        }
        # The last hours come last, most often: while their date is incomplete, the date before need not be listed.
        dates = sorted({layout.profiles_prefix(ENDPOINT, VARIANT, hour).rsplit("/", 2)[0] + "/" for hour in hours})
        for date_folder in reversed(dates):
            if not {key for key in wanted if key.startswith(date_folder)}.issubset(self._keys(date_folder)):
                return False
        return True

    def _put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._cloud.bucket, Key=key, Body=body)

    def _get(self, key: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=self._cloud.bucket, Key=key)["Body"].read())

    def _keys(self, prefix: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._cloud.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def _wait_for(self, key: str) -> bytes:
        self._wait_until(lambda: key in self._keys(key), key)
        return self._get(key)

    def _wait_until(self, arrived: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not arrived():
            if time.monotonic() > give_up:
                raise DemoError(f"{what} did not appear. The cloud's log ends:\n{self._cloud.server_log()[-3000:]}")
            time.sleep(_LOOK_AGAIN_SECONDS)


def _verdict(day: PredictedDay, summary: Summary) -> DayVerdict:
    worst = summary.worst_drift
    return DayVerdict(
        day=day.day,
        rows=summary.rows,
        violations=len(summary.violations),
        worst_drift=worst.value if worst else None,
        worst_feature=worst.feature if worst else None,
        checks=[f"{each.feature} {_CHECKS.get(each.check, each.check)}" for each in summary.violations],
        error=mean_error(day.flights, day.predicted),
    )


_CHECKS = {"baseline_drift_check": "drifts", "completeness_check": "is incomplete"}
"""Checks in the words of a table."""
