"""What the page of all endpoints shows: one line for each, with a column for each kind of monitor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from driftline.domain.incidents.open_watch import OpenWatch
from driftline.domain.instants import format_instant
from driftline.domain.monitors.overdue import GRACE
from driftline.domain.monitors.ownership import tag_words
from driftline.presentation.pages.execution.chart_data import Json
from driftline.presentation.pages.overview.index_cells import (
    KindColumn,
    Spark,
    columns_of,
    data_of,
    of_kind,
    ranks_of,
    spark_of,
)
from driftline.presentation.pages.overview.index_states import (
    ORDER,
    OVERDUE,
    Watched,
    newest_of,
    sentence_of,
    state_of,
    state_of_endpoint,
)
from driftline.presentation.pages.overview.now import VERSION, Now
from driftline.presentation.states import FAILED, GOOD, NOT_EVALUATED, VIOLATED
from driftline.presentation.text import count, instant, number, shown, with_full_stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A monitor and its last execution. `due`: when the next one should be there, as a time."""

    monitor: str
    state: str
    violations: int
    link: str
    verdict: str
    due: str


@dataclass(frozen=True, slots=True)
class WatchBadge:
    """An open incident under `watch`: what stopped and since when, for people. `said`: the row says it already."""

    label: str
    text: str
    said: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """Attributes: state: the worst of its monitors; moved: what is wrong, or what was found; sort_*: what a column is
    sorted by; kinds: a cell for each column of kinds, None where the endpoint has no such monitor; whose: owner and
    tags, for people; sought: further texts that a search finds, in lower case; at: when the last execution was due.
    """

    index: int
    name: str
    link: str
    team: str
    whose: str
    sought: str
    state: str
    badges: tuple[Badge, ...]
    watch: tuple[WatchBadge, ...]
    since: str
    moved: str
    kinds: tuple[tuple[KindColumn, Spark | None, int | None], ...]
    last: str
    at: str
    sort_state: int
    sort_since: str
    sort_last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """`teams`: those of all endpoints, by name."""

    title: str
    state: str
    verdict: str
    columns: tuple[KindColumn, ...]
    teams: tuple[str, ...]
    rows: tuple[EndpointRow, ...]
    data: Json


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Attributes: watch: its open incidents under `watch`; newest: the latest scheduled time of all endpoints."""

    line: Now
    watch: Sequence[OpenWatch]
    newest: str

    @property
    def state(self) -> str:
        return state_of_endpoint(self.line, self.watch, self.newest)

    @property
    def moved(self) -> str:
        """The sentence of the worst violation; without one, what stopped, or what the monitor says that says most."""
        if self.only_watch:
            return sentence_of(self.watch[0])
        worst = min(self.line.monitors, key=lambda each: (ORDER.index(each.state), -each.severity), default=None)
        return worst.verdict if worst else ""

    @property
    def only_watch(self) -> bool:
        """Whether nothing is known of its data that would be worse than what stopped."""
        return bool(self.watch) and all(each.state != VIOLATED and not each.opened for each in self.line.monitors)


def index_view(lines: Sequence[Now], watch: Watched | None = None) -> IndexView:
    """Endpoints in alarm first, then those without a verdict on the last window, then by name.

    Args:
        watch: Open incidents under `watch`; those of endpoints without any execution are rows of their own.
    """
    watched, newest = watch or {}, newest_of(lines)
    executed = {line.endpoint for line in lines}
    never = [Now(VERSION, endpoint, ()) for endpoint in watched if endpoint not in executed]
    endpoints = [_Endpoint(line, watched.get(line.endpoint, ()), newest) for line in (*lines, *never)]
    ordered = sorted(endpoints, key=lambda each: (ORDER.index(each.state), each.line.endpoint))
    shown_lines = [each.line for each in ordered]
    columns = columns_of(shown_lines)
    ranks = {column.key: ranks_of(shown_lines, column) for column in columns}
    rows = [_row(index, each, columns, ranks) for index, each in enumerate(ordered)]
    return IndexView(
        title="Endpoints",
        state=next((state for state in ORDER if any(row.state == state for row in rows)), NOT_EVALUATED),
        verdict=_verdict(ordered),
        columns=columns,
        teams=tuple(sorted({row.team for row in rows if row.team})),
        rows=tuple(rows),
        data={"endpoints": [data_of(line, columns) for line in shown_lines], "grace": GRACE.total_seconds()},
    )


def _verdict(endpoints: Sequence[_Endpoint]) -> str:
    """If one endpoint is in alarm, what moved there; else how many are in which state."""
    if not endpoints:
        return "No execution of any endpoint was rendered yet."
    by_state = {state: [each for each in endpoints if each.state == state] for state in ORDER}
    parts = []
    if alarmed := by_state[VIOLATED]:
        parts.append(_alarmed(alarmed, len(endpoints)))
    if failed := by_state[FAILED]:
        parts.append(_one(failed) or f"{count(len(failed), 'endpoint')}: the last execution failed.")
    if blind := by_state[NOT_EVALUATED]:
        parts.append(_one(blind) or f"{count(len(blind), 'endpoint')}: the last window was not evaluated.")
    if late := by_state[OVERDUE]:
        parts.append(_late(late))
    if not parts:
        return f"No open incident: {count(len(endpoints), 'endpoint')}."
    if not alarmed and (good := len(by_state[GOOD])):
        parts.append(f"No open incident at the other {number(good)}.")
    return " ".join(parts)


def _alarmed(endpoints: Sequence[_Endpoint], all_: int) -> str:
    return _one(endpoints) or f"{len(endpoints):,} of {count(all_, 'endpoint')} have an open incident."


def _one(endpoints: Sequence[_Endpoint]) -> str:
    """What a single endpoint says, as a sentence of its own; empty if there are several."""
    if len(endpoints) != 1:
        return ""
    return with_full_stop(f"{shown(endpoints[0].line.endpoint)}: {endpoints[0].moved}")


def _late(endpoints: Sequence[_Endpoint]) -> str:
    of = shown(endpoints[0].line.endpoint) if len(endpoints) == 1 else count(len(endpoints), "endpoint")
    return f"{of}: the next execution is overdue."


def _row(
    index: int, endpoint: _Endpoint, columns: Sequence[KindColumn], ranks: Mapping[str, Mapping[str, int]]
) -> EndpointRow:
    line, state = endpoint.line, endpoint.state
    opened = [(each.opened, each.since or "") for each in line.monitors if each.opened]
    opened += [(format_instant(each.since), instant(each.since)) for each in endpoint.watch]
    since = min(opened, default=("", ""))
    last = max(line.monitors, key=lambda each: each.time, default=None)
    cells = []
    for column in columns:
        monitor = of_kind(line, column)
        cells.append((column, spark_of(monitor) if monitor else None, ranks[column.key].get(line.endpoint)))
    return EndpointRow(
        index=index,
        name=shown(line.endpoint),
        link=f"{quote(line.endpoint)}/index.html" if line.monitors else "",
        team=shown(line.team) if line.team else "",
        whose=" · ".join(map(shown, filter(None, (line.owner, *tag_words(line.tags))))),
        sought=" ".join(dict.fromkeys(_sought(endpoint))),
        state=state,
        badges=tuple(
            Badge(
                monitor=shown(each.monitor),
                state=state_of(each, endpoint.newest),
                violations=each.violations,
                link=each.link,
                verdict=f"{each.label}: {each.verdict}",
                due=each.due or "",
            )
            for each in line.monitors
        ),
        watch=tuple(
            WatchBadge(
                shown(each.label),
                f"{shown(each.headline)}, since {instant(each.since)}",
                said=endpoint.only_watch and each is endpoint.watch[0],
            )
            for each in endpoint.watch
        ),
        since=since[1],
        moved=endpoint.moved,
        kinds=tuple(cells),
        last=last.label if last else "never executed",
        at=max((each.scheduled for each in line.monitors), default=""),
        sort_state=ORDER.index(state),
        sort_since=since[0],
        sort_last=last.time if last else "",
    )


def _sought(endpoint: _Endpoint) -> Iterator[str]:
    """What a search finds, word by word: monitors, metrics, subjects, team, owner, tags and what stopped."""
    line = endpoint.line
    texts = [line.team, line.owner, *tag_words(line.tags), *(each.label for each in endpoint.watch)]
    for each in line.monitors:
        texts += [each.monitor, each.title, *each.violated]
        texts += [each.line.title, each.line.name] if each.line else []
        texts += [each.worst.subject] if each.worst else []
    for text in filter(None, texts):
        yield from shown(text).lower().split()
