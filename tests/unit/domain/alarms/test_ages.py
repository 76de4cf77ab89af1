"""Which alarms on ages a document asks for, and when one of them has another state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.alarms.ages import AgeAlarm, AlarmTransition, age_alarms, transitions
from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.registry import KINDS

REGRESSION = {"problem_type": "Regression", "inference_attribute": "0", "schedule": "cron(0 6 ? * * *)"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OK, ALARM = AlarmState.OK, AlarmState.ALARM


def document(monitors: dict[str, Any], **fields: object) -> MonitorDocument:
    return KINDS.document.model_validate({"endpoint": "flights", "monitors": monitors, **fields})


def wanted(monitors: dict[str, Any], **fields: object) -> dict[str, AgeAlarm]:
    return {alarm.label: alarm for alarm in age_alarms(document(monitors, **fields))}


def test_without_a_word_whatever_stops_is_an_alarm() -> None:
    alarms = wanted({"data_quality": {}, "model_quality": REGRESSION})
    assert {label: (each.limit, each.severity) for label, each in alarms.items()} == {
        "schedules": (timedelta(hours=2), Severity.CRITICAL),
        "captures": (timedelta(days=1), Severity.CRITICAL),
        "ground truth": (timedelta(days=7), Severity.WARNING),
        "unmatched labels": (timedelta(days=1), Severity.WARNING),
    }
    assert alarms["captures"].description == (
        "On flights capture files stopped arriving, for P1D or longer. Severity: critical."
    )


def test_labels_are_watched_where_an_enabled_monitor_needs_them() -> None:
    assert list(wanted({"data_quality": {}})) == ["schedules", "captures"]
    resting = REGRESSION | {"enabled": False}
    assert list(wanted({"data_quality": {}, "model_quality": resting})) == ["schedules", "captures"]
    assert wanted({"data_quality": {"enabled": False}}) == {}


def test_each_has_the_documents_limit_or_is_switched_off() -> None:
    ages = {"schedule_delay": "PT30M", "captures_age": "P2D", "ground_truth_age": "P1D", "unmatched_labels_age": "P3D"}
    alarms = wanted({"model_quality": REGRESSION}, watch=ages)
    assert [each.limit / timedelta(hours=1) for each in alarms.values()] == [0.5, 48, 24, 72]
    assert wanted({"model_quality": REGRESSION}, watch=dict.fromkeys(ages, "PT0H")) == {}


def test_labels_that_match_nothing_are_said_with_the_probable_reason() -> None:
    alarm = wanted({"model_quality": REGRESSION})["unmatched labels"]
    assert "keyed by eventId where captures have an inferenceId" in alarm.description
    assert "not dated in UTC" in alarm.description


@pytest.mark.parametrize(("hours", "state"), [(0, OK), (23.99, OK), (24, ALARM), (1_000, ALARM)])
def test_an_age_at_the_limit_is_an_alarm(hours: float, state: AlarmState) -> None:
    assert wanted({"data_quality": {}})["captures"].state_at(hours) is state


FRESH = {"schedule_delay_hours": 0.0, "captures_age_hours": 1.0}
STOPPED = {"schedule_delay_hours": 0.0, "captures_age_hours": 30.0}


@pytest.mark.parametrize(
    ("ages", "before", "changed"),
    [
        (FRESH, {}, {}),
        (FRESH, {"captures": OK, "schedules": OK}, {}),
        (STOPPED, {}, {"captures": (OK, ALARM)}),
        (STOPPED, {"captures": OK}, {"captures": (OK, ALARM)}),
        (STOPPED, {"captures": ALARM}, {}),
        (FRESH, {"captures": ALARM}, {"captures": (ALARM, OK)}),
        # What CloudWatch knew is unknown, and an incident may be open: every state is news.
        (STOPPED, None, {"schedules": (None, OK), "captures": (None, ALARM)}),
    ],
)
def test_what_is_another_state_than_before_is_news(
    ages: dict[str, float],
    before: dict[str, AlarmState] | None,
    changed: dict[str, tuple[AlarmState | None, AlarmState]],
) -> None:
    found = transitions(document({"data_quality": {}}), ages, before, NOON)
    assert {each.alarm.label: (each.before, each.state) for each in found} == changed


def test_a_change_says_how_old_it_is() -> None:
    watched = document({"data_quality": {}})
    [found] = transitions(watched, STOPPED, {}, NOON)
    assert found == AlarmTransition("flights", age_alarms(watched)[1], ALARM, OK, NOON, 30.0)
