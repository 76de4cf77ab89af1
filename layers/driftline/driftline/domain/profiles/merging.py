"""Merges the parts of a window, wide tables one after the other.

The profile of a column takes up to 60 kB, so the parts of tables with thousands of columns do not fit into memory
together. A sketch that is merged in steps differs from one that is merged at once, within its error. So which way is
taken follows from the parts alone: replays give the same bytes, and tables of usual width are merged at once.
"""

from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.span import Layout, WindowProfile
from driftline.domain.profiles.table import TableProfile

WIDE = 1_000
"""Columns from which on a table is merged part by part."""

MOST_COLUMNS_OF_A_WINDOW = 4_200
"""Columns of a window with thousands of values each; columns with few values count less.

With 4,096 of them, an execution of data quality takes 1.6 of the 1.77 GB that run_monitor has."""

_SKETCH = 6_000
"""Values that a column keeps of any number of rows."""
_EMPTY = 1_000
"""What a column takes besides its values, in values."""
_MOST = MOST_COLUMNS_OF_A_WINDOW * (_SKETCH + _EMPTY)


class Merging:
    """The merge of the parts that were added, in the order in which they were."""

    def __init__(self) -> None:
        self._tables: dict[Layout, list[TableProfile]] = {}
        self._records = self._rejected = self._skipped = 0

    def add(self, part: WindowProfile) -> None:
        """Raises InvalidInputError: the wide tables take more memory than there is for them."""
        self._records += part.records
        self._rejected += part.rejected
        self._skipped += part.skipped
        for layout, table in part.layouts.items():
            tables = self._tables.setdefault(layout, [])
            tables.append(table)
            if any(is_wide(each) for each in tables):
                tables[:] = [TableProfile.merge_all(tables)]
                self._check()

    def merged(self) -> WindowProfile:
        layouts = {layout: TableProfile.merge_all(tables) for layout, tables in self._tables.items()}
        return WindowProfile(layouts, self._records, self._rejected, self._skipped)

    def _check(self) -> None:
        wide = {layout: tables[0] for layout, tables in self._tables.items() if is_wide(tables[0])}
        if sum(map(_kept, wide.values())) > _MOST:
            found = ", ".join(f"{len(wide[layout].columns):,} of {layout}" for layout in sorted(wide))
            raise InvalidInputError(
                f"the captures of the window have too many columns: {found}",
                expected=f"at most {MOST_COLUMNS_OF_A_WINDOW:,} with thousands of values, in all layouts together",
                mend="Let a preprocessing script return fewer columns, such as the norm of an embedding, or give rows "
                "of other shapes an endpoint of their own.",
            )


def is_wide(table: TableProfile) -> bool:
    return len(table.columns) > WIDE


def _kept(table: TableProfile) -> int:
    return sum(min(column.present, _SKETCH) + _EMPTY for column in table.columns.values())
