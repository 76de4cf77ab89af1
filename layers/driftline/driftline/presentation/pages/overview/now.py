"""An endpoint's line on the page of all endpoints: the state now, and a short past of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Measure, excess_of
from driftline.domain.instants import format_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import REPORTS
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.presentation.pages.overview.incidents import incidents_of
from driftline.presentation.pages.overview.record import FigureRecord, Record, WorstRecord, last_judged

VERSION = 2

PAST = 30
"""So many executions are in the small pictures."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The figure that stands for the last executions, oldest first. `title`: for people."""

    name: str
    title: str
    values: tuple[float | None, ...]
    limit: float | None
    measure: Measure
    violated: bool


class MonitorNow(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor's last execution.

    Attributes:
        title: Of its kind, for people.
        label: Its window, for people; `time`: when that began.
        scheduled: When it was due, as a time; empty in lines of earlier releases.
        due: When the next execution should be there; None if that is unknown.
        violated: Subjects with violations, as people call them; the first few.
        link: To its page, from `reports/`.
        since: When the open incident began, for people; `opened`: as a time.
        severity: How far the worst violation is beyond its limit, as a share of the limit.
    """

    monitor: str
    kind: str
    title: str
    time: str
    label: str
    due: str | None
    link: str
    state: str
    verdict: str
    violations: int
    severity: float
    coverage: float | None
    since: str | None
    opened: str | None
    worst: WorstRecord | None
    line: Line | None
    scheduled: str = ""
    violated: tuple[str, ...] = ()


class Now(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes: team, owner, tags: whose endpoint it is; documented: it has, or had, a monitor document."""

    version: int
    endpoint: str
    monitors: tuple[MonitorNow, ...]
    team: str | None = None
    owner: str | None = None
    tags: dict[str, str] = {}
    documented: bool = False

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


_NOW = JsonDecoder(Now)


def parse_now(body: bytes, where: str) -> Now:
    """Raises InvalidInputError: it is none, or of another version."""
    try:
        now = _NOW.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a line of the index ({error})", where=where) from None
    if now.version != VERSION:
        raise InvalidInputError(f"a line of version {now.version}", where=where, expected=f"version {VERSION}")
    return now


def now_of(
    endpoint: str,
    monitors: Sequence[Sequence[Record]],
    due: Mapping[str, datetime | None] | None = None,
    *,
    of: Ownership = NOBODY,
    documented: bool = False,
) -> Now:
    """Args:
    monitors: The records of each, oldest first, at least one.
    due: When the next execution of each should be there.
    of: Whose endpoint it is.
    documented: It has, or had, a monitor document.
    """
    found = tuple(_monitor(records, (due or {}).get(records[-1].monitor)) for records in monitors)
    return Now(VERSION, endpoint, found, of.team, of.owner, dict(of.tags), documented)


def report_link(record: Record, root: str) -> str:
    """From a page in the folder `root` to the page of an execution below it."""
    return quote(f"{record.folder.removeprefix(root)}report.html")


def main_figure(record: Record, name: str) -> FigureRecord | None:
    """The figure of this name, if the execution has it; another figure may stand for the execution."""
    if record.main is not None and record.main.name == name:
        return record.main
    return next((each for each in record.figures if each.name == name), None)


def _monitor(records: Sequence[Record], due: datetime | None) -> MonitorNow:
    newest, judged = records[-1], last_judged(records)
    opened = next((each for each in reversed(incidents_of(records)) if each.closed is None), None)
    return MonitorNow(
        monitor=newest.monitor,
        kind=judged.kind,
        title=judged.title,
        time=newest.time,
        label=newest.label,
        due=format_instant(due) if due else None,
        link=report_link(newest, REPORTS),
        state=newest.state,
        verdict=newest.verdict,
        violations=newest.violations,
        severity=newest.severity,
        coverage=newest.coverage,
        since=f"{'at least ' if opened.cut else ''}{opened.first.since}" if opened else None,
        opened=opened.start if opened else None,
        worst=newest.worst,
        line=_line(records[-PAST:]),
        scheduled=newest.scheduled,
        violated=newest.violated,
    )


def _line(records: Sequence[Record]) -> Line | None:
    judged = last_judged(records)
    main = _standing(judged)
    if main is None:
        return None
    found = [main_figure(record, main.name) for record in records]
    return Line(
        name=main.name,
        title=main.title,
        values=tuple(each.value if each else None for each in found),
        limit=main.limit,
        measure=main.measure,
        violated=main.violated and judged is records[-1],
    )


def _standing(record: Record) -> FigureRecord | None:
    """The figure that stands for an execution; what is furthest beyond its limit, where that one holds."""
    violated = [each for each in record.figures if each.violated]
    if (record.main is not None and record.main.violated) or not violated:
        return record.main
    return max(violated, key=_beyond)


def _beyond(figure: FigureRecord) -> float:
    if figure.value is None or figure.limit is None:
        return 0.0
    return excess_of(figure.value, figure.limit)
