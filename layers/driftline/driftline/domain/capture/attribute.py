"""One value of a row of an endpoint's output, as SageMaker's `*_attribute` settings name it.

An attribute is an index (`"0"`), a name (`predicted_label`) or a JMESPath expression (`predictions[0].score`). What it
is, the row decides: a key or a column of that name goes first, then the index, then the expression.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import jmespath  # type: ignore[import-untyped]  # brings no types; Powertools depends on it
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]
from jmespath.functions import Functions  # type: ignore[import-untyped]

from driftline.domain.errors import InvalidInputError

_EXPRESSION = re.compile(r"[][|@*&`(){}]")

type Output = Sequence[object] | Mapping[str, object]
"""One row of an endpoint's output: CSV cells in order, or what a JSON payload held for the row."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A JMESPath expression. One that fails on a row finds nothing there: `max(scores)` where a score is a text."""

    parsed: jmespath.parser.ParsedResult

    def search(self, document: object) -> object:
        """What it finds; None if that is nothing, or if it fails."""
        return self._searched(document)[0]

    def failure(self, document: object) -> str | None:
        """Why it fails on the document, for people; None if it does not."""
        return self._searched(document)[1]

    def _searched(self, document: object) -> tuple[object, str | None]:
        try:
            return self.parsed.search(document), None
        except (JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            # The library compares values of different types as Python does, and does not translate its errors.
            return None, _first_line(error)
        except RecursionError:
            return None, "the document is nested too deeply"


def pick(attribute: str, row: object, columns: Sequence[str] = ()) -> object:
    """The attribute's value in a row; None if it is not there.

    Args:
        columns: Names of the row's cells, where the row is a list.

    Raises:
        InvalidInputError: the attribute is meant as a JMESPath expression, and is none.
    """
    if isinstance(row, Mapping):
        if attribute in row:
            return row[attribute]
        cells = list(row.values())
    elif isinstance(row, Sequence) and not isinstance(row, str | bytes):
        if attribute in columns:
            place = columns.index(attribute)
            return row[place] if place < len(row) else None
        cells = list(row)
    else:
        # A lone value stands for itself, as the first and only column.
        return row if attribute == "0" or attribute in columns[:1] else None
    if attribute.isdecimal():
        return cells[int(attribute)] if int(attribute) < len(cells) else None
    expression = compiled(attribute)
    return expression.search(row) if expression is not None else None


def why_it_fails(attribute: str, row: object) -> str | None:
    """For what `pick` does not find: why the expression fails on the row; None if it just finds nothing."""
    expression = compiled(attribute)
    return expression.failure(row) if expression is not None else None


@cache
def compiled(attribute: str) -> Expression | None:
    """The compiled expression; None for a name that is none, such as `emp-rate`.

    Raises:
        InvalidInputError: it is meant as an expression, and is none.
    """
    try:
        return Expression(jmespath.compile(attribute))
    except JMESPathError as error:
        if not _EXPRESSION.search(attribute):
            return None
        raise _no_expression(attribute, _first_line(error)) from None
    except RecursionError:
        raise _no_expression(attribute, "it is nested too deeply") from None


def check_expression(attribute: str) -> None:
    """Refuses what can be compiled and fails on every row: an unknown function, or one with too few arguments.

    For settings. In a data set a column may have such a name: `price(usd)`.

    Raises:
        InvalidInputError: it is no expression, or fails on every row.
    """
    expression = compiled(attribute)
    wrong = next(_always_fails(expression.parsed.parsed), None) if expression is not None else None
    if wrong is not None:
        raise _no_expression(attribute, wrong)


def _no_expression(attribute: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{attribute!r} is no JMESPath expression: {why}",
        expected="an index, a name or a JMESPath expression, for example predictions[0].score",
    )


def _always_fails(node: object) -> Iterator[str]:
    """What the library checks only when it searches."""
    if not isinstance(node, Mapping):
        return
    kind, children = node["type"], node["children"]
    if kind == "slice" and children[2] == 0:
        yield "the step of a slice cannot be 0"
    if kind == "function_expression":
        yield from _wrong_call(node["value"], len(children))
    for child in children:
        yield from _always_fails(child)


def _wrong_call(name: str, given: int) -> Iterator[str]:
    """https://jmespath.org/specification.html#functions-expressions."""
    function = Functions.FUNCTION_TABLE.get(name)
    if function is None:
        yield f"there is no function {name}()"
        return
    wanted = function["signature"]
    more = bool(wanted) and bool(wanted[-1].get("variadic"))
    if given < len(wanted) or (given > len(wanted) and not more):
        noun = "argument" if len(wanted) == 1 and not more else "arguments"
        yield f"{name}() takes {len(wanted)}{' or more' if more else ''} {noun}, not {given}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
