"""The beginning and the end of a process: forked ones begin with nothing, and all write what waits when they end."""

import atexit
import os
from typing import Protocol
from weakref import WeakSet


class Watched(Protocol):
    def begin(self) -> None:
        """With nothing: the parent writes what is in its queue, and its threads and locks are not in this process."""

    def close(self) -> object:
        """Writes what waits."""


_WATCHED: WeakSet[Watched] = WeakSet()


def watch(new: Watched) -> None:
    """Until nobody else knows it any more."""
    _WATCHED.add(new)


def _begin() -> None:
    for each in _WATCHED:
        each.begin()


def _end() -> None:
    for each in list(_WATCHED):
        each.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin)
atexit.register(_end)
