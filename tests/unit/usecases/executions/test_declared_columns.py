"""Columns that the monitor document declares categorical, or leaves out: baseline, window and verdict."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.domain.instants import format_instant
from tests.captures import capture_key, csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
FOLDER = "baselines/shop/data_quality/"
AREAS = (10115, 20095, 50667, 80331)
ROWS = [(i / 200, 1000 + i, AREAS[i % 4], 20 + i % 50) for i in range(600)]
"""(score, customer, area, age)"""


def endpoint(columns: str, store: InMemoryStore | None = None) -> InMemoryStore:
    """An endpoint whose baseline has the rows; only its data set names them."""
    made = store or InMemoryStore()
    document = f"endpoint: shop\ncolumns: {columns}\nmonitors: {{data_quality: {{}}}}\n"
    made.put("monitors/shop.yaml", document.encode())
    lines = "score,customer,area,age\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
    made.put(f"{FOLDER}input/data.csv", lines.encode())
    suggest_in(made, "shop", "data_quality")
    return made


def as_csv(rows: list[tuple[float, int, int, int]]) -> bytes:
    return b"".join(
        csv_capture(HOUR + timedelta(seconds=i), str(score), f"{customer},{area},{age}", f"id-{i}")
        for i, (score, customer, area, age) in enumerate(rows)
    )


def as_json(rows: list[tuple[float, int, int, int]]) -> bytes:
    """As pandas writes them where a column has a missing value: `10115.0`."""
    lines = []
    for i, (score, customer, area, age) in enumerate(rows):
        sides = {
            "endpointInput": {"customer": customer, "area": float(area), "age": age},
            "endpointOutput": {"score": score},
        }
        data = {
            side: {"observedContentType": "application/json", "mode": "M", "data": json.dumps(what), "encoding": "JSON"}
            for side, what in sides.items()
        }
        event = {"eventId": f"e{i}", "inferenceId": f"id-{i}", "inferenceTime": format_instant(HOUR)}
        lines.append(json.dumps({"captureData": data, "eventMetadata": event, "eventVersion": "0"}).encode() + b"\n")
    return b"".join(lines)


def evaluated(store: InMemoryStore, body: bytes) -> tuple[Execution, dict[str, Any]]:
    key = capture_key(HOUR)
    store.put(key, body)
    profile_file(key, store)
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=HOUR + timedelta(hours=1))
    execution = execute_in(store, request)
    return execution, json.loads(store.objects["reports/shop/data_quality/2026/03/01/15/summary.json"])


def names(summary: dict[str, Any]) -> list[str]:
    return [feature["name"] for feature in summary["body"]["features"]]


@pytest.mark.parametrize("written", [as_csv, as_json])
def test_an_excluded_column_is_in_no_result_and_the_others_keep_their_names(written: Any) -> None:
    store = endpoint("{exclude: [customer]}")
    statistics = json.loads(store.objects[f"{FOLDER}statistics.json"])
    assert [feature["name"] for feature in statistics["features"]] == ["score", "area", "age"]
    # Given a window whose customers are all new
    rows = [(score, customer + 90_000, area, age) for score, customer, area, age in ROWS]

    _, summary = evaluated(store, written(rows))

    assert summary["findings"] == []
    assert names(summary) == ["score", "area", "age"]
    assert summary["notes"] == []


@pytest.mark.parametrize("written", [as_csv, as_json])
def test_codes_are_categories_however_they_are_written(written: Any) -> None:
    store = endpoint("{categorical: [area], exclude: [customer]}")
    baseline = {each["name"]: each for each in json.loads(store.objects[f"{FOLDER}constraints.json"])["features"]}
    assert baseline["area"]["string_constraints"]["domains"] == [str(area) for area in AREAS]

    _, quiet = evaluated(store, written(ROWS))
    assert quiet["findings"] == []
    area = next(each for each in quiet["body"]["features"] if each["name"] == "area")
    assert (area["inferred_type"], area["drift"]["method"]) == ("String", "LInfinity Robust")

    # When one of them is replaced by another one in between, which numbers hardly show
    rows = [(score, customer, 20096 if area == 20095 else area, age) for score, customer, area, age in ROWS]
    _, changed = evaluated(store, written(rows))
    assert {(each["subject"], each["check"]) for each in changed["findings"]} == {
        ("area", "categorical_values_check"),
        ("area", "baseline_drift_check"),
    }


def test_new_codes_are_found_however_many_they_are() -> None:
    store = endpoint("{categorical: [area], exclude: [customer]}")
    rows = [(score, customer, 30_000 + i, age) for i, (score, customer, _, age) in enumerate(ROWS)]

    _, summary = evaluated(store, as_csv(rows))

    [finding] = summary["findings"]
    assert (finding["subject"], finding["check"], finding["observed"]) == ("area", "categorical_values_check", 0)


def test_a_baseline_of_numbers_is_compared_by_categories_once_they_are_declared() -> None:
    """SageMaker's statistics know no categories of numbers, but their sketch has every value of 2,000 rows."""
    store = endpoint("{exclude: [customer]}")
    files = {name: store.objects[FOLDER + name] for name in ("statistics.json", "constraints.json")}
    theirs = InMemoryStore(objects={FOLDER + name: body for name, body in files.items()})
    theirs.put(
        "monitors/shop.yaml",
        b"endpoint: shop\ncolumns: {categorical: [area], exclude: [customer]}\nmonitors: {data_quality: {}}\n",
    )
    rows = [(score, customer, AREAS[0], age) for score, customer, _, age in ROWS]

    _, summary = evaluated(theirs, as_csv(rows))

    [finding] = summary["findings"]
    assert (finding["subject"], finding["check"]) == ("area", "baseline_drift_check")
    assert finding["moves"][0] == {"lower": None, "upper": None, "value": "10115", "baseline": 0.25, "current": 1.0}


def test_a_data_set_is_read_again_when_the_declaration_changes() -> None:
    store = endpoint("{exclude: [customer]}")
    assert suggest_in(store, "shop", "data_quality").unchanged
    endpoint("{exclude: [customer], categorical: [area]}", store)
    statistics = json.loads(store.objects[f"{FOLDER}statistics.json"])
    assert next(each for each in statistics["features"] if each["name"] == "area")["inferred_type"] == "String"


def test_an_unknown_categorical_column_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidInputError, match=r"columns\.categorical names aera.*Did you mean area\?"):
        endpoint("{categorical: [aera]}")


def test_a_name_that_no_column_has_is_a_note() -> None:
    store = endpoint("{exclude: [costumer]}")
    _, summary = evaluated(store, as_csv(ROWS))
    assert any("costumer" in note for note in summary["notes"])


def test_the_data_set_may_lack_an_excluded_column() -> None:
    made = InMemoryStore()
    made.put(
        "monitors/shop.yaml",
        b"endpoint: shop\ncolumns: {output: [score], input: [customer, area, age], exclude: [customer]}\n"
        b"monitors: {data_quality: {}}\n",
    )
    lines = "score,area,age\n" + "".join(f"{score},{area},{age}\n" for score, _, area, age in ROWS)
    made.put(f"{FOLDER}input/data.csv", lines.encode())
    suggest_in(made, "shop", "data_quality")

    _, summary = evaluated(made, as_csv(ROWS))

    assert summary["findings"] == []
    assert names(summary) == ["score", "area", "age"]
