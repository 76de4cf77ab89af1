"""Formats that people have, and values that are the same in each of them."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.domain.windows import Window
from driftline.usecases.capture.window_profile import load_window
from tests.cases.running import END, ENDPOINT, START, Case, case

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


def test_booleans_of_pandas_and_of_json(tmp_path: Path) -> None:
    shop = case("14-boolean-pandas-csv-vs-json", tmp_path)

    assert shop.everything().exit_code == 0

    summary = shop.summary()
    assert summary["findings"] == []
    assert {feature["name"]: feature["drift"]["statistic"] for feature in summary["body"]["features"]} == {
        "vip": 0,
        "score": 0,
    }
    assert shop.constraints()["vip"]["string_constraints"]["domains"] == ["false", "true"]


def test_a_baseline_from_before_with_the_booleans_of_pandas(tmp_path: Path) -> None:
    shop = case("14-boolean-pandas-csv-vs-json", tmp_path)
    assert shop.baseline().exit_code == 0
    for name in ("statistics.json", "constraints.json"):
        file = shop.baseline_file(name)
        file.write_text(file.read_text().replace('"true"', '"True"').replace('"false"', '"False"'))

    shop.ingest()
    assert shop.run().exit_code == 0

    assert shop.summary()["findings"] == []


def test_post_codes_are_texts_with_their_zeros(tmp_path: Path) -> None:
    shop = case("15-zip-jsonl-baseline", tmp_path)

    assert shop.everything().exit_code == 0

    assert {name: feature["inferred_type"] for name, feature in shop.constraints().items()} == {
        "zip": "String",
        "k": "String",
    }
    assert [feature["inferred_type"] for feature in shop.summary()["body"]["features"]] == ["String", "String"]


def test_post_codes_are_numbers_to_sagemaker(tmp_path: Path) -> None:
    shop = case("15-zip-jsonl-baseline", tmp_path)
    (shop.folder / "monitors" / "shop.yaml").write_text(
        "endpoint: shop\nmonitors:\n  data_quality: {comparison: sagemaker}\n"
    )

    assert shop.everything().exit_code == 0

    assert shop.constraints()["zip"]["inferred_type"] == "Integral"
    assert {feature["name"]: feature["inferred_type"] for feature in shop.summary()["body"]["features"]}[
        "zip"
    ] == "Integral"


ZIPS = ["02139", "10115", "00848"] * 20


def made(folder: Path, data_set: str | Path, payloads: Sequence[str], encoding: str = "JSON") -> Case:
    """A shop with this data set, which captured these inputs."""
    (folder / "monitors").mkdir(parents=True)
    (folder / "monitors" / "shop.yaml").write_text("endpoint: shop\nmonitors: {data_quality: {}}\n")
    inputs = folder / "baselines" / "shop" / "data_quality" / "input"
    inputs.mkdir(parents=True)
    (inputs / "data").write_bytes(data_set.encode() if isinstance(data_set, str) else data_set.read_bytes())
    hour = folder / "capture" / "shop" / "AllTraffic" / "2026" / "03" / "02" / "10"
    hour.mkdir(parents=True)
    metadata = {"eventId": "e", "inferenceTime": START}
    lines = [
        json.dumps(
            {"captureData": {"endpointInput": {"data": payload, "encoding": encoding}}, "eventMetadata": metadata}
        )
        for payload in payloads
    ]
    (hour / "a.jsonl").write_text("\n".join(lines))
    return Case(folder)


def parquet(folder: Path) -> Path:
    path = folder / "zips.parquet"
    values = ", ".join(f"('{code}')" for code in ZIPS)
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) t(zip)) TO '{path}' (FORMAT parquet)")
    return path


def only_feature(shop: Case) -> Any:
    [feature] = shop.summary()["body"]["features"]
    return feature


TEXTS = [json.dumps({"zip": code}) for code in ZIPS]


@pytest.mark.parametrize(
    ("payloads", "encoding"),
    [
        (TEXTS, "JSON"),
        (ZIPS, "CSV"),  # cells have no type: the baseline decides
        ([f"zip\n{code}" for code in ZIPS], "CSV"),
    ],
)
def test_texts_of_parquet_against_what_servers_capture(payloads: list[str], encoding: str, tmp_path: Path) -> None:
    shop = made(tmp_path / "shop", parquet(tmp_path), payloads, encoding)

    assert shop.everything().exit_code == 0

    assert shop.constraints()["zip"]["string_constraints"]["domains"] == ["00848", "02139", "10115"]
    feature = only_feature(shop)
    assert (feature["inferred_type"], feature["drift"]["statistic"]) == ("String", 0)


def test_numbers_where_the_baseline_has_texts_with_zeros_are_other_values(tmp_path: Path) -> None:
    shop = made(tmp_path / "shop", parquet(tmp_path), [json.dumps({"zip": int(code)}) for code in ZIPS])

    assert shop.everything().exit_code == 2

    [finding] = [each for each in shop.summary()["findings"] if each["check"] == "categorical_values_check"]
    assert finding["observed"] == pytest.approx(1 / 3)  # 10115 has no zero to lose


def test_texts_where_the_baseline_has_numbers_are_compared_and_mentioned(tmp_path: Path) -> None:
    shop = made(tmp_path / "shop", "zip\n" + "\n".join(ZIPS), TEXTS)

    assert shop.everything().exit_code == 0

    assert only_feature(shop)["drift"]["statistic"] == 0
    assert [note for note in shop.summary()["notes"] if note.endswith("has numbers: zip (60 of 60 values).")]


@pytest.mark.parametrize("comparison", ["driftline", "sagemaker"])
def test_single_precision_of_a_server_against_decimals(comparison: str, tmp_path: Path) -> None:
    """PyTorch writes 0.1 as 0.10000000149011612."""
    decimals = [0.1, 0.2, 0.3, 0.7] * 100
    payloads = [json.dumps({"x": float(np.float32(value))}) for value in decimals]
    shop = made(tmp_path / "shop", "x\n" + "\n".join(map(str, decimals)), payloads)
    document = f"endpoint: shop\nmonitors:\n  data_quality: {{comparison: {comparison}}}\n"
    (shop.folder / "monitors" / "shop.yaml").write_text(document)

    assert shop.everything().exit_code == 0

    drift = only_feature(shop)["drift"]["statistic"]
    assert drift == 0 if comparison == "driftline" else drift > 0.1


SCRIPT = """
def preprocess_handler(record):
    decision, _, probability = record.endpoint_output.data.partition("@")
    return {"decision": decision, "probability": float(probability)}
