"""One value of a row of an endpoint's output, as SageMaker's `*_attribute` settings name it.

An attribute is an index (`"0"`), a name (`predicted_label`) or a JMESPath expression (`predictions[0].score`). What it
is, the row decides: a key or a column of that name goes first, then the index, then the expression.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import jmespath  # type: ignore[import-untyped]  # brings no types; Powertools depends on it
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]

from driftline.domain.errors import InvalidInputError

_EXPRESSION = re.compile(r"[][|@*&`(){}]")

type Output = Sequence[object] | Mapping[str, object]
"""One row of an endpoint's output: CSV cells in order, or what a JSON payload held for the row."""


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
    found: object = expression.search(row) if expression is not None else None
    return found


@cache
def compiled(attribute: str) -> jmespath.parser.ParsedResult | None:
    """The compiled expression; None for a name that is none, such as `emp-rate`."""
    try:
        return jmespath.compile(attribute)
    except JMESPathError as error:
        if not _EXPRESSION.search(attribute):
            return None
        raise InvalidInputError(
            f"{attribute!r} is no JMESPath expression: {str(error).splitlines()[0]}",
            expected="an index, a name or a JMESPath expression, for example predictions[0].score",
        ) from None
