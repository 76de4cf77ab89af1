"""Buckets, or folders with the same layout."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's bytes with their entity tag."""

    body: bytes
    etag: str

    @property
    def version(self) -> str:
        """What `ObjectStore.version` says as long as the object is not replaced."""
        return self.etag


@dataclass(frozen=True, slots=True, order=True)
class ObjectSummary:
    key: str
    size: int
    etag: str


class ObjectStore(Protocol):
    """A bucket, or a folder with the same layout. Keys use forward slashes."""

    @property
    def name(self) -> str:
        """The bucket's name, or the folder's."""
        ...

    @property
    def at_once(self) -> int:
        """How many calls to make side by side: 1 where none waits for a network."""
        ...

    def get(self, key: str) -> StoredObject:
        """Raises ObjectNotFoundError."""
        ...

    def find(self, key: str) -> StoredObject | None:
        """As `get`; None if there is no such object."""
        ...

    def etag(self, key: str) -> str | None:
        """The entity tag, by a HEAD request, which costs a twelfth of a listing. None: no such object."""
        ...

    def version(self, key: str) -> str | None:
        """To compare with `StoredObject.version`, as cheap as `etag` or cheaper. None: no such object."""
        ...

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """The bytes [start, start + length) of an object; fewer at its end. Raises ObjectNotFoundError."""
        ...

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None: ...

    def delete(self, key: str) -> None:
        """Does nothing if there is none."""
        ...

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        """All objects under the prefix, sorted by key (UTF-8 bytes)."""
        ...

    def folders(self, prefix: str) -> Sequence[str]:
        """Names (without slash) of the sub-folders directly under a prefix that ends in a slash, sorted."""
        ...

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """A copy of a large object on local disk, for readers that need a path."""
        ...

    def uri(self, key: str) -> str:
        """Its location for people: `s3://bucket/key`, or a path."""
        ...


class EditableStore(ObjectStore, Protocol):
    """A store in which several writers change one object, and none overwrites what it has not read."""

    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        """Puts the object unless it has changed; returns whether it did.

        Args:
            since: The entity tag that was read; None: there was no such object.
        """
        ...

    def delete_if_unchanged(self, key: str, since: str) -> bool:
        """As `put_if_unchanged`; what is gone already has changed."""
        ...


class Stores(Protocol):
    """Opens other buckets: captures may be in a bucket of their own."""

    def __call__(self, bucket: str) -> ObjectStore: ...
