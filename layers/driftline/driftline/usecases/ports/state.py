"""Small state that many share: what only one may change at a time, or do once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StateItem:
    """A JSON text with the version that it had; versions count from 1."""

    name: str
    body: str
    version: int


class StateTable(Protocol):
    """Small shared state with conditional writes: incidents, leases. An item has a kind and a name."""

    def get(self, kind: str, name: str) -> StateItem | None: ...

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        """Writes if the item still has this version (0: if it does not exist) and gives its new version.

        Raises StaleReadError: somebody else wrote meanwhile; read again.
        """
        ...

    def list(self, kind: str) -> Sequence[StateItem]:
        """All items of a kind, sorted by name."""
        ...


class Once(Protocol):
    """Runs an action once for a key, however often it is asked for."""

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        """The action's result, now or as it was the first time. An action that raises may be run again.

        Raises RetryLaterError: somebody else runs it right now.
        """
        ...
