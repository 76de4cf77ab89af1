"""Model quality from captures and ground truth to revisions, over in-memory ports."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score

from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.keys import hour_folder
from driftline.kinds.model_quality.rules.summary import parse_quality_summary
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from driftline.usecases.models.model_log import ModelEntry, log_model
from tests.captures import capture_key, csv_capture, profile_file
from tests.executing import execute_in
from tests.fakes import InMemoryStore, RecordingEvents, RecordingMetrics
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
FOLDER = "reports/shop/model_quality/2026/03/01/15/"
ROWS = 240
DOCUMENT = """\
endpoint: shop
columns: {output: [predicted], input: [amount]}
monitors:
  model_quality: {problem_type: Regression, inference_attribute: predicted}
"""
WRITTEN_OUT = """\
    problem_type: Regression
    inference_attribute: predicted
"""
CONSTRAINTS = json.dumps(
    {
        "version": 0.0,
        "regression_constraints": {
            "mae": {"threshold": 1.2, "comparison_operator": "GreaterThanThreshold"},
            "r2": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
        },
    }
)

_CHANCE = np.random.default_rng(3)
ACTUAL = np.round(_CHANCE.normal(50, 10, ROWS), 3)
PREDICTED = np.round(ACTUAL + _CHANCE.normal(0, 1, ROWS), 3)


@pytest.fixture
def store() -> InMemoryStore:
    """An hour of captured predictions; no label yet."""
    made = InMemoryStore(
        objects={
            "monitors/shop.yaml": DOCUMENT.encode(),
            "baselines/shop/model_quality/constraints.json": CONSTRAINTS.encode(),
        }
    )
    lines = (csv_capture(HOUR + timedelta(seconds=10 * i), str(PREDICTED[i]), "1", f"sale-{i}") for i in range(ROWS))
    key = capture_key(HOUR)
    made.put(key, b"".join(lines))
    profile_file(key, made)
    return made


def send_labels(store: InMemoryStore, labels: dict[int, float], collected: datetime, name: str = "a.jsonl") -> None:
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": str(value), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"sale-{i}"},
                "eventVersion": "0",
            }
        )
        for i, value in labels.items()
    ]
    key = f"ground-truth/shop/{hour_folder(collected)}{name}"
    store.put(key, ("\n".join(lines) + "\n").encode())
    merge_labels(key, store=store, tables=TABLES)


def execute(
    store: InMemoryStore, metrics: RecordingMetrics | None = None, events: RecordingEvents | None = None
) -> Execution:
    request = ExecutionRequest(endpoint="shop", monitor="model_quality", scheduled_time=SCHEDULED)
    return execute_in(store, request, metrics=metrics, events=events)


def test_metrics_equal_scikit_learns_over_the_labelled_rows(store: InMemoryStore) -> None:
    send_labels(store, dict(enumerate(ACTUAL.tolist()[:200])), HOUR + timedelta(hours=5))
    metrics, events = RecordingMetrics(), RecordingEvents()

    execution = execute(store, metrics, events)

    found = json.loads(store.objects[FOLDER + "statistics.json"])["regression_metrics"]
    assert found["mae"]["value"] == pytest.approx(mean_absolute_error(ACTUAL[:200], PREDICTED[:200]), abs=1e-9)
    assert found["r2"]["value"] == pytest.approx(r2_score(ACTUAL[:200], PREDICTED[:200]), abs=1e-9)
    assert execution.status is ExecutionStatus.COMPLETED
    assert execution.coverage == pytest.approx(200 / ROWS)
    assert events.published[0].detail["Coverage"] == execution.coverage
    assert metrics.published[0].namespace == "aws/sagemaker/Endpoints/model-metrics"
    # And SageMaker's merged records lie in its layout, in the order of its keys
    merged = [key for key in store.objects if key.startswith("merged/shop/AllTraffic/2026/03/01/14/part-00000-")]
    first = json.loads(store.objects[merged[0]].splitlines()[0])
    assert list(first) == ["eventVersion", "groundTruthData", "captureData", "eventMetadata"]


def test_no_labels_yet_is_a_result_with_coverage_zero(store: InMemoryStore) -> None:
    execution = execute(store)
    assert execution.status is ExecutionStatus.COMPLETED
    assert execution.coverage == 0
    assert "none of the 240 rows" in execution.reason


def test_late_and_corrected_labels_make_revisions(store: InMemoryStore) -> None:
    events = RecordingEvents()
    # Given a window judged with half of its labels
    half = dict(enumerate(ACTUAL.tolist()[:120]))
    send_labels(store, half, HOUR + timedelta(hours=2))
    first = execute(store, events=events)

    # When the others come a week later, and then a correction of them all: everything is off by ten
    send_labels(store, dict(list(enumerate(ACTUAL.tolist()))[120:]), HOUR + timedelta(days=7))
    second = execute(store, events=events)
    wrong = {i: value + 10 for i, value in enumerate(ACTUAL.tolist())}
    send_labels(store, wrong, HOUR + timedelta(days=8))
    third = execute(store, events=events)

    # Then each is a revision; the last label of each inference counts, once
    assert [each.revision for each in (first, second, third)] == [1, 2, 3]
    assert [each.coverage for each in (first, second, third)] == [0.5, 1.0, 1.0]
    assert third.status is ExecutionStatus.COMPLETED_WITH_VIOLATIONS
    found = json.loads(store.objects[FOLDER + "statistics.json"])
    assert found["dataset"]["item_count"] == ROWS
    assert found["regression_metrics"]["mae"]["value"] == pytest.approx(
        mean_absolute_error(ACTUAL + 10, PREDICTED), abs=1e-9
    )
    earlier = json.loads(store.objects[FOLDER + "revision-1/statistics.json"])
    assert earlier["dataset"]["item_count"] == 120
    # And a redelivered file of old labels changes nothing
    send_labels(store, half, HOUR + timedelta(hours=2))
    assert execute(store, events=events).unchanged
    assert len(events.published) == 3


def test_imported_constraints_are_compared_as_sagemaker_does_unless_the_document_says_otherwise(
    store: InMemoryStore,
) -> None:
    # Given a mean error that is just above its threshold of 1.2 in the point, not in the whole interval
    slightly = {i: value + (1.3 if i % 2 else -1.3) for i, value in enumerate(PREDICTED.tolist())}
    slightly |= {i: PREDICTED.tolist()[i] for i in range(12)}
    send_labels(store, slightly, HOUR + timedelta(hours=2))

    point = execute(store)
    assert (point.status, point.violations) == (ExecutionStatus.COMPLETED_WITH_VIOLATIONS, 1)

    store.objects["monitors/shop.yaml"] = DOCUMENT.replace("Regression,", "Regression, comparison: driftline,").encode()
    assert execute(store).status is ExecutionStatus.COMPLETED


def test_a_violation_has_the_metric_of_the_baseline(store: InMemoryStore) -> None:
    statistics = {"dataset": {"item_count": 9}, "regression_metrics": {"mae": {"value": 0.9, "standard_deviation": 0}}}
    store.put("baselines/shop/model_quality/statistics.json", json.dumps(statistics).encode())
    send_labels(store, {i: value + 9 for i, value in enumerate(PREDICTED.tolist())}, HOUR + timedelta(hours=2))

    execute(store)

    summary = json.loads(store.objects[FOLDER + "summary.json"])
    assert [(each["subject"], each["baseline"]) for each in summary["findings"]] == [("mae", 0.9), ("r2", None)]
    assert summary["baseline"]["statistics.json"] == "baselines/shop/model_quality/statistics.json"


def test_without_constraints_the_metrics_are_computed_and_nothing_is_judged(store: InMemoryStore) -> None:
    del store.objects["baselines/shop/model_quality/constraints.json"]
    send_labels(store, dict(enumerate(ACTUAL.tolist())), HOUR + timedelta(hours=2))

    assert execute(store).status is ExecutionStatus.COMPLETED
    notes = json.loads(store.objects[FOLDER + "summary.json"])["notes"]
    assert "There is no baseline constraints.json, so nothing was checked." in notes


def test_the_state_of_an_hour_is_kept_and_used_again(store: InMemoryStore) -> None:
    send_labels(store, dict(enumerate(ACTUAL.tolist())), HOUR + timedelta(hours=2))
    execute(store)
    before = store.objects[FOLDER + "statistics.json"]
    states = [key for key in store.objects if key.startswith("state/kinds/model_quality/shop/")]
    assert len(states) == 1

    execute(store)
    assert store.objects[FOLDER + "statistics.json"] == before
    store.objects[states[0]] = b"damaged"
    execute(store)
    assert store.objects[FOLDER + "statistics.json"] == before
    assert store.objects[states[0]] != b"damaged"


def signals(store: InMemoryStore) -> dict[str, float]:
    """What alarms hear of a scheduled execution."""
    metrics = RecordingMetrics()
    request = ExecutionRequest(endpoint="shop", monitor="model_quality", scheduled_time=SCHEDULED, trigger="schedule")
    execute_in(store, request, metrics=metrics, signals_namespace="Driftline/test")
    return {
        metric.name: metric.value  # type: ignore[misc]
        for one in metrics.published
        if one.namespace == "Driftline/test"
        for metric in one.metrics
    }


ALARMS = """\
    metrics: none
    alarms:
      - {metric: mae, threshold: 1.5}
      - {metric: mae_upper, threshold: 1.5}
      - {metric: coverage, threshold: 0.1, comparison: "<"}
