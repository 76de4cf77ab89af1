"""One line of an examination: what was looked at, whether it is fine, and otherwise what to do."""

from dataclasses import dataclass
from typing import Literal

type State = Literal["ok", "advice", "fault", "unseen"]
"""`advice`: it works, and something is probably not meant. `unseen`: nobody could look, so it may be anything."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one check found.

    Attributes:
        text: What is, in one sentence.
        mend: What to do, with the command; empty if there is nothing to do.
    """

    state: State
    text: str
    mend: str = ""

    @property
    def healthy(self) -> bool:
        return self.state in {"ok", "advice"}


def ok(text: str) -> Line:
    return Line("ok", text)


def advice(text: str, mend: str) -> Line:
    return Line("advice", text, mend)


def fault(text: str, mend: str) -> Line:
    return Line("fault", text, mend)
