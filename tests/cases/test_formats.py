"""Formats that people have, and values that are the same in each of them."""

from datetime import datetime
from pathlib import Path

import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.domain.windows import Window
from driftline.usecases.capture.window_profile import load_window
from tests.cases.running import END, ENDPOINT, START, case

HOUR = Window(datetime.fromisoformat(START), datetime.fromisoformat(END))


@pytest.mark.parametrize(
    ("name", "rows", "means"),
    [
        ("04-mlflow-dataframe-split", 4, {"input.a": 2.0, "input.b": 3.5, "output.predictions[0]": 0.5}),
        ("05b-tf-instances-and-extra-output", 4, {"input[0]": 2.0, "input[1]": 3.5, "output[0]": 0.5, "output.model_version": 7}),
        ("12b-csv-with-header", 2, {"input.age": 42.0, "input.income": 50000.5, "output[0]": 0.7}),
        ("46d-base64-octet-stream", 2, {"input[0]": 1.0, "input[1]": 2.0, "output[0]": 0.5}),
    ],
)  # fmt: skip
def test_rows_and_names_are_those_of_the_payload(name: str, rows: int, means: dict[str, float], tmp_path: Path) -> None:
    shop = case(name, tmp_path)

    assert shop.ingest().exit_code == 0

    [table] = load_window(FolderStore(shop.folder), ENDPOINT, HOUR, None).profile.layouts.values()
    assert table.rows == rows
    assert {key: column.moments.mean for key, column in table.columns.items()} == pytest.approx(means)


def test_single_precision_against_decimals(tmp_path: Path) -> None:
    shop = case("39-float32-parquet-baseline", tmp_path)

    assert shop.everything().exit_code == 0

    [feature] = shop.summary()["body"]["features"]
    assert feature["drift"]["statistic"] == 0
