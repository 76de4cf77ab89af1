"""Rows of executions in the tables of results, read as an engine of SQL reads them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from driftline.domain.executions.execution import ExecutionRequest
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
ROWS = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(100)]
DOUBLED = [(score, str(float(amount) * 2 + 0.5), "") for score, amount, _ in ROWS]
SUMMARY = "reports/shop/data_quality/2026/03/01/15/summary.json"
PLACE = "endpoint=shop/monitor=data_quality/day=2026-03-01/20260301T1500Z.parquet"


@pytest.fixture
def store() -> InMemoryStore:
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in ROWS)
    made = InMemoryStore(
        objects={
            "monitors/shop.yaml": DOCUMENT.encode() + b"\nteam: risk\n",
            "baselines/shop/data_quality/input/reference.csv": lines.encode(),
        }
    )
    suggest_in(made, "shop", "data_quality")
    return made


def execute(store: InMemoryStore, rows: list[tuple[str, str, str]], name: str = "a.jsonl", **when: datetime) -> None:
    store.put(capture_key(HOUR, name), hour_of_captures(HOUR, rows))
    profile_file(capture_key(HOUR, name), store)
    asked: dict[str, Any] = dict(when) or {"scheduled_time": SCHEDULED}
    execute_in(store, ExecutionRequest(endpoint="shop", monitor="data_quality", **asked))


def query(store: InMemoryStore, folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Reads all tables as views, partitions from the keys."""
    for key, body in store.objects.items():
        if key.startswith("tables/"):
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    with duckdb.connect() as database:
        for table in ("verdict", "finding", "profile"):
            if (folder / "tables" / table).is_dir():
                database.execute(
                    f"CREATE VIEW {table} AS FROM read_parquet('{folder}/tables/{table}/**/*.parquet', "
                    "hive_partitioning = true)"
                )
        return database.sql(sql).fetchall()


def test_rows_say_what_the_files_of_the_execution_say(store: InMemoryStore, tmp_path: Path) -> None:
    execute(store, DOUBLED)
    summary = json.loads(store.objects[SUMMARY])

    [verdict] = query(
        store,
        tmp_path,
        "SELECT endpoint, monitor, day::VARCHAR, window_start, window_end, kind, verdict, row_count, violations, "
        "headline_value, team, report FROM verdict",
    )
    window = (datetime(2026, 3, 1, 14), datetime(2026, 3, 1, 15))  # noqa: DTZ001 - as the file has them
    violations = sum(each["violation"] for each in summary["findings"])
    assert verdict == (
        "shop", "data_quality", "2026-03-01", *window, "data_quality", "violations", 100, violations,
        summary["headline"]["value"], "risk", SUMMARY.removesuffix("summary.json"),
    )  # fmt: skip

    found = query(
        store, tmp_path, "SELECT subject, check_type, observed, required, inference_ids FROM finding ORDER BY position"
    )
    names = ("subject", "check", "observed", "required", "inference_ids")
    assert found == [tuple(each[name] for name in names) for each in summary["findings"]]
    assert len(found) == violations > 0

    figures = dict(query(store, tmp_path, "SELECT figure, (value, baseline) FROM profile WHERE subject = 'amount'"))
    doubled, before = ([float(row[1]) for row in rows] for rows in (DOUBLED, ROWS))
    assert figures["mean"] == pytest.approx((sum(doubled) / 100, sum(before) / 100))
    assert figures["max"] == (max(doubled), max(before))
    assert figures["completeness"] == (1.0, 1.0)
    [drift] = [each["drift"] for each in summary["body"]["features"] if each["name"] == "amount"]
    assert figures["drift"][0] == drift["value"]


def test_a_later_verdict_replaces_the_rows_also_if_it_has_no_findings(store: InMemoryStore, tmp_path: Path) -> None:
    execute(store, DOUBLED)
    assert query(store, tmp_path, "SELECT count(*) FROM finding") != [(0,)]

    execute(store, ROWS)

    assert query(store, tmp_path, "SELECT verdict, violations FROM verdict") == [("good", 0)]
    assert query(store, tmp_path, "SELECT count(*) FROM finding") == [(0,)]


def test_a_quiet_window_has_no_file_of_findings_and_a_replay_fills_in_what_is_missing(store: InMemoryStore) -> None:
    execute(store, ROWS)
    written = {key: body for key, body in store.objects.items() if key.startswith("tables/")}
    assert set(written) == {f"tables/verdict/{PLACE}", f"tables/profile/{PLACE}"}

    for key in written:
        del store.objects[key]
    execute(store, ROWS)

    assert {key: store.objects.get(key) for key in written} == written


def test_a_window_that_overlaps_those_of_the_schedule_has_no_rows(store: InMemoryStore) -> None:
    execute(store, ROWS, start=HOUR - timedelta(minutes=30), end=HOUR + timedelta(minutes=30))
    assert not [key for key in store.objects if key.startswith("tables/")]


def test_texts_that_no_file_can_hold_are_kept_as_far_as_possible(store: InMemoryStore, tmp_path: Path) -> None:
    # Given a category with half of a surrogate pair, as JSON can have it, and quotes
    rows = [
        (score, amount, "it's \\ud800" if index % 2 else country) for index, (score, amount, country) in enumerate(ROWS)
    ]
    execute(store, rows)
    [(values,)] = query(store, tmp_path, "SELECT named_values FROM finding WHERE len(named_values) > 0")
    assert values == json.loads(store.objects[SUMMARY])["findings"][0]["values"]
