"""What the page of an endpoint shows: the state now, incidents, and how everything went over the last executions."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.keys import REPORTS
from driftline.domain.windows import parse_instant
from driftline.presentation.findings import Fact
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.incidents import Incident, incidents_of
from driftline.presentation.pages.overview.now import excess_of, report_link
from driftline.presentation.pages.overview.record import FAILED, BaselineRecord, Record, last_judged
from driftline.presentation.pages.overview.view_features import FeatureRow, features_view
from driftline.presentation.text import count, instant, metric_name, number, percent, shown

_MOST_METRICS = 40
_STATES = {"violated": "violations", "good": "no violations", "empty": "no rows to judge", FAILED: "failed, no verdict"}


@dataclass(frozen=True, slots=True)
class Cell:
    """An execution in the strip of a monitor."""

    link: str
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    monitor: str
    start: str
    end: str
    executions: int
    worst: int
    subjects: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorView:
    """Attributes: index: in the page's data; left_out: features without a row."""

    index: int
    name: str
    kind: str
    state: str
    verdict: str
    link: str
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
    """`data`: for the charts; goes into the page as JSON."""

    title: str
    endpoint: str
    state: str
    verdict: str
    monitors: tuple[MonitorView, ...]
    incidents: tuple[IncidentRow, ...]
    data: Json


def endpoint_view(endpoint: str, monitors: Sequence[tuple[Sequence[Record], BaselineRecord | None]]) -> EndpointView:
    """Args: monitors: the records of each, oldest first, at least one; and its baseline."""
    incidents = [each for records, _ in monitors for each in incidents_of(records)]
    views: list[MonitorView] = []
    data: list[Json] = []
    for index, (records, baseline) in enumerate(monitors):
        view, drawn = _monitor(index, endpoint, records, baseline)
        views.append(view)
        data.append(drawn)
    newest = [records[-1] for records, _ in monitors]
    failed = [shown(each.monitor) for each in newest if each.state == FAILED]
    states = {each.state for each in newest}
    opened = [each for each in incidents if each.end is None]
    return EndpointView(
        title=f"{shown(endpoint)}: over time",
        endpoint=shown(endpoint),
        state="violated" if opened else FAILED if failed else "good" if "good" in states else "empty",
        verdict=_verdict(opened, failed, states),
        monitors=tuple(views),
        incidents=tuple(
            _row(each) for each in sorted(incidents, key=lambda each: (each.start, each.monitor), reverse=True)
        ),
        data={"monitors": data},
    )


def _verdict(opened: Sequence[Incident], failed: Sequence[str], states: set[str]) -> str:
    blind = f"The last execution of {' and of '.join(failed)} failed: there is no verdict on its window."
    if opened:
        parts = (
            f"{shown(each.monitor)} since {'at least ' if each.cut else ''}{when(each.start)}"
            f" ({count(each.executions, 'execution')})"
            for each in opened
        )
        return f"In alarm: {'; '.join(parts)}.{f' {blind}' if failed else ''}"
    if failed:
        return blind
    if "good" not in states:
        return "Nothing to judge: the last windows have no rows."
    return "Quiet: the last execution of each monitor found no violations."


def _row(incident: Incident) -> IncidentRow:
    return IncidentRow(
        monitor=shown(incident.monitor),
        start=f"{'before ' if incident.cut else ''}{when(incident.start)}",
        end=when(incident.end) if incident.end else "open",
        executions=incident.executions,
        worst=incident.worst,
        subjects=", ".join(map(shown, incident.subjects)),
        open=incident.end is None,
    )


def _monitor(
    index: int, endpoint: str, records: Sequence[Record], baseline: BaselineRecord | None
) -> tuple[MonitorView, Json]:
    newest, judged = records[-1], last_judged(records)
    root = f"{REPORTS}{endpoint}/"
    features = features_view(records, baseline)
    view = MonitorView(
        index=index,
        name=shown(newest.monitor),
        kind=judged.kind,
        state=newest.state,
        verdict=newest.verdict,
        link=report_link(newest, root),
        facts=_failed_facts(newest, judged, len(records)) if newest.state == FAILED else _facts(newest, len(records)),
        cells=tuple(Cell(report_link(each, root), each.state, _cell_text(each)) for each in records),
        oldest=when(records[0].scheduled),
        newest=when(newest.scheduled),
        features=features.rows,
        all_features=features.total,
        left_out=features.total - len(features.rows),
        source=judged.source,
    )
    return view, {
        "monitor": shown(newest.monitor),
        "kind": judged.kind,
        "times": [each.scheduled for each in records],
        "links": [report_link(each, root) for each in records],
        "states": [each.state for each in records],
        "violations": [_figure(each, each.violations) for each in records],
        "rows": [_figure(each, each.rows) for each in records],
        "coverage": [short(each.coverage) for each in records],
        "worst": [short(excess_of(each)) for each in records],
        "features": features.data,
        "metrics": _metrics(records),
    }


def _facts(newest: Record, executions: int) -> tuple[Fact, ...]:
    facts = [
        Fact("Last execution", when(newest.scheduled)),
        Fact("Violations", f"{newest.violations:,}"),
        Fact("Rows", f"{newest.rows:,}"),
    ]
    if newest.coverage is not None:
        facts.append(Fact("Coverage", percent(newest.coverage)))
    if newest.revision is not None:
        facts.append(Fact("Revision", str(newest.revision)))
    facts.append(Fact("Executions shown", f"{executions:,}"))
    return tuple(facts)


def _failed_facts(newest: Record, judged: Record, executions: int) -> tuple[Fact, ...]:
    last = when(judged.scheduled) if judged.state != FAILED else "none of those shown"
    return (
        Fact("Last execution", when(newest.scheduled)),
        Fact("Last verdict", last),
        Fact("Executions shown", f"{executions:,}"),
    )


def _figure(record: Record, figure: int) -> int | None:
    """Nothing was counted where there is no verdict; 0 would say that nothing was found."""
    return None if record.state == FAILED else figure


def _cell_text(record: Record) -> str:
    said = count(record.violations, "violation") if record.violations else _STATES[record.state]
    return f"{when(record.scheduled)}: {said}"


def _metrics(records: Sequence[Record]) -> list[Json]:
    """Those of the newest verdict, the watched ones first."""
    newest = sorted(last_judged(records).metrics, key=lambda each: (each.threshold is None, not each.violated))
    found = [{each.name: each for each in record.metrics} for record in records]
    drawn: list[Json] = []
    for metric in newest[:_MOST_METRICS]:
        points = [each.get(metric.name) for each in found]
        bounds = [point.interval if point and point.interval else (None, None) for point in points]
        values = [short(point.value) if point else None for point in points]
        drawn.append(
            {
                "name": shown(metric_name(metric.name)),
                "values": values,
                "lower": [lower for lower, _ in bounds],
                "upper": [upper for _, upper in bounds],
                "threshold": short(metric.threshold),
                "baseline": short(metric.baseline),
                "violated": metric.violated,
                "now": number(metric.value),
            }
        )
    return drawn


def when(scheduled: str) -> str:
    """A record's time, as text for people."""
    return instant(parse_instant(scheduled))
