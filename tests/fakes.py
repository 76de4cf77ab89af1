"""In-memory stand-ins for every port, and one that fails on purpose.

Use cases read and write from several threads, so whatever a fake counts or walks through stands behind a lock or is
a copy: a dictionary that grows while it is walked through fails a test that is right.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from driftline.domain.alarms.ages import AlarmTransition
from driftline.domain.alarms.names import alarm_name
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.incidents.dead_letters import DeadLetters
from driftline.domain.incidents.message import Message
from driftline.domain.metrics import Metric
from driftline.domain.monitors.problem import DocumentProblem
from driftline.usecases.ports import (
    AlarmsRefusedError,
    ObjectStore,
    ObjectSummary,
    RefusedAlarm,
    Schedule,
    StateItem,
    StoredObject,
    Stores,
)
from driftline.usecases.side_by_side import AT_ONCE


class InjectedError(Exception):
    """What a failing fake raises: no error of ours, so no code may catch it by accident."""


class InMemoryStore:
    """An ObjectStore in a dictionary; entity tags are MD5, as S3's of a single put.

    Attributes:
        objects: Key → bytes, for tests to fill and to read.
        content_types: Key → content type of the last put.
    """

    def __init__(self, name: str = "bucket", objects: Mapping[str, bytes] | None = None) -> None:
        self._name = name
        self.objects: dict[str, bytes] = dict(objects or {})
        self.content_types: dict[str, str] = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def at_once(self) -> int:
        return AT_ONCE

    def get(self, key: str) -> StoredObject:
        try:
            body = self.objects[key]
        except KeyError:
            raise ObjectNotFoundError("no such object", where=self.uri(key)) from None
        return StoredObject(body, md5(body).hexdigest())

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        body = self.objects.get(key)
        return None if body is None else md5(body).hexdigest()

    def version(self, key: str) -> str | None:
        return self.etag(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self.get(key).body[start : start + length]

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.objects[key] = bytes(body)
        self.content_types[key] = content_type

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)
        self.content_types.pop(key, None)

    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        if self.etag(key) != since:
            return False
        self.put(key, body, content_type=content_type)
        return True

    def delete_if_unchanged(self, key: str, since: str) -> bool:
        if self.etag(key) != since:
            return False
        self.delete(key)
        return True

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        for key, body in sorted(self.objects.copy().items(), key=lambda item: item[0].encode()):
            if key.startswith(prefix):
                yield ObjectSummary(key, len(body), md5(body).hexdigest())

    def folders(self, prefix: str) -> Sequence[str]:
        below = (key.removeprefix(prefix) for key in self.objects.copy() if key.startswith(prefix))
        return sorted({rest.split("/", 1)[0] for rest in below if "/" in rest}, key=str.encode)

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        @contextmanager
        def copy() -> Iterator[Path]:
            body = self.get(key).body
            with TemporaryDirectory() as folder:
                path = Path(folder) / key.rsplit("/", 1)[-1][-200:]  # as from S3: names are longer there
                path.write_bytes(body)
                yield path

        return copy()

    def uri(self, key: str) -> str:
        return f"memory://{self._name}/{key}"


class InMemoryStores:
    """Stores: opens the same InMemoryStore again for the same name."""

    def __init__(self, *stores: InMemoryStore) -> None:
        self.opened = {store.name: store for store in stores}

    def __call__(self, bucket: str) -> InMemoryStore:
        return self.opened.setdefault(bucket, InMemoryStore(bucket))


def only(store: ObjectStore) -> Stores:
    """Stores where there is but one bucket."""

    def opened(bucket: str) -> ObjectStore:
        assert bucket == store.name, f"nobody has a bucket {bucket}"
        return store

    return opened


class FailingStore:
    """Wraps a store and raises InjectedError at the n-th call (1 is the first) of one of the given operations.

    Args:
        inner: The store that serves all other calls.
        fail_on: The call that fails; the ones before and after it succeed.
        operations: Which of get (find, too), etag, get_range, put, delete, list, folders, local_copy count; all, unless
            given.
    """

    def __init__(self, inner: ObjectStore, fail_on: int, operations: Sequence[str] = ()) -> None:
        self.inner = inner
        self.fail_on = fail_on
        self.calls = 0
        self._operations = frozenset(operations)
        self._counting = Lock()

    def _count(self, operation: str) -> None:
        if self._operations and operation not in self._operations:
            return
        with self._counting:
            self.calls += 1
            call = self.calls
        if call == self.fail_on:
            raise InjectedError(f"{operation}, call {call}")

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def at_once(self) -> int:
        return self.inner.at_once

    def get(self, key: str) -> StoredObject:
        self._count("get")
        return self.inner.get(key)

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        self._count("etag")
        return self.inner.etag(key)

    def version(self, key: str) -> str | None:
        self._count("etag")
        return self.inner.version(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        self._count("get_range")
        return self.inner.get_range(key, start, length)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._count("put")
        self.inner.put(key, body, content_type=content_type)

    def delete(self, key: str) -> None:
        self._count("delete")
        self.inner.delete(key)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        self._count("list")
        return self.inner.list(prefix)

    def folders(self, prefix: str) -> Sequence[str]:
        self._count("folders")
        return self.inner.folders(prefix)

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        self._count("local_copy")
        return self.inner.local_copy(key)

    def uri(self, key: str) -> str:
        return self.inner.uri(key)


class _MayFail:
    """Counts the calls of a recording fake and fails at the n-th one."""

    def __init__(self, fail_on: int = 0) -> None:
        self.fail_on = fail_on
        self.calls = 0
        self._counting = Lock()

    def _count(self, operation: str) -> None:
        with self._counting:
            self.calls += 1
            call = self.calls
        if call == self.fail_on:
            raise InjectedError(f"{operation}, call {call}")


class RecordingSchedules(_MayFail):
    """Schedules by name; `log` has every put and delete in order."""

    def __init__(self, schedules: Iterable[Schedule] = (), *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.schedules = {schedule.name: schedule for schedule in schedules}
        self.log: list[tuple[str, str]] = []

    def put(self, schedule: Schedule) -> None:
        self._count("put")
        self.schedules[schedule.name] = schedule
        self.log.append(("put", schedule.name))

    def delete(self, name: str) -> None:
        self._count("delete")
        self.schedules.pop(name, None)
        self.log.append(("delete", name))


class RecordingAlarms(_MayFail):
    """Alarms by endpoint and name; `refuses` are the labels that it does not take, `log` has every change in order.

    As CloudWatch, it keeps what was put before the call that fails.
    """

    def __init__(self, *, refuses: Iterable[str] = (), fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.refuses = frozenset(refuses)
        self.alarms: dict[str, dict[str, AlarmSpec]] = {}
        self.log: list[tuple[str, str]] = []

    def keep(self, endpoint: str, wanted: Sequence[AlarmSpec]) -> Sequence[str]:
        self._count("describe")
        there = dict(self.alarms.get(endpoint, {}))
        names = [alarm_name("driftline", endpoint, alarm.subject, alarm.label) for alarm in wanted]
        refused = []
        for name, alarm in zip(names, wanted, strict=True):
            if alarm.label in self.refuses:
                refused.append(RefusedAlarm(alarm, "it is not liked"))
            elif there.get(name) != alarm:
                self._change("put", endpoint, name, alarm)
        if refused:
            raise AlarmsRefusedError(endpoint, refused)
        for name in sorted(there.keys() - set(names)):
            self._change("delete", endpoint, name)
        return names

    def _change(self, operation: str, endpoint: str, name: str, alarm: AlarmSpec | None = None) -> None:
        self._count(operation)
        alarms = self.alarms.setdefault(endpoint, {})
        alarms.pop(name, None)
        if alarm is not None:
            alarms[name] = alarm
        if not alarms:
            del self.alarms[endpoint]
        self.log.append((operation, name))


class KnownBuckets:
    """CaptureBuckets: those that can be read, by name."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def problem(self, bucket: str, prefix: str) -> DocumentProblem | None:
        if bucket in self.names:
            return None
        mend = f"Name {', '.join(self.names)}."
        return DocumentProblem(("capture", "bucket"), f"the bucket {bucket}", "a bucket that can be read", mend)


