"""The ways to read the two sides of a record, where one payload alone does not say how many rows it has.

* Some servers answer many rows with one list, one line of values, or an object of lists. If the other side has as many
  rows, each item belongs to its row.
* `{"a": [1, 2], "b": [3, 4]}` is two rows if the other side has, or may have, two as well.
* The first line of CSV is a header if all its cells are names, and either a column below has nothing but numbers, or
  only without it there are as many rows as on the other side.
"""

from collections.abc import Iterator

from driftline.domain.capture.csv_rows import CsvCell
from driftline.domain.capture.header_line import header_names, is_header, may_be_header
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.capture.json_tables import columns_length, flat, is_list_of_rows, spread
from driftline.domain.capture.payloads import CsvRows, NamedRows, Rows

type _Sides = tuple[Rows, Rows]


def matched(output: Rows | None, input_: Rows | None) -> tuple[Rows | None, Rows | None]:
    """Both sides with the same number of rows; a side that was not captured is None.

    Raises:
        PayloadError: there is no such way to read them.
    """
    if output is None or input_ is None:
        return _alone(output), _alone(input_)
    if len(output.rows) == len(input_.rows) == 1:
        return _one_each(output, input_)
    for sides in _with_or_without_headers(output, input_):
        found = _evened(*sides)
        if found:
            return found
    hint = ""
    if any(isinstance(side, CsvRows) and may_be_header(side.rows) for side in (output, input_)):
        hint = "; the first line of the CSV looks like a header"
    raise PayloadError(f"{len(output.rows)} output rows for {len(input_.rows)} input rows cannot be paired{hint}")


def _alone(side: Rows | None) -> Rows | None:
    if isinstance(side, CsvRows):
        return _without_header(side) if is_header(side.rows) else side
    if side is not None and len(side.rows) == 1 and (rows := columns_length(side.document, indexed=False)):
        return NamedRows(spread(side.document, rows) or side.rows)
    return side


def _one_each(output: Rows, input_: Rows) -> _Sides:
    """Two single rows, unless both may be columns of several rows, or are lists with one item each."""
    for side in (output, input_):
        rows = columns_length(side.document) if isinstance(side, NamedRows) else None
        if rows is None:
            continue
        both = _as_rows(output, rows), _as_rows(input_, rows)
        if both[0] and both[1]:
            return both[0], both[1]
    return output, input_


def _as_rows(side: Rows, rows: int) -> Rows | None:
    """A side with one row as this many; None if it cannot be."""
    if rows > 1:
        return _spread(side, rows)
    if isinstance(side, CsvRows):
        return side
    if columns_length(side.document) == 1:
        return NamedRows(spread(side.document, 1) or side.rows)
    return side if is_list_of_rows(side.document) else None


def _with_or_without_headers(output: Rows, input_: Rows) -> Iterator[_Sides]:
    """The readings of both sides, likeliest first."""
    for test in (is_header, may_be_header):
        outputs = [_without_header(output)] if isinstance(output, CsvRows) and test(output.rows) else []
        inputs = [_without_header(input_)] if isinstance(input_, CsvRows) and test(input_.rows) else []
        if test is is_header:
            yield from ((one, other) for one in (*outputs, output) for other in (*inputs, input_))
        else:
            yield from ((one, other) for one in (output, *outputs) for other in (input_, *inputs))


def _without_header(side: CsvRows) -> NamedRows:
    keys = [f".{name}" for name in header_names(side.rows[0])]
    return NamedRows([dict(zip(keys, map(CsvCell, row), strict=True)) for row in side.rows[1:]], typed=False)


def _evened(output: Rows, input_: Rows) -> _Sides | None:
    outputs, inputs = len(output.rows), len(input_.rows)
    if outputs == inputs:
        return output, input_
    if outputs == 1 and (spread_output := _spread(output, inputs)):
        return spread_output, input_
    if inputs == 1:
        if spread_input := _spread(input_, outputs):
            return output, spread_input
        if folded := _folded(output):
            return folded, input_
    if outputs == 1 and (folded := _folded(input_)):
        return output, folded
    return None


def _spread(side: Rows, rows: int) -> Rows | None:
    """One row as several, because the other side has several; None if it has not as many values."""
    if rows < 2:  # noqa: PLR2004 - several rows against one
        return None
    if isinstance(side, CsvRows):
        return CsvRows([[cell] for cell in side.rows[0]]) if len(side.rows[0]) == rows else None
    values = spread(side.document, rows)
    return NamedRows(values) if values else None


def _folded(side: Rows) -> Rows | None:
    """One row again, where a list next to other keys was taken for rows: the best three answers to one question."""
    if isinstance(side, CsvRows) or not isinstance(side.document, dict) or len(side.document) == 1:
        return None
    return NamedRows([flat(side.document)])
