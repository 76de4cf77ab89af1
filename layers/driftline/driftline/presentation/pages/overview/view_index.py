"""What the page of all endpoints shows: one line for each, with a column for each kind of monitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from driftline.domain.monitors.overdue import GRACE
from driftline.presentation.cells import gauge_texts
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.now import Line, MonitorNow, Now
from driftline.presentation.pages.overview.record import WorstRecord
from driftline.presentation.states import FAILED, GOOD, NOT_EVALUATED, VIOLATED
from driftline.presentation.text import count, figure, number, percent, shown, with_full_stop

ORDER = (VIOLATED, FAILED, NOT_EVALUATED, GOOD)
"""The worst first: a good window of one monitor does not hide that another is blind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A monitor and its last execution. `due`: when the next one should be there, as a time."""

    monitor: str
    state: str
    violations: int
    link: str
    verdict: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """What a monitor of a kind says: a small picture with its newest figure; `label` says it in words.

    Attributes:
        now: The newest figure; empty if nothing stands for an execution of this kind.
        worst: The subject that is nearest to its limit or beyond it, with `beside`, its figures.
    """

    name: str
    now: str
    violated: bool
    label: str
    worst: str
    beside: str
    beyond: bool
    coverage: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class KindColumn:
    """`key`: its place in the page's data."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """Attributes: state: the worst of its monitors; moved: what is wrong, or what was found; sort_*: what a column is
    sorted by; kinds: a cell for each column of kinds, None where the endpoint has no such monitor.
    """

    index: int
    name: str
    link: str
    state: str
    badges: tuple[Badge, ...]
    since: str
    moved: str
    kinds: tuple[tuple[KindColumn, Spark | None, int | None], ...]
    last: str
    sort_state: int
    sort_since: str
    sort_last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    title: str
    state: str
    verdict: str
    columns: tuple[KindColumn, ...]
    rows: tuple[EndpointRow, ...]
    data: Json


def index_view(lines: Sequence[Now]) -> IndexView:
    """Endpoints in alarm first, then those without a verdict on the last window, then by name."""
    ordered = sorted(lines, key=lambda line: (ORDER.index(_state(line)), line.endpoint))
    columns = _columns(ordered)
    ranks = {column.key: _ranks(ordered, column) for column in columns}
    rows = [_row(index, line, columns, ranks) for index, line in enumerate(ordered)]
    return IndexView(
        title="Endpoints",
        state=next((state for state in ORDER if any(row.state == state for row in rows)), NOT_EVALUATED),
        verdict=_verdict(ordered),
        columns=columns,
        rows=tuple(rows),
        data={"endpoints": [_data(line, columns) for line in ordered], "grace": GRACE.total_seconds()},
    )


def _verdict(lines: Sequence[Now]) -> str:
    """If one endpoint is in alarm, what moved there; else how many are in which state."""
    if not lines:
        return "No execution of any endpoint was rendered yet."
    by_state = {state: [line for line in lines if _state(line) == state] for state in ORDER}
    parts = []
    if alarmed := by_state[VIOLATED]:
        parts.append(_alarmed(alarmed, len(lines)))
    if failed := by_state[FAILED]:
        parts.append(_one(failed) or f"{count(len(failed), 'endpoint')}: the last execution failed.")
    if blind := by_state[NOT_EVALUATED]:
        parts.append(_one(blind) or f"{count(len(blind), 'endpoint')}: the last window was not evaluated.")
    if not parts:
        return f"No open incident: {count(len(lines), 'endpoint')}."
    if not alarmed and (good := len(by_state[GOOD])):
        parts.append(f"No open incident at the other {number(good)}.")
    return " ".join(parts)


def _alarmed(lines: Sequence[Now], all_: int) -> str:
    return _one(lines) or f"{len(lines):,} of {count(all_, 'endpoint')} have an open incident."


def _one(lines: Sequence[Now]) -> str:
    """What a single endpoint says, as a sentence of its own; empty if there are several."""
    return with_full_stop(f"{shown(lines[0].endpoint)}: {_moved(lines[0])}") if len(lines) == 1 else ""


def _state(line: Now) -> str:
    """An incident stays open in windows that were not evaluated, and in those whose execution failed."""
    if any(each.opened is not None for each in line.monitors):
        return VIOLATED
    states = {each.state for each in line.monitors}
    return next((state for state in ORDER if state in states), NOT_EVALUATED)


def _moved(line: Now) -> str:
    """The sentence of the worst violation; without one, of the monitor that says most."""
    worst = min(line.monitors, key=lambda each: (ORDER.index(each.state), -each.severity))
    return worst.verdict


def _columns(lines: Sequence[Now]) -> tuple[KindColumn, ...]:
    """One for each kind that any endpoint has, by title."""
    titles = {each.kind: each.title for line in lines for each in line.monitors if each.kind}
    ordered = sorted(titles.items(), key=lambda item: (item[1], item[0]))
    return tuple(KindColumn(kind, shown(title)) for kind, title in ordered)


def _of_kind(line: Now, column: KindColumn) -> MonitorNow | None:
    """The monitor of this kind; of several the one whose state is the worst."""
    found = [each for each in line.monitors if each.kind == column.key]
    return min(found, key=lambda each: (ORDER.index(each.state), -each.severity), default=None)


def _ranks(lines: Sequence[Now], column: KindColumn) -> dict[str, int]:
    """Places of the endpoints when they are sorted by figure, then by its newest value; those without have none."""
    known = []
    for each in lines:
        monitor = _of_kind(each, column)
        found = monitor.line if monitor else None
        if found is not None and (value := found.values[-1]) is not None:
            known.append((found.name, value, each.endpoint))
    return {endpoint: rank for rank, (_, _, endpoint) in enumerate(sorted(known))}


def _row(index: int, line: Now, columns: Sequence[KindColumn], ranks: dict[str, dict[str, int]]) -> EndpointRow:
    since = min((each for each in line.monitors if each.opened), key=lambda each: each.opened or "", default=None)
    last = max(line.monitors, key=lambda each: each.time)
    state = _state(line)
    cells = []
    for column in columns:
        monitor = _of_kind(line, column)
        cells.append((column, _spark(monitor) if monitor else None, ranks[column.key].get(line.endpoint)))
    return EndpointRow(
        index=index,
        name=shown(line.endpoint),
        link=f"{quote(line.endpoint)}/index.html",
        state=state,
        badges=tuple(
            Badge(
                monitor=shown(each.monitor),
                state=each.state,
                violations=each.violations,
                link=each.link,
                verdict=f"{each.label}: {each.verdict}",
                due=each.due or "",
            )
            for each in line.monitors
        ),
        since=since.since or "" if since else "",
        moved=_moved(line),
        kinds=tuple(cells),
        last=last.label,
        sort_state=ORDER.index(state),
        sort_since=since.opened or "" if since else "",
        sort_last=last.time,
    )


def _beside(worst: WorstRecord) -> str:
    """`0.4325 of 0.1`; `p = 0.02, at least 0.05`."""
    value, required = gauge_texts(worst.gauge)
    return f"{value}, {required}" if worst.gauge.side == "at_least" and required else f"{value} {required}".rstrip()


def _spark(monitor: MonitorNow) -> Spark:
    line, worst = monitor.line, monitor.worst
    known = [value for value in line.values if value is not None] if line else []
    return Spark(
        name=shown(line.title) if line else "",
        now=figure(line.values[-1], line.measure) if line and known else "",
        violated=bool(line and line.violated),
        label=_label(line, known) if line and known else "",
        worst=shown(worst.subject) if worst else "",
        beside=_beside(worst) if worst and worst.gauge.value is not None else "",
        beyond=bool(worst and worst.gauge.beyond),
        coverage=percent(monitor.coverage) if monitor.coverage is not None else "",
        drawn=len(known) > 1,
    )


def _label(line: Line, known: Sequence[float]) -> str:
    between = f"between {figure(min(known), line.measure)} and {figure(max(known), line.measure)}"
    required = f", threshold {figure(line.limit, line.measure)}" if line.limit is not None else ""
    return f"{shown(line.title)} of the last {count(len(line.values), 'execution')}: {between}{required}"


def _data(line: Now, columns: Sequence[KindColumn]) -> Json:
    def values(found: Line | None) -> Json:
        if found is None:
            return None
        return {"values": [short(each) for each in found.values], "limit": short(found.limit)}

    return {column.key: values(monitor.line) if (monitor := _of_kind(line, column)) else None for column in columns}
