"""A process of its own in which an entry point takes bad files, and what each of them costs there.

A file that hangs is ended by the kernel, one that kills the process ends it alone: the test says so in either case.
"""

import resource
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from tests.hostile.entries.baselines import Baselines
from tests.hostile.entries.captures import Captures
from tests.hostile.entries.documents import Documents
from tests.hostile.entries.entry import Entry
from tests.hostile.entries.labels import Labels
from tests.hostile.outcome import Outcome

ENTRIES: dict[str, type[Entry]] = {
    "capture": Captures,
    "label": Labels,
    "baseline": Baselines,
    "document": Documents,
}
_AT_MOST = 120
"""Seconds of CPU after which the kernel ends the process: far beyond every budget."""

_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What became of a file, and what it took.

    Attributes:
        seconds: CPU time of the process, all threads: other programs on the machine do not count.
        bytes: By how much the highest memory use of the process has grown.
    """

    outcome: Outcome
    seconds: float
    bytes: int


class Confined:
    """A context manager; the process ends with it."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def take(self, entry: str, body: bytes) -> Cost:
        """Takes one file.

        Raises:
            AssertionError: it ended the process, or a neighbour suffered.
        """
        running: Future[Cost] = self._pool.submit(_take, entry, body)
        try:
            return running.result()
        except BrokenProcessPool:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            raise AssertionError(f"{len(body):,} bytes ended the process, or took {_AT_MOST} s") from None


def _take(entry: str, body: bytes) -> Cost:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + _AT_MOST, hard))
    point = ENTRIES[entry]()
    point.body(lambda good: good)  # modules are imported, caches are filled
    peak, started = _peak(), time.process_time()
    outcome = point.body(lambda _: body)
    return Cost(outcome, time.process_time() - started, _peak() - peak)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES
