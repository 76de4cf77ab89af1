"""Waits for what has to follow, each for a bounded time."""

import time
from collections.abc import Callable

from local.patience import PATIENCE_SECONDS

_PAUSE_SECONDS = 1.0


def wait_for[T](look: Callable[[], T | None], what: str, check: Callable[[], None] = lambda: None) -> T:
    """The first answer that is not None.

    Args:
        check: Raises if the wait is over.

    Raises:
        TimeoutError: there was none.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        check()
        found = look()
        if found is not None:
            return found
        if time.monotonic() > give_up:
            raise TimeoutError(f"In vain: {what}, for {PATIENCE_SECONDS:.0f} seconds.")
        time.sleep(_PAUSE_SECONDS)
