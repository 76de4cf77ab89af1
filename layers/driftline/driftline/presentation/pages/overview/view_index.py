"""What the page of all endpoints shows: one line for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.now import DRIFT, Line, MonitorNow, Now, Worst
from driftline.presentation.pages.overview.record import FAILED
from driftline.presentation.pages.overview.view_endpoint import when
from driftline.presentation.text import count, metric_name, number, percent, shown

_ORDER = ("violated", FAILED, "good", "empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    monitor: str
    state: str
    violations: int
    link: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A small picture with its newest figure; `label` says it in words."""

    name: str
    now: str
    violated: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """Attributes: state: the worst of its monitors; sort_*: what a column is sorted by."""

    index: int
    name: str
    link: str
    state: str
    badges: tuple[Badge, ...]
    since: str
    worst: str
    worst_drift: str
    worst_drifted: bool
    drift: Spark | None
    quality: Spark | None
    coverage: str
    last: str
    sort_state: int
    sort_since: str
    sort_worst: float
    sort_quality: int | None
    sort_last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    title: str
    state: str
    verdict: str
    rows: tuple[EndpointRow, ...]
    data: Json


def index_view(lines: Sequence[Now]) -> IndexView:
    """Endpoints in alarm first, then those whose last execution failed, then by name."""
    ordered = sorted(lines, key=lambda line: (_ORDER.index(_state(line)), line.endpoint))
    alarmed = sum(_state(line) == "violated" for line in ordered)
    failed = sum(any(each.state == FAILED for each in line.monitors) for line in ordered)
    ranks = _ranks(ordered)
    rows = [_row(index, line, ranks.get(line.endpoint)) for index, line in enumerate(ordered)]
    return IndexView(
        title="Endpoints",
        state=next((state for state in _ORDER if any(row.state == state for row in rows)), "empty"),
        verdict=_verdict(alarmed, failed, len(ordered)),
        rows=tuple(rows),
        data={"endpoints": [_data(line) for line in ordered]},
    )


def _verdict(alarmed: int, failed: int, endpoints: int) -> str:
    if not endpoints:
        return "No execution of any endpoint was rendered yet."
    blind = (
        f" {count(failed, 'endpoint')} {'has' if failed == 1 else 'have'} no verdict on the last window."
        if failed
        else ""
    )
    if not alarmed:
        return f"No open incident: {count(endpoints, 'endpoint')}.{blind}"
    return f"{alarmed:,} of {count(endpoints, 'endpoint')} {'has' if alarmed == 1 else 'have'} an open incident.{blind}"


def _state(line: Now) -> str:
    """An incident stays open in windows without rows, and in those without a verdict."""
    if any(each.since is not None for each in line.monitors):
        return "violated"
    if any(each.state == FAILED for each in line.monitors):
        return FAILED
    return "good" if any(each.state == "good" for each in line.monitors) else "empty"


def _ranks(lines: Sequence[Now]) -> dict[str, int]:
    """Places of the endpoints when they are sorted by metric, then by its newest value; those without have none."""
    known = []
    for each in lines:
        found = _metric(each)
        if found is not None and (value := found.values[-1]) is not None:
            known.append((found.name, value, each.endpoint))
    return {endpoint: rank for rank, (_, _, endpoint) in enumerate(sorted(known))}


def _beside_threshold(worst: Worst) -> str:
    if worst.p_value:
        return f"p = {number(worst.value)}, at least {number(worst.threshold)}"
    return f"{number(worst.value)} of {number(worst.threshold)}"


def _row(index: int, line: Now, quality_rank: int | None) -> EndpointRow:
    worst = max((each.worst for each in line.monitors if each.worst), key=lambda each: each.excess, default=None)
    since = min((each.since for each in line.monitors if each.since), default="")
    last = max(each.scheduled for each in line.monitors)
    coverage = next((each.coverage for each in line.monitors if each.coverage is not None), None)
    state = _state(line)
    return EndpointRow(
        index=index,
        name=shown(line.endpoint),
        link=f"{quote(line.endpoint)}/index.html",
        state=state,
        badges=tuple(
            Badge(
                monitor=shown(each.monitor),
                state=_badge(each),
                violations=each.violations,
                link=each.link,
                verdict=each.verdict,
            )
            for each in line.monitors
        ),
        since=_plain(since) if since else "",
        worst=shown(worst.feature) if worst else "–",
        worst_drift=_beside_threshold(worst) if worst else "",
        worst_drifted=bool(worst and worst.drifted),
        drift=_spark(_drift(line)),
        quality=_spark(_metric(line)),
        coverage=percent(coverage) if coverage is not None else "",
        last=_plain(last),
        sort_state=_ORDER.index(state),
        sort_since=since,
        sort_worst=worst.excess if worst else -1.0,
        sort_quality=quality_rank,
        sort_last=last,
    )


def _badge(monitor: MonitorNow) -> str:
    """The next column shows the open incident; only this one shows that the last window has no verdict."""
    return "violated" if monitor.since and monitor.state != FAILED else monitor.state


def _plain(scheduled: str) -> str:
    return when(scheduled).removesuffix(" UTC")


def _drift(line: Now) -> Line | None:
    """Of the first monitor that compares distributions."""
    return next((each.line for each in line.monitors if each.line and each.line.name == DRIFT), None)


def _metric(line: Now) -> Line | None:
    """Of the first monitor that has a metric."""
    return next((each.line for each in line.monitors if each.line and each.line.name != DRIFT), None)


def _spark(line: Line | None) -> Spark | None:
    if line is None:
        return None
    known = [value for value in line.values if value is not None]
    if not known:
        return None
    between = f"between {number(min(known))} and {number(max(known))}"
    limit = f", threshold {number(line.threshold)}" if line.threshold is not None else ""
    title = line.name if line.name == DRIFT else shown(metric_name(line.name))
    said = f"{title} of the last {count(len(line.values), 'execution')}: {between}{limit}"
    return Spark(title, number(line.values[-1]), line.violated, said)


def _data(line: Now) -> Json:
    def values(found: Line | None) -> Json:
        if found is None:
            return None
        return {
            "values": [short(each) for each in found.values],
            "threshold": short(found.threshold),
            "violated": found.violated,
        }

    return {"drift": values(_drift(line)), "quality": values(_metric(line))}
