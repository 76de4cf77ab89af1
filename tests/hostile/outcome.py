"""What became of a bad input: the words of the table in docs/design/hostile-inputs.md."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_ERROR = 8_000
"""Characters: an error is read by people, whatever is in the file. A key of 1,024 bytes may be named several times."""


class Word(StrEnum):
    """In the order from harmless to refused."""

    USED = "used"
    PARTLY = "partly"
    EMPTY = "empty"
    IGNORED = "ignored"
    REBUILT = "rebuilt"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and the words that people are shown, if any."""

    word: Word
    said: str = ""

    def __post_init__(self) -> None:
        if self.word is Word.REFUSED:
            assert self.said, "refused without a word"
        assert len(self.said) <= LONGEST_ERROR, f"{len(self.said)} characters: {self.said[:200]} …"
        assert "Traceback" not in self.said


def refused(error: Exception, named: str) -> Outcome:
    """What people are shown has to name what it is about."""
    said = str(error)
    assert named in said, said
    return Outcome(Word.REFUSED, said)
