"""Ctrl-C that is not lost.

Python raises KeyboardInterrupt wherever the main thread is. In a finalizer, or in a callback of the garbage collector,
it is printed and dropped, and nothing stops. So it is remembered as well.
"""

import signal
import threading
from types import FrameType

_LOOK_SECONDS = 1.0
_asked = threading.Event()


def listen() -> None:
    """Turns SIGINT and SIGTERM into KeyboardInterrupts that are remembered."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)


def check() -> None:
    """Raises KeyboardInterrupt if an interruption was requested; long waits call it now and then."""
    if _asked.is_set():
        raise KeyboardInterrupt


def wait() -> None:
    """Waits for an interruption. Raises KeyboardInterrupt."""
    while not _asked.wait(_LOOK_SECONDS):
        pass
    raise KeyboardInterrupt


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
