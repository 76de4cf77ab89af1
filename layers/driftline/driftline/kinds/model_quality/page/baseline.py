"""The table of a baseline's metrics."""

from collections.abc import Mapping
from math import isnan

from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.presentation.tables import Column, Holds, Row, Table

_COLUMNS = (
    Column(name="metric", title="Metric", holds=Holds.TEXT),
    Column(name="value", title="Value", holds=Holds.NUMBER),
    Column(name="standard_deviation", title="Standard deviation", holds=Holds.NUMBER),
)


def baseline_metrics(files: Mapping[str, bytes], where: str) -> Table:
    """See `Reporter.baseline`."""
    quality = parse_baseline_quality(files["statistics.json"], where)
    return Table(
        name="metrics",
        title="Metrics of the baseline",
        noun="metric",
        columns=_COLUMNS,
        rows=tuple(
            Row(subject=name, cells=(name, figure.value, None if isnan(deviation) else deviation))
            for name, figure in quality.metrics.items()
            for deviation in (figure.standard_deviation,)
        ),
    )
