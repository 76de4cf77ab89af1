"""A baseline's data set as readers yield it, whatever its file format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.capture.columns import MOST_COLUMNS, ColumnValues
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.column import ColumnProfile


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file by column name, in the file's order of columns."""

    rows: int
    columns: Mapping[str, ColumnValues]


@dataclass(frozen=True, slots=True, eq=False)
class RowBatch:
    """Some rows of a file, as written.

    Attributes:
        rows: Cells in the order of the columns, or the object of a line of JSON.
        names: Names of the columns; for objects, the keys of the first one.
    """

    rows: Sequence[Sequence[object]] | Sequence[Mapping[str, object]]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfiledDataset:
    """What a data set looks like.

    Attributes:
        features: (name, profile), output columns first.
        left_out: Columns of the files that are not in the monitor document.
        warnings: Columns that are probably no features: an index, ids, dates, constants.
        by_place: The columns have no names, neither of their own nor from the monitor document.
    """

    rows: int
    features: tuple[tuple[str, ColumnProfile], ...]
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    by_place: bool = False


def refuse_many_columns(columns: int, where: str) -> None:
    """Raises InvalidInputError: a data set with more columns than are read."""
    if columns > MOST_COLUMNS:
        raise InvalidInputError(
            f"{columns:,} columns",
            where=where,
            expected=f"at most {MOST_COLUMNS:,}",
            mend="Leave out columns, or make few numbers of long lists, such as embeddings.",
        )
