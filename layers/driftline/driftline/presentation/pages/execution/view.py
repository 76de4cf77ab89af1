"""What the template and the script of a page get of a report: texts, and charts as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import relpath
from typing import Literal
from urllib.parse import quote

from driftline.domain.executions.outcome import SAGEMAKERS
from driftline.domain.executions.place import Place
from driftline.domain.instants import format_instant
from driftline.presentation.charts import Categories, Chart, Cumulative, Histogram, OverTime
from driftline.presentation.findings import Fact
from driftline.presentation.pages.execution.chart_data import Json, chart_data
from driftline.presentation.pages.execution.evidence_view import FamilyView, evidence_view, family_views
from driftline.presentation.pages.execution.table_view import TableView, detail_data, is_opening, table_view
from driftline.presentation.report import Charts, Report, Section
from driftline.presentation.since import Change, Comparison
from driftline.presentation.states import state_of
from driftline.presentation.tables import Matrix, MatrixCell, Row, Table
from driftline.presentation.text import percent, shown

_SHADES = 10
_READABLE = 60
"""Rows of a table that stands for a chart."""


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """`link`: to the page of what it is compared with, where there is one."""

    title: str
    link: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class BehindView:
    """The figures behind a chart, for a page whose scripts do not run."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ChartsView:
    """`drawn`: how many charts the script draws here; `behind`: tables in their place where no script runs."""

    name: str
    title: str
    folded: bool
    large: bool
    otherwise: str
    drawn: int
    behind: tuple[BehindView, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixCellView:
    """`shade`: share of the row in tenths; `beside`: what it was in the baseline."""

    rows: str
    share: str
    beside: str
    shade: int


@dataclass(frozen=True, slots=True)
class MatrixView:
    title: str
    note: str
    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCellView, ...]], ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """One of the three."""

    kind: Literal["table", "matrix", "charts"]
    table: TableView | None = None
    matrix: MatrixView | None = None
    charts: ChartsView | None = None


@dataclass(frozen=True, slots=True)
class SectionView:
    name: str
    title: str
    count: str
    note: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The whole page.

    Attributes:
        beside: What the window is drawn beside.
        evidence: Of violations; `remarks`: of other findings.
        leading: Sections before the violations.
        method: Paragraphs of texts by turns plain and code.
        data: For the charts; goes into the page as JSON.
        over_time: Link to the endpoint's page, where there is one.
        once: There is no verdict, and nothing before it.
    """

    title: str
    endpoint: str
    monitor: str
    state: str
    headline: str
    facts: tuple[Fact, ...]
    comparisons: tuple[ComparisonView, ...]
    evidence: tuple[FamilyView, ...]
    remarks: tuple[FamilyView, ...]
    violations: int
    leading: tuple[SectionView, ...]
    sections: tuple[SectionView, ...]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    method: tuple[tuple[str, ...], ...]
    beside: str
    of_sagemaker: bool
    data: Mapping[str, Json]
    trend: bool
    over_time: str | None = None
    once: bool = False


def page_view(report: Report, *, over_time: str | None = None) -> PageView:
    """Args: over_time: a link to the endpoint's page."""
    outcome = report.outcome
    place = outcome.place
    rows = _row_ids(report)
    evidence = [(each.finding, evidence_view(i, each, rows)) for i, each in enumerate(report.evidence)]
    violations = [view for finding, view in evidence if finding.violation]
    return PageView(
        title=f"{shown(place.endpoint)}: {report.title.lower()}",
        endpoint=shown(place.endpoint),
        monitor=shown(place.monitor),
        state=state_of(outcome.verdict),
        headline=report.headline,
        facts=report.facts,
        comparisons=() if report.once else tuple(_comparison(each, place) for each in report.comparisons),
        evidence=family_views(violations, report.noun),
        remarks=family_views([view for finding, view in evidence if not finding.violation], report.noun),
        violations=len(violations),
        leading=tuple(_section(section) for section in report.sections if section.leads),
        sections=tuple(_section(section) for section in report.sections if not section.leads),
        notes=tuple(map(shown, report.notes)),
        files=report.files,
        limits=tuple(map(shown, report.limits)),
        method=tuple(tuple(paragraph.split("`")) for paragraph in report.method),
        beside=report.beside,
        of_sagemaker=outcome.source == SAGEMAKERS,
        data=_data(report),
        trend=bool(report.trend) and len(report.times) > 1,
        over_time=over_time,
        once=report.once,
    )


