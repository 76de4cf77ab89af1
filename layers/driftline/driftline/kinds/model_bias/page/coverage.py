"""How many rows of each value of a facet have a label: labels that are missing for one group bend everything else."""

from collections.abc import Sequence

from driftline.kinds.model_bias.rules.summary import FacetSummary, ValueCoverage
from driftline.presentation.tables import Cell, Column, Holds, Medium, Row, Table
from driftline.presentation.text import count

_MOST = 100
"""Values in the table, of all facets together; the files have more."""

_COLUMNS = (
    Column(name="facet", title="Facet", holds=Holds.TEXT),
    Column(name="value", title="Value", holds=Holds.TEXT),
    Column(name="rows", title="Rows", holds=Holds.COUNT, on=Medium.NOTEBOOK),
    Column(name="shown", title="Rows", holds=Holds.FIGURE, on=Medium.PEOPLE),
    Column(name="labelled", title="With a label", holds=Holds.COUNT),
    Column(name="coverage", title="Share with a label", holds=Holds.SHARE),
    Column(name="predicted", title="With a prediction", holds=Holds.COUNT),
)
_NO_VALUE = "(no value)"


def coverage_table(facets: Sequence[FacetSummary], smallest: int) -> Table:
    """By facet, the most frequent value first; small ones without their figures, the smallest last."""
    every = [(facet.name, value) for facet in facets for value in facet.coverage]
    rows = [_row(facet, value, smallest) for facet, value in every[:_MOST]]
    more = len(every) - len(rows)
    note = f"{count(more, 'more value')} not shown." if more else ""
    return Table(
        name="coverage",
        title="Rows with a label, by value of each facet",
        noun="value",
        note=note,
        columns=_COLUMNS,
        rows=tuple(rows),
    )


def _row(facet: str, found: ValueCoverage, smallest: int) -> Row:
    name = _NO_VALUE if found.value is None else found.value
    figures: tuple[Cell, ...] = (None, f"fewer than {smallest:,}", None, None, None)
    if found.rows >= smallest:
        share = found.labelled / found.rows if found.rows else None
        figures = (found.rows, f"{found.rows:,}", found.labelled, share, found.predicted)
    return Row(cells=(facet, name, *figures))
