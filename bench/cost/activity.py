"""What an hour of an endpoint makes the functions do: the real use cases run over a store that counts.

The endpoint has ten columns. Each hour brings a capture file a minute and a ground truth file; each monitor evaluates
it; the pages are rendered; the hourly check looks.
"""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from bench.cost.counting import CountingStore, Requests
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.documents.parse import parse_document
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import format_instant
from driftline.domain.keys import (
    INDEX_READ,
    REPORTS,
    document_key,
    hour_folder,
    index_line_key,
    overview_now_key,
    status_key,
)
from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.domain.windows import HOUR
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_capture, take_labels
from driftline.usecases.arrivals.take_sweep import sweep_endpoint
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.freshness.check_freshness import check_freshness
from driftline.usecases.pages.render_execution import render_execution
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import INDEX
from tests.captures import csv_capture
from tests.executing import suggest_in
from tests.explaining import at_once
from tests.fakes import (
    PublishedMetrics,
    RecordingAgeAlarms,
    RecordingConfigurations,
    RecordingEvents,
    RecordingMetrics,
    RecordingReruns,
    only,
)
from tests.tables import TABLES

ENDPOINT = "shop"
FILES = 60
"""Capture files an hour."""

HISTORY = 36
"""Hours before the counted one. Pages list up to 90 executions; the rest of them is 0.04 USD a month."""

MODEL_QUALITY = """\
  model_quality:
    schedule: cron(0 * ? * * *)
    window: {start_offset: -PT2H, end_offset: -PT1H}
    problem_type: Regression
    inference_attribute: c0
    ground_truth_attribute: label
"""
"""Labels of an hour arrive during the next one, so each window is evaluated once."""

_START = datetime(2026, 3, 1, tzinfo=UTC)
_COLUMNS = 10
_ROWS = 5  # of a file: their number changes no request


@dataclass(frozen=True, slots=True)
class Activity:
    """The work of an hour of one endpoint.

    Attributes:
        captures: All capture files together.
        labels: The ground truth file.
        sweep: One look at waiting labels; there are four a day.
        executions: All monitors together.
        pages: Of all executions, but for that of all endpoints.
        index: The page of all endpoints, once; the fleet's.
        check: The hourly check's part of the endpoint.
        events: That executions publish.
        metrics: Published in an hour for people, names and dimensions apart.
        signals: The same for alarms and dashboards.
        alarms: In CloudWatch.
    """

    captures: Requests
    labels: Requests
    sweep: Requests
    executions: Requests
    pages: Requests
    index: Requests
    check: Requests
    events: int
    metrics: int
    signals: int
    alarms: int

    @property
    def requests(self) -> Requests:
        """Of an hour, with its part of the sweeps."""
        return self.captures + self.labels + self.sweep * (1 / 6) + self.executions + self.pages + self.check


def an_hour(
    *, model_quality: bool = False, endpoints: int = 1, defaults: StackDefaults = SHIPPED, history: int = HISTORY
) -> Activity:
    """The hour after the history.

    Args:
        endpoints: That the index page lists.
        defaults: They decide what is published, and hardly anything else.
    """
    lived, hour = _lived(SHIPPED, model_quality=model_quality, history=history)
    if endpoints > 1:
        hour = replace(hour, index=lived.index_among(endpoints))
    if defaults != SHIPPED:
        _, published = _lived(defaults, model_quality=model_quality, history=1)
        hour = replace(hour, metrics=published.metrics, signals=published.signals)
    return hour


@cache
def _lived(defaults: StackDefaults, *, model_quality: bool, history: int) -> "tuple[_Endpoint, Activity]":
    """The last hour of the history is as the counted one, whose labels are about it."""
    endpoint = _Endpoint(defaults, model_quality=model_quality)
    for hour in range(history):
        endpoint.live(_START + hour * HOUR, files=FILES if hour == history - 1 else 1)
    return endpoint, endpoint.live(_START + history * HOUR, files=FILES)


class _Elsewhere:
    """Requests for the page of all endpoints, which is counted by itself."""

    def request(self) -> None:
        pass