"""


def test_a_script_makes_the_rows_of_model_quality(tmp_path: Path) -> None:
    """The answers are no table: `yes@0.9`."""
    shop = made(tmp_path / "shop", "", ())
    (shop.folder / "monitors" / "shop.yaml").write_text(
        "endpoint: shop\n"
        "monitors:\n"
        "  model_quality: {problem_type: BinaryClassification, inference_attribute: decision, "
        "probability_attribute: probability, positive_label: yes please, preprocess: prepare.py}\n"
    )
    (shop.folder / "scripts").mkdir()
    (shop.folder / "scripts" / "prepare.py").write_text(SCRIPT)
    answers = ["yes please@0.9", "no@0.2", "yes please@0.7", "no@0.4"]
    truths = ["yes please", "no", "no", "no"]
    captured = [
        {
            "captureData": {"endpointOutput": {"data": answer, "encoding": "CSV"}},
            "eventMetadata": {"eventId": f"e{at}", "inferenceTime": START},
        }
        for at, answer in enumerate(answers)
    ]
    labels = [
        {
            "groundTruthData": {"data": truth, "encoding": "CSV"},
            "eventMetadata": {"eventId": f"e{at}"},
            "eventVersion": "0",
        }
        for at, truth in enumerate(truths)
    ]
    for path, lines in (("capture/shop/AllTraffic", captured), ("ground-truth/shop", labels)):
        folder = shop.folder / path / "2026" / "03" / "02" / "10"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    shop = Case(shop.folder, "model_quality")

    assert shop.ingest().exit_code == 0
    assert shop.merge().exit_code == 0
    shop.run()  # not evaluated: there is no baseline

    [statistics] = (shop.folder / "reports").rglob("statistics.json")
    metrics = json.loads(statistics.read_text())["binary_classification_metrics"]
    assert metrics["accuracy"]["value"] == 0.75
    assert metrics["precision"]["value"] == 0.5
    assert metrics["auc"]["value"] == 1.0
