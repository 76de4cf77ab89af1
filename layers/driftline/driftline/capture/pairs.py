"""Requests and answers that come in two events, in any order, are paired; the wait is bounded in time and memory."""

import time
from collections import OrderedDict
from threading import Lock

from driftline.capture.events import Message
from driftline.capture.records import OVERHEAD
from driftline.capture.writer import Writer

type Pair = tuple[Message | None, Message | None]
"""The request and its answer."""


class Pairs:
    """Halves that wait for the other one.

    Args:
        writer: Whose memory is used.
        seconds: Longest wait for the other half.
    """

    def __init__(self, writer: Writer, seconds: float) -> None:
        self._writer = writer
        self._seconds = seconds
        self._lock = Lock()
        self._waiting: OrderedDict[tuple[str, ...], tuple[Message, float]] = OrderedDict()

    def add(self, message: Message) -> Pair | None:
        """The pair if this is its second half, otherwise None. The same half again replaces the one before.

        Raises:
            MemoryError: there is no room for another half.
        """
        with self._lock:
            found = self._waiting.pop(message.key, None)
            if found is not None:
                self._writer.release(_size(found[0]))
                if found[0].half != message.half:
                    return (found[0], message) if message.half == "output" else (message, found[0])
            if not self._writer.reserve(_size(message)):
                raise MemoryError
            self._waiting[message.key] = (message, time.monotonic())
            return None

    def expired(self, *, every: bool = False) -> list[Message]:
        """Takes the halves that have waited too long, the oldest first; or every one."""
        taken = []
        until = time.monotonic() - self._seconds
        with self._lock:
            while self._waiting:
                message, since = next(iter(self._waiting.values()))
                if since > until and not every:
                    break
                self._waiting.popitem(last=False)
                self._writer.release(_size(message))
                taken.append(message)
        return taken


def _size(message: Message) -> int:
    return OVERHEAD + len(message.body.data)
