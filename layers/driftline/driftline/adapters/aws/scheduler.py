"""The stack's schedule group in EventBridge Scheduler."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.settings import ScheduleSettings
from driftline.domain.errors import InvalidInputError
from driftline.usecases.ports import Schedule

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

_RETRY = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
"""EventBridge's own values, made explicit: a window is evaluated late rather than never."""


class SchedulerGroup:
    """Schedules that send to one queue, with one role. What the queue refuses goes to the dead-letter queue.

    Args:
        settings: Group, queue, role and dead-letter queue.
        client: A boto3 EventBridge Scheduler client; created unless given.
    """

    def __init__(self, settings: ScheduleSettings, client: "EventBridgeSchedulerClient | None" = None) -> None:
        self._group = settings.schedule_group
        self._target = {
            "Arn": settings.schedule_target,
            "RoleArn": settings.schedule_role,
            "RetryPolicy": _RETRY,
            "DeadLetterConfig": {"Arn": settings.schedule_dead_letters},
        }
        self._client = client or client_of("scheduler")

    def put(self, schedule: Schedule) -> None:
        """A schedule that is already correct is left alone: a duplicate event must not restart a rate.

        Raises:
            InvalidInputError: EventBridge refuses the expression or the time zone.
        """
        wanted: dict[str, Any] = {
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.timezone,
            "FlexibleTimeWindow": _window(schedule.spread),
            "State": "ENABLED",
            "Target": {**self._target, "Input": json.dumps(schedule.payload, sort_keys=True)},
        }
        name: dict[str, Any] = {"GroupName": self._group, "Name": schedule.name}
        try:
            try:
                self._correct(name, wanted)
            except self._client.exceptions.ResourceNotFoundException:
                self._create(name, wanted)
        except self._client.exceptions.ValidationException as error:
            raise InvalidInputError(
                f"EventBridge Scheduler refuses {schedule.expression!r} in {schedule.timezone}",
                where=schedule.name,
                expected=error.response["Error"].get("Message", ""),
            ) from error

    def _correct(self, name: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Raises ResourceNotFoundException: there is none."""
        if not _has(self._client.get_schedule(**name), wanted):
            self._client.update_schedule(**name, **wanted)

    def _create(self, name: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        try:
            self._client.create_schedule(**name, **wanted)
        except self._client.exceptions.ConflictException:  # another event of the same document was faster
            self._correct(name, wanted)

    def delete(self, name: str) -> None:
        try:
            self._client.delete_schedule(GroupName=self._group, Name=name)
        except self._client.exceptions.ResourceNotFoundException:
            return


def _window(minutes: int) -> dict[str, Any]:
    """API Reference, FlexibleTimeWindow: 1 to 1,440 minutes."""
    return {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes} if minutes else {"Mode": "OFF"}


def _has(found: object, wanted: object) -> bool:
    """Whether all wanted values were found; EventBridge adds defaults of its own."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_has(found.get(key), value) for key, value in wanted.items())
    return found == wanted
