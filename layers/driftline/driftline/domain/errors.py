"""Errors that a user can mend: each says what, where, what was expected and how to mend it."""

from typing import TYPE_CHECKING, override

if TYPE_CHECKING:
    from pydantic import ValidationError

_SHOWN = 3
"""Problems of one file that its error lists."""


class DriftlineError(Exception):
    """Base of all errors that Driftline raises on purpose.

    Args:
        what: What was found, in one sentence.
        where: The object, line, field or row that it was found in.
        expected: What would have been accepted.
        mend: What the user does next.
    """

    def __init__(self, what: str, *, where: str = "", expected: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.mend = mend

    @override
    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if (self.expected or self.mend) and not parts[0].endswith((".", "!", "?")):
            parts[0] += "."
        if self.expected:
            parts.append(f"Expected: {self.expected}.")
        if self.mend:
            parts.append(self.mend)
        return " ".join(parts)


class InvalidInputError(DriftlineError):
    """Bad input: retrying cannot help, the user has to mend it."""


class ObjectNotFoundError(DriftlineError):
    """An object that a use case needs is not in the store."""


class StaleReadError(DriftlineError):
    """Something changed while it was read: the platform should deliver the event again."""


class RetryLaterError(DriftlineError):
    """Another system cannot do it now: the platform should deliver the event again.

    Attributes:
        after: Seconds to wait at least, if the other system said so.
    """

    def __init__(self, what: str, *, where: str = "", after: float | None = None) -> None:
        super().__init__(what, where=where)
        self.after = after


def unreadable(error: "ValidationError", where: str) -> InvalidInputError:
    """The error for a file of a baseline or an execution: its first problems, each with the path of its field."""
    problems = error.errors(include_url=False)
    lines = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in problems[:_SHOWN]]
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return InvalidInputError(
        "; ".join(lines) + more,
        where=where,
        expected="a file as SageMaker Model Monitor or Driftline writes it",
        mend="Correct the named fields, or remove the file and upload the data set again to have it suggested anew.",
    )
