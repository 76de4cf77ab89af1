"""What the page of an endpoint shows: the state now, incidents, and how everything went over the last executions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.incidents.open_watch import OpenWatch
from driftline.domain.instants import format_instant
from driftline.domain.keys import REPORTS
from driftline.domain.monitors.overdue import GRACE
from driftline.domain.monitors.ownership import NOBODY, Ownership, tag_words
from driftline.presentation.findings import Fact
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.incidents import Incident, incidents_of
from driftline.presentation.pages.overview.index_states import sentence_of
from driftline.presentation.pages.overview.now import report_link
from driftline.presentation.pages.overview.record import BaselineRecord, Record, last_judged
from driftline.presentation.pages.overview.time_line import drawn_until, slots
from driftline.presentation.pages.overview.trends import trends_of
from driftline.presentation.pages.overview.view_features import FeatureRow, features_view
from driftline.presentation.states import FAILED, GOOD, NOT_EVALUATED, VIOLATED
from driftline.presentation.text import count, instant, joined, percent, shown, with_full_stop

_STATES = {
    VIOLATED: "violations",
    GOOD: "no violations",
    NOT_EVALUATED: "not evaluated",
    FAILED: "failed, no verdict",
}

type MonitorRecords = tuple[Sequence[Record], BaselineRecord | None]
"""Of one monitor: its records, oldest first, at least one; and its baseline."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An execution in the strip of a monitor; where it is drawn follows from the page's data."""

    link: str
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """Attributes: monitor: or the label of an alarm under `watch`; subjects: what was violated, or what stopped;
    executions, worst: None under `watch`, which no execution has.
    """

    monitor: str
    start: str
    end: str
    executions: int | None
    worst: int | None
    subjects: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorView:
    """Attributes: index: in the page's data; noun: what has a distribution; left_out: those without a row; due: when
    the next execution should be there, as a time, with `due_text` for people.
    """

    index: int
    name: str
    noun: str
    state: str
    verdict: str
    reason: str
    link: str
    due: str
    due_text: str
    facts: tuple[Fact, ...]
    cells: tuple[Cell, ...]
    oldest: str
    newest: str
    features: tuple[FeatureRow, ...]
    all_features: int
    left_out: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """`whose`: team, owner and tags; `since`: of the open incidents; `as_of`: the last windows; `data`: for the charts,
    goes into the page as JSON."""

    title: str
    endpoint: str
    state: str
    verdict: str
    whose: tuple[Fact, ...]
    since: tuple[str, ...]
    as_of: str
    monitors: tuple[MonitorView, ...]
    incidents: tuple[IncidentRow, ...]
    data: Json


def endpoint_view(
    endpoint: str,
    monitors: Sequence[MonitorRecords],
    due: Mapping[str, datetime | None] | None = None,
    of: Ownership = NOBODY,
    watch: Sequence[OpenWatch] = (),
) -> EndpointView:
    """Args: due: when the next execution of each monitor should be there; of: whose endpoint it is; watch: its open
    incidents under `watch`, oldest first.
    """
    incidents = [each for records, _ in monitors for each in incidents_of(records)]
    views: list[MonitorView] = []
    data: list[Json] = []
    for index, (records, baseline) in enumerate(monitors):
        view, drawn = _monitor(index, endpoint, records, baseline, (due or {}).get(records[-1].monitor))
        views.append(view)
        data.append(drawn)
    newest = [records[-1] for records, _ in monitors]
    opened = [each for each in incidents if each.closed is None]
    last = max(newest, key=lambda each: each.time)
    return EndpointView(
        title=f"{shown(endpoint)}: over time",
        endpoint=shown(endpoint),
        state=_state(newest, [*opened, *watch]),
        verdict=_verdict([records for records, _ in monitors], opened, watch),
        whose=tuple(_whose(of)),
        since=(*map(_since, opened), *map(_stopped_since, watch)),
        as_of=last.label,
        monitors=tuple(views),
        incidents=_rows(incidents, watch),
        data={**_span([records for records, _ in monitors]), "monitors": data, "grace": GRACE.total_seconds()},
    )


def _state(newest: Sequence[Record], opened: Sequence[Incident | OpenWatch]) -> str:
    """The worst of the monitors: one that is good does not hide that another is blind."""
    states = {each.state for each in newest}
    if opened:
        return VIOLATED
    return next((state for state in (FAILED, NOT_EVALUATED) if state in states), GOOD)


def _verdict(monitors: Sequence[Sequence[Record]], opened: Sequence[Incident], watch: Sequence[OpenWatch]) -> str:
    """The sentence of the worst violation, and what stopped; else what has no verdict and why."""
    newest = [records[-1] for records in monitors]
    failed = [shown(each.monitor) for each in newest if each.state == FAILED]
    blind = [each for each in newest if each.state == NOT_EVALUATED]
    parts = []
    if opened:
        names = {each.monitor for each in opened}
        worst = max(
            (_last_violated(records) for records in monitors if records[-1].monitor in names),
            key=lambda each: each.severity,
        )
        parts.append(with_full_stop(worst.verdict))
    parts += [sentence_of(each) for each in watch]
    if failed:
        parts.append(f"The last execution of {joined(failed)} failed: there is no verdict on its window.")
    parts += [with_full_stop(f"{shown(each.monitor)}: {each.verdict}") for each in blind]
    return " ".join(parts) or "No violations in the last window of each monitor."


