"""The tables of results, for SQL: one row per execution, finding and figure (docs/reference/tables.md).

A file holds the rows of one execution. Its key follows from the scheduled time, as that of the report folder does, so
that a window which is evaluated again replaces its rows: nothing is counted twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.figure import Figure
from driftline.domain.executions.finding import Finding
from driftline.domain.keys import result_table_key
from driftline.domain.monitors.ownership import Ownership

type Cell = str | int | float | bool | datetime | Sequence[str] | None


class CellType(StrEnum):
    """The type of a column, by its name in Athena; `tables/result_files.py` has DuckDB's."""

    TEXT = "string"
    WHOLE = "bigint"
    NUMBER = "double"
    FLAG = "boolean"
    TIME = "timestamp"
    TEXTS = "array<string>"


@dataclass(frozen=True, slots=True)
class Column[Row]:
    """A column: what it holds, and where its values come from."""

    name: str
    type: CellType
    description: str
    value: Callable[[Row], Cell]


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One execution.

    Attributes:
        summary: The verdict in a sentence.
        folder: Key of the report folder.
    """

    envelope: Envelope
    ownership: Ownership
    summary: str
    folder: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding; `position` counts from 1, in the order of summary.json."""

    envelope: Envelope
    finding: Finding
    position: int


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One figure."""

    envelope: Envelope
    figure: Figure


type _Dated = VerdictRow | FindingRow | ProfileRow


def _utc(moment: datetime) -> datetime:
    """Without its zone, which is said in the documentation: Athena's timestamps have none."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _low(interval: tuple[float, float] | None) -> float | None:
    return interval[0] if interval else None


def _high(interval: tuple[float, float] | None) -> float | None:
    return interval[1] if interval else None


def _head[Row: _Dated](_row: type[Row]) -> tuple[Column[Row], ...]:
    """The columns that every table begins with."""
    return (
        Column("window_start", CellType.TIME, "start of the window, UTC", lambda row: _utc(row.envelope.window.start)),
        Column(
            "window_end",
            CellType.TIME,
            "end of the window, UTC, not part of it",
            lambda row: _utc(row.envelope.window.end),
        ),
        Column(
            "scheduled_time",
            CellType.TIME,
            "scheduled time, UTC; `day` is its day",
            lambda row: _utc(row.envelope.scheduled_time),
        ),
        Column("kind", CellType.TEXT, "kind of the monitor", lambda row: row.envelope.kind),
    )


VERDICT: tuple[Column[VerdictRow], ...] = (
    *_head(VerdictRow),
    Column("verdict", CellType.TEXT, "`good`, `violations` or `not_evaluated`", lambda row: row.envelope.verdict),
    Column("status", CellType.TEXT, "SageMaker's word for it", lambda row: row.envelope.status),
    Column("summary", CellType.TEXT, "the verdict in a sentence", lambda row: row.summary),
    Column("reason", CellType.TEXT, "why the window was not evaluated", lambda row: row.envelope.reason),
    Column("row_count", CellType.WHOLE, "rows captured in the window", lambda row: row.envelope.rows),
    Column(
        "evaluated_rows", CellType.WHOLE, "rows that the verdict is based on", lambda row: row.envelope.evaluated_rows
    ),
    Column(
        "coverage",
        CellType.NUMBER,
        "share of the rows with a label; null for monitors that need none",
        lambda row: row.envelope.coverage,
    ),
    Column(
        "violations",
        CellType.WHOLE,
        "number of violations; null if the window was not evaluated",
        lambda row: row.envelope.counted_violations,
    ),
    Column(
        "headline_figure",
        CellType.TEXT,
        "name of the figure that stands for the execution",
        lambda row: row.envelope.headline.figure if row.envelope.headline else None,
    ),
    Column(
        "headline_subject",
        CellType.TEXT,
        "its feature or group",
        lambda row: row.envelope.headline.subject if row.envelope.headline else None,
    ),
    Column(
        "headline_value",
        CellType.NUMBER,
        "its value",
        lambda row: row.envelope.headline.value if row.envelope.headline else None,
    ),
    Column(
        "headline_required",
        CellType.NUMBER,
        "its limit",
        lambda row: row.envelope.headline.limit if row.envelope.headline else None,
    ),
    Column(
        "new_model",
        CellType.TEXT,
        "a model that the endpoint got shortly before the window or during it",
        lambda row: row.envelope.model.name if row.envelope.model else None,
    ),
    Column("team", CellType.TEXT, "the team of the monitor document", lambda row: row.ownership.team),
    Column("owner", CellType.TEXT, "the owner of the monitor document", lambda row: row.ownership.owner),
    Column("report", CellType.TEXT, "key of the report folder in the bucket", lambda row: row.folder),
)

