"""The join of hour_join.py for an hour of few cells, row by row: there, each query costs more than all the rows.

DuckDB only reads the columnar records, and the native core writes the table: DuckDB takes forty times as long for a few
rows of many columns. The result is that of the queries, with the rows in the same order.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from driftline.adapters.native.core import Core
from driftline.adapters.tables.sql import quoted_text
from driftline.domain.ground_truth.label_rows import LabelCountError, label_rows
from driftline.domain.ground_truth.labels import Label
from driftline.domain.ground_truth.merged_rows import MergedRows, RejectedLabel, SlotRows, Winner
from driftline.domain.instants import format_instant, parse_instant
from driftline.domain.windows import HOUR

_MOST_BYTES = 1 << 18
"""Of all files: those of thousands of columns, for which DuckDB needs more memory, have more."""

_MOST_CELLS = 100_000
"""From about here on, the queries are faster."""

_LEVEL = 1
"""Of zstd, as in the records that the core writes."""

_PLACE = ("filename", "file_row_number")
"""Columns that are no part of the records; they are the last ones."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A captured row and its place; `cells` are those of the columnar records."""

    cells: tuple[object, ...]
    event_id: str
    join_id: str | None
    time: str
    row: int
    slot: str
    file: int
    at: int

    @property
    def record(self) -> tuple[str, str, int]:
        """Whose row it is; of several records with one id, the least one counts."""
        return self.time, self.event_id, self.file


@dataclass(frozen=True, slots=True)
class SmallHour:
    """The rows of an hour in the order of their files, and the names of the cells."""

    columns: Sequence[str]
    rows: Sequence[_Row]

    def merge(self, labels: Mapping[str, Label], core: Core, *, repeated: bool) -> MergedRows | None:
        """See `HourJoin.merge`; None if no row has a label: a table without rows has columns without a type.

        Args:
            core: Writes the table.
        """
        matched = [row for row in self.rows if row.join_id in labels]
        winners: dict[str, Winner] = {}
        if repeated:
            matched, winners = _first_of_each(matched)
        texts, fitting, rejected = _label_texts(matched, labels)
        chosen = [(row, texts[row.join_id][row.row]) for row in matched if _has_label(row, texts)]
        if not chosen:
            return None
        slots = self._slots([row for row, _ in chosen], repeated=repeated)
        return MergedRows(fitting, winners, rejected, slots, self._table(chosen, core))

    def _slots(self, chosen: Sequence[_Row], *, repeated: bool) -> dict[datetime, SlotRows]:
        counted = self.rows
        if repeated:
            counted = [row for row in self.rows if row.join_id is None]
            counted += _first_of_each([row for row in self.rows if row.join_id is not None])[0]
        rows, records = _by_slot(counted)
        labelled_rows, labelled_records = _by_slot(chosen)
        return {
            parse_instant(slot): SlotRows(records[slot], rows[slot], labelled_records[slot], labelled_rows[slot])
            for slot in sorted(rows)
        }

    def _table(self, chosen: Sequence[tuple[_Row, str]], core: Core) -> bytes:
        cells = zip(*(row.cells for row, _ in chosen), strict=True)
        columns: list[tuple[str, list[object]]] = [
            (name, list(of_column)) for name, of_column in zip(self.columns, cells, strict=True)
        ]
        columns.append(("label", [text for _, text in chosen]))
        return core.write_parquet([("", len(chosen), columns)], [], _LEVEL)


def read_small_hour(database: duckdb.DuckDBPyConnection, files: Sequence[Path], hour: datetime) -> SmallHour | None:
    """The rows of a UTC hour in these columnar records; None if they are too many.

    Args:
        database: Is used for one query.
        files: In the order of their capture files.
    """
    if sum(file.stat().st_size for file in files) > _MOST_BYTES:
        return None
    ordinals = {str(file): number for number, file in enumerate(files)}
    names = ", ".join(map(quoted_text, ordinals))
    start, end = (quoted_text(format_instant(moment)) for moment in (hour, hour + HOUR))
    place = ", ".join(_PLACE)
    found = database.execute(
        f"SELECT * EXCLUDE ({place}), {place} "  # noqa: S608 - our own names; paths and times are quoted
        f"FROM read_parquet([{names}], union_by_name = true, filename = true, file_row_number = true) "
        f"WHERE slot >= {start} AND slot < {end} LIMIT {_MOST_CELLS}"
    )
    columns = [str(name) for name, *_ in found.description][: -len(_PLACE)]
    most = _MOST_CELLS // len(columns)
    cells_of_rows = found.fetchmany(most + 1)
    if len(cells_of_rows) > most:
        return None
    at = {name: columns.index(name) for name in ("event_id", "inference_id", "inference_time", "row", "slot")}
    rows = [
        _Row(
            cells=cells[: -len(_PLACE)],
            event_id=cells[at["event_id"]] or "",
            join_id=cells[at["inference_id"]] or cells[at["event_id"]] or None,
            time=cells[at["inference_time"]],
            row=cells[at["row"]],
            slot=cells[at["slot"]],
            file=ordinals[cells[-2]],
            at=cells[-1],
        )
        for cells in cells_of_rows
    ]
    return SmallHour(columns, sorted(rows, key=lambda row: (row.file, row.at)))


def _first_of_each(rows: Sequence[_Row]) -> tuple[list[_Row], dict[str, Winner]]:
    """The rows of the record that counts for each join id, and these records where there are others to choose from."""
    first: dict[str | None, tuple[str, str, int]] = {}
    for row in rows:
        first[row.join_id] = min(first.get(row.join_id, row.record), row.record)
    taken: dict[tuple[str | None, int], _Row] = {}
    several = set()
    for row in rows:
        if row.record == first[row.join_id]:
            again = (row.join_id, row.row) in taken
            taken.setdefault((row.join_id, row.row), row)
            if again:
                several.add(row.join_id)
        else:
            several.add(row.join_id)
    kept = sorted(taken.values(), key=lambda row: (row.file, row.at))
    winners = {
        row.join_id: Winner(row.file, row.event_id, row.time)
        for row in kept
        if row.join_id is not None and row.join_id in several
    }
    return kept, winners


def _label_texts(
    matched: Sequence[_Row], labels: Mapping[str, Label]
) -> tuple[Mapping[str | None, Sequence[str]], dict[str, Label], list[RejectedLabel]]:
    """The text of each row by join id, the labels that fit, and those that do not; in the order of the ids."""
    texts: dict[str | None, Sequence[str]] = {}
    fitting: dict[str, Label] = {}
    rejected: list[RejectedLabel] = []
    counts = Counter(row.join_id for row in matched if row.join_id is not None)
    for id_ in sorted(counts):
        label = labels[id_]
        try:
            texts[id_] = label_rows(label, counts[id_])
        except LabelCountError as error:
            rejected.append(RejectedLabel(label, str(error)))
            continue
        fitting[id_] = label
    return texts, fitting, rejected


def _has_label(row: _Row, texts: Mapping[str | None, Sequence[str]]) -> bool:
    return row.row < len(texts.get(row.join_id, ()))


def _by_slot(rows: Sequence[_Row]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many rows, and how many of them are the first of their record, by slot."""
    of_rows: defaultdict[str, int] = defaultdict(int)
    of_records: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        of_rows[row.slot] += 1
        of_records[row.slot] += row.row == 0
    return of_rows, of_records
