"""Settings from the environment."""

import pytest

from driftline.adapters.aws.settings import FreshnessSettings, RunSettings, ScheduleSettings, Settings
from driftline.domain.errors import InvalidInputError

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:runs"
SCHEDULES = {
    "BUCKET": "b",
    "ALARM_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alarms",
    "SCHEDULE_GROUP": "g",
    "SCHEDULE_TARGET_ARN": QUEUE,
    "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "SCHEDULE_DEAD_LETTER_ARN": QUEUE,
}


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as raised:
        ScheduleSettings.from_environment({"BUCKET": "b", "ALARM_TOPIC_ARN": SCHEDULES["ALARM_TOPIC_ARN"]})
    assert "SCHEDULE_GROUP is missing; SCHEDULE_TARGET_ARN is missing" in str(raised.value)


@pytest.mark.parametrize(("name", "value"), [("SCHEDULE_TARGET_ARN", "runs"), ("BUCKET", ""), ("SCHEDULE_GROUP", "")])
def test_a_wrong_one_is_named_with_what_it_is(name: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{name} is '{value}'"):
        ScheduleSettings.from_environment(SCHEDULES | {name: value})


def test_the_rest_of_the_environment_is_ignored() -> None:
    assert ScheduleSettings.from_environment(SCHEDULES | {"PATH": "/bin"}).schedule_target == QUEUE


def test_what_cloudformation_leaves_empty_is_absent() -> None:
    queues = {f"{name}_QUEUE_URL": f"https://{name.lower()}" for name in ("RUN", "RERUN", "BASELINE")}
    run = {"BUCKET": "b", **queues}
    assert RunSettings.from_environment({**run, "METRICS_NAMESPACE": ""}).metrics_namespace is None
    assert RunSettings.from_environment({**run, "METRICS_NAMESPACE": "n"}).metrics_namespace == "n"
    assert RunSettings.from_environment({**run, "SIGNALS_NAMESPACE": ""}).signals_namespace is None


def test_a_look_at_freshness_without_a_place_for_its_signals_would_be_of_no_use() -> None:
    with pytest.raises(InvalidInputError, match="SIGNALS_NAMESPACE is missing"):
        FreshnessSettings.from_environment({"BUCKET": "b"})


def test_the_process_has_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET", "mine")
    assert Settings.from_environment().bucket == "mine"