FINDING: tuple[Column[FindingRow], ...] = (
    *_head(FindingRow),
    Column("position", CellType.WHOLE, "from 1, in the order of summary.json", lambda row: row.position),
    Column("subject", CellType.TEXT, "feature, metric or group", lambda row: row.finding.subject),
    Column("check_type", CellType.TEXT, "SageMaker's `constraint_check_type`", lambda row: row.finding.check),
    Column("description", CellType.TEXT, "SageMaker's sentence", lambda row: row.finding.description),
    Column("violation", CellType.FLAG, "true if a constraint is broken", lambda row: row.finding.violation),
    Column("measure", CellType.TEXT, "what the figures are: `share`, `distance` …", lambda row: row.finding.measure),
    Column("figure", CellType.TEXT, "name of the observed figure", lambda row: row.finding.figure or None),
    Column("observed", CellType.NUMBER, "the figure", lambda row: row.finding.observed),
    Column("required", CellType.NUMBER, "its limit", lambda row: row.finding.required),
    Column("side", CellType.TEXT, "`at_least` or `at_most`", lambda row: row.finding.side),
    Column("baseline", CellType.NUMBER, "the figure in the baseline", lambda row: row.finding.baseline),
    Column("statistic", CellType.NUMBER, "the raw statistic behind the figure", lambda row: row.finding.statistic),
    Column("method", CellType.TEXT, "how the statistic was computed", lambda row: row.finding.method),
    Column(
        "interval_low",
        CellType.NUMBER,
        "lower end of the 95 % confidence interval, of `statistic` if there is one",
        lambda row: _low(row.finding.interval),
    ),
    Column("interval_high", CellType.NUMBER, "its upper end", lambda row: _high(row.finding.interval)),
    Column("n", CellType.NUMBER, "rows that the figure is about", lambda row: row.finding.n),
    Column("p_value", CellType.NUMBER, "adjusted for all tests of the window", lambda row: row.finding.p_value),
    Column("direction", CellType.TEXT, "`higher` or `lower`", lambda row: row.finding.direction),
    Column("certain", CellType.FLAG, "chance does not explain the change", lambda row: row.finding.certain),
    Column(
        "named_values",
        CellType.TEXTS,
        "what is wrong by name: unseen values, missing columns",
        lambda row: row.finding.values,
    ),
    Column(
        "inference_ids",
        CellType.TEXTS,
        "inferenceIds of some rows behind the finding",
        lambda row: row.finding.inference_ids,
    ),
)

PROFILE: tuple[Column[ProfileRow], ...] = (
    *_head(ProfileRow),
    Column(
        "subject",
        CellType.TEXT,
        "feature or group; empty for the window as a whole",
        lambda row: row.figure.subject,
    ),
    Column("figure", CellType.TEXT, "name of the figure", lambda row: row.figure.name),
    Column("value", CellType.NUMBER, "the figure; null if it is not defined", lambda row: row.figure.value),
    Column(
        "interval_low",
        CellType.NUMBER,
        "lower end of its 95 % confidence interval",
        lambda row: _low(row.figure.interval),
    ),
    Column("interval_high", CellType.NUMBER, "its upper end", lambda row: _high(row.figure.interval)),
    Column("baseline", CellType.NUMBER, "the same figure of the baseline", lambda row: row.figure.baseline),
    Column("required", CellType.NUMBER, "the limit that it was compared with", lambda row: row.figure.required),
    Column("n", CellType.NUMBER, "rows behind the figure", lambda row: row.figure.n),
)


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table of results: `rows` says what one row is."""

    name: str
    rows: str
    columns: Sequence[Column[VerdictRow] | Column[FindingRow] | Column[ProfileRow]]

    def key(self, endpoint: str, monitor: str, scheduled: datetime) -> str:
        return result_table_key(self.name, endpoint, monitor, scheduled)


RESULT_TABLES: Mapping[str, ResultTable] = {
    table.name: table
    for table in (
        ResultTable("verdict", "one execution", VERDICT),
        ResultTable("finding", "one finding of an execution; a violation is one that breaks its constraint", FINDING),
        ResultTable("profile", "one figure of a window, whether anything is wrong with it or not", PROFILE),
    )
}

PARTITIONS: Mapping[str, str] = {
    "endpoint": "name of the endpoint",
    "monitor": "name of the monitor",
    "day": "UTC day of the scheduled time, as `2026-03-01`",
}
"""Columns that are in the keys and not in the files, all texts."""


def _cells[Row](columns: Sequence[Column[Row]], rows: Sequence[Row]) -> list[list[Cell]]:
    return [[column.value(row) for column in columns] for row in rows]


def result_rows(
    envelope: Envelope, figures: Sequence[Figure], ownership: Ownership, summary: str, folder: str
) -> dict[str, list[list[Cell]]]:
    """The rows of an execution by table, their cells in the order of the columns.

    Args:
        summary: The verdict in a sentence.
        folder: Key of the report folder.
    """
    findings = [FindingRow(envelope, finding, place) for place, finding in enumerate(envelope.findings, start=1)]
    return {
        "verdict": _cells(VERDICT, [VerdictRow(envelope, ownership, summary, folder)]),
        "finding": _cells(FINDING, findings),
        "profile": _cells(PROFILE, [ProfileRow(envelope, figure) for figure in figures]),
    }
