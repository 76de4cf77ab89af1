"""The verdict in one sentence."""

from datetime import UTC, datetime

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature
from driftline.kinds.data_quality.page.headline import data_quality_headline
from driftline.kinds.data_quality.rules.statistics import Common, FeatureStatistics, StringStatistics

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

    assert data_quality_headline(execution) == (
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

    assert data_quality_headline(execution) == (
        "1 feature drifted. Worst is country, with less of “de” than in the baseline: distance 0.4, threshold 0.1."
    )


def only(*violations: Finding) -> str:
    features = (feature("a", 0.0, drifted=False), feature("b", 0.0, drifted=False))
    return data_quality_headline(
        DataQuality(Outcome(place=PLACE, rows=100, findings=violations), features, "corrected")
    )


def test_without_drift_the_features_are_named() -> None:
    incomplete = Finding(
        subject="a", check="completeness_check", description="", measure="share", observed=0.877, required=0.95
    )
    unseen = Finding(subject="b", check="categorical_values_check", description="", observed=0.5, required=1.0)
    missing = Finding(subject="Missing columns", check="missing_column_check", description="")

    assert only(incomplete) == "1 feature is incomplete: a (87.7 %, 95 % required)."
    assert only(incomplete, unseen) == "1 feature is incomplete and 1 feature has unseen values: a and b."
    assert only(missing) == "1 finding of missing columns."
    assert (
        only(Finding(subject="a", check="data_type_check", description=""))
        == "1 feature has values of another type: a."
    )


def test_no_violations_and_no_rows() -> None:
    assert data_quality_headline(data_quality()) == "No violations: all 3 compared features agree with the baseline."
    assert data_quality_headline(data_quality(rows=0)).startswith("Not evaluated: the window has no rows.")
