"""How a function is invoked: by messages of its queue, or by the state machine of backfills."""

from collections.abc import Mapping
from typing import Any, Protocol


class Remaining(Protocol):
    """Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


def is_backfill(event: Mapping[str, Any]) -> bool:
    """Whether an event is of the state machine: all others have messages."""
    return "backfill" in event
