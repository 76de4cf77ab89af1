"""The verdict in one sentence."""

from datetime import UTC, datetime

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.kinds.model_quality.page.headline import model_quality_headline

PLACE = Place("reports/shop/m/2026/03/01/15/", "shop", "m", datetime(2026, 3, 1, 15, tzinfo=UTC))


def model_quality(*metrics: Metric, rows: int = 100) -> ModelQuality:
    return ModelQuality(outcome=Outcome(place=PLACE, rows=rows, findings=()), problem="Regression", metrics=metrics)


def test_a_metric_beyond_its_threshold_with_its_interval() -> None:
    mae = Metric(
        name="mae", value=24.0, interval=(22.0, 26.0), threshold=15.0, operator="GreaterThanThreshold", violated=True
    )
    r2 = Metric(name="r2", value=0.1, threshold=0.9, operator="LessThanThreshold", violated=True)

    assert model_quality_headline(model_quality(mae)) == (
        "Mean absolute error of 24 (95 % interval 22 to 26) is above its threshold of 15."
    )
    assert model_quality_headline(model_quality(r2, mae)) == (
        "R² of 0.1 is below its threshold of 0.9. Also beyond theirs: Mean absolute error."
    )


def test_metrics_that_hold_or_are_not_watched() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")

    assert (
        model_quality_headline(model_quality(held))
        == "No violations: Mean absolute error of 12 is on the right side of 15."
    )
    assert "nothing is evaluated" in model_quality_headline(model_quality(Metric(name="mae", value=12.0)))
    assert model_quality_headline(model_quality(rows=0)).startswith("Not evaluated")


def test_what_holds_is_not_said_of_metrics_that_do_not() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")
    undefined = Metric(name="r2", value=None, threshold=0.5, operator="LessThanThreshold")
    uncertain = Metric(name="rmse", value=16.0, interval=(14.0, 18.0), threshold=15.0, operator="GreaterThanThreshold")

    assert model_quality_headline(model_quality(held, undefined)) == (
        "No violations: Mean absolute error of 12 is on the right side of 15; R² could not be computed."
    )
    assert model_quality_headline(model_quality(undefined)) == "No violations: no watched metric is defined."
    assert model_quality_headline(model_quality(held, uncertain)) == (
        "No violations: Root mean squared error of 16 (95 % interval 14 to 18) is above 15, but may be so by chance."
    )


def test_a_value_under_its_least_limit_is_below_it() -> None:
    recall = Metric(name="recall", value=0.36, interval=(0.3, 0.43), threshold=0.418, operator="LessThanThreshold")

    assert model_quality_headline(model_quality(recall)) == (
        "No violations: Recall of 0.36 (95 % interval 0.3 to 0.43) is below 0.418, but may be so by chance."
    )


def test_without_intervals_there_is_no_talk_of_chance() -> None:
    mae = Metric(name="mae", value=16.0, threshold=15.0, operator="GreaterThanThreshold")

    assert model_quality_headline(model_quality(mae)) == (
        "No violations: Mean absolute error of 16 is above 15, but is no violation in the files."
    )


def test_a_violation_of_a_metric_that_the_statistics_lack_is_told() -> None:
    outcome = Outcome(
        place=PLACE,
        rows=100,
        findings=(Finding(subject="auc", check="LessThanThreshold", description="Metric auc with 0.4"),),
    )

    assert (
        model_quality_headline(ModelQuality(outcome=outcome, problem="BinaryClassification", metrics=()))
        == "1 violation: AUC."
    )
