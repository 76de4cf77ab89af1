"""Counts the requests that S3 bills: a store in memory, as the use cases see it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from math import ceil
from threading import Lock

from driftline.usecases.ports import ObjectSummary, StoredObject
from tests.fakes import InMemoryStore

_PAGE = 1_000
"""Keys in an answer of ListObjectsV2."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Of one kind of work. Deletions are free.

    Attributes:
        reads: GET and HEAD, of missing objects, too.
        lists: Pages of listings; priced as writes.
        bytes_written: Of all objects together.
    """

    reads: float = 0
    writes: float = 0
    lists: float = 0
    bytes_written: float = 0

    def __add__(self, other: "Requests") -> "Requests":
        return Requests(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __sub__(self, other: "Requests") -> "Requests":
        return self + other * -1

    def __mul__(self, times: float) -> "Requests":
        return Requests(*(getattr(self, each.name) * times for each in fields(self)))


class CountingStore(InMemoryStore):
    """Attributes: requests: all since the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = Requests()
        self._lock = Lock()

    @contextmanager
    def counted(self, into: list[Requests]) -> Iterator[None]:
        """Appends the requests of a block."""
        before = self.requests
        yield
        into.append(self.requests - before)

    def get(self, key: str) -> StoredObject:
        self._count(Requests(reads=1))  # `find`, `get_range` and `local_copy` come through here
        return super().get(key)

    def etag(self, key: str) -> str | None:
        self._count(Requests(reads=1))
        return super().etag(key)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._count(Requests(writes=1, bytes_written=len(body)))
        super().put(key, body, content_type=content_type)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        found = [*super().list(prefix)]
        self._count(Requests(lists=max(1, ceil(len(found) / _PAGE))))
        return iter(found)

    def folders(self, prefix: str) -> Sequence[str]:
        found = super().folders(prefix)
        self._count(Requests(lists=max(1, ceil(len(found) / _PAGE))))
        return found

    def _count(self, more: Requests) -> None:
        with self._lock:
            self.requests += more
