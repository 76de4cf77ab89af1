"""Columnar records: every row as text, in one Parquet file, byte for byte the same each time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from driftline.adapters.tables.columnar import ColumnarRecords, hours_of_records
from driftline.domain.capture.blocks import CaptureReader

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)


def line(encoding: str, output: str, input_: str, number: int = 0) -> str:
    sides = {"endpointOutput": output, "endpointInput": input_}
    captured = {side: {"data": data, "encoding": encoding} for side, data in sides.items()}
    event = {"eventId": f"e{number}", "inferenceTime": f"2026-03-01T14:{number % 60:02}:00Z"}
    return json.dumps({"captureData": captured, "eventMetadata": event})


def parquet(*lines: str) -> bytes:
    with ColumnarRecords() as records:
        for block in CaptureReader(HOUR).read("\n".join(lines).encode(), "captures"):
            records.add(block)
        return records.to_bytes([HOUR])


def table(body: bytes, folder: Path) -> list[dict[str, object]]:
    path = folder / "records.parquet"
    path.write_bytes(body)
    with duckdb.connect() as database:
        found = database.execute(f"SELECT * FROM '{path}'")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_same_rows_give_the_same_bytes() -> None:
    lines = [line("CSV", f"0.{i}", f"{i},shop {i % 7},{i / 3}", i) for i in range(5000)]

    assert parquet(*lines) == parquet(*lines)


def test_layouts_share_a_file_by_name_and_lack_is_null(tmp_path: Path) -> None:
    found = table(
        parquet(
            line("CSV", "0.5", "1,a"), line("CSV", "0.5", "1,a,x", 1), line("JSON", '{"score": 0.50}', '{"a": ""}', 2)
        ),
        tmp_path,
    )

    by_event = {row["event_id"]: row for row in found}
    assert [by_event[f"e{i}"]["input[2]"] for i in range(3)] == [None, "x", None]
    assert by_event["e2"]["output.score"] == "0.5"
    assert by_event["e2"]["input.a"] is None
    assert by_event["e0"]["output.score"] is None


def test_names_that_differ_only_in_case_and_hostile_names_survive(tmp_path: Path) -> None:
    document = json.dumps({"A": 1, "a": 2, 'q"uote': 3, "it's": 4, "row": 5, "é {}": 6})

    [row] = table(parquet(line("JSON", "{}", document)), tmp_path)

    assert [
        row[name] for name in ("input.A", "input.a#2", 'input.q"uote', "input.it's", "input.row", "input.é {}")
    ] == list("123456")


def test_hostile_texts_survive(tmp_path: Path) -> None:
    cells = ['say "hi", you', "two\nlines", "tab\there", "back\\slash", "'", "NULL", " ", "ünïcode ✓", "\\N", "#"]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    [row] = table(parquet(line("CSV", "1", quoted)), tmp_path)

    assert [row[f"input[{i}]"] for i in range(len(cells))] == cells


def test_a_file_without_rows_still_knows_its_hours(tmp_path: Path) -> None:
    body = parquet()

    assert table(body, tmp_path) == []
    assert hours_of_records(body) == [HOUR]
