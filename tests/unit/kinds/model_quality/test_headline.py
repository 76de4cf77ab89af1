"""The verdict without violations in one sentence."""

from datetime import UTC, datetime

from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.kinds.model_quality.page.headline import without_violations

PLACE = Place("reports/shop/m/2026/03/01/15/", "shop", "m", datetime(2026, 3, 1, 15, tzinfo=UTC))


def model_quality(*metrics: Metric, rows: int = 100) -> ModelQuality:
    return ModelQuality(outcome=Outcome(place=PLACE, rows=rows, findings=()), problem="Regression", metrics=metrics)


def test_metrics_that_hold_or_are_not_watched() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")

    assert (
        without_violations(model_quality(held))
        == "No violations: Mean absolute error of 12 is on the right side of 15."
    )
    assert "nothing is evaluated" in without_violations(model_quality(Metric(name="mae", value=12.0)))


def test_what_holds_is_not_said_of_metrics_that_do_not() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")
    undefined = Metric(name="r2", value=None, threshold=0.5, operator="LessThanThreshold")
    uncertain = Metric(name="rmse", value=16.0, interval=(14.0, 18.0), threshold=15.0, operator="GreaterThanThreshold")

    assert without_violations(model_quality(held, undefined)) == (
        "No violations: Mean absolute error of 12 is on the right side of 15; R² could not be computed."
    )
    assert without_violations(model_quality(undefined)) == "No violations: no watched metric is defined."
    assert without_violations(model_quality(held, uncertain)) == (
        "No violations: Root mean squared error of 16 (95 % interval 14 to 18) is above 15, but may be so by chance, or by too little to matter."
    )


def test_a_value_under_its_least_limit_is_below_it() -> None:
    recall = Metric(name="recall", value=0.36, interval=(0.3, 0.43), threshold=0.418, operator="LessThanThreshold")

    assert without_violations(model_quality(recall)) == (
        "No violations: Recall of 0.36 (95 % interval 0.3 to 0.43) is below 0.418, but may be so by chance, or by too little to matter."
    )


def test_without_intervals_there_is_no_talk_of_chance() -> None:
    mae = Metric(name="mae", value=16.0, threshold=15.0, operator="GreaterThanThreshold")

    assert without_violations(model_quality(mae)) == (
        "No violations: Mean absolute error of 16 is above 15, but is no violation in the files."
    )
