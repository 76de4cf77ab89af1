"""One at a time works on something; whoever comes meanwhile comes again later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import RetryLaterError
from driftline.usecases.ports import StateTable


class _Busy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    until: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns on things of one kind, kept in the state table.

    Attributes:
        length: When the turn of somebody who died is over: longer than anybody can work.
        clock: Only tells whether a turn has run out.
    """

    table: StateTable
    kind: str
    length: timedelta
    clock: Callable[[], datetime]

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Takes the turn; ends it, whatever happens inside.

        Raises:
            RetryLaterError: somebody else has it.
            StaleReadError: somebody else took it at the same moment, or after it ran out.
        """
        item = self.table.get(self.kind, name)
        now = self.clock()
        until = _until(item.body) if item else None
        if until is not None and now < until:
            raise RetryLaterError("it is being worked on", where=name, after=(until - now).total_seconds())
        version = self._put(name, now + self.length, item.version if item else 0)
        try:
            yield
        finally:
            self._put(name, None, version)

    def _put(self, name: str, until: datetime | None, version: int) -> int:
        return self.table.put(self.kind, name, _Busy(until=until).model_dump_json(), version=version)


def _until(body: str) -> datetime | None:
    """Who cannot be read does not work."""
    try:
        return _Busy.model_validate_json(body).until
    except ValidationError:
        return None
