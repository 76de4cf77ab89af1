"""Which alarms a document asks for."""

from typing import Any

import pytest

from driftline.domain.alarms.severity import Severity
from driftline.domain.alarms.wanted import AlarmSpec, wanted_alarms
from driftline.domain.monitors.ownership import Ownership
from driftline.kinds.registry import KINDS

REGRESSION = {"problem_type": "Regression", "inference_attribute": "0", "schedule": "cron(0 6 ? * * *)"}


def wanted(monitors: dict[str, Any], **fields: object) -> dict[str, AlarmSpec]:
    document = KINDS.document.model_validate({"endpoint": "flights", "monitors": monitors, **fields})
    return {f"{alarm.subject}: {alarm.label}": alarm for alarm in wanted_alarms(document)}


def one(**alarm: object) -> AlarmSpec:
    retraining = {"target": {"event": True}}
    return wanted({"data_quality": {"alarms": [alarm]}}, retraining=retraining)[
        f"data_quality: {alarm.get('name') or alarm['metric']}"
    ]


def test_without_a_word_any_violation_and_whatever_stops_tells_people() -> None:
    alarms = wanted({"data_quality": {}, "model_quality": REGRESSION})
    assert list(alarms) == [
        "data_quality: violations",
        "model_quality: violations",
        "watch: data_quality executions failed",
        "watch: model_quality executions failed",
    ]
    assert alarms["data_quality: violations"] == AlarmSpec(
        subject="data_quality",
        label="violations",
        metric="violations",
        dimensions={"Endpoint": "flights", "Monitor": "data_quality"},
        period=3600,
        datapoints=1,
        of=1,
        comparison=">=",
        threshold=1.0,
        anomaly_band=None,
        missing="ignore",
        statistic="Maximum",
        severity=Severity.WARNING,
        actions=("notify",),
        description="violations of data_quality on flights is >= 1. Severity: warning.",
    )
    assert {label: (each.threshold, each.severity) for label, each in alarms.items() if "watch" in label} == {
        "watch: data_quality executions failed": (1.0, Severity.WARNING),
        "watch: model_quality executions failed": (1.0, Severity.WARNING),
    }


def test_an_alarm_is_what_is_written() -> None:
    alarm = one(
        metric="feature_baseline_drift_price",
        name="price",
        threshold=0.3,
        comparison="<",
        missing="breaching",
        severity="critical",
        actions=["notify", "retrain"],
        **{"for": {"datapoints": 2, "of": 3}},
    )
    assert (alarm.metric, alarm.threshold, alarm.comparison) == ("feature_baseline_drift_price", 0.3, "<")
    assert (alarm.datapoints, alarm.of, alarm.period) == (2, 3, 3600)
    assert (alarm.missing, alarm.severity, alarm.actions) == ("breaching", "critical", ("notify", "retrain"))
    assert alarm.description == (
        "feature_baseline_drift_price of data_quality on flights is < 0.3 in 2 of the last 3 executions. "
        "Severity: critical."
    )


@pytest.mark.parametrize(
    ("comparison", "statistic"), [(">=", "Maximum"), (">", "Maximum"), ("<=", "Minimum"), ("<", "Minimum")]
)
def test_the_worst_value_of_a_period_counts(comparison: str, statistic: str) -> None:
    assert one(metric="rows", threshold=100, comparison=comparison).statistic == statistic


def test_a_metric_is_called_as_it_is_published() -> None:
    # A feature's name may end in a space; CloudWatch's metrics do not.
    alarm = wanted({"data_quality": {"alarms": [{"metric": "feature_null_price ", "threshold": 1}]}})
    assert next(each.metric for each in alarm.values()) == "feature_null_price"


def test_violations_have_a_threshold_of_one_unless_the_document_says_something_else() -> None:
    assert one(metric="violations").threshold == 1.0
    assert one(metric="violations", threshold=5).threshold == 5.0
    band = one(metric="violations", anomaly_band=2)
    assert (band.threshold, band.anomaly_band) == (None, 2.0)


def test_a_band_has_no_threshold() -> None:
    alarm = one(metric="rows", anomaly_band=3, comparison="outside")
    assert (alarm.threshold, alarm.anomaly_band) == (None, 3.0)
    assert "outside of what is usual by more than 3 standard deviations" in alarm.description


