"""A range of executions of one monitor, oldest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, overload, override

from driftline.domain.errors import InvalidInputError
from driftline.presentation.text import count, window
from driftline.reader import records
from driftline.reader.charts import chart_over_time
from driftline.reader.execution import Execution, Source
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
    """Rows of one execution."""

    outcome: Record
    features: list[Record]
    violations: list[Record]
    metrics: list[Record]


class Executions(Sequence[Execution]):
    """Executions by scheduled time: a sequence, and tables over all of them.

    The tables are made of small rows that are kept; the files themselves are read and forgotten.
    """

    def __init__(self, sources: Sequence[Source], where: str) -> None:
        self._sources = tuple(sources)
        self._where = where

    @overload
    def __getitem__(self, index: int) -> Execution: ...
    @overload
    def __getitem__(self, index: slice) -> "Executions": ...
    @override
    def __getitem__(self, index: int | slice) -> "Execution | Executions":
        if isinstance(index, slice):
            return Executions(self._sources[index], self._where)
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
        return self._frame(lambda each: each.features, records.FEATURE, "feature")

    def violations(self) -> "DataFrame":
        """Execution.violations of all, by scheduled time and a number within the execution."""
        return self._frame(
            lambda each: [row | {"violation": number} for number, row in enumerate(each.violations)],
            {"violation": "count", **records.VIOLATION},
            "violation",
        )

    def metrics(self) -> "DataFrame":
        """Execution.metrics of all, by scheduled time and metric."""
        return self._frame(lambda each: each.metrics, records.METRIC, "metric")

    def history(self, name: str) -> "DataFrame":
        """One metric, or one feature, over time: its rows of `metrics()` or `features()`, by scheduled time.

        Executions in which it does not occur have no row.

        Raises:
            InvalidInputError: it occurs in none.
        """
        rows, column = self.rows_of(name)
        columns = {_TIME: "time", **(records.METRIC if column == "metric" else records.FEATURE)}
        return frame(rows, columns, [_TIME]).drop(columns=column)

    def plot(self, name: str) -> Page:
        """One metric with its interval and threshold, or one feature's drift and completeness, over time.

        Raises:
            InvalidInputError: it occurs in no execution.
        """
        rows, _ = self.rows_of(name)
        return chart_over_time(rows, name, f"{self._where}: {len(rows)} executions")

    def rows_of(self, name: str) -> tuple[list[Record], str]:
        """The rows of a metric or feature, each with its scheduled time; and `metric` or `feature`.

        Raises:
            InvalidInputError: it occurs in no execution.
        """
        known: set[str] = set()
        for column, rows in (("metric", self._rows(lambda each: each.metrics)),
                             ("feature", self._rows(lambda each: each.features))):  # fmt: skip
            known |= {str(row[column]) for row in rows}
            if found := [row for row in rows if row[column] == name]:
                return found, column
        raise InvalidInputError(
            f"no execution has a feature or metric {name!r}" if self else "there are no executions in this range",
            where=self._where,
            expected=near(name, known),
        )

    def _frame(self, rows_of: Callable[[_Tables], list[Record]], columns: Mapping[str, str], index: str) -> "DataFrame":
        return frame(self._rows(rows_of), {_TIME: "time", **columns}, [_TIME, index])

    def _rows(self, rows_of: Callable[[_Tables], list[Record]]) -> list[Record]:
        return [{_TIME: each.outcome[_TIME], **row} for each in self._tables for row in rows_of(each)]

    @cached_property
    def _tables(self) -> list[_Tables]:
        return list(side_by_side(_tables, self._sources, _AT_ONCE))


def _tables(source: Source) -> _Tables:
    execution = Execution(source)
    report = execution.report
    return _Tables(
        execution.outcome(),
        records.table_records(report, "features"),
        records.violation_records(report),
        records.table_records(report, "metrics"),
    )
