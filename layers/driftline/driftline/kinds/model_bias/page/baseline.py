"""The table of a baseline's metrics."""

from collections.abc import Mapping

from driftline.kinds.model_bias.page.names import clarifys_title
from driftline.kinds.model_bias.rules.analysis import SECTIONS, parse_analysis
from driftline.kinds.model_bias.rules.sentences import value_text
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.presentation.findings import row_name
from driftline.presentation.tables import Column, Holds, Medium, Row, Table

_COLUMNS = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="facet", title="Facet", holds=Holds.TEXT),
    Column(name="group", title="Group", holds=Holds.TEXT),
    Column(name="metric", title="Metric", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="name", title="Metric", holds=Holds.TEXT, on=Medium.PEOPLE),
    Column(name="value", title="Value", holds=Holds.NUMBER, on=Medium.NOTEBOOK),
    Column(name="shown", title="Value", holds=Holds.FIGURE, on=Medium.PEOPLE),
    Column(name="error", title="Why there is no value", holds=Holds.TEXT),
)


def baseline_metrics(files: Mapping[str, bytes], where: str) -> Table:
    """See `Reporter.baseline`. Labels first, then predictions."""
    analysis = parse_analysis(files["analysis.json"], where)
    sections = dict(analysis.sections())
    rows = tuple(
        Row(
            subject=row_name(subject_of(facet, entry.value_or_threshold), metric.name),
            cells=(
                row_name(subject_of(facet, entry.value_or_threshold), metric.name),
                facet,
                entry.value_or_threshold,
                metric.name,
                clarifys_title(metric.name),
                None if metric.value is None else float(metric.value),
                value_text(None if metric.value is None else float(metric.value)),
                metric.error,
            ),
        )
        for name in reversed(SECTIONS)
        if name in sections
        for facet, entries in sections[name].facets.items()
        for entry in entries
        for metric in entry.metrics
    )
    return Table(name="metrics", title="Metrics of the baseline", noun="metric", columns=_COLUMNS, rows=rows)
