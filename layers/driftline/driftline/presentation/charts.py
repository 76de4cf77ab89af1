"""Charts as data: numbers and titles, no colours and no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from statistics import StatisticsError, correlation

from driftline.domain.executions.finding import Measure, Side
from driftline.domain.executions.past import FigureName, PastExecution, Point
from driftline.presentation.attribution_charts import Amounts, DependenceCurve, Swarm, Waterfall
from driftline.presentation.chart_parts import Behind, Points
from driftline.presentation.distributions import Bars, Bins, Quantiles

_CORRELATED = 5
"""Windows below which a correlation says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One figure over executions, oldest first; the one that the report is about comes last.

    Attributes:
        subject: What it is about, for example a feature; empty where it is the execution as a whole.
        name: Of the figure, as the kind of monitor names it.
        title: For people.
        limit: Of the last execution; None where nothing is required.
        baseline: Its value in the baseline.
        from_zero: Its axis begins at 0.
        part: It is a share of which most are small: its axis need not end at 100 %.
        violated: The last value breaks its constraint.
    """

    subject: str
    name: str
    title: str
    points: tuple[Point, ...]
    measure: Measure = "metric"
    limit: float | None = None
    side: Side | None = None
    baseline: float | None = None
    from_zero: bool = True
    part: bool = False
    violated: bool = False

    @property
    def key(self) -> FigureName:
        return self.subject, self.name

    @property
    def values(self) -> tuple[float | None, ...]:
        return tuple(point.value for point in self.points)

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def known(self) -> int:
        """Executions that have it."""
        return sum(point.value is not None for point in self.points)


def points_of(name: FigureName, past: Sequence[PastExecution], last: Point) -> tuple[Point, ...]:
    """A figure's points: of earlier executions, oldest first, and of the last one."""
    return (*(each.figures.get(name, _NONE) for each in past), last)


_NONE = Point(None)


def move_together(
    one: Sequence[float | None], other: Sequence[float | None], *, within: float = 1e-9, correlated: float | None = None
) -> bool:
    """Whether two figures over the same windows are one course.

    They are where one follows from the other: equal, as recall and the true positive rate, or complements to 1, as a
    rate and its opposite, in all windows that either of them has.

    Args:
        within: Relative and absolute tolerance.
        correlated: Pearson's correlation, of either sign, from which they are, too; needs 5 windows that both have.
    """
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    if not pairs:
        return False
    if len(pairs) == max(sum(value is not None for value in each) for each in (one, other)):
        near = [isclose(a, b, rel_tol=within, abs_tol=within) for a, b in pairs]
        opposite = [isclose(a, 1.0 - b, rel_tol=within, abs_tol=within) for a, b in pairs]
        if all(near) or all(opposite):
            return True
    first, second = zip(*pairs, strict=True)
    if correlated is None or len(pairs) < _CORRELATED or 1 in {len(set(first)), len(set(second))}:
        return False
    try:
        return abs(correlation(first, second)) >= correlated
    except (StatisticsError, OverflowError):  # Too small, or too large, to square.
        return False


@dataclass(frozen=True, slots=True)
class OverTime:
    """A line with its interval, limit and baseline."""

    series: Series
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Shares of the rows by bins of their values.

    Attributes:
        subject: Whose values they are.
        values: What the values are called.
        medians: Of the baseline and of the window; None where they are not known.
    """

    title: str
    subject: str
    bins: Bins
    values: str = "Values"
    medians: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """Shares of the rows by value."""

    title: str
    subject: str
    bars: Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Cumulative:
    """Distribution functions of the baseline and of the window.

    Attributes:
        mark: Where they are furthest apart.
        within: The axis, as of the histogram beside it.
    """

    title: str
    subject: str
    quantiles: Quantiles
    mark: float | None = None
    within: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A dashed line from one point to another."""

    label: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A curve of the window, with the baseline's for comparison.

    Attributes:
        about: A sentence for those who do not see it.
        band: 95 % intervals of the window's points: their lower and their upper ends.
        dots: The points themselves are shown.
        behind: The figures; by default the points of the curve.
    """

    title: str
    about: str
    x: str
    y: str
    current: Points
    baseline: Points = ()
    reference: Reference | None = None
    band: tuple[Points, Points] | None = None
    dots: bool = False
    behind: Behind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """A point for each row; `about` and `behind` as in Lines.

    Attributes:
        places: Names of the places 0, 1, … on the x axis, where it has categories instead of numbers.
        small: Points are small, because there are many.
    """

    title: str
    about: str
    x: str
    y: str
    current: Points
    baseline: Points = ()
    reference: Reference | None = None
    behind: Behind | None = None
    places: tuple[str, ...] = ()
    small: bool = False


type Chart = (
    OverTime | Histogram | Categories | Cumulative | Lines | Scatter | Amounts | Swarm | Waterfall | DependenceCurve
)
