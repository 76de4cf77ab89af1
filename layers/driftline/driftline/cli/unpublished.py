"""What the use cases publish in the cloud: here, messages go to the terminal, metrics and events nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from driftline.cli.output import Output
from driftline.domain.keys import REPORTS, execution_key
from driftline.domain.metrics import Metric
from driftline.usecases.ports import ObjectStore, ObjectSummary, StoredObject

_ANNOUNCEMENTS = execution_key(REPORTS).rpartition("/")[0] + "/"


class TerminalOperators:
    """Operators: the user of the command is the operator."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def notify(self, subject: str, message: str) -> None:
        self._output.note(f"{subject}\n{message}")


class NoMetrics:
    """Metrics: none are published, so that trying something does not set off the alarms of the real monitor."""

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        pass


class NoEvents:
    """Events: dropped, for the same reason."""

    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None:
        pass


class UnannouncedStore:
    """A store in which no execution counts as announced, because a command publishes neither metrics nor events.

    Otherwise, trying something on a bucket would silence the real execution of the same window.
    """

    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        return self._inner.name

    def get(self, key: str) -> StoredObject:
        return self._inner.get(key)

    def find(self, key: str) -> StoredObject | None:
        return self._inner.find(key)

    def etag(self, key: str) -> str | None:
        return self._inner.etag(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._inner.get_range(key, start, length)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        if not key.startswith(_ANNOUNCEMENTS):
            self._inner.put(key, body, content_type=content_type)

    def delete(self, key: str) -> None:
        self._inner.delete(key)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        return self._inner.list(prefix)

    def folders(self, prefix: str) -> Sequence[str]:
        return self._inner.folders(prefix)

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        return self._inner.local_copy(key)

    def uri(self, key: str) -> str:
        return self._inner.uri(key)
