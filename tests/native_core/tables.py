"""Tables for the Parquet writer, and what a reader of the file must find."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

type Column = Sequence[str | int | None] | tuple[Sequence[int | None], Sequence[str]]

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["", "a", "0.5", "x" * 3000])
_INTEGERS = st.integers(-(2**31), 2**31 - 1) | st.integers(-2, 2)


@dataclass(frozen=True)
class Group:
    """A row group: its columns are texts (`t…`), integers (`i…`), or texts with a dictionary (`c…`)."""

    rank: str
    rows: int
    columns: dict[str, Column]

    def given(self) -> tuple[str, int, list[tuple[str, Column]]]:
        """As `write_parquet` takes it."""
        return self.rank, self.rows, list(self.columns.items())

    def cells(self, name: str) -> list[str | int | None]:
        column = self.columns.get(name, [None] * self.rows)
        if isinstance(column, tuple):
            codes, dictionary = column
            return [None if code is None else dictionary[code] for code in codes]
        return list(column)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    rows = draw(st.integers(0, 40))
    named = ["t1", "t2", "é, t", "c1", "c2", *(["i1", "i2"] if rows else [])]  # without cells, a column is of texts
    names = draw(st.lists(st.sampled_from(named), unique=True, min_size=1))
    return Group(draw(st.sampled_from(["", "a", "b"])), rows, {name: draw(_columns(name, rows)) for name in names})


def _columns(name: str, rows: int) -> st.SearchStrategy[Column]:
    def cells[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[Sequence[T | None]]:
        some: st.SearchStrategy[Sequence[T | None]] = st.lists(st.none() | values, min_size=rows, max_size=rows)
        return some | values.map(lambda value: [value] * rows) | st.just([None] * rows)

    if name.startswith("i"):
        # A column of None alone could be texts, too: the first cell says what it is.
        return st.tuples(_INTEGERS, cells(_INTEGERS)).map(lambda drawn: [drawn[0], *drawn[1]][:rows])
    if not name.startswith("c"):
        return cells(_TEXTS)
    return st.lists(_TEXTS, min_size=1, max_size=300).flatmap(
        lambda dictionary: st.tuples(cells(st.integers(0, len(dictionary) - 1)), st.just(dictionary))
    )


def expected(table: list[Group]) -> tuple[list[str], list[tuple[str | int | None, ...]]]:
    """(names of the columns, rows) of the file."""
    in_order = sorted(table, key=lambda group: group.rank)
    names = list(dict.fromkeys(name for group in in_order for name in group.columns))
    return names, [row for group in in_order for row in zip(*(group.cells(name) for name in names), strict=True)]
