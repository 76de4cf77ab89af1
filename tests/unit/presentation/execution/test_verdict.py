"""The verdict in one sentence."""

from datetime import UTC, datetime

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature
from driftline.kinds.data_quality.rules.statistics import Common, FeatureStatistics, StringStatistics
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.presentation.pages.execution.verdict import data_quality_verdict, model_quality_verdict

PLACE = Place("reports/shop/m/2026/03/01/15/", "shop", "m", datetime(2026, 3, 1, 15, tzinfo=UTC))
STATISTICS = FeatureStatistics(
    name="x", inferred_type="String", string_statistics=StringStatistics(common=Common(num_present=9, num_missing=1))
)


def feature(name: str, value: float, *, drifted: bool) -> Feature:
    return Feature(
        name=name,
        current=STATISTICS,
        reference=None,
        expected_type=None,
        expected_completeness=None,
        drift=Drift(value=value, threshold=0.1, drifted=drifted, direction="higher"),
    )


def data_quality(*violations: Finding, rows: int = 100) -> DataQuality:
    features = (feature("a", 0.2, drifted=True), feature("b", 0.4, drifted=True), feature("c", 0.0, drifted=False))
    return DataQuality(
        Outcome(place=PLACE, rows=rows, findings=violations, reason="nothing was captured"), features, "corrected"
    )


def drift_of(name: str) -> Finding:
    return Finding(subject=name, check="baseline_drift_check", description="Baseline drift distance")


def test_counts_by_check_and_the_worst_feature() -> None:
    execution = data_quality(
        drift_of("a"),
        drift_of("b"),
        Finding(subject="c", check="completeness_check", description=""),
        Finding(subject="d", check="a_new_check", description=""),
    )

    assert data_quality_verdict(execution) == (
        "2 features drifted, 1 feature is incomplete and a_new_check: 1. "
        "Worst is b, higher than the baseline: distance 0.4, threshold 0.1."
    )


def test_of_categories_the_one_is_named_that_moved_most() -> None:
    feature = Feature(
        name="country",
        current=STATISTICS,
        reference=None,
        expected_type=None,
        expected_completeness=None,
        drift=Drift(value=0.4, threshold=0.1, drifted=True, direction="lower", location="de"),
    )
    execution = DataQuality(Outcome(place=PLACE, rows=100, findings=(drift_of("country"),)), (feature,), "corrected")

    assert data_quality_verdict(execution) == (
        "1 feature drifted. Worst is country, with less of “de” than in the baseline: distance 0.4, threshold 0.1."
    )


def only(*violations: Finding) -> str:
    features = (feature("a", 0.0, drifted=False), feature("b", 0.0, drifted=False))
    return data_quality_verdict(DataQuality(Outcome(place=PLACE, rows=100, findings=violations), features, "corrected"))


def test_without_drift_the_features_are_named() -> None:
    incomplete = Finding(subject="a", check="completeness_check", description="", observed=0.877, required=0.95)
    unseen = Finding(subject="b", check="categorical_values_check", description="", observed=0.5, required=1.0)
    missing = Finding(subject="Missing columns", check="missing_column_check", description="")

    assert only(incomplete) == "1 feature is incomplete: a (87.7 %, required are 95 %)."
    assert only(incomplete, unseen) == "1 feature is incomplete and 1 feature has unseen categories: a and b."
    assert only(missing) == "1 finding of missing columns."
    assert (
        only(Finding(subject="a", check="data_type_check", description=""))
        == "1 feature has values of another type: a."
    )


def test_no_violations_and_no_rows() -> None:
    assert data_quality_verdict(data_quality()) == "No violations: all 3 compared features agree with the baseline."
    assert data_quality_verdict(data_quality(rows=0)).startswith("Nothing to judge: the window has no rows.")


def model_quality(*metrics: Metric, rows: int = 100) -> ModelQuality:
    return ModelQuality(outcome=Outcome(place=PLACE, rows=rows, findings=()), problem="Regression", metrics=metrics)


def test_a_metric_beyond_its_threshold_with_its_interval() -> None:
    mae = Metric(
        name="mae", value=24.0, interval=(22.0, 26.0), threshold=15.0, operator="GreaterThanThreshold", violated=True
    )
    r2 = Metric(name="r2", value=0.1, threshold=0.9, operator="LessThanThreshold", violated=True)

    assert model_quality_verdict(model_quality(mae)) == (
        "mae of 24 (95 % interval 22 to 26) is above its threshold of 15."
    )
    assert model_quality_verdict(model_quality(r2, mae)) == (
        "r2 of 0.1 is below its threshold of 0.9. Also beyond theirs: mae."
    )


def test_metrics_that_hold_or_are_not_watched() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")

    assert model_quality_verdict(model_quality(held)) == "No violations: mae of 12 is on the right side of 15."
    assert "nothing is judged" in model_quality_verdict(model_quality(Metric(name="mae", value=12.0)))
    assert model_quality_verdict(model_quality(rows=0)).startswith("Nothing to judge")


def test_what_holds_is_not_said_of_metrics_that_do_not() -> None:
    held = Metric(name="mae", value=12.0, threshold=15.0, operator="GreaterThanThreshold")
    undefined = Metric(name="r2", value=None, threshold=0.5, operator="LessThanThreshold")
    uncertain = Metric(name="rmse", value=16.0, interval=(14.0, 18.0), threshold=15.0, operator="GreaterThanThreshold")

    assert model_quality_verdict(model_quality(held, undefined)) == (
        "No violations: mae of 12 is on the right side of 15; r2 could not be computed."
    )
    assert model_quality_verdict(model_quality(undefined)) == "No violations: no watched metric is defined."
    assert model_quality_verdict(model_quality(held, uncertain)) == (
        "No violations: rmse of 16 (95 % interval 14 to 18) is beyond 15, but may be so by chance."
    )


def test_without_intervals_there_is_no_talk_of_chance() -> None:
    mae = Metric(name="mae", value=16.0, threshold=15.0, operator="GreaterThanThreshold")

    assert model_quality_verdict(model_quality(mae)) == (
        "No violations: mae of 16 is beyond 15, but is no violation in the files."
    )


def test_a_violation_of_a_metric_that_the_statistics_lack_is_told() -> None:
    outcome = Outcome(
        place=PLACE,
        rows=100,
        findings=(Finding(subject="auc", check="LessThanThreshold", description="Metric auc with 0.4"),),
    )

    assert (
        model_quality_verdict(ModelQuality(outcome=outcome, problem="BinaryClassification", metrics=()))
        == "1 violation: auc."
    )
