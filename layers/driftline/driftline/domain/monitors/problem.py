"""What is wrong in a monitor document that can be read: a field and what fits it."""

from dataclasses import dataclass

type Path = tuple[str | int, ...]
"""The keys and indices that lead to a field: `("columns", "input", 3)`."""


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """Something to fix; the path leads to the field in the document."""

    path: Path
    found: str
    allowed: str
    mend: str = ""
