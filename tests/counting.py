"""A store that counts its calls as S3 bills them, and stays fast with a million keys."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import md5
from threading import Lock

from driftline.usecases.ports import ObjectSummary, StoredObject
from tests.fakes import InMemoryStore

PAGE = 1000
"""Keys, or folders, of one answer to a listing."""


class CountingStore(InMemoryStore):
    """Counts get (find, range and HEAD, too), put, delete, and each page of a listing.

    Attributes:
        calls: By operation.
    """

    def __init__(self, objects: Mapping[str, bytes] | None = None) -> None:
        super().__init__(objects=objects)
        self._keys = sorted(self.objects)
        self._etags: dict[str, str] = {}
        self._counting = Lock()
        self.calls: Counter[str] = Counter()

    @contextmanager
    def counted(self) -> Iterator[Counter[str]]:
        """The calls inside of the block, when it has ended."""
        before, found = self.calls.copy(), Counter[str]()
        yield found
        found.update(self.calls - before)

    def get(self, key: str) -> StoredObject:
        self._count("get")
        return super().get(key)

    def etag(self, key: str) -> str | None:
        self._count("get")
        return super().etag(key)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._count("put")
        with self._counting:
            if key not in self.objects:
                insort(self._keys, key)
            self._etags.pop(key, None)
        super().put(key, body, content_type=content_type)

    def delete(self, key: str) -> None:
        self._count("delete")
        with self._counting:
            if key in self.objects:
                self._keys.remove(key)
                self._etags.pop(key, None)
        super().delete(key)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        found = [ObjectSummary(key, len(self.objects[key]), self._etag(key)) for key in self.keys_below(prefix)]
        self._count("list", found)
        return found

    def folders(self, prefix: str) -> Sequence[str]:
        found: list[str] = []
        at = bisect_left(self._keys, prefix)
        while at < len(self._keys) and self._keys[at].startswith(prefix):
            name, slash, _ = self._keys[at].removeprefix(prefix).partition("/")
            if slash:
                found.append(name)
                at = bisect_left(self._keys, f"{prefix}{name}0")  # the character after the slash
            else:
                at += 1
        self._count("list", found)
        return found

    def keys_below(self, prefix: str) -> Sequence[str]:
        """Not counted: for tests."""
        return self._keys[bisect_left(self._keys, prefix) : bisect_left(self._keys, f"{prefix}\U0010ffff")]

    def _etag(self, key: str) -> str:
        if key not in self._etags:
            self._etags[key] = md5(self.objects[key]).hexdigest()
        return self._etags[key]

    def _count(self, operation: str, found: Sequence[object] = ()) -> None:
        with self._counting:
            self.calls[operation] += max(1, -(-len(found) // PAGE))
