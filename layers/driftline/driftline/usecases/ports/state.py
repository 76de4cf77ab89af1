"""Small shared state: what only one may change at a time, or do once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StateItem:
    """A JSON text with its version; versions count from 1."""

    name: str
    body: str
    version: int


class StateTable(Protocol):
    """Small shared state with conditional writes: incidents, leases. An item has a kind and a name."""

    def get(self, kind: str, name: str) -> StateItem | None: ...

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        """Writes if the item still has this version (0: does not exist), and returns its new version.

        Raises StaleReadError: it was changed in the meantime; read again.
        """
        ...

    def list(self, kind: str) -> Sequence[StateItem]:
        """All items of a kind, sorted by name."""
        ...


class Once(Protocol):
    """Runs an action once per key, however often it is called."""

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        """The result of the action, or of its first run. An action that raised may run again.

        Raises RetryLaterError: another caller is running it right now.
        """
        ...
