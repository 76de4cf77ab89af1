"""A range of executions of one monitor, oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, overload, override

from driftline.domain.errors import InvalidInputError
from driftline.presentation.tables import Table
from driftline.presentation.text import count, window
from driftline.reader import records
from driftline.reader.charts import chart_over_time
from driftline.reader.execution import Execution, Source, no_table
from driftline.reader.frames import frame
from driftline.reader.page import Page
from driftline.reader.records import Record
from driftline.reader.suggestions import near
from driftline.usecases.side_by_side import side_by_side

if TYPE_CHECKING:
    from pandas import DataFrame

_AT_ONCE = 8
"""Number of executions that are read in parallel; each reads its own files in parallel, too."""

_TIME = "scheduled_time"


@dataclass(frozen=True, slots=True)
class _Tables:
    """Rows of one execution.

    Attributes:
        tables: Those of its report, by name; without rows, to know their columns.
        rows: Of these tables.
        followed: Names of those with a row for each subject.
    """

    outcome: Record
    violations: list[Record]
    tables: dict[str, Table]
    rows: dict[str, list[Record]]
    followed: tuple[str, ...]


class Executions(Sequence[Execution]):
    """Executions by scheduled time: a sequence, and tables over all of them.

    The tables are made of small rows that are kept; the files themselves are read and forgotten.
    """

    def __init__(self, sources: Sequence[Source], where: str, example: Source | None = None) -> None:
        """Args: example: an execution outside of the range, from which an empty range has its columns."""
        self._sources = tuple(sources)
        self._where = where
        self._example = example or next(iter(self._sources), None)

    @overload
    def __getitem__(self, index: int) -> Execution: ...
    @overload
    def __getitem__(self, index: slice) -> "Executions": ...
    @override
    def __getitem__(self, index: int | slice) -> "Execution | Executions":
        if isinstance(index, slice):
            return Executions(self._sources[index], self._where, self._example)
        return Execution(self._sources[index])

    @override
    def __len__(self) -> int:
        return len(self._sources)

    @override
    def __iter__(self) -> Iterator[Execution]:
        return (Execution(source) for source in self._sources)

    def __repr__(self) -> str:
        times = self.times
        span = f", {window(times[0], times[-1])}" if times else ""
        return f"<Executions {self._where}: {count(len(times), 'execution')}{span}>"

    @property
    def times(self) -> list[datetime]:
        """Their scheduled times."""
        return [source.place.scheduled for source in self._sources]

    def to_dicts(self) -> list[dict[str, object]]:
        """Each execution as in Execution.to_dict; without pandas."""
        return list(side_by_side(lambda source: Execution(source).to_dict(), self._sources, _AT_ONCE))

    def outcomes(self) -> "DataFrame":
        """A row for each execution, by scheduled time: rows, coverage, violations, worst drift."""
        return frame([each.outcome for each in self._tables], records.OUTCOME, [_TIME])

    def features(self) -> "DataFrame":
        """Execution.features of all, by scheduled time and feature."""
        return self.table("features")

    def violations(self) -> "DataFrame":
        """Execution.violations of all, by scheduled time and a number within the execution."""
        rows = [
            {_TIME: each.outcome[_TIME], "violation": number, **row}
            for each in self._tables
            for number, row in enumerate(each.violations)
        ]
        columns = {_TIME: "time", "violation": "count", **records.VIOLATION}
        return frame(rows, columns, [_TIME, "violation"])

    def metrics(self) -> "DataFrame":
        """Execution.metrics of all, by scheduled time and metric."""
        return self.table("metrics")

    def table(self, name: str) -> "DataFrame":
        """Execution.table of all, by scheduled time and the table's first column.

        Raises:
            InvalidInputError: no execution has such a table.
        """
        columns = self._columns(name)
        return frame(self._rows(name), {_TIME: "time", **columns}, [_TIME, next(iter(columns))])

    def history(self, name: str) -> "DataFrame":
        """One subject, such as a metric or a feature, over time: its rows of a table, by scheduled time.

        Executions in which it does not occur have no row.

        Raises:
            InvalidInputError: it occurs in none.
        """
        rows, table = self.rows_of(name)
        columns = self._columns(table)
        return frame(rows, {_TIME: "time", **columns}, [_TIME]).drop(columns=next(iter(columns)))

    def plot(self, name: str) -> Page:
        """One metric with its interval and threshold, or one feature's drift and completeness, over time.

        Raises:
            InvalidInputError: it occurs in no execution.
        """
        rows, _ = self.rows_of(name)
        return chart_over_time(rows, name, f"{self._where}: {len(rows)} executions")

    def rows_of(self, name: str) -> tuple[list[Record], str]:
        """The rows of a subject, each with its scheduled time; and the name of their table.

        Raises:
            InvalidInputError: it occurs in no execution.
        """
        known: set[str] = set()
        for table in dict.fromkeys(name_ for each in self._tables for name_ in each.followed):
            rows, subject = self._rows(table), next(iter(self._columns(table)))
            known |= {str(row[subject]) for row in rows}
            if found := [row for row in rows if row[subject] == name]:
                return found, table
        raise InvalidInputError(
            f"no execution has a feature or metric {name!r}" if self else "there are no executions in this range",
            where=self._where,
            expected=near(name, known),
        )

    def _columns(self, name: str) -> Mapping[str, str]:
        """What the columns of a table hold; all executions of a monitor have the same."""
        read = self._tables or ([_tables(self._example)] if self._example else [])
        table = next((each.tables[name] for each in reversed(read) if name in each.tables), None)
        if table is None:
            raise no_table(name, read[-1].tables.values() if read else (), self._where)
        return records.columns_of(table)

    def _rows(self, name: str) -> list[Record]:
        return [{_TIME: each.outcome[_TIME], **row} for each in self._tables for row in each.rows.get(name, ())]

    @cached_property
    def _tables(self) -> list[_Tables]:
        return list(side_by_side(_tables, self._sources, _AT_ONCE))


def _tables(source: Source) -> _Tables:
    execution = Execution(source)
    report = execution.report
    return _Tables(
        execution.outcome(),
        records.violation_records(report),
        {each.name: replace(each, rows=(), order=()) for each in report.tables},
        {each.name: records.table_records(report, each.name) for each in report.tables},
        tuple(each.name for each in records.subject_tables(report)),
    )
