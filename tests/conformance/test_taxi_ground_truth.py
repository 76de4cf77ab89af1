"""The New York taxi Mondays sent as captures and ground truth, through every use case, against SageMaker's reports."""

import csv
import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mean_squared_error, r2_score

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import hour_folder
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from tests.captures import csv_capture, profile_file
from tests.executing import execute_in
from tests.fakes import InMemoryStore
from tests.tables import TABLES

MONDAYS = [f"2020-{day}" for day in ("02-03", "02-10", "02-17", "02-24", "03-02", "03-09", "03-16")]
CLEARLY_WORSE = ["2020-02-17", "2020-03-02", "2020-03-09", "2020-03-16"]
"""On the others some of SageMaker's figures are within a few percent of the threshold, less than between the samples."""

DOCUMENT = """\
endpoint: nyctaxi
columns: {output: [pickup_count], input: [time_slot]}
monitors:
  model_quality:
    schedule: cron(0 0 ? * * *)
    problem_type: Regression
    inference_attribute: pickup_count
"""


class Mondays:
    """An endpoint that answered every quarter of an hour; what really happened came a day later, file by file."""

    def __init__(self, folder: Path) -> None:
        self.reports = folder / "sagemaker_reports" / "model_quality"
        self.features = folder / "features"
        constraints = (self.reports / "baseline" / "constraints.json").read_bytes()
        self.store = InMemoryStore(
            objects={
                "monitors/nyctaxi.yaml": DOCUMENT.encode(),
                "baselines/nyctaxi/model_quality/constraints.json": constraints,
            }
        )
        for day in MONDAYS:
            self._send(day)

    def rows(self, day: str) -> list[dict[str, str]]:
        with gzip.open(self.features / f"{day}.csv.gz", "rt") as file:
            return list(csv.DictReader(file))

    def judged(self, day: str) -> Mapping[str, Any]:
        """The execution's files as JSON, by name."""
        scheduled = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
        request = ExecutionRequest(endpoint="nyctaxi", monitor="model_quality", scheduled_time=scheduled)
        execution = execute_in(self.store, request)
        return {name: json.loads(self.store.objects[key]) for name, key in execution.files.items()}

    def reported(self, day: str, file: str) -> Any:
        return json.loads((self.reports / day / file).read_bytes())

    def _send(self, day: str) -> None:
        midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
        labels = []
        for number, row in enumerate(self.rows(day)):
            moment, name = midnight + timedelta(minutes=15 * number), f"{day}-{number}"
            key = f"capture/nyctaxi/AllTraffic/{hour_folder(moment)}{number:02}.jsonl"
            self.store.put(key, csv_capture(moment, row["prediction"], row["time_slot"], name))
            profile_file(key, self.store)
            if row["actual"]:
                truth = {"groundTruthData": {"data": row["actual"], "encoding": "CSV"}, "eventVersion": "0"}
                labels.append(json.dumps({**truth, "eventMetadata": {"eventId": name}}))
        key = f"ground-truth/nyctaxi/{hour_folder(midnight + timedelta(days=1))}counts.jsonl"
        self.store.put(key, "\n".join(labels).encode())
        merge_labels(key, store=self.store, tables=TABLES)


@pytest.fixture(scope="module")
def mondays(shared_data: Path) -> Mondays:
    return Mondays(shared_data / "nyc_taxi_15min_sagemaker")


@pytest.mark.parametrize("day", MONDAYS)
def test_a_monday_is_scored_by_the_rows_that_have_a_count(mondays: Mondays, day: str) -> None:
    files = mondays.judged(day)

    summary, found = files["summary.json"], files["statistics.json"]["regression_metrics"]
    assert (summary["rows"], summary["body"]["labelled_rows"]) == (96, 84)  # the last twelve slots have no count
    known = [row for row in mondays.rows(day) if row["actual"]]
    actual, predicted = ([float(row[name]) for row in known] for name in ("actual", "prediction"))
    assert found["rmse"]["value"] == pytest.approx(np.sqrt(mean_squared_error(actual, predicted)), abs=1e-9)
    assert found["r2"]["value"] == pytest.approx(r2_score(actual, predicted), abs=1e-9)
    # SageMaker judged another sample of the day's trips: as close as the samples are
    reported = mondays.reported(day, "statistics.json")["regression_metrics"]
    assert found["rmse"]["value"] == pytest.approx(reported["rmse"]["value"], rel=0.15)


def test_the_mondays_tell_sagemakers_trend(mondays: Mondays) -> None:
    ours = [mondays.judged(day)["statistics.json"]["regression_metrics"]["rmse"]["value"] for day in MONDAYS]
    theirs = [mondays.reported(day, "statistics.json")["regression_metrics"]["rmse"]["value"] for day in MONDAYS]
    assert np.corrcoef(ours, theirs)[0, 1] > 0.95


@pytest.mark.parametrize("day", CLEARLY_WORSE)
def test_what_is_clearly_worse_violates_what_it_violated_for_sagemaker(mondays: Mondays, day: str) -> None:
    found = mondays.judged(day)["constraint_violations.json"]["violations"]
    expected = mondays.reported(day, "constraint_violations.json")["violations"]
    assert [each["metric_name"] for each in found] == [each["metric_name"] for each in expected]
    assert [each["constraint_check_type"] for each in found] == [each["constraint_check_type"] for each in expected]
