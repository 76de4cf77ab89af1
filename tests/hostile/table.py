"""The tables of docs/design/hostile-inputs.md: what becomes of each kind of bad input at each entry point."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.hostile.outcome import Word
from tests.places import REPOSITORY

PAGE = REPOSITORY / "docs" / "design" / "hostile-inputs.md"
ENTRIES = ("capture", "label", "baseline", "document", "script", "state", "event")
FAMILIES = ("body", "value", "time", "name")


@dataclass(frozen=True, slots=True)
class Cell:
    """One statement of the page."""

    family: str
    kind: str
    entry: str
    word: Word

    @property
    def id(self) -> str:
        """As the page says how a test is called."""
        return f"{self.entry}: {self.family}: {self.kind}"


def cells() -> Iterator[Cell]:
    """In the order of the page. The head of a table is the family and the entry points."""
    head: list[str] = []
    for line in PAGE.read_text().splitlines():
        row = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if row[1:] == list(ENTRIES):
            head = row
        elif head and row and not set(line) <= set("|- "):
            yield from (Cell(head[0], row[0], entry, Word(word)) for entry, word in zip(head[1:], row[1:], strict=True))
        elif not row:
            head = []
