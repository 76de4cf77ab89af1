"""Model quality against SageMaker's own files: the SDK's data set, the New York taxi Mondays, the SDK's readers' shape."""

import csv
import gzip
import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from driftline.domain.monitors.comparison import Compared
from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.picking import PickedColumns, pick_data_set
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.sagemaker_files.violations import Violations
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.check import check, metric_violation
from driftline.kinds.model_quality.rules.constraints import (
    QualityConstraints,
    parse_quality_constraints,
    suggest_constraints,
)
from driftline.kinds.model_quality.rules.evaluate import ModelQualityEvaluation, QualityContext, evaluate
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality, statistics_json
from driftline.kinds.model_quality.rules.usable import state_of, usable_rows

MONDAYS = ("2020-02-03", "2020-02-10", "2020-02-17", "2020-02-24", "2020-03-02", "2020-03-09", "2020-03-16")
WINDOW = Window(datetime(2022, 12, 11, 14, tzinfo=UTC), datetime(2022, 12, 11, 15, tzinfo=UTC))
TAXI = Attributes(ProblemType.REGRESSION, inference="prediction", ground_truth="actual")


@pytest.fixture(scope="module")
def step(shared_data: Path) -> Path:
    """The regression data set of the SDK's QualityCheckStep test, with the files that SageMaker made of it."""
    return shared_data / "sagemaker_sdk" / "quality_check_step" / "model_quality"


@pytest.fixture(scope="module")
def step_rows(step: Path) -> list[dict[str, str]]:
    with (step / "baseline_dataset.csv").open() as file:
        return list(csv.DictReader(file))


def measured(rows: list[dict[str, str]], attributes: Attributes) -> Quality:
    ids = row_hashes(map(str, range(len(rows))), [0] * len(rows))
    return quality_of(state_of(usable_rows(pick_data_set(rows, attributes), ids, attributes).rows, attributes))


# The test of the SDK that these files come from has prediction and label swapped.
SWAPPED = Attributes(ProblemType.REGRESSION, inference="Label", ground_truth="Prediction")


def test_the_sdks_data_set_gives_sagemakers_statistics(step: Path, step_rows: list[dict[str, str]]) -> None:
    """Equal to the 15th digit. The last one or two are the rounding errors of SageMaker's additions: see below."""
    expected = json.loads((step / "statistics.json").read_text())

    found = json.loads(statistics_json(measured(step_rows, SWAPPED)))

    assert found["dataset"] == expected["dataset"]
    assert list(found["regression_metrics"]) == list(expected["regression_metrics"])
    for name, metric in expected["regression_metrics"].items():
        ours = found["regression_metrics"][name]
        assert list(ours) == list(metric)
        assert ours["standard_deviation"] == metric["standard_deviation"] == "NaN"
        assert abs(ours["value"] - metric["value"]) <= 2 * math.ulp(metric["value"]), name


def test_sagemakers_last_digits_come_from_adding_doubles_row_by_row(
    step: Path, step_rows: list[dict[str, str]]
) -> None:
    """Added in row order, the errors give SageMaker's digits; added without rounding, ours.

    The former depends on the order of the rows and on how Spark cut them, so a merge of files cannot keep it.
    """
    theirs = parse_baseline_quality((step / "statistics.json").read_bytes()).metrics
    ours = measured(step_rows, SWAPPED).metrics
    errors = [float(row["Label"]) - float(row["Prediction"]) for row in step_rows]
    one_by_one = squares = 0.0
    for error in errors:
        one_by_one += abs(error)
        squares += error * error

    assert one_by_one / 100 == theirs["mae"].value
    assert squares / 100 == theirs["mse"].value
    assert math.sqrt(squares / 100) == theirs["rmse"].value
    assert math.fsum(map(abs, errors)) / 100 == ours["mae"].value


@pytest.mark.parametrize(("case", "violated"), [("good_cases", []), ("bad_cases", ["mse"])])
def test_the_sdks_quality_check_passes_and_fails_as_it_should(
    step: Path, step_rows: list[dict[str, str]], case: str, violated: list[str]
) -> None:
    constraints = parse_quality_constraints((step / case / "constraints.json").read_bytes())
    columns = pick_data_set(step_rows, SWAPPED)

    found = judged(columns, constraints, "sagemaker")

    assert [finding.subject for finding in found.verdict.findings] == violated


def test_suggested_constraints_have_sagemakers_text(shared_data: Path) -> None:
    """From SageMaker's statistics of a baseline follow SageMaker's constraints, byte for byte."""
    folder = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "model_quality" / "baseline"
    text = (folder / "constraints.json").read_text()
    constraints = parse_quality_constraints(text)

    assert constraints.to_json() == text.rstrip("\n")
    statistics = parse_baseline_quality((folder / "statistics.json").read_bytes())
    assert {name: figure.value for name, figure in statistics.metrics.items()} == {
        name: each.threshold for name, each in constraints.constraints.items()
    }


def judged(
    columns: PickedColumns, constraints: QualityConstraints | None, comparison: Compared
) -> ModelQualityEvaluation:
    ids = row_hashes(map(str, range(len(columns.labels))), [0] * len(columns.labels))
    usable = usable_rows(columns, ids, TAXI)
    context = QualityContext(
        endpoint="nyctaxi",
        monitor="model_quality",
        schedule="nyctaxi-model-quality",
        window=WINDOW,
        scheduled_time=WINDOW.end,
        rows=len(ids),
        labelled_rows=len(usable.rows.ids),
        unusable=usable.unusable,
        comparison=comparison,
    )
    return evaluate(state_of(usable.rows, TAXI), constraints, context)


