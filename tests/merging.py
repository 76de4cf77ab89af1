"""A small endpoint with captures and ground truth, and the same join in a dozen lines of plain Python."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.instants import format_instant, parse_instant
from driftline.domain.keys import hour_folder
from driftline.domain.windows import HOUR, Window, floor_to
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.ground_truth.merged_window import MergedWindow, load_merged
from driftline.usecases.ports import ObjectStore, ObjectSummary, StoredObject, Stores
from tests.fakes import InMemoryStore, only
from tests.tables import TABLES

START = datetime(2026, 3, 1, 22, tzinfo=UTC)
ENDPOINT = "shop"
DELAY = timedelta(days=3)


@dataclass(frozen=True)
class Inference:
    """One captured invocation with one or several rows."""

    id: str
    time: datetime
    rows: int = 1
    note: str = ""
    named: bool = True

    def line(self) -> str:
        rows = range(self.rows)
        data = {
            "endpointInput": "\n".join(f"{self.id},{self.note}{row}" for row in rows),
            "endpointOutput": "\n".join(f"0.{row}" for row in rows),
        }
        sides = {
            side: {"observedContentType": "text/csv", "mode": side[8:].upper(), "data": text, "encoding": "CSV"}
            for side, text in data.items()
        }
        event = {"eventId": f"event-of-{self.id}{self.note}" if self.named else self.id}
        if self.named:
            event["inferenceId"] = self.id
        event["inferenceTime"] = format_instant(self.time)
        return json.dumps({"captureData": sides, "eventMetadata": event, "eventVersion": "0"}, separators=(",", ":"))


def capture_file(inferences: Iterable[Inference]) -> bytes:
    return "".join(inference.line() + "\n" for inference in inferences).encode()


def label_file(labels: Iterable[tuple[str, str]]) -> bytes:
    """(id, data) pairs as SageMaker's ground truth records."""
    return "".join(
        json.dumps(
            {
                "groundTruthData": {"data": data, "encoding": "CSV"},
                "eventMetadata": {"eventId": id_},
                "eventVersion": "0",
            }
        )
        + "\n"
        for id_, data in labels
    ).encode()


def capture_key(name: str, hour: datetime = START, variant: str = "AllTraffic") -> str:
    return f"capture/{ENDPOINT}/{variant}/{hour_folder(hour)}{name}.jsonl"


def label_key(name: str, hour: datetime = START) -> str:
    return f"ground-truth/{ENDPOINT}/{hour_folder(hour)}{name}.jsonl"


@dataclass(frozen=True)
class Merged:
    """What is there at rest: all merged lines, the rows of the table, and captured rows of the hours with labels."""

    lines: frozenset[str]
    rows: frozenset[tuple[object, ...]]
    captured: int


def load(store: ObjectStore, window: Window, *, endpoint: str = ENDPOINT, stores: Stores | None = None) -> MergedWindow:
    """The merged records of a window, as its evaluation reads them."""
    return load_merged(
        store, endpoint, window, captures=CaptureFiles(store, store, stores or only(store)), tables=TABLES
    )


def merged_in(store: ObjectStore, window: Window) -> Merged:
    loaded = load(store, window)  # this makes the lines, and removes those of withdrawn labels
    found = [line for o in store.list("merged/") for line in store.get(o.key).body.decode().splitlines()]
    columns = ["inference_id", "event_id", "row", "input[0]", "input[1]", "label"]
    rows = [
        row
        for hour in loaded.hours
        for batch in loaded.batches(columns, hour)
        for row in zip(*batch.values(), strict=True)
    ]
    assert len(found) == len(set(found)), "a record was merged twice"
    assert len(rows) == len(set(rows)) == loaded.coverage.labelled_rows
    captured = sum(slot.rows for hour in loaded.hours if hour.rows for slot in hour.slots.values())
    assert loaded.coverage.rows >= captured
    return Merged(frozenset(found), frozenset(rows), captured)


def single_pass(captures: Mapping[str, Sequence[Inference]], labels: Mapping[str, Sequence[tuple[str, str]]]) -> Merged:
    """The same from all files at once; keys are as in the store."""
    latest: dict[str, list[tuple[datetime, str]]] = {}
    for key in sorted(labels, key=lambda key: (_hour(key), key)):
        for id_, data in labels[key]:
            latest.setdefault(id_, []).append((_hour(key), data))
    first: dict[str, tuple[tuple[str, str, str], Inference]] = {}
    for key, inferences in captures.items():
        for each in inferences:
            order = (format_instant(each.time), each.id + each.note, key)
            if each.id not in first or order < first[each.id][0]:
                first[each.id] = order, each
    lines, rows, captured = set(), set(), Counter[tuple[str, datetime]]()
    labelled: set[tuple[str, datetime]] = set()
    for (_, _, key), each in first.values():
        hour = floor_to(each.time, HOUR)
        captured[key.split("/")[2], hour] += each.rows
        known = [data for at, data in latest.get(each.id, ()) if at.date() >= hour.date() and at - hour <= DELAY]
        values = known[-1].split("\n") if known else []
        if len(values) == each.rows:
            labelled.add((key.split("/")[2], hour))
            record = json.loads(each.line())
            truth = {"data": known[-1], "encoding": "CSV"}
            line = {"eventVersion": "0", "groundTruthData": truth, **record}
            lines.add(json.dumps({key: line[key] for key in _ORDER}, separators=(",", ":")))
            event = record["eventMetadata"]
            for row, value in enumerate(values):
                rows.add((event.get("inferenceId"), event["eventId"], row, each.id, f"{each.note}{row}", value))
    return Merged(frozenset(lines), frozenset(rows), sum(captured[each] for each in labelled))


_ORDER = ("eventVersion", "groundTruthData", "captureData", "eventMetadata")


def _hour(key: str) -> datetime:
    return parse_instant("-".join(key.split("/")[2:5]) + f"T{key.split('/')[5]}:00")


class WatchedStore(InMemoryStore):
    """Tells of every object that is written or removed, as S3's events do."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Callable[[str], None] = lambda key: None

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        super().put(key, body, content_type=content_type)
        self.told(key)

    def delete(self, key: str) -> None:
        there = key in self.objects
        super().delete(key)
        if there:
            self.told(key)


class InterruptedStore:
    """Wraps a store and lets something else happen just before the n-th call."""

    def __init__(self, inner: ObjectStore, call: int, meanwhile: Callable[[], None]) -> None:
        self.inner = inner
        self._calls = count(1)  # several threads count
        self._call = call
        self._meanwhile = meanwhile

    def _count(self) -> None:
        if next(self._calls) == self._call:
            self._meanwhile()

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def at_once(self) -> int:
        return self.inner.at_once

    def get(self, key: str) -> StoredObject:
        self._count()
        return self.inner.get(key)

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        self._count()
        return self.inner.etag(key)

    def version(self, key: str) -> str | None:
        self._count()
        return self.inner.version(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        self._count()
        return self.inner.get_range(key, start, length)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._count()
        self.inner.put(key, body, content_type=content_type)

    def delete(self, key: str) -> None:
        self._count()
        self.inner.delete(key)

    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        self._count()
        return iter(list(self.inner.list(prefix)))

    def folders(self, prefix: str) -> Sequence[str]:
        self._count()
        return self.inner.folders(prefix)

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        self._count()
        return self.inner.local_copy(key)

    def uri(self, key: str) -> str:
        return self.inner.uri(key)
