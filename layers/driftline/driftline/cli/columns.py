"""Tables that never cut off text: people copy names, times and ids from them."""

from collections.abc import Collection

from rich.table import Column, Table


def table_of(*names: str, numbers: Collection[str] = (), whole: Collection[str] = ()) -> Table:
    """A table that wraps text where the terminal is too narrow.

    Args:
        names: Names of the columns, from the left.
        numbers: Right-aligned columns.
        whole: Columns that are wrapped last.
    """
    columns = (
        Column(name, justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in whole)
        for name in names
    )
    return Table(*columns)