class RecordingAgeAlarms(_MayFail):
    """Changes of alarms on ages, in order."""

    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.transitions: list[AlarmTransition] = []

    def changed(self, transition: AlarmTransition) -> None:
        self._count("changed")
        self.transitions.append(transition)


class RecordingConfigurations(_MayFail):
    """Keys of documents to configure again, in order."""

    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.keys: list[str] = []

    def request(self, key: str, at: datetime) -> None:
        self._count("request")
        self.keys.append(key)


class RecordingDashboards(_MayFail):
    """Bodies by endpoint."""

    def __init__(self, *, refuses: bool = False, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.refuses = refuses
        self.bodies: dict[str, str] = {}

    def put(self, endpoint: str, body: str) -> None:
        self._count("put")
        if self.refuses:
            raise InvalidInputError("CloudWatch refuses the dashboard")
        self.bodies[endpoint] = body

    def delete(self, endpoint: str) -> None:
        self._count("delete")
        self.bodies.pop(endpoint, None)


@dataclass(frozen=True)
class PublishedMetrics:
    namespace: str
    metrics: tuple[Metric, ...]
    timestamp: datetime | None


class RecordingMetrics(_MayFail):
    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.published: list[PublishedMetrics] = []

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        self._count("publish")
        self.published.append(PublishedMetrics(namespace, tuple(metrics), timestamp))


@dataclass(frozen=True)
class PublishedEvent:
    detail_type: str
    detail: Mapping[str, object]
    resources: tuple[str, ...] = field(default=())


class RecordingEvents(_MayFail):
    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.published: list[PublishedEvent] = []

    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None:
        self._count("publish")
        self.published.append(PublishedEvent(detail_type, dict(detail), tuple(resources)))


class RecordingOperators(_MayFail):
    """`told` has (subject, message) in order."""

    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.told: list[tuple[str, str]] = []

    def notify(self, subject: str, message: str) -> None:
        self._count("notify")
        self.told.append((subject, message))


class RecordingSweeps(_MayFail):
    """`asked` has every (endpoint, time) in order."""

    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.asked: list[tuple[str, datetime]] = []

    def request(self, endpoints: Sequence[str], as_of: datetime) -> None:
        self._count("request")
        self.asked += [(endpoint, as_of) for endpoint in endpoints]


class RecordingReruns(_MayFail):
    """`asked` has every request in order."""

    def __init__(self, *, fail_on: int = 0) -> None:
        super().__init__(fail_on)
        self.asked: list[ExecutionRequest] = []

    def request(self, request: ExecutionRequest) -> None:
        self._count("request")
        self.asked.append(request)


@dataclass
class InMemoryTable:
    """A StateTable in a dictionary; what expires stays."""

    items: dict[tuple[str, str], StateItem] = field(default_factory=dict)

    def get(self, kind: str, name: str) -> StateItem | None:
        return self.items.get((kind, name))

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        there = self.items.get((kind, name))
        if version != (there.version if there else 0):
            raise StaleReadError("another process wrote the item", where=f"{kind}/{name}")
        self.items[kind, name] = StateItem(name, body, version + 1)
        return version + 1

    def list(self, kind: str) -> Sequence[StateItem]:
        return [item for (of, _), item in sorted(self.items.copy().items()) if of == kind]


@dataclass
class InMemoryOnce:
    """Once in a dictionary."""

    done: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        if key not in self.done:
            self.done[key] = action()
        return self.done[key]


@dataclass
class InMemoryDeadLetters:
    """Dead-letter queues by name; `looked` has those that somebody looked at."""

    queues: dict[str, DeadLetters] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)

    def look(self, queue: str) -> DeadLetters:
        self.looked.append(queue)
        return self.queues.get(queue, DeadLetters(unread="there is no such queue"))


@dataclass
class RecordingChannel:
    """A channel that keeps what it is sent; it gives the first message's id as the conversation."""

    name: str = "recording"
    sent: list[tuple[Message, str | None]] = field(default_factory=list)
    digests: bool = False

    def accepts(self, message: Message) -> bool:
        return not message.channels or self.name in message.channels

    def send(self, message: Message, conversation: str | None) -> str | None:
        self.sent.append((message, conversation))
        return conversation or message.id
