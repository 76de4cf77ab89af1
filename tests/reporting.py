"""Executions to make pages of: SageMaker's own files of the taxi Mondays, and a small shop's, through the use cases."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import hour_folder, report_folder
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from tests.captures import capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore
from tests.tables import TABLES

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAST = START + timedelta(hours=3)
"""The scheduled time of the last execution."""

COMMON = {"num_present": 400, "num_missing": 0}

SHOP = """\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
  model_quality: {problem_type: BinaryClassification, probability_attribute: score, ground_truth_attribute: label}
"""


def folder_of(monitor: str, scheduled: datetime = LAST, endpoint: str = "shop") -> str:
    return report_folder(endpoint, monitor, scheduled)


def sales(rng: np.random.Generator, rows: int, shift: float = 0.0) -> list[tuple[str, str, str]]:
    """(score, amount, country) of each."""
    countries = rng.choice(["de", "fr", "it"], rows, p=[0.6, 0.3, 0.1])
    scores = rng.beta(2, 4, rows)
    amounts = rng.normal(100 + shift, 10, rows)
    return [
        (f"{score:.4f}", f"{amount:.2f}", country)
        for score, amount, country in zip(scores, amounts, countries, strict=True)
    ]


def execute(store: InMemoryStore, monitor: str, scheduled: datetime) -> None:
    request = ExecutionRequest(endpoint="shop", monitor=monitor, scheduled_time=scheduled)
    execute_in(store, request)


def shop_store() -> InMemoryStore:
    """Three hours of 240 rows: the last has larger amounts, a new country and missing ones; two thirds have labels."""
    rng = np.random.default_rng(5)
    reference = sales(rng, 600)
    labels = rng.random(600) < np.array([float(score) for score, _, _ in reference])
    rows = "\n".join(f"{','.join(row)}" for row in reference)
    labelled = "\n".join(f"{','.join(row)},{int(label)}" for row, label in zip(reference, labels, strict=True))
    store = InMemoryStore(
        objects={
            "monitors/shop.yaml": SHOP.encode(),
            "baselines/shop/data_quality/input/reference.csv": f"score,amount,country\n{rows}\n".encode(),
            "baselines/shop/model_quality/input/reference.csv": f"score,amount,country,label\n{labelled}\n".encode(),
        }
    )
    for monitor in ("data_quality", "model_quality"):
        suggest_in(store, "shop", monitor)
    for hour in range(3):
        moment = START + timedelta(hours=hour)
        captured = sales(rng, 240, 15.0 * (hour == 2))
        if hour == 2:
            captured = [(s, a, "es" if i % 5 == 0 else "" if i % 7 == 0 else c) for i, (s, a, c) in enumerate(captured)]
        key = capture_key(moment)
        store.put(key, hour_of_captures(moment, captured, seconds=15).replace(b'"id-', f'"h{hour}-'.encode()))
        profile_file(key, store)
        truth = [int(rng.random() < float(score) * (0.1 if hour == 2 else 1.0)) for score, _, _ in captured]
        send_labels(store, hour, {i: each for i, each in enumerate(truth) if i % 3})
        for monitor in ("data_quality", "model_quality"):
            execute(store, monitor, moment + timedelta(hours=1))
    return store


def send_labels(store: InMemoryStore, hour: int, labels: Mapping[int, float], name: str = "a.jsonl") -> None:
    """Ground truth of rows of an hour, by their number."""
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": str(value), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"h{hour}-{i}"},
                "eventVersion": "0",
            }
        )
        for i, value in labels.items()
    ]
    key = f"ground-truth/shop/{hour_folder(START + timedelta(hours=hour))}{name}"
    store.put(key, ("\n".join(lines) + "\n").encode())
    merge_labels(key, store=store, tables=TABLES)


REGRESSION = """\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  model_quality: {problem_type: Regression, inference_attribute: score}
"""


def regression_store(*, baseline: bool = False) -> InMemoryStore:
    """One hour of 200 predictions, 120 of which have their truth; an execution of it.

    Args:
        baseline: Of 400 rows with errors of at most two.
    """
    text = REGRESSION.replace("score}", "score, ground_truth_attribute: label}") if baseline else REGRESSION
    store = InMemoryStore(objects={"monitors/shop.yaml": text.encode()})
    if baseline:
        rows = "".join(f"{45 + i % 40},{45 + i % 40 + i * 3 % 5 - 2}\n" for i in range(400))
        store.objects["baselines/shop/model_quality/input/reference.csv"] = f"score,label\n{rows}".encode()
        suggest_in(store, "shop", "model_quality")
    moment = START + timedelta(hours=2)
    key = capture_key(moment)
    captured = [(f"{50 + i % 40:.1f}", "1.0", "de") for i in range(200)]
    store.put(key, hour_of_captures(moment, captured, seconds=15).replace(b'"id-', b'"h2-'))
    profile_file(key, store)
    label(store, 2, range(120))
    execute(store, "model_quality", moment + timedelta(hours=1))
    return store


def label(store: InMemoryStore, hour: int, rows: Iterable[int], name: str = "a.jsonl") -> None:
    """The truth behind `regression_store`: the prediction and an error of at most five."""
    send_labels(store, hour, {i: 50 + i % 40 + (i * 7 % 11 - 5) for i in rows}, name)


def taxi_store(shared_data: Path) -> InMemoryStore:
    """What SageMaker wrote for the Mondays in New York, at midnight's folders; the baseline has no statistics."""
    store = InMemoryStore()
    for monitor in ("data_quality", "model_quality"):
        for day in (shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / monitor).iterdir():
            baseline = day.name == "baseline"
            folder = f"{'baselines' if baseline else 'reports'}/taxi/{monitor}/"
            folder += "" if baseline else f"{day.name.replace('-', '/')}/00/"
            for file in day.iterdir():
                body = file.read_bytes()
                store.put(
                    folder + file.name.removesuffix(".gz"), gzip.decompress(body) if file.suffix == ".gz" else body
                )
    return store


HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"'><svg/onload=document.title='owned'>",
    "{{ 7 * 7 }}${7*7}<!--",
    "\u202egnp.elif\u202c right-to-left",
    "zero\u200bwidth\x00\x1b[31m",
    "long " + "x" * 10_000,
)
"""Names and values that would like to be more than text."""


MADE = "reports/shop/data_quality/2026/03/01/15/"


def made_store(names: Sequence[str], categories: Sequence[str] = HOSTILE) -> InMemoryStore:
    """An execution of features with these names, by turns numbers and strings, all of them violated; and its baseline."""
    rng = np.random.default_rng(1)

    def statistics(shift: float) -> bytes:
        features = []
        for i, name in enumerate(names):
            if i % 2:
                buckets = [{"value": each, "count": int(rng.integers(1, 50))} for each in categories]
                part = {"common": COMMON, "distinct_count": 7.0, "distribution": {"categorical": {"buckets": buckets}}}
                features.append({"name": name, "inferred_type": "String", "string_statistics": part})
            else:
                levels = [np.round(rng.normal(shift, 1, 400), 4).tolist()]
                kll = {"buckets": [], "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": levels}}
                part = {"common": COMMON, "mean": shift, "std_dev": 1.0, "distribution": {"kll": kll}}
                features.append({"name": name, "inferred_type": "Fractional", "numerical_statistics": part})
        return json.dumps({"version": 0.0, "dataset": {"item_count": 400}, "features": features}).encode()

    moved = {"lower": None, "upper": None, "value": categories[0], "baseline": 0.1, "current": 0.4}
    drift = {
        "method": "Robust", "statistic": 0.4, "value": 0.3, "p_value": None, "threshold": 0.1, "drifted": True,
        "n": 400.0, "m": 400.0, "interval": [0.3, 0.5], "direction": "higher", "location": categories[0],
        "top_buckets": [moved],
    }  # fmt: skip
    violations = [
        {
            "feature": name, "check": "baseline_drift_check", "description": f"Baseline drift of {name}",
            "statistic": 0.4, "required": 0.1, "n": 400.0, "direction": "higher", "interval": [0.3, 0.5],
            "top_buckets": [moved], "sample_inference_ids": list(categories[:3]),
        }
        for name in names
    ]  # fmt: skip
    features = [
        {
            "name": name, "inferred_type": "String" if i % 2 else "Fractional", "expected_type": "Fractional",
            "completeness": 1.0, "expected_completeness": 1.0, "drift": drift | {"value": 0.3 + i / 10_000},
            "not_compared": None, "new_categories": list(categories),
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    summary = {
        "version": 1, "endpoint": "shop", "monitor": "data_quality",
        "window": {"start": "2026-03-01T14:00:00Z", "end": "2026-03-01T15:00:00Z"},
        "scheduled_time": "2026-03-01T15:00:00Z", "status": "CompletedWithViolations", "exit_message": "",
        "reason": categories[0], "rows": 400, "records": 400, "rejected": 0, "skipped": 0, "layout": "csv:1+2",
        "other_layout_rows": {}, "comparison": "corrected",
        "baseline": {"statistics": "baselines/shop/data_quality/statistics.json", "constraints": None},
        "violations": violations, "worst_drift": {"feature": names[-1], "value": 0.3}, "notes": list(categories),
        "features": features,
    }  # fmt: skip
    return InMemoryStore(
        objects={
            f"{MADE}statistics.json": statistics(1.0),
            f"{MADE}summary.json": json.dumps(summary).encode(),
            "baselines/shop/data_quality/statistics.json": statistics(0.0),
        }
    )
