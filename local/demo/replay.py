"""The demo's user of the cloud: uploads files, waits for the results, reads the reports."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.domain.executions.files import SUMMARY
from driftline.domain.ground_truth import keys
from driftline.domain.keys import (
    BASELINES,
    CAPTURE,
    REPORTS,
    baseline_folder,
    document_key,
    execution_key,
    parse_capture_key,
    profile_key,
    profiles_prefix,
    report_folder,
    source_digest,
    status_key,
)
from driftline.domain.keys import MONITORS as DOCUMENTS
from driftline.kinds.data_quality.rules.summary import parse_summary
from driftline.kinds.model_bias.rules.summary import parse_bias_summary
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.kinds.model_quality.rules.summary import parse_quality_summary
from driftline.presentation.headline import envelope_headline
from driftline.usecases.executions.revisions import Announced
from local import interruption
from local.cloud import EmbeddedCloud
from local.demo import DemoError
from local.demo.days import evaluated_at
from local.demo.endpoint import ENDPOINT, VARIANT, UploadedFile, capture_files, ground_truth_file
from local.demo.flights import Flight
from local.demo.monitor import DOCUMENT, GROUPS, INPUTS, MONITORS, QUALITY, edit_inputs, edit_quality
from local.demo.screen import DayVerdict, GroupsVerdict, InputVerdict, QualityVerdict
from local.emf import metric_data
from local.patience import PATIENCE_SECONDS

BASELINE_NAME = "january-and-february.csv"
_UPLOADS_AT_ONCE = 8
_LOOK_AGAIN_SECONDS = 0.1
_QUIET_ENOUGH = timedelta(days=2)
"""Longer than the settling time of a daily monitor, one and a half days."""

_FOLDERS = (DOCUMENTS, BASELINES, CAPTURE, keys.GROUND_TRUTH, REPORTS, "state/models/")
"""The files for users, and which models there were; the rest of state/ and merged/ can be made again from these."""

_ARRIVALS = ("ProfileQueueUrl", "MergeQueueUrl")
"""Stack outputs: the queues for uploads."""

MARK = ".driftline-demo"
"""Marks the demo's own output folder: only a folder with this file is replaced."""


@dataclass(frozen=True, slots=True)
class PredictedDay:
    """A day's flights with their predictions."""

    day: date
    flights: Sequence[Flight]
    predicted: NDArray[np.float64]


class Replay:
    """Drives one cloud."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self._cloud = cloud
        self._s3: Any = cloud.client("s3")
        self._schedules: Sequence[str] = ()
        self._sent: dict[date, Sequence[str]] = {}

    def configure(self) -> Sequence[str]:
        """Uploads the monitor document; returns the names of the created schedules."""
        self._put(document_key(ENDPOINT), DOCUMENT)
        status = json.loads(self._wait_for(status_key(ENDPOINT)))
        if status["status"] != "ok":
            raise DemoError(f"the demo's monitor document was refused: {status}")
        self._schedules = self._cloud.schedules()
        return self._schedules

    def suggest_baselines(self, inputs: bytes, quality: bytes, groups: bytes) -> float:
        """Uploads the baselines and edits the suggested constraints.

        Returns:
            The mean absolute error of the baseline, in minutes.
        """
        for monitor, data in ((INPUTS, inputs), (QUALITY, quality), (GROUPS, groups)):
            self._put(f"{baseline_folder(ENDPOINT, monitor)}input/{BASELINE_NAME}", data)
        for monitor in MONITORS:
            self._wait_for(f"{baseline_folder(ENDPOINT, monitor)}suggestion.json")  # written last
        self.edit_constraints()
        key = f"{baseline_folder(ENDPOINT, QUALITY)}statistics.json"
        return parse_baseline_quality(self._get(key), key).metrics["mae"].value

    def edit_constraints(self) -> None:
        """Edits constraints as a person would: those that were suggested, or that came with a new model."""
        for monitor, edit in ((INPUTS, edit_inputs), (QUALITY, edit_quality)):
            key = f"{baseline_folder(ENDPOINT, monitor)}constraints.json"
            self._put(key, edit(self._get(key)))

    def send(self, day: PredictedDay) -> None:
        """Uploads a day's capture files and the labels of the night, several at a time, as several senders would."""
        files = [*capture_files(day.flights, day.predicted), ground_truth_file(day.day, day.flights, prompt=True)]
        self._put_all(files)
        self._sent[day.day] = [file.key for file in files]

    def fire(self, day: date) -> None:
        """Waits until a day's files are processed, and fires the schedules in simulated time."""
        *captures, labels = self._sent[day]
        self._wait_until(lambda: self._profiled(captures) and self._known(labels), f"the profiles of {day}")
        # A message is in its queue until its function is done, including the labels of its captures.
        # Twice: the queues are checked one after the other, and a message may move in between.
        for _ in range(2):
            self._wait_until(lambda: not any(map(self._cloud.messages, _ARRIVALS)), f"the labels of {day}")
            time.sleep(_LOOK_AGAIN_SECONDS)
        for schedule in self._schedules:
            self._cloud.fire_schedule(schedule, evaluated_at(day))

    def verdict(self, day: date) -> DayVerdict:
        """Waits for the executions of a day and reads their reports."""
        for monitor in MONITORS:
            self._wait_for(execution_key(report_folder(ENDPOINT, monitor, evaluated_at(day))))
        return DayVerdict(day, self._inputs(day), self.quality(day))

    @property
    def retrained(self) -> bool:
        """Whether a pipeline has run."""
        return bool(self._cloud.executions)

    def let_people_know(self) -> None:
        """Waits until all alarms have reached people; a pipeline that an alarm started has run then."""
        self._cloud.drain()

    def let_time_pass(self, day: date, after: date | None) -> None:
        """Closes incidents that were quiet until the next day."""
        until = evaluated_at(day) + _QUIET_ENOUGH
        self._cloud.tick(until if after is None else min(until, evaluated_at(after) - timedelta(hours=1)))
        self._cloud.drain()

    def send_late_labels(self, day: PredictedDay) -> None:
        """Uploads the labels that arrive two days later. No schedule fires: the window is evaluated again by itself."""
        self._put_all([ground_truth_file(day.day, day.flights, prompt=False)])

    def quality(self, day: date) -> QualityVerdict:
        """The newest verdict on the predictions of a day."""
        folder = report_folder(ENDPOINT, QUALITY, evaluated_at(day))
        revision = Announced.model_validate_json(self._get(execution_key(folder))).revision
        summary = parse_quality_summary(self._get(folder + SUMMARY), folder + SUMMARY)
        [mae] = (metric for metric in summary.body.metrics if metric.name == "mae")
        return QualityVerdict(
            revision=revision,
            coverage=summary.coverage or 0.0,
            error=mae.value,
            interval=mae.interval,
            violated=bool(summary.violations),
        )

    def groups(self, day: date) -> GroupsVerdict:
        """The newest verdict on how the groups of a day fare."""
        key = report_folder(ENDPOINT, GROUPS, evaluated_at(day)) + SUMMARY
        summary = parse_bias_summary(self._get(key), key)
        return GroupsVerdict(
            judged=summary.evaluated_rows > 0, said=envelope_headline(summary), violated=bool(summary.violations)
        )

    def _inputs(self, day: date) -> InputVerdict:
        key = report_folder(ENDPOINT, INPUTS, evaluated_at(day)) + SUMMARY
        summary = parse_summary(self._get(key), key)
        worst = summary.headline
        return InputVerdict(
            rows=summary.rows,
            violations=len(summary.violations),
            worst_drift=worst.value if worst else None,
            worst_feature=worst.subject if worst else None,
        )

    def published(self) -> Counter[tuple[str, str]]:
        """How many values were published, by (namespace, name of the metric): read from run_monitor's log."""
        lines = self._cloud.logs("run_monitor")
        return Counter((namespace, datum["MetricName"]) for line in lines for namespace, datum in metric_data(line))

    def save(self, folder: Path) -> None:
        """Saves the files for users; the folder is complete or does not exist."""
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

    def _known(self, labels: str) -> bool:
        """Whether a ground truth file has begun to be matched."""
        hour, digest = keys.parse_ground_truth_key(labels).hour, source_digest(None, labels)
        key = keys.open_labels_key(ENDPOINT, hour, digest)
        return key in self._keys(key)

    def _profiled(self, captures: Sequence[str]) -> bool:
        """Whether every capture file has a profile for its hour."""
        hours = {parse_capture_key(key).hour: key for key in captures}
        wanted = {profile_key(ENDPOINT, VARIANT, hour, source_digest(None, key)) for hour, key in hours.items()}
        # The last hours usually arrive last: while their date is incomplete, earlier dates need not be listed.
        dates = sorted({profiles_prefix(ENDPOINT, VARIANT, hour).rsplit("/", 2)[0] + "/" for hour in hours})
        for date_folder in reversed(dates):
            if not {key for key in wanted if key.startswith(date_folder)}.issubset(self._keys(date_folder)):
                return False
        return True

    def _put_all(self, files: Sequence[UploadedFile]) -> None:
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as uploads:
            for _ in uploads.map(lambda file: self._put(file.key, file.body), files):
                pass

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
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not arrived():
            interruption.check()
            if time.monotonic() > give_up:
                raise DemoError(
                    f"{what} did not appear. The end of the cloud's log:\n{self._cloud.server_log()[-3000:]}"
                )
            time.sleep(_LOOK_AGAIN_SECONDS)
