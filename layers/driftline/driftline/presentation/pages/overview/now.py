"""An endpoint's line on the page of all endpoints: the state now, and a short past of it."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import REPORTS
from driftline.presentation.pages.overview.incidents import incidents_of
from driftline.presentation.pages.overview.record import FeatureRecord, MetricRecord, Record, last_judged
from driftline.presentation.shapes import short
from driftline.presentation.tables import MOST_DRAWN

VERSION = 1
DRIFT = "worst drift / threshold"
"""Name of the line of a monitor that compares distributions; the lines of others have the name of a metric."""

PAST = 30
"""So many executions are in the small pictures."""


class Worst(msgspec.Struct, frozen=True):
    """The feature that is furthest beyond its threshold, or nearest to it."""

    feature: str
    value: float
    threshold: float
    drifted: bool
    excess: float
    p_value: bool = False


class Line(msgspec.Struct, frozen=True):
    """A figure of the last executions, oldest first. `baseline` is that of the newest."""

    name: str
    values: tuple[float | None, ...]
    threshold: float | None
    violated: bool


class MonitorNow(msgspec.Struct, frozen=True, kw_only=True):
    """Attributes: link: to the page of the last execution, from `reports/`; since: of the open incident; see Record."""

    monitor: str
    kind: str
    scheduled: str
    link: str
    state: str
    verdict: str
    violations: int
    rows: int
    coverage: float | None
    revision: int | None
    since: str | None
    worst: Worst | None
    line: Line | None


class Now(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    endpoint: str
    monitors: tuple[MonitorNow, ...]

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


_NOW = msgspec.json.Decoder(Now)


def parse_now(body: bytes, where: str) -> Now:
    """Raises InvalidInputError: it is none, or of another version."""
    try:
        now = _NOW.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a line of the index ({error})", where=where) from None
    if now.version != VERSION:
        raise InvalidInputError(f"a line of version {now.version}", where=where, expected=f"version {VERSION}")
    return now


def now_of(endpoint: str, monitors: Sequence[Sequence[Record]]) -> Now:
    """Args: monitors: the records of each, oldest first, at least one."""
    return Now(VERSION, endpoint, tuple(_monitor(records) for records in monitors))


def report_link(record: Record, root: str) -> str:
    """From a page in the folder `root` to the page of an execution below it."""
    return quote(f"{record.folder.removeprefix(root)}report.html")


def worst_of(record: Record) -> FeatureRecord | None:
    """None where nothing was compared."""
    compared = [each for each in record.features if each.drift and each.drift.excess >= 0.0]
    return max(compared, key=lambda each: each.drift.excess if each.drift else 0.0, default=None)


def excess_of(record: Record) -> float | None:
    """The worst drift in multiples of its threshold, for pictures: p-values may be any number of times smaller."""
    worst = worst_of(record)
    return min(MOST_DRAWN, worst.drift.excess) if worst and worst.drift else None


def headline(record: Record) -> MetricRecord | None:
    """The first metric that is watched; else the first."""
    watched = [each for each in record.metrics if each.threshold is not None]
    return next(iter((*watched, *record.metrics)), None)


def _monitor(records: Sequence[Record]) -> MonitorNow:
    newest = records[-1]
    incidents = incidents_of(records)
    return MonitorNow(
        monitor=newest.monitor,
        kind=last_judged(records).kind,
        scheduled=newest.scheduled,
        link=report_link(newest, REPORTS),
        state=newest.state,
        verdict=newest.verdict,
        violations=newest.violations,
        rows=newest.rows,
        coverage=newest.coverage,
        revision=newest.revision,
        since=incidents[-1].start if incidents and incidents[-1].end is None else None,
        worst=_worst(newest),
        line=_line(records[-PAST:]),
    )


def _worst(record: Record) -> Worst | None:
    found = worst_of(record)
    drift = found.drift if found else None
    if found is None or drift is None or drift.value is None or drift.threshold is None:
        return None
    return Worst(found.name, drift.value, drift.threshold, drift.drifted, drift.excess, drift.p_value)


def _line(records: Sequence[Record]) -> Line | None:
    judged = last_judged(records)
    metric = headline(judged)
    if metric is not None:
        values = tuple(value_of(record, metric.name) for record in records)
        return Line(metric.name, values, metric.threshold, metric.violated and judged is records[-1])
    excesses = [excess_of(record) for record in records]
    if all(each is None for each in excesses):
        return None
    now = excesses[-1]
    values = tuple(None if each is None else short(each) for each in excesses)
    return Line(DRIFT, values, 1.0, now is not None and now > 1.0)


def value_of(record: Record, metric: str) -> float | None:
    return next((each.value for each in record.metrics if each.name == metric), None)
