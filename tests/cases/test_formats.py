"""Formats that people have, and values that are the same in each of them."""

from pathlib import Path

from tests.cases.running import case


def test_single_precision_against_decimals(tmp_path: Path) -> None:
    shop = case("39-float32-parquet-baseline", tmp_path)

    assert shop.everything().exit_code == 0

    [feature] = shop.summary()["body"]["features"]
    assert feature["drift"]["statistic"] == 0
