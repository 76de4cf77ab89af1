"""A fortnight of an endpoint that scores the bank's calls, in the bucket's layout: real rows, a real model, three faults.

The calls are shuffled, because the years of the original differ: here only what is broken on purpose may change.
"""

import csv
import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from driftline.domain.keys import hour_folder
from tests.captures import csv_capture

NUMBERS = ("age", "duration", "campaign", "pdays", "previous")
TEXTS = ("job", "marital", "education", "default", "housing", "loan", "contact", "poutcome")
INPUTS = NUMBERS + TEXTS
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS, ROWS = 14, 2_000
SWAPPED, RENAMED, MISSED = 4, 8, 11
"""Days, from 0: two columns change places, a category gets another name, half of the hits are missed."""

DOCUMENT = f"""\
endpoint: bank
columns: {{output: [score], input: [{", ".join(INPUTS)}]}}
monitors:
  data_quality:
    schedule: cron(0 0 ? * * *)
  model_quality:
    schedule: cron(0 0 ? * * *)
    problem_type: BinaryClassification
    probability_attribute: score
    probability_threshold_attribute: 0.5
    ground_truth_attribute: y
    positive_label: "yes"
"""

type Rows = NDArray[np.object_]


def write_fortnight(bucket: Path, archive: Path) -> None:
    """Writes document, data set of both baselines, captures and labels.

    Args:
        archive: bank-additional-full.csv.gz of the UCI repository.
    """
    rows, labels = calls(archive)
    half = (len(rows) - DAYS * ROWS) // 2
    model = fitted(rows[:half], labels[:half])
    known, rest = slice(half, 2 * half), 2 * half
    document = bucket / "monitors" / "bank.yaml"
    document.parent.mkdir(parents=True)
    document.write_text(DOCUMENT)
    scores = model.predict_proba(rows[known])[:, 1]
    columns = ("score", *INPUTS, "y")
    table = [
        (f"{score:.6f}", *row, label) for score, row, label in zip(scores, rows[known], labels[known], strict=True)
    ]
    _write_csv(bucket / "baselines/bank/data_quality/input/calls.csv", columns[:-1], [row[:-1] for row in table])
    _write_csv(bucket / "baselines/bank/model_quality/input/calls.csv", columns, table)
    for day in range(DAYS):
        part = slice(rest + day * ROWS, rest + (day + 1) * ROWS)
        given = _as_given(day, rows[part])
        scores = model.predict_proba(rows[part])[:, 1]
        if day == MISSED:
            hits = np.flatnonzero((scores >= 0.5) & (labels[part] == "yes"))
            scores[hits[::2]] = 0.1
        _write_day(bucket, day, given, scores, labels[part])


def fitted(rows: Rows, labels: NDArray[np.str_]) -> Pipeline:
    """A model that gives the probability of a yes."""
    model = make_pipeline(
        make_column_transformer(
            (OrdinalEncoder(), [INPUTS.index(name) for name in TEXTS]), remainder="passthrough", sparse_threshold=0
        ),
        HistGradientBoostingClassifier(random_state=0, max_iter=60),
    )
    return model.fit(rows, labels == "yes")


def calls(archive: Path) -> tuple[Rows, NDArray[np.str_]]:
    """All rows and labels, in an order of their own."""
    with gzip.open(archive, "rt", newline="") as file:
        table = list(csv.DictReader(file, delimiter=";"))
    rows = np.array(
        [[int(row[name]) for name in NUMBERS] + [row[name] for name in TEXTS] for row in table], dtype=object
    )
    labels = np.array([row["y"] for row in table])
    order = np.random.default_rng(20260302).permutation(len(rows))
    return rows[order], labels[order]


def _as_given(day: int, rows: Rows) -> Rows:
    """What the endpoint gets on this day."""
    given = rows.copy()
    if day == SWAPPED:
        age, campaign = INPUTS.index("age"), INPUTS.index("campaign")
        given[:, [age, campaign]] = given[:, [campaign, age]]
    if day == RENAMED:
        contact = INPUTS.index("contact")
        given[given[:, contact] == "cellular", contact] = "mobile"
    return given


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def _write_day(bucket: Path, day: int, rows: Rows, scores: NDArray[np.float64], labels: NDArray[np.str_]) -> None:
    """The day's calls, evenly spread over its first hour; labels come under the hour of their call."""
    hour = START + timedelta(days=day)
    captures, truths = [], []
    for number, (row, score, label) in enumerate(zip(rows, scores, labels, strict=True)):
        name = f"{day}-{number}"
        moment = hour + timedelta(seconds=number)
        captures.append(csv_capture(moment, f"{score:.6f}", ",".join(map(str, row)), name))
        event = {"eventId": name}
        data = {"data": label, "encoding": "CSV"}
        truth = {"groundTruthData": data, "eventMetadata": event, "eventVersion": "0"}
        truths.append(json.dumps(truth).encode() + b"\n")
    for folder, lines in (("capture/bank/AllTraffic", captures), ("ground-truth/bank", truths)):
        path = bucket / folder / hour_folder(hour) / "calls.jsonl"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"".join(lines))
