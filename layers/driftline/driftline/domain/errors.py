"""Errors that a user can fix: each says what is wrong, where, what was expected and how to fix it."""

from typing import TYPE_CHECKING, override

if TYPE_CHECKING:
    from pydantic import ValidationError

_SHOWN = 3
"""Maximum number of problems listed in the error of one file."""


class DriftlineError(Exception):
    """Base of all errors that Driftline raises on purpose.

    Args:
        what: What is wrong, in one sentence.
        where: The object, line, field or row.
        expected: What would have been accepted.
        mend: How to fix it.
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
    """Invalid input: a retry cannot help, the user has to fix it."""


class UnreadableStateError(InvalidInputError):
    """An object below `state/` that no version wrote like this: damaged, cut off, or somebody else's.

    Everything there follows from objects of the user, so it is moved aside and made again
    (usecases/unreadable_state.py). What another version wrote is not unreadable in this sense: it is left alone.

    Args:
        key: The object's key.
    """

    def __init__(self, what: str, key: str) -> None:
        super().__init__(what, where=key, mend="It is moved below state/unreadable/ and made again.")
        self.key = key


class ObjectNotFoundError(DriftlineError):
    """An object that a use case needs does not exist."""


class StaleReadError(DriftlineError):
    """Something changed while it was read: the platform should deliver the event again."""


class RetryLaterError(DriftlineError):
    """Another system cannot do it now: the platform should deliver the event again.

    Attributes:
        after: Minimum number of seconds to wait, if the other system gave one.
    """

    def __init__(self, what: str, *, where: str = "", after: float | None = None) -> None:
        super().__init__(what, where=where)
        self.after = after


class PendingError(DriftlineError):
    """What was asked for is not there yet; it was requested, and who waits is asked again when it is.

    Attributes:
        needs: Keys of the objects that are waited for.
    """

    def __init__(self, what: str, *, needs: tuple[str, ...], where: str = "") -> None:
        super().__init__(what, where=where)
        self.needs = needs


def unreadable(error: "ValidationError", where: str) -> InvalidInputError:
    """The error for a file of a baseline or an execution: its first problems, each with the path of its field."""
    problems = error.errors(include_url=False)
    lines = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in problems[:_SHOWN]]
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return InvalidInputError(
        "; ".join(lines) + more,
        where=where,
        expected="a file as written by SageMaker Model Monitor or Driftline",
        mend="Correct these fields, or remove the file and upload the data set again to get a new suggestion.",
    )
