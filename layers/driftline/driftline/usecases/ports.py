"""What the use cases need from the outside world."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.incidents.message import Message
from driftline.domain.metrics import Metric


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's bytes with the entity tag that they had."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True, order=True)
class ObjectSummary:
    key: str
    size: int
    etag: str


class ObjectStore(Protocol):
    """A bucket, or a folder laid out like one. Keys use forward slashes."""

    @property
    def name(self) -> str:
        """The bucket's name, or the folder's."""
        ...

    def get(self, key: str) -> StoredObject:
        """Raises ObjectNotFoundError."""
        ...

    def find(self, key: str) -> StoredObject | None:
        """As `get`; None where there is no such object."""
        ...

    def etag(self, key: str) -> str | None:
        """The entity tag, without the bytes: a HEAD, at a twelfth of a listing's price. None: no such object."""
        ...

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """The bytes [start, start + length) of an object, fewer or none beyond its end. Raises ObjectNotFoundError."""
        ...

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None: ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is no error."""
        ...

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        """All objects under the prefix, sorted by key (UTF-8 bytes)."""
        ...

    def folders(self, prefix: str) -> Sequence[str]:
        """Names (without slash) of the sub-folders directly under a prefix that ends in a slash, sorted."""
        ...

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """A file on local disk with the object's bytes, for readers that want a path; for large objects."""
        ...

    def uri(self, key: str) -> str:
        """What a person would open: `s3://bucket/key`, or a path."""
        ...


class Stores(Protocol):
    """Opens other buckets: capture files may live in one that was there before."""

    def __call__(self, bucket: str) -> ObjectStore: ...


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


class Metrics(Protocol):
    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        """Publishes values of one time.

        Args:
            timestamp: For report metrics the window's start, as SageMaker's metric_time. None is now, for the signals
                that alarms look at: CloudWatch's alarms know nothing but the clock.
        """
        ...


class Events(Protocol):
    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None: ...


class Reruns(Protocol):
    """The queue of windows that are judged again."""

    def ask(self, request: ExecutionRequest) -> None:
        """One execution of a window comes of all that is asked within a few minutes, and it sees all of it."""
        ...


class Operators(Protocol):
    """People, reached through the operator topic."""

    def tell(self, subject: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Attributes: lasting: it holds as long as the page does."""

    url: str
    lasting: bool


class ReportLinks(Protocol):
    """How people get to the pages of reports."""

    def to(self, key: str) -> ReportLink:
        """The link to a page, which need not be there yet."""
        ...


@dataclass(frozen=True, slots=True)
class StateItem:
    """A JSON text with the version that it had; versions count from 1."""

    name: str
    body: str
    version: int


class StateTable(Protocol):
    """Small shared state with conditional writes: incidents, leases. An item has a kind and a name."""

    def get(self, kind: str, name: str) -> StateItem | None: ...

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        """Writes if the item still has this version (0: if it does not exist) and gives its new version.

        Raises StaleReadError: somebody else wrote meanwhile; read again.
        """
        ...

    def list(self, kind: str) -> Sequence[StateItem]:
        """All items of a kind, sorted by name."""
        ...


class Once(Protocol):
    """Runs an action once for a key, however often it is asked for."""

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        """The action's result, now or as it was the first time. An action that raises may be run again.

        Raises RetryLaterError: somebody else runs it right now.
        """
        ...


class Channel(Protocol):
    """One way to people: Slack, Teams, PagerDuty, a webhook, email."""

    @property
    def name(self) -> str: ...

    def accepts(self, message: Message) -> bool:
        """Whether the channel is to be sent it: the message is for it, and as severe as it wants."""
        ...

    def send(self, message: Message, conversation: str | None) -> str | None:
        """Sends a message; `conversation` is what an earlier message of the same incident gave back.

        Returns:
            What the next message of the incident is to be told, for example the timestamp of a Slack thread.

        Raises:
            RetryLaterError: the other side is down, slow or wants less; a retry may help.
            InvalidInputError: the other side refuses the message or the secret: a person has to mend it.
        """
        ...
