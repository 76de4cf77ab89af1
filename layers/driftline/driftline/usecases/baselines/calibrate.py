"""How often the suggested limits would have rung: the data set, cut into windows by its time column."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.instants import parse_instant, within_bounds
from driftline.domain.listing import first_of
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kind
from driftline.presentation.text import figure
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.format import CsvFormat, DatasetFormat
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables

LEAST_WINDOWS = 2
_SHOWN = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIED = 20
"""Rows of the first batch that decide which column has times."""
_MILLISECONDS = 1e11
"""Numbers from here on are milliseconds since 1970, as seconds they would be in the year 5138."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Attributes: limits: windows that ring, by limit, the most frequent first; ringing: windows in which any rings."""

    time_column: str
    windows: int
    limits: Mapping[str, int]
    ringing: int


def calibrate(
    kind: Kind,
    document: MonitorDocument | None,
    data: StoredDataSet,
    *,
    every: timedelta,
    time_column: str | None,
    where: str,
    scratch: ObjectStore,
    tables: DataSetTables,
) -> Calibration:
    """Evaluates each window of the data set against what the whole of it suggests.

    Args:
        every: Length of a window; the first one begins at a multiple of it since 1970, in UTC.
        time_column: None for the only column with times.
        where: The monitor document, for errors.
        scratch: Keeps the rows of the windows meanwhile.

    Raises:
        InvalidInputError: no time column, a time that cannot be read, or fewer than two windows.
    """
    cut = _Cut(every, time_column, data.where)
    for named, batch in data.batches():
        cut.add(named, batch)
    if len(cut.windows) < LEAST_WINDOWS:
        raise InvalidInputError(
            f"all times of {cut.column or 'the data set'} are in one window of this length",
            where=data.where,
            expected=f"rows of at least {LEAST_WINDOWS} windows",
            mend="Choose a shorter length.",
        )
    suggestion = kind.engine.suggest(document, data, where)
    suggested = {**suggestion.files, **suggestion.derived}
    for name in kind.companions:
        if body := data.beside(name):
            scratch.put(name, body)
    counted, ringing = Counter[str](), 0
    for number, lines in enumerate(cut.windows.values()):
        key = f"windows/{number}/rows{cut.extension}"
        scratch.put(key, lines.encode())
        window = StoredDataSet(scratch, [key], cut.options, tables, explained=data.explained)
        found = kind.engine.rehearse(document, suggested, window, where)
        limits = {_limit(each) for each in found if each.subject != cut.column}
        counted.update(limits)
        ringing += bool(limits)
    ordered = dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
    return Calibration(str(cut.column), len(cut.windows), ordered, ringing)


class _Cut:
    """The rows of each window as text, in the order of time."""

    def __init__(self, every: timedelta, column: str | None, where: str) -> None:
        self.column, self._every, self._where = column, every, where
        self._texts: defaultdict[int, io.StringIO] = defaultdict(io.StringIO)
        self._rows, self._as_csv, self._header = 0, True, True

    @property
    def windows(self) -> Mapping[int, str]:
        return {number: self._texts[number].getvalue() for number in sorted(self._texts)}

    @property
    def extension(self) -> str:
        return ".csv" if self._as_csv else ".jsonl"

    @property
    def options(self) -> DatasetFormat:
        return DatasetFormat(csv=CsvFormat(header=self._header)) if self._as_csv else DatasetFormat()

    def add(self, named: bool, batch: RowBatch) -> None:
        if not batch.rows:
            return
        if not self._rows:
            self._as_csv = all(isinstance(cell, str | None) for row in batch.rows for cell in _cells(row))
            self._as_csv = self._as_csv and not isinstance(batch.rows[0], Mapping)
            self._header = named
            self.column = self._chosen(batch)
        for row in batch.rows:
            self._rows += 1
            number = (self._time(_named(batch.names, row)) - _EPOCH) // self._every
            self._write(self._texts[number], batch.names, row)

    def _write(self, text: io.StringIO, names: Sequence[str], row: Sequence[object] | Mapping[str, object]) -> None:
        if not self._as_csv:
            text.write(json.dumps(_named(names, row), default=str, ensure_ascii=False) + "\n")
            return
        writer = csv.writer(text)
        if self._header and not text.tell():
            writer.writerow(names)
        writer.writerow(row)

    def _chosen(self, batch: RowBatch) -> str:
        names = list(batch.names)
        shown = first_of(names, _SHOWN)
        if self.column is not None:
            if self.column not in names:
                raise InvalidInputError(
                    f"no column {self.column} with the times", where=self._where, expected=f"one of {shown}"
                )
            return self.column
        rows = [_named(names, row) for row in batch.rows[:_TRIED]]
        found = [name for name in names if all(_is_time(row.get(name)) for row in rows)]
        if len(found) != 1:
            raise InvalidInputError(
                f"several columns have times: {first_of(found, _SHOWN)}" if found else "no column has times",
                where=self._where,
                expected=f"the name of the one that says when, of {shown}",
                mend="Pass --time-column NAME.",
            )
        return found[0]

    def _time(self, row: Mapping[str, object]) -> datetime:
        value = row.get(str(self.column))
        try:
            return within_bounds(_time_of(value))
        except (InvalidInputError, ValueError, OverflowError, OSError):
            raise InvalidInputError(
                f"{value!r} in row {self._rows:,} of {self.column} is not a time",
                where=self._where,
                expected="ISO 8601, for example 2026-03-01T14:00:00Z, or seconds since 1970",
            ) from None


def _named(names: Sequence[str], row: Sequence[object] | Mapping[str, object]) -> dict[str, object]:
    return dict(row) if isinstance(row, Mapping) else dict(zip(names, row, strict=False))


def _cells(row: Sequence[object] | Mapping[str, object]) -> Iterator[object]:
    yield from row.values() if isinstance(row, Mapping) else row


def _is_time(value: object) -> bool:
    """Numbers are not taken for times unless a person says so."""
    if isinstance(value, datetime):
        return True
    try:
        return isinstance(value, str) and "-" in value and bool(parse_instant(value.strip()))
    except InvalidInputError:
        return False


def _time_of(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return parse_instant(value.strip())
        return _time_of(number)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, UTC)
    raise ValueError(value)


def _limit(finding: Finding) -> str:
    """`recall < 0.81`, `amount: drift > 0.1`: what rings."""
    if finding.required is None or finding.measure == "count":
        return finding.subject
    name = finding.subject if finding.measure == "metric" else f"{finding.subject}: {finding.figure or finding.check}"
    return f"{name} {'<' if finding.side == 'at_least' else '>'} {figure(finding.required, finding.measure)}"
