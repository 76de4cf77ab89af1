"""An endpoint that scores credit risks with real trees: its model's file, captures, a baseline, executions."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.domain.keys import hour_folder
from driftline.kinds.model_explainability.rules.summary import ExplainabilitySummary, parse_explainability_summary
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.ports.predictions import Predictor
from tests.captures import csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingMetrics

ENDPOINT = "risk"
KIND = "model_explainability"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
FOLDER = f"baselines/{ENDPOINT}/{KIND}/"
FEATURES = ("income", "debt", "age", "visits")
MODEL = "models/risk/model.json"

type Floats = NDArray[np.float64]
type Rows = Callable[[int, int], Floats]
"""(number of rows, seed) -> shape (rows, features)."""


def usual(rows: int, seed: int) -> Floats:
    """Four independent features; the last one says nothing."""
    generator = np.random.default_rng(seed)
    return np.round(generator.normal(size=(rows, len(FEATURES))), 4)


def without_income(rows: int, seed: int) -> Floats:
    """As `usual`, but the most important feature has the same value in every row."""
    found = usual(rows, seed)
    found[:, 0] = 0.0
    return found


@cache
def trees(seed: int = 7, weights: tuple[float, ...] = (2.0, -1.5, 0.6, 0.0)) -> bytes:
    """XGBoost's own JSON of a model of the log-odds."""
    x = usual(4_000, seed)
    chance = 1 / (1 + np.exp(-(x @ np.array(weights))))
    y = (np.random.default_rng(seed).random(len(x)) < chance).astype(float)
    data = xgboost.DMatrix(x, label=y, feature_names=list(FEATURES))
    settings = {"max_depth": 4, "eta": 0.2, "objective": "binary:logistic", "nthread": 1, "seed": seed}
    return bytes(xgboost.train(settings, data, num_boost_round=40).save_raw("json"))


def booster(body: bytes) -> xgboost.Booster:
    found = xgboost.Booster()
    found.load_model(bytearray(body))
    return found


def scores_of(body: bytes, x: Floats) -> Floats:
    found: Floats = booster(body).predict(xgboost.DMatrix(x, feature_names=list(FEATURES))).astype(float)
    return found


SETTINGS: Mapping[str, Any] = {"source": "model", "model": MODEL}


@dataclass
class Scores:
    """The bucket of the endpoint."""

    settings: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    model: bytes = field(default_factory=trees)
    predictor: Predictor | None = None
    store: InMemoryStore = field(default_factory=InMemoryStore)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)

    def __post_init__(self) -> None:
        document = {
            "endpoint": ENDPOINT,
            "columns": {"output": ["score"], "input": list(FEATURES)},
            "monitors": {KIND: dict(self.settings)},
        }
        self.store.put(f"monitors/{ENDPOINT}.yaml", json.dumps(document).encode())
        self.store.put(MODEL, self.model)

    def data_set(self, rows: int = 2_000, seed: int = 1, of: Rows = usual) -> bytes:
        """CSV with the model's scores."""
        x = of(rows, seed)
        table = np.column_stack([scores_of(self.model, x), x]).tolist()
        lines = [",".join(("score", *FEATURES)), *(",".join(map(str, row)) for row in table), ""]
        return "\n".join(lines).encode()

    def baseline(self, rows: int = 2_000, seed: int = 1, explaining: Explaining | None = None) -> BaselineSuggested:
        self.store.put(f"{FOLDER}input/data.csv", self.data_set(rows, seed))
        return suggest_in(self.store, ENDPOINT, KIND, predictor=self.predictor, explaining=explaining)

    def capture(
        self, rows: int = 600, seed: int = 2, of: Rows = usual, hour: datetime = HOUR, name: str = "a.jsonl"
    ) -> None:
        x = of(rows, seed)
        scores = scores_of(self.model, x)
        step = 3500.0 / max(1, rows)
        lines = (
            csv_capture(
                hour + timedelta(seconds=step * number),
                repr(float(score)),
                ",".join(map(str, row)),
                f"{name}{hour:%d%H}-{number}",
            )
            for number, (score, row) in enumerate(zip(scores, x.tolist(), strict=True))
        )
        key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(hour)}{name}"
        self.store.put(key, b"".join(lines))
        profile_file(key, self.store, kinds=KINDS)

    def execute(self, at: datetime = SCHEDULED, explaining: Explaining | None = None) -> Execution:
        request = ExecutionRequest(endpoint=ENDPOINT, monitor=KIND, scheduled_time=at, trigger="schedule")
        return execute_in(self.store, request, metrics=self.metrics, explaining=explaining, predictor=self.predictor)

    def run(self, at: datetime = SCHEDULED) -> ExplainabilitySummary:
        execution = self.execute(at)
        assert execution.files, execution.reason
        return parse_explainability_summary(self.store.objects[execution.files["summary.json"]])

    def file(self, name: str, at: datetime = SCHEDULED) -> Any:
        return json.loads(self.store.objects[f"reports/{ENDPOINT}/{KIND}/{hour_folder(at)}{name}"])


def names(summary: ExplainabilitySummary) -> Sequence[str]:
    """Features of the first output, those that contribute most first."""
    return [each.name for each in summary.body.outputs[0].features]


@dataclass
class Served:
    """`Predictor`: an endpoint with the model, which answers CSV.

    Attributes:
        asked: Number of rows of each request.
    """

    model: bytes = field(default_factory=trees)
    asked: list[int] = field(default_factory=list)

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        assert (endpoint, content_type, accept) == (f"{ENDPOINT}-shadow", "text/csv", "text/csv")
        rows = [[float(cell) if cell else np.nan for cell in line.split(",")] for line in body.decode().splitlines()]
        self.asked.append(len(rows))
        return "".join(f"{score!r}\n" for score in scores_of(self.model, np.array(rows)).tolist()).encode()
