"""Tables that never cut off text: people copy names, times and ids from them."""

from collections.abc import Collection

from rich.console import Console
from rich.table import Column, Table

_ANY_WIDTH = 100_000


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


def fits(console: Console, table: Table) -> bool:
    """Whether nothing of the table would be wrapped: names that are folded can be neither read nor copied."""
    wanted = console.measure(table, options=console.options.update(max_width=_ANY_WIDTH))
    return wanted.maximum <= console.width
