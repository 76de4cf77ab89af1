"""One evaluation: the files, the evidence in the summary, the metrics."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from driftline.domain.drift.distance import Comparison
from driftline.domain.errors import InvalidInputError
from driftline.domain.metrics import Metric, StatisticValues
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.profiles.resolve import ResolvedTable
from driftline.domain.windows import Window
from driftline.kinds.data_quality.rules.evaluate import DataQualityContext, Evaluation, evaluate
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from driftline.kinds.data_quality.rules.summary import parse_summary
from tests.unit.kinds.data_quality.support import Cells, Change, constraints_for, profiled

BASELINE: Cells = {
    "score": [f"{i % 40}.25" for i in range(400)],
    "flag": ["0", "1", "1", "1"] * 100,
    "carrier": ["UA", "AA", "B6", "DL"] * 100,
}
CURRENT: Cells = {
    "score": [f"{20 + i % 40}.25" for i in range(400)],
    "flag": ["0", "1", "1", "1"] * 100,
    "carrier": ["UA", "AA", "B6", "OO"] * 100,
}
CONTEXT = DataQualityContext(
    endpoint="flights",
    monitor="data_quality",
    schedule="flights-data_quality",
    window=Window(datetime(2026, 3, 1, 13, tzinfo=UTC), datetime(2026, 3, 1, 14, tzinfo=UTC)),
    scheduled_time=datetime(2026, 3, 1, 14, tzinfo=UTC),
    records=390,
    rejected=2,
    skipped=1,
    statistics_key="baselines/flights/data_quality/statistics.json",
    constraints_key="baselines/flights/data_quality/constraints.json",
)


def evaluated(
    cells: Cells = CURRENT,
    *,
    change: Change | None = None,
    context: DataQualityContext = CONTEXT,
    compared: bool = True,
) -> Evaluation:
    rows, features = profiled(cells)
    table = ResolvedTable(rows, tuple(features), "csv:1+2" if rows else "", {"csv:1+5": 3})
    return evaluate(
        table,
        statistics_of(*profiled(BASELINE)) if compared else None,
        constraints_for(BASELINE, change),
        Comparison.DRIFTLINE,
        context,
    )


def test_three_files_come_out_and_the_same_evaluation_gives_the_same_bytes() -> None:
    first, second = evaluated().files(), evaluated().files()
    assert list(first) == ["statistics.json", "constraints.json", "constraint_violations.json"]
    assert first == second
    # And the statistics can be the baseline of the next window.
    assert parse_statistics(first["statistics.json"]) == evaluated().statistics


def test_the_violations_file_has_sagemakers_three_keys() -> None:
    document = json.loads(evaluated().files()["constraint_violations.json"])
    assert [list(each) for each in document["violations"]] == [
        ["feature_name", "constraint_check_type", "description"]
    ] * 3
    assert [each["feature_name"] for each in document["violations"]] == ["carrier", "score", "carrier"]


def test_the_summary_says_what_was_judged() -> None:
    summary = json.loads(evaluated().summary.to_json())
    expected = {
        "endpoint": "flights",
        "monitor": "data_quality",
        "window": {"start": "2026-03-01T13:00:00Z", "end": "2026-03-01T14:00:00Z"},
        "scheduled_time": "2026-03-01T14:00:00Z",
        "status": "CompletedWithViolations",
        "exit_message": "CompletedWithViolations: Job completed successfully with 3 violations.",
        "version": 2,
        "kind": "data_quality",
        "rows": 400,
        "evaluated_rows": 400,
        "coverage": None,
        "baseline": {"statistics.json": CONTEXT.statistics_key, "constraints.json": CONTEXT.constraints_key},
    }
    assert {key: summary[key] for key in expected} == expected
    body = {
        "records": 390,
        "rejected": 2,
        "skipped": 1,
        "layout": "csv:1+2",
        "other_layout_rows": {"csv:1+5": 3},
        "comparison": "driftline",
    }
    assert {key: summary["body"][key] for key in body} == body


def test_the_summary_has_the_evidence_of_every_comparison() -> None:
    summary = evaluated().summary
    features = {feature.name: feature for feature in summary.body.features}
    score = features["score"].drift
    assert score is not None
    assert (score.method, score.direction, score.drifted) == ("Robust", "higher", True)
    assert (score.n, score.m, score.threshold) == (400.0, 400.0, 0.1)
    assert score.statistic == pytest.approx(0.5)
    assert score.value == pytest.approx(0.5 - 1.8 * (800 / 160_000) ** 0.5)
    assert score.interval is not None
    assert score.interval[0] < 0.5 < score.interval[1]
    # What moved most: what lies above the baseline's range now.
    assert (score.top_buckets[0].upper, score.top_buckets[0].baseline) == (None, 0.0)
    assert score.top_buckets[0].current == pytest.approx(0.5)
    carrier = features["carrier"]
    assert carrier.new_categories == ("OO",)
    assert carrier.drift is not None
    assert {bucket.value for bucket in carrier.drift.top_buckets} == {"DL", "OO"}
    quiet = features["flag"].drift
    assert quiet is not None
    assert (quiet.value, quiet.direction, quiet.top_buckets) == (0.0, "none", ())
    assert summary.headline is not None
    assert (summary.headline.figure, summary.headline.subject) == ("worst_drift", "score")


def test_evidence_follows_the_violations_and_takes_inference_ids() -> None:
    evaluation = evaluated()
    evidence = evaluation.summary.violations
    assert [(each.subject, each.check) for each in evidence] == [
        ("carrier", "categorical_values_check"),
        ("score", "baseline_drift_check"),
        ("carrier", "baseline_drift_check"),
    ]
    assert [each.description for each in evidence] == [each.description for each in evaluation.violations.violations]
    assert (evidence[0].observed, evidence[0].required, evidence[0].n) == (0.75, 1.0, 400.0)
    sampled = evaluation.summary.with_inference_ids({("score", "baseline_drift_check"): ("id-1", "id-2")})
    assert sampled.violations[1].inference_ids == ("id-1", "id-2")
    assert sampled.violations[2].inference_ids == ()


def test_the_summary_reads_back_equal_and_refuses_what_it_does_not_know() -> None:
    evaluation = evaluated()
    text = evaluation.summary.to_json()
    assert parse_summary(text) == evaluation.summary
    with pytest.raises(InvalidInputError, match="surprise"):
        parse_summary(text.replace('"endpoint"', '"surprise" : 1,\n  "endpoint"', 1))


@pytest.mark.parametrize(
    ("rejected", "skipped", "reason"),
    [
        (0, 0, "No rows: nothing was captured in the window."),
        (4, 0, "No rows: all 4 captured lines of the window were rejected."),
        (0, 3, "No rows: all 3 captured records of the window were skipped."),
    ],
)
def test_an_empty_window_is_completed_with_the_reason(rejected: int, skipped: int, reason: str) -> None:
    evaluation = evaluated({}, context=replace(CONTEXT, records=0, rejected=rejected, skipped=skipped))
    summary = evaluation.summary
    assert (summary.status, summary.reason, summary.body.layout) == ("Completed", reason, None)
    assert evaluation.files()["constraint_violations.json"] == '{\n  "violations" : [ ]\n}'
    assert values(evaluation.metrics)["rows"] == 0.0


def test_no_violations_end_with_the_containers_words() -> None:
    summary = evaluated(BASELINE).summary
    assert summary.status == "Completed"
    assert summary.exit_message == summary.reason == "Completed: Job completed successfully with no violations."


def test_without_a_baseline_the_summary_says_why_there_is_no_drift() -> None:
    summary = evaluated(compared=False).summary
    assert summary.notes[0] == "There is no baseline statistics.json, so drift was not checked."
    assert all(feature.drift is None for feature in summary.body.features)
    assert summary.headline is None


def test_rows_of_other_layouts_are_said_not_to_be_judged() -> None:
    assert evaluated().summary.notes == ("Rows of other layouts than csv:1+2 were not evaluated: 3 of csv:1+5.",)


def test_a_chi_square_test_that_is_impossible_is_null_in_the_summary() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["distribution_constraints"]["categorical_drift_method"] = "ChiSquared"

    few: Cells = {"score": ["1.5"] * 3, "flag": ["1"] * 3, "carrier": ["UA"] * 3}
    summary = evaluated(few, change=change).summary
    carrier = next(feature for feature in summary.body.features if feature.name == "carrier").drift
    assert carrier is not None
    assert (carrier.value, carrier.p_value, carrier.drifted) == (None, None, False)
    assert parse_summary(summary.to_json()) == summary


def test_a_p_value_is_no_distance_and_never_the_worst_drift() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["distribution_constraints"] |= {
            "categorical_drift_method": "ChiSquared",
            "comparison_method": "Simple",
        }

    summary = evaluated(change=change).summary
    carrier = next(feature for feature in summary.body.features if feature.name == "carrier").drift
    assert carrier is not None
    assert carrier.value is not None
    assert carrier.value > 1.0  # a chi-square statistic, larger than any distance
    assert summary.headline is not None
    assert (summary.headline.figure, summary.headline.subject) == ("worst_drift", "score")


def test_the_headline_is_of_a_feature_that_drifted_though_another_distance_is_larger() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["distribution_constraints"]["categorical_comparison_threshold"] = 0.9

    # `carrier` is 0.6 away, which is allowed; `score` is 0.1 away, which is not.
    current: Cells = {**BASELINE, "score": [f"{10 + i % 40}.25" for i in range(400)], "carrier": ["UA"] * 400}
    evaluation = evaluated(current, change=change)
    assert evaluation.summary.headline is not None
    assert evaluation.summary.headline.subject == "score"
    # The metric is still the largest distance: alarms have limits of their own.
    metrics = values(evaluation.metrics)
    assert metrics["worst_drift"] == metrics["feature_baseline_drift_carrier"]
    assert evaluation.summary.headline.value == metrics["feature_baseline_drift_score"] != metrics["worst_drift"]


def test_a_p_value_is_the_headline_if_nothing_else_drifted() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["distribution_constraints"] |= {
            "categorical_drift_method": "ChiSquared",
            "categorical_comparison_threshold": 0.05,
        }

    headline = evaluated({**BASELINE, "carrier": ["UA"] * 400}, change=change).summary.headline
    assert headline is not None
    assert (headline.figure, headline.subject, headline.side) == ("worst_p_value", "carrier", "at_least")
    assert headline.value is not None
    assert headline.value < 0.05


def values(metrics: Iterable[Metric]) -> dict[str, float | StatisticValues]:
    return {metric.name: metric.value for metric in metrics}


def metrics_at(level: MetricsLevel, **options: Any) -> dict[str, float | StatisticValues]:
    context = replace(CONTEXT, metrics_level=level, top_features=options.pop("top_features", 5))
    return values(evaluated(context=context, **options).metrics)


def test_metrics_of_all_features_have_sagemakers_names() -> None:
    metrics = metrics_at("all")
    assert metrics["feature_data_flag"] == StatisticValues(400.0, 300.0, 0.0, 1.0)
    expected = {
        "total_number_of_violations": 3.0,
        "rows": 400.0,
        "drifted_features": 2.0,
        "feature_null_flag": 0.0,
        "feature_non_null_flag": 400.0,
        "feature_completeness_flag": 1.0,
        "feature_estimated_unique_values_flag": 2.0,
        "feature_fractional_counts_flag": 0.0,
        "feature_integral_counts_flag": 400.0,
        "feature_string_counts_carrier": 400.0,
        "feature_boolean_counts_flag": 0.0,
        "feature_unknown_counts_flag": 0.0,
        "feature_baseline_drift_flag": 0.0,  # published for every compared feature, violated or not
    }
    assert {name: metrics[name] for name in expected} == expected
    assert "feature_data_carrier" not in metrics
    assert metrics["worst_drift"] == metrics["feature_baseline_drift_score"]


def test_metrics_carry_endpoint_and_schedule() -> None:
    assert {tuple(metric.dimensions.items()) for metric in evaluated().metrics} == {
        (("Endpoint", "flights"), ("MonitoringSchedule", "flights-data_quality"))
    }


def test_the_top_level_has_the_totals_and_the_features_that_drifted_most() -> None:
    assert list(metrics_at("top", top_features=1)) == [
        "total_number_of_violations",
        "rows",
        "drifted_features",
        "worst_drift",
        "feature_baseline_drift_score",
        "feature_completeness_score",
    ]


def test_a_small_p_value_counts_as_much_drift_at_the_top_level() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["distribution_constraints"]["categorical_drift_method"] = "ChiSquared"

    metrics = metrics_at("top", change=change, top_features=2)
    drifts = [name for name in metrics if name.startswith("feature_baseline_drift_")]
    assert drifts == ["feature_baseline_drift_score", "feature_baseline_drift_carrier"]


def test_no_metrics_on_request() -> None:
    assert metrics_at("none") == {}


def test_emit_metrics_disabled_silences_the_file_or_one_feature() -> None:
    def silence_all(document: dict[str, Any]) -> None:
        document["monitoring_config"]["emit_metrics"] = "Disabled"

    def silence_score(document: dict[str, Any]) -> None:
        document["features"][0]["monitoringConfigOverrides"] = {"emit_metrics": "Disabled"}

    assert metrics_at("all", change=silence_all) == {}
    assert not any(name.endswith("_score") for name in metrics_at("all", change=silence_score))
    assert "feature_baseline_drift_carrier" in metrics_at("top", change=silence_score, top_features=1)
