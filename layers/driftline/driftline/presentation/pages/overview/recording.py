"""Makes the record of an execution from its report, whatever kind of monitor made that."""

from math import isfinite

from driftline.domain.executions.failure import Failure, failure_verdict
from driftline.domain.executions.past import Point
from driftline.domain.executions.place import Place
from driftline.domain.instants import format_instant
from driftline.presentation.charts import Series
from driftline.presentation.findings import subject_name
from driftline.presentation.pages.overview.record import (
    VERSION,
    BaselineRecord,
    FigureRecord,
    GaugeRecord,
    Record,
    SubjectRecord,
    WorstRecord,
)
from driftline.presentation.report import Report, Subject, Worst
from driftline.presentation.shapes import kept_name, short
from driftline.presentation.states import FAILED, NOT_EVALUATED, state_of
from driftline.presentation.tables import Gauge
from driftline.presentation.text import shown

NAMED = 5
"""So many of the subjects with violations are named."""

_MOST_SEVERE = 1e6
"""JSON has no infinity; a column that is missing is beyond every limit."""


def record_of(report: Report, baseline: str | None) -> Record:
    """Args: baseline: digest of the baseline's statistics.json, if there is one."""
    outcome, place = report.outcome, report.outcome.place
    distributed = {each.name for each in report.subjects}
    violated = dict.fromkeys(kept_name(subject_name(violation)) for violation in outcome.violations)
    start, end = outcome.window or (None, None)
    state = state_of(outcome.verdict)
    return Record(
        version=VERSION,
        endpoint=place.endpoint,
        monitor=place.monitor,
        kind=report.kind,
        title=report.title,
        noun=report.noun,
        scheduled=format_instant(place.scheduled),
        start=format_instant(start) if start else None,
        end=format_instant(end) if end else None,
        folder=place.folder,
        state=state,
        verdict=shown(report.headline),
        reason=shown(outcome.reason) if state == NOT_EVALUATED and outcome.reason else "",
        rows=outcome.rows or 0,
        evaluated=outcome.judged if outcome.rows is not None else 0,
        violations=len(outcome.violations),
        source=outcome.source,
        violated=tuple(violated)[:NAMED],
        severity=short(min(_MOST_SEVERE, max((each.excess or 0.0 for each in outcome.violations), default=0.0))),
        coverage=_finite(outcome.coverage),
        revision=outcome.revision,
        baseline=baseline,
        main=_figure(report.main) if report.main else None,
        worst=_worst(report.worst) if report.worst else None,
        subjects=tuple(map(_subject, report.subjects)),
        figures=tuple(_figure(each) for each in report.series if each.subject not in distributed),
    )


def failed_record(place: Place, failure: Failure) -> Record:
    """The record of an execution without a verdict. It has no figures, so charts have a gap there."""
    return Record(
        version=VERSION,
        endpoint=place.endpoint,
        monitor=place.monitor,
        kind="",
        scheduled=format_instant(place.scheduled),
        start=failure.window_start,
        end=failure.window_end,
        folder=place.folder,
        state=FAILED,
        verdict=shown(failure_verdict(failure)),
        rows=0,
        violations=0,
        source="Driftline",
    )


def baseline_record(report: Report) -> BaselineRecord | None:
    """Baseline shapes of the subjects that the window has too; None if the report has no baseline."""
    shapes = {kept_name(each.name): each.reference for each in report.subjects}
    known = {name: shape for name, shape in shapes.items() if shape is not None}
    return BaselineRecord(VERSION, known) if known else None


def _subject(subject: Subject) -> SubjectRecord:
    return SubjectRecord(
        name=kept_name(subject.name),
        note=subject.note,
        completeness=_finite(subject.completeness),
        required=_finite(subject.required),
        gauge=_gauge(subject.gauge) if subject.gauge else None,
        shape=subject.shape,
    )


def _worst(worst: Worst) -> WorstRecord:
    return WorstRecord(subject=kept_name(worst.subject), gauge=_gauge(worst.gauge))


def _gauge(gauge: Gauge) -> GaugeRecord:
    return GaugeRecord(
        value=_finite(gauge.value),
        limit=_finite(gauge.limit),
        side=gauge.side,
        measure=gauge.measure,
        beyond=gauge.beyond,
        excess=short(gauge.excess),
    )


def _figure(series: Series) -> FigureRecord:
    last = series.last
    return FigureRecord(
        name=kept_name(series.subject or series.name),
        title=shown(series.title),
        value=_finite(last.value),
        interval=_interval(last),
        limit=_finite(series.limit),
        side=series.side,
        measure=series.measure,
        baseline=_finite(series.baseline),
        violated=series.violated,
    )


def _interval(point: Point) -> tuple[float, float] | None:
    if point.lower is None or point.upper is None or not (isfinite(point.lower) and isfinite(point.upper)):
        return None
    return short(point.lower), short(point.upper)


def _finite(value: float | None) -> float | None:
    return short(value) if value is not None and isfinite(value) else None
