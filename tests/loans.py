"""An endpoint that decides on loans, with as many people as a test wants: captures, ground truth, a baseline, executions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import hour_folder
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary, BiasSummary, parse_bias_summary
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_labels
from tests.captures import csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingMetrics, RecordingReruns
from tests.tables import TABLES

ENDPOINT = "credit"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
FOLDER = f"baselines/{ENDPOINT}/model_bias/"


@dataclass(frozen=True)
class Person:
    """A row; the model's answer and what happened then."""

    sex: str
    age: int
    approved: int
    repaid: int


def people(rows: int, seed: int, approved: float = 0.5, women_approved: float | None = None) -> list[Person]:
    """Half are women; eight of ten approved ones repay, three of ten of the others.

    Args:
        approved: Share of approved men, and of women unless told otherwise.
    """
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(rows):
        sex = "Female" if generator.random() < 0.5 else "Male"
        share = approved if sex == "Male" or women_approved is None else women_approved
        yes = int(generator.random() < share)
        repaid = int(generator.random() < (0.8 if yes else 0.3))
        found.append(Person(sex, int(generator.integers(18, 80)), yes, repaid))
    return found


SETTINGS: Mapping[str, Any] = {
    "facets": [{"column": "sex", "values": ["Female"]}],
    "positive_label": "1",
    "inference_attribute": "approved",
    "ground_truth_attribute": "repaid",
}


@dataclass
class Loans:
    """The bucket of the endpoint.

    Attributes:
        columns: Of the input, in the document and in captures.
    """

    settings: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    columns: Sequence[str] = ("sex", "age")
    store: InMemoryStore = field(default_factory=InMemoryStore)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)

    def __post_init__(self) -> None:
        document = {
            "endpoint": ENDPOINT,
            "columns": {"output": ["approved"], "input": list(self.columns)},
            "monitors": {"model_bias": dict(self.settings)},
        }
        self.store.put(f"monitors/{ENDPOINT}.yaml", json.dumps(document).encode())

    def baseline(self, rows: Iterable[Person]) -> None:
        """Of a data set with labels and predictions."""
        lines = ["approved,sex,age,repaid", *(f"{p.approved},{p.sex},{p.age},{p.repaid}" for p in rows), ""]
        self.store.put(f"{FOLDER}input/data.csv", "\n".join(lines).encode())
        suggest_in(self.store, ENDPOINT, "model_bias")

    def capture(self, rows: Sequence[Person], hour: datetime = HOUR, name: str = "a.jsonl", first: int = 0) -> None:
        step = 3500.0 / max(1, len(rows) + first)
        lines = (
            csv_capture(
                hour + timedelta(seconds=int(step * number)),
                str(person.approved),
                ",".join(str(getattr(person, column)) for column in self.columns),
                f"{hour:%d%H}-{first + number}",
            )
            for number, person in enumerate(rows)
        )
        key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(hour)}{name}"
        self.store.put(key, b"".join(lines))
        profile_file(key, self.store, kinds=KINDS)

    def label(self, labels: Mapping[int, object], hour: datetime = HOUR, name: str = "a.jsonl") -> RecordingReruns:
        """Ground truth of the rows with these numbers, as SageMaker's JSON Lines."""
        reruns = RecordingReruns()
        key = f"ground-truth/{ENDPOINT}/{hour_folder(hour + timedelta(hours=1))}{name}"
        lines = []
        for number, value in labels.items():
            encoding = "JSON" if isinstance(value, dict) else "CSV"
            data = json.dumps(value) if isinstance(value, dict) else str(value)
            lines.append(
                json.dumps(
                    {
                        "groundTruthData": {"data": data, "encoding": encoding},
                        "eventMetadata": {"eventId": f"{hour:%d%H}-{number}"},
                        "eventVersion": "0",
                    }
                )
            )
        self.store.put(key, "\n".join([*lines, ""]).encode())
        take_labels(
            key,
            store=self.store,
            tables=TABLES,
            reruns=reruns,
            metrics=RecordingMetrics(),
            arrived=hour + timedelta(hours=1, minutes=5),
            kinds=KINDS,
        )
        return reruns

    def observe(self, rows: Sequence[Person], hour: datetime = HOUR) -> None:
        """Captures, and all their labels."""
        self.capture(rows, hour)
        self.label({number: person.repaid for number, person in enumerate(rows)}, hour)

    def run(self, at: datetime = SCHEDULED, signals: str | None = None) -> BiasSummary:
        request = ExecutionRequest(endpoint=ENDPOINT, monitor="model_bias", scheduled_time=at, trigger="schedule")
        execution = execute_in(self.store, request, metrics=self.metrics, signals_namespace=signals)
        assert execution.files, execution.reason
        return parse_bias_summary(self.store.objects[execution.files["summary.json"]])

    def file(self, name: str, at: datetime = SCHEDULED) -> Any:
        return json.loads(self.store.objects[f"reports/{ENDPOINT}/model_bias/{hour_folder(at)}{name}"])


def metric(summary: BiasSummary, name: str, facet: str = "sex") -> BiasMetricSummary:
    """Of the facet's first group."""
    [found] = [each for each in summary.body.facets if each.name == facet]
    return next(each for each in found.groups[0].metrics if each.name == name)