def _row_ids(report: Report) -> dict[str, str]:
    """The rows that open, by what they are about."""
    return {
        row.subject: f"{table.noun}-{rank}"
        for table in report.tables
        if is_opening(table)
        for rank, row in enumerate(table.ordered)
    }


def _comparison(comparison: Comparison, place: Place) -> ComparisonView:
    """Args: place: of the page, from which the link leads."""
    earlier = comparison.with_
    link = quote(relpath(f"{earlier.folder}report.html", place.folder)) if earlier else None
    return ComparisonView(comparison.title, link, comparison.changes)


def _section(section: Section) -> SectionView:
    parts = tuple(_part(part) for part in section.parts)
    return SectionView(section.name, section.title, section.count, section.note, parts)


def _part(part: Table | Matrix | Charts) -> PartView:
    match part:
        case Table():
            return PartView("table", table=table_view(part))
        case Matrix():
            return PartView("matrix", matrix=_matrix(part))
        case Charts():
            behind = tuple(view for chart in part.charts if (view := _behind(chart)) is not None)
            charts = ChartsView(
                part.name, part.title, part.folded, part.large, part.otherwise, len(part.charts), behind
            )
            return PartView("charts", charts=charts)


def _behind(chart: Chart) -> BehindView | None:
    """None where the figures are too many to be read, or are in a table of their own."""
    if isinstance(chart, OverTime | Histogram | Categories | Cumulative):
        return None
    behind = chart.behind
    if behind is None or len(behind.rows) > _READABLE:
        return None
    rows = tuple(tuple(shown(each) if each else "" for each in row) for row in behind.rows)
    return BehindView(chart.title, behind.head, rows)


def _matrix(matrix: Matrix) -> MatrixView:
    rows = tuple((shown(label), tuple(map(_matrix_cell, row))) for label, row in matrix.rows)
    return MatrixView(matrix.title, matrix.note, tuple(map(shown, matrix.across)), rows)


def _matrix_cell(cell: MatrixCell) -> MatrixCellView:
    """A cell without rows, now and in the baseline, says 0 and nothing else."""
    anything = bool(cell.rows or cell.baseline)
    return MatrixCellView(
        rows=f"{cell.rows:,}",
        share=percent(cell.share) if anything else "",
        beside=percent(cell.baseline) if anything and cell.baseline is not None else "",
        shade=round((cell.share or 0.0) * _SHADES),
    )


def _data(report: Report) -> dict[str, Json]:
    groups: dict[str, Json] = {}
    rows: dict[str, Json] = {}
    if len(report.times) > 1:
        groups["trend"] = [chart_data(OverTime(series)) for series in report.trend]
    opened = _opened(report)
    for i, each in enumerate(report.evidence):
        if each.charts:
            groups[f"finding-{i}"] = [_chart_or_place(chart, opened.get(each.finding.subject)) for chart in each.charts]
    for section in report.sections:
        for part in section.parts:
            if isinstance(part, Charts) and part.charts:
                groups[part.name] = [chart_data(chart) for chart in part.charts]
            elif isinstance(part, Table) and is_opening(part):
                rows[part.name] = [detail_data(row, part) for row in part.ordered]
    return {**course_data(report), "charts": groups, "rows": rows}


type _Place = tuple[str, int, Row]
"""(table, rank, row)."""


def _opened(report: Report) -> dict[str, _Place]:
    """The rows that open, by what they are about."""
    return {
        row.subject: (table.name, rank, row)
        for table in report.tables
        if is_opening(table)
        for rank, row in enumerate(table.ordered)
    }


def _chart_or_place(chart: Chart, place: _Place | None) -> Json:
    """Where the page has the chart already, [table, row, number]."""
    table, rank, row = place or ("", 0, None)
    known = row.detail.charts if row and row.detail else ()
    return [table, rank, known.index(chart)] if chart in known else chart_data(chart)


def course_data(report: Report) -> dict[str, Json]:
    """What all charts share: the executions, and the name of the reference."""
    return {
        "beside": report.beside,
        "times": [format_instant(time) for time in report.times],
        "failed": list(report.failed),
        **(
            {"ends": [format_instant(time) for time in report.ends], "labels": list(report.labels)}
            if report.ends
            else {}
        ),
    }
