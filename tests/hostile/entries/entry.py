"""What an entry point of hostile inputs is: it takes one in between two good neighbours, which must not notice."""

from datetime import UTC, datetime
from typing import Protocol

from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
FOLDER = "2026/03/01/14"


class Entry(Protocol):
    """One way into Driftline. Every method asserts that the neighbours are what they are without the bad one."""

    def body(self, change: Change) -> Outcome:
        """A whole file."""
        ...

    def value(self, raw: bytes) -> Outcome:
        """A single value of a file that is good otherwise, as JSON."""
        ...

    def time(self, text: str) -> Outcome:
        """A time in a file, or in the folders of a key where the files have none."""
        ...

    def name(self, name: str) -> Outcome:
        """The last part of the key of a good file."""
        ...


def folders_of(text: str) -> str:
    """A time as the folders of a key; other texts as they are."""
    return text.replace("-", "/").replace("T", "/").split(":")[0]
