"""How long the pages of an execution wait for their objects, when each request takes as long as one of S3's.

Twenty executions before this one are in its trends, and ninety of each of two monitors on the endpoint's page. The same
work is done once more through a store that answers one request after the other.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from threading import Lock
from time import perf_counter, sleep

from bench.results import Limit, Row
from driftline.domain.executions.place import parse_place
from driftline.domain.instants import format_instant
from driftline.domain.keys import overview_record_key, report_folder
from driftline.domain.windows import HOUR
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.past_executions import PAST
from driftline.usecases.pages.overview_records import NEWEST, keep_record
from driftline.usecases.pages.render_overview import render_pages
from driftline.usecases.pages.render_report import RenderedReport, render_report
from driftline.usecases.ports import ObjectSummary, StoredObject
from tests.fakes import InMemoryStore
from tests.fleets import NoIndex
from tests.reporting import MADE, made_store

REQUEST = 0.02
"""Seconds of one request: S3's first byte of a small object comes after 10 to 30 ms."""

WALL = Limit(2.0, 1.0, "s")
GAIN = Limit(1.5, 3.0, "x faster", more_is_better=True)
"""Ninety records are one request, so there is less to do at once than there was."""
_MONITORS = ("data_quality", "model_quality")


class DistantStore(InMemoryStore):
    """Answers after a while; one request after the other, if asked.

    Attributes:
        requests: How many there were. A listing counts once: all of them fit on a page.
    """

    def __init__(self, objects: dict[str, bytes], *, one_by_one: bool) -> None:
        super().__init__(objects=objects)
        self.requests = 0
        self._turn = Lock() if one_by_one else nullcontext()
        self._counting = Lock()

    def get(self, key: str) -> StoredObject:
        self._wait()
        return super().get(key)

    def etag(self, key: str) -> str | None:
        self._wait()
        return super().etag(key)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._wait()
        super().put(key, body, content_type=content_type)

    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        self._wait()
        return iter([*super().list(prefix)])

    def folders(self, prefix: str) -> Sequence[str]:
        self._wait()
        return super().folders(prefix)

    def _wait(self) -> None:
        with self._counting:
            self.requests += 1
        with self._turn:
            sleep(REQUEST)


def run() -> Iterator[Row]:
    objects = _objects()
    together, alone = (DistantStore(dict(objects), one_by_one=each) for each in (False, True))
    _seconds(InMemoryStore(objects=dict(objects)))  # The first one reads the templates, too.
    seconds, slow = _seconds(together), _seconds(alone)
    name = f"an execution's two pages, {REQUEST * 1000:g} ms a request"
    yield Row(f"{name}: wall time", WALL, seconds, f"{together.requests} requests")
    yield Row(f"{name}: against one request after the other", GAIN, slow / seconds, f"{slow:.1f} s")


def _seconds(store: InMemoryStore) -> float:
    before = perf_counter()
    _render(store)
    return perf_counter() - before


def _render(store: InMemoryStore) -> RenderedReport:
    rendered = render_report(store, MADE, kinds=KINDS)
    keep_record(store, rendered.report, rendered.inputs.baseline)
    render_pages(store, rendered.report.outcome.place.endpoint, kinds=KINDS, index=NoIndex())
    return rendered


def _objects() -> dict[str, bytes]:
    """An execution of thirty features after many hourly ones, among other endpoints."""
    store = made_store([f"feature_{i}" for i in range(30)], [f"category {i}" for i in range(60)])
    place = parse_place(MADE)
    summary = store.objects[f"{MADE}summary.json"]
    for hour in range(1, 2 * PAST):
        folder = report_folder(place.endpoint, place.monitor, place.scheduled - hour * HOUR)
        store.objects[f"{folder}summary.json"] = summary
    _render(store)
    record = json.loads(store.objects[overview_record_key(place.endpoint, place.monitor, place.scheduled)])
    for monitor in _MONITORS:
        for hour in range(NEWEST):
            scheduled = place.scheduled - timedelta(hours=hour)
            folder = report_folder(place.endpoint, monitor, scheduled)
            told = record | {"monitor": monitor, "scheduled": format_instant(scheduled), "folder": folder}
            key = overview_record_key(place.endpoint, monitor, scheduled)
            store.objects[key] = json.dumps(told).encode()
    _render(store)  # as the execution before this one left it
    newest = overview_record_key(place.endpoint, place.monitor, place.scheduled)
    store.objects[newest] = store.objects[newest].replace(b'"rows":', b'"rows":1', 1)
    return store.objects
