"""The columns of kinds on the page of all endpoints: a figure, a small picture of its past, the worst subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.presentation.cells import gauge_texts
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.index_states import ORDER
from driftline.presentation.pages.overview.now import Line, MonitorNow, Now
from driftline.presentation.pages.overview.record import WorstRecord
from driftline.presentation.text import count, figure, percent, shown


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


def columns_of(lines: Sequence[Now]) -> tuple[KindColumn, ...]:
    """One for each kind that any endpoint has, by title."""
    titles = {each.kind: each.title for line in lines for each in line.monitors if each.kind}
    ordered = sorted(titles.items(), key=lambda item: (item[1], item[0]))
    return tuple(KindColumn(kind, shown(title)) for kind, title in ordered)


def of_kind(line: Now, column: KindColumn) -> MonitorNow | None:
    """The monitor of this kind; of several the one whose state is the worst."""
    found = [each for each in line.monitors if each.kind == column.key]
    return min(found, key=lambda each: (ORDER.index(each.state), -each.severity), default=None)


def ranks_of(lines: Sequence[Now], column: KindColumn) -> dict[str, int]:
    """Places of the endpoints when they are sorted by figure, then by its newest value; those without have none."""
    known = []
    for each in lines:
        monitor = of_kind(each, column)
        found = monitor.line if monitor else None
        if found is not None and (value := found.values[-1]) is not None:
            known.append((found.name, value, each.endpoint))
    return {endpoint: rank for rank, (_, _, endpoint) in enumerate(sorted(known))}


def _beside(worst: WorstRecord) -> str:
    """`0.4325 of 0.1`; `p = 0.02, at least 0.05`."""
    value, required = gauge_texts(worst.gauge)
    return f"{value}, {required}" if worst.gauge.side == "at_least" and required else f"{value} {required}".rstrip()


def spark_of(monitor: MonitorNow) -> Spark:
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


def data_of(line: Now, columns: Sequence[KindColumn]) -> Json:
    def values(found: Line | None) -> Json:
        if found is None:
            return None
        return {"values": [short(each) for each in found.values], "limit": short(found.limit)}

    return {column.key: values(monitor.line) if (monitor := of_kind(line, column)) else None for column in columns}
