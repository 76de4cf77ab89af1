"""Alarms that make no sense, or that CloudWatch could not evaluate, are errors of the document with their place."""

import textwrap

import pytest

from driftline.domain.alarms.check import path_of
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.documents.parse import DocumentError, InvalidDocumentError, parse_document
from driftline.kinds.registry import KINDS

WHERE = "monitors/flights.yaml"


def errors(text: str) -> list[DocumentError]:
    try:
        parse_document("endpoint: flights\n" + textwrap.dedent(text), where=WHERE, model=KINDS.document)
    except InvalidDocumentError as error:
        return list(error.errors)
    return []


def of_data_quality(alarm: str, schedule: str = "cron(0 * ? * * *)") -> list[DocumentError]:
    return errors(f"monitors:\n  data_quality:\n    schedule: {schedule}\n    alarms:\n      - {alarm}\n")


def of_model_quality(alarm: str, fields: str) -> list[DocumentError]:
    return errors(f"monitors:\n  model_quality: {{{fields}, alarms: [{alarm}]}}\n")


class TestMetrics:
    @pytest.mark.parametrize(
        "metric",
        ["total_number_of_violations", "rows", "drifted_features", "worst_drift", "feature_baseline_drift_a b/ü"]
        + [f"feature_{what}_x" for what in ("null", "non_null", "completeness", "data", "estimated_unique_values")],
    )
    def test_what_data_quality_publishes_is_known(self, metric: str) -> None:
        assert of_data_quality(f'{{metric: "{metric}", threshold: 1}}') == []

    @pytest.mark.parametrize(
        ("metric", "mend"),
        [
            ("worst_drfit", "Did you mean worst_drift?"),
            ("Violation", "Did you mean violations?"),
            ("mae", ""),
            ("feature_drift_price", "<what> is one of baseline_drift, completeness, data, null"),
            ("feature_null_", "<what> is one of"),
        ],
    )
    def test_what_it_does_not_is_an_error(self, metric: str, mend: str) -> None:
        (error,) = of_data_quality(f"{{metric: {metric}, threshold: 1}}")
        assert (error.line, error.column) == (6, 18)
        assert error.field == "monitors.data_quality.alarms[0].metric"
        assert error.found == f"the unknown metric '{metric}'"
        assert error.allowed.startswith("violations, total_number_of_violations, rows")
        assert error.mend.startswith(mend)
        assert bool(error.mend) == bool(mend)

    @pytest.mark.parametrize(
        ("problem", "fields", "known", "unknown"),
        [
            ("Regression", "inference_attribute: 0", ["mae", "r2", "mae_upper", "coverage", "violations"], "f1"),
            ("BinaryClassification", "probability_attribute: p", ["auc", "au_prc", "f0_5", "f1_lower"], "mae"),
            ("MulticlassClassification", "inference_attribute: 0", ["weighted_f1", "weighted_f1_lower"], "recall"),
        ],
    )
    def test_model_quality_publishes_what_its_problem_has(
        self, problem: str, fields: str, known: list[str], unknown: str
    ) -> None:
        monitor = f"problem_type: {problem}, {fields}"
        for metric in known:
            assert of_model_quality(f"{{metric: {metric}, threshold: 1}}", monitor) == []
        assert len(of_model_quality(f"{{metric: {unknown}, threshold: 1}}", monitor)) == 1

    def test_areas_under_curves_need_a_probability(self) -> None:
        fields = "problem_type: BinaryClassification, inference_attribute: 0"
        (error,) = of_model_quality("{metric: auc, threshold: 0.7, comparison: <}", fields)
        assert error.mend == "auc needs the probability: set probability_attribute."

    @pytest.mark.parametrize(
        ("metric", "problem", "mend"),
        [
            ("auc", "MulticlassClassification", "auc exists for BinaryClassification only."),
            ("auc", "Regression", "auc exists for BinaryClassification only."),
            ("coverag", "Regression", "Did you mean coverage?"),
            ("feature_null_price", "Regression", ""),
        ],
    )
    def test_what_another_problem_or_monitor_has_is_said_to_be_theirs(
        self, metric: str, problem: str, mend: str
    ) -> None:
        (error,) = of_model_quality(
            f"{{metric: {metric}, threshold: 0.7}}", f"problem_type: {problem}, inference_attribute: 0"
        )
        assert error.mend == mend
        assert "feature_" not in error.allowed

    def test_data_quality_has_metrics_of_features_and_nothing_to_say_of_probabilities(self) -> None:
        (error,) = of_data_quality("{metric: auc, threshold: 0.7}")
        assert error.allowed.endswith(", feature_<what>_<name>")
        assert error.mend == ""

    def test_a_long_hostile_name_is_shortened(self) -> None:
        (error,) = of_data_quality(f'{{metric: "\\x01<!channel>{"x" * 200}", threshold: 1}}')
        assert len(error.found) < 130
        assert "\x01" not in error.found


