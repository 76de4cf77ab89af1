"""CSV text to columns: the only place that depends on an engine for it.

The fast way reads with DuckDB, columns that look numeric as DOUBLE, and then *proves* that DuckDB read every cell as
Deequ's patterns would. DuckDB also reads ` 1 `, `1_000`, `1.`, `.5`, `+7`, `inf` and `nan` as numbers; all of these
contain a byte, or a dot without digits on both sides, that plain numbers do not contain. So those are counted in the
whole text and in the cells that are texts anyway (`ByteCensus`): if the counts are equal, no number contains any. What
cannot be proven is done cell by cell (`csv_to_columns_by_cell`), with which the tests compare the fast way.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice, zip_longest
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from driftline.adapters.tables.database import open_database
from driftline.domain.capture.byte_census import ByteCensus, fractional_cells, line_ends
from driftline.domain.capture.cells import parse_number, present_to_columns, texts_to_columns
from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.capture.csv_rows import rows_of_csv

type Cells = NDArray[Any]
type Numbers = NDArray[np.float64]
type Mask = NDArray[np.bool_]

_SMALL = 150_000
"""Shorter texts (in bytes) are read cell by cell, which is faster than starting a scan."""

_NOT_PLAIN = (b'"', b"\r", b"\0")
_LOOKED_AT_ROWS = 100
_LOOKED_AT_CELLS = 20_000
"""Of wide rows fewer are looked at: guessing would take as long as reading them."""

_LOOKED_AT = 1_000
_GUESSES = 8
_EXACT = 2.0**53
"""Whole numbers below this are exact as doubles."""

_SUSPECTS = 500
"""Maximum number of single cells to look at before looking at all."""

_SMALL_NUMBER = 1e-3
"""Numbers closer to zero are written with an exponent by one language or another."""

_MARKS = (b".", b"e", b"E")
_SMALL_RANGE = 4096
_UNKNOWN: Mapping[str, int] = {}
_WRONG_COLUMN = re.compile(r'column "c(\d+)"')
_OPTIONS = (
    "auto_detect = false, header = false, delim = ',', new_line = '\\n', nullstr = '', "
    "parallel = false, buffer_size = 4000000, max_line_size = 1000000"
)


def csv_to_columns(data: bytes, width: int) -> Sequence[ColumnValues]:
    """The columns of header-less CSV whose rows all have `width` fields.

    Args:
        data: UTF-8, one row a line, quoted where a field needs it (`csv_rows.csv_line`).
        width: Number of fields of every row, which the caller has counted.

    Raises:
        ValueError: a row has another number of fields.
    """
    if len(data) >= _SMALL:
        columns = csv_to_columns_by_scan(data, width) or csv_to_columns_by_text(data, width)
        if columns is not None:
            return columns
    return csv_to_columns_by_cell(data, width)


def csv_to_columns_by_cell(data: bytes, width: int) -> Sequence[ColumnValues]:
    """The same, cell by cell: the reference for the fast way."""
    rows = rows_of_csv(data.decode())
    if any(len(row) != width for row in rows):
        raise ValueError(f"rows with another number of fields than {width}")
    return [texts_to_columns(cells) for cells in zip(*rows, strict=True)] if rows else [texts_to_columns(())] * width


def csv_to_columns_by_scan(data: bytes, width: int) -> Sequence[ColumnValues] | None:
    """The same with DuckDB; None if it cannot be proven to be the same."""
    if any(mark in data for mark in _NOT_PLAIN):
        return None
    if not data.endswith(b"\n"):
        data += b"\n"
    scanned = _scan_typed(data, width)
    if scanned is None:
        return None
    texts, numbers, missing = _take_apart(scanned)
    occurrences = {at: Counter(present) for at, present in texts.items()}
    census = ByteCensus.of(data) - ByteCensus.of_occurrences(chain(*(of.items() for of in occurrences.values())))
    if census.strange or census.bare_dots or not all(np.isfinite(present).all() for present in numbers.values()):
        return None  # infinite: beyond a double's range, so a text
    fractional = _fractional(data, width, numbers, missing, census)
    if fractional is None:
        return None
    columns = {at: present_to_columns(present, occurrences[at]) for at, present in texts.items()}
    as_written: list[int] = []
    for at, present in numbers.items():
        categories = _categories(present, plain_whole=not fractional[at] and not census.padded)
        if categories is _UNKNOWN:
            as_written.append(at)
        np.add(present, 0.0, out=present)  # minus zero becomes zero
        columns[at] = ColumnValues(present, len(present) - fractional[at], {}, categories)
    if as_written:
        found = _scan(data, ["VARCHAR"] * width, as_written)
        columns |= {at: present_to_columns(_present(cells).tolist()) for at, cells in found.items()}
    return [columns[at] for at in range(width)]


def csv_to_columns_by_text(data: bytes, width: int) -> Sequence[ColumnValues] | None:
    """The same with DuckDB finding the cells only: for quoted cells and numbers that need a closer look."""
    if b"\r" in data or b"\0" in data:
        return None
    try:
        found = _scan(data, ["VARCHAR"] * width, range(width), quote='"')
    except duckdb.Error:
        return None  # quotes that do not close, or a row with another number of fields
    return [present_to_columns(_present(found[at]).tolist()) for at in range(width)]


def _fractional(
    data: bytes, width: int, numbers: Mapping[int, Numbers], missing: Mapping[int, Mask], census: ByteCensus
) -> Mapping[int, int] | None:
    """Number of FRACTIONAL cells per numeric column; None if the rows do not all have that width.

    A number that is not whole has a dot or an exponent. When nothing else does, looking at the values is enough.
    Mostly a few cells differ: the `50.0` between `49.9` and `50.1`, the `4e-05` between `0.1` and `0.2`. If these
    suspects hold all exponents, every other number that is not whole has one dot, and if those dots and the suspects'
    are all there are, whole numbers have none. Only what this does not explain needs a look at all cells.
    """
    clear: dict[int, int] = {}
    suspects: dict[int, Mask] = {}
    for at, present in numbers.items():
        not_whole = present != np.floor(present)
        if census.exponents:
            not_whole &= np.abs(present) >= _SMALL_NUMBER
        clear[at] = int(np.count_nonzero(not_whole))
        suspects[at] = ~not_whole
    if not census.exponents and census.dots == sum(clear.values()):
        return clear
    mixed = {at: mask for at, mask in suspects.items() if clear[at] and clear[at] < len(mask)}
    if sum(len(mask) - clear[at] for at, mask in suspects.items() if at in mixed) <= _SUSPECTS:
        found = _cells_at(data, width, {at: _spread(mask, missing[at]) for at, mask in mixed.items()})
        held = [cell for cells in found.values() for cell in cells]
        exponents = sum(cell.count(b"e") + cell.count(b"E") for cell in held)
        dots = sum(cell.count(b".") for cell in held)
        if exponents == census.exponents and dots + sum(clear.values()) == census.dots:
            return {at: count + sum(map(_is_marked, found.get(at, ()))) for at, count in clear.items()}
    counted = fractional_cells(data, width)
    return None if counted is None else dict(enumerate(counted))


def _is_marked(cell: bytes) -> bool:
    return any(mark in cell for mark in _MARKS)


def _spread(chosen: Mask, missing: Mask) -> Mask:
    """Which of all rows are chosen, given which of the present ones are."""
    rows = ~missing
    rows[rows] = chosen
    return rows


def _cells_at(data: bytes, width: int, rows: Mapping[int, Mask]) -> Mapping[int, Sequence[bytes]]:
    """Column -> its cells in the chosen rows; none if the lines are not these rows."""
    ends = line_ends(data)
    if any(len(ends) != len(chosen) for chosen in rows.values()):
        return {}
    found: dict[int, list[bytes]] = {}
    for at, chosen in rows.items():
        lines = [data[data.rfind(b"\n", 0, end) + 1 : end].split(b",") for end in ends[chosen].tolist()]
        if any(len(cells) != width for cells in lines):
            return {}
        found[at] = [cells[at] for cells in lines]
    return found


def _scan_typed(data: bytes, width: int) -> dict[int, Cells] | None:
    """Columns that look numeric as float64, the others as text; None if the rows do not all have that width."""
    types = _guess_types(data, width)
    for _ in range(_GUESSES):
        try:
            return _scan(data, types, range(width))
        except duckdb.ConversionException as error:
            found = _WRONG_COLUMN.search(str(error))  # a text among numbers, beyond the sampled rows
            if found is None:
                return None
            types[int(found[1])] = "VARCHAR"
        except duckdb.Error:
            return None
    return None


def _guess_types(data: bytes, width: int) -> list[str]:
    looked_at = max(1, min(_LOOKED_AT_ROWS, _LOOKED_AT_CELLS // width))
    rows = [line.decode().split(",") for line in islice(_lines(data), looked_at)]
    columns = zip_longest(*(row for row in rows if len(row) == width))
    types = ["DOUBLE" if all(not cell or parse_number(cell) for cell in set(cells)) else "VARCHAR" for cells in columns]
    return types or ["VARCHAR"] * width


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start:end]
        start = end + 1


def _scan(data: bytes, types: Sequence[str], only: Iterable[int], quote: str = "") -> dict[int, Cells]:
    """Position -> cells, masked arrays where any is missing."""
    names = ", ".join(f"c{at}" for at in only)
    columns = ", ".join(f"'c{at}': '{kind}'" for at, kind in enumerate(types))
    with NamedTemporaryFile(prefix="columns-", suffix=".csv") as file:
        file.write(data)
        file.flush()
        options = f"columns = {{{columns}}}, quote = '{quote}', escape = '{quote}', {_OPTIONS}"
        query = f"SELECT {names} FROM read_csv(?, {options})"  # noqa: S608 - our own names
        found = _database().execute(query, [file.name]).fetchnumpy()
    return {int(name[1:]): cells for name, cells in found.items()}


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return open_database()


def _take_apart(scanned: dict[int, Cells]) -> tuple[dict[int, list[str]], dict[int, Numbers], dict[int, Mask]]:
    """Present texts and present numbers by position, and which rows miss a number.

    `scanned` is emptied, so that no column is in memory twice.
    """
    texts: dict[int, list[str]] = {}
    numbers: dict[int, Numbers] = {}
    missing: dict[int, Mask] = {}
    for at in sorted(scanned):
        column = scanned.pop(at)
        if column.dtype == object:
            texts[at] = _present(column).tolist()
        else:
            numbers[at], missing[at] = _present(column), np.ma.getmaskarray(column)
    return texts, numbers, missing


def _present(cells: Cells) -> Cells:
    """Without the missing ones, in row order."""
    return cells.compressed() if isinstance(cells, np.ma.MaskedArray) else cells


def _categories(present: Numbers, *, plain_whole: bool) -> Mapping[str, int] | None:
    """How often each number occurs by its text; `_UNKNOWN` where the text does not follow from the value.

    Args:
        present: The numbers.
        plain_whole: Whether all are written as whole numbers without leading zeros.
    """
    if len(np.unique(present[:_LOOKED_AT])) > MAX_CATEGORIES:
        return None
    if not plain_whole:
        return None if len(np.unique(present)) > MAX_CATEGORIES else _UNKNOWN
    if np.any(np.signbit(present) & (present == 0)):
        return _UNKNOWN
    return _whole_categories(present)


def _whole_categories(present: Numbers) -> Mapping[str, int] | None:
    """Counts of whole numbers, in the order of first occurrence; `_UNKNOWN` if doubles are not exact enough."""
    if not len(present):
        return {}
    low, high = present.min(), present.max()
    if max(-low, high) >= _EXACT:
        return _UNKNOWN
    if high - low < _SMALL_RANGE:
        at = (present - low).astype(np.int64)
        counts = np.bincount(at)
        first = np.empty(len(counts), dtype=np.int64)
        first[at[::-1]] = np.arange(len(at) - 1, -1, -1)  # the last one written is the first that occurs
        values = np.flatnonzero(counts)
        counts, first, values = counts[values], first[values], values + int(low)
    else:
        floats, first, counts = np.unique(present, return_index=True, return_counts=True)
        values = floats.astype(np.int64)
    if len(values) > MAX_CATEGORIES:
        return None
    return {str(values[at]): int(counts[at]) for at in np.argsort(first)}
