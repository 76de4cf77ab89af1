"""A table of a report as the page's template gets it, and what its rows open as the script does."""

from dataclasses import dataclass
from typing import cast

from driftline.presentation.cells import NUMERIC, cell_text, gauge_texts
from driftline.presentation.charts import Chart
from driftline.presentation.pages.execution.chart_data import Json, chart_data
from driftline.presentation.tables import (
    Cell,
    Column,
    Detail,
    Filter,
    Gauge,
    Holds,
    Marks,
    Medium,
    Named,
    Row,
    Table,
    Tagged,
    Uncompared,
)
from driftline.presentation.text import count, shown

_STEP = 5
"""Percent: style sheets of pages cannot have a width for each figure, because their policy forbids styles elsewhere."""


@dataclass(frozen=True, slots=True)
class HeadView:
    """Attributes: sort: where a first sort begins, `up` or `down`, empty if there is none; sorted: by it now."""

    name: str
    title: str
    numeric: bool
    sort: str
    sorted: bool
    legend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """Attributes: faint: a second text; tag: in a badge; fill: of a bar whose middle is the limit, in percent."""

    shows: str
    text: str = ""
    faint: str = ""
    tag: str = ""
    marks: tuple[str, ...] = ()
    plain: bool = False
    numeric: bool = False
    bad: bool = False
    over: bool = False
    fill: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """Attributes: keys: (column, what it is sorted by); tags: what filters look for, each between bars."""

    id: str
    index: int
    cells: tuple[CellView, ...]
    violated: bool
    keys: tuple[tuple[str, str], ...]
    tags: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """Attributes: opens: its rows open, and it can be searched, sorted and filtered."""

    name: str
    title: str
    noun: str
    many: str
    counted: str
    note: str
    opens: bool
    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]
    filters: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def is_opening(table: Table) -> bool:
    return any(row.detail is not None for row in table.rows)


def table_view(table: Table) -> TableView:
    columns = [(i, column) for i, column in enumerate(table.columns) if column.on & Medium.PAGE]
    counted = count(len(table.rows), table.noun, table.many)
    return TableView(
        name=table.name,
        title=table.title,
        noun=table.noun,
        many=table.many,
        counted=counted,
        note=table.note,
        opens=is_opening(table),
        heads=tuple(_head(column, table) for _, column in columns),
        rows=tuple(_row(rank, row, table, columns) for rank, row in enumerate(table.ordered)),
        filters=tuple(
            (each.title, tuple((shown(text), f"|{shown(tag)}|") for text, tag in each.choices))
            for each in table.filters
        ),
    )


def _choices(found: Filter) -> tuple[tuple[str, str], ...]:
    return tuple((shown(text), f"|{shown(tag)}|") for text, tag in found.choices)


def _head(column: Column, table: Table) -> HeadView:
    return HeadView(
        name=column.name,
        title=column.title,
        numeric=column.holds in NUMERIC,
        sort=column.sort or "",
        sorted=column.name == table.sorted_by,
        legend=column.holds is Holds.PICTURE and not column.title,
    )


def _row(rank: int, row: Row, table: Table, columns: list[tuple[int, Column]]) -> RowView:
    return RowView(
        id=f"{table.noun}-{rank}",
        index=rank,
        cells=tuple(_cell(row.cells[i], column, bad=column.name in row.bad) for i, column in columns),
        violated=row.violated,
        keys=tuple((column.name, _sort_key(row.cells[i])) for i, column in columns if column.sort),
        tags="".join(f"|{shown(tag)}|" for tag in sorted(row.tags)),
    )


def _cell(cell: Cell, column: Column, *, bad: bool) -> CellView:
    match cell:
        case Gauge():
            return _gauge(cell)
        case Uncompared(why):
            return CellView(shows="uncompared", text="not compared", faint=shown(why))
        case Marks(wrong, otherwise, plain):
            return CellView(shows="marks", marks=tuple(map(shown, wrong)), text=otherwise, plain=plain)
        case Named(text, name):
            return CellView(shows="text", text=shown(text), faint=shown(name) if cell.differs else "")
        case Tagged(text, tag):
            return CellView(shows="text", text=shown(text), tag=tag)
        case _:
            shows = "picture" if column.holds is Holds.PICTURE else "text"
    return CellView(shows=shows, text=cell_text(cell, column.holds), numeric=column.holds in NUMERIC, bad=bad)


def _gauge(gauge: Gauge) -> CellView:
    value, required = gauge_texts(gauge)
    return CellView(shows="gauge", text=value, faint=required, over=gauge.beyond, fill=bar_fill(gauge.excess))


def bar_fill(excess: float) -> int:
    """Percent of a bar. The limit is in its middle: a full bar is twice the limit or more."""
    return round(min(1.0, excess / 2) * 100 / _STEP) * _STEP if excess > 0 else 0


def _sort_key(cell: Cell) -> str:
    """Numbers as numbers; empty where there is none, which comes last either way."""
    match cell:
        case Gauge():
            return f"{cell.excess!r}" if cell.excess >= 0.0 else ""
        case Marks():
            return str(len(cell.wrong))
        case Tagged(text) | Named(text):
            return shown(text)
        case str():
            return shown(cell)
        case int() | float():
            return repr(float(cell))
        case _:
            return ""


def detail_data(row: Row, table: Table) -> dict[str, Json]:
    """What a row opens, and its small pictures: each is a chart that the row opens, too, by its place, or one more."""
    detail = row.detail or Detail()
    pictures: list[Json] = []
    for cell, column in zip(row.cells, table.columns, strict=True):
        if column.holds is Holds.PICTURE and column.on & Medium.PAGE:
            pictures.append(_picture(cell, detail))
    return {
        "pictures": pictures,
        "charts": [chart_data(chart) for chart in detail.charts],
        "tables": [_small(each) for each in detail.tables],
        "words": [[each.title, [shown(text) for text in each.texts], each.more] for each in detail.words],
    }


def _picture(cell: Cell, detail: Detail) -> Json:
    place = next((i for i, chart in enumerate(detail.charts) if chart is cell), None)
    return place if place is not None or cell is None else chart_data(cast("Chart", cell))


def _small(table: Table) -> dict[str, Json]:
    heads = [column.title for column in table.columns]
    rows: list[Json] = [
        [cell_text(cell, column.holds) for cell, column in zip(row.cells, table.columns, strict=True)]
        for row in table.ordered
    ]
    return {"title": table.title, "head": heads if any(heads) else None, "rows": rows}
