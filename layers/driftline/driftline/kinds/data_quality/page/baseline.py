"""The table of a baseline's features."""

from collections.abc import Mapping

from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, parse_statistics
from driftline.presentation.tables import Cell, Column, Holds, Row, Table

_COLUMNS = (
    Column(name="name", title="Feature", holds=Holds.TEXT),
    Column(name="type", title="Type", holds=Holds.TEXT),
    Column(name="present", title="Present", holds=Holds.COUNT),
    Column(name="missing", title="Missing", holds=Holds.COUNT),
    Column(name="mean", title="Mean", holds=Holds.NUMBER),
    Column(name="min", title="Smallest", holds=Holds.NUMBER),
    Column(name="max", title="Largest", holds=Holds.NUMBER),
    Column(name="distinct", title="Distinct", holds=Holds.NUMBER),
)


def baseline_features(files: Mapping[str, bytes], where: str) -> Table:
    """See `Reporter.baseline`."""
    statistics = parse_statistics(files["statistics.json"], where)
    return Table(
        name="features",
        title="Features of the baseline",
        noun="feature",
        columns=_COLUMNS,
        rows=tuple(Row(subject=each.name, cells=_cells(each)) for each in statistics.features),
    )


def _cells(feature: FeatureStatistics) -> tuple[Cell, ...]:
    numbers, strings, common = feature.numerical_statistics, feature.string_statistics, feature.common
    figures = (numbers.mean, numbers.min, numbers.max) if numbers else (None, None, None)
    distinct = strings.distinct_count if strings else numbers.approximate_num_distinct_values if numbers else None
    return (feature.name, feature.inferred_type, common.num_present, common.num_missing, *figures, distinct)
