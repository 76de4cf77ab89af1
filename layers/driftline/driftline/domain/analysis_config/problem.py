"""A problem of a configuration file: what is wrong, where, what was expected, how to fix it."""

from dataclasses import dataclass

from driftline.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, what was expected, how to fix it."""

    what: str
    where: str
    expected: str
    mend: str

    def error(self, where: str) -> InvalidInputError:
        place = f"{where}: {self.where}" if self.where else where
        return InvalidInputError(self.what, where=place, expected=self.expected, mend=self.mend)


def kind_of(value: object) -> str:
    """What JSON calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return f"{str(value).lower()}"
        case str():
            return f"the text {value!r}"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list" + ("" if value else " without an entry")
    return "an object"
