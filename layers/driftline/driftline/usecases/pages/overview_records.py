"""The small records behind the overview pages: one per execution, found by their keys."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.failure import Failure
from driftline.domain.executions.place import Place
from driftline.domain.keys import OVERVIEW, overview_baseline_key, overview_record_key, report_folder
from driftline.presentation.pages.overview.record import BaselineRecord, Record, last_judged
from driftline.presentation.pages.overview.record_files import parse_baseline, parse_record
from driftline.presentation.pages.overview.recording import baseline_record, failed_record, record_of
from driftline.presentation.report import Report
from driftline.usecases.executions.past_executions import body_or_none
from driftline.usecases.pages.recent_records import read_recent
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.time_folders import Level, time_folders

NEWEST = 90
"""Number of executions of each monitor on the pages."""

_MOST_MONTHS = 36
_JSON = "application/json"
_RECORD = re.compile(r".*/\d{4}/\d{2}/\d{8}T\d{4}Z\.json")


@dataclass(frozen=True, slots=True)
class MonitorRecords:
    """The newest records of a monitor, oldest first, and the baseline of the last verdict.

    Attributes:
        seen: The listing, for comparison with a later one.
    """

    monitor: str
    records: tuple[Record, ...]
    baseline: BaselineRecord | None
    seen: tuple[ObjectSummary, ...]


def keep_record(store: ObjectStore, report: Report, baseline_statistics: bytes | None) -> str | None:
    """Writes the record of an execution; the same execution writes the same bytes.

    Args:
        baseline_statistics: The statistics.json of its baseline.

    Returns:
        Its key; None for executions that are not on the pages: windows requested by hand, and folders outside of
        `reports/<endpoint>/<monitor>/`, which the pages could not link to.
    """
    place = report.outcome.place
    if place.by_hand or place.folder != report_folder(place.endpoint, place.monitor, place.scheduled):
        return None
    digest = None
    if report.subjects and baseline_statistics is not None:
        digest = sha256(baseline_statistics).hexdigest()[:16]
        baseline = baseline_record(report)
        if baseline is not None:
            _keep_baseline(store, overview_baseline_key(place.endpoint, place.monitor, digest), baseline)
    key = overview_record_key(place.endpoint, place.monitor, place.scheduled)
    store.put(key, record_of(report, digest).to_json(), content_type=_JSON)
    return key


def _keep_baseline(store: ObjectStore, key: str, baseline: BaselineRecord) -> None:
    """Adds to the known features: a window without some features, or without rows, removes none."""
    kept = _readable_baseline(store, key)
    known = kept.shapes if kept is not None else {}
    shapes = {**known, **baseline.shapes}
    if kept is None or shapes != known:
        ordered = {name: shapes[name] for name in sorted(shapes)}
        store.put(key, BaselineRecord(baseline.version, ordered).to_json(), content_type=_JSON)


def keep_failed_record(store: ObjectStore, place: Place, failure: Failure) -> str:
    """Writes the record of an execution without a verdict, in place of that of a verdict. Returns its key."""
    key = overview_record_key(place.endpoint, place.monitor, place.scheduled)
    store.put(key, failed_record(place, failure).to_json(), content_type=_JSON)
    return key


def read_records(store: ObjectStore, endpoint: str) -> list[MonitorRecords]:
    """The newest records of each monitor of an endpoint, by monitor. Those that cannot be read are ignored."""
    monitors = store.folders(f"{OVERVIEW}{endpoint}/")
    read = side_by_side(lambda monitor: _records_of(store, endpoint, monitor), monitors)
    return [each for each in read if each.records]


def _records_of(store: ObjectStore, endpoint: str, monitor: str) -> MonitorRecords:
    seen = _newest(store, endpoint, monitor)
    records = tuple(_readable(seen, read_recent(store, endpoint, monitor, seen)))
    return MonitorRecords(monitor, records, _baseline(store, last_judged(records)) if records else None, seen)


def changed(store: ObjectStore, endpoint: str, read: Sequence[MonitorRecords]) -> bool:
    """Whether a record was added or changed since they were read."""
    monitors = store.folders(f"{OVERVIEW}{endpoint}/")
    now = zip(monitors, side_by_side(lambda monitor: _newest(store, endpoint, monitor), monitors), strict=True)
    return {name: seen for name, seen in now if seen} != {each.monitor: each.seen for each in read}


def _newest(store: ObjectStore, endpoint: str, monitor: str) -> tuple[ObjectSummary, ...]:
    """The last NEWEST, oldest first; months are listed backwards, so that years of executions cost nothing."""
    found: list[ObjectSummary] = []
    months = time_folders(store, f"{OVERVIEW}{endpoint}/{monitor}/", Level.MONTH, newest_first=True)
    for month in islice(months, _MOST_MONTHS):
        found = [*(each for each in store.list(month.path) if _RECORD.fullmatch(each.key)), *found]
        if len(found) >= NEWEST:
            break
    return tuple(found[-NEWEST:])


def _readable(seen: Sequence[ObjectSummary], bodies: Sequence[bytes | None]) -> Iterable[Record]:
    for each, body in zip(seen, bodies, strict=True):
        if body is None:
            continue  # It was deleted meanwhile.
        try:
            yield parse_record(body, each.key)
        except InvalidInputError:
            continue  # Of a newer version: written again with the execution's page.


def _baseline(store: ObjectStore, newest: Record) -> BaselineRecord | None:
    if newest.baseline is None:
        return None
    return _readable_baseline(store, overview_baseline_key(newest.endpoint, newest.monitor, newest.baseline))


def _readable_baseline(store: ObjectStore, key: str) -> BaselineRecord | None:
    body = body_or_none(store, key)
    try:
        return parse_baseline(body, key) if body is not None else None
    except InvalidInputError:
        return None
