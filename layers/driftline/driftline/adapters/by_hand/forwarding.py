"""A store in front of another one; what it does differently is in its subclasses."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from driftline.usecases.ports import ObjectStore, ObjectSummary, StoredObject


class ForwardingStore:
    """An ObjectStore that passes everything on."""

    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def at_once(self) -> int:
        return self._inner.at_once

    def get(self, key: str) -> StoredObject:
        return self._inner.get(key)

    def find(self, key: str) -> StoredObject | None:
        return self._inner.find(key)

    def etag(self, key: str) -> str | None:
        return self._inner.etag(key)

    def version(self, key: str) -> str | None:
        return self._inner.version(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._inner.get_range(key, start, length)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
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
