"""What a command would write, without writing it."""

from hashlib import md5
from typing import override

from driftline.adapters.by_hand.forwarding import ForwardingStore
from driftline.usecases.ports import EditableStore, StoredObject


class DryRunStore(ForwardingStore):
    """A store whose writes stay in memory, where later reads of one key find them. Listings are of what is stored."""

    def __init__(self, inner: EditableStore) -> None:
        super().__init__(inner)
        self._written: dict[str, bytes | None] = {}

    @override
    def get(self, key: str) -> StoredObject:
        found = self._written.get(key)
        return StoredObject(found, _etag(found)) if found is not None else self._inner.get(key)

    @override
    def find(self, key: str) -> StoredObject | None:
        if key not in self._written:
            return self._inner.find(key)
        found = self._written[key]
        return None if found is None else StoredObject(found, _etag(found))

    @override
    def etag(self, key: str) -> str | None:
        if key not in self._written:
            return self._inner.etag(key)
        found = self._written[key]
        return None if found is None else _etag(found)

    @override
    def version(self, key: str) -> str | None:
        return self.etag(key) if key in self._written else self._inner.version(key)

    @override
    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._written[key] = body

    @override
    def delete(self, key: str) -> None:
        self._written[key] = None

    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        """See `EditableStore`."""
        if self.etag(key) != since:
            return False
        self.put(key, body, content_type=content_type)
        return True

    def delete_if_unchanged(self, key: str, since: str) -> bool:
        """See `EditableStore`."""
        if self.etag(key) != since:
            return False
        self.delete(key)
        return True


def _etag(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()