class Taxi:
    """The Mondays: the endpoint's predictions, the counts that came, SageMaker's reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "sagemaker_reports" / "model_quality"

    def constraints(self) -> QualityConstraints:
        return parse_quality_constraints((self.reports / "baseline" / "constraints.json").read_bytes())

    def evaluation(self, day: str, comparison: Compared = "sagemaker") -> ModelQualityEvaluation:
        with gzip.open(self.folder / "features" / f"{day}.csv.gz", "rt") as file:
            rows = list(csv.DictReader(file))
        return judged(pick_data_set(rows, TAXI), self.constraints(), comparison)

    def reported(self, day: str) -> dict[str, float]:
        figures = parse_baseline_quality((self.reports / day / "statistics.json").read_bytes()).metrics
        return {name: figure.value for name, figure in figures.items()}

    def violations(self, day: str) -> str:
        return (self.reports / day / "constraint_violations.json").read_text()


@pytest.fixture(scope="module")
def taxi_quality(shared_data: Path) -> Taxi:
    return Taxi(shared_data / "nyc_taxi_15min_sagemaker")


def test_labelled_rows_of_a_monday_are_those_with_a_count(taxi_quality: Taxi) -> None:
    summary = taxi_quality.evaluation("2020-02-03").summary

    assert (summary.rows, summary.body.labelled_rows, summary.evaluated_rows) == (96, 84, 84)
    assert summary.coverage == 84 / 96
    assert summary.body.unusable_rows == {"no label": 12}


@pytest.mark.parametrize("day", MONDAYS)
def test_sagemakers_figures_lie_within_our_intervals(taxi_quality: Taxi, day: str) -> None:
    """SageMaker judged another sample of the day's trips, and all 96 rows; the last twelve of ours have no count."""
    reported, found = taxi_quality.reported(day), taxi_quality.evaluation(day).quality.metrics

    assert found["mae"].interval is not None
    assert found["mae"].interval[0] <= reported["mae"] <= found["mae"].interval[1]
    assert {name: found[name].withheld for name in ("mse", "rmse", "r2")} == {
        "mse": "Only 84 rows: an interval needs 100.",
        "rmse": "Only 84 rows: an interval needs 100.",
        "r2": "Only 84 rows: an interval needs 500.",
    }
    assert found["rmse"].value == pytest.approx(reported["rmse"], rel=0.15)


def test_the_mondays_tell_sagemakers_trend(taxi_quality: Taxi) -> None:
    ours = [taxi_quality.evaluation(day).quality.metrics["rmse"].value for day in MONDAYS]
    theirs = [taxi_quality.reported(day)["rmse"] for day in MONDAYS]

    assert np.corrcoef(ours, theirs)[0, 1] > 0.95
    assert np.argsort(ours)[-2:].tolist() == np.argsort(theirs)[-2:].tolist() == [5, 6]


@pytest.mark.parametrize("day", ["2020-02-17", "2020-03-02", "2020-03-09", "2020-03-16"])
def test_mondays_that_are_clearly_worse_violate_the_same_constraints(taxi_quality: Taxi, day: str) -> None:
    found = json.loads(taxi_quality.evaluation(day).files()["constraint_violations.json"])["violations"]
    expected = json.loads(taxi_quality.violations(day))["violations"]

    keys = ("constraint_check_type", "metric_name")
    assert [[each[key] for key in keys] for each in found] == [[each[key] for key in keys] for each in expected]


@pytest.mark.parametrize("day", MONDAYS)
def test_no_monday_violates_what_it_did_not_violate_for_sagemaker(taxi_quality: Taxi, day: str) -> None:
    """On the other days a constraint that is the baseline's very value hangs on the sample of trips."""
    expected = {each["metric_name"] for each in json.loads(taxi_quality.violations(day))["violations"]}

    assert {finding.subject for finding in taxi_quality.evaluation(day).verdict.findings} <= expected


def test_on_intervals_only_what_is_more_than_chance_alarms(taxi_quality: Taxi) -> None:
    """Presidents' Day and the first Mondays of the pandemic, where SageMaker alarms on each of the seven.

    By mae alone: 84 rows are too few for the intervals of the others.
    """
    alarmed = {
        day: [finding.subject for finding in taxi_quality.evaluation(day, "driftline").verdict.findings]
        for day in MONDAYS
    }

    assert alarmed == {day: [] for day in MONDAYS} | {
        "2020-02-17": ["mae"],
        "2020-03-02": ["mae"],
        "2020-03-09": ["mae"],
        "2020-03-16": ["mae"],
    }


@pytest.mark.parametrize("day", MONDAYS)
def test_violations_read_as_sagemakers_byte_for_byte(taxi_quality: Taxi, day: str) -> None:
    """Given the metrics that SageMaker reported, the file with the violations is SageMaker's."""
    evaluation = taxi_quality.evaluation(day)
    metrics = {
        name: metric.__class__(taxi_quality.reported(day)[name]) for name, metric in evaluation.quality.metrics.items()
    }
    quality = Quality(ProblemType.REGRESSION, 96, metrics)

    verdict = check(quality, taxi_quality.constraints(), "sagemaker")

    found = Violations(violations=tuple(map(metric_violation, verdict.findings))).to_json()
    assert found == taxi_quality.violations(day).rstrip("\n")
    assert (
        suggest_constraints(quality).to_json() == (taxi_quality.reports / day / "constraints.json").read_text().rstrip()
    )
