"""What opens below a feature's row: its distribution and the baseline's, its history, its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.executions.past import PastExecution, Point
from driftline.kinds.data_quality.facts import COMPLETENESS, DRIFT, Drift, Feature
from driftline.kinds.data_quality.page.distributions import distribution_of
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics
from driftline.presentation.charts import Categories, Chart, Cumulative, Histogram, OverTime, Series, points_of
from driftline.presentation.distributions import Distribution
from driftline.presentation.findings import place_of
from driftline.presentation.tables import Cell, Column, Holds, Row, Table, Words
from driftline.presentation.text import NOTHING, interval, number, percent, shown

NO_BASELINE = "there is no baseline for it"
_MOST_NEW = 30
_NUMBERS = (("Mean", "mean"), ("Standard deviation", "std_dev"), ("Smallest", "min"), ("Largest", "max"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCharts:
    """Those that there are."""

    distribution: Chart | None
    cumulative: Chart | None
    drift: Chart | None
    completeness: Chart | None

    @property
    def all(self) -> tuple[Chart, ...]:
        found = (self.distribution, self.cumulative, self.drift, self.completeness)
        return tuple(chart for chart in found if chart is not None)


def charts_of(feature: Feature, past: Sequence[PastExecution]) -> FeatureCharts:
    """A course is drawn where there is one: two executions that know the drift, a completeness that is not constant."""
    found = distribution_of(feature.current, feature.reference)
    drift, completeness = drift_series(feature, past), completeness_series(feature, past)
    constant = len({point.value for point in completeness.points}) == 1
    return FeatureCharts(
        distribution=_distribution(feature.name, found),
        cumulative=_cumulative(feature, found),
        drift=OverTime(drift, "Over the last windows") if drift.known > 1 else None,
        completeness=None if constant else OverTime(completeness, "Completeness over the last windows"),
    )


def feature_series(feature: Feature, past: Sequence[PastExecution]) -> tuple[Series, Series]:
    """Its figures over time."""
    return drift_series(feature, past), completeness_series(feature, past)


def drift_series(feature: Feature, past: Sequence[PastExecution]) -> Series:
    drift = feature.drift
    p_value = drift is not None and drift.is_p_value
    return Series(
        subject=feature.name,
        name=DRIFT,
        title="p-value" if p_value else "Drift",
        points=points_of((feature.name, DRIFT), past, Point(drift.value if drift else None)),
        measure="p_value" if p_value else "distance",
        limit=drift.threshold if drift else None,
        side="at_least" if p_value else "at_most",
        violated=drift is not None and drift.drifted,
    )


def completeness_series(feature: Feature, past: Sequence[PastExecution]) -> Series:
    share = feature.current.common.completeness
    return Series(
        subject=feature.name,
        name=COMPLETENESS,
        title="Completeness",
        points=points_of((feature.name, COMPLETENESS), past, Point(share)),
        measure="share",
        limit=feature.expected_completeness,
        side="at_least",
        from_zero=False,
    )


def _distribution(name: str, found: Distribution) -> Chart | None:
    if found.bars:
        return Categories(title="Distribution", subject=name, bars=found.bars)
    if found.bins and found.quantiles:
        sides = (found.quantiles.baseline, found.quantiles.current)
        baseline, current = (side[len(side) // 2] if side else None for side in sides)
        return Histogram(title="Distribution", subject=name, bins=found.bins, medians=(baseline, current))
    return None


def _cumulative(feature: Feature, found: Distribution) -> Chart | None:
    if found.quantiles is None:
        return None
    mark = feature.drift.location if feature.drift else None
    edges = found.bins.edges if found.bins else None
    return Cumulative(
        title="Distribution function",
        subject=feature.name,
        quantiles=found.quantiles,
        mark=mark if isinstance(mark, float | int) else None,
        within=(edges[0], edges[-1]) if edges else None,
    )


def tables_of(feature: Feature, beside: str) -> Iterator[Table]:
    """The comparison, the figures of the window and its reference, and where the rows moved."""
    yield _texts("Checks", ("", ""), _checks(feature))
    yield _texts("Figures", ("", beside, "Window"), _figures(feature))
    if feature.drift and feature.drift.moves:
        moves = [(place_of(each), percent(each.baseline), percent(each.current)) for each in feature.drift.moves]
        yield _texts("Where the rows moved", ("Values", beside, "Window"), moves)


def _texts(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    columns = tuple(
        Column(name=f"column_{i}", title=each, holds=Holds.FIGURE if i else Holds.TEXT) for i, each in enumerate(head)
    )
    cells: list[tuple[Cell, ...]] = [tuple(row) for row in rows]
    return Table(name=title, title=title, columns=columns, rows=tuple(Row(cells=each) for each in cells))


def _checks(feature: Feature) -> list[tuple[str, str]]:
    drift, completeness = feature.drift, feature.expected_completeness
    compared = _comparison(drift) if drift else [("Drift not compared", shown(feature.not_compared or NO_BASELINE))]
    required = [
        ("Type required", feature.expected_type or ""),
        ("Completeness required", percent(completeness) if completeness else ""),
    ]
    return [row for row in (*compared, *required) if row[1]]


def _comparison(drift: Drift) -> list[tuple[str, str]]:
    return [
        ("p-value" if drift.is_p_value else "Compared value", number(drift.value)),
        ("Threshold", number(drift.threshold)),
        ("p-value of the test", number(drift.p_value) if drift.p_value is not None and not drift.is_p_value else ""),
        ("Method", drift.method or ""),
        ("Raw statistic", number(drift.statistic) if drift.statistic is not None else ""),
        ("95 % interval of the statistic", interval(drift.interval) if drift.interval else ""),
        ("Direction", drift.direction if drift.direction and drift.direction != "none" else ""),
        ("Where the difference is largest", _location(drift.location)),
        ("Rows compared (window, baseline)", f"{number(drift.n)}, {number(drift.m)}" if drift.n is not None else ""),
    ]


def _location(location: float | str | None) -> str:
    if location is None:
        return ""
    return shown(location) if isinstance(location, str) else number(location)


def _figures(feature: Feature) -> list[tuple[str, str, str]]:
    """(what, baseline, window) rows."""
    now, then = feature.current, feature.reference
    rows = [
        ("Type", then.inferred_type if then else NOTHING, now.inferred_type),
        ("Values", f"{then.common.num_present:,}" if then else NOTHING, f"{now.common.num_present:,}"),
        ("Missing", f"{then.common.num_missing:,}" if then else NOTHING, f"{now.common.num_missing:,}"),
        ("Completeness", percent(then.common.completeness if then else None), percent(now.common.completeness)),
    ]
    before, numbers = then.numerical_statistics if then else None, now.numerical_statistics
    if before or numbers:
        for label, name in _NUMBERS:
            baseline, window = (number(getattr(part, name, None)) for part in (before, numbers))
            rows.append((label, baseline, window))
    distinct = (number(distinct_values(then) if then else None), number(distinct_values(now)))
    return [*rows, ("Distinct values (estimate)", *distinct)]


def distinct_values(feature: FeatureStatistics) -> float | None:
    numbers, texts = feature.numerical_statistics, feature.string_statistics
    if numbers is not None:
        return numbers.approximate_num_distinct_values
    return texts.distinct_count if texts is not None else None


def new_values(feature: Feature) -> tuple[Words, ...]:
    found = feature.new_categories
    if not found:
        return ()
    return (Words("New values", found[:_MOST_NEW], max(0, len(found) - _MOST_NEW)),)
