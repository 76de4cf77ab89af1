"""Metrics over merged records, hour by hour, as run_monitor computes them: arguments are rows an hour and hours."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from measuring import measured

from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.window import window_quality
from driftline.usecases.executions.window_data import StoredHour, StoredRows
from driftline.usecases.ground_truth.merged_hours import MergedHour
from driftline.usecases.ground_truth.merged_window import Coverage, MergedWindow

START = datetime(2026, 3, 1, tzinfo=UTC)
SCORES = 10_000
"""So many distinct scores: a probability with four digits."""


def write_hour(path: Path, hour: datetime, rows: int) -> None:
    """A merged table as the stack keeps it; deterministic."""
    path.parent.mkdir(parents=True)
    slot = hour.strftime("%Y-%m-%dT%H:%M:%SZ")
    with duckdb.connect(config={"threads": 1}) as database:
        database.execute(
            f"""COPY (SELECT 'e' || i AS event_id, '{hour:%H}-' || i AS inference_id, '{slot}' AS inference_time,
                0 AS row, '{slot}' AS slot, printf('%.4f', (i * 7919 % {SCORES}) / {SCORES}.0) AS "output[0]",
                CASE WHEN (i * 104729 % 1000) / 1000.0 < (i * 7919 % {SCORES}) / {SCORES}.0 THEN '1' ELSE '0' END
                AS label FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
        )


def main() -> None:
    rows, hours = int(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        merged = []
        for number in range(hours):
            hour = START + timedelta(hours=number)
            key = f"merged-{number}/table.parquet"
            write_hour(Path(folder) / key, hour, rows)
            merged.append(MergedHour("AllTraffic", hour, table=key))
        total = rows * hours
        window = Window(START, START + timedelta(hours=hours))
        loaded = MergedWindow(window, Coverage(total, total, total, total), tuple(merged), 0, store, DuckTables())
        attributes = Attributes(ProblemType.BINARY, probability="0")
        stored = (StoredHour(store, "bench", "model_quality", loaded, hour) for hour in merged)
        rows_of_window = StoredRows(loaded.coverage, tuple(stored), 0, str)
        with measured():
            quality = quality_of(window_quality(rows_of_window, attributes).state)
        if quality.rows != total:
            raise SystemExit(f"{quality.rows} rows of {total}")


if __name__ == "__main__":
    main()
