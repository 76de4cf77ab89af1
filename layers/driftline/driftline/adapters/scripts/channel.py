"""Lines to and from another process through two pipes, with a limit on its silence.

Plain pipes, because AWS Lambda has no shared memory: queues and locks of `multiprocessing` do not work there.
"""

import os
import select
from typing import Self

LONGEST_ANSWER = 64 << 20
"""Maximum number of bytes of the answers to one request."""

_CHUNK = 1 << 16


class ChannelError(Exception):
    """The other process does not answer as it should.

    Attributes:
        answers: The whole lines that it had sent before.
    """

    def __init__(self, what: str, answers: list[bytes]) -> None:
        super().__init__(what)
        self.answers = answers


class SilentError(ChannelError):
    """No byte for too long."""


class ClosedError(ChannelError):
    """It has closed its pipe, mostly by ending."""


class TooMuchError(ChannelError):
    """It sends more than LONGEST_ANSWER, or more lines than were asked for."""


class Channel:
    """The near ends of two pipes, and until `close_far_ends` the far ends, for the other process to inherit."""

    def __init__(self) -> None:
        self.far_requests, self._requests = os.pipe()
        self._answers, self.far_answers = os.pipe()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._answers, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._requests)
        os.close(self._answers)

    def close_far_ends(self) -> None:
        """Only if no process of ours has them open does the end of the other process show."""
        os.close(self.far_requests)
        os.close(self.far_answers)

    def exchange(self, request: bytes, answers: int, silence: float) -> list[bytes]:
        """Sends a request; returns the lines of its answer.

        Args:
            request: Whole lines.
            answers: How many lines to wait for.
            silence: Seconds without a byte after which the other process counts as hanging.

        Raises:
            ChannelError: one of its kinds.
        """
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        poll.register(self._requests, select.POLLOUT)
        rest, received, lines = memoryview(request), bytearray(), 0
        while lines < answers:
            ready = dict(poll.poll(silence * 1000))
            if not ready:
                raise SilentError("no answer", _whole_lines(received))
            if self._requests in ready:
                rest = _write(self._requests, rest)
                if not rest:
                    poll.unregister(self._requests)
            if self._answers in ready:
                chunk = os.read(self._answers, _CHUNK)
                if not chunk:
                    raise ClosedError("no more answers", _whole_lines(received))
                received += chunk
                lines += chunk.count(b"\n")
                if len(received) > LONGEST_ANSWER:
                    raise TooMuchError(f"more than {LONGEST_ANSWER >> 20} MB", _whole_lines(received))
        found = _whole_lines(received)
        if len(found) > answers or not received.endswith(b"\n"):
            raise TooMuchError("more lines than were asked for", found[:answers])
        return found


def _write(pipe: int, rest: memoryview) -> memoryview:
    """What is left to write; nothing once the other side does not read: whether it has ended shows while reading."""
    try:
        return rest[os.write(pipe, rest[:_CHUNK]) :]
    except BrokenPipeError:
        return rest[:0]


def _whole_lines(received: bytearray) -> list[bytes]:
    return bytes(received).split(b"\n")[:-1]
