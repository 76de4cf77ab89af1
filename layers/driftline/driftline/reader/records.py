"""What an execution says, as plain rows: no dataclasses, no numpy, names that are columns."""

from collections.abc import Mapping

from driftline.domain.executions.finding import Finding
from driftline.presentation.headline import finding_sentence
from driftline.presentation.report import Report
from driftline.presentation.tables import Cell, Holds, Medium, Table

type Record = dict[str, object]

OUTCOME: Mapping[str, str] = {
    "scheduled_time": "time",
    "window_start": "time",
    "window_end": "time",
    "rows": "count",
    "rows_judged": "count",
    "coverage": "number",
    "violations": "count",
    "worst_feature": "text",
    "worst_drift": "number",
    "revision": "count",
    "reason": "text",
    "source": "text",
}
VIOLATION: Mapping[str, str] = {
    "subject": "text",
    "check": "text",
    "description": "text",
    "sentence": "text",
    "observed": "number",
    "required": "number",
    "lower": "number",
    "upper": "number",
    "statistic": "number",
    "statistic_lower": "number",
    "statistic_upper": "number",
    "n": "number",
    "p_value": "number",
    "direction": "text",
    "certain": "flag",
    "sample_inference_ids": "list",
}
_HOLDS: Mapping[Holds, str] = {
    Holds.TEXT: "text",
    Holds.NUMBER: "number",
    Holds.SHARE: "number",
    Holds.COUNT: "count",
    Holds.FLAG: "flag",
    Holds.TIME: "time",
    Holds.LIST: "list",
}
"""What columns for notebooks hold."""


def outcome_record(report: Report) -> Record:
    """One row for the whole execution."""
    outcome = report.outcome
    start, end = outcome.window or (None, None)
    worst = _worst(report)
    return {
        "scheduled_time": outcome.place.scheduled,
        "window_start": start,
        "window_end": end,
        "rows": outcome.rows,
        "rows_judged": outcome.used,
        "coverage": outcome.coverage,
        "violations": len(outcome.violations),
        "worst_feature": worst[1] if worst else None,
        "worst_drift": worst[0] if worst else None,
        "revision": outcome.revision,
        "reason": outcome.reason or None,
        "source": outcome.source,
    }


def table_named(report: Report, name: str) -> Table | None:
    """The report's table of this name, if there is one."""
    return next((table for table in report.tables if table.name == name), None)


def table_records(report: Report, name: str) -> list[Record]:
    """The rows of a table in the order of the execution's files; none if there is no such table."""
    table = table_named(report, name)
    if table is None:
        return []
    columns = [(index, column.name) for index, column in enumerate(table.columns) if Medium.NOTEBOOK in column.on]
    return [{name: _plain(row.cells[index]) for index, name in columns} for row in table.rows]


def subject_tables(report: Report) -> list[Table]:
    """Those with a row for each subject, which may be followed over executions."""
    return [each for each in report.tables if not each.rows or any(row.subject for row in each.rows)]


def columns_of(table: Table) -> Mapping[str, str]:
    """Name -> what it holds, a key of frames.TYPES."""
    return {column.name: _HOLDS[column.holds] for column in table.columns if Medium.NOTEBOOK in column.on}


def violation_records(report: Report) -> list[Record]:
    """A row for each, in the order of constraint_violations.json."""
    return [_violation(each) for each in report.outcome.violations]


def _worst(report: Report) -> tuple[float, str] | None:
    """The distance that is farthest beyond its threshold, and whose it is; p-values are none."""
    compared = [
        (each.gauge.excess, each.gauge.value, each.name)
        for each in report.subjects
        if each.gauge and each.gauge.value is not None and each.gauge.measure != "p_value"
    ]
    return max(compared, key=lambda each: each[:2])[1:] if compared else None


def _plain(cell: Cell) -> object:
    return list(cell) if isinstance(cell, tuple) else cell


def _violation(violation: Finding) -> Record:
    bounds = violation.interval or (None, None)
    # The interval is that of the raw statistic where the check decides by a figure derived from it.
    of_statistic, of_observed = (bounds, (None, None)) if violation.derived else ((None, None), bounds)
    return {
        "subject": violation.subject,
        "check": violation.check,
        "description": violation.description,
        "sentence": finding_sentence(violation),
        "observed": violation.observed,
        "required": violation.required,
        "lower": of_observed[0],
        "upper": of_observed[1],
        "statistic": violation.statistic,
        "statistic_lower": of_statistic[0],
        "statistic_upper": of_statistic[1],
        "n": violation.n,
        "p_value": violation.p_value,
        "direction": violation.direction,
        "certain": violation.certain,
        "sample_inference_ids": list(violation.inference_ids),
    }
