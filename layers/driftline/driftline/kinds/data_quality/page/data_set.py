"""The window and what it is compared with as a whole: rows, kinds of features, what is missing, what never changes."""

from collections.abc import Sequence

from driftline.kinds.data_quality.facts import Feature
from driftline.kinds.data_quality.rules.statistics import NUMERIC_TYPES, FeatureStatistics
from driftline.presentation.tables import Column, Holds, Row, Table
from driftline.presentation.text import NOTHING, percent


def data_set_table(rows: int, features: Sequence[Feature], beside: str) -> Table:
    """Everything that can be counted over all features, next to what the window is compared with."""
    now = [feature.current for feature in features]
    then = [feature.reference for feature in features if feature.reference is not None]
    counted = zip(_counted(rows, now), _counted(_rows(then), then), strict=True)
    return Table(
        name="data-set",
        title="The window as a whole",
        columns=(
            Column(name="what", title="", holds=Holds.TEXT),
            Column(name="baseline", title=beside, holds=Holds.FIGURE),
            Column(name="window", title="Window", holds=Holds.FIGURE),
        ),
        rows=tuple(
            Row(cells=(label, reference if then else NOTHING, current)) for (label, current), (_, reference) in counted
        ),
    )


def _counted(rows: int, features: Sequence[FeatureStatistics]) -> list[tuple[str, str]]:
    missing = sum(each.common.num_missing for each in features)
    cells = missing + sum(each.common.num_present for each in features)
    counts = {
        "Rows": rows,
        "Features": len(features),
        "Features with numbers": sum(each.inferred_type in NUMERIC_TYPES for each in features),
        "Features with texts": sum(each.inferred_type == "String" for each in features),
        "Features without any value": sum(not each.common.num_present for each in features),
        "Features with one value only": sum(map(_is_constant, features)),
        "Features with missing values": sum(each.common.num_missing > 0 for each in features),
    }
    share = percent(missing / cells) if cells else "–"
    return [*((label, f"{count:,}") for label, count in counts.items()), ("Missing values", f"{missing:,} ({share})")]


def _rows(features: Sequence[FeatureStatistics]) -> int:
    """Of the data set behind the features: each of them has all its rows."""
    return max((each.common.num_present + each.common.num_missing for each in features), default=0)


def _is_constant(feature: FeatureStatistics) -> bool:
    if not feature.common.num_present:
        return False
    numbers = feature.numerical_statistics
    if numbers is not None:
        return numbers.min is not None and numbers.min == numbers.max
    return feature.histogram is not None and len(feature.histogram) == 1
