"""What the stack makes of a monitor document: schedules, alarms, a dashboard; and the buckets that it may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from driftline.domain.alarms.ages import AlarmTransition
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.problem import DocumentProblem


@dataclass(frozen=True, slots=True)
class Schedule:
    """One EventBridge Scheduler schedule of one monitor.

    Attributes:
        spread: Minutes after the scheduled time within which it is delivered; 0 for at once.
    """

    name: str
    expression: str
    payload: Mapping[str, object]
    timezone: str = "UTC"
    spread: int = 0


class Schedules(Protocol):
    """The stack's schedule group."""

    def put(self, schedule: Schedule) -> None:
        """Creates or updates."""
        ...

    def delete(self, name: str) -> None:
        """Does nothing if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedAlarm:
    """A wanted alarm that CloudWatch rejects, with its reason."""

    alarm: AlarmSpec
    reason: str


class AlarmsRefusedError(InvalidInputError):
    """CloudWatch rejects some of the alarms, which are in `refused`."""

    def __init__(self, where: str, refused: Sequence[RefusedAlarm]) -> None:
        super().__init__("; ".join(f"{each.alarm.label}: {each.reason}" for each in refused), where=where)
        self.refused = tuple(refused)


class Alarms(Protocol):
    """The stack's alarms in CloudWatch, by endpoint."""

    def keep(self, endpoint: str, wanted: Sequence[AlarmSpec]) -> Sequence[str]:
        """Makes the alarms of an endpoint exactly those that are wanted.

        Alarms that need no change are not touched, so that they keep their state and history.

        Returns:
            Their names, in the order of `wanted`.

        Raises:
            AlarmsRefusedError: some were rejected. The others were set, and none was deleted.
        """
        ...


class AgeAlarms(Protocol):
    """Tells those who listen to alarms about the ones that Driftline evaluates itself, as CloudWatch would."""

    def changed(self, transition: AlarmTransition) -> None: ...


class Configurations(Protocol):
    """The queue of monitor documents to configure."""

    def request(self, key: str, at: datetime) -> None:
        """Has the document with this key configured again, as if it were uploaded at a time."""
        ...


class Dashboards(Protocol):
    """The stack's dashboards, one per endpoint."""

    def put(self, endpoint: str, body: str) -> None:
        """Creates or updates it.

        Raises:
            InvalidInputError: CloudWatch rejects the body.
        """
        ...

    def delete(self, endpoint: str) -> None:
        """Does nothing if there is none."""
        ...


class CaptureBuckets(Protocol):
    """The buckets that the stack may read captures from, besides its own."""

    def problem(self, bucket: str, prefix: str) -> DocumentProblem | None:
        """Why the captures of a document cannot be read; None if they can.

        Args:
            bucket: `capture.bucket` of the document.
            prefix: `capture.prefix` of the document.
        """
        ...
