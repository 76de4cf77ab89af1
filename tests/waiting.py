"""Waiting for what other processes and threads do: until it happens, however slow the machine is."""

import time
from collections.abc import Callable

from local.patience import PATIENCE_SECONDS

_PAUSE_SECONDS = 0.05


def wait_until(happened: Callable[[], object], what: str, seen: Callable[[], object] = lambda: "") -> None:
    """Looks again and again until it is true.

    Args:
        what: Stands in the failure.
        seen: What there is instead, for the failure.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < give_up, f"in vain: {what} {seen()}"
        time.sleep(_PAUSE_SECONDS)
