"""The queries of docs/guide/dashboards.md and of the Grafana dashboard, over files that executions wrote."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_labels
from tests.captures import csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingMetrics, RecordingReruns
from tests.places import REPOSITORY
from tests.tables import TABLES

GUIDE = REPOSITORY / "docs" / "guide"
QUERIES = re.findall(r"```sql\n(.+?)```", (GUIDE / "dashboards.md").read_text("utf-8"), re.DOTALL)
DASHBOARD = json.loads((GUIDE / "grafana" / "driftline.json").read_text("utf-8"))
HOUR = datetime(2026, 3, 1, 22, tzinfo=UTC)
WINDOWS = 3
"""The second one has other values; the third one is that of the next day."""

DOCUMENT = """\
endpoint: shop
team: risk
columns: {output: [score], input: [amount]}
monitors:
  data_quality: {schedule: cron(0 * ? * * *)}
  model_quality:
    schedule: cron(0 * ? * * *)
    problem_type: Regression
    inference_attribute: score
    ground_truth_attribute: actual
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Views as Athena's tables are: partitions are texts."""
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode()})
    lines = "".join(f"{i % 11 + 10},{i % 7},{i % 11 + 10.5 + i % 3 / 10}\n" for i in range(60))
    store.put("baselines/shop/data_quality/input/a.csv", f"score,amount,actual\n{lines}".encode())
    store.put("baselines/shop/model_quality/input/a.csv", f"score,amount,actual\n{lines}".encode())
    for monitor in ("data_quality", "model_quality"):
        suggest_in(store, "shop", monitor)
    for number in range(WINDOWS):
        _live(store, HOUR + timedelta(hours=number), shift=1000 if number == 1 else 0)
    folder = tmp_path_factory.mktemp("bucket")
    for key, body in store.objects.items():
        if key.startswith("tables/"):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(body)
    with duckdb.connect() as connected:
        for table in ("verdict", "finding", "profile"):
            files = Path(folder) / "tables" / table / "*" / "*" / "*" / "*.parquet"
            connected.execute(
                f"CREATE VIEW {table} AS FROM read_parquet('{files}', hive_partitioning = true, "
                "hive_types_autocast = false)"
            )
        yield connected


def _live(store: InMemoryStore, hour: datetime, shift: int) -> None:
    captured = f"capture/shop/AllTraffic/{hour_folder(hour)}a.jsonl"
    rows = range(60)
    at = [hour + timedelta(seconds=50 * i) for i in rows]
    lines = (csv_capture(at[i], f"{i % 11 + 10}", f"{i % 7 + shift}", f"{hour:%H}-{i}") for i in rows)
    store.put(captured, b"".join(lines))
    profile_file(captured, store)
    scheduled = hour + timedelta(hours=1)
    labels = f"ground-truth/shop/{hour_folder(scheduled)}a.csv"
    texts = (f"{hour:%H}-{i},{i % 11 + 10.5 + i % 3 / 10}" for i in rows)
    store.put(labels, "\n".join(["inference_id,label", *texts, ""]).encode())
    take_labels(
        labels,
        store=store,
        tables=TABLES,
        reruns=RecordingReruns(),
        metrics=RecordingMetrics(),
        arrived=scheduled,
        kinds=KINDS,
    )
    for monitor in ("data_quality", "model_quality"):
        request = ExecutionRequest(endpoint="shop", monitor=monitor, scheduled_time=scheduled)
        assert execute_in(store, request).files


def panel_queries() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["rawSQL"]
    for variable in DASHBOARD["templating"]["list"]:
        yield variable["label"], variable["query"]["rawSQL"]


def expanded(sql: str) -> str:
    """As the plugin expands them: https://grafana.com/docs/plugins/grafana-athena-datasource/latest/query-editor/."""
    start, end = "TIMESTAMP '2026-03-01 00:00:00'", "TIMESTAMP '2026-03-02 12:00:00'"
    sql = sql.replace("$__timeFrom()", start).replace("${endpoint:sqlstring}", "'shop'")
    return re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN {start} AND {end}", sql)


@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_every_query_of_the_guide_has_an_answer(number: int, database: duckdb.DuckDBPyConnection) -> None:
    assert database.sql(QUERIES[number]).fetchall()


@pytest.mark.parametrize(("title", "sql"), list(panel_queries()), ids=[title for title, _ in panel_queries()])
def test_every_query_of_the_dashboard_has_an_answer(title: str, sql: str, database: duckdb.DuckDBPyConnection) -> None:
    assert "$" not in expanded(sql), title
    assert database.sql(expanded(sql)).fetchall()


def test_the_answers_are_right(database: duckdb.DuckDBPyConnection) -> None:
    by_kind = database.sql("SELECT monitor, verdict FROM verdict ORDER BY monitor, window_start").fetchall()
    quality = [("model_quality", "good")] * WINDOWS
    assert by_kind == [("data_quality", each) for each in ("good", "violations", "good")] + quality
    fleet = next(query for query in QUERIES if "share_with_violations" in query)
    assert database.sql(fleet).fetchall() == [("shop", "risk", 2 * WINDOWS, pytest.approx(1 / 6), 0)]
    errors = next(query for query in QUERIES if "'mae'" in query)
    expected = sum(0.5 + i % 3 / 10 for i in range(60)) / 60
    assert [row[1] for row in database.sql(errors).fetchall()] == [pytest.approx(expected)] * WINDOWS
    # The windows of two days are in two partitions.
    assert database.sql("SELECT DISTINCT day FROM verdict ORDER BY 1").fetchall() == [("2026-03-01",), ("2026-03-02",)]


def test_every_table_that_is_shown_is_one_of_ours() -> None:
    shown = {name for _, sql in panel_queries() for name in re.findall(r"FROM (\w+)", sql)}
    assert shown == {"verdict", "finding", "profile"}
    assert len(QUERIES) == (GUIDE / "dashboards.md").read_text("utf-8").count("```sql")
