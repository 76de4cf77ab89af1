"""The ledgers of the endpoints' retrainings in the state table; one process at a time works on each."""

from contextlib import suppress
from datetime import timedelta

from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.retraining.ledger import Ledger
from driftline.usecases.one_at_a_time import Clock, Turns
from driftline.usecases.ports import StateTable

KIND = "retraining"
TURN = timedelta(seconds=150)
"""Longer than the function may run (two minutes)."""


def ledger_turns(table: StateTable, clock: Clock) -> Turns[Ledger]:
    """Turns on the ledgers, by endpoint.

    The clock only ends interrupted turns: decisions use the times of events and of deliveries.
    """
    return Turns(table, KIND, _read, TURN, clock)


def load_ledger(endpoint: str, table: StateTable) -> Ledger:
    """The endpoint's ledger; an empty one if there is none yet.

    Raises:
        InvalidInputError: it cannot be read. Nothing starts, because it is unknown what is running.
    """
    item = table.get(KIND, endpoint)
    return _read(endpoint, item.body if item else None)


def all_ledgers(table: StateTable) -> list[Ledger]:
    """All readable ledgers: an unreadable one is an error for its own endpoint only."""
    found = []
    for item in table.list(KIND):
        with suppress(InvalidInputError):
            found.append(_read(item.name, item.body))
    return found


def _read(endpoint: str, body: str | None) -> Ledger:
    if body is None:
        return Ledger(endpoint=endpoint)
    try:
        return Ledger.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(
            f"not a ledger of retrainings: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=f"{KIND}/{endpoint}",
            mend="Check at the target whether a retraining is running, then delete the item. The next alarm adds one.",
        ) from None
