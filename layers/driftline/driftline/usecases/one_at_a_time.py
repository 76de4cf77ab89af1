"""One process at a time works on something; the others come again later.

A turn is a lease in the state table: the item says until when a process works on it, and has whatever else is stored
about it. An interrupted turn ends by the clock. If an expired turn continues after all, its next write fails, because
the item has another version by then.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.instants import Instant
from driftline.usecases.ports import StateTable

_LONGEST_WAIT = 15.0
"""Seconds. Most turns take a few; waiting this long, and then twice as long each time, outlasts the longest."""

type Clock = Callable[[], datetime]
"""Only shows whether a turn has expired."""


class Leased(Protocol):
    """The state of a thing: a pydantic model with the time until which a process works on it."""

    @property
    def busy_until(self) -> datetime | None: ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self: ...

    def model_dump_json(self) -> str: ...


class Busy(BaseModel):
    """Nothing else is stored about the thing."""

    model_config = ConfigDict(frozen=True, extra="ignore", serialize_by_alias=True)

    busy_until: Instant | None = Field(default=None, alias="until")

    @classmethod
    def read(cls, _name: str, body: str | None) -> Self:
        """An unreadable state counts as none, so that it blocks nothing."""
        try:
            return cls.model_validate_json(body) if body is not None else cls()
        except ValidationError:
            return cls()


class Turn[State: Leased]:
    """A thing during a turn.

    Attributes:
        state: Its state. An unwritten change is written when the turn ends.
    """

    def __init__(self, write: Callable[[str, int], int], state: State, version: int) -> None:
        self._write = write
        self._version = version
        self._lost = False
        self.state = state

    def change(self, state: State) -> None:
        """Writes the state.

        Raises:
            StaleReadError: the turn expired, and another process has it.
        """
        try:
            self._version = self._write(state.model_dump_json(), self._version)
        except StaleReadError:
            self._lost = True
            raise
        self.state = state

    def end(self) -> None:
        """Ends the turn. Raises as above."""
        if not self._lost:
            self.change(self.state.model_copy(update={"busy_until": None}))


@dataclass(frozen=True, slots=True)
class Turns[State: Leased]:
    """Turns on things of one kind.

    Attributes:
        kind: Kind of their items in the state table.
        read: Returns the state of a thing from its name and the body of its item, or None if there is no item yet.
        length: When the turn of a dead process is over: longer than a process can work.
    """

    table: StateTable
    kind: str
    read: Callable[[str, str | None], State]
    length: timedelta
    clock: Clock

    @contextmanager
    def on(self, name: str) -> Iterator[Turn[State]]:
        """Takes the turn, and ends it, whatever happens inside.

        Raises:
            RetryLaterError: another process has it.
            StaleReadError: another process took it at the same moment, or after it expired.
        """
        item = self.table.get(self.kind, name)
        state = self.read(name, item.body if item else None)
        now = self.clock()
        if state.busy_until is not None and now < state.busy_until:
            wait = (state.busy_until - now).total_seconds()
            raise RetryLaterError("another process is working on it", where=name, after=min(wait, _LONGEST_WAIT))

        def write(body: str, version: int) -> int:
            return self.table.put(self.kind, name, body, version=version)

        turn = Turn(write, state, item.version if item else 0)
        turn.change(state.model_copy(update={"busy_until": now + self.length}))
        try:
            yield turn
        finally:
            turn.end()
