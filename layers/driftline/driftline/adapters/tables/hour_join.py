"""Captured rows with their labels: the table that monitors read, made by DuckDB from the columnar records.

The columns of the columnar records (columnar.py), then `label` (VARCHAR, domain/ground_truth/label_rows.py). Memory is
bounded: records are streamed, only ids and labels of the hour are kept. Rows are in the order of the records. Hours
with few cells are joined in small_hours.py.
"""

# ruff: noqa: S608 - the queries contain our own names only; paths and times in them are quoted

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from uuid import uuid4

import duckdb

from driftline.adapters.native.core import Core
from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.small_hours import SmallHour, read_small_hour
from driftline.adapters.tables.sql import quoted_text
from driftline.adapters.tables.wide import USUAL_MEGABYTES, memory_for, rows_at_once
from driftline.domain.ground_truth.label_rows import LabelCountError, label_rows
from driftline.domain.ground_truth.labels import Label
from driftline.domain.ground_truth.merged_rows import MergedRows, RejectedLabel, SlotRows, Winner
from driftline.domain.instants import format_instant, parse_instant
from driftline.domain.windows import HOUR
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_ROW_GROUP = 16_384
"""Rows that the writer keeps at once: the default, eight times as many, takes 100 MB for 30 columns."""

_BATCH = 50_000
_LOADED_SIZE = 32 << 20
"""In characters."""
_FIRST = "inference_time, coalesce(event_id, ''), ordinal"


_FILES_AT_ONCE = AT_ONCE // 2
"""Records of a capture file take megabytes, and are held until they are on disk."""


def merge_hour(
    records: Sequence[Callable[[], bytes]],
    hour: datetime,
    labels: Mapping[str, Label],
    *,
    repeated: bool,
    core: Core | None,
) -> MergedRows:
    """See `LabelTables.merge_hour`.

    Args:
        core: Writes the tables of small hours, if there is one.
    """
    with _on_disk(records) as (folder, files):
        small = _small_hour(files, hour) if core else None
        merged = small.merge(labels, core, repeated=repeated) if small and core else None
        if merged:
            return merged
        with HourJoin(files, hour, folder) as join:
            return join.merge(labels, repeated=repeated)


@contextmanager
def joined_hour(records: Sequence[Callable[[], bytes]], hour: datetime) -> Iterator["HourJoin"]:
    """The join of these columnar records, which are on local disk until the context ends."""
    with _on_disk(records) as (folder, files), HourJoin(files, hour, folder) as join:
        yield join


@contextmanager
def _on_disk(records: Sequence[Callable[[], bytes]]) -> Iterator[tuple[Path, Sequence[Path]]]:
    """A temporary folder, and the columnar records in it."""

    def write(place: tuple[Path, Callable[[], bytes]]) -> None:
        path, read = place
        path.write_bytes(read())

    with TemporaryDirectory(prefix="merge-") as name:
        folder = Path(name)
        files = [folder / f"{number:06}.parquet" for number in range(len(records))]
        for _ in side_by_side(write, zip(files, records, strict=True), _FILES_AT_ONCE):
            pass
        yield folder, files


def _small_hour(files: Sequence[Path], hour: datetime) -> SmallHour | None:
    database = _database().cursor()
    try:
        return read_small_hour(database, files, hour)
    except BaseException:
        _database.cache_clear()  # after some errors, an instance refuses all that follows
        raise
    finally:
        database.close()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process, with a schema for each hour: opening and closing one takes as long as a small hour."""
    return open_database(
        memory_limit=f"{USUAL_MEGABYTES}MB",
        preserve_insertion_order=False,  # one thread keeps the order anyway, without buffering rows
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What `HourJoin.choose` found; see `MergedRows`."""

    labels: Mapping[str, Label]
    repeated: Mapping[str, Winner]
    rejected: Sequence[RejectedLabel]


class HourJoin:
    """Joins the columnar records of one hour with labels; a context manager.

    Its view `records` has a row for each captured one, with `join_id`, and its place: `ordinal` (of the file) and
    `file_row_number`.

    Args:
        files: Columnar records in the order of their capture files.
        hour: Rows of other UTC hours in the files are ignored.
        folder: An empty folder for temporary files.
    """

    def __init__(self, files: Sequence[Path], hour: datetime, folder: Path) -> None:
        self._folder = folder
        self._schema = f"hour_{uuid4().hex}"
        self._database = _database().cursor()
        try:
            self._open(files, hour)
        except BaseException:
            self._give_up()
            raise

    def _open(self, files: Sequence[Path], hour: datetime) -> None:
        self._run(f"CREATE SCHEMA {self._schema}")
        self._run(f"USE {self._schema}")
        names = ", ".join(quoted_text(str(file)) for file in files)
        ordinals = ", ".join(f"({number}, {quoted_text(str(file))})" for number, file in enumerate(files))
        self._run(f"CREATE TABLE files AS SELECT * FROM (VALUES {ordinals}) t(ordinal, filename)")
        self._run(
            f"""CREATE VIEW records AS
            SELECT *, coalesce(nullif(inference_id, ''), nullif(event_id, '')) AS join_id
            FROM read_parquet([{names}], union_by_name = true, filename = true, file_row_number = true)
            JOIN files USING (filename)
            WHERE slot >= {quoted_text(format_instant(hour))} AND slot < {quoted_text(format_instant(hour + HOUR))}"""
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._give_up()
            return
        self._run("RESET disabled_optimizers")
        self._run("USE main")
        self._run(f"DROP SCHEMA {self._schema} CASCADE")
        self._database.close()

    def _give_up(self) -> None:
        """After some errors, an instance refuses all that follows: the next hour gets a new one."""
        self._database.close()
        _database.cache_clear()

    def merge(self, labels: Mapping[str, Label], *, repeated: bool) -> MergedRows:
        """The rows of the hour with one of these labels, by join id.

        Args:
            labels: By join id.
            repeated: Whether an id occurs more than once: counting each inference once then takes longer.
        """
        chosen = self.choose(labels, repeated=repeated)
        slots = self._slots(repeated=repeated)
        return MergedRows(chosen.labels, chosen.repeated, chosen.rejected, slots, self._table())

    def choose(self, labels: Mapping[str, Label], *, repeated: bool) -> Chosen:
        """Makes the table `chosen`: the place of each row with a label, its `row` and `slot`, and the `label`.

        Args:
            labels, repeated: As in `merge`.
        """
        self._load("labelled", {"join_id": "VARCHAR"}, ((id_,) for id_ in labels))
        self._run("""CREATE TABLE matched AS
            SELECT ordinal, file_row_number, join_id, event_id, inference_time, row, slot
            FROM records SEMI JOIN labelled USING (join_id)""")
        winners = self._keep_winners() if repeated else {}
        fitting: dict[str, Label] = {}
        rejected: list[RejectedLabel] = []
        columns = {"join_id": "VARCHAR", "row": "INTEGER", "label": "VARCHAR"}
        self._load("fitting", columns, self._label_rows(labels, fitting, rejected))
        self._run("""CREATE TABLE chosen AS SELECT ordinal, file_row_number, row, slot, label
            FROM matched JOIN fitting USING (join_id, row)""")
        for done in ("labelled", "matched", "fitting"):
            self._run(f"DROP TABLE {done}")
        return Chosen(fitting, winners, rejected)

    def drop_repeated(self) -> None:
        """Makes the table `dropped`: the places of the rows that count no more, because another record came first."""
        self._run(f"""CREATE TABLE dropped AS SELECT ordinal, file_row_number FROM (
            SELECT ordinal, file_row_number, dense_rank() OVER (PARTITION BY join_id ORDER BY {_FIRST}) AS place,
            row_number() OVER (PARTITION BY join_id, row ORDER BY {_FIRST}, file_row_number) AS again
            FROM records SEMI JOIN (
                SELECT join_id FROM records WHERE join_id IS NOT NULL GROUP BY join_id
                HAVING count(*) > count(DISTINCT row) OR min(ordinal) < max(ordinal)
                OR min(inference_time) < max(inference_time)
                OR min(coalesce(event_id, '')) < max(coalesce(event_id, ''))) USING (join_id)
            ) WHERE place > 1 OR again > 1""")

    def take_attributes(self, attributes: Iterable[tuple[str, str]]) -> None:
        """Makes the table `attributed`: the last `attributes` of each `join_id` that was captured."""
        columns = {"place": "BIGINT", "join_id": "VARCHAR", "attributes": "VARCHAR"}
        self._load("given", columns, ((place, *each) for place, each in enumerate(attributes)))
        self._run("""CREATE TABLE attributed AS SELECT join_id, attributes FROM given
            SEMI JOIN (SELECT join_id, max(place) AS place FROM given GROUP BY join_id) USING (join_id, place)
            SEMI JOIN records USING (join_id)""")
        self._run("DROP TABLE given")

    def columns(self) -> list[str]:
        """Names of the columns of the columnar records, of all files together."""
        inner = {"join_id", "ordinal", "filename", "file_row_number"}
        return [name for name, *_ in self._run("DESCRIBE records").fetchall() if name not in inner]

    def written(self, query: str, columns: int) -> str:
        """Writes the rows of a query with so many columns to local disk; returns what to select them from.

        In the query, the right side of a join is the one that is held in memory: the planner knows little of the sizes.
        """
        self._keep_sides()
        target = quoted_text(str(self._folder / "written.parquet"))
        rows = rows_at_once(columns, _ROW_GROUP)
        with memory_for(self._database, columns):
            self._run(f"COPY ({query}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {rows})")
        return f"read_parquet({target})"

    def read(self, query: str) -> duckdb.DuckDBPyConnection:
        """Rows that are read while other queries run."""
        cursor = self._database.cursor()
        cursor.execute(f"USE {self._schema}")
        return cursor.execute(query)

    def _slots(self, *, repeated: bool) -> dict[datetime, SlotRows]:
        source = "records"
        if repeated:
            source = f"""(SELECT slot, row FROM records WHERE join_id IS NULL UNION ALL
                SELECT slot, row FROM (
                    SELECT slot, row, rank() OVER (PARTITION BY join_id ORDER BY {_FIRST}) AS place,
                    row_number() OVER (PARTITION BY join_id, row ORDER BY {_FIRST}, file_row_number) AS again
                    FROM records WHERE join_id IS NOT NULL) WHERE place = 1 AND again = 1)"""
        counted = self._run(
            f"""SELECT * FROM (SELECT slot, count(*) FILTER (row = 0), count(*) FROM {source} GROUP BY slot)
            LEFT JOIN (SELECT slot, count(*) FILTER (row = 0), count(*) FROM chosen GROUP BY slot) USING (slot)
            ORDER BY slot"""
        )
        return {
            parse_instant(slot): SlotRows(*(count or 0 for count in counts)) for slot, *counts in counted.fetchall()
        }

    def _keep_winners(self) -> dict[str, Winner]:
        """Keeps the rows of one record per join id."""
        self._run(f"""CREATE TABLE ranked AS SELECT *,
            dense_rank() OVER (PARTITION BY join_id ORDER BY {_FIRST}) AS place,
            row_number() OVER (PARTITION BY join_id, row ORDER BY {_FIRST}, file_row_number) AS again,
            count(*) OVER (PARTITION BY join_id, row) AS times FROM matched""")
        self._run("DROP TABLE matched")
        self._run("CREATE TABLE matched AS SELECT * FROM ranked WHERE place = 1 AND again = 1")
        found = self._run("""SELECT DISTINCT join_id, ordinal, coalesce(event_id, ''), inference_time FROM matched
            WHERE times > 1 OR join_id IN (SELECT join_id FROM ranked WHERE place > 1)""")
        return {id_: Winner(file, event, time) for id_, file, event, time in found.fetchall()}

    def _label_rows(
        self, labels: Mapping[str, Label], fitting: dict[str, Label], rejected: list[RejectedLabel]
    ) -> Iterator[tuple[str, int, str]]:
        counted = self.read("SELECT join_id, count(*) FROM matched GROUP BY join_id ORDER BY join_id")
        while found := counted.fetchmany(_BATCH):
            for id_, rows in found:
                label = labels[id_]
                try:
                    texts = label_rows(label, rows)
                except LabelCountError as error:
                    rejected.append(RejectedLabel(label, str(error)))
                    continue
                fitting[id_] = label
                for row, text in enumerate(texts):
                    yield id_, row, text

    def _keep_sides(self) -> None:
        """From here on, the right side of a join is held in memory."""
        self._run("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def _table(self) -> bytes:
        target = self._folder / "merged.parquet"
        columns = len(self.columns())
        rows = rows_at_once(columns, _ROW_GROUP)
        self._keep_sides()  # rows in the order of the records; and wide ones would not fit in memory
        with memory_for(self._database, 2 * columns):  # read and written
            self._run(f"""COPY (
                SELECT records.* EXCLUDE (ordinal, filename, file_row_number, join_id), label
                FROM records JOIN (SELECT ordinal, file_row_number, label FROM chosen) USING (ordinal, file_row_number)
                ) TO {quoted_text(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {rows})""")
        return target.read_bytes()

    def _load(self, table: str, columns: Mapping[str, str], rows: Iterator[tuple[object, ...]]) -> None:
        """Through files: inserting one by one takes ten times as long. DuckDB reads each of them into memory."""
        self._run(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        path = self._folder / f"{table}.csv"
        spec = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        more = True
        while more:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL)
                more, size = False, 0
                for row in rows:
                    size += writer.writerow(row)
                    if size >= _LOADED_SIZE:
                        more = True
                        break
            self._run(f"""INSERT INTO {table} SELECT * FROM read_csv({quoted_text(str(path))}, columns = {{{spec}}},
                auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\r\\n',
                parallel = false, max_line_size = 100000000)""")
        path.unlink()

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self._database.execute(sql)
