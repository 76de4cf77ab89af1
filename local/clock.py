"""The time of the embedded cloud: the machine's, or one that a test or the demo sets."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime


class SimulatedClock:
    """Args: at: the time to begin with; None for the machine's."""

    def __init__(self, at: datetime | None) -> None:
        self._at = at
        self._listeners: list[Callable[[datetime | None], None]] = []
        self.between_looks: Callable[[], AbstractContextManager[object]] = nullcontext
        """Held while the time changes, so that nobody looks at it meanwhile."""

    @property
    def now(self) -> datetime:
        return self._at or datetime.now(UTC)

    @property
    def at(self) -> datetime | None:
        """None for the machine's time."""
        return self._at

    @property
    def simulated(self) -> bool:
        return self._at is not None

    def listen(self, listener: Callable[[datetime | None], None]) -> None:
        """Calls it with the time, now and whenever it is set."""
        self._listeners.append(listener)
        listener(self._at)

    def set(self, at: datetime | None) -> None:
        """None for the machine's time."""
        with self.between_looks():
            self._at = at
        for listener in self._listeners:
            listener(at)

    def pass_to(self, at: datetime) -> None:
        """A simulated time passes to a later one."""
        if self._at is not None:
            self.set(max(self._at, at))
