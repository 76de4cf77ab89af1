"""Instants: points in time that come from data, from events and from people, within stated bounds.

Some programs write their zero time, year 0001 (.NET, Go), or their last one, year 9999, for a time that is unknown.
Neither is a time at which anything happened, and arithmetic near the ends of the calendar fails far from where the time
came in. Therefore every instant is checked here, where it comes in, and the rest of the code can add days and zones to
it freely.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from driftline.domain.errors import InvalidInputError

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""The first instant that is accepted."""

END = datetime(2200, 1, 1, tzinfo=UTC)
"""The first instant that is not accepted any more."""

BOUNDS = f"a time from {EARLIEST.year} to {END.year - 1}"


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant as a UTC datetime; a text without an offset is UTC.

    Raises:
        InvalidInputError: not an ISO 8601 instant, or out of bounds.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"{text!r} is not a time", expected="ISO 8601, for example 2026-03-01T14:00:00Z"
        ) from None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the offset leads out of the calendar
        raise _out_of_bounds(repr(text)) from None
    if not EARLIEST <= moment < END:
        raise _out_of_bounds(repr(text))
    return moment


def format_instant(moment: datetime) -> str:
    """`2026-03-01T14:00:00Z`; fractions of a second are kept when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def within_bounds(moment: datetime) -> datetime:
    """The same aware datetime.

    Raises:
        InvalidInputError: it is out of bounds.
    """
    if not EARLIEST <= moment < END:
        raise _out_of_bounds(moment.isoformat())
    return moment


def _valid(moment: datetime) -> datetime:
    try:
        return within_bounds(moment)
    except InvalidInputError as error:
        raise ValueError(str(error)) from None  # what pydantic expects of a validator


def _out_of_bounds(text: str) -> InvalidInputError:
    return InvalidInputError(f"{text} is out of bounds", expected=BOUNDS)


Instant = Annotated[AwareDatetime, AfterValidator(_valid)]
"""The type of an instant in a pydantic model."""