"""


def test_alarms_hear_the_metrics_that_they_name_whatever_goes_to_cloudwatch(store: InMemoryStore) -> None:
    text = DOCUMENT.replace("{problem_type: Regression, inference_attribute: predicted}\n", "\n" + WRITTEN_OUT + ALARMS)
    store.put("monitors/shop.yaml", text.encode())
    # Without labels there is no verdict: an incident goes on, and only the coverage is known
    assert signals(store) == {"coverage": 0}

    send_labels(store, dict(enumerate(ACTUAL.tolist()[:200])), HOUR + timedelta(hours=5))
    found = signals(store)

    assert set(found) == {"violations", "mae", "mae_upper", "coverage"}
    assert found["mae"] == pytest.approx(mean_absolute_error(ACTUAL[:200], PREDICTED[:200]), abs=1e-9)
    assert found["mae_upper"] > found["mae"]
    assert found["violations"] == 0


def test_a_new_model_is_in_the_summary(store: InMemoryStore) -> None:
    log_model(store, "shop", ModelEntry(at=HOUR + timedelta(minutes=5), model="package/7", source="event"))
    execute(store)
    summary = parse_quality_summary(store.objects[FOLDER + "summary.json"])
    assert summary.model is not None
    assert (summary.model.name, summary.model.windows_since, summary.model.mixed) == ("package/7", 0, True)
