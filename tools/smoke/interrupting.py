"""Ctrl-C, SIGTERM and the end of the terminal stop a run once; what it made is removed whatever comes after that.

A KeyboardInterrupt that Python raises in a finalizer is printed and dropped, so it is remembered as well.
"""

import signal
from collections.abc import Callable
from types import FrameType


class Interruption:
    """The signals of one run.

    Args:
        note: Called with a line for people who send another one.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._asked = False
        self._muted = False

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)

    def check(self) -> None:
        """Raises KeyboardInterrupt if somebody asked for it; long waits call it now and then."""
        if self._asked and not self._muted:
            raise KeyboardInterrupt

    def mute(self) -> None:
        """From now on, nothing is interrupted."""
        self._muted = True

    def _heard(self, _signal: int, _frame: FrameType | None) -> None:
        if self._asked or self._muted:
            self._note("Removing goes on. What a killed run leaves is removed with: make smoke ARGS=--clean")
            return
        self._asked = True
        raise KeyboardInterrupt