@pytest.mark.parametrize(
    ("comparison", "words"),
    [(">", "above"), (">=", "above"), ("<", "below"), ("<=", "below"), ("outside", "outside of")],
)
def test_people_read_which_side_of_the_band_is_an_alarm(comparison: str, words: str) -> None:
    alarm = one(metric="rows", anomaly_band=2.5, comparison=comparison)
    assert alarm.description == (
        f"rows of data_quality on flights is {words} what is usual by more than 2.5 standard deviations. "
        "Severity: warning."
    )


@pytest.mark.parametrize(
    ("often", "words"),
    [
        ({}, ""),
        ({"datapoints": 1, "of": 2}, " in 1 of the last 2 executions"),
        ({"datapoints": 2}, " in 2 of the last 2 executions"),
    ],
)
def test_people_read_how_often_it_has_to_happen(often: dict[str, int], words: str) -> None:
    alarm = one(metric="rows", threshold=1, **{"for": often})
    assert alarm.description == f"rows of data_quality on flights is >= 1{words}. Severity: warning."


@pytest.mark.parametrize(("failures", "words"), [(1, "execution"), (2, "2 executions")])
def test_people_read_how_many_executions_failed(failures: int, words: str) -> None:
    failed = wanted({"data_quality": {}}, watch={"failed_executions": failures})[
        "watch: data_quality executions failed"
    ]
    assert failed.description == f"The last {words} of data_quality on flights failed. Severity: warning."


def test_a_monitor_that_is_not_enabled_has_none() -> None:
    alarms = wanted({"data_quality": {}, "model_quality": REGRESSION | {"enabled": False}})
    assert [label for label in alarms if "model_quality" in label] == []
    assert wanted({"data_quality": {"enabled": False}}) == {}


def test_no_alarms_are_none() -> None:
    assert "data_quality: violations" not in wanted({"data_quality": {"alarms": []}})


def test_failures_can_be_switched_off() -> None:
    assert wanted({"data_quality": {"alarms": []}}, watch={"failed_executions": 0}) == {}


def test_failures_count_as_often_as_the_document_says() -> None:
    alarms = wanted({"data_quality": {}, "model_quality": REGRESSION}, watch={"failed_executions": 3})
    failed = alarms["watch: model_quality executions failed"]
    assert (failed.datapoints, failed.of, failed.period, failed.metric) == (3, 3, 86_400, "executions_failed")
    assert failed.dimensions == {"Endpoint": "flights", "Monitor": "model_quality"}


def test_hostile_names_make_a_description_of_one_line_that_fits() -> None:
    alarm = one(metric="feature_null_\n<!channel>\x00" + "x" * 200, threshold=1)
    assert "\n" not in alarm.description
    assert "\x00" not in alarm.description


def test_the_longest_description_is_one_that_cloudwatch_takes() -> None:
    # Given the longest names, and figures with many digits; CloudWatch takes 1,024 characters
    alarm = {"metric": "feature_null_" + "x" * 242, "anomaly_band": 1.23456789, "for": {"datapoints": 99, "of": 100}}
    monitor = REGRESSION | {"alarms": [alarm | {"comparison": "outside", "severity": "critical"}]}
    document = KINDS.document.model_validate({"endpoint": "e" * 63, "monitors": {"model_quality": monitor}})
    for each in wanted_alarms(document):
        assert len(each.description) <= 1024
        assert each.description.endswith(f" Severity: {each.severity}.")


def test_whose_endpoint_it_is_changes_the_description_so_that_the_alarms_tags_follow() -> None:
    owned = {"team": "risk", "owner": "ada@example.com", "tags": {"tier": "gold", "area": "emea"}}
    alarm = wanted({"data_quality": {}}, **owned)["data_quality: violations"]
    assert alarm.description.endswith(
        " Severity: warning. Team: risk. Owner: ada@example.com. Tags: area=emea, tier=gold."
    )
    assert alarm.ownership == Ownership("risk", "ada@example.com", {"tier": "gold", "area": "emea"})


def test_many_tags_are_cut_and_a_change_in_what_is_cut_is_a_change() -> None:
    def descriptions(last: str) -> list[str]:
        tags = {f"key-{i:02}": "v" * 120 for i in range(19)} | {"z": last}
        return [each.description for each in wanted({"data_quality": {}}, tags=tags).values()]

    gold, silver = descriptions("gold"), descriptions("silver")
    assert all(len(each) <= 1024 for each in gold)
    assert all(one != other for one, other in zip(gold, silver, strict=True))
