"""Buckets, or folders that are laid out like them."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


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
