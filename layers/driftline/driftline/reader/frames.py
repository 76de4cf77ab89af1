"""pandas, where it is installed: frames whose columns have the same types whatever is in them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from driftline.domain.errors import DriftlineError

if TYPE_CHECKING:
    from pandas import DataFrame

type Row = Mapping[str, object]

TYPES: Mapping[str, str] = {
    "text": "str",
    "number": "float64",
    "count": "Int64",
    "flag": "boolean",
    "time": "datetime64[us, UTC]",
    "list": "object",
}
"""pandas' types of what a column holds; all but lists know missing values."""


class MissingPackageError(DriftlineError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, where: str) -> None:
        super().__init__(
            f"{package} is not installed", where=where, mend="In a clone of Driftline: pip install '.[notebook]'"
        )


def frame(rows: Sequence[Row], columns: Mapping[str, str], index: Sequence[str]) -> "DataFrame":
    """A frame of rows that all have these columns.

    Args:
        columns: Name -> what it holds, a key of TYPES; in their order.
        index: Columns that become the index; none for a running number.

    Raises:
        MissingPackageError: pandas is not installed.
    """
    pd = _pandas()
    made = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=TYPES[holds], name=name) for name, holds in columns.items()}
    )
    return made.set_index(list(index)) if index else made


def _pandas() -> Any:
    try:
        import pandas as pd  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise MissingPackageError("pandas", "data frames") from None
    return pd
