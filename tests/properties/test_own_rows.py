"""The rows of a baseline never violate what was suggested from them, whatever format the endpoint captures."""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import format_instant
from tests.captures import capture_key, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore
from tests.fuzz import examples

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
FOLDER = "baselines/shop/data_quality/"
MOST_ROWS = 250
"""Of each data set, evenly spread."""

type Rows = Sequence[Sequence[str]]
type Format = tuple[str, Callable[[Sequence[str], Sequence[str]], str]]
"""Content type, and the payload of (names, cells)."""


def _csv(_: Sequence[str], cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _json(names: Sequence[str], cells: Sequence[str]) -> str:
    return json.dumps({name: _value(cell) for name, cell in zip(names, cells, strict=True) if cell})


def _value(cell: str) -> object:
    """What a client that reads CSV sends as JSON."""
    if cell in {"True", "False"}:
        return cell == "True"
    try:
        value = json.loads(cell)
    except ValueError:
        return cell
    return value if isinstance(value, int | float) else cell


CSV: Format = ("text/csv", _csv)
JSON: Format = ("application/json", _json)
FORMATS = pytest.mark.parametrize("written", [pytest.param(CSV, id="csv"), pytest.param(JSON, id="json")])


def findings(
    lines: Rows, written: Format, *, header: bool | None = None, captured: Rows | None = None
) -> list[dict[str, Any]]:
    """What a window finds whose rows are those of its baseline.

    Args:
        lines: Of the data set's CSV file.
        header: Whether the first one is a header; None to leave it to Driftline.
        captured: Other rows for the window.
    """
    store = InMemoryStore()
    store.put("monitors/shop.yaml", b"endpoint: shop\nmonitors: {data_quality: {}}\n")
    body = "".join(_csv([], line) + "\n" for line in lines).encode()
    if header is not None:
        store.put(f"{FOLDER}input/_format.json", json.dumps({"csv": {"header": header}}).encode())
    store.put(f"{FOLDER}input/data.csv", body)
    suggest_in(store, "shop", "data_quality")
    names = [feature["name"] for feature in json.loads(store.objects[f"{FOLDER}constraints.json"])["features"]]
    rows = captured or (lines[1:] if list(lines[0]) == names else lines)
    key = capture_key(HOUR)
    store.put(key, b"".join(_captured(number, names, row, written) for number, row in enumerate(rows)))
    profile_file(key, store)
    execute_in(
        store, ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=HOUR + timedelta(hours=1))
    )
    summary = json.loads(store.objects["reports/shop/data_quality/2026/03/01/15/summary.json"])
    assert summary["rows"] == len(rows)
    found = {feature["name"] for feature in summary["body"]["features"]}
    # JSON leaves out what has no value in any row.
    lost = [name for place, name in enumerate(names) if name not in found and any(row[place] for row in rows)]
    assert lost == []
    return list(summary["findings"])


def _captured(number: int, names: Sequence[str], cells: Sequence[str], written: Format) -> bytes:
    """One record, whose output is the first column."""
    content_type, payload = written
    encoding = "CSV" if written is CSV else "JSON"
    sides = {"endpointOutput": slice(0, 1), "endpointInput": slice(1, None)}
    data = {
        side: {
            "observedContentType": content_type,
            "mode": "INPUT",
            "data": payload(names[part], cells[part]),
            "encoding": encoding,
        }
        for side, part in sides.items()
    }
    moment = format_instant(HOUR + timedelta(seconds=number))
    event = {"eventId": f"e{number}", "inferenceTime": moment}
    return json.dumps({"captureData": data, "eventMetadata": event, "eventVersion": "0"}).encode() + b"\n"


def _lines(path: Path) -> Rows:
    if path.suffix == ".parquet":
        with duckdb.connect() as database:
            table = database.read_parquet(str(path))
            rows = [["" if cell is None else str(cell) for cell in row] for row in table.fetchall()]
            return [table.columns, *_spread(rows)]
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    first = text.partition("\n")[0]
    lines = list(csv.reader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","))
    return [lines[0], *_spread(lines[1:])]


def _spread(rows: Rows) -> Rows:
    return rows[:: max(1, len(rows) // MOST_ROWS)][:MOST_ROWS]


def _data_sets(folder: Path) -> list[Path]:
    """One file for each set of columns: months and days of the same have the same."""
    found = [path for pattern in ("*.csv", "*.csv.gz", "*.parquet") for path in sorted(folder.rglob(pattern))]
    by_columns: dict[tuple[str, ...], Path] = {}
    for path in found:
        by_columns.setdefault(tuple(_lines(path)[0]), path)
    return list(by_columns.values())


@FORMATS
def test_rows_of_real_data_sets_violate_nothing(shared_data: Path, written: Format) -> None:
    sets = _data_sets(shared_data)
    assert len(sets) >= 10
    wrong = {
        path.relative_to(shared_data).as_posix(): [
            (each["subject"], each["check"], each["description"]) for each in found
        ]
        for path in sets
        if (found := findings(_lines(path), written))
    }
    assert wrong == {}


_TEXTS = st.sampled_from(["A1", "B2", "a b", "ä", "true", "False", "02139", "E1", "-", "n/a", "7"])
_WHOLE = st.integers(-1000, 1000).map(str)
_DECIMAL = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: str(round(value, 4)))
_KINDS = [_TEXTS, _WHOLE, _DECIMAL, _WHOLE | _DECIMAL, _TEXTS | _WHOLE, _TEXTS | _DECIMAL]


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    """Lines of columns of one or several types, with missing values; the first column has a number in every row."""
    rows = draw(st.integers(1, 40))
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=4))
    drawn = [draw(st.lists(cells | st.just(""), min_size=rows, max_size=rows)) for cells in kinds]
    columns = [[str(number) for number in range(rows)], *drawn]
    # Several times each, so that there are domains.
    lines = [list(row) for row in zip(*columns, strict=True)] * draw(st.sampled_from([1, 3]))
    return [[f"f{index}" for index in range(len(columns))], *lines]


@FORMATS
@settings(max_examples=examples(25))
@given(lines=tables())
def test_rows_of_made_data_sets_violate_nothing(written: Format, lines: Rows) -> None:
    assert findings(lines, written, header=True) == []


@FORMATS
def test_other_rows_do_violate(written: Format) -> None:
    """What would be found if something were wrong."""
    lines = [["f0", "f1"], *([str(number), "ab"[number % 2]] for number in range(50))]
    others = [["x", "c"] for _ in range(50)]
    assert {(each["subject"], each["check"]) for each in findings(lines, written, header=True, captured=others)} >= {
        ("f0", "data_type_check"),
        ("f1", "categorical_values_check"),
    }
