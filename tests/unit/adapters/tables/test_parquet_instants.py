"""Columns of Parquet with instants, which DuckDB hands to Python only with pytz, and in the zone of the machine."""

from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from driftline.adapters.tables.parquet_attributes import parquet_attributes
from driftline.adapters.tables.parquet_files import parquet_batches, parquet_row_batches
from driftline.adapters.tables.parquet_labels import parquet_labels

OF_PANDAS = Path(__file__).with_name("parquet") / "labels-of-pandas.parquet"
"""As pandas 3.1.1 and pyarrow 26.0.1 write a column of Europe/Berlin in nanoseconds, zstd-compressed: inference_id, label
(12:00:00.123 of 1 March at +02:00, missing, 12:00 of 1 July at +02:00), churned."""

NOON = "TIMESTAMPTZ '2026-03-01 12:00:00.5+02'"
TEN = "2026-03-01 10:00:00.5+00"


def written(tmp_path: Path, columns: str) -> Path:
    path = tmp_path / "file.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT {columns}) TO '{path}'")
    return path


def test_pytz_is_not_what_makes_this_pass() -> None:
    assert find_spec("pytz") is None


def test_labels_of_pandas_are_read() -> None:
    parsed = parquet_labels(OF_PANDAS.read_bytes(), "labels.parquet")
    assert [(label.id, label.data, label.encoding) for label in parsed.labels] == [
        ("a", "2026-03-01 10:00:00.123+00", "CSV"),
        ("c", "2026-07-01 10:00:00+00", "CSV"),
    ]
    assert [(reject.line, reject.reason) for reject in parsed.rejects] == [(2, "the label is empty")]


@pytest.mark.parametrize(
    ("label", "data", "encoding"),
    [
        (NOON, TEN, "CSV"),
        (f"[{NOON}, NULL]", f'["{TEN}",null]', "JSON"),
        (f"{{'at': {NOON}, 'sure': true}}", f'{{"at":"{TEN}","sure":true}}', "JSON"),
        ("TIMESTAMP '2026-03-01 12:00:00'", "2026-03-01 12:00:00", "CSV"),
        ("DATE '2026-03-01'", "2026-03-01", "CSV"),
    ],
)
def test_labels_that_are_times(tmp_path: Path, label: str, data: str, encoding: str) -> None:
    path = written(tmp_path, f"'a' AS inference_id, {label} AS label")
    (found,) = parquet_labels(path.read_bytes(), "labels.parquet").labels
    assert (found.data, found.encoding) == (data, encoding)


def test_ids_that_are_instants(tmp_path: Path) -> None:
    path = written(tmp_path, f"{NOON} AS event_id, 1 AS label")
    (found,) = parquet_labels(path.read_bytes(), "labels.parquet").labels
    assert (found.id, found.data) == (TEN, "1")


def test_other_columns_with_instants_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, f"'a' AS inference_id, 1.5::FLOAT AS label, {NOON} AS seen")
    (found,) = parquet_labels(path.read_bytes(), "labels.parquet").labels
    assert found.data == "1.5"


def test_attributes_that_are_instants(tmp_path: Path) -> None:
    path = written(tmp_path, f"'a' AS inference_id, {NOON} AS born, [{NOON}] AS visits")
    assert list(parquet_attributes(path.read_bytes(), "a.parquet")) == [("a", {"born": TEN, "visits": [TEN]})]


def test_data_sets_with_instants(tmp_path: Path) -> None:
    path = written(tmp_path, f"{NOON} AS born, 1 AS x")
    (batch,) = parquet_batches(path, "data.parquet")
    assert batch.columns["born"].texts == {TEN: 1}
    path = written(tmp_path, f"{NOON} AS born, [{NOON}] AS visits")
    (rows,) = parquet_row_batches(path, "data.parquet")
    assert list(rows.rows) == [(TEN, [TEN])]
