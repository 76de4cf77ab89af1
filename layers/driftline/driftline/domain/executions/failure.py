"""An execution that ended without a verdict: `failure.json` in the folder of its report."""

from typing import Self

import msgspec

from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.executions.place import Place
from driftline.domain.instants import format_instant, parse_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.windows import Window

FAILURE = "failure.json"
"""Next to where the verdict's files would be. Ignored if there is a statistics.json: a verdict came since."""


class Failure(msgspec.Struct, frozen=True):
    """Depends on the failure only, not on a clock: the same failure gives the same bytes.

    Attributes:
        scheduled_time, window_start, window_end: As text; no window if it failed before it was known.
        reason: The whole error in one text; `what`, `where`, `expected` and `mend` are its parts (DriftlineError).
    """

    endpoint: str
    monitor: str
    scheduled_time: str
    window_start: str | None
    window_end: str | None
    reason: str
    what: str
    where: str = ""
    expected: str = ""
    mend: str = ""

    @classmethod
    def of(cls, place: Place, window: Window | None, error: DriftlineError) -> Self:
        return cls(
            place.endpoint,
            place.monitor,
            format_instant(place.scheduled),
            format_instant(window.start) if window else None,
            format_instant(window.end) if window else None,
            *map(_writable, (str(error), error.what, error.where, error.expected, error.mend)),
        )

    @property
    def window(self) -> Window | None:
        if self.window_start is None or self.window_end is None:
            return None
        return Window(parse_instant(self.window_start), parse_instant(self.window_end))

    def to_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def _writable(text: str) -> str:
    """JSON may contain lone surrogates, which a file cannot."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


_FAILURES = JsonDecoder(Failure)


def parse_failure(body: bytes, where: str) -> Failure:
    """Raises InvalidInputError: not the record of a failure."""
    try:
        failure = _FAILURES.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not the record of a failed execution ({error})", where=where) from None
    _ = failure.window  # An invalid time is reported here, with its place.
    return failure


def failure_verdict(failure: Failure) -> str:
    """Says in one sentence that there is no verdict, and why."""
    what = failure.what.strip().rstrip(".")
    return f"No verdict: {what}." if what else "No verdict: the execution failed."