class _Endpoint:
    def __init__(self, defaults: StackDefaults, *, model_quality: bool) -> None:
        self._defaults = defaults
        self._labelled = model_quality
        self._folders: list[str] = []
        self._chance = random.Random(1)
        self._store = store = CountingStore()
        names = ", ".join(f"c{column}" for column in range(1, _COLUMNS))
        text = f"endpoint: {ENDPOINT}\ncolumns: {{output: [c0], input: [{names}]}}\nmonitors:\n  data_quality: {{}}\n"
        text += MODEL_QUALITY if model_quality else ""
        key = document_key(ENDPOINT)
        self._document = parse_document(text, where=key, model=KINDS.document)
        store.put(key, text.encode())
        status = MonitorStatus(
            endpoint=ENDPOINT,
            status="ok",
            key=key,
            etag="e",
            dashboard="d" if defaults.dashboard_of(self._document) else None,
            spread_minutes=defaults.spread_minutes,
            document=self._document.model_dump(mode="json", exclude_none=True),
        )
        store.put(status_key(ENDPOINT), status.to_bytes())
        for name in self._document.monitors.by_name():
            columns = [f"c{column}" for column in range(_COLUMNS)] + (["label"] if name == "model_quality" else [])
            rows = [",".join(self._row(len(columns))) for _ in range(500)]
            store.put(f"baselines/{ENDPOINT}/{name}/input/data.csv", "\n".join([",".join(columns), *rows]).encode())
            suggest_in(store, ENDPOINT, name)

    def _row(self, columns: int = _COLUMNS) -> list[str]:
        return [f"{self._chance.gauss(10, 2):.3f}" for _ in range(columns)]

    def index_among(self, endpoints: int) -> Requests:
        """The page of so many endpoints, all of which have a new line since it was made."""
        store, line = self._store, self._store.objects[index_line_key(ENDPOINT)]
        names = [ENDPOINT, *(f"{ENDPOINT}-{other}" for other in range(1, endpoints))]
        for name in names:
            for key in (overview_now_key(name), index_line_key(name)):
                store.objects[key] = line.replace(f'"{ENDPOINT}"'.encode(), f'"{name}"'.encode())
        store.objects.pop(INDEX_READ, None)
        store.objects.pop(f"{REPORTS}{INDEX}", None)
        before = store.requests
        render_index_page(store, kinds=KINDS)
        found = store.requests - before
        for name in names[1:]:
            for key in (overview_now_key(name), index_line_key(name)):
                del store.objects[key]
        return found

    def live(self, hour: datetime, *, files: int) -> Activity:
        store, end = self._store, hour + HOUR
        metrics, signals, events = RecordingMetrics(), RecordingMetrics(), RecordingEvents()
        work: dict[str, Requests] = {}

        def counted(what: str, before: Requests) -> None:
            work[what] = work.get(what, Requests()) + (store.requests - before)

        for number in range(files):
            key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(hour)}{number:02}-00-000-a.jsonl"
            store.objects[key] = self._capture(hour + number * timedelta(minutes=1))
            before = store.requests
            take_capture(
                key,
                capture=store,
                state=store,
                reruns=RecordingReruns(),
                arrived=end,
                stores=only(store),
                scripts=None,  # type: ignore[arg-type]  # the document names none
                tables=TABLES,
                kinds=KINDS,
            )
            counted("captures", before)
        if self._labelled:
            self._labels(hour, files, metrics, counted)
        self._folders = []
        for name in self._document.monitors.by_name():
            before = store.requests
            request = ExecutionRequest(endpoint=ENDPOINT, monitor=name, scheduled_time=end, trigger="schedule")
            execution = run_monitor(
                request,
                store=store,
                metrics=_Sorted(metrics, signals),
                events=events,
                stores=only(store),
                scripts=None,  # type: ignore[arg-type]  # as above
                tables=TABLES,
                signals_namespace=_SIGNALS,
                kinds=KINDS,
                explaining=at_once(store),
                defaults=self._defaults,
            )
            self._folders.append(execution.folder)
            counted("executions", before)
        for folder in self._folders:
            before = store.requests
            render_execution(store, folder, kinds=KINDS, index=_Elsewhere())
            counted("pages", before)
        before = store.requests
        check_freshness(
            end,
            store=store,
            metrics=_Sorted(metrics, signals),
            alarms=RecordingAgeAlarms(),
            configurations=RecordingConfigurations(),
            namespace=_SIGNALS,
            kinds=KINDS,
            defaults=self._defaults,
        )
        counted("check", before)
        return Activity(
            captures=work["captures"],
            labels=work.get("labels", Requests()),
            sweep=work.get("sweep", Requests()),
            executions=work["executions"],
            pages=work["pages"],
            index=self.index_among(1),
            check=work["check"],
            events=len(events.published),
            metrics=len(_names(metrics.published)),
            signals=len(_names(signals.published)),
            alarms=len(wanted_alarms(self._document)),
        )

    def _labels(self, hour: datetime, files: int, metrics: RecordingMetrics, counted: "Counted") -> None:
        """Those of the hour before, in a file; and a sweep."""
        store, before_last = self._store, hour - HOUR
        ids = [self._id(before_last + n * timedelta(minutes=1), row) for n in range(files) for row in range(_ROWS)]
        key = f"ground-truth/{ENDPOINT}/{hour_folder(hour)}labels.jsonl"
        store.objects[key] = b"".join(_label(each, *self._row(1)) for each in ids)
        before = store.requests
        take_labels(
            key,
            store=store,
            tables=TABLES,
            reruns=RecordingReruns(),
            metrics=metrics,
            arrived=hour + HOUR,
            kinds=KINDS,
        )
        counted("labels", before)
        before = store.requests
        sweep_endpoint(ENDPOINT, hour + HOUR, store=store, tables=TABLES, kinds=KINDS)
        counted("sweep", before)

    def _capture(self, minute: datetime) -> bytes:
        lines = []
        for row in range(_ROWS):
            output, *given = self._row()
            at = minute + row * timedelta(seconds=10)
            lines.append(csv_capture(at, output, ",".join(given), self._id(minute, row)))
        return b"".join(lines)

    @staticmethod
    def _id(minute: datetime, row: int) -> str:
        return f"{format_instant(minute)}-{row}"


_SIGNALS = "Driftline/stack"

type Counted = Callable[[str, Requests], None]


class _Sorted:
    """Metrics for people and signals apart."""

    def __init__(self, metrics: RecordingMetrics, signals: RecordingMetrics) -> None:
        self._metrics, self._signals = metrics, signals

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        into = self._signals if namespace == _SIGNALS else self._metrics
        into.publish(namespace, metrics, timestamp)


def _names(published: Iterable[PublishedMetrics]) -> set[tuple[object, ...]]:
    """What CloudWatch counts as one metric."""
    return {
        (each.namespace, metric.name, *sorted(metric.dimensions.items()))
        for each in published
        for metric in each.metrics
    }


def _label(inference: str, value: str) -> bytes:
    line = {
        "groundTruthData": {"data": value, "encoding": "CSV"},
        "eventMetadata": {"eventId": inference},
        "eventVersion": "0",
    }
    return json.dumps(line).encode() + b"\n"
