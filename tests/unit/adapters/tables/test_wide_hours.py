"""An hour of records with thousands of columns: merged within memory, each value where it belongs."""

from pathlib import Path

from driftline.domain.ground_truth.labels import Label
from tests.tables import TABLES
from tests.unit.adapters.tables.test_columnar import HOUR, line, parquet, table

_COLUMNS, _ROWS = 3_000, 300


def test_wide_rows_are_merged_with_their_labels(tmp_path: Path) -> None:
    records = parquet(
        *[line("CSV", "1", ",".join(f"{row}.{at}" for at in range(_COLUMNS)), row) for row in range(_ROWS)]
    )
    labels = {f"e{row}": Label(f"e{row}", str(row % 2), "CSV", row + 1) for row in range(_ROWS)}

    merged = TABLES.merge_hour([lambda: records], HOUR, labels, repeated=False)

    found = table(merged.table, tmp_path)
    assert len(found) == _ROWS
    for row in found:
        number = str(row["event_id"]).removeprefix("e")
        assert row["label"] == str(int(number) % 2)
        assert [row[f"input[{at}]"] for at in (0, 1_234, _COLUMNS - 1)] == [
            f"{number}.{at}" for at in (0, 1_234, _COLUMNS - 1)
        ]
