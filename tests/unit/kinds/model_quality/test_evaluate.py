"""One window as a whole: files, summary, metrics."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from driftline.domain.predictions.problem import ProblemType
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.check import violation_name
from driftline.kinds.model_quality.rules.constraints import (
    Constraint,
    Operator,
    QualityConstraints,
    suggest_constraints,
)
from driftline.kinds.model_quality.rules.evaluate import QualityContext, evaluate
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.kinds.model_quality.rules.summary import parse_quality_summary
from tests.unit.kinds.model_quality.conftest import Binary, ids

CONTEXT = QualityContext(
    endpoint="bank",
    monitor="model_quality",
    schedule="bank-model-quality",
    window=Window(datetime(2026, 3, 1, 14, tzinfo=UTC), datetime(2026, 3, 1, 15, tzinfo=UTC)),
    scheduled_time=datetime(2026, 3, 1, 15, tzinfo=UTC),
    rows=2000,
    labelled_rows=1000,
)


def state(data: Binary, start: int, stop: int) -> BinaryState:
    probability = data.probability[start:stop]
    rows = BinaryRows(Classes.of(data.actual[start:stop]), ids(stop - start), probability=probability)
    return BinaryState.of(rows, "yes")


def test_a_window_that_is_worse_writes_four_files_that_agree(bank_marketing: Binary) -> None:
    baseline = suggest_constraints(quality_of(state(bank_marketing, 0, 6000)))

    found = evaluate(state(bank_marketing, 16_000, 17_000), baseline, CONTEXT)

    files = {name: json.loads(text) for name, text in found.files().items()}
    assert list(files) == ["statistics.json", "constraints.json", "constraint_violations.json"]
    assert files["statistics.json"]["dataset"] == {
        "item_count": 1000,
        "start_time": "2026-03-01T14:00:00Z",
        "end_time": "2026-03-01T15:00:00Z",
    }
    metrics = list(files["statistics.json"]["binary_classification_metrics"])
    assert metrics[0] == "confusion_matrix"
    assert metrics[10:15] == [
        *("false_negative_rate", "receiver_operating_characteristic_curve", "precision_recall_curve", "auc", "au_prc")
    ]
    summary = json.loads(found.summary.to_json())
    assert summary["status"] == "CompletedWithViolations"
    assert (summary["coverage"], summary["body"]["positive_label"]) == (0.5, "yes")
    violated = [each["metric_name"] for each in files["constraint_violations.json"]["violations"]]
    found_names = [each["subject"] for each in summary["findings"]]
    assert sorted(violated) == sorted(map(violation_name, found_names))
    in_reading_order = [each["name"] for each in summary["body"]["metrics"] if each["violated"]]
    assert found_names == in_reading_order
    assert "accuracy" in violated
    assert all(each["certain"] for each in summary["findings"])
    accuracy = next(each for each in summary["body"]["metrics"] if each["name"] == "accuracy")
    assert accuracy["violated"]
    assert accuracy["interval"][1] < accuracy["baseline"] == baseline.constraints["accuracy"].threshold
    assert {each["name"] for each in summary["body"]["metrics"]} >= {
        "log_loss",
        "brier_score",
        "expected_calibration_error",
    }


def test_on_points_a_violation_says_whether_chance_explains_it(bank_marketing: Binary) -> None:
    """accuracy is a little below its threshold, auc far below."""
    window = state(bank_marketing, 0, 1000)
    value = quality_of(window).metrics["accuracy"].value
    thresholds = {"accuracy": value + 0.001, "auc": 0.9999}
    baseline = QualityConstraints(
        problem=ProblemType.BINARY,
        constraints={
            name: Constraint(threshold=threshold, comparison_operator=Operator.LESS)
            for name, threshold in thresholds.items()
        },
    )

    found = evaluate(window, baseline, replace(CONTEXT, comparison="sagemaker"))

    assert {each.subject: each.certain for each in found.summary.violations} == {"accuracy": False, "auc": True}
    assert found.summary.violations[0].excess == pytest.approx(0.001 / (value + 0.001))


def test_equal_arguments_give_equal_bytes(bank_marketing: Binary) -> None:
    window = state(bank_marketing, 0, 1500)
    baseline = suggest_constraints(quality_of(window))

    assert evaluate(window, baseline, CONTEXT).files() == evaluate(window, baseline, CONTEXT).files()


def test_files_are_read_back(bank_marketing: Binary) -> None:
    found = evaluate(state(bank_marketing, 0, 1500), None, CONTEXT)

    files = found.files()
    assert parse_quality_summary(found.summary.to_json()) == found.summary
    statistics = parse_baseline_quality(files["statistics.json"])
    assert statistics.item_count == 1500
    assert {name: figure.value for name, figure in statistics.metrics.items()} == {
        name: metric.value for name, metric in found.quality.metrics.items()
    }
    assert found.summary.notes[-1] == "There is no baseline constraints.json, so nothing was checked."


def test_without_constraints_nothing_is_evaluated(bank_marketing: Binary) -> None:
    summary = evaluate(state(bank_marketing, 0, 1500), None, CONTEXT).summary

    assert summary.verdict == "not_evaluated"
    assert (summary.evaluated_rows, summary.measured_rows) == (0, 1500)
    assert summary.reason == "There is no baseline constraints.json, so nothing was checked."


def test_metrics_have_sagemakers_names_and_dimensions(bank_marketing: Binary) -> None:
    found = evaluate(state(bank_marketing, 0, 1500), None, CONTEXT).metrics

    names = [metric.name for metric in found]
    assert names[:3] == ["recall", "precision", "accuracy"]
    assert names[-2:] == ["total_number_of_violations", "coverage"]
    assert "f0_5_best_constant_classifier" in names
    assert names[-4:-2] == ["f1_lower", "f1_upper"]
    assert len(names) == len(set(names)) == 22
    assert {tuple(metric.dimensions.items()) for metric in found} == {
        (("Endpoint", "bank"), ("MonitoringSchedule", "bank-model-quality"))
    }


@pytest.mark.parametrize(
    ("rows", "labelled", "reason"),
    [
        (0, 0, "No rows: nothing was captured in the window."),
        (96, 0, "No labels: none of the 96 rows of the window has a ground truth yet."),
        (96, 12, "No usable rows: all 12 labelled rows of the window were unusable."),
    ],
)
def test_a_window_without_usable_rows_is_a_result(rows: int, labelled: int, reason: str) -> None:
    context = replace(CONTEXT, rows=rows, labelled_rows=labelled)
    baseline = suggest_constraints(quality_of(BinaryState.empty("yes")))

    found = evaluate(BinaryState.empty("yes"), baseline, context)

    assert (found.summary.status, found.summary.reason) == ("Completed", reason)
    assert found.summary.coverage == (labelled / rows if rows else None)
    assert json.loads(found.files()["statistics.json"])["binary_classification_metrics"]["recall"]["value"] == "NaN"
    assert [metric.name for metric in found.metrics] == ["total_number_of_violations"] + ["coverage"] * bool(rows)


def test_no_metric_is_published_that_is_no_number() -> None:
    rows = BinaryRows(Classes.of(["0", "0"]), ids(2), probability=np.array([0.1, 0.2]))

    names = {metric.name for metric in evaluate(BinaryState.of(rows, "1"), None, CONTEXT).metrics}

    assert "accuracy" in names
    assert not names & {"recall", "auc", "precision"}