class TestNames:
    def test_two_alarms_of_one_name_are_an_error(self) -> None:
        found = errors("""\
            monitors:
              data_quality:
                alarms:
                  - {metric: rows, threshold: 1}
                  - {metric: worst_drift, name: rows, threshold: 1}
            """)
        assert [(each.line, each.field, each.found, each.mend) for each in found] == [
            (
                6,
                "monitors.data_quality.alarms[1].name",
                "a second alarm called 'rows'",
                "alarms[0] has this name. Set name to another one.",
            )
        ]

    def test_two_monitors_may_use_the_same(self) -> None:
        text = "monitors: {data_quality: {}, model_quality: {problem_type: Regression, inference_attribute: 0}}"
        assert errors(text) == []


class TestWhatCloudWatchEvaluates:
    @pytest.mark.parametrize(
        ("schedule", "of"),
        [
            ("cron(0 6 ? * * *)", 7),
            ("cron(0 * ? * * *)", 100),
            ("rate(15 minutes)", 96),
            ("rate(2 days)", 3),
            ("cron(0 6 ? * MON *)", 1),
            ("cron(0 6 1 * ? *)", 1),
        ],
    )
    def test_as_many_executions_as_fit_are_allowed_and_not_one_more(self, schedule: str, of: int) -> None:
        alarm = "{{metric: rows, threshold: 1, for: {{datapoints: 1, of: {}}}}}"
        assert of_data_quality(alarm.format(of), schedule) == []
        (error,) = of_data_quality(alarm.format(of + 1), schedule)
        assert error.field.startswith("monitors.data_quality.alarms[0].for")

    def test_the_error_says_why(self) -> None:
        alarm = "{metric: rows, threshold: 1, for: {datapoints: 9}}"
        (error,) = of_data_quality(alarm, "cron(0 6 ? * * *)")
        assert (error.found, error.allowed) == (
            "9 executions, which are 1 day apart",
            "at most 7: CloudWatch looks back seven days",
        )
        (error,) = of_data_quality(alarm.replace("9", "90"), "rate(20 minutes)")
        assert (error.found, error.allowed) == (
            "90 executions, which are 20 minutes apart",
            "at most 72: CloudWatch looks back a day",
        )

    def test_missing_data_of_a_rare_schedule_can_only_be_ignored(self) -> None:
        alarm = "{metric: rows, threshold: 1, missing: breaching}"
        assert of_data_quality(alarm, "cron(0 6 ? * MON *)") == []
        (error,) = of_data_quality(alarm, "cron(0 6 1 * ? *)")
        assert error.field == "monitors.data_quality.alarms[0].missing"
        assert error.found == "breaching with executions that are 28 days apart"

    def test_failed_executions_have_to_fit_too(self) -> None:
        weekly = "monitors: {data_quality: {schedule: cron(0 6 ? * MON *)}}\nwatch: {failed_executions: "
        assert errors(weekly + "1}") == []
        (error,) = errors(weekly + "2}")
        assert (error.line, error.field) == (3, "watch.failed_executions")
        assert error.found == "2 executions of data_quality, which are 7 days apart"
        assert errors(weekly.replace("MON *)", "MON *), enabled: false") + "2}") == []


def test_a_retraining_that_nothing_allows_is_an_error() -> None:
    alarm = "{metric: rows, threshold: 1, actions: [notify, retrain]}"
    (error,) = of_data_quality(alarm)
    assert error.field == "monitors.data_quality.alarms[0].actions"
    allowed = f"monitors: {{data_quality: {{alarms: [{alarm}]}}}}\nretraining: {{target: {{event: true}}}}\n"
    assert errors(allowed) == []


@pytest.mark.parametrize(
    ("alarm", "found"),
    [
        ("{metric: rows}", "an alarm on rows without a threshold"),
        ("{metric: rows, threshold: 1, anomaly_band: 2}", "both a threshold and an anomaly_band"),
        ("{metric: rows, threshold: 1, comparison: outside}", "the comparison outside without an anomaly_band"),
        ("{metric: rows, threshold: 1, actions: []}", "no action"),
        ("{metric: rows, threshold: '1'}", "'1'"),
        ("{metric: rows, threshold: true}", "True"),
        ("{metric: rows, threshold: .inf}", "inf"),
        ("{metrik: rows}", "the unknown field 'metrik'"),
        ("{for: {datapoint: 2}}", "the unknown field 'datapoint'"),
        ("{for: {datapoints: 3, of: 2}}", "3 datapoints of 2"),
    ],
)
def test_a_single_alarm_that_is_wrong_is_told(alarm: str, found: str) -> None:
    assert found in [error.found for error in of_data_quality(alarm)]


def test_every_wanted_alarm_has_its_place_in_the_document() -> None:
    text = """\
        endpoint: flights
        monitors:
          data_quality:
            alarms: [{metric: rows, threshold: 1}, {}]
          model_quality: {problem_type: Regression, inference_attribute: 0}
        """
    document = parse_document(textwrap.dedent(text), where=WHERE, model=KINDS.document)
    assert [path_of(document, alarm) for alarm in wanted_alarms(document)] == [
        ("monitors", "data_quality", "alarms", 0),
        ("monitors", "data_quality", "alarms", 1),
        ("monitors", "model_quality", "alarms", 0),
        ("watch", "failed_executions"),
        ("watch", "failed_executions"),
    ]
