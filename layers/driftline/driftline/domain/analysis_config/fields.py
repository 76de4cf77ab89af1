"""Fields of a configuration file: each is read, and what is wrong with it is collected."""

import json
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from driftline.domain.analysis_config.problem import Problem, kind_of
from driftline.domain.json_reading import load_json


class Fields:
    """A JSON object at a place of the file; objects inside share its list of problems.

    Attributes:
        document: The object.
        prefix: Its place, such as `methods.shap.`; empty at the top.
        problems: In the order in which they were found.
    """

    def __init__(self, document: Mapping[str, Any], problems: list[Problem] | None = None, prefix: str = "") -> None:
        self.document = document
        self.problems: list[Problem] = [] if problems is None else problems
        self.prefix = prefix

    def __contains__(self, name: str) -> bool:
        return name in self.document

    def get(self, name: str) -> Any:
        return self.document.get(name)

    def problem(self, where: str, what: str, expected: str, mend: str) -> None:
        """`where`: the field in this object."""
        self.problems.append(Problem(what, f"{self.prefix}{where}", expected, mend))

    def unknown(self, known: Collection[str], of: str) -> None:
        """Reports fields that are not known.

        Args:
            of: What has the fields, for the sentence: `a field of {of}`.
        """
        for name in self.document:
            if name not in known:
                close = get_close_matches(name, sorted(known), n=1)
                fix = f"Rename it to {close[0]}." if close else "Remove it."
                self.problem(name, "an unknown field", f"a field of {of}", fix)

    def inside(self, name: str) -> "Fields":
        """The object in a field; without fields if there is none."""
        given = self.document.get(name)
        if given is not None and not isinstance(given, dict):
            self.problem(name, kind_of(given), "an object", "Write { } with its fields.")
        return Fields(given if isinstance(given, dict) else {}, self.problems, f"{self.prefix}{name}.")

    def text(self, name: str) -> str | None:
        """A text; a number is one, too."""
        given = self.document.get(name)
        if given is None or isinstance(given, str):
            return given
        if isinstance(given, int) and not isinstance(given, bool):
            return str(given)
        self.problem(name, kind_of(given), "text", "Put it into quotes.")
        return None

    def entries(self, name: str, kind: type | tuple[type, ...], expected: str) -> list[Any]:
        given = self.document.get(name)
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(each, kind) for each in given):
            self.problem(name, kind_of(given), expected, 'Write ["first", "second"].')
            return []
        return given

    def flag(self, name: str, *, default: bool) -> bool:
        given = self.document.get(name)
        if given is None or isinstance(given, bool):
            return default if given is None else given
        self.problem(name, kind_of(given), "true or false", f"Leave it out for {str(default).lower()}.")
        return default

    def whole(self, name: str, least: int, most: int | None = None) -> int | None:
        """A whole number in these bounds."""
        given = self.document.get(name)
        if given is None:
            return None
        whole = isinstance(given, int) and not isinstance(given, bool)
        if whole and given >= least and (most is None or given <= most):
            return int(given)
        expected = f"a whole number from {least:,} on" if most is None else f"a whole number, {least:,} to {most:,}"
        self.problem(name, kind_of(given), expected, "Leave it out for the default.")
        return None

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """One of these texts."""
        given = self.text(name)
        if given is not None and given not in allowed:
            close = get_close_matches(given, allowed, n=1)
            fix = f"Did you mean {close[0]}?" if close else "Write one of these."
            self.problem(name, f"{given!r}", ", ".join(allowed), fix)
            return None
        return given

    def probability(self, name: str) -> float | None:
        given = self.document.get(name)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
            number = isinstance(given, int | float) and not isinstance(given, bool)
            what = f"{given!r} is no probability" if number else kind_of(given)
            self.problem(name, what, "a number from 0 to 1", "Leave it out for 0.5.")
            return None
        return float(given)

    def column(self, column: object, where: str, headers: Sequence[str]) -> str | None:
        """The name of a column that is given by name or place; a place stays one, as text, without headers."""
        if isinstance(column, bool) or not isinstance(column, str | int):
            self.problem(where, kind_of(column), "a column name, or its place from 0 on", "Give the name as text.")
            return None
        if isinstance(column, int):
            if headers and not 0 <= column < len(headers):
                what = f"there is no column {column}"
                self.problem(where, what, f"0 to {len(headers) - 1}", "Columns are counted from 0 on.")
                return None
            return headers[column] if headers else str(column)
        if headers and column not in headers:
            close = get_close_matches(column, headers, n=1)
            fix = f"Did you mean {close[0]!r}?" if close else "Correct the name, or add it to headers."
            self.problem(where, f"{column!r} is not in headers", "a name from headers", fix)
            return None
        return column

    def columns(self, name: str, headers: Sequence[str]) -> tuple[str, ...]:
        """The names of a list of columns, which are given by name or place."""
        given = self.entries(name, (str, int), "a list of columns")
        found = [self.column(each, f"{name}[{number}]", headers) for number, each in enumerate(given)]
        return tuple(each for each in found if each is not None)

    def values(self, given: object, where: str) -> tuple[str | int | float | bool, ...]:
        """A list of values of the data."""
        if given is None:
            return ()
        if not isinstance(given, list):
            self.problem(where, kind_of(given), "a list, for example [1]", f"Write [{json.dumps(given)}].")
            return ()
        for number, each in enumerate(given):
            if not isinstance(each, str | int | float):
                place = f"{where}[{number}]"
                self.problem(place, kind_of(each), "text, a number, true or false", "Write the value as in the data.")
                return ()
        return tuple(given)


def fields_of(body: bytes | str) -> tuple[Fields | None, list[Problem]]:
    """The fields of a file, or None if it is no JSON object, and the list of its problems."""
    try:
        document = load_json(body)
    except ValueError as error:
        return None, [Problem(f"not JSON ({error})", "", "a JSON object", "Correct the syntax at this place.")]
    if not isinstance(document, dict):
        return None, [Problem(f"{kind_of(document)} at the top", "", "a JSON object", "Put the fields into { }.")]
    found = Fields(document)
    return found, found.problems
