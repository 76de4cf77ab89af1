"""What a monitor document becomes in the stack: schedules, alarms, a dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Schedule:
    """One EventBridge Scheduler schedule of one monitor."""

    name: str
    expression: str
    payload: Mapping[str, object]
    timezone: str = "UTC"


class Schedules(Protocol):
    """The stack's schedule group."""

    def put(self, schedule: Schedule) -> None:
        """Creates or updates."""
        ...

    def delete(self, name: str) -> None:
        """Deleting what is not there is no error."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedAlarm:
    """An alarm that was wanted and that CloudWatch does not take, with what it says."""

    alarm: AlarmSpec
    reason: str


class AlarmsRefusedError(InvalidInputError):
    """CloudWatch does not take some of the alarms; which, is in `refused`."""

    def __init__(self, where: str, refused: Sequence[RefusedAlarm]) -> None:
        super().__init__("; ".join(f"{each.alarm.label}: {each.reason}" for each in refused), where=where)
        self.refused = tuple(refused)


class Alarms(Protocol):
    """The stack's alarms in CloudWatch, by endpoint."""

    def keep(self, endpoint: str, wanted: Sequence[AlarmSpec]) -> Sequence[str]:
        """Makes the alarms of an endpoint those that are wanted, and no others.

        An alarm that is right already is left alone, so that its state and its history stay.

        Returns:
            Their names, in the order of `wanted`.

        Raises:
            AlarmsRefusedError: some were refused. The others are as they are wanted, and none was deleted.
        """
        ...


class Dashboards(Protocol):
    """The stack's dashboards, one for each endpoint."""

    def put(self, endpoint: str, body: str) -> None:
        """Creates or changes it.

        Raises:
            InvalidInputError: CloudWatch does not take the body.
        """
        ...

    def delete(self, endpoint: str) -> None:
        """Deleting what is not there is no error."""
        ...
