"""Executions by hand publish neither metrics nor events, so none of them counts as announced."""

from typing import override

from driftline.adapters.by_hand.forwarding import ForwardingStore
from driftline.domain.keys import REPORTS, execution_key

_ANNOUNCEMENTS = execution_key(REPORTS).rpartition("/")[0] + "/"


class UnannouncedStore(ForwardingStore):
    """A store in which no execution counts as announced.

    Otherwise, trying something on a bucket would silence the real execution of the same window.
    """

    @override
    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        if not key.startswith(_ANNOUNCEMENTS):
            self._inner.put(key, body, content_type=content_type)
