"""Predictions wait in a bounded queue; one thread of each process makes capture files of them.

A prediction costs its request a few microseconds: a lock, and an entry in the queue. Lines, redaction and files are
made by the thread, in short slices, because a thread that runs Python code for long keeps all others waiting.
"""

import logging
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import NamedTuple

from driftline.capture.destinations import Destination
from driftline.capture.limits import Limits
from driftline.capture.names import file_name, hour_folder
from driftline.capture.processes import watch
from driftline.capture.records import Prediction, Redactors, line_of
from driftline.capture.statistics import Statistics

_log = logging.getLogger("driftline.capture")

_SLICE = 0.0002
_PAUSE = 0.0005
"""Seconds that the thread works, and then lets others run: an interpreter takes turns only every 5 ms by itself."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
"""Seconds between attempts to write a file; each wait is twice the one before."""
_LOG_EVERY = 300.0
"""Seconds between lines of statistics in the log."""

type Place = tuple[str, str, str]
"""Endpoint, variant and hour of a file."""


@dataclass(slots=True)
class _File:
    """Lines of one file."""

    time: float
    lines: list[bytes] = field(default_factory=list)
    size: int = 0


class _Waiting(NamedTuple):
    """A prediction in the queue, its size in bytes, and when it came, on the monotonic clock."""

    prediction: Prediction
    size: int
    since: float


class Writer:
    """A bounded queue, and the thread that empties it into a destination.

    Safe to use from any thread. A forked process begins with an empty queue and gets a thread of its own with the first
    record.
    """

    def __init__(self, destination: Destination, limits: Limits, redact: Redactors) -> None:
        self._destination = destination
        self._limits = limits
        self._redact = redact
        self.begin()
        watch(self)

    def begin(self) -> None:
        """With nothing in the queue, in a new process."""
        self._changed = Condition()
        self._queue: deque[_Waiting] = deque()
        self._thread: Thread | None = None
        self._stopping = self._giving_up = self._failing = self._hurry = False
        self._idle = False
        """Whether the thread waits for a file to be due."""
        self._queued = 0
        """Bytes in the queue."""
        self._reserved = 0
        """Bytes in the queue, in files that are written, and of requests that are not answered yet."""
        self._taken = self._settled = self._wanted = 0
        """Records that came, that were dealt with, and that somebody waits for, since the process began."""
        self._counts: dict[str, int] = defaultdict(int)
        self._last_error = ""
        self._logged = (time.monotonic(), Statistics())

    # What requests do

    def reserve(self, size: int) -> bool:
        """Whether there is room for so many bytes, which then belong to the caller."""
        with self._changed:
            if self._reserved + size > self._limits.queue_bytes:
                return False
            self._reserved += size
            return True

    def release(self, size: int) -> None:
        with self._changed:
            self._reserved -= size

    def put(self, prediction: Prediction, reserved: int = 0) -> bool:
        """Queues a prediction; False if it does not fit, which is counted.

        Args:
            reserved: Bytes that were reserved for it.
        """
        size = prediction.size
        with self._changed:
            self._reserved -= reserved
            if self._reserved + size > self._limits.queue_bytes:
                self._counts["dropped"] += 1
                return False
            self._reserved += size
            self._queued += size
            self._taken += 1
            self._queue.append(_Waiting(prediction, size, time.monotonic()))
            if self._idle and (len(self._queue) == 1 or self._is_full()):
                self._idle = False  # once: to wake a thread for each record would cost more than all the rest
                self._changed.notify_all()
            if self._thread is None:
                self._start()
            return True

    def count(self, what: str, error: str = "") -> None:
        """Counts what became of a prediction; the names are those of `Statistics`."""
        with self._changed:
            self._counts[what] += 1
            if error:
                self._last_error = error

    def statistics(self) -> Statistics:
        with self._changed:
            return self._statistics()

    def _statistics(self) -> Statistics:
        waiting = self._taken - self._counts["written"] - self._counts["failed"]
        return Statistics(captured=self._taken, waiting=waiting, last_error=self._last_error, **self._counts)

    # Beginning and end

    def start(self) -> None:
        """Starts the thread now, so that the first prediction does not pay for it."""
        with self._changed:
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        thread = Thread(target=self._run, name="driftline-capture", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # too many threads, or the interpreter ends; the next record tries again
            self._last_error = str(error)
        else:
            self._thread = thread

    def flush(self, seconds: float) -> bool:
        """Writes what has come so far; False if that took longer. What is not written stays in the queue."""
        with self._changed:
            target = self._wanted = self._taken
            if self._settled >= target:
                return True
            if self._thread is None:
                self._start()
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._settled >= target, seconds)

    def close(self, seconds: float | None = None) -> bool:
        """As `flush`, and ends the thread; what cannot be written after that is counted as failed. A record that comes
        later starts again."""
        seconds = self._limits.exit_seconds if seconds is None else seconds
        until = time.monotonic() + seconds
        done = self.flush(seconds)
        with self._changed:
            if self._thread is not None:
                self._stopping = self._hurry = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._thread is None, max(0.1, until - time.monotonic()))
        if not done:
            _log.error("Captured predictions were not all written when the process ended: %s", self.statistics().text())
        return done

    # What the thread does

    def _run(self) -> None:
        try:
            self._destination.open()
        except Exception as error:  # the first file tries again
            self._failed_once(error)
        while self._await_batch():
            self._write_batch()

    def _is_full(self) -> bool:
        return self._queued >= self._limits.batch_bytes or len(self._queue) >= self._limits.batch_records

    def _await_batch(self) -> bool:
        """Waits until a file is due; False when the thread should end."""
        with self._changed:
            while True:
                self._log_sometimes()
                if self._queue:
                    left = self._queue[0].since + self._limits.batch_seconds - time.monotonic()
                    if left <= 0 or self._is_full() or self._urgent():
                        return True
                    self._rest(min(left, _LOG_EVERY))
                elif self._stopping:
                    self._thread = None
                    self._stopping = self._giving_up = False
                    self._changed.notify_all()
                    return False
                else:
                    self._rest(_LOG_EVERY)

    def _rest(self, seconds: float) -> None:
        self._idle = True
        self._changed.wait(seconds)
        self._idle = False

    def _urgent(self) -> bool:
        return self._stopping or self._settled < self._wanted

    def _write_batch(self) -> None:
        """Makes lines of some predictions, the oldest first and no more than one file's, and writes them."""
        files: dict[Place, _File] = {}
        size = records = 0
        slice_ends = time.monotonic() + _SLICE
        while size < self._limits.batch_bytes and records < self._limits.batch_records:
            waiting = self._next()
            if waiting is None:
                break
            size += waiting.size
            records += 1
            self._add_line(waiting.prediction, files)
            if time.monotonic() >= slice_ends and not self._urgent():
                time.sleep(_PAUSE)
                slice_ends = time.monotonic() + _SLICE
        del waiting
        while files:
            self._write(*files.popitem())
        with self._changed:
            self._reserved -= size
            self._settled += records
            self._changed.notify_all()

    def _next(self) -> _Waiting | None:
        with self._changed:  # for one at a time: requests wait for this lock
            if not self._queue:
                return None
            waiting = self._queue.popleft()
            self._queued -= waiting.size
            return waiting

    def _add_line(self, prediction: Prediction, files: dict[Place, _File]) -> None:
        """To the file of its hour, which is written when it is large enough."""
        try:
            line = line_of(prediction, self._redact, self._limits.body_bytes)
            place = (prediction.endpoint, prediction.variant, hour_folder(prediction.time))
        except Exception as error:  # costs this record alone
            self._record_failed(error)
            return
        file = files.setdefault(place, _File(prediction.time))
        file.lines.append(line)
        file.size += len(line)
        if file.size >= self._limits.batch_bytes:
            self._write(place, files.pop(place))

    def _write(self, place: Place, file: _File) -> None:
        """Until it is stored, or the process ends. The same key again replaces a file whose answer was lost."""
        key = f"{'/'.join(place)}/{file_name(file.time)}"
        records, body = len(file.lines), b"".join(file.lines)
        file.lines.clear()
        wait = _FIRST_WAIT
        while not self._giving_up:
            try:
                self._destination.write(key, body)
            except Exception as error:
                self._failed_once(error, self._destination.uri(key))
                self._wait_to_try_again(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                self._stored(records)
                return
        with self._changed:
            self._counts["failed"] += records

    def _wait_to_try_again(self, seconds: float) -> None:
        """At most until somebody is in a hurry. Where one file failed and the process ends, no other is tried."""
        with self._changed:
            self._giving_up = self._stopping
            self._hurry = self._stopping
            self._changed.wait_for(lambda: self._hurry, min(seconds, _FIRST_WAIT) if self._urgent() else seconds)

    def _stored(self, records: int) -> None:
        with self._changed:
            self._counts["written"] += records
            recovered = self._failing
            self._failing = False
        if recovered:
            _log.warning("Captures are written again: %s", self.statistics().text())

    def _failed_once(self, error: Exception, where: str = "") -> None:
        with self._changed:
            self._counts["write_errors"] += 1
            self._last_error = f"{type(error).__name__}: {error}"
            known, self._failing = self._failing, True
        if not known:
            _log.warning("Captures cannot be written%s, trying again: %s", where and f" to {where}", self._last_error)

    def _record_failed(self, error: Exception) -> None:
        with self._changed:
            self._counts["failed"] += 1
            self._last_error = f"{type(error).__name__}: {error}"
            first = self._counts["failed"] == 1
        if first:
            _log.warning("A prediction cannot be captured; further ones are counted only: %s", self._last_error)

    def _log_sometimes(self) -> None:
        at, before = self._logged
        if time.monotonic() - at >= _LOG_EVERY and (now := self._statistics()) != before:
            self._logged = (time.monotonic(), now)
            _log.info("Captures: %s", now.text())
