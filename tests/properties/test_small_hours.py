"""An hour of few cells is joined row by row, with the result of the queries: labels, winners, counts, and every row."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from driftline.adapters.native.core import CORE
from driftline.adapters.tables import small_hours
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.ground_truth.labels import Label
from driftline.domain.ground_truth.merged_rows import MergedRows
from driftline.domain.instants import format_instant
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.usecases.ports.captures import CaptureFile
from tests.parsers import needs_core

pytestmark = needs_core

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
PARSERS = (DuckTables(core=CORE), DuckTables(core=None))

_ids = st.sampled_from(["", "a", "b", "c", "é", "Z", "z"])


@st.composite
def _lines(draw: st.DrawFn) -> str:
    """A record of up to three rows; in the hour or next to it, with an id that others may have."""
    rows = draw(st.integers(1, 3))
    if draw(st.booleans()):
        encoding = "CSV"
        sides = ["\n".join(f"{draw(st.integers(0, 3))},{'x' * row}" for row in range(rows)) for _ in range(2)]
    else:
        encoding = "JSON"
        sides = [json.dumps([{draw(st.sampled_from("Aab")): row} for row in range(rows)]) for _ in range(2)]
    event: dict[str, object] = {
        "eventId": draw(_ids),
        "inferenceTime": format_instant(HOUR + timedelta(minutes=draw(st.sampled_from([-1, 0, 4, 5, 59, 60])))),
    }
    if draw(st.booleans()):
        event["inferenceId"] = draw(_ids)
    captured = {
        side: {"data": data, "encoding": encoding}
        for side, data in zip(("endpointOutput", "endpointInput"), sides, strict=True)
    }
    return json.dumps({"captureData": captured, "eventMetadata": event, "eventVersion": "0"})


_files = st.lists(st.lists(_lines(), min_size=1, max_size=6), min_size=1, max_size=3)
_labels = st.dictionaries(_ids.filter(bool), st.sampled_from(["1", "1,0", "1\n0", "1\n0\n1", '"open']), max_size=5)


def records_of(lines: Sequence[str], parser: DuckTables) -> bytes:
    body = "".join(f"{line}\n" for line in lines).encode()
    file = CaptureFile(lambda: iter([body]), "captures", HOUR, None, UNPACKED_BYTES)
    with parser.profiler.profile(file) as profiled:
        return profiled.records([HOUR])


def merged(files: Sequence[bytes], labels: Mapping[str, str], tables: DuckTables, *, repeated: bool) -> MergedRows:
    readers = [lambda body=body: body for body in files]
    given_labels = {id_: Label(id_, data, "CSV", at) for at, (id_, data) in enumerate(labels.items())}
    return tables.merge_hour(readers, HOUR, given_labels, repeated=repeated)


def rows_in(parquet: bytes) -> list[tuple[object, ...]]:
    with TemporaryDirectory() as folder, duckdb.connect() as database:
        path = Path(folder) / "records.parquet"
        path.write_bytes(parquet)
        return database.execute(f"SELECT * FROM '{path}'").fetchall()


def table_of(rows: MergedRows) -> tuple[object, list[tuple[object, ...]], str]:
    """(names and types of the columns, rows in their order, the program that wrote it)."""
    with TemporaryDirectory() as folder, duckdb.connect() as database:
        path = Path(folder) / "merged.parquet"
        path.write_bytes(rows.table)
        [[writer]] = database.execute(f"SELECT created_by FROM parquet_file_metadata('{path}')").fetchall()
        found = database.execute(f"SELECT * FROM '{path}'")
        return found.description, found.fetchall(), writer


@given(_files, _labels, st.sampled_from(PARSERS), st.booleans())
def test_a_small_hour_is_joined_as_a_large_one(
    lines: list[list[str]], labels: dict[str, str], parser: DuckTables, ids_repeat: bool
) -> None:
    files = [records_of(of_file, parser) for of_file in lines]
    small, queried = (merged(files, labels, tables, repeated=ids_repeat) for tables in PARSERS)

    assert list(small.labels.items()) == list(queried.labels.items())
    assert (small.repeated, small.rejected) == (queried.repeated, queried.rejected)
    assert list(small.slots.items()) == list(queried.slots.items())
    columns, rows, writer = table_of(small)
    assert (columns, rows) == table_of(queried)[:2]
    captured = iter([row[:4] for file in files for row in rows_in(file)])
    assert all(row[:4] in captured for row in rows), "rows are in the order in which they were captured"
    assert not rows or writer.startswith("driftline")


def test_hours_of_many_cells_are_left_to_the_queries() -> None:
    rows = small_hours._MOST_CELLS // 4
    lines = [
        json.dumps(
            {
                "captureData": {side: {"data": "1\n" * rows, "encoding": "CSV"} for side in ("endpointOutput",)},
                "eventMetadata": {"eventId": "a", "inferenceTime": format_instant(HOUR)},
            }
        )
    ]
    found = merged([records_of(lines, PARSERS[0])], {"a": "\n".join("1" * rows)}, PARSERS[0], repeated=False)

    _, table, writer = table_of(found)
    assert len(table) == rows
    assert writer.startswith("DuckDB")
