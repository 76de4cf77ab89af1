"""Tables in which nothing is cut off: people copy names, times and ids from them."""

from collections.abc import Collection

from rich.table import Column, Table


def table_of(*names: str, numbers: Collection[str] = (), whole: Collection[str] = ()) -> Table:
    """A table that folds over several lines what the terminal is too narrow for.

    Args:
        names: Of the columns, from the left.
        numbers: Columns whose texts stand to the right.
        whole: Columns that stay on one line as long as the others can give way.
    """
    columns = (
        Column(name, justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in whole)
        for name in names
    )
    return Table(*columns)