def _last_violated(records: Sequence[Record]) -> Record:
    return next(each for each in reversed(records) if each.state == VIOLATED)


def _since(incident: Incident) -> str:
    least = "at least " if incident.cut else ""
    executions = count(incident.executions, "window")
    return f"{shown(incident.monitor)} since {least}{incident.first.since} ({executions})"


def _stopped_since(watch: OpenWatch) -> str:
    return f"{shown(watch.label)} since {instant(watch.since)}"


def _rows(incidents: Sequence[Incident], watch: Sequence[OpenWatch]) -> tuple[IncidentRow, ...]:
    """The newest first."""
    found = [(each.start, each.monitor, _row(each)) for each in incidents]
    found += [(format_instant(each.since), each.label, _row_of_watch(each)) for each in watch]
    return tuple(row for *_, row in sorted(found, key=lambda each: each[:2], reverse=True))


def _row_of_watch(watch: OpenWatch) -> IncidentRow:
    return IncidentRow(
        monitor=shown(watch.label),
        start=instant(watch.since),
        end="open",
        executions=None,
        worst=None,
        subjects=shown(watch.headline),
        open=True,
    )


def _row(incident: Incident) -> IncidentRow:
    return IncidentRow(
        monitor=shown(incident.monitor),
        start=f"{'before ' if incident.cut else ''}{incident.first.since}",
        end=incident.closed.since if incident.closed else "open",
        executions=incident.executions,
        worst=incident.worst,
        subjects=", ".join(map(shown, incident.subjects)),
        open=incident.closed is None,
    )


def _span(monitors: Sequence[Sequence[Record]]) -> dict[str, Json]:
    """One axis of time for all strips, maps and charts of the page."""
    first = min(records[0].time for records in monitors)
    last = max(drawn_until(records) for records in monitors)
    return {"from": first, "to": format_instant(last)}


def _monitor(
    index: int,
    endpoint: str,
    records: Sequence[Record],
    baseline: BaselineRecord | None,
    due: datetime | None,
) -> tuple[MonitorView, Json]:
    newest, judged = records[-1], last_judged(records)
    root = f"{REPORTS}{endpoint}/"
    features, trends = features_view(records, baseline), trends_of(records)
    view = MonitorView(
        index=index,
        name=shown(newest.monitor),
        noun=judged.noun,
        state=newest.state,
        verdict=newest.verdict,
        reason=newest.reason if newest.reason not in newest.verdict else "",
        link=report_link(newest, root),
        due=format_instant(due) if due else "",
        due_text=instant(due) if due else "",
        facts=_facts(newest, judged),
        cells=tuple(Cell(report_link(each, root), each.state, _cell_text(each)) for each in records),
        oldest=records[0].since,
        newest=newest.since,
        features=features.rows,
        all_features=features.total,
        left_out=features.total - len(features.rows),
        source=judged.source,
    )
    return view, {
        "times": [each.time for each in records],
        "ends": [format_instant(end) for _, end in slots(records)],
        "labels": [each.label for each in records],
        "links": [report_link(each, root) for each in records],
        "states": [each.state for each in records],
        # Nothing was counted where there is no verdict; 0 would say that nothing was found.
        "rows": [None if each.state == FAILED else each.rows for each in records],
        "coverage": [short(each.coverage) for each in records],
        "trends": trends.drawn,
        "folded": trends.folded,
        "features": features.data,
    }


def _facts(newest: Record, judged: Record) -> tuple[Fact, ...]:
    window = Fact("Last window", newest.label)
    if newest.state == FAILED:
        return window, Fact("Last verdict", judged.label if judged.state != FAILED else "none of those shown")
    facts = [window, Fact("Violations", f"{newest.violations:,}"), Fact("Rows", f"{newest.rows:,}")]
    if newest.evaluated != newest.rows:
        facts.append(Fact("Rows evaluated", f"{newest.evaluated:,}"))
    if newest.coverage is not None:
        facts.append(Fact("Labelled", percent(newest.coverage)))
    if newest.revision is not None and newest.revision > 1:
        facts.append(Fact("Revision", str(newest.revision)))
    return tuple(facts)


def _cell_text(record: Record) -> str:
    said = count(record.violations, "violation") if record.violations else _STATES[record.state]
    return f"{record.label}: {said}"


def _whose(of: Ownership) -> Iterator[Fact]:
    for label, text in (("Team", of.team), ("Owner", of.owner), ("Tags", ", ".join(tag_words(of.tags)))):
        if text:
            yield Fact(label, shown(text))
