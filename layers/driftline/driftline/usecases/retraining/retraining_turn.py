"""One at a time works on an endpoint's ledger.

Whoever has the turn wrote it into the ledger; everybody else comes again later. A turn that was cut short ends by the
clock. That is the only use of the clock here: decisions know the times of events and of deliveries alone. Should a turn
that ran out go on after all, its next write fails, because the item has another version by then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.retraining.ledger import Ledger
from driftline.usecases.ports import StateItem, StateTable

KIND = "retraining"
TURN = timedelta(seconds=150)
"""Longer than the function may run, which is two minutes."""

_LONGEST_WAIT = 15.0
"""Seconds. Most turns take one or two; who waits this long, and twice as long each time, sees the longest end."""

type Clock = Callable[[], datetime]


class Turn:
    """The ledger of an endpoint while one works on it."""

    def __init__(self, table: StateTable, ledger: Ledger, version: int) -> None:
        self._table = table
        self._version = version
        self._lost = False
        self.ledger = ledger

    def change(self, ledger: Ledger) -> None:
        """Writes the ledger.

        Raises:
            StaleReadError: the turn ran out and somebody else has it.
        """
        try:
            body = ledger.model_dump_json()
            self._version = self._table.put(KIND, ledger.endpoint, body, version=self._version)
        except StaleReadError:
            self._lost = True
            raise
        self.ledger = ledger

    def end(self) -> None:
        if not self._lost:
            self.change(self.ledger.model_copy(update={"busy_until": None}))


@contextmanager
def turn_of(endpoint: str, table: StateTable, clock: Clock) -> Iterator[Turn]:
    """Takes the turn; ends it, whatever happens inside.

    Raises:
        RetryLaterError: somebody else has it.
        StaleReadError: somebody else took it at the same moment.
    """
    ledger, version = load_ledger(endpoint, table)
    now = clock()
    if ledger.busy_until is not None and now < ledger.busy_until:
        wait = (ledger.busy_until - now).total_seconds()
        raise RetryLaterError(
            "another message about its retrainings is being worked on", where=endpoint, after=min(wait, _LONGEST_WAIT)
        )
    turn = Turn(table, ledger, version)
    turn.change(ledger.model_copy(update={"busy_until": now + TURN}))
    try:
        yield turn
    finally:
        turn.end()


def load_ledger(endpoint: str, table: StateTable) -> tuple[Ledger, int]:
    """(ledger, version); an empty one with version 0 if there is none yet.

    Raises:
        InvalidInputError: there is one that nobody can read. Nothing starts: what runs is not known.
    """
    item = table.get(KIND, endpoint)
    return (_parsed(item), item.version) if item else (Ledger(endpoint=endpoint), 0)


def all_ledgers(table: StateTable) -> list[Ledger]:
    """All that can be read: one that cannot is an error for its own endpoint, and for no other."""
    found = []
    for item in table.list(KIND):
        with suppress(InvalidInputError):
            found.append(_parsed(item))
    return found


def _parsed(item: StateItem) -> Ledger:
    try:
        return Ledger.model_validate_json(item.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(
            f"not a ledger of retrainings: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=f"{KIND}/{item.name}",
            mend="Look at the target whether one runs, then delete the item: the next alarm begins a new ledger.",
        ) from None
