"""The CloudWatch dashboard of an endpoint.

Source: CloudWatch API Reference, "Dashboard Body Structure and Syntax": a grid 24 wide, at most 500 widgets; and
PutDashboard: names of 1 to 255 letters, digits, hyphens and underscores.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import cast

from driftline.domain.alarms.ages import (
    CAPTURES_AGE,
    GROUND_TRUTH_AGE,
    SCHEDULE_DELAY,
    UNMATCHED_LABELS_AGE,
)
from driftline.domain.alarms.names import alarm_name
from driftline.domain.alarms.periods import DAY, HOUR, schedule_period
from driftline.domain.alarms.stack import Stack
from driftline.domain.alarms.wanted import EXECUTION_AGE, wanted_alarms
from driftline.domain.monitors.alarms import REJECTED_SHARE, UNUSABLE_SHARE, VIOLATIONS
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import Graph, ScheduledMonitor
from driftline.domain.monitors.naming import metric_schedule

WIDTH = 24
"""Columns of the grid."""

_HEIGHT = 6
_MOST_ALARMS = 100  # per alarm widget

_HOUR = int(HOUR.total_seconds())
_ARRIVALS = {
    CAPTURES_AGE: "captures",
    GROUND_TRUTH_AGE: "ground truth",
    UNMATCHED_LABELS_AGE: "labels that match",
    SCHEDULE_DELAY: "overdue execution",
}
_OF_LABELS = {GROUND_TRUTH_AGE, UNMATCHED_LABELS_AGE}

_UNUSABLE = {REJECTED_SHARE: "captured lines that cannot be read", UNUSABLE_SHARE: "rows that cannot be used"}

type Widget = dict[str, object]
type Line = dict[str, object]


def dashboard_name(stack: Stack, endpoint: str) -> str:
    """`<stack>-<region>_<endpoint>`: an account has one set of dashboards for all its regions.

    Neither stacks nor regions have underscores in their names, so no two stacks share a dashboard. A dashboard's name
    must not have a dot, so an endpoint with one gets a digest.
    """
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", endpoint)
    if safe != endpoint:
        safe = f"{safe}-{sha256(endpoint.encode()).hexdigest()[:8]}"
    return f"{stack.name}-{stack.region}_{safe}"


def dashboard_body(document: MonitorDocument, stack: Stack) -> str:
    """JSON: the state of all alarms, then the figures of each monitor, then the ages of executions and data."""
    rows: list[list[Widget]] = [[_alarm_states(document, stack)]]
    for name, monitor in document.monitors.by_name().items():
        rows.append([_violations(document, name, monitor, stack), *_figures(document, name, monitor, stack)])
    rows.append(list(_ages(document, stack)))
    return json.dumps({"widgets": list(_placed(rows))}, sort_keys=True)


def _placed(rows: Sequence[Sequence[Widget]]) -> Iterator[Widget]:
    """Rows as wide as the grid, one below the other."""
    for y, row in enumerate(row for row in rows if row):
        width = WIDTH // len(row)
        for place, widget in enumerate(row):
            yield {**widget, "x": place * width, "y": y * _HEIGHT, "width": width, "height": _HEIGHT}


def _alarm_states(document: MonitorDocument, stack: Stack) -> Widget:
    names = [alarm_name(stack.name, document.endpoint, each.subject, each.label) for each in wanted_alarms(document)]
    if not names:
        return {"type": "text", "properties": {"markdown": f"No alarms on {document.endpoint}."}}
    arns = [stack.alarm_arn(name) for name in names[:_MOST_ALARMS]]
    return {"type": "alarm", "properties": {"title": f"Alarms of {document.endpoint}", "alarms": arns}}


def _figures(document: MonitorDocument, name: str, monitor: ScheduledMonitor, stack: Stack) -> Iterator[Widget]:
    """What this kind of monitor shows of its executions."""
    namespace = monitor.namespace or stack.metrics or monitor.metrics_namespace
    dimensions = _report_dimensions(document, name)
    for graph in monitor.graphs(name):
        lines = []
        for each in graph.lines:
            drawn = _line(namespace, each.figure, dimensions, each.label)
            drawn |= {"color": each.color} if each.color else {}
            lines.append(drawn | {"yAxis": "right"} if each.right else drawn)
        yield _graph(graph.title, lines, stack, _period(monitor), _axis(graph))
    # A window that nothing could be used of has no other figures: here is why.
    unusable = [_line(namespace, figure, dimensions, label) for figure, label in _UNUSABLE.items()]
    yield _graph(f"Unusable share of {name}", unusable, stack, _period(monitor), {"min": 0, "max": 1})


def _axis(graph: Graph) -> dict[str, float]:
    ends = {"min": graph.smallest, "max": graph.largest}
    return {end: value for end, value in ends.items() if value is not None}


def _report_dimensions(document: MonitorDocument, name: str) -> dict[str, str]:
    return {"Endpoint": document.endpoint, "MonitoringSchedule": metric_schedule(document, name)}


def _violations(document: MonitorDocument, name: str, monitor: ScheduledMonitor, stack: Stack) -> Widget:
    """The signal instead of the report's metric, because it exists whatever the monitor publishes."""
    line = _line(stack.signals, VIOLATIONS, {"Endpoint": document.endpoint, "Monitor": name}, "violations")
    return _graph(f"Violations of {name}", [line], stack, _period(monitor), {"min": 0})


def _ages(document: MonitorDocument, stack: Stack) -> Iterator[Widget]:
    of_endpoint = {"Endpoint": document.endpoint}
    executions = [
        _line(stack.signals, EXECUTION_AGE, of_endpoint | {"Monitor": name}, name)
        for name in document.monitors.by_name()
    ]
    yield _graph("Hours since the last execution", executions, stack, _HOUR, {"min": 0})
    arrivals = [
        _line(stack.signals, metric, of_endpoint, label)
        for metric, label in _ARRIVALS.items()
        if metric not in _OF_LABELS or document.label_delay is not None
    ]
    yield _graph("Hours since something arrived", arrivals, stack, _HOUR, {"min": 0})


def _line(namespace: str, metric: str, dimensions: Mapping[str, str], label: str) -> Line:
    """A metric for `_graph`: its identity, then its style."""
    return {"metric": [namespace, metric, *(part for pair in dimensions.items() for part in pair)], "label": label}


def _graph(
    title: str, lines: Sequence[Line], stack: Stack, period: int, axis: Mapping[str, float] | None = None
) -> Widget:
    """The largest value of each period, over time."""
    metrics = [
        [*cast("list[str]", line["metric"]), {key: value for key, value in line.items() if key != "metric"}]
        for line in lines
    ]
    properties: dict[str, object] = {
        "title": title,
        "metrics": metrics,
        "region": stack.region,
        "view": "timeSeries",
        "stacked": False,
        "stat": "Maximum",
        "period": period,
    }
    if axis:
        properties["yAxis"] = {"left": dict(axis)}
    return {"type": "metric", "properties": properties}


def _period(monitor: ScheduledMonitor) -> int:
    return int(min(schedule_period(monitor.schedule) or DAY, DAY).total_seconds())
