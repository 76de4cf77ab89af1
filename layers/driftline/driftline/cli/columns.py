"""Tables that never cut off text: people copy names, times and ids from them."""

from collections.abc import Collection

from rich.console import Console
from rich.table import Column, Table

_ANY_WIDTH = 100_000
_SENTENCE = 30
"""Characters in which a sentence can still be read."""


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


def show_table(console: Console, table: Table, *, names: int = 1, wraps: bool = False) -> None:
    """Prints a table; where the terminal is too narrow for it, a list: names that are folded can be neither read nor
    copied.

    Args:
        names: How many columns, from the left, say what a row is about.
        wraps: The last column has sentences, which may be wrapped, but not to less than `_SENTENCE`.
    """
    if _width(console, table, _SENTENCE if wraps else None) <= console.width:
        console.print(table)
        return
    headers = [str(column.header) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        cells = list(map(str, row))
        said = zip(headers[names:-1], cells[names:-1], strict=True)
        facts = ", ".join(f"{name} {cell}" for name, cell in said if cell)
        about = ", ".join(cell for cell in cells[:names] if cell)
        console.print(f"[bold]{about}[/bold]{f': {facts}' if facts else ''}", soft_wrap=True)
        for line in filter(None, cells[-1].split("\n")):
            console.print(f"  {line}", soft_wrap=True)


def _width(console: Console, table: Table, last: int | None) -> int:
    """Of the table with nothing wrapped, but for its last column at this width."""
    *_, column = table.columns
    column.max_width = last
    wanted = console.measure(table, options=console.options.update(max_width=_ANY_WIDTH)).maximum
    column.max_width = None
    return wanted
