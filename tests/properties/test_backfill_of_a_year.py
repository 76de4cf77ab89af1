"""A year's statistics after a backfill, against one pass over all raw lines by json and numpy alone."""

import json
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.backfill.capture_work import capture_work
from driftline.usecases.backfill.find_files import Captures
from driftline.usecases.backfill.make_plan import make_plan, write_plan
from driftline.usecases.backfill.outcome import conclude
from driftline.usecases.backfill.work_batch import work_batch
from tests.captures import csv_capture
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, only
from tests.tables import TABLES

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = b"""\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  data_quality: {schedule: "cron(0 0 1 1 ? *)"}
"""
ROWS = 30


def year(days: int) -> InMemoryStore:
    """A capture file every so many days, of two variants in turn; amounts drift, and some are missing."""
    draw = random.Random(2025)
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT})
    for number in range(0, 365, days):
        hour = START + timedelta(days=number, hours=draw.randrange(24))
        lines = []
        for row in range(ROWS):
            amount = "" if draw.random() < 0.1 else f"{draw.lognormvariate(3 + number / 365, 1):.4f}"
            given = f"{amount},{draw.choice(['de', 'fr', 'it'])}"
            lines.append(
                csv_capture(hour + timedelta(seconds=110 * row), f"{draw.random():.6f}", given, f"{number}-{row}")
            )
        variant = ("blue", "green")[number // days % 2]
        store.put(f"capture/shop/{variant}/{hour_folder(hour)}a.jsonl", b"".join(lines))
    reference = "".join(f"{draw.random():.3f},{draw.gauss(30, 9):.2f},de\n" for _ in range(200))
    store.put("baselines/shop/data_quality/input/r.csv", f"score,amount,country\n{reference}".encode())
    suggest_in(store, "shop", "data_quality")
    return store


def backfilled(store: InMemoryStore) -> dict[str, dict[str, object]]:
    """The features of the year's statistics.json, by name."""
    captures = Captures(store, "capture/", "shop", START, END)
    planned = make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1")
    plan = planned.plan
    write_plan(planned, store, lambda _: None)
    for batch in reversed(plan.captures.batches):
        work = capture_work(
            plan, batch, state=store, stores=only(store), scripts=ScriptProcesses(), tables=TABLES, kinds=KINDS
        )
        assert work_batch(plan.id, batch, work, store=store, time_is_short=lambda: False)
    assert conclude(plan, store).left == {
        "files": 0,
        "suggest": 0,
        "captures": 0,
        "labels": 0,
        "days": 0,
        "windows": 1,
        "pages": 1,
        "overview": 1,
    }
    execution = execute_in(store, ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=END))
    statistics = json.loads(store.get(execution.files["statistics.json"]).body)
    return {feature["name"]: feature for feature in statistics["features"]}


def one_pass(store: InMemoryStore) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {"score": [], "amount": [], "country": []}
    for key, body in store.objects.items():
        for line in body.splitlines() if key.startswith("capture/") else ():
            data = json.loads(line)["captureData"]
            row = f"{data['endpointOutput']['data']},{data['endpointInput']['data']}".split(",")
            for name, text in zip(columns, row, strict=True):
                columns[name].append(text)
    return columns


@pytest.mark.parametrize(
    "days", [pytest.param(12, id="every twelfth day"), pytest.param(1, id="every day", marks=pytest.mark.long)]
)
def test_a_years_statistics_are_those_of_one_pass_over_all_rows(days: int) -> None:
    store = year(days)
    features, expected = backfilled(store), one_pass(store)
    for name, texts in expected.items():
        present = [text for text in texts if text]
        common = features[name]["numerical_statistics" if name != "country" else "string_statistics"]
        assert isinstance(common, dict)
        assert common["common"] == {"num_present": len(present), "num_missing": len(texts) - len(present)}
        if name == "country":
            assert common["distinct_count"] == len(set(present))
            continue
        values = np.array(present, dtype=float)
        assert common["min"] == values.min()
        assert common["max"] == values.max()
        assert common["sum"] == pytest.approx(values.sum(), rel=1e-12)
        assert common["mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert common["std_dev"] == pytest.approx(values.std(), rel=1e-9)
